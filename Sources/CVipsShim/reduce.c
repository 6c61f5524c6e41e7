// Separable Catmull-Rom reduction (Keys 1981, a = -1/2) with the kernel widened by the factor, so that nothing aliases.
// Columns are summed first: that is one multiply-add over contiguous floats for each row and result row it touches,
// which compilers vectorise, and leaves the gathering along rows to the (fewer) rows of the result.
#include "reduce.h"
#include "CVipsShim.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int *first;      // first source index of each target index
    int *count;      // number of weights
    size_t *offset;  // into weights
    float *weights;
} axis;

struct lk_reducer {
    int width, height, bands, target_width, target_height;
    uint8_t *target;
    int y, next;  // source row to come; first target row that is not finished
    int ring;     // target rows that can be open at once
    axis columns, rows;
    float *sums;    // ring × (width·bands + 4)
    float *source;  // the present row as floats
    uint8_t *line;  // a finished row
};

static double kernel(double x) {
    x = fabs(x);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
    return 0;
}

static void axis_free(axis *a) {
    free(a->first);
    free(a->count);
    free(a->offset);
    free(a->weights);
}

static int axis_new(axis *a, int source, int target) {
    const double factor = (double)source / target, width = factor > 1 ? factor : 1, support = 2 * width;
    const size_t most = (size_t)ceil(2 * support) + 2;
    a->first = malloc((size_t)target * sizeof *a->first);
    a->count = malloc((size_t)target * sizeof *a->count);
    a->offset = malloc((size_t)target * sizeof *a->offset);
    a->weights = malloc((size_t)target * most * sizeof *a->weights);
    if (!a->first || !a->count || !a->offset || !a->weights) return -1;
    size_t used = 0;
    for (int i = 0; i < target; i++) {
        const double centre = (i + 0.5) * factor;
        int from = (int)ceil(centre - support - 0.5), to = (int)floor(centre + support - 0.5);
        if (from < 0) from = 0;
        if (to > source - 1) to = source - 1;
        double sum = 0;
        for (int k = from; k <= to; k++) sum += kernel((k + 0.5 - centre) / width);
        a->first[i] = from;
        a->count[i] = to - from + 1;
        a->offset[i] = used;
        for (int k = from; k <= to; k++) a->weights[used++] = (float)(kernel((k + 0.5 - centre) / width) / sum);
    }
    return 0;
}

/// Target rows whose windows meet one source row, at most.
static int open_rows(const axis *a, int target) {
    int most = 1;
    for (int i = 0, j = 0; i < target; i++) {
        while (j < target && a->first[j] < a->first[i] + a->count[i]) j++;
        if (j - i > most) most = j - i;
    }
    return most;
}

lk_reducer *lk_reducer_new(int width, int height, int bands, uint8_t *target, int target_width, int target_height) {
    lk_reducer *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    *r = (lk_reducer){.width = width, .height = height, .bands = bands, .target = target,
                      .target_width = target_width, .target_height = target_height};
    if (width == target_width && height == target_height) return r;
    if (axis_new(&r->columns, width, target_width) || axis_new(&r->rows, height, target_height)) goto fail;
    r->ring = open_rows(&r->rows, target_height) + 1;
    const size_t row = (size_t)width * bands + 4;
    r->sums = calloc(r->ring * row, sizeof(float));
    r->source = malloc(row * sizeof(float));
    r->line = malloc((size_t)target_width * bands + 4);
    if (r->sums && r->source && r->line) return r;
fail:
    lk_reducer_free(r);
    return NULL;
}

void lk_reducer_free(lk_reducer *r) {
    if (!r) return;
    axis_free(&r->columns);
    axis_free(&r->rows);
    free(r->sums);
    free(r->source);
    free(r->line);
    free(r);
}

typedef float float4 __attribute__((vector_size(16), aligned(4)));
typedef int32_t int4 __attribute__((vector_size(16)));
typedef uint8_t byte4 __attribute__((vector_size(4), aligned(1)));

// Compiled twice where that pays; the loader picks (measured at 1500→1440 pixels of three bands: half the time).
#if defined(__x86_64__) && defined(__gnu_linux__)
#define FAST __attribute__((target_clones("avx2", "default")))
#else
#define FAST
#endif
#define INLINE static inline __attribute__((always_inline))

INLINE byte4 to_bytes(float4 v) {
    const float4 zero = {0, 0, 0, 0}, most = {255, 255, 255, 255}, half = {0.5f, 0.5f, 0.5f, 0.5f};
    v = __builtin_elementwise_min(__builtin_elementwise_max(v, zero), most) + half;
    return __builtin_convertvector(__builtin_convertvector(v, int4), byte4);
}

/// Three or four bands: one vector of four floats a pixel. With three the last lane is the next pixel's, which the next
/// turn overwrites; sums and line have room for one more.
INLINE void along_row_vector(const lk_reducer *r, const float *sums, uint8_t *line, int bands) {
    const int width = r->target_width, *first = r->columns.first, *count = r->columns.count;
    const float *w = r->columns.weights;
    for (int x = 0; x < width; x++) {
        const float *p = sums + (size_t)first[x] * bands;
        float4 sum = {0, 0, 0, 0};
        for (int k = 0, n = count[x]; k < n; k++, p += bands) sum += *(const float4 *)p * *w++;
        *(byte4 *)(line + (size_t)x * bands) = to_bytes(sum);
    }
}

INLINE void along_row(const lk_reducer *r, const float *sums, uint8_t *line) {
    const float *w = r->columns.weights;
    for (int x = 0; x < r->target_width; x++) {
        const float *p = sums + r->columns.first[x];
        float sum = 0;
        for (int k = 0, n = r->columns.count[x]; k < n; k++) sum += p[k] * *w++;
        line[x] = to_bytes((float4){sum, sum, sum, sum})[0];
    }
}

INLINE void add_row(float *restrict sum, const float *restrict row, float w, size_t n, int start) {
    if (start)
        for (size_t i = 0; i < n; i++) sum[i] = w * row[i];
    else
        for (size_t i = 0; i < n; i++) sum[i] += w * row[i];
}

FAST static void reduce_row(lk_reducer *r, const uint8_t *row) {
    const size_t n = (size_t)r->width * r->bands, out = (size_t)r->target_width * r->bands;
    const int y = r->y++;
    for (size_t i = 0; i < n; i++) r->source[i] = row[i];
    for (int j = r->next; j < r->target_height && r->rows.first[j] <= y; j++) {
        float *sum = r->sums + (size_t)(j % r->ring) * (n + 4);
        const int k = y - r->rows.first[j];
        add_row(sum, r->source, r->rows.weights[r->rows.offset[j] + k], n, k == 0);
        if (k + 1 < r->rows.count[j]) continue;
        if (r->bands == 1) along_row(r, sum, r->line);
        else if (r->bands == 3) along_row_vector(r, sum, r->line, 3);
        else along_row_vector(r, sum, r->line, 4);
        memcpy(r->target + (size_t)j * out, r->line, out);
        r->next = j + 1;
    }
}

void lk_reducer_row(lk_reducer *r, const uint8_t *row) {
    if (r->y >= r->height) return;
    if (r->source) return reduce_row(r, row);
    const size_t n = (size_t)r->width * r->bands;
    memcpy(r->target + (size_t)r->y++ * n, row, n);
}

void lk_fit(int width, int height, int side, int *target_width, int *target_height) {
    const int longest = width > height ? width : height;
    *target_width = width;
    *target_height = height;
    if (side <= 0 || longest <= side) return;
    const double s = (double)side / longest;
    *target_width = (int)fmax(1, floor(width * s + 0.5));
    *target_height = (int)fmax(1, floor(height * s + 0.5));
}

int lk_reduce(const uint8_t *source, int32_t width, int32_t height, int32_t bands,
              uint8_t *target, int32_t target_width, int32_t target_height) {
    lk_reducer *r = lk_reducer_new(width, height, bands, target, target_width, target_height);
    if (!r) return -1;
    for (int y = 0; y < height; y++) lk_reducer_row(r, source + (size_t)y * width * bands);
    lk_reducer_free(r);
    return 0;
}
