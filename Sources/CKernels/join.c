// Nearest neighbours: tiles of approximate products, each offered to lists that provably keep the k best.
//
// For rows x, y with codes x̂, ŷ: |x·y − x̂·ŷ| ≤ |x̂||y − ŷ| + |x − x̂||y| (Cauchy–Schwarz). With ε the largest such bound
// of a row, plus the rounding of Float32, an entry more than 2ε below the k-th largest product is not among the k best.
#include "tile.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// The k-th largest of n numbers (k from 1); their order is lost. Hoare 1961, with the median of three.
static float largest(float *v, size_t n, size_t k) {
    size_t low = 0, high = n - 1, want = k - 1;
    while (low < high) {
        float a = v[low], b = v[low + (high - low) / 2], c = v[high];
        float pivot = fmaxf(fminf(a, b), fminf(fmaxf(a, b), c));
        ptrdiff_t i = (ptrdiff_t)low, j = (ptrdiff_t)high;
        while (i <= j) {
            while (v[i] > pivot) i++;
            while (v[j] < pivot) j--;
            if (i > j) break;
            float t = v[i];
            v[i++] = v[j], v[j--] = t;
        }
        if ((ptrdiff_t)want <= j) high = (size_t)j;
        else if ((ptrdiff_t)want >= i) low = (size_t)i;
        else break;
    }
    return v[want];
}

/// Memory for n values of eight bytes: `small`, or from the heap where a list is long.
enum { SMALL = 2048 };
static void *room(uint64_t *small, size_t n) { return n <= SMALL ? small : malloc(n * 8); }
static void release(void *memory, const uint64_t *small) {
    if (memory != small) free(memory);
}

/// Drops the entries of a row that cannot belong to its k best; raises its threshold.
static void prune(ck_lists *l, size_t row) {
    ck_entry *e = l->entries + row * l->capacity;
    size_t n = l->count[row], kept = 0;
    if (n <= l->k) return;
    uint64_t small[SMALL];
    float *v = room(small, n);
    for (size_t i = 0; i < n; i++) v[i] = e[i].value;
    float cut = largest(v, n, l->k) - l->margin[row];
    release(v, small);
    if (cut > l->threshold[row]) l->threshold[row] = cut;
    for (size_t i = 0; i < n; i++)
        if (e[i].value >= cut) e[kept++] = e[i];
    l->count[row] = (uint32_t)kept;
}

/// A key that rises as the similarity falls, and with the index among equal ones.
static uint64_t key(float similarity, uint32_t index) {
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

static void sort(uint64_t *v, size_t n) {
    while (n > 24) {
        uint64_t a = v[0], b = v[n / 2], c = v[n - 1];
        uint64_t low = a < b ? a : b, high = a < b ? b : a, pivot = c < low ? low : c > high ? high : c;
        size_t i = 0, j = n - 1;
        for (;; i++, j--) {
            while (v[i] < pivot) i++;
            while (v[j] > pivot) j--;
            if (i >= j) break;
            uint64_t t = v[i];
            v[i] = v[j], v[j] = t;
        }
        // the shorter part by recursion: the depth is at most log n
        size_t left = j + 1;
        if (left < n - left) sort(v, left), v += left, n -= left;
        else sort(v + left, n - left), n = left;
    }
    for (size_t i = 1; i < n; i++) {
        uint64_t x = v[i];
        size_t j = i;
        for (; j > 0 && v[j - 1] > x; j--) v[j] = v[j - 1];
        v[j] = x;
    }
}

/// Float32 similarities of all entries of a list as sorted keys.
static void exact(const ck_operand *a, size_t row, const ck_operand *b, const ck_entry *e, size_t n, uint64_t *keys) {
    const float *x = a->rows + row * a->stride;
    for (size_t i = 0; i < n; i++) {
        if (i + 4 < n)
            for (size_t t = 0; t < a->depth && t < 512; t += 16)
                __builtin_prefetch(b->rows + e[i + 4].index * b->stride + t);
        keys[i] = key(ck_dot(x, b->rows + e[i].index * b->stride, a->depth, a->level), e[i].index);
    }
    sort(keys, n);
}

/// Makes room in a full list: by the bound, or, where too many are close to one another (copies of one photo by the
/// thousand), by their true similarities.
static void make_room(ck_lists *l, size_t row, const ck_operand *a, const ck_operand *b) {
    prune(l, row);
    size_t n = l->count[row];
    if (n + n / 8 + 8 < l->capacity) return;
    ck_entry *e = l->entries + row * l->capacity;
    uint64_t small[SMALL], *keys = room(small, n);
    exact(a, row, b, e, n, keys);
    for (size_t i = 0; i < l->k; i++) e[i] = (ck_entry){(uint32_t)keys[i], similarity_of(keys[i])};
    release(keys, small);
    l->count[row] = (uint32_t)l->k;
    // what follows is compared with true values: once the bound, not twice
    float cut = e[l->k - 1].value - l->margin[row] / 2;
    if (cut > l->threshold[row]) l->threshold[row] = cut;
}

static inline void offer(ck_lists *l, size_t row, size_t index, float value, const ck_operand *a, const ck_operand *b) {
    if (!(value >= l->threshold[row])) return;
    uint32_t n = l->count[row]++;
    l->entries[row * l->capacity + n] = (ck_entry){(uint32_t)index, value};
    if (n + 1 == l->capacity) make_room(l, row, a, b);
}

typedef struct {
    const ck_operand *a, *b;
    ck_lists *rows, *columns;
    size_t row, column;  // of the tile's first element
    size_t height, width;
    bool self;
} place;

/// Offers the elements of one row of a tile whose bits are set.
static void take(const place *p, size_t r, uint64_t bits, const float *values) {
    size_t row = p->row + r;
    for (; bits; bits &= bits - 1) {
        size_t j = (size_t)__builtin_ctzll(bits), column = p->column + j;
        if (j >= p->width) return;
        if (p->self && row == column) continue;
        offer(p->rows, row, column, values[j], p->a, p->b);
        if (p->columns) offer(p->columns, column, row, values[j], p->b, p->a);
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

size_t ck_rank(const ck_operand *a, size_t row, const ck_operand *b, ck_lists *lists, float floor, int32_t *indices,
               float *similarities) {
    prune(lists, row);
    size_t n = lists->count[row], filled = 0;
    uint64_t small[SMALL], *keys = room(small, n);
    exact(a, row, b, lists->entries + row * lists->capacity, n, keys);
    for (size_t i = 0; i < n && filled < lists->k; i++) {
        float s = similarity_of(keys[i]);
        if (!(s >= floor)) break;
        indices[filled] = (int32_t)(uint32_t)keys[i];
        similarities[filled++] = s;
    }
    release(keys, small);
    for (; filled < lists->k; filled++) indices[filled] = -1, similarities[filled] = -INFINITY;
    return n;
}
