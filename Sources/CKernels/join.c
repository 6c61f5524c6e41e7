// Nearest neighbours: tiles of approximate products; where one could belong to the k best of a row, the Float32
// similarity is computed and entered in the list of that row.
//
// For rows x, y with codes x̂, ŷ: |x·y − x̂·ŷ| ≤ |x̂||y − ŷ| + |x − x̂||y| (Cauchy–Schwarz). With ε the largest such bound
// of a row plus the rounding of Float32, a product more than ε below the k-th similarity found so far proves that the
// pair is not among the k best.
#include "tile.h"
#include <math.h>
#include <string.h>

uint64_t ck_key(float similarity, uint32_t index) {
    uint32_t u;
    similarity += 0.0f;  // −0 is 0
    memcpy(&u, &similarity, 4);
    u = u >> 31 ? u : ~(u | 0x80000000u);
    return (uint64_t)u << 32 | index;
}

static float similarity_of(uint64_t key) {
    uint32_t u = (uint32_t)(key >> 32);
    u = u >> 31 ? u : ~(u | 0x80000000u);
    float s;
    memcpy(&s, &u, 4);
    return s;
}

static inline uint64_t median(uint64_t a, uint64_t b, uint64_t c) {
    uint64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/// Parts v[0 ..< n] by Hoare's scheme: the first part, whose length is the result, holds nothing larger than the rest.
static size_t part(uint64_t *v, size_t n) {
    uint64_t pivot = median(v[0], v[n / 2], v[n - 1]);
    size_t i = 0, j = n - 1;
    for (;; i++, j--) {
        while (v[i] < pivot) i++;
        while (v[j] > pivot) j--;
        if (i >= j) break;
        uint64_t t = v[i];
        v[i] = v[j], v[j] = t;
    }
    // at the end j == i on the pivot itself, or j == i − 1
    return i == 0 ? 1 : i;
}

static void insertion_sort(uint64_t *v, size_t n) {
    for (size_t i = 1; i < n; i++) {
        uint64_t x = v[i];
        size_t j = i;
        for (; j > 0 && v[j - 1] > x; j--) v[j] = v[j - 1];
        v[j] = x;
    }
}

/// Brings the k smallest to the front (quickselect, Hoare 1961).
static void select_smallest(uint64_t *v, size_t n, size_t k) {
    while (n > 16) {
        size_t left = part(v, n);
        if (k == left) return;
        if (k < left) n = left;
        else v += left, n -= left, k -= left;
    }
    insertion_sort(v, n);
}

static void sort(uint64_t *v, size_t n) {
    while (n > 24) {
        // the shorter part by recursion: the depth is at most log n
        size_t left = part(v, n);
        if (left < n - left) sort(v, left), v += left, n -= left;
        else sort(v + left, n - left), n = left;
    }
    insertion_sort(v, n);
}

/// Cuts a full list to its k best and raises what later pairs must reach.
static void cut(ck_lists *l, size_t row) {
    uint64_t *v = l->entries + row * l->capacity;
    select_smallest(v, l->count[row], l->k);
    uint64_t worst = v[0];
    for (size_t i = 1; i < l->k; i++) worst = worst > v[i] ? worst : v[i];
    l->count[row] = (uint32_t)l->k;
    l->worst[row] = worst;
    l->threshold[row] = similarity_of(worst) - l->margin[row];
}

static inline void enter(ck_lists *l, size_t row, uint64_t key) {
    if (key > l->worst[row]) return;
    l->entries[row * l->capacity + l->count[row]++] = key;
    if (l->count[row] == l->capacity) cut(l, row);
}

typedef struct {
    const ck_operand *a, *b;
    ck_lists *rows, *columns;
    size_t row, column;  // of the tile's first element
    size_t height, width;
    bool self;
} place;

/// Computes the similarity of the elements of one row of a tile whose bits are set, and enters it.
static void take(const place *p, size_t r, uint64_t bits, const float *values) {
    const ck_operand *a = p->a, *b = p->b;
    size_t row = p->row + r;
    if (p->width < 64) bits &= ((uint64_t)1 << p->width) - 1;
    for (; bits; bits &= bits - 1) {
        size_t j = (size_t)__builtin_ctzll(bits), column = p->column + j;
        // a cut of a moment ago may have raised the threshold
        bool own = values[j] >= p->rows->threshold[row] && !(p->self && row == column);
        bool other = p->columns && values[j] >= p->columns->threshold[column];
        if (!own && !other) continue;
        float s = ck_dot(a->rows + row * a->stride, b->rows + column * b->stride, a->depth, a->level);
        if (own) enter(p->rows, row, ck_key(s, (uint32_t)column));
        if (other) enter(p->columns, column, ck_key(s, (uint32_t)row));
        p->rows->products++;
    }
}

static void scan_plain(const place *p, const void *tile) {
    size_t nr = p->b->right_rows;
    float q[CK_MAX_RIGHT];
    for (size_t r = 0; r < p->height; r++) {
        uint64_t bits = 0;
        for (size_t j = 0; j < p->width; j++) {
            size_t at = r * nr + j;
            q[j] = p->a->kind == CK_FLOAT32
                       ? ((const float *)tile)[at]
                       : (float)((const int32_t *)tile)[at] * p->b->scale[p->column + j] * p->a->scale[p->row + r];
            bool hit = q[j] >= p->rows->threshold[p->row + r];
            if (p->columns) hit |= q[j] >= p->columns->threshold[p->column + j];
            bits |= (uint64_t)hit << j;
        }
        if (bits) take(p, r, bits, q);
    }
}

#if defined(__x86_64__)
#include <immintrin.h>
#define T_AVX2 __attribute__((target("avx2,fma")))
#define T_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")))
#define UNROLL _Pragma("clang loop unroll(full)")

T_AVX2 static void scan_avx2(const place *p, const void *tile) {
    bool codes = p->a->kind == CK_INT8;
    __m256 never = _mm256_set1_ps(INFINITY), scale[2], limit[2];
    float q[16] __attribute__((aligned(32)));
    UNROLL for (int j = 0; j < 2; j++) {
        scale[j] = codes ? _mm256_loadu_ps(p->b->scale + p->column + 8 * j) : never;
        limit[j] = p->columns ? _mm256_loadu_ps(p->columns->threshold + p->column + 8 * j) : never;
    }
    for (size_t r = 0; r < p->height; r++) {
        __m256 own = _mm256_set1_ps(p->rows->threshold[p->row + r]), v[2];
        uint64_t bits = 0;
        UNROLL for (int j = 0; j < 2; j++) {
            v[j] = _mm256_load_ps((const float *)tile + 16 * r + 8 * j);
            if (codes) {
                v[j] = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_castps_si256(v[j])), scale[j]);
                v[j] = _mm256_mul_ps(v[j], _mm256_set1_ps(p->a->scale[p->row + r]));
            }
            __m256 hit = _mm256_or_ps(_mm256_cmp_ps(v[j], own, _CMP_GE_OQ), _mm256_cmp_ps(v[j], limit[j], _CMP_GE_OQ));
            bits |= (uint64_t)(unsigned)_mm256_movemask_ps(hit) << (8 * j);
        }
        if (!bits) continue;
        _mm256_store_ps(q, v[0]), _mm256_store_ps(q + 8, v[1]);
        take(p, r, bits, q);
    }
}

T_AVX512 static void scan_avx512(const place *p, const void *tile) {
    bool codes = p->a->kind == CK_INT8;
    __m512 never = _mm512_set1_ps(INFINITY), scale[3], limit[3];
    float q[48] __attribute__((aligned(64)));
    UNROLL for (int j = 0; j < 3; j++) {
        scale[j] = codes ? _mm512_loadu_ps(p->b->scale + p->column + 16 * j) : never;
        limit[j] = p->columns ? _mm512_loadu_ps(p->columns->threshold + p->column + 16 * j) : never;
    }
    for (size_t r = 0; r < p->height; r++) {
        __m512 own = _mm512_set1_ps(p->rows->threshold[p->row + r]), v[3];
        uint64_t bits = 0;
        UNROLL for (int j = 0; j < 3; j++) {
            v[j] = _mm512_load_ps((const float *)tile + 48 * r + 16 * j);
            if (codes) {
                v[j] = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_castps_si512(v[j])), scale[j]);
                v[j] = _mm512_mul_ps(v[j], _mm512_set1_ps(p->a->scale[p->row + r]));
            }
            __mmask16 hit = _mm512_cmp_ps_mask(v[j], own, _CMP_GE_OQ) | _mm512_cmp_ps_mask(v[j], limit[j], _CMP_GE_OQ);
            bits |= (uint64_t)hit << (16 * j);
        }
        if (!bits) continue;
        UNROLL for (int j = 0; j < 3; j++) _mm512_store_ps(q + 16 * j, v[j]);
        take(p, r, bits, q);
    }
}
#endif

typedef void (*scan_function)(const place *, const void *);

static scan_function scan_of(const ck_operand *o) {
#if defined(__x86_64__)
    if (o->right_rows == 48) return scan_avx512;
    if (o->left_rows == 6) return scan_avx2;
#endif
    (void)o;
    return scan_plain;
}

void ck_join(const ck_operand *a, size_t a0, size_t m, const ck_operand *b, size_t b0, size_t n, ck_lists *rows,
             ck_lists *columns, bool self) {
    uint32_t tile[CK_MAX_LEFT * CK_MAX_RIGHT] __attribute__((aligned(64)));
    int32_t none[CK_MAX_LEFT] = {0};
    ck_tile multiply = ck_tile_of(a);
    scan_function scan = scan_of(a);
    size_t mr = a->left_rows, nr = b->right_rows;
    for (size_t j = 0; j < n; j += nr)
        for (size_t i = 0; i < m; i += mr) {
            const uint8_t *pa = a->left + (a0 + i) / mr * a->left_bytes, *pb = b->right + (b0 + j) / nr * b->right_bytes;
            multiply(pa, pb, a->steps, a->bias ? a->bias + a0 + i : none, tile);
            place p = {a, b, rows, columns, a0 + i, b0 + j, m - i < mr ? m - i : mr, n - j < nr ? n - j : nr, self};
            scan(&p, tile);
        }
}

void ck_rank(ck_lists *lists, size_t row, int32_t *indices, float *similarities) {
    uint64_t *v = lists->entries + row * lists->capacity;
    size_t n = lists->count[row], k = lists->k;
    if (n > k) select_smallest(v, n, k), n = k;
    sort(v, n);
    for (size_t i = 0; i < n; i++) indices[i] = (int32_t)(uint32_t)v[i], similarities[i] = similarity_of(v[i]);
    for (size_t i = n; i < k; i++) indices[i] = -1, similarities[i] = -INFINITY;
}
