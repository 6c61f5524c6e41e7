// Every format but JPEG: libvips reads rows, we reduce them on the way, and colours are converted on the small result.
#include "CVipsShim.h"
#include "reduce.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int started;

// libvips warns through GLib on the thread that works; here each image is worked on by its caller's thread.
static __thread int warnings;
static __thread char warning[160];

static void on_log(const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer user) {
    (void)domain, (void)user;
    if (!(level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL))) return;
    if (warnings++ == 0) g_strlcpy(warning, text, sizeof warning);
}

static void start(void) {
    if (VIPS_INIT("likeness")) return;
    g_log_set_handler("VIPS", G_LOG_LEVEL_MASK, on_log, NULL);
    vips_block_untrusted_set(TRUE);  // keeps only loaders that upstream fuzzes
    vips_concurrency_set(1);         // images run in parallel, not rows
    vips_cache_set_max(0);           // each image once
    vips_leak_set(FALSE);
    started = 1;
}

static int ready(void) {
    pthread_once(&once, start);
    return started;
}

const char *lk_vips_version(void) { return vips_version_string(); }

static const struct {
    const char *loader, *prefix;
} formats[] = {
    [lk_png] = {"pngload_buffer", "png"}, [lk_webp] = {"webpload_buffer", "webp"}, [lk_tiff] = {"tiffload_buffer", "tiff"},
    [lk_gif] = {"gifload_buffer", "gif"}, [lk_heif] = {"heifload_buffer", "heif"},
};

int lk_vips_reads(lk_format format) { return ready() && vips_type_find("VipsForeignLoad", formats[format].loader) != 0; }

/// The buffer of errors is shared by all threads: keep the lines of our loader only.
static void keep_error(lk_picture *out, const char *prefix) {
    char *all = vips_error_buffer_copy();
    char *rest = NULL;
    for (char *line = strtok_r(all, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (!strncmp(line, prefix, strlen(prefix)) || !strncmp(line, "Vips", 4)) g_strlcpy(out->message, line, sizeof out->message);
    }
    g_free(all);
    if (!out->message[0] && warnings) g_strlcpy(out->message, warning, sizeof out->message);
}

static lk_status failure(lk_picture *out, lk_format format) {
    keep_error(out, formats[format].prefix);
    const char *m = out->message;
    if (strstr(m, "nsupported") || strstr(m, "not supported") || strstr(m, "is blocked")) return lk_unsupported;
    if (strstr(m, "out of memory") || strstr(m, "too large") || strstr(m, "limit")) return lk_too_large;
    return lk_corrupt;
}

static VipsImage *open_image(const uint8_t *data, size_t n, lk_format format, double scale, int lenient) {
    VipsImage *in = NULL;
    const int fail = lenient ? VIPS_FAIL_ON_NONE : VIPS_FAIL_ON_TRUNCATED;
    void *p = (void *)data;
    const int a = VIPS_ACCESS_SEQUENTIAL;
    switch (format) {
    case lk_png: vips_pngload_buffer(p, n, &in, "access", a, "fail_on", fail, NULL); break;
    case lk_webp: vips_webpload_buffer(p, n, &in, "access", a, "fail_on", fail, "scale", scale, NULL); break;
    case lk_tiff: vips_tiffload_buffer(p, n, &in, "access", a, "fail_on", fail, NULL); break;
    case lk_gif: vips_gifload_buffer(p, n, &in, "access", a, "fail_on", fail, NULL); break;
    case lk_heif: vips_heifload_buffer(p, n, &in, "access", a, "fail_on", fail, NULL); break;
    }
    return in;
}

static uint8_t *copy_blob(VipsImage *in, const char *name, size_t *length) {
    const void *data;
    if (!vips_image_get_typeof(in, name) || vips_image_get_blob(in, name, &data, length) || *length == 0) return NULL;
    uint8_t *copy = malloc(*length);
    if (copy) memcpy(copy, data, *length);
    else *length = 0;
    return copy;
}

/// Replaces *image by the result of a step; returns the step's status.
static int step(VipsImage **image, VipsImage *result, int status) {
    if (status) return status;
    g_object_unref(*image);
    *image = result;
    return 0;
}

/// 8-bit grey, RGB or CMYK without alpha, in the picture's own colours. Anything exotic becomes sRGB.
static int to_bytes(VipsImage **image, lk_picture *out) {
    VipsImage *b = NULL;
    VipsInterpretation i = vips_image_guess_interpretation(*image);
    const int plain = i == VIPS_INTERPRETATION_sRGB || i == VIPS_INTERPRETATION_B_W || i == VIPS_INTERPRETATION_RGB16 ||
                      i == VIPS_INTERPRETATION_GREY16 || i == VIPS_INTERPRETATION_CMYK || i == VIPS_INTERPRETATION_RGB;
    const VipsBandFormat f = vips_image_get_format(*image);
    if (!plain || (f != VIPS_FORMAT_UCHAR && f != VIPS_FORMAT_USHORT) || vips_image_get_coding(*image) != VIPS_CODING_NONE) {
        if (step(image, b, vips_colourspace(*image, &b, VIPS_INTERPRETATION_sRGB, NULL))) return -1;
        i = VIPS_INTERPRETATION_sRGB;
        free(out->profile);
        out->profile = NULL;
        out->profile_length = 0;
    } else if (f == VIPS_FORMAT_USHORT) {
        if (vips_cast(*image, &b, VIPS_FORMAT_UCHAR, "shift", TRUE, NULL)) return -1;
        step(image, b, 0);
    }
    const int cmyk = i == VIPS_INTERPRETATION_CMYK, bands = vips_image_get_bands(*image);
    out->bands = cmyk && bands >= 4 ? 4 : bands >= 3 ? 3 : 1;
    if (bands == 2 || (bands == 4 && !cmyk)) {
        VipsImage *known = NULL;  // so that the last band counts as alpha of 0…255 whatever the file called its colours
        if (vips_copy(*image, &known, "interpretation", bands == 2 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB, NULL)) return -1;
        step(image, known, 0);
        VipsArrayDouble *white = vips_array_double_newv(1, 255.0);
        const int status = vips_flatten(*image, &b, "background", white, "max_alpha", 255.0, NULL);
        vips_area_unref(VIPS_AREA(white));
        if (status) return -1;
        step(image, b, 0);
    }
    if (vips_image_get_bands(*image) != out->bands) {
        if (vips_extract_band(*image, &b, 0, "n", out->bands, NULL)) return -1;
        step(image, b, 0);
    }
    if (vips_image_get_format(*image) == VIPS_FORMAT_UCHAR) return 0;
    if (vips_cast_uchar(*image, &b, NULL)) return -1;
    return step(image, b, 0);
}

enum { strip = 16 };

static lk_status read_rows(VipsImage *in, lk_format format, lk_picture *out) {
    const int width = vips_image_get_width(in), height = vips_image_get_height(in);
    out->pixels = malloc((size_t)out->width * out->height * out->bands);
    lk_reducer *reducer = out->pixels ? lk_reducer_new(width, height, out->bands, out->pixels, out->width, out->height) : NULL;
    VipsRegion *region = vips_region_new(in);
    lk_status status = reducer && region ? lk_ok : lk_too_large;
    for (int y = 0; y < height && status == lk_ok; y += strip) {
        const VipsRect rows = {0, y, width, VIPS_MIN(strip, height - y)};
        if (vips_region_prepare(region, &rows)) {
            status = failure(out, format);
            break;
        }
        for (int i = 0; i < rows.height; i++) lk_reducer_row(reducer, VIPS_REGION_ADDR(region, 0, y + i));
    }
    if (region) g_object_unref(region);
    lk_reducer_free(reducer);
    return status;
}

/// libwebp averages areas while it decodes, which saves the conversion of pixels that nobody sees.
static double scale_on_load(lk_format format, VipsImage *in, int side) {
    const int longest = VIPS_MAX(vips_image_get_width(in), vips_image_get_height(in));
    return format == lk_webp && side > 0 && longest > side ? (double)side / longest : 1;
}

static lk_status read_image(const uint8_t *data, size_t n, lk_format format, const lk_request *request, lk_picture *out) {
    VipsImage *in = open_image(data, n, format, 1, request->accept_truncated);
    if (!in) return failure(out, format);
    out->full_width = vips_image_get_width(in);
    out->full_height = vips_image_get_height(in);
    if ((int64_t)out->full_width * out->full_height > request->maximum_pixels || vips_image_get_bands(in) > 8) {
        g_object_unref(in);
        return lk_too_large;
    }
    const double scale = scale_on_load(format, in, request->side);
    if (scale < 1) {
        g_object_unref(in);
        in = open_image(data, n, format, scale, request->accept_truncated);
        if (!in) return failure(out, format);
    }
    out->orientation = vips_image_get_orientation(in);
    out->profile = copy_blob(in, VIPS_META_ICC_NAME, &out->profile_length);
    out->exif = copy_blob(in, VIPS_META_EXIF_NAME, &out->exif_length);
    lk_fit(out->full_width, out->full_height, request->side, &out->width, &out->height);
    out->width = VIPS_MIN(out->width, vips_image_get_width(in));
    out->height = VIPS_MIN(out->height, vips_image_get_height(in));
    const lk_status status = to_bytes(&in, out) ? failure(out, format) : read_rows(in, format, out);
    g_object_unref(in);
    return status;
}

lk_status lk_vips_decode(const uint8_t *data, size_t length, lk_format format, const lk_request *request, lk_picture *out) {
    memset(out, 0, sizeof *out);
    if (!ready()) return lk_no_library;
    if (!lk_vips_reads(format)) return lk_unsupported;
    warnings = 0;
    warning[0] = 0;
    const lk_status status = read_image(data, length, format, request, out);
    out->warnings = warnings;
    if (warnings && !out->message[0]) g_strlcpy(out->message, warning, sizeof out->message);
    if (status != lk_ok) vips_error_clear();
    return status;
}

lk_status lk_vips_metadata(const uint8_t *data, size_t length, lk_format format, lk_metadata *out) {
    memset(out, 0, sizeof *out);
    if (!ready()) return lk_no_library;
    if (!lk_vips_reads(format)) return lk_unsupported;
    warnings = 0;
    warning[0] = 0;
    VipsImage *in = open_image(data, length, format, 1, 1);
    if (!in) {
        lk_picture reason = {0};
        const lk_status status = failure(&reason, format);
        vips_error_clear();
        return status;
    }
    out->full_width = vips_image_get_width(in);
    out->full_height = vips_image_get_height(in);
    // HEIC pictures are turned by their decoder, which then says 1 here; the stored sides are those that it gives
    out->orientation = vips_image_get_orientation(in);
    out->exif = copy_blob(in, VIPS_META_EXIF_NAME, &out->exif_length);
    out->xmp = copy_blob(in, VIPS_META_XMP_NAME, &out->xmp_length);
    g_object_unref(in);
    return lk_ok;
}

void lk_metadata_free(lk_metadata *metadata) {
    free(metadata->exif);
    free(metadata->xmp);
    metadata->exif = metadata->xmp = NULL;
}

void lk_picture_free(lk_picture *picture) {
    free(picture->pixels);
    free(picture->exif);
    free(picture->profile);
    picture->pixels = picture->exif = picture->profile = NULL;
}

// ---- colours

static uint32_t big(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

/// Whether the profile calls itself sRGB: its description tag, in ASCII (version 2) or UTF-16 (version 4).
static int is_srgb(const uint8_t *p, size_t n) {
    if (n < 132 || memcmp(p + 16, "RGB ", 4) != 0) return 0;
    const uint32_t tags = big(p + 128);
    for (uint32_t i = 0; i < tags && i < 100 && 132 + (size_t)(i + 1) * 12 <= n; i++) {
        const uint8_t *tag = p + 132 + (size_t)i * 12;
        if (memcmp(tag, "desc", 4) != 0) continue;
        const size_t from = big(tag + 4), size = big(tag + 8);
        if (from > n || size > n - from) return 0;
        return memmem(p + from, size, "sRGB", 4) || memmem(p + from, size, "\0s\0R\0G\0B", 8);
    }
    return 0;
}

/// Replaces the pixels by those of `image`, which must have three 8-bit bands.
static lk_status take_pixels(lk_picture *picture, VipsImage *image) {
    if (vips_image_get_bands(image) != 3 || vips_image_get_format(image) != VIPS_FORMAT_UCHAR) return lk_corrupt;
    size_t n;
    uint8_t *pixels = vips_image_write_to_memory(image, &n);
    if (!pixels) return lk_too_large;
    uint8_t *own = realloc(picture->pixels, n);
    if (own) memcpy(own, pixels, n);
    g_free(pixels);
    if (!own) return lk_too_large;
    picture->pixels = own;
    picture->bands = 3;
    return lk_ok;
}

/// By the picture's profile.
static lk_status convert(lk_picture *picture) {
    static const VipsInterpretation meaning[] = {0, VIPS_INTERPRETATION_B_W, 0, VIPS_INTERPRETATION_sRGB, VIPS_INTERPRETATION_CMYK};
    const size_t n = (size_t)picture->width * picture->height * picture->bands;
    VipsImage *raw = vips_image_new_from_memory(picture->pixels, n, picture->width, picture->height, picture->bands, VIPS_FORMAT_UCHAR);
    VipsImage *in = NULL, *out = NULL;
    if (!raw || vips_copy(raw, &in, "interpretation", meaning[picture->bands], NULL)) {
        if (raw) g_object_unref(raw);
        return lk_too_large;
    }
    lk_status status = lk_corrupt;
    vips_image_set_blob_copy(in, VIPS_META_ICC_NAME, picture->profile, picture->profile_length);
    warnings = 0;
    warning[0] = 0;
    // With a profile that it cannot use libvips warns and takes one of its own, which is not what the picture asks for.
    // A profile without the wanted intent also brings a warning, and is used.
    if (!vips_icc_transform(in, &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE, "depth", 8, NULL) &&
        (warnings == 0 || strstr(warning, "intent")))
        status = take_pixels(picture, out);
    if (status != lk_ok) vips_error_clear();
    if (out) g_object_unref(out);
    g_object_unref(in);
    g_object_unref(raw);
    return status;
}

static lk_status grey_to_rgb(lk_picture *picture) {
    const size_t n = (size_t)picture->width * picture->height;
    uint8_t *rgb = malloc(n * 3);
    if (!rgb) return lk_too_large;
    for (size_t i = 0; i < n; i++) rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = picture->pixels[i];
    free(picture->pixels);
    picture->pixels = rgb;
    picture->bands = 3;
    return lk_ok;
}

/// Without a profile nobody knows the inks: the plain product of the two transmissions, as browsers show it. A press
/// profile instead (libvips' fallback) turns black without black ink into brown.
static lk_status cmyk_to_rgb(lk_picture *picture) {
    const size_t n = (size_t)picture->width * picture->height;
    uint8_t *p = picture->pixels, *rgb = picture->pixels;
    for (size_t i = 0; i < n; i++, p += 4, rgb += 3) {
        const unsigned white = 255 - p[3];
        for (int b = 0; b < 3; b++) rgb[b] = (uint8_t)(((255 - p[b]) * white + 127) / 255);
    }
    picture->bands = 3;
    return lk_ok;
}

static void drop_profile(lk_picture *picture) {
    free(picture->profile);
    picture->profile = NULL;
    picture->profile_length = 0;
}

lk_status lk_to_srgb(lk_picture *picture) {
    if (picture->profile && is_srgb(picture->profile, picture->profile_length)) drop_profile(picture);
    if (picture->profile) {
        if (!ready()) return lk_no_library;
        if (convert(picture) == lk_ok) return lk_ok;
        // a profile that does not fit its picture is ignored, as browsers do
        drop_profile(picture);
        picture->warnings++;
        g_strlcpy(picture->message, "the colour profile does not fit the picture and is ignored", sizeof picture->message);
    }
    if (picture->bands == 3) return lk_ok;
    return picture->bands == 1 ? grey_to_rgb(picture) : cmyk_to_rgb(picture);
}

// ---- writing

lk_status lk_encode(const uint8_t *pixels, int32_t width, int32_t height, int32_t quality, uint8_t **bytes, size_t *length) {
    if (!ready()) return lk_no_library;
    const size_t n = (size_t)width * height * 3;
    VipsImage *raw = vips_image_new_from_memory(pixels, n, width, height, 3, VIPS_FORMAT_UCHAR);
    VipsImage *in = NULL;
    if (!raw || vips_copy(raw, &in, "interpretation", VIPS_INTERPRETATION_sRGB, NULL)) {
        if (raw) g_object_unref(raw);
        return lk_too_large;
    }
    void *data = NULL;
    const int status = quality > 0 ? vips_jpegsave_buffer(in, &data, length, "Q", quality, "optimize_coding", TRUE, NULL)
                                   : vips_pngsave_buffer(in, &data, length, "compression", 6, NULL);
    g_object_unref(in);
    g_object_unref(raw);
    if (status) vips_error_clear();
    *bytes = data;
    return status ? lk_corrupt : lk_ok;
}

void lk_bytes_free(uint8_t *bytes) { g_free(bytes); }
