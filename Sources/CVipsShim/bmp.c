// Windows bitmaps by the description of BITMAPINFOHEADER…BITMAPV5HEADER, without run-length coding. Every offset and
// length is checked against the data before it is used.
#include "CVipsShim.h"
#include "reduce.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { rgb = 0, bit_fields = 3, alpha_bit_fields = 6 };

typedef struct {
    const uint8_t *data;
    size_t length, rows;  // where the pixels start
    size_t stride;
    int width, height, top_down, bits;
    uint32_t masks[4];  // red, green, blue, alpha
    const uint8_t *palette;
    int colours, entry;  // entries of the palette, bytes of each
} bmp;

static uint32_t two(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }
static uint32_t four(const uint8_t *p) { return two(p) | two(p + 2) << 16; }

static lk_status say(lk_picture *out, lk_status status, const char *what, long long value) {
    snprintf(out->message, sizeof out->message, "%s %lld", what, value);
    return status;
}

static lk_status read_masks(bmp *b, size_t header, uint32_t compression, size_t *palette, lk_picture *out) {
    static const uint32_t sixteen[] = {0x7C00, 0x3E0, 0x1F, 0}, thirty_two[] = {0xFF0000, 0xFF00, 0xFF, 0};
    memcpy(b->masks, b->bits == 16 ? sixteen : thirty_two, sizeof b->masks);
    if (compression == rgb) return lk_ok;
    if (compression != bit_fields && compression != alpha_bit_fields)
        return say(out, lk_unsupported, "compression", compression);
    if (b->bits != 16 && b->bits != 32) return say(out, lk_corrupt, "bit masks with bits a pixel of", b->bits);
    // the masks are part of larger headers and follow the smallest
    const int n = header >= 56 || compression == alpha_bit_fields ? 4 : 3;
    if (14 + 40 + (size_t)n * 4 > b->length) return lk_truncated;
    for (int i = 0; i < 4; i++) b->masks[i] = i < n ? four(b->data + 54 + i * 4) : 0;
    if (header == 40) *palette += (size_t)n * 4;
    return lk_ok;
}

static lk_status read_header(bmp *b, lk_picture *out) {
    if (b->length < 26) return lk_truncated;
    const uint8_t *p = b->data;
    const size_t header = four(p + 14);
    b->rows = four(p + 10);
    uint32_t compression = rgb, colours = 0;
    if (header == 12) {
        b->width = (int)two(p + 18), b->height = (int)two(p + 20), b->bits = (int)two(p + 24);
    } else {
        if (b->length < 54) return lk_truncated;
        b->width = (int32_t)four(p + 18), b->height = (int32_t)four(p + 22), b->bits = (int)two(p + 28);
        compression = four(p + 30), colours = four(p + 46);
    }
    if (b->height < 0 && b->height != INT32_MIN) b->top_down = 1, b->height = -b->height;
    if (b->width <= 0 || b->height <= 0) return say(out, lk_corrupt, "a side of", b->width <= 0 ? b->width : b->height);
    const int k = b->bits;
    if (k != 1 && k != 2 && k != 4 && k != 8 && k != 16 && k != 24 && k != 32) return say(out, lk_corrupt, "bits a pixel:", k);
    size_t palette = 14 + header;
    const lk_status status = read_masks(b, header, compression, &palette, out);
    if (status != lk_ok) return status;
    b->stride = (((size_t)b->width * b->bits + 31) / 32) * 4;
    if (k > 8) return lk_ok;
    b->entry = header == 12 ? 3 : 4;
    b->colours = colours && colours < 1u << k ? (int)colours : 1 << k;
    if (palette > b->length) return lk_truncated;
    // writers of short palettes rely on the pixels' offset
    const size_t room = (b->length - palette) / b->entry;
    if ((size_t)b->colours > room) b->colours = (int)room;
    b->palette = p + palette;
    return lk_ok;
}

/// One channel of a masked pixel in 0…255.
static uint8_t channel(uint32_t pixel, uint32_t mask) {
    if (!mask) return 0;
    const int shift = __builtin_ctz(mask);
    const uint64_t most = mask >> shift;
    return (uint8_t)(((uint64_t)((pixel & mask) >> shift) * 255 + most / 2) / most);
}

static void masked_row(const bmp *b, const uint8_t *row, uint8_t *out) {
    for (int x = 0; x < b->width; x++, out += 3) {
        const uint32_t pixel = b->bits == 16 ? two(row + 2 * (size_t)x) : four(row + 4 * (size_t)x);
        const unsigned alpha = b->masks[3] ? channel(pixel, b->masks[3]) : 255;
        for (int c = 0; c < 3; c++) out[c] = (uint8_t)((channel(pixel, b->masks[c]) * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}

static void palette_row(const bmp *b, const uint8_t *row, uint8_t *out) {
    const int each = 8 / b->bits, mask = (1 << b->bits) - 1;
    for (int x = 0; x < b->width; x++, out += 3) {
        const int index = row[x / each] >> (8 - b->bits * (x % each + 1)) & mask;
        const uint8_t *c = index < b->colours ? b->palette + (size_t)index * b->entry : NULL;
        for (int k = 0; k < 3; k++) out[k] = c ? c[2 - k] : 0;
    }
}

static void expand_row(const bmp *b, const uint8_t *row, uint8_t *out) {
    if (b->bits <= 8) return palette_row(b, row, out);
    if (b->bits != 24) return masked_row(b, row, out);
    for (int x = 0; x < b->width; x++, out += 3, row += 3) out[0] = row[2], out[1] = row[1], out[2] = row[0];
}

/// Rows of the file that are there whole.
static int present_rows(const bmp *b) {
    if (b->rows >= b->length) return 0;
    const size_t n = (b->length - b->rows + 3) / b->stride;  // the last row's padding may be missing
    return n < (size_t)b->height ? (int)n : b->height;
}

lk_status lk_bmp_decode(const uint8_t *data, size_t length, const lk_request *request, lk_picture *out) {
    memset(out, 0, sizeof *out);
    bmp b = {.data = data, .length = length};
    const lk_status status = read_header(&b, out);
    if (status != lk_ok) return status;
    out->full_width = b.width;
    out->full_height = b.height;
    if ((int64_t)b.width * b.height > request->maximum_pixels) return lk_too_large;
    const int present = present_rows(&b);
    out->truncated = present < b.height;
    if (present == 0 || (out->truncated && !request->accept_truncated)) return lk_truncated;
    lk_fit(b.width, b.height, request->side, &out->width, &out->height);
    out->bands = 3;
    out->orientation = 1;
    out->pixels = malloc((size_t)out->width * out->height * 3);
    uint8_t *row = malloc((size_t)b.width * 3), *last = calloc(1, b.stride);
    lk_reducer *r = out->pixels ? lk_reducer_new(b.width, b.height, 3, out->pixels, out->width, out->height) : NULL;
    if (row && last && r) {
        for (int y = 0; y < b.height; y++) {
            const int stored = b.top_down ? y : b.height - 1 - y;
            const size_t at = b.rows + (size_t)stored * b.stride;
            if (stored < present) {
                memcpy(last, data + at, at + b.stride <= length ? b.stride : length - at);
                expand_row(&b, last, row);
            } else {
                memset(row, 127, (size_t)b.width * 3);
            }
            lk_reducer_row(r, row);
        }
    }
    const int good = row && last && r;
    lk_reducer_free(r);
    free(last);
    free(row);
    return good ? lk_ok : lk_too_large;
}
