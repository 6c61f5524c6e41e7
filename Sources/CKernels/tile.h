// A register tile: left_rows × right_rows sums of products over the steps of two panels.
#ifndef CK_TILE_H
#define CK_TILE_H
#include "CKernels.h"

enum { CK_MAX_LEFT = 8, CK_MAX_RIGHT = 48 };
typedef void (*ck_tile)(const uint8_t *a, const uint8_t *b, size_t steps, const int32_t *bias, void *out);
ck_tile ck_tile_of(const ck_operand *o);
#endif
