// Nearest neighbours: tiles of approximate products; where one could belong to the k best of a row, the Float32
// similarity is computed and entered in the list of that row.
//
// For rows x, y with codes x̂, ŷ: |x·y − x̂·ŷ| ≤ |x̂||y − ŷ| + |x − x̂||y| (Cauchy–Schwarz). With ε the largest such bound
// of a row plus the rounding of Float32, a product more than ε below the k-th similarity found so far proves that the
// pair is not among the k best.
#include "tile.h"
#include <math.h>
#include <stdlib.h>
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

/// Puts x where the root of a heap (largest key first) of n keys was taken away.
static inline void sink(uint64_t *v, size_t n, uint64_t x) {
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        child += child + 1 < n && v[child + 1] > v[child];
        if (v[child] <= x) break;
        v[i] = v[child];
    }
    v[i] = x;
}

static inline void rise(uint64_t *v, size_t i, uint64_t x) {
    for (; i > 0 && v[(i - 1) / 2] < x; i = (i - 1) / 2) v[i] = v[(i - 1) / 2];
    v[i] = x;
}

/// Enters a key and raises at once what later pairs must reach: a threshold that lags costs more products than the
/// heap costs (measured on 100,000 × 256, k 80: 1,070 a row with lists cut when full).
static inline void enter(ck_lists *l, size_t row, uint64_t key) {
    if (key > l->worst[row]) return;
    uint64_t *v = l->entries + row * l->k;
    if (l->count[row] < l->k) {
        rise(v, l->count[row]++, key);
        if (l->count[row] < l->k) return;
    } else {
        sink(v, l->k, key);
    }
    l->worst[row] = v[0];
    float reach = similarity_of(v[0]) - l->margin[row];
    if (reach > l->threshold[row]) l->threshold[row] = reach;
}

enum { PENDING = 16 };

typedef struct {
    const ck_operand *a, *b;
    ck_lists *rows, *columns;
    size_t row, column;  // of the tile's first element
    size_t height, width;
    bool self;
    // pairs whose similarity is to be computed: their rows are on the way from memory meanwhile
    struct { uint32_t row, column; float value; } pending[PENDING];
    size_t waiting;
} place;

static inline size_t number_of(const ck_operand *o, size_t at) { return o->order ? o->order[at] : at; }

static void resolve(place *p) {
    const ck_operand *a = p->a, *b = p->b;
    for (size_t i = 0; i < p->waiting; i++) {
        size_t row = p->pending[i].row, column = p->pending[i].column;
        // what came between may have raised the thresholds
        bool own = p->pending[i].value >= p->rows->threshold[row] && !(p->self && row == column);
        bool other = p->columns && p->pending[i].value >= p->columns->threshold[column];
        if (!own && !other) continue;
        size_t x = number_of(a, row), y = number_of(b, column);
        float s = ck_dot(a->rows + x * a->stride, b->rows + y * b->stride, a->depth, a->level);
        if (own) enter(p->rows, row, ck_key(s, (uint32_t)y));
        if (other) enter(p->columns, column, ck_key(s, (uint32_t)x));
        p->rows->products++;
    }
    p->waiting = 0;
}

static inline void fetch(const ck_operand *o, size_t number) {
    const float *x = o->rows + number * o->stride;
    for (size_t t = 0; t < o->depth && t < 256; t += 16) __builtin_prefetch(x + t);
}

/// Takes note of the elements of one row of a tile whose bits are set.
static void take(place *p, size_t r, uint64_t bits, const float *values) {
    size_t row = p->row + r;
    const uint64_t *allowed = p->rows->allowed;
    bits &= ((uint64_t)1 << p->width) - 1;
    for (; bits; bits &= bits - 1) {
        size_t j = (size_t)__builtin_ctzll(bits), column = p->column + j, y = number_of(p->b, column);
        if (allowed && !(allowed[y / 64] >> y % 64 & 1)) continue;
        fetch(p->a, number_of(p->a, row));
        fetch(p->b, y);
        p->pending[p->waiting].row = (uint32_t)row, p->pending[p->waiting].column = (uint32_t)column;
        p->pending[p->waiting++].value = values[j];
        if (p->waiting == PENDING) resolve(p);
    }
}

/// An element of a tile as a product of vectors.
static inline float product(const ck_operand *a, size_t row, const ck_operand *b, size_t column, const void *tile,
                            size_t at) {
    if (a->kind == CK_FLOAT32) return ((const float *)tile)[at];
    return (float)((const int32_t *)tile)[at] * b->scale[column] * a->scale[row];
}

static void scan_plain(place *p, const void *tile) {
    size_t nr = p->b->right_rows;
    float q[CK_MAX_RIGHT];
    for (size_t r = 0; r < p->height; r++) {
        uint64_t bits = 0;
        for (size_t j = 0; j < p->width; j++) {
            q[j] = product(p->a, p->row + r, p->b, p->column + j, tile, r * nr + j);
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

T_AVX2 static void scan_avx2(place *p, const void *tile) {
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

T_AVX512 static void scan_avx512(place *p, const void *tile) {
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

typedef void (*scan_function)(place *, const void *);

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
    place p = {.a = a, .b = b, .rows = rows, .columns = columns, .self = self};
    for (size_t j = 0; j < n; j += nr)
        for (size_t i = 0; i < m; i += mr) {
            const uint8_t *pa = a->left + (a0 + i) / mr * a->left_bytes, *pb = b->right + (b0 + j) / nr * b->right_bytes;
            multiply(pa, pb, a->steps, a->bias ? a->bias + a0 + i : none, tile);
            p.row = a0 + i, p.column = b0 + j;
            p.height = m - i < mr ? m - i : mr, p.width = n - j < nr ? n - j : nr;
            scan(&p, tile);
        }
    resolve(&p);
}

/// The k-th largest of n numbers (k from 1); their order is lost.
static float largest(float *v, size_t n, size_t k) {
    size_t low = 0, high = n - 1, want = k - 1;
    while (low < high) {
        float x = v[low], y = v[low + (high - low) / 2], z = v[high];
        float pivot = fmaxf(fminf(x, y), fminf(fmaxf(x, y), z));
        size_t i = low, j = high;
        while (i <= j) {
            while (v[i] > pivot) i++;
            while (v[j] < pivot) j--;
            if (i > j) break;
            float t = v[i];
            v[i++] = v[j], v[j] = t;
            if (j-- == 0) break;
        }
        if (want < i && (j == SIZE_MAX || want > j)) return v[want];
        if (want >= i) low = i;
        else high = j;
    }
    return v[low];
}

bool ck_seed(const ck_operand *a, size_t a0, size_t m, const ck_operand *b, size_t b0, size_t n, ck_lists *rows,
             bool self) {
    uint32_t tile[CK_MAX_LEFT * CK_MAX_RIGHT] __attribute__((aligned(64)));
    int32_t none[CK_MAX_LEFT] = {0};
    size_t mr = a->left_rows, nr = b->right_rows, k = rows->k;
    if (n <= k + 1 || rows->allowed) return true;
    float *q = malloc(mr * n * sizeof *q);
    if (!q) return false;
    ck_tile multiply = ck_tile_of(a);
    for (size_t i = 0; i < m; i += mr) {
        size_t height = m - i < mr ? m - i : mr;
        for (size_t j = 0; j < n; j += nr) {
            const uint8_t *pa = a->left + (a0 + i) / mr * a->left_bytes, *pb = b->right + (b0 + j) / nr * b->right_bytes;
            multiply(pa, pb, a->steps, a->bias ? a->bias + a0 + i : none, tile);
            size_t width = n - j < nr ? n - j : nr;
            for (size_t r = 0; r < height; r++)
                for (size_t c = 0; c < width; c++) q[r * n + j + c] = product(a, a0 + i + r, b, b0 + j + c, tile, r * nr + c);
        }
        for (size_t r = 0; r < height; r++) {
            size_t row = a0 + i + r;
            if (self && row >= b0 && row < b0 + n) q[r * n + row - b0] = -INFINITY;
            float reach = largest(q + r * n, n, k) - 2 * rows->margin[row];
            if (reach > rows->threshold[row]) rows->threshold[row] = reach;
        }
    }
    free(q);
    return true;
}

void ck_rank(ck_lists *lists, size_t row, int32_t *indices, float *similarities) {
    uint64_t *v = lists->entries + row * lists->k;
    size_t n = lists->count[row];
    for (size_t left = n; left > 0; left--) {
        uint64_t worst = v[0];
        sink(v, left - 1, v[left - 1]);
        indices[left - 1] = (int32_t)(uint32_t)worst, similarities[left - 1] = similarity_of(worst);
    }
    for (size_t i = n; i < lists->k; i++) indices[i] = -1, similarities[i] = -INFINITY;
}
