#include "CKernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#define TARGET_AVX2 __attribute__((target("avx2")))
#endif
#define INLINE static inline __attribute__((always_inline))

// Four lanes are one RGB pixel and a byte of the next: clang turns these into SSE or NEON, whichever the target has.
typedef float f32x4 __attribute__((vector_size(16)));
typedef uint8_t u8x4 __attribute__((vector_size(4)));

INLINE f32x4 pixel(const uint8_t *p) {
    u8x4 b;
    memcpy(&b, p, 4);
    return __builtin_convertvector(b, f32x4);
}

/// A pixel by clamped or blackened coordinates, reading three bytes only.
static f32x4 pixel_checked(const uint8_t *src, long w, long h, long x, long y, ck_fill fill) {
    if (x < 0 || y < 0 || x >= w || y >= h) {
        if (fill == CK_FILL_ZERO) return (f32x4){0, 0, 0, 0};
        x = x < 0 ? 0 : x >= w ? w - 1 : x;
        y = y < 0 ? 0 : y >= h ? h - 1 : y;
    }
    const uint8_t *p = src + (y * w + x) * 3;
    return (f32x4){p[0], p[1], p[2], 0};
}

/// The largest whole number up to v, without a call of the mathematical library.
INLINE long whole(float v) {
    long n = (long)v;
    return n - (v < (float)n);
}

/// Bilinear value at (x, y), where integers are pixel centres.
INLINE f32x4 bilinear(const uint8_t *src, long w, long h, float x, float y, ck_fill fill) {
    long ix = whole(x), iy = whole(y);
    float ax = x - (float)ix, ay = y - (float)iy;
    f32x4 a, b, c, d;
    if (ix >= 0 && iy >= 0 && ix + 2 < w && iy + 1 < h) {  // ix + 2: the fourth byte of the right pixel is read too
        const uint8_t *p = src + (iy * w + ix) * 3;
        a = pixel(p), b = pixel(p + 3), c = pixel(p + w * 3), d = pixel(p + w * 3 + 3);
    } else {
        a = pixel_checked(src, w, h, ix, iy, fill), b = pixel_checked(src, w, h, ix + 1, iy, fill);
        c = pixel_checked(src, w, h, ix, iy + 1, fill), d = pixel_checked(src, w, h, ix + 1, iy + 1, fill);
    }
    f32x4 top = a + (b - a) * ax, bottom = c + (d - c) * ax;
    return top + (bottom - top) * ay;
}

/// Positions far outside are all alike; limited, they fit a long and a float keeps fractions of a pixel.
INLINE float limited(double v, long size) { return (float)(v < -4 ? -4 : v > size + 4.0 ? size + 4.0 : v); }

/// Samples with n×n positions in each chip pixel.
INLINE void sample_grid(const uint8_t *src, long w, long h, const double m[6], int n, ck_fill fill, uint8_t *out,
                        size_t out_w, size_t out_h) {
    float weight = 1.0f / (float)(n * n);
    for (size_t v = 0; v < out_h; v++) {
        for (size_t u = 0; u < out_w; u++, out += 3) {
            f32x4 sum = {0.5f, 0.5f, 0.5f, 0};
            for (int k = 0; k < n * n; k++) {
                double cu = (double)u + (k % n + 0.5) / n, cv = (double)v + (k / n + 0.5) / n;
                double x = m[0] * cu + m[1] * cv + m[2] - 0.5, y = m[3] * cu + m[4] * cv + m[5] - 0.5;
                sum += bilinear(src, w, h, limited(x, w), limited(y, h), fill) * weight;
            }
            out[0] = (uint8_t)sum[0], out[1] = (uint8_t)sum[1], out[2] = (uint8_t)sum[2];
        }
    }
}

/// n is 1 or 2: as a constant, the loop over positions disappears.
INLINE void sample_once_or_twice(const uint8_t *src, long w, long h, const double m[6], int n, ck_fill fill,
                                 uint8_t *out, size_t out_w, size_t out_h) {
    if (n == 1) sample_grid(src, w, h, m, 1, fill, out, out_w, out_h);
    else sample_grid(src, w, h, m, 2, fill, out, out_w, out_h);
}

#if defined(__x86_64__)
// AVX2 without fused multiply-add: the same bits as without.
TARGET_AVX2 static void sample_avx2(const uint8_t *src, long w, long h, const double m[6], int n, ck_fill fill,
                                    uint8_t *out, size_t out_w, size_t out_h) {
    sample_once_or_twice(src, w, h, m, n, fill, out, out_w, out_h);
}
#endif

static void sample(const uint8_t *src, long w, long h, const double m[6], int n, ck_fill fill, uint8_t *out,
                   size_t out_w, size_t out_h) {
#if defined(__x86_64__)
    ck_level level = ck_detect();
    if (level == CK_AVX2 || level == CK_AVX512) return sample_avx2(src, w, h, m, n, fill, out, out_w, out_h);
#endif
    sample_once_or_twice(src, w, h, m, n, fill, out, out_w, out_h);
}

/// The part of a picture that a chip shows, averaged over f×f pixels.
typedef struct {
    uint8_t *pixels;
    long x, y, w, h;
} reduced;

static void reduce_row(const uint8_t *src, size_t w, long x0, long x1, long rows, long f, uint32_t *sums, uint8_t *out) {
    size_t n = (size_t)(x1 - x0) * 3;
    memset(sums, 0, n * sizeof *sums);
    for (long r = 0; r < rows; r++) {
        const uint8_t *p = src + ((size_t)r * w + (size_t)x0) * 3;
        for (size_t i = 0; i < n; i++) sums[i] += p[i];
    }
    for (long x = x0; x < x1; x += f, out += 3) {
        long columns = x1 - x < f ? x1 - x : f;
        uint32_t s[3] = {0, 0, 0}, count = (uint32_t)(columns * rows);
        for (long c = 0; c < columns; c++) {
            const uint32_t *p = sums + (x - x0 + c) * 3;
            s[0] += p[0], s[1] += p[1], s[2] += p[2];
        }
        for (int k = 0; k < 3; k++) out[k] = (uint8_t)((s[k] + count / 2) / count);
    }
}

static int reduce(const uint8_t *src, size_t w, size_t h, const double m[6], long f, size_t out_w, size_t out_h,
                  reduced *r) {
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (int k = 0; k < 4; k++) {
        double u = k & 1 ? (double)out_w : 0, v = k & 2 ? (double)out_h : 0;
        double x = m[0] * u + m[1] * v + m[2], y = m[3] * u + m[4] * v + m[5];
        x0 = fmin(x0, x), x1 = fmax(x1, x), y0 = fmin(y0, y), y1 = fmax(y1, y);
    }
    // two reduced pixels more on each side, so that only the picture's own edges are seen as edges
    x0 = fmax(x0 - 2.0 * (double)f, 0), y0 = fmax(y0 - 2.0 * (double)f, 0);
    x1 = fmin(x1 + 2.0 * (double)f, (double)w), y1 = fmin(y1 + 2.0 * (double)f, (double)h);
    r->x = (long)x0, r->y = (long)y0;
    long right = (long)ceil(x1), bottom = (long)ceil(y1);
    if (right <= r->x || bottom <= r->y) return 1;  // the chip lies outside the picture altogether
    r->w = (right - r->x + f - 1) / f, r->h = (bottom - r->y + f - 1) / f;
    r->pixels = malloc((size_t)r->w * (size_t)r->h * 3 + 4);
    uint32_t *sums = malloc((size_t)(right - r->x) * 3 * sizeof *sums);
    if (!r->pixels || !sums) {
        free(r->pixels), free(sums);
        return -1;
    }
    for (long y = 0; y < r->h; y++) {
        long top = r->y + y * f, rows = bottom - top < f ? bottom - top : f;
        reduce_row(src + (size_t)top * w * 3, w, r->x, right, rows, f, sums, r->pixels + y * r->w * 3);
    }
    free(sums);
    return 0;
}

int ck_warp_rgb8(const uint8_t *src, size_t w, size_t h, const double m[6], ck_fill fill, uint8_t *out, size_t out_w,
                 size_t out_h) {
    for (int k = 0; k < 6; k++) if (!isfinite(m[k])) return -1;
    if (w == 0 || h == 0) {
        memset(out, 0, out_w * out_h * 3);
        return 0;
    }
    double shrink = sqrt(fabs(m[0] * m[4] - m[1] * m[3]));
    if (shrink < 2) {
        // 1.25: below it, 2×2 positions and one differ by less than a grey level on photographs
        sample(src, (long)w, (long)h, m, shrink > 1.25 ? 2 : 1, fill, out, out_w, out_h);
        return 0;
    }
    long f = (long)fmin(floor(shrink), 4096);
    reduced r;
    int status = reduce(src, w, h, m, f, out_w, out_h, &r);
    if (status < 0) return -1;
    if (status > 0) {
        sample(src, (long)w, (long)h, m, 1, fill, out, out_w, out_h);
        return 0;
    }
    double s = 1.0 / (double)f;
    double n[6] = {m[0] * s, m[1] * s, (m[2] - (double)r.x) * s, m[3] * s, m[4] * s, (m[5] - (double)r.y) * s};
    sample(r.pixels, r.w, r.h, n, shrink * s > 1.25 ? 2 : 1, fill, out, out_w, out_h);
    free(r.pixels);
    return 0;
}

void ck_planar_f32(const uint8_t *rgb, size_t w, size_t h, const float mean[3], const float scale[3], int bgr, int flip,
                   float *out) {
    for (int k = 0; k < 3; k++) {
        const uint8_t *p = rgb + (bgr ? 2 - k : k);
        float a = scale[k], b = -mean[k] * scale[k];
        for (size_t y = 0; y < h; y++, p += w * 3, out += w) {
            if (flip) for (size_t x = 0; x < w; x++) out[x] = p[(w - 1 - x) * 3] * a + b;
            else for (size_t x = 0; x < w; x++) out[x] = p[x * 3] * a + b;
        }
    }
}

/// Luma of BT.601 in integers; the weights sum to 256.
static inline int luma(const uint8_t *p) { return (77 * p[0] + 150 * p[1] + 29 * p[2] + 128) >> 8; }

void ck_measure_chip(const uint8_t *rgb, size_t w, size_t x0, size_t y0, size_t x1, size_t y1, ck_chip_measures *out) {
    int64_t sum = 0, squares = 0, laplacian = 0, laplacian_squares = 0, dark = 0, bright = 0;
    for (size_t y = y0; y < y1; y++) {
        const uint8_t *row = rgb + y * w * 3;
        int inner_row = y > y0 && y + 1 < y1;
        for (size_t x = x0; x < x1; x++) {
            int v = luma(row + x * 3);
            sum += v, squares += v * v, dark += v <= 10, bright += v >= 245;
            if (!inner_row || x == x0 || x + 1 == x1) continue;
            int l = luma(row + x * 3 - 3) + luma(row + x * 3 + 3) + luma(row + x * 3 - w * 3) +
                    luma(row + x * 3 + w * 3) - 4 * v;
            laplacian += l, laplacian_squares += l * l;
        }
    }
    double n = (double)((x1 - x0) * (y1 - y0)), inner = (double)((x1 - x0 - 2) * (y1 - y0 - 2));
    out->mean = (double)sum / n;
    out->deviation = sqrt(fmax(0, (double)squares / n - out->mean * out->mean));
    double mean_laplacian = (double)laplacian / inner;
    out->laplacian_variance = (double)laplacian_squares / inner - mean_laplacian * mean_laplacian;
    out->dark = (double)dark / n;
    out->bright = (double)bright / n;
}
