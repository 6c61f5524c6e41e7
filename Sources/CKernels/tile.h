// A register tile: left_rows × right_rows sums of products over the steps of two panels.
#ifndef CK_TILE_H
#define CK_TILE_H
#include "CKernels.h"

enum { CK_MAX_LEFT = 8, CK_MAX_RIGHT = 48 };
typedef void (*ck_tile)(const uint8_t *a, const uint8_t *b, size_t steps, const int32_t *bias, void *out);
ck_tile ck_tile_of(const ck_operand *o);

/// What an element of a tile must reach to be looked at: the threshold of its row or that of its column.
typedef struct {
    const float *row;           ///< left_rows of them
    const float *column;        ///< right_rows of them; null: none
    const float *row_scale;     ///< what codes stand for; null: Float32
    const float *column_scale;
} ck_limits;

/// Two panels through a tile and its limits: bits[r] tells the elements of row r that reach one, q[r·right_rows + j] is
/// an element of a row with such bits. Returns one bit for each such row.
typedef unsigned (*ck_sieve)(const uint8_t *a, const uint8_t *b, size_t steps, const int32_t *bias,
                             const ck_limits *limits, uint64_t *bits, float *q);
ck_sieve ck_sieve_of(const ck_operand *o);

/// Enters the product of a place with another of `other`, whose row has the number `index`, where it may be a neighbour.
void ck_lists_enter(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other, size_t partner,
                    float product, uint32_t index);
#endif
