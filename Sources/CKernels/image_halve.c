#include "CKernels.h"

/// sums[i] = a[i] + b[i]: the sum of two rows, the same for every byte, so that the compiler vectorises it.
static void add_rows(const uint8_t *restrict a, const uint8_t *restrict b, size_t n, uint16_t *restrict sums) {
    for (size_t i = 0; i < n; i++) sums[i] = (uint16_t)(a[i] + b[i]);
}

void ck_halve_rgb8(ck_picture picture, uint8_t *out, uint16_t *sums) {
    int32_t width = picture.width, pairs = width / 2;
    for (int32_t y = 0; y < picture.height; y += 2) {
        const uint8_t *a = picture.pixels + y * picture.stride;
        const uint8_t *b = y + 1 < picture.height ? a + picture.stride : a;
        add_rows(a, b, 3 * (size_t)width, sums);
        for (int32_t x = 0; x < pairs; x++, out += 3)
            for (int c = 0; c < 3; c++) out[c] = (uint8_t)((sums[6 * x + c] + sums[6 * x + c + 3] + 2) >> 2);
        if (width % 2) {
            for (int c = 0; c < 3; c++) out[c] = (uint8_t)((sums[6 * pairs + c] + 1) >> 1);
            out += 3;
        }
    }
}
