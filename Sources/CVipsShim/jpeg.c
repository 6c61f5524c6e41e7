// JPEG straight through libjpeg(-turbo): the DCT scales, rows are reduced as they come, and the library's own
// warnings tell a truncated file from a whole one exactly (libvips hides them).
#include "CVipsShim.h"
#include "reduce.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>

// A crafted progressive file can make each pass over the picture cost a few bytes only. Cameras and editors write about
// ten passes; the product bounds the work to 20 passes over 200 megapixels.
enum { maximum_scans = 200 };
static const int64_t maximum_scanned_pixels = 4000000000;
enum { rows_at_once = 16 };

typedef struct {
    struct jpeg_decompress_struct d;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf jump;
    const lk_request *request;
    lk_picture *out;
    lk_status status;
    int ended;         // the data ended before the end marker
    int insufficient;  // the entropy decoder ran out of bits inside a scan
    int left_over;     // bytes that are no marker stood between the picture and the end of the data
    lk_reducer *reducer;
    uint8_t *rows;
} job;

static job *job_of(j_common_ptr c) { return (job *)c->client_data; }

static void give_up(job *j, lk_status status) {
    j->status = status;
    longjmp(j->jump, 1);
}

static lk_status status_of(int code) {
    switch (code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
    case JERR_IMAGE_TOO_BIG: return lk_too_large;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
    case JERR_COMPONENT_COUNT:
    case JERR_FRACT_SAMPLE_NOTIMPL: return lk_unsupported;
    default: return lk_corrupt;
    }
}

static void on_error(j_common_ptr c) {
    job *j = job_of(c);
    char text[JMSG_LENGTH_MAX];
    c->err->format_message(c, text);
    snprintf(j->out->message, sizeof j->out->message, "%s", text);
    lk_status status = status_of(c->err->msg_code);
    // an error that follows the end of the data is its consequence
    if (status == lk_corrupt && j->ended) status = lk_truncated;
    give_up(j, status);
}

static void on_message(j_common_ptr c, int level) {
    if (level >= 0) return;
    job *j = job_of(c);
    const int code = c->err->msg_code;
    if (code == JWRN_JPEG_EOF) j->ended = 1;
    if (code == JWRN_HIT_MARKER) j->insufficient = 1;
    if (code == JWRN_EXTRANEOUS_DATA && j->ended) j->left_over = 1;
    if (j->out->warnings++ == 0 || code == JWRN_JPEG_EOF) {
        char text[JMSG_LENGTH_MAX];
        c->err->format_message(c, text);
        snprintf(j->out->message, sizeof j->out->message, "%s", text);
    }
    // no point in filling the rest of a large picture with grey to refuse it afterwards
    if (j->ended && j->insufficient && !j->request->accept_truncated) give_up(j, lk_truncated);
}

static void on_print(j_common_ptr c) { (void)c; }

static void on_progress(j_common_ptr c) {
    job *j = job_of(c);
    const int64_t scans = j->d.input_scan_number;
    if (scans <= maximum_scans && scans * j->d.image_width * j->d.image_height <= maximum_scanned_pixels) return;
    snprintf(j->out->message, sizeof j->out->message, "%lld passes over the picture", (long long)scans);
    give_up(j, lk_too_large);
}

/// The first EXIF segment, without its six bytes of name.
static void keep_exif(job *j) {
    for (jpeg_saved_marker_ptr m = j->d.marker_list; m; m = m->next) {
        if (m->marker != JPEG_APP0 + 1 || m->data_length < 14 || memcmp(m->data, "Exif\0", 5) != 0) continue;
        const size_t n = m->data_length - 6;
        j->out->exif = malloc(n);
        if (!j->out->exif) return;
        memcpy(j->out->exif, m->data + 6, n);
        j->out->exif_length = n;
        return;
    }
}

static void keep_profile(job *j) {
    JOCTET *bytes = NULL;
    unsigned n = 0;
    if (!jpeg_read_icc_profile(&j->d, &bytes, &n)) return;
    j->out->profile = bytes;  // malloc, by its documentation
    j->out->profile_length = n;
}

/// Chooses the output colours: grey and CMYK stay what they are, everything else becomes RGB.
static void choose_colours(job *j) {
    switch (j->d.jpeg_color_space) {
    case JCS_GRAYSCALE: j->d.out_color_space = JCS_GRAYSCALE; j->out->bands = 1; return;
    case JCS_YCbCr:
    case JCS_RGB: j->d.out_color_space = JCS_RGB; j->out->bands = 3; return;
    case JCS_CMYK:
    case JCS_YCCK: j->d.out_color_space = JCS_CMYK; j->out->bands = 4; return;
    default:
        snprintf(j->out->message, sizeof j->out->message, "%d colour components", j->d.num_components);
        give_up(j, lk_unsupported);
    }
}

/// The smallest of 1/8, 1/4, 1/2, 1 whose sides are not below the wanted ones. The eighths between are as good, but
/// libjpeg-turbo has no SIMD for them: 4000×3000 to 1440 by way of 3/8 takes 44 ms, by way of 1/2 39 ms.
static void choose_scale(job *j, int width, int height) {
    j->d.scale_denom = 8;
    for (j->d.scale_num = 1; j->d.scale_num < 8; j->d.scale_num *= 2) {
        const int64_t w = ((int64_t)j->d.image_width * j->d.scale_num + 7) / 8;
        const int64_t h = ((int64_t)j->d.image_height * j->d.scale_num + 7) / 8;
        if (w >= width && h >= height) return;
    }
}

static void *take(job *j, size_t n) {
    void *p = malloc(n ? n : 1);
    if (!p) {
        snprintf(j->out->message, sizeof j->out->message, "no memory for %zu bytes", n);
        give_up(j, lk_too_large);
    }
    return p;
}

/// Adobe writes CMYK inverted; here 0 is no ink.
static void invert(uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++) p[i] = 255 - p[i];
}

static void read_rows(job *j) {
    struct jpeg_decompress_struct *d = &j->d;
    lk_picture *out = j->out;
    const size_t stride = (size_t)d->output_width * out->bands;
    out->pixels = take(j, (size_t)out->width * out->height * out->bands);
    j->rows = take(j, stride * rows_at_once);
    j->reducer = lk_reducer_new((int)d->output_width, (int)d->output_height, out->bands, out->pixels, out->width, out->height);
    if (!j->reducer) give_up(j, lk_too_large);
    JSAMPROW lines[rows_at_once];
    for (int i = 0; i < rows_at_once; i++) lines[i] = j->rows + (size_t)i * stride;
    while (d->output_scanline < d->output_height) {
        const JDIMENSION n = jpeg_read_scanlines(d, lines, rows_at_once);
        if (out->bands == 4 && d->saw_Adobe_marker) invert(j->rows, n * stride);
        for (JDIMENSION i = 0; i < n; i++) lk_reducer_row(j->reducer, lines[i]);
    }
}

static void decode(job *j, const uint8_t *data, size_t length) {
    struct jpeg_decompress_struct *d = &j->d;
    lk_picture *out = j->out;
    d->progress = &j->progress;
    // bounds the coefficients of progressive files, which libjpeg keeps whole: six bytes a pixel at most
    d->mem->max_memory_to_use = (long)(j->request->maximum_pixels * 6 + (16 << 20));
    jpeg_mem_src(d, data, length);
    jpeg_save_markers(d, JPEG_APP0 + 1, 0xFFFF);
    jpeg_save_markers(d, JPEG_APP0 + 2, 0xFFFF);
    jpeg_read_header(d, TRUE);
    out->full_width = (int32_t)d->image_width;
    out->full_height = (int32_t)d->image_height;
    if ((int64_t)d->image_width * d->image_height > j->request->maximum_pixels) give_up(j, lk_too_large);
    keep_exif(j);
    keep_profile(j);
    choose_colours(j);
    int width, height;
    lk_fit(out->full_width, out->full_height, j->request->side, &width, &height);
    choose_scale(j, width, height);
    out->width = width;
    out->height = height;
    const int several = jpeg_has_multiple_scans(d);
    jpeg_start_decompress(d);
    if (several && j->ended && !j->request->accept_truncated) give_up(j, lk_truncated);
    read_rows(j);
    jpeg_finish_decompress(d);
    // A whole picture whose end marker alone is missing leaves no byte over and never starves the entropy decoder.
    // A tail of zeros (a broken copy) decodes as grey and leaves bytes that are no marker.
    out->truncated = j->ended && (several || j->insufficient || j->left_over);
    if (out->truncated && !j->request->accept_truncated) give_up(j, lk_truncated);
}

lk_status lk_jpeg_decode(const uint8_t *data, size_t length, const lk_request *request, lk_picture *out) {
    memset(out, 0, sizeof *out);
    job *j = calloc(1, sizeof *j);
    if (!j) return lk_too_large;
    j->request = request;
    j->out = out;
    j->d.err = jpeg_std_error(&j->errors);
    j->errors.error_exit = on_error;
    j->errors.emit_message = on_message;
    j->errors.output_message = on_print;
    j->progress.progress_monitor = on_progress;
    j->d.client_data = j;
    if (setjmp(j->jump) == 0) {
        jpeg_create_decompress(&j->d);
        decode(j, data, length);
    }
    const lk_status status = j->status;
    jpeg_destroy_decompress(&j->d);
    lk_reducer_free(j->reducer);
    free(j->rows);
    free(j);
    return status;
}
