#ifndef CKERNELS_WARP_H
#define CKERNELS_WARP_H
#include <stddef.h>
#include <stdint.h>

/// Outside the picture: 0 black, 1 the nearest edge pixel.
typedef enum { CK_FILL_ZERO = 0, CK_FILL_EDGE = 1 } ck_fill;

/// Draws `out_w`×`out_h` RGB pixels of the picture `src` (`w`×`h`, rows packed) through an affine map into `out`.
///
/// `m` maps a chip position (u, v) to the picture: x = m0·u + m1·v + m2, y = m3·u + m4·v + m5; the centre of pixel i lies
/// at i + 0.5 on both sides. Bilinear; where the chip is smaller than the part of the picture that it shows, the part
/// is first averaged over whole pixels and then sampled 2×2, so that nothing aliases. Returns 0, or -1 when memory is
/// short or the map is not finite.
int ck_warp_rgb8(const uint8_t *src, size_t w, size_t h, const double m[6], ck_fill fill, uint8_t *out, size_t out_w,
                 size_t out_h);

/// RGB bytes of a `w`×`h` chip → three planes of floats: (pixel − mean)·scale, channels reversed if `bgr`, columns
/// reversed if `flip`; mean and scale in the order of the planes.
void ck_planar_f32(const uint8_t *rgb, size_t w, size_t h, const float mean[3], const float scale[3], int bgr, int flip,
                   float *out);

/// What one pass over the luma (ITU-R BT.601, 0…255) of an RGB chip tells about it.
typedef struct {
    double mean;
    double deviation;
    /// Variance of the 4-neighbour Laplacian over the inner pixels (Pech-Pacheco et al. 2000).
    double laplacian_variance;
    /// Share of pixels with luma ≤ 10 and ≥ 245.
    double dark, bright;
} ck_chip_measures;

/// Measures the rectangle x0 ≤ x < x1, y0 ≤ y < y1 of a chip `w` pixels wide; at least 3×3 pixels.
void ck_measure_chip(const uint8_t *rgb, size_t w, size_t x0, size_t y0, size_t x1, size_t y1, ck_chip_measures *out);
#endif
