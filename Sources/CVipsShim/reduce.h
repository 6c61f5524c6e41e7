#ifndef LK_REDUCE_H
#define LK_REDUCE_H
#include <stdint.h>

/// A picture that is made smaller row by row as its decoder delivers it, in memory of a few rows.
typedef struct lk_reducer lk_reducer;

/// bands: 1, 3 or 4. target: target_width·target_height·bands bytes. NULL when memory is short.
lk_reducer *lk_reducer_new(int width, int height, int bands, uint8_t *target, int target_width, int target_height);
/// The next row from the top, width·bands bytes; rows past the last are ignored.
void lk_reducer_row(lk_reducer *r, const uint8_t *row);
void lk_reducer_free(lk_reducer *r);

/// The size of width×height with its longest side at most `side` (0: unchanged), each side at least 1.
void lk_fit(int width, int height, int side, int *target_width, int *target_height);
#endif
