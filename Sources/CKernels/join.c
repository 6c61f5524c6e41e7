// Nearest neighbours: tiles of approximate products; a product that could belong to the k best of a row is entered in
// the list of that row.
//
// For rows x, y with codes x̂, ŷ: |x·y − x̂·ŷ| ≤ |x̂||y − ŷ| + |x − x̂||y| (Cauchy–Schwarz). With ε the largest such bound
// of a row plus the rounding of Float32, a product more than ε below a proven k-th similarity is of no neighbour.
#include "tile.h"

typedef struct {
    const ck_operand *a, *b;
    ck_lists *rows, *columns;
    bool self;
} sides;

static inline uint32_t number_of(const ck_operand *o, size_t at) { return o->order ? o->order[at] : (uint32_t)at; }

/// Whether the first group that two rows share is the one at hand.
static inline bool is_first(const ck_lists *l, uint32_t x, uint32_t y) {
    const uint32_t *a = l->groups + x * l->group_width, *b = l->groups + y * l->group_width;
    size_t i = 0, j = 0;
    while (a[i] != b[j]) {
        if (a[i] < b[j]) i++;
        else j++;
    }
    return a[i] == l->group;
}

/// Enters the elements of one row of a tile whose bits are set.
static void take(const sides *s, size_t row, size_t column, uint64_t bits, const float *q) {
    const uint64_t *allowed = s->rows->allowed;
    uint32_t x = number_of(s->a, row);
    for (; bits; bits &= bits - 1) {
        size_t j = (size_t)__builtin_ctzll(bits);
        uint32_t y = number_of(s->b, column + j);
        if ((allowed && !(allowed[y / 64] >> y % 64 & 1)) || (s->self && row == column + j)) continue;
        if (s->rows->groups && !is_first(s->rows, x, y)) continue;
        ck_lists_enter(s->rows, s->a, row, s->b, column + j, q[j], y);
        if (s->columns) ck_lists_enter(s->columns, s->b, column + j, s->a, row, q[j], x);
    }
}

void ck_join(const ck_operand *a, size_t a0, size_t m, const ck_operand *b, size_t b0, size_t n, ck_lists *rows,
             ck_lists *columns, bool self) {
    uint64_t bits[CK_MAX_LEFT];
    float q[CK_MAX_LEFT * CK_MAX_RIGHT] __attribute__((aligned(64)));
    const int32_t none[CK_MAX_LEFT] = {0};
    ck_sieve sieve = ck_sieve_of(a);
    size_t mr = a->left_rows, nr = b->right_rows;
    sides s = {a, b, rows, columns, self};
    bool codes = a->kind == CK_INT8;
    for (size_t j = 0; j < n; j += nr) {
        size_t column = b0 + j, width = n - j < nr ? n - j : nr;
        const uint8_t *pb = b->right + column / nr * b->right_bytes;
        for (size_t i = 0; i < m; i += mr) {
            size_t row = a0 + i;
            ck_limits limits = {
                .row = rows->threshold + row, .column = columns ? columns->threshold + column : NULL,
                .row_scale = codes ? a->scale + row : NULL, .column_scale = codes ? b->scale + column : NULL};
            unsigned hits = sieve(a->left + row / mr * a->left_bytes, pb, a->steps, codes ? a->bias + row : none,
                                  &limits, bits, q);
            for (; hits; hits &= hits - 1) {
                size_t r = (size_t)__builtin_ctz(hits);
                if (i + r < m) take(&s, row + r, column, bits[r] & (((uint64_t)1 << width) - 1), q + r * nr);
            }
        }
    }
}
