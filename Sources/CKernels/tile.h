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
    int32_t least;              ///< sums of products of codes below it reach no limit
} ck_limits;

/// What of a tile reaches its limits.
typedef struct {
    uint64_t row[CK_MAX_LEFT];     ///< bits of the elements of row r that reach its limit
    uint64_t column[CK_MAX_LEFT];  ///< and of those that reach that of their column
    float q[CK_MAX_LEFT * CK_MAX_RIGHT] __attribute__((aligned(64)));  ///< [r·right_rows + j], of rows with such bits
} ck_hits;

/// Two panels through a tile and its limits. Returns one bit for each row in which something reaches one.
typedef unsigned (*ck_sieve)(const uint8_t *a, const uint8_t *b, size_t steps, const int32_t *bias,
                             const ck_limits *limits, ck_hits *hits);
ck_sieve ck_sieve_of(const ck_operand *o);

/// Enters the product of a place with another of `other`, whose row has the number `index`, where it may be a neighbour.
void ck_lists_enter(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other, size_t partner,
                    float product, uint32_t index);
/// The same for the elements q of one row of a tile that `bits` names, in columns `column`….
void ck_lists_enter_row(ck_lists *l, const ck_operand *own, size_t place, const ck_operand *other, size_t column,
                        uint64_t bits, const float *q);
#endif
