// The few nearest of many columns for each row, by products of codes alone: in which cells a row lies need not be proven.
#include "tile.h"
#include <math.h>

/// Puts a column in its place among those of a row, unless it is there already.
static void insert(uint32_t *numbers, float *best, size_t width, float value, uint32_t number) {
    size_t at = width - 1;
    if (value == best[at] && number >= numbers[at]) return;
    for (size_t t = 0; t < width; t++)
        if (numbers[t] == number) return;
    for (; at > 0 && (best[at - 1] < value || (best[at - 1] == value && numbers[at - 1] > number)); at--)
        best[at] = best[at - 1], numbers[at] = numbers[at - 1];
    best[at] = value, numbers[at] = number;
}

void ck_offer(ck_nearest *nearest, const uint32_t *slots, const ck_operand *a, size_t a0, size_t m, const ck_operand *b,
              size_t b0, size_t n) {
    ck_hits found;
    ck_sieve sieve = ck_sieve_of(a);
    size_t mr = a->left_rows, nr = b->right_rows, width = nearest->width;
    for (size_t j = 0; j < n; j += nr) {
        size_t column = b0 + j, wide = n - j < nr ? n - j : nr;
        const uint8_t *pb = b->right + column / nr * b->right_bytes;
        for (size_t i = 0; i < m; i += mr) {
            float worst[CK_MAX_LEFT];
            for (size_t r = 0; r < mr; r++)
                worst[r] = i + r < m ? nearest->similarities[slots[i + r] * width + width - 1] : INFINITY;
            size_t row = a0 + i;
            ck_limits limits = {.row = worst, .row_scale = a->scale + row, .column_scale = b->scale + column,
                                .least = INT32_MIN};
            unsigned hits = sieve(a->left + row / mr * a->left_bytes, pb, a->steps, a->bias + row, &limits, &found);
            for (; hits; hits &= hits - 1) {
                size_t r = (size_t)__builtin_ctz(hits);
                if (i + r >= m) continue;
                size_t slot = slots[i + r] * width;
                uint64_t bits = found.row[r] & (((uint64_t)1 << wide) - 1);
                for (; bits; bits &= bits - 1) {
                    size_t c = (size_t)__builtin_ctzll(bits);
                    float value = found.q[r * nr + c];
                    if (value >= nearest->similarities[slot + width - 1])
                        insert(nearest->numbers + slot, nearest->similarities + slot, width, value,
                               b->order ? b->order[column + c] : (uint32_t)(column + c));
                }
            }
        }
    }
}
