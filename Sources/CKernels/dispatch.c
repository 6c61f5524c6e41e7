#include "CKernels.h"
#include <stdlib.h>
#include <string.h>
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

bool ck_supports(ck_level level) {
    switch (level) {
    case CK_SCALAR: return true;
#if defined(__x86_64__)
    // __builtin_cpu_supports also asks whether the system saves the wide registers (XGETBV)
    case CK_AVX2:
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case CK_AVX512:
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#elif defined(__aarch64__)
    case CK_NEON: return true;
#endif
    default: return false;
    }
}

bool ck_has_dot8(ck_level level) {
#if defined(__x86_64__)
    if (level != CK_AVX512) return false;
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512vnni") != 0;
#elif defined(__aarch64__) && defined(__linux__)
    return level == CK_NEON && (getauxval(AT_HWCAP) & 1ul << 20) != 0;  // HWCAP_ASIMDDP
#elif defined(__aarch64__) && defined(__APPLE__)
    return level == CK_NEON;
#else
    return false;
#endif
}

static ck_level choose(void) {
    const char *name = getenv("LIKENESS_KERNEL");
    static const struct { const char *name; ck_level level; } all[] = {
        {"avx512", CK_AVX512}, {"avx2", CK_AVX2}, {"neon", CK_NEON}, {"scalar", CK_SCALAR}};
    for (size_t i = 0; name && i < 4; i++)
        if (!strcmp(name, all[i].name) && ck_supports(all[i].level)) return all[i].level;
    for (size_t i = 0; i < 4; i++)
        if (ck_supports(all[i].level)) return all[i].level;
    return CK_SCALAR;
}

ck_level ck_detect(void) {
    static int known = -1;  // any thread that comes first writes the same number
    int level = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (level < 0) __atomic_store_n(&known, level = (int)choose(), __ATOMIC_RELAXED);
    return (ck_level)level;
}
