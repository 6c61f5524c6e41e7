#ifndef CKERNELS_H
#define CKERNELS_H
#include "CKernelsImage.h"
#include "CKernelsWarp.h"
#include <stdint.h>
#include <stddef.h>
typedef enum { CK_SCALAR = 0, CK_AVX2 = 1, CK_AVX512 = 2 } ck_level;
/// Best level of this machine (cached, thread-safe).
ck_level ck_detect(void);
int ck_has_vnni(void);
float ck_dot(const float *restrict a, const float *restrict b, size_t n, ck_level level);
int32_t ck_dot_u8s8(const uint8_t *restrict a, const int8_t *restrict b, size_t n, ck_level level);
/// C[m×n] = A[m×k]·B[n×k]ᵀ, row major, tile of rows×rows.
void ck_similarity(const float *restrict a, size_t m, const float *restrict b, size_t n, size_t k,
                   float *restrict c, size_t ldc, ck_level level);
/// 1 when the CPU announces AMX but hides its tile palette (CPUID leaf 0x1D), as some virtual machines do: oneDNN then
/// loads an empty tile configuration and dies of SIGILL unless ONEDNN_MAX_CPU_ISA is set before its first call.
int ck_amx_is_announced_but_unusable(void);
#endif
