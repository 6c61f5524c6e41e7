// Standard normal numbers of a counter-based stream: SplitMix64 of key + counter (Steele, Lea, Flood 2014), two numbers
// from each 64 bits (Box, Muller 1958). Plain C that the compiler widens: without contraction every level does the same
// additions and multiplications, so all give the same bits.
#include "CKernels.h"
#include <math.h>
#include <string.h>

enum { LANES = 16 };

/// Natural logarithm of u in (0, 1), to 2 units in the last place (coefficients: Moshier, Cephes, logf).
static inline __attribute__((always_inline)) float log_of(float u) {
#pragma STDC FP_CONTRACT OFF
    uint32_t bits;
    memcpy(&bits, &u, 4);
    // mantissa in [√½, √2)
    uint32_t shifted = bits - 0x3f3504f3u;
    float e = (float)((int32_t)shifted >> 23), x;
    bits = (shifted & 0x007fffffu) + 0x3f3504f3u;
    memcpy(&x, &bits, 4);
    x -= 1;
    float z = x * x, y = 7.0376836292e-2f;
    y = y * x - 1.1514610310e-1f;
    y = y * x + 1.1676998740e-1f;
    y = y * x - 1.2420140846e-1f;
    y = y * x + 1.4249322787e-1f;
    y = y * x - 1.6668057665e-1f;
    y = y * x + 2.0000714765e-1f;
    y = y * x - 2.4999993993e-1f;
    y = y * x + 3.3333331174e-1f;
    y = y * x * z - 2.12194440e-4f * e - 0.5f * z;
    return x + y + 0.693359375f * e;
}

/// Sixteen pairs of the counters from `at`.
static inline __attribute__((always_inline)) void pairs(uint64_t key, uint64_t at, float *out) {
#pragma STDC FP_CONTRACT OFF
    for (size_t i = 0; i < LANES; i++) {
        uint64_t z = key + (at + i + 1) * 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        uint32_t high = (uint32_t)(z >> 32), low = (uint32_t)z;
        // odd numbers of 24 bits: never 0, never 1
        float u = (float)(int32_t)((high >> 9) * 2 + 1) * 0x1p-24f, v = (float)(int32_t)((low >> 9) * 2 + 1) * 0x1p-24f;
        float radius = sqrtf(-2 * log_of(u));
        // half a turn by v, the other half by a sign: Taylor series are enough for ±π/2
        radius = low & 1 ? -radius : radius;
        float f = (v - 0.5f) * 3.14159265f, q = f * f;
        float sine = -2.50521084e-8f, cosine = 2.08767570e-9f;
        sine = sine * q + 2.75573192e-6f;
        sine = sine * q - 1.98412698e-4f;
        sine = sine * q + 8.33333333e-3f;
        sine = sine * q - 1.66666667e-1f;
        sine = (sine * q + 1) * f;
        cosine = cosine * q - 2.75573192e-7f;
        cosine = cosine * q + 2.48015873e-5f;
        cosine = cosine * q - 1.38888889e-3f;
        cosine = cosine * q + 4.16666667e-2f;
        cosine = cosine * q - 0.5f;
        cosine = cosine * q + 1;
        out[i] = radius * cosine;
        out[LANES + i] = radius * sine;
    }
}

static inline __attribute__((always_inline)) void fill(uint64_t key, float *out, size_t n) {
    size_t t = 0;
    for (; t + 2 * LANES <= n; t += 2 * LANES) pairs(key, t / 2, out + t);
    if (t == n) return;
    float rest[2 * LANES];
    pairs(key, t / 2, rest);
    memcpy(out + t, rest, (n - t) * sizeof *out);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void fill_avx2(uint64_t key, float *out, size_t n) { fill(key, out, n); }
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) static void fill_avx512(uint64_t key, float *out, size_t n) {
    fill(key, out, n);
}
#endif

void ck_normals(uint64_t key, float *out, size_t n, ck_level level) {
#if defined(__x86_64__)
    if (level == CK_AVX512) return fill_avx512(key, out, n);
    if (level == CK_AVX2) return fill_avx2(key, out, n);
#else
    (void)level;
#endif
    fill(key, out, n);
}
