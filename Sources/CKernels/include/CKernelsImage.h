#ifndef CKERNELS_IMAGE_H
#define CKERNELS_IMAGE_H
#include <stddef.h>
#include <stdint.h>

/// A picture of 8-bit R G B, rows `stride` bytes apart.
typedef struct {
    const uint8_t *pixels;
    int32_t width, height;
    ptrdiff_t stride;
} ck_picture;

/// Output pixel i of an axis covers [origin + step·(first + i), origin + step·(first + i + 1)) of the source.
///
/// `first` lets a part of a larger output be made bit for bit as if the whole had been made.
typedef struct {
    double origin, step;
    int32_t first, count;
} ck_axis;

typedef enum {
    /// The mean over what an output pixel covers; where that is less than one source pixel, as CK_TRIANGLE.
    CK_AREA = 0,
    /// Linear interpolation; when shrinking the triangle is as wide as the output pixel asks (anti-aliased).
    CK_TRIANGLE = 1
} ck_filter;

typedef enum {
    /// What lies outside the picture is black.
    CK_OUTSIDE_BLACK = 0,
    /// What lies outside the picture has no weight.
    CK_OUTSIDE_IGNORED = 1
} ck_outside;

/// What a planar output is made of: plane[c] receives (value − mean[c])·scale[c] of channel c (R, G, B).
typedef struct {
    float *plane[3];
    float mean[3], scale[3];
    /// Floats from one row to the next.
    ptrdiff_t stride;
} ck_planes;

/// Resamples a region of a picture to 8-bit R G B. `level`: 0 plain C, 1 AVX2, 2 AVX-512, −1 the best of this machine;
/// all give the same bits. Returns 0, or −1 when there is no memory.
int ck_resample_rgb8(ck_picture picture, ck_axis x, ck_axis y, ck_filter filter, ck_outside outside, uint8_t *out,
                     ptrdiff_t out_stride, int level);

/// Resamples a region of a picture into three planes of floats, as networks read them. Returns as above.
int ck_resample_planar(ck_picture picture, ck_axis x, ck_axis y, ck_filter filter, ck_outside outside, ck_planes out,
                       int level);

/// Halves both sides (rounded up) by the mean of 2×2 pixels; at an odd edge the mean of those that exist.
/// `out` holds ((width + 1) / 2) · ((height + 1) / 2) · 3 bytes. `sums`: room for width·3 numbers.
void ck_halve_rgb8(ck_picture picture, uint8_t *out, uint16_t *sums);

/// Greedy non-maximum suppression of n boxes that are sorted by falling score: dropped[i] becomes 1 where a kept box
/// before i has more than `limit` in common with it, relative to the union (or to the smaller area when `smaller`).
void ck_suppress(const float *left, const float *top, const float *right, const float *bottom, size_t n, float limit,
                 int smaller, uint8_t *dropped);
#endif
