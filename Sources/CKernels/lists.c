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

/// Writes the k smallest of n distinct keys in order: each goes to the place that so many smaller ones give it.
static inline __attribute__((always_inline)) void place_all(const uint64_t *v, size_t n, size_t k, int32_t *indices,
                                                            float *similarities) {
    for (size_t i = 0; i < n; i++) {
        size_t at = at_most(v, n, v[i]) - 1;
        if (at < k) indices[at] = (int32_t)(uint32_t)v[i], similarities[at] = similarity_of(v[i]);
    }
}

#if defined(__x86_64__)
#define T_AVX2 __attribute__((target("avx2")))
#define T_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
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

void ck_lists_enter(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other, size_t partner,
                    float product, uint32_t index) {
    float norm = other->norm[partner], error = other->error[partner];
    float bound = (own->norm[place] * error + own->error[place] * (norm + error)) * (1 + 0x1p-20f) + l->rounding[place];
    if (product + bound < l->reach[place]) return;
    if (l->count[place] == l->capacity) {
        cut(l, place, own->level);
        // some room must be free, or the next cut comes too soon
        if (l->count[place] > l->capacity - l->capacity / 12) {
            settle(l, own, place, other);
            keep_best(l, place);
        }
        if (product + bound < l->reach[place]) return;
    }
    l->entries[place * l->capacity + l->count[place]++] =
        entry_of(product - bound, product + bound, l->step[place], index);
}

void ck_rank(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other, size_t k, int32_t *indices,
             float *similarities) {
    cut(l, place, own->level);
    settle(l, own, place, other);
    uint64_t *v = l->entries + place * l->capacity;
    size_t n = l->count[place], best = n < l->k ? n : l->k;
#if defined(__x86_64__)
    if (own->level == CK_AVX512 && n <= 512) {
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
