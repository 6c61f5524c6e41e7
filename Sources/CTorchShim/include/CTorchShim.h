#ifndef CTORCHSHIM_H
#define CTORCHSHIM_H

#ifdef __cplusplus
extern "C" {
#endif

/// 1 when the package was built with the trait `Training`, else 0.
int ts_available(void);

#ifdef __cplusplus
}
#endif
#endif
