// The sums of products of an 8×48 tile in registers, for what stores them (tile.c) and what only looks at them (sieve.c).
#ifndef CK_PRODUCTS_H
#define CK_PRODUCTS_H
#if defined(__x86_64__)
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#define T_AVX2 __attribute__((target("avx2,fma")))
#define T_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")))
#define T_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma")))
#define UNROLL _Pragma("clang loop unroll(full)")

T_AVX512 static inline __attribute__((always_inline)) void products_avx512(const float *a, const float *b, size_t steps,
                                                                           __m512 s[8][3]) {
    UNROLL for (int i = 0; i < 8; i++) s[i][0] = s[i][1] = s[i][2] = _mm512_setzero_ps();
    for (size_t p = 0; p < steps; p++, a += 8, b += 48) {
        __m512 b0 = _mm512_load_ps(b), b1 = _mm512_load_ps(b + 16), b2 = _mm512_load_ps(b + 32);
        UNROLL for (int i = 0; i < 8; i++) {
            __m512 x = _mm512_set1_ps(a[i]);
            s[i][0] = _mm512_fmadd_ps(x, b0, s[i][0]), s[i][1] = _mm512_fmadd_ps(x, b1, s[i][1]);
            s[i][2] = _mm512_fmadd_ps(x, b2, s[i][2]);
        }
    }
}

// the right codes are stored plus 128, unsigned: the sums begin with −128·Σ of the left ones
T_VNNI static inline __attribute__((always_inline)) void products_vnni(const uint8_t *a, const uint8_t *b, size_t steps,
                                                                       const int32_t *bias, __m512i s[8][3]) {
    UNROLL for (int i = 0; i < 8; i++) s[i][0] = s[i][1] = s[i][2] = _mm512_set1_epi32(bias[i]);
    for (size_t p = 0; p < steps; p++, a += 32, b += 192) {
        __m512i b0 = _mm512_load_si512(b), b1 = _mm512_load_si512(b + 64), b2 = _mm512_load_si512(b + 128);
        UNROLL for (int i = 0; i < 8; i++) {
            int32_t u;
            __builtin_memcpy(&u, a + 4 * i, 4);
            __m512i x = _mm512_set1_epi32(u);
            s[i][0] = _mm512_dpbusd_epi32(s[i][0], b0, x), s[i][1] = _mm512_dpbusd_epi32(s[i][1], b1, x);
            s[i][2] = _mm512_dpbusd_epi32(s[i][2], b2, x);
        }
    }
}
#endif
#endif
