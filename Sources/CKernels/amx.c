#include "CKernels.h"

#if defined(__x86_64__)
#include <cpuid.h>

int ck_amx_is_announced_but_unusable(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> 24 & 1)) return 0;  // no AMX-TILE
    if (__get_cpuid_max(0, 0) < 0x1D) return 1;
    __cpuid_count(0x1D, 0, a, b, c, d);
    return a == 0;
}
#else
int ck_amx_is_announced_but_unusable(void) { return 0; }
#endif
