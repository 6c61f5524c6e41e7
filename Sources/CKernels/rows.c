// Dot product and squared distance of two rows: 64 running sums, value t goes to sum t mod 64, then the sums are folded
// in halves (32, 16, 8, 4, 2, 1). All levels do exactly this, so all give the same bits.
#include "CKernels.h"
#include <math.h>
#include <string.h>

static float fold(float *s) {
    for (size_t half = 32; half; half /= 2)
        for (size_t i = 0; i < half; i++) s[i] += s[i + half];
    return s[0];
}

static float dot_scalar(const float *a, const float *b, size_t n) {
    float s[64] = {0};
    for (size_t t = 0; t < n; t++) s[t & 63] = fmaf(a[t], b[t], s[t & 63]);
    return fold(s);
}

static float distance_scalar(const float *a, const float *b, size_t n) {
    float s[64] = {0};
    for (size_t t = 0; t < n; t++) {
        float d = a[t] - b[t];
        s[t & 63] = fmaf(d, d, s[t & 63]);
    }
    return fold(s);
}

#if defined(__x86_64__)
#include <immintrin.h>
#define T_AVX2 __attribute__((target("avx2,fma")))
#define T_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")))

T_AVX2 static float fold256(__m256 *s) {
    for (int i = 0; i < 4; i++) s[i] = _mm256_add_ps(s[i], s[i + 4]);
    s[0] = _mm256_add_ps(s[0], s[2]);
    s[1] = _mm256_add_ps(s[1], s[3]);
    s[0] = _mm256_add_ps(s[0], s[1]);
    __m128 h = _mm_add_ps(_mm256_castps256_ps128(s[0]), _mm256_extractf128_ps(s[0], 1));
    h = _mm_add_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_add_ss(h, _mm_movehdup_ps(h)));
}

// The last, incomplete 64 values are padded with zeros: a fused multiply-add of zeros leaves its sum as it is.
#define ROWS_256(name, STEP)                                                                       \
    T_AVX2 static float name(const float *a, const float *b, size_t n) {                           \
        __m256 s[8];                                                                               \
        float pa[64], pb[64];                                                                      \
        for (int i = 0; i < 8; i++) s[i] = _mm256_setzero_ps();                                    \
        for (size_t t = 0; t < n; t += 64) {                                                       \
            const float *x = a + t, *y = b + t;                                                    \
            if (n - t < 64) {                                                                      \
                memset(pa, 0, sizeof pa), memset(pb, 0, sizeof pb);                                \
                memcpy(pa, x, (n - t) * 4), memcpy(pb, y, (n - t) * 4);                            \
                x = pa, y = pb;                                                                    \
            }                                                                                      \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i++) {                       \
                __m256 u = _mm256_loadu_ps(x + 8 * i), v = _mm256_loadu_ps(y + 8 * i);             \
                STEP;                                                                              \
            }                                                                                      \
        }                                                                                          \
        return fold256(s);                                                                         \
    }
ROWS_256(dot_avx2, s[i] = _mm256_fmadd_ps(u, v, s[i]))
ROWS_256(distance_avx2, u = _mm256_sub_ps(u, v); s[i] = _mm256_fmadd_ps(u, u, s[i]))

T_AVX512 static float fold512(__m512 *s) {
    __m512 q = _mm512_add_ps(_mm512_add_ps(s[0], s[2]), _mm512_add_ps(s[1], s[3]));
    __m256 o = _mm256_add_ps(_mm512_castps512_ps256(q), _mm512_extractf32x8_ps(q, 1));
    __m128 h = _mm_add_ps(_mm256_castps256_ps128(o), _mm256_extractf128_ps(o, 1));
    h = _mm_add_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_add_ss(h, _mm_movehdup_ps(h)));
}

#define ROWS_512(name, STEP)                                                                       \
    T_AVX512 static float name(const float *a, const float *b, size_t n) {                         \
        __m512 s[4], u, v;                                                                         \
        for (int i = 0; i < 4; i++) s[i] = _mm512_setzero_ps();                                    \
        size_t t = 0;                                                                              \
        for (; t + 64 <= n; t += 64) {                                                             \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < 4; i++) {                       \
                u = _mm512_loadu_ps(a + t + 16 * i), v = _mm512_loadu_ps(b + t + 16 * i);          \
                STEP;                                                                              \
            }                                                                                      \
        }                                                                                          \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 4; i++) {                           \
            size_t left = n - t > 16u * i ? n - t - 16u * i : 0;                                   \
            __mmask16 m = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);                     \
            u = _mm512_maskz_loadu_ps(m, a + t + 16 * i), v = _mm512_maskz_loadu_ps(m, b + t + 16 * i); \
            STEP;                                                                                  \
        }                                                                                          \
        return fold512(s);                                                                         \
    }
ROWS_512(dot_avx512, s[i] = _mm512_fmadd_ps(u, v, s[i]))
ROWS_512(distance_avx512, u = _mm512_sub_ps(u, v); s[i] = _mm512_fmadd_ps(u, u, s[i]))
#endif

#if defined(__aarch64__)
#include <arm_neon.h>
#define ROWS_NEON(name, STEP)                                                                      \
    static float name(const float *a, const float *b, size_t n) {                                  \
        float32x4_t s[16];                                                                         \
        float pa[64], pb[64];                                                                      \
        for (int i = 0; i < 16; i++) s[i] = vdupq_n_f32(0);                                        \
        for (size_t t = 0; t < n; t += 64) {                                                       \
            const float *x = a + t, *y = b + t;                                                    \
            if (n - t < 64) {                                                                      \
                memset(pa, 0, sizeof pa), memset(pb, 0, sizeof pb);                                \
                memcpy(pa, x, (n - t) * 4), memcpy(pb, y, (n - t) * 4);                            \
                x = pa, y = pb;                                                                    \
            }                                                                                      \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) {                      \
                float32x4_t u = vld1q_f32(x + 4 * i), v = vld1q_f32(y + 4 * i);                    \
                STEP;                                                                              \
            }                                                                                      \
        }                                                                                          \
        float flat[64];                                                                            \
        for (int i = 0; i < 16; i++) vst1q_f32(flat + 4 * i, s[i]);                                \
        return fold(flat);                                                                         \
    }
ROWS_NEON(dot_neon, s[i] = vfmaq_f32(s[i], u, v))
ROWS_NEON(distance_neon, u = vsubq_f32(u, v); s[i] = vfmaq_f32(s[i], u, u))
#endif

float ck_dot(const float *a, const float *b, size_t n, ck_level level) {
#if defined(__x86_64__)
    if (level == CK_AVX512) return dot_avx512(a, b, n);
    if (level == CK_AVX2) return dot_avx2(a, b, n);
#elif defined(__aarch64__)
    if (level == CK_NEON) return dot_neon(a, b, n);
#endif
    return dot_scalar(a, b, n);
}

float ck_squared_distance(const float *a, const float *b, size_t n, ck_level level) {
#if defined(__x86_64__)
    if (level == CK_AVX512) return distance_avx512(a, b, n);
    if (level == CK_AVX2) return distance_avx2(a, b, n);
#elif defined(__aarch64__)
    if (level == CK_NEON) return distance_neon(a, b, n);
#endif
    return distance_scalar(a, b, n);
}

double ck_length(const float *x, size_t n) {
#pragma STDC FP_CONTRACT OFF
    double s[8] = {0};  // squares of Float32 neither overflow nor vanish in double
    size_t t = 0;
    for (; t + 8 <= n; t += 8)
        for (size_t i = 0; i < 8; i++) s[i] += (double)x[t + i] * x[t + i];
    for (; t < n; t++) s[t & 7] += (double)x[t] * x[t];
    return sqrt(((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])));
}

int ck_normalise(float *x, size_t n) {
    double length = ck_length(x, n);
    if (!isfinite(length)) return 2;
    if (length == 0) return 1;
    double factor = 1 / length;
    for (size_t t = 0; t < n; t++) x[t] = (float)(x[t] * factor);
    return 0;
}
