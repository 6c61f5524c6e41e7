// The k best of each row: approximate products are gathered until a list is full, then cut to those that may still
// belong to it; Float32 similarities are computed once, of what is left at the end.
//
// A product q with the bound ε of its pair says that the similarity lies in q ± ε. k entries of at least q − ε = v prove a
// k-th similarity of at least v, the row's reach: what ends below it is of no neighbour. A list that such a cut leaves
// full (thousands of copies of one photo) is settled at once: its first `settled` entries are Float32 similarities, the
// k best of all so far.
//
// An entry is ck_key of a similarity. Of a product it holds q − ε, in the upper 24 of 32 bits and rounded down, and in
// the lower 8 the width of the interval in units of `step`, rounded up.
#include "tile.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif
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

/// Sorts the k smallest of n keys to the front.
static void sort_best(uint64_t *v, size_t n, size_t k) {
    size_t m = n < k ? n : k;
    if (m == 0) return;
    for (size_t i = m / 2; i-- > 0;) {
        uint64_t x = v[i];
        // the subtree below i, in its own numbering
        size_t at = i;
        for (size_t child; (child = 2 * at + 1) < m; at = child) {
            child += child + 1 < m && v[child + 1] > v[child];
            if (v[child] <= x) break;
            v[at] = v[child];
        }
        v[at] = x;
    }
    for (size_t i = m; i < n; i++)
        if (v[i] < v[0]) sink(v, m, v[i]);
    for (size_t left = m; left > 1; left--) {
        uint64_t worst = v[0];
        sink(v, left - 1, v[left - 1]);
        v[left - 1] = worst;
    }
}

enum { WIDTH_BITS = 8, WIDTH_MASK = (1 << WIDTH_BITS) - 1 };

static inline uint64_t upper_half(uint64_t key) { return key | 0xffffffffu; }

/// The key that all entries of at least this (rounded) similarity do not exceed.
static inline uint64_t limit_of(float similarity) {
    return upper_half(ck_key(similarity, 0)) | (uint64_t)WIDTH_MASK << 32;
}

static inline uint64_t entry_of(float lower, float upper, float step, uint32_t index) {
    uint64_t key = ck_key(lower, index) | (uint64_t)WIDTH_MASK << 32;
    uint32_t width = (uint32_t)((upper - similarity_of(key)) / step) + 2;  // rounded up, and the rounding of all this
    width = width > WIDTH_MASK ? WIDTH_MASK : width;
    return (key & ~((uint64_t)WIDTH_MASK << 32)) | (uint64_t)width << 32;
}

/// What the similarity of a product may be at most.
static inline float upper_of(uint64_t entry, float step) {
    return similarity_of(entry | (uint64_t)WIDTH_MASK << 32) + step * (float)(entry >> 32 & WIDTH_MASK);
}

static inline __attribute__((always_inline)) size_t at_most(const uint64_t *v, size_t n, uint64_t key) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += v[i] <= key;
    return count;
}

/// A similarity that k of n > k entries reach, less than `slack` below the k-th: bisection, whose counting the compiler
/// widens.
static inline __attribute__((always_inline)) float reached(const uint64_t *v, size_t n, size_t k, float slack) {
    uint64_t best = UINT64_MAX, worst = 0;
    for (size_t i = 0; i < n; i++) best = v[i] < best ? v[i] : best, worst = v[i] > worst ? v[i] : worst;
    uint64_t low = worst | (uint64_t)WIDTH_MASK << 32, high = best;
    for (int i = 0; i < 24 && similarity_of(high) - similarity_of(low) > slack; i++) {
        uint64_t middle = limit_of(similarity_of(low) + (similarity_of(high) - similarity_of(low)) / 2);
        if (at_most(v, n, middle) >= k) low = middle;
        else high = middle;
    }
    return similarity_of(low);
}

enum { MAX_PLACED = 512 };

/// Writes the k smallest of n ≤ MAX_PLACED distinct keys in order: each goes to the place that so many smaller ones give
/// it.
static inline __attribute__((always_inline)) void place_all(const uint64_t *v, size_t n, size_t k, int32_t *indices,
                                                            float *similarities) {
    enum { AT_ONCE = 8 };  // keys that are compared with all others in one pass
    uint64_t smaller[MAX_PLACED] = {0};
    size_t j = 0;
    for (; j + AT_ONCE <= n; j += AT_ONCE)
        for (size_t i = 0; i < n; i++) {
            uint64_t count = 0;
            for (size_t t = 0; t < AT_ONCE; t++) count += v[j + t] < v[i];
            smaller[i] += count;
        }
    for (; j < n; j++)
        for (size_t i = 0; i < n; i++) smaller[i] += v[j] < v[i];
    for (size_t i = 0; i < n; i++)
        if (smaller[i] < k) indices[smaller[i]] = (int32_t)(uint32_t)v[i], similarities[smaller[i]] = similarity_of(v[i]);
}

#if defined(__x86_64__)
#define T_AVX2 __attribute__((target("avx2")))
#define T_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))
T_AVX2 static float reached_avx2(const uint64_t *v, size_t n, size_t k, float slack) { return reached(v, n, k, slack); }
T_AVX512 static float reached_avx512(const uint64_t *v, size_t n, size_t k, float slack) {
    return reached(v, n, k, slack);
}
T_AVX512 static void place_avx512(const uint64_t *v, size_t n, size_t k, int32_t *indices, float *similarities) {
    place_all(v, n, k, indices, similarities);
}
#endif

static float reach_of(const uint64_t *v, size_t n, size_t k, float slack, ck_level level) {
#if defined(__x86_64__)
    if (level == CK_AVX512) return reached_avx512(v, n, k, slack);
    if (level == CK_AVX2) return reached_avx2(v, n, k, slack);
#else
    (void)level;
#endif
    return reached(v, n, k, slack);
}

/// Takes note that k similarities of at least `reach` are known.
static inline void raise_to(ck_lists *l, size_t place, float reach) {
    if (reach <= l->reach[place]) return;
    l->reach[place] = reach;
    l->threshold[place] = reach - l->margin[place];
}

/// Drops what cannot be among the k best.
static void cut(ck_lists *l, size_t place, ck_level level) {
    uint64_t *v = l->entries + place * l->capacity;
    size_t n = l->count[place], settled = l->settled[place], kept = 0;
    float step = l->step[place];
    if (n > l->k) raise_to(l, place, reach_of(v, n, l->k, l->margin[place] / 8, level));
    float reach = l->reach[place];
    for (size_t i = 0; i < settled; i++) {
        v[kept] = v[i];
        kept += similarity_of(v[i]) >= reach;
    }
    l->settled[place] = (uint32_t)kept;
    for (size_t i = settled; i < n; i++) {
        uint64_t x = v[i];
        v[kept] = x;
        kept += upper_of(x, step) >= reach;
    }
    l->count[place] = (uint32_t)kept;
}

static inline void fetch(const ck_operand *o, uint32_t number) {
    const float *x = o->rows + (size_t)number * o->stride;
    for (size_t t = 0; t < o->depth && t < 512; t += 16) __builtin_prefetch(x + t);
}

/// Replaces products by similarities, in no order; what lies below the floor goes.
static void settle(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other) {
    enum { AHEAD = 6 };
    uint64_t *v = l->entries + place * l->capacity;
    const float *x = own->rows + (own->order ? own->order[place] : place) * own->stride;
    size_t n = l->count[place], kept = l->settled[place];
    uint64_t floor = ck_key(l->floor, UINT32_MAX);
    l->products += n - kept;
    for (size_t i = kept; i < n && i < kept + AHEAD; i++) fetch(other, (uint32_t)v[i]);
    for (size_t i = kept; i < n; i++) {
        uint32_t index = (uint32_t)v[i];
        if (i + AHEAD < n) fetch(other, (uint32_t)v[i + AHEAD]);
        uint64_t key = ck_key(ck_dot(x, other->rows + (size_t)index * other->stride, own->depth, own->level), index);
        v[kept] = key;
        kept += key <= floor;
    }
    l->count[place] = l->settled[place] = (uint32_t)kept;
}

/// Keeps the k best of a settled list.
static void keep_best(ck_lists *l, size_t place) {
    uint64_t *v = l->entries + place * l->capacity;
    size_t n = l->count[place], k = l->k;
    if (n < k) return;
    sort_best(v, n, k);
    l->count[place] = l->settled[place] = (uint32_t)k;
    raise_to(l, place, similarity_of(v[k - 1]));
}

/// Frees places of a list: false when it is full of what may all belong to it.
static bool make_room(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other) {
    cut(l, place, own->level);
    // some room must be free, or the next cut comes too soon
    if (l->count[place] <= l->capacity - l->capacity / 12) return true;
    settle(l, own, place, other);
    keep_best(l, place);
    return l->count[place] < l->capacity;
}

void ck_lists_enter(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other, size_t partner,
                    float product, uint32_t index) {
    float norm = other->norm[partner], error = other->error[partner];
    float bound = (own->norm[place] * error + own->error[place] * (norm + error)) * (1 + 0x1p-20f) + l->rounding[place];
    if (product + bound < l->reach[place]) return;
    if (l->count[place] == l->capacity) {
        make_room(l, own, place, other);
        if (product + bound < l->reach[place]) return;
    }
    l->entries[place * l->capacity + l->count[place]++] =
        entry_of(product - bound, product + bound, l->step[place], index);
}

#if defined(__x86_64__)
/// What ck_lists_enter does, for sixteen elements at a time; there must be room for them and eight more.
T_AVX512 static void enter_avx512(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other,
                                  size_t column, uint64_t bits, const float *q) {
    const __m512i width_mask = _mm512_set1_epi32(WIDTH_MASK), rest = _mm512_set1_epi32(0x7fffffff);
    __m512 norm = _mm512_set1_ps(own->norm[place]), error = _mm512_set1_ps(own->error[place] * (1 + 0x1p-22f));
    __m512 rounding = _mm512_set1_ps(l->rounding[place]), reach = _mm512_set1_ps(l->reach[place]);
    __m512 inverse = _mm512_set1_ps(1 / l->step[place]), slack = _mm512_set1_ps(1 + 0x1p-19f);
    uint64_t *end = l->entries + place * l->capacity + l->count[place];
    for (size_t j = column; bits; bits >>= 16, j += 16, q += 16) {
        __mmask16 on = (__mmask16)bits;
        if (!on) continue;
        __m512 product = _mm512_loadu_ps(q), missed = _mm512_loadu_ps(other->error + j);
        __m512 length = _mm512_add_ps(_mm512_loadu_ps(other->norm + j), missed);
        __m512 bound = _mm512_fmadd_ps(norm, missed, _mm512_mul_ps(error, length));
        bound = _mm512_fmadd_ps(bound, slack, rounding);
        __m512 lower = _mm512_add_ps(_mm512_sub_ps(product, bound), _mm512_setzero_ps());
        __m512 upper = _mm512_add_ps(product, bound);
        on = _mm512_mask_cmp_ps_mask(on, upper, reach, _CMP_GE_OQ);
        // ck_key, and back
        __m512i u = _mm512_castps_si512(lower), positive = _mm512_xor_si512(u, rest);
        __m512i key = _mm512_or_si512(_mm512_mask_mov_epi32(positive, _mm512_movepi32_mask(u), u), width_mask);
        __m512i back = _mm512_mask_xor_epi32(key, (__mmask16)~_mm512_movepi32_mask(key), key, rest);
        __m512 span = _mm512_mul_ps(_mm512_sub_ps(upper, _mm512_castsi512_ps(back)), inverse);
        __m512i width = _mm512_add_epi32(_mm512_cvttps_epi32(span), _mm512_set1_epi32(2));
        width = _mm512_min_epu32(width, width_mask);
        key = _mm512_or_si512(_mm512_andnot_si512(width_mask, key), width);
        __m512i index = other->order ? _mm512_maskz_loadu_epi32(on, other->order + j)
                                     : _mm512_add_epi32(_mm512_set1_epi32((int)j), _mm512_setr_epi32(
                                           0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
        for (int half = 0; half < 2; half++) {
            __m256i high = half ? _mm512_extracti32x8_epi32(key, 1) : _mm512_castsi512_si256(key);
            __m256i low = half ? _mm512_extracti32x8_epi32(index, 1) : _mm512_castsi512_si256(index);
            __m512i entries = _mm512_or_si512(_mm512_slli_epi64(_mm512_cvtepu32_epi64(high), 32),
                                              _mm512_cvtepu32_epi64(low));
            __mmask8 part = (__mmask8)(on >> (8 * half));
            _mm512_storeu_si512(end, _mm512_maskz_compress_epi64(part, entries));
            end += __builtin_popcount(part);
        }
    }
    l->count[place] = (uint32_t)(end - (l->entries + place * l->capacity));
}
#endif

void ck_lists_enter_row(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other, size_t column,
                        uint64_t bits, const float *q) {
#if defined(__x86_64__)
    if (own->level == CK_AVX512 && bits & (bits - 1)) {
        size_t needed = (size_t)__builtin_popcountll(bits) + 8;
        if (l->count[place] + needed > l->capacity && l->capacity > 4 * needed) make_room(l, own, place, other);
        if (l->count[place] + needed <= l->capacity) {
            enter_avx512(l, own, place, other, column, bits, q);
            return;
        }
    }
#endif
    for (; bits; bits &= bits - 1) {
        size_t j = (size_t)__builtin_ctzll(bits);
        uint32_t index = other->order ? other->order[column + j] : (uint32_t)(column + j);
        ck_lists_enter(l, own, place, other, column + j, q[j], index);
    }
}

void ck_merge(ck_lists *l, const ck_operand *own, size_t at, const ck_operand *other, const ck_lists *from,
              size_t place) {
    const uint64_t *v = from->entries + place * from->capacity;
    uint64_t *list = l->entries + at * l->capacity;
    raise_to(l, at, from->reach[place]);
    for (size_t i = 0; i < from->count[place]; i++) {
        bool settled = i < from->settled[place];
        float upper = settled ? similarity_of(v[i]) : upper_of(v[i], l->step[at]);
        if (upper < l->reach[at]) continue;
        if (l->count[at] == l->capacity) make_room(l, own, at, other);
        size_t end = l->count[at]++;
        list[end] = v[i];
        if (!settled) continue;
        // similarities stand before products
        size_t first = l->settled[at]++;
        list[end] = list[first], list[first] = v[i];
    }
}

void ck_rank(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other, size_t k, int32_t *indices,
             float *similarities) {
    cut(l, place, own->level);
    settle(l, own, place, other);
    uint64_t *v = l->entries + place * l->capacity;
    size_t n = l->count[place], best = n < l->k ? n : l->k;
#if defined(__x86_64__)
    if (own->level == CK_AVX512 && n <= MAX_PLACED) {
        place_avx512(v, n, l->k, indices, similarities);
        n = 0;
    }
#endif
    if (n > 0) {
        sort_best(v, n, l->k);
        for (size_t i = 0; i < best; i++) indices[i] = (int32_t)(uint32_t)v[i], similarities[i] = similarity_of(v[i]);
    }
    for (size_t i = best; i < k; i++) indices[i] = -1, similarities[i] = -INFINITY;
}
