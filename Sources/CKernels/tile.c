#include "tile.h"
#include "products.h"
#include <math.h>
#include <string.h>

static void float_scalar(const uint8_t *pa, const uint8_t *pb, size_t steps, const int32_t *bias, void *out) {
    (void)bias;
    const float *a = (const float *)pa, *b = (const float *)pb;
    float *c = out;
    memset(c, 0, 64 * sizeof *c);
    for (size_t p = 0; p < steps; p++)
        for (size_t i = 0; i < 4; i++)
            for (size_t j = 0; j < 16; j++) c[16 * i + j] = fmaf(a[4 * p + i], b[16 * p + j], c[16 * i + j]);
}

static void int8_scalar(const uint8_t *pa, const uint8_t *pb, size_t steps, const int32_t *bias, void *out) {
    (void)bias;
    const int8_t *a = (const int8_t *)pa, *b = (const int8_t *)pb;
    int32_t *c = out;
    memset(c, 0, 64 * sizeof *c);
    for (size_t p = 0; p < steps; p++)
        for (size_t i = 0; i < 4; i++)
            for (size_t j = 0; j < 16; j++) {
                const int8_t *x = a + 16 * p + 4 * i, *y = b + 64 * p + 4 * j;
                c[16 * i + j] += x[0] * y[0] + x[1] * y[1] + x[2] * y[2] + x[3] * y[3];
            }
}

#if defined(__x86_64__)
T_AVX2 static void float_avx2(const uint8_t *pa, const uint8_t *pb, size_t steps, const int32_t *bias, void *out) {
    (void)bias;
    const float *a = (const float *)pa, *b = (const float *)pb;
    __m256 s[6][2];
    UNROLL for (int i = 0; i < 6; i++) s[i][0] = s[i][1] = _mm256_setzero_ps();
    for (size_t p = 0; p < steps; p++, a += 6, b += 16) {
        __m256 b0 = _mm256_load_ps(b), b1 = _mm256_load_ps(b + 8);
        UNROLL for (int i = 0; i < 6; i++) {
            __m256 x = _mm256_set1_ps(a[i]);
            s[i][0] = _mm256_fmadd_ps(x, b0, s[i][0]), s[i][1] = _mm256_fmadd_ps(x, b1, s[i][1]);
        }
    }
    UNROLL for (int i = 0; i < 6; i++) {
        _mm256_store_ps((float *)out + 16 * i, s[i][0]), _mm256_store_ps((float *)out + 16 * i + 8, s[i][1]);
    }
}

// vpmaddubsw saturates (2·255·127 > 32767): codes are widened to 16 bits and vpmaddwd is exact
T_AVX2 static void int8_avx2(const uint8_t *a, const uint8_t *b, size_t steps, const int32_t *bias, void *out) {
    (void)bias;
    __m256i s[6][2];
    UNROLL for (int i = 0; i < 6; i++) s[i][0] = s[i][1] = _mm256_setzero_si256();
    for (size_t p = 0; p < steps; p++, a += 24, b += 64) {
        __m256i b0 = _mm256_load_si256((const __m256i *)b), b1 = _mm256_load_si256((const __m256i *)(b + 32));
        UNROLL for (int i = 0; i < 6; i++) {
            int32_t u;
            memcpy(&u, a + 4 * i, 4);
            __m256i x = _mm256_set1_epi32(u);
            s[i][0] = _mm256_add_epi32(s[i][0], _mm256_madd_epi16(x, b0));
            s[i][1] = _mm256_add_epi32(s[i][1], _mm256_madd_epi16(x, b1));
        }
    }
    UNROLL for (int i = 0; i < 6; i++) {
        _mm256_store_si256((__m256i *)out + 2 * i, s[i][0]), _mm256_store_si256((__m256i *)out + 2 * i + 1, s[i][1]);
    }
}

T_AVX512 static void float_avx512(const uint8_t *pa, const uint8_t *pb, size_t steps, const int32_t *bias, void *out) {
    (void)bias;
    __m512 s[8][3];
    products_avx512((const float *)pa, (const float *)pb, steps, s);
    UNROLL for (int i = 0; i < 8; i++) UNROLL for (int j = 0; j < 3; j++)
        _mm512_store_ps((float *)out + 48 * i + 16 * j, s[i][j]);
}

T_VNNI static void int8_vnni(const uint8_t *a, const uint8_t *b, size_t steps, const int32_t *bias, void *out) {
    __m512i s[8][3];
    products_vnni(a, b, steps, bias, s);
    UNROLL for (int i = 0; i < 8; i++) UNROLL for (int j = 0; j < 3; j++)
        _mm512_store_si512((int32_t *)out + 48 * i + 16 * j, s[i][j]);
}
#endif

#if defined(__aarch64__)
#include <arm_neon.h>
#define UNROLL _Pragma("clang loop unroll(full)")

static void float_neon(const uint8_t *pa, const uint8_t *pb, size_t steps, const int32_t *bias, void *out) {
    (void)bias;
    const float *a = (const float *)pa, *b = (const float *)pb;
    float32x4_t s[4][4];
    UNROLL for (int i = 0; i < 4; i++) UNROLL for (int j = 0; j < 4; j++) s[i][j] = vdupq_n_f32(0);
    for (size_t p = 0; p < steps; p++, a += 4, b += 16) {
        UNROLL for (int j = 0; j < 4; j++) {
            float32x4_t y = vld1q_f32(b + 4 * j);
            UNROLL for (int i = 0; i < 4; i++) s[i][j] = vfmaq_n_f32(s[i][j], y, a[i]);
        }
    }
    UNROLL for (int i = 0; i < 4; i++) UNROLL for (int j = 0; j < 4; j++) vst1q_f32((float *)out + 16 * i + 4 * j, s[i][j]);
}

__attribute__((target("dotprod"))) static void int8_dotprod(const uint8_t *pa, const uint8_t *pb, size_t steps,
                                                            const int32_t *bias, void *out) {
    (void)bias;
    const int8_t *a = (const int8_t *)pa, *b = (const int8_t *)pb;
    int32x4_t s[4][4];
    UNROLL for (int i = 0; i < 4; i++) UNROLL for (int j = 0; j < 4; j++) s[i][j] = vdupq_n_s32(0);
    for (size_t p = 0; p < steps; p++, a += 16, b += 64) {
        int8x16_t x = vld1q_s8(a);
        UNROLL for (int j = 0; j < 4; j++) {
            int8x16_t y = vld1q_s8(b + 16 * j);
            s[0][j] = vdotq_laneq_s32(s[0][j], y, x, 0), s[1][j] = vdotq_laneq_s32(s[1][j], y, x, 1);
            s[2][j] = vdotq_laneq_s32(s[2][j], y, x, 2), s[3][j] = vdotq_laneq_s32(s[3][j], y, x, 3);
        }
    }
    UNROLL for (int i = 0; i < 4; i++) UNROLL for (int j = 0; j < 4; j++) vst1q_s32((int32_t *)out + 16 * i + 4 * j, s[i][j]);
}
#endif

ck_tile ck_tile_of(const ck_operand *o) {
    bool real = o->kind == CK_FLOAT32;
#if defined(__x86_64__)
    if (o->right_rows == 48) return real ? float_avx512 : int8_vnni;
    if (o->left_rows == 6) return real ? float_avx2 : int8_avx2;
#elif defined(__aarch64__)
    if (o->level == CK_NEON && real) return float_neon;
    if (o->level == CK_NEON && ck_has_dot8(CK_NEON)) return int8_dotprod;
#endif
    return real ? float_scalar : int8_scalar;
}

void ck_products(const ck_operand *a, size_t a0, size_t m, const ck_operand *b, size_t b0, size_t n, void *c,
                 size_t ldc) {
    uint32_t tile[CK_MAX_LEFT * CK_MAX_RIGHT] __attribute__((aligned(64)));
    int32_t none[CK_MAX_LEFT] = {0};
    size_t mr = a->left_rows, nr = b->right_rows;
    ck_tile multiply = ck_tile_of(a);
    for (size_t j = 0; j < n; j += nr)
        for (size_t i = 0; i < m; i += mr) {
            const uint8_t *pa = a->left + (a0 + i) / mr * a->left_bytes, *pb = b->right + (b0 + j) / nr * b->right_bytes;
            multiply(pa, pb, a->steps, a->bias ? a->bias + a0 + i : none, tile);
            size_t wide = n - j < nr ? n - j : nr;
            for (size_t r = 0; r < mr && i + r < m; r++)
                memcpy((uint32_t *)c + (i + r) * ldc + j, tile + r * nr, wide * 4);
        }
}
