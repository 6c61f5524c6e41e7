// Tiles that meet thresholds: a product is formed in registers, compared there, and written only where something of its
// row may belong to a list.
#include "tile.h"
#include "products.h"
#include <math.h>

static unsigned sieve_plain(const uint8_t *a, const uint8_t *b, size_t steps, const int32_t *bias,
                            const ck_limits *limits, ck_hits *hits, ck_tile multiply, size_t height,
                            size_t width) {
    uint32_t tile[CK_MAX_LEFT * CK_MAX_RIGHT] __attribute__((aligned(64)));
    multiply(a, b, steps, bias, tile);
    unsigned any = 0;
    for (size_t r = 0; r < height; r++) {
        hits->row[r] = hits->column[r] = 0;
        for (size_t j = 0; j < width; j++) {
            size_t at = r * width + j;
            float *q = hits->q;
            if (limits->row_scale) {
                q[at] = (float)(int32_t)tile[at] * limits->column_scale[j] * limits->row_scale[r];
            } else {
                q[at] = ((const float *)tile)[at];
            }
            hits->row[r] |= (uint64_t)(q[at] >= limits->row[r]) << j;
            hits->column[r] |= (uint64_t)(limits->column && q[at] >= limits->column[j]) << j;
        }
        any |= (unsigned)((hits->row[r] | hits->column[r]) != 0) << r;
    }
    return any;
}

#define PLAIN(name, HEIGHT)                                                                                       \
    static unsigned name(const uint8_t *a, const uint8_t *b, size_t steps, const int32_t *bias,                   \
                         const ck_limits *limits, ck_hits *hits) {                                                \
        ck_operand shape = {.kind = limits->row_scale ? CK_INT8 : CK_FLOAT32, .level = SHAPE_LEVEL};              \
        ck_operand_shape(&shape);                                                                                 \
        return sieve_plain(a, b, steps, bias, limits, hits, ck_tile_of(&shape), HEIGHT, 16);                      \
    }
#define SHAPE_LEVEL CK_SCALAR
PLAIN(sieve_scalar, 4)
#undef SHAPE_LEVEL
#if defined(__aarch64__)
#define SHAPE_LEVEL CK_NEON
PLAIN(sieve_neon, 4)
#undef SHAPE_LEVEL
#endif

#if defined(__x86_64__)
T_AVX2 static unsigned sieve_avx2(const uint8_t *a, const uint8_t *b, size_t steps, const int32_t *bias,
                                  const ck_limits *limits, ck_hits *hits) {
    bool codes = limits->row_scale != NULL;
    ck_operand shape = {.kind = codes ? CK_INT8 : CK_FLOAT32, .level = CK_AVX2};
    ck_operand_shape(&shape);
    uint32_t tile[6 * 16] __attribute__((aligned(64)));
    ck_tile_of(&shape)(a, b, steps, bias, tile);
    unsigned any = 0;
    for (size_t r = 0; r < 6; r++) {
        __m256 own = _mm256_set1_ps(limits->row[r]);
        hits->row[r] = hits->column[r] = 0;
        UNROLL for (int j = 0; j < 2; j++) {
            __m256 v = _mm256_load_ps((const float *)tile + 16 * r + 8 * j);
            if (codes) {
                v = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_castps_si256(v)), _mm256_loadu_ps(limits->column_scale + 8 * j));
                v = _mm256_mul_ps(v, _mm256_set1_ps(limits->row_scale[r]));
            }
            hits->row[r] |= (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_cmp_ps(v, own, _CMP_GE_OQ)) << (8 * j);
            if (limits->column) {
                __m256 hit = _mm256_cmp_ps(v, _mm256_loadu_ps(limits->column + 8 * j), _CMP_GE_OQ);
                hits->column[r] |= (uint64_t)(unsigned)_mm256_movemask_ps(hit) << (8 * j);
            }
            _mm256_store_ps(hits->q + 16 * r + 8 * j, v);
        }
        any |= (unsigned)((hits->row[r] | hits->column[r]) != 0) << r;
    }
    return any;
}

/// Compares a row of three vectors with its limits; writes it where one of them reaches one.
T_AVX512 static inline __attribute__((always_inline)) unsigned meet(__m512 *v, size_t r, const ck_limits *limits,
                                                                    const __m512 *column, ck_hits *hits) {
    __m512 own = _mm512_set1_ps(limits->row[r]);
    __mmask16 hit[3];
    UNROLL for (int j = 0; j < 3; j++) hit[j] = _mm512_cmp_ps_mask(v[j], _mm512_min_ps(own, column[j]), _CMP_GE_OQ);
    if (!((unsigned)hit[0] | hit[1] | hit[2])) return 0;
    uint64_t row = 0, other = 0;
    UNROLL for (int j = 0; j < 3; j++) {
        row |= (uint64_t)_mm512_cmp_ps_mask(v[j], own, _CMP_GE_OQ) << (16 * j);
        other |= (uint64_t)_mm512_cmp_ps_mask(v[j], column[j], _CMP_GE_OQ) << (16 * j);
        _mm512_store_ps(hits->q + 48 * r + 16 * j, v[j]);
    }
    hits->row[r] = row, hits->column[r] = other;
    return 1u << r;
}

T_AVX512 static unsigned sieve_avx512(const uint8_t *pa, const uint8_t *pb, size_t steps, const int32_t *bias,
                                      const ck_limits *limits, ck_hits *hits) {
    (void)bias;
    __m512 s[8][3], column[3];
    products_avx512((const float *)pa, (const float *)pb, steps, s);
    UNROLL for (int j = 0; j < 3; j++)
        column[j] = limits->column ? _mm512_loadu_ps(limits->column + 16 * j) : _mm512_set1_ps(INFINITY);
    unsigned any = 0;
    UNROLL for (int i = 0; i < 8; i++) any |= meet(s[i], (size_t)i, limits, column, hits);
    return any;
}

T_VNNI static unsigned sieve_vnni(const uint8_t *a, const uint8_t *b, size_t steps, const int32_t *bias,
                                  const ck_limits *limits, ck_hits *hits) {
    __m512i s[8][3];
    __m512 column[3], scale[3], v[3];
    products_vnni(a, b, steps, bias, s);
    // of most tiles no element comes near a limit: one comparison of the largest tells
    __m512i largest = s[0][0];
    UNROLL for (int i = 0; i < 8; i++) UNROLL for (int j = 0; j < 3; j++) largest = _mm512_max_epi32(largest, s[i][j]);
    if (!_mm512_cmpge_epi32_mask(largest, _mm512_set1_epi32(limits->least))) return 0;
    UNROLL for (int j = 0; j < 3; j++) {
        scale[j] = _mm512_loadu_ps(limits->column_scale + 16 * j);
        column[j] = limits->column ? _mm512_loadu_ps(limits->column + 16 * j) : _mm512_set1_ps(INFINITY);
    }
    unsigned any = 0;
    UNROLL for (int i = 0; i < 8; i++) {
        __m512 own = _mm512_set1_ps(limits->row_scale[i]);
        UNROLL for (int j = 0; j < 3; j++) v[j] = _mm512_mul_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(s[i][j]), scale[j]), own);
        any |= meet(v, (size_t)i, limits, column, hits);
    }
    return any;
}
#endif

ck_sieve ck_sieve_of(const ck_operand *o) {
#if defined(__x86_64__)
    if (o->right_rows == 48) return o->kind == CK_INT8 ? sieve_vnni : sieve_avx512;
    if (o->left_rows == 6) return sieve_avx2;
#elif defined(__aarch64__)
    if (o->level == CK_NEON) return sieve_neon;
#endif
    return sieve_scalar;
}
