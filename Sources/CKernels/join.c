// Nearest neighbours: tiles of approximate products; a product that could belong to the k best of a row is entered in
// the list of that row.
//
// For rows x, y with codes x̂, ŷ: |x·y − x̂·ŷ| ≤ |x̂||y − ŷ| + |x − x̂||y| (Cauchy–Schwarz). With ε the largest such bound
// of a row plus the rounding of Float32, a product more than ε below a proven k-th similarity is of no neighbour.
#include "tile.h"
#include <math.h>

typedef struct {
    const ck_operand *a, *b;
    ck_lists *rows, *columns;
    bool self;
} sides;

static inline uint32_t number_of(const ck_operand *o, size_t at) { return o->order ? o->order[at] : (uint32_t)at; }

/// Whether the join of another cell meets these places.
static inline bool is_met_elsewhere(const ck_lists *rows, size_t x, const ck_lists *columns, size_t y) {
    uint32_t home = rows->visits[x * rows->visit_width];
    const uint32_t *visited = columns->visits + y * columns->visit_width;
    if (home >= rows->cell) return false;
    for (size_t t = 1; t < columns->visit_width; t++)
        if (visited[t] == home) return true;
    return false;
}

/// The columns among `bits` that may be entered with a row at all.
static uint64_t permitted(const sides *s, size_t row, size_t column, uint64_t bits) {
    const ck_lists *l = s->rows;
    if (s->self && row - column < CK_MAX_RIGHT) bits &= ~((uint64_t)1 << (row - column));
    bool visits = s->columns && l->visits;
    if (!l->allowed && !visits) return bits;
    for (uint64_t left = bits; left; left &= left - 1) {
        size_t j = (size_t)__builtin_ctzll(left);
        uint32_t y = number_of(s->b, column + j);
        bool out = (l->allowed && !(l->allowed[y / 64] >> y % 64 & 1)) ||
                   (visits && is_met_elsewhere(l, row, s->columns, column + j));
        bits &= ~((uint64_t)out << j);
    }
    return bits;
}

/// Enters the elements of one row of a tile that reach a limit.
static void take(const sides *s, size_t row, size_t column, uint64_t by_row, uint64_t by_column, const float *q) {
    uint64_t bits = permitted(s, row, column, by_row | by_column);
    ck_lists_enter_row(s->rows, s->a, row, s->b, column, bits & by_row, q);
    if (!s->columns) return;
    uint32_t x = number_of(s->a, row);
    for (bits &= by_column; bits; bits &= bits - 1) {
        size_t j = (size_t)__builtin_ctzll(bits);
        ck_lists_enter(s->columns, s->b, column + j, s->a, row, q[j], x);
    }
}

static inline float least_of(const float *v, size_t n) {
    float least = INFINITY;
    for (size_t i = 0; i < n; i++) least = v[i] < least ? v[i] : least;
    return least;
}

static inline float largest_of(const float *v, size_t n) {
    float largest = 0;
    for (size_t i = 0; i < n; i++) largest = v[i] > largest ? v[i] : largest;
    return largest;
}

/// The sum of products of codes that stands for `limit` at least, whose scales are at most a and b.
static inline int32_t least_code(float limit, float a, float b) {
    float least = limit / (a * b) * (1 - 0x1p-20f);
    return least > 0 && least < 2e9f ? (int32_t)least : INT32_MIN;
}

enum { BLOCK_PANELS = 128 };

/// ck_join for a few rows.
static void join_block(const sides *s, size_t a0, size_t m, size_t b0, size_t n) {
    const ck_operand *a = s->a, *b = s->b;
    const int32_t none[CK_MAX_LEFT] = {0};
    const float *own = s->rows->threshold, *others = s->columns ? s->columns->threshold : NULL;
    ck_hits found;
    ck_sieve sieve = ck_sieve_of(a);
    size_t mr = a->left_rows, nr = b->right_rows;
    bool codes = a->kind == CK_INT8;
    // of each panel of rows the least threshold, as far as is known: thresholds only rise
    float low[BLOCK_PANELS], scale[BLOCK_PANELS];
    for (size_t i = 0; i < m; i += mr) {
        size_t high = m - i < mr ? m - i : mr;
        low[i / mr] = least_of(own + a0 + i, high);
        scale[i / mr] = codes ? largest_of(a->scale + a0 + i, high) : 1;
    }
    for (size_t j = 0; j < n; j += nr) {
        size_t column = b0 + j, width = n - j < nr ? n - j : nr;
        uint64_t inside = ((uint64_t)1 << width) - 1;
        const uint8_t *pb = b->right + column / nr * b->right_bytes;
        float column_low = others ? least_of(others + column, width) : INFINITY;
        float column_scale = codes ? largest_of(b->scale + column, width) : 1;
        for (size_t i = 0; i < m; i += mr) {
            size_t row = a0 + i, high = m - i < mr ? m - i : mr;
            float limit = low[i / mr] < column_low ? low[i / mr] : column_low;
            ck_limits limits = {
                .row = own + row, .column = others ? others + column : NULL,
                .row_scale = codes ? a->scale + row : NULL, .column_scale = codes ? b->scale + column : NULL,
                .least = codes ? least_code(limit, scale[i / mr], column_scale) : 0};
            unsigned hits = sieve(a->left + row / mr * a->left_bytes, pb, a->steps, codes ? a->bias + row : none,
                                  &limits, &found);
            if (!hits) continue;
            for (; hits; hits &= hits - 1) {
                size_t r = (size_t)__builtin_ctz(hits);
                if (r < high) take(s, row + r, column, found.row[r] & inside, found.column[r] & inside, found.q + r * nr);
            }
            low[i / mr] = least_of(own + row, high);
        }
    }
}

void ck_join(const ck_operand *a, size_t a0, size_t m, const ck_operand *b, size_t b0, size_t n, ck_lists *rows,
             ck_lists *columns, bool self) {
    sides s = {a, b, rows, columns, self};
    size_t block = BLOCK_PANELS * a->left_rows;
    for (size_t i = 0; i < m; i += block) join_block(&s, a0 + i, m - i < block ? m - i : block, b0, n);
}
