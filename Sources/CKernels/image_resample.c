// Separable resampling of 8-bit RGB. The vertical pass comes first: it is a weighted sum of whole rows, the same for
// every byte of a row, and leaves the horizontal pass one row for each output row only.
#include "CKernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

// A fused multiply-add rounds once, a product and a sum twice: without this the levels would differ in the last bit.
#pragma clang fp contract(off)

#if defined(__x86_64__)
#define TARGET_AVX2 __attribute__((target("avx2")))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#endif
#define INLINE static inline __attribute__((always_inline))

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t v16i __attribute__((vector_size(64)));
typedef uint8_t v16b __attribute__((vector_size(16)));
typedef float v4 __attribute__((vector_size(16)));

/// For each output pixel the source pixels that it is made of: weights[i·width + t] of pixel start[i] + t.
typedef struct {
    int32_t *start, *count;
    float *weights;
    int32_t width;
    /// The source pixels that any output pixel needs: [low, high).
    int32_t low, high;
} taps;

/// Taps of one output pixel at most; never more than the picture has pixels, however far a region reaches.
static int32_t widest(ck_axis a, int32_t size) { return (int32_t)fmin(size, 2 * ceil(fmax(1, a.step)) + 2); }

/// The weight of source pixel k before normalisation.
static double weight(ck_filter f, double from, double to, double step, int32_t k) {
    if (f == CK_AREA) return fmax(0, fmin(to, (double)k + 1) - fmax(from, (double)k));
    return fmax(0, 1 - fabs((double)k + 0.5 - (from + to) / 2) / fmax(1, step));
}

static int32_t clamp(double v, int32_t size) { return (int32_t)fmax(0, fmin(size, v)); }

static void fill_taps(taps *t, ck_axis a, ck_filter f, ck_outside outside, int32_t size) {
    if (a.step < 1) f = CK_TRIANGLE;
    double reach = f == CK_AREA ? 0 : fmax(1, a.step) - a.step / 2;
    t->low = size, t->high = 0;
    for (int32_t i = 0; i < a.count; i++) {
        double from = a.origin + a.step * ((double)a.first + i), to = a.origin + a.step * ((double)a.first + i + 1);
        double first = floor(from - reach), last = ceil(to + reach), sum = 0;
        int32_t begin = clamp(first, size), end = clamp(last, size), n = 0;
        float *w = t->weights + (size_t)i * t->width;
        if (!(a.step > 0)) end = begin;  // nothing is covered; also NaN
        for (int32_t k = begin; k < end && n < t->width; k++, n++) {
            double v = weight(f, from, to, a.step, k);
            w[n] = (float)v;
            sum += v;
        }
        // The integral of either weight, which is what the missing pixels would complete the sum to.
        if (outside == CK_OUTSIDE_BLACK && (first < begin || last > end)) sum = fmax(1, a.step);
        for (int32_t k = 0; k < n; k++) w[k] = sum > 0 ? (float)(w[k] / sum) : 0;
        t->start[i] = begin;
        t->count[i] = n;
        if (n == 0) continue;
        if (begin < t->low) t->low = begin;
        if (begin + n > t->high) t->high = begin + n;
    }
    for (int32_t i = 0; i < a.count; i++)
        if (t->count[i] == 0) t->start[i] = t->low;
}

/// acc[0..<n] = Σ weights[t] · (bytes 0..<n of row t). Reads and writes no more than n.
INLINE void sum_rows(const uint8_t *rows, ptrdiff_t stride, const float *weights, int32_t count, float *acc, size_t n) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        v16 s = {0};
        for (int32_t t = 0; t < count; t++) {
            v16b bytes;
            memcpy(&bytes, rows + t * stride + i, 16);
            s += weights[t] * __builtin_convertvector(__builtin_convertvector(bytes, v16i), v16);
        }
        memcpy(acc + i, &s, 64);
    }
    for (; i < n; i++) {
        float s = 0;
        for (int32_t t = 0; t < count; t++) s += weights[t] * (float)rows[t * stride + (ptrdiff_t)i];
        acc[i] = s;
    }
}

/// The R G B (and one value without meaning) of an output pixel.
INLINE v4 sum_pixels(const float *acc, const float *weights, int32_t count) {
    v4 s = {0};
    for (int32_t t = 0; t < count; t++) {
        v4 pixel;
        memcpy(&pixel, acc + 3 * t, 16);
        s += weights[t] * pixel;
    }
    return s;
}

INLINE void bytes_row(const float *acc, const taps *x, int32_t count, uint8_t *out) {
    for (int32_t i = 0; i < count; i++) {
        v4 s = sum_pixels(acc + 3 * (x->start[i] - x->low), x->weights + (size_t)i * x->width, x->count[i]) + 0.5f;
        for (int c = 0; c < 3; c++) out[3 * i + c] = (uint8_t)(s[c] > 255 ? 255 : s[c]);
    }
}

INLINE void planes_row(const float *acc, const taps *x, int32_t count, const ck_planes *p, ptrdiff_t at) {
    v4 mean = {p->mean[0], p->mean[1], p->mean[2], 0}, scale = {p->scale[0], p->scale[1], p->scale[2], 0};
    float *r = p->plane[0] + at, *g = p->plane[1] + at, *b = p->plane[2] + at;
    for (int32_t i = 0; i < count; i++) {
        v4 s = sum_pixels(acc + 3 * (x->start[i] - x->low), x->weights + (size_t)i * x->width, x->count[i]);
        s = (s - mean) * scale;
        r[i] = s[0], g[i] = s[1], b[i] = s[2];
    }
}

typedef struct {
    ck_picture picture;
    taps x, y;
    int32_t width, height;
    float *acc;
    uint8_t *bytes;
    ptrdiff_t bytes_stride;
    ck_planes planes;
} job;

INLINE void run(const job *j) {
    size_t span = j->x.high > j->x.low ? 3 * (size_t)(j->x.high - j->x.low) : 0;
    for (int32_t i = 0; i < j->height; i++) {
        int32_t count = span ? j->y.count[i] : 0;
        const uint8_t *rows = j->picture.pixels;
        if (count) rows += j->y.start[i] * j->picture.stride + 3 * (ptrdiff_t)j->x.low;
        sum_rows(rows, j->picture.stride, j->y.weights + (size_t)i * j->y.width, count, j->acc, span);
        if (j->bytes) bytes_row(j->acc, &j->x, j->width, j->bytes + i * j->bytes_stride);
        else planes_row(j->acc, &j->x, j->width, &j->planes, i * j->planes.stride);
    }
}

static void run_plain(const job *j) { run(j); }
#if defined(__x86_64__)
TARGET_AVX2 static void run_avx2(const job *j) { run(j); }
TARGET_AVX512 static void run_avx512(const job *j) { run(j); }
#endif

static void dispatch(const job *j, int level) {
#if defined(__x86_64__)
    if (level < 0) level = ck_detect();
    if (level == CK_AVX512) return run_avx512(j);
    if (level == CK_AVX2) return run_avx2(j);
#endif
    run_plain(j);
}

static size_t taps_bytes(ck_axis a, int32_t size) { return (size_t)a.count * (8 + 4 * (size_t)widest(a, size)); }

static char *place_taps(taps *t, ck_axis a, int32_t size, char *memory) {
    t->width = widest(a, size);
    t->start = (int32_t *)memory;
    t->count = t->start + a.count;
    t->weights = (float *)(t->count + a.count);
    return memory + taps_bytes(a, size);
}

static int resample(job *j, ck_axis x, ck_axis y, ck_filter filter, ck_outside outside, int level) {
    if (x.count <= 0 || y.count <= 0) return 0;
    j->width = x.count, j->height = y.count;
    size_t row = 4 * (3 * (size_t)j->picture.width + 16);
    int32_t width = j->picture.width, height = j->picture.height;
    char *memory = malloc(taps_bytes(x, width) + taps_bytes(y, height) + row);
    if (!memory) return -1;
    j->acc = (float *)place_taps(&j->y, y, height, place_taps(&j->x, x, width, memory));
    memset(j->acc, 0, row);
    fill_taps(&j->x, x, filter, outside, width);
    fill_taps(&j->y, y, filter, outside, height);
    dispatch(j, level);
    free(memory);
    return 0;
}

int ck_resample_rgb8(ck_picture picture, ck_axis x, ck_axis y, ck_filter filter, ck_outside outside, uint8_t *out,
                     ptrdiff_t out_stride, int level) {
    job j = {.picture = picture, .bytes = out, .bytes_stride = out_stride};
    return resample(&j, x, y, filter, outside, level);
}

int ck_resample_planar(ck_picture picture, ck_axis x, ck_axis y, ck_filter filter, ck_outside outside, ck_planes out,
                       int level) {
    job j = {.picture = picture, .planes = out};
    return resample(&j, x, y, filter, outside, level);
}
