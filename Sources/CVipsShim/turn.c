#include "CVipsShim.h"
#include <string.h>

enum { tile = 32 };

/// One tile: source steps of `sx` a column and `sy` a row from `origin`, both in pixels.
static void copy_tile(const uint8_t *source, int64_t origin, int64_t sx, int64_t sy, uint8_t *target, int32_t stride,
                      int x0, int x1, int y0, int y1) {
    for (int y = y0; y < y1; y++) {
        uint8_t *t = target + ((int64_t)y * stride + x0) * 3;
        const uint8_t *s = source + (origin + y * sy + x0 * sx) * 3;
        for (int x = x0; x < x1; x++, t += 3, s += sx * 3) {
            t[0] = s[0];
            t[1] = s[1];
            t[2] = s[2];
        }
    }
}

void lk_turn(const uint8_t *source, int32_t w, int32_t h, int32_t orientation, uint8_t *target) {
    const int64_t right = w - 1, bottom = (int64_t)(h - 1) * w;
    int64_t origin, sx, sy;
    switch (orientation) {
    case 2: origin = right; sx = -1; sy = w; break;
    case 3: origin = right + bottom; sx = -1; sy = -w; break;
    case 4: origin = bottom; sx = 1; sy = -w; break;
    case 5: origin = 0; sx = w; sy = 1; break;
    case 6: origin = bottom; sx = -w; sy = 1; break;
    case 7: origin = right + bottom; sx = -w; sy = -1; break;
    case 8: origin = right; sx = w; sy = -1; break;
    default: memcpy(target, source, (size_t)w * h * 3); return;
    }
    const int32_t width = orientation >= 5 ? h : w, height = orientation >= 5 ? w : h;
    for (int y = 0; y < height; y += tile)
        for (int x = 0; x < width; x += tile)
            copy_tile(source, origin, sx, sy, target, width, x, x + tile < width ? x + tile : width,
                      y, y + tile < height ? y + tile : height);
}
