// Rows packed for register tiles: a panel holds R rows interleaved in units of four bytes, [step][row], so that a tile
// reads it front to back.
#include "CKernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void ck_operand_shape(ck_operand *o) {
    bool wide = o->level == CK_AVX512 && (o->kind == CK_FLOAT32 || ck_has_dot8(CK_AVX512));
    bool pairs = o->kind == CK_INT8 && !wide && (o->level == CK_AVX2 || o->level == CK_AVX512);
    o->left_rows = wide ? 8 : o->level == CK_AVX2 || pairs ? 6 : 4;
    o->right_rows = wide ? 48 : 16;
    o->steps = o->kind == CK_FLOAT32 ? o->depth : pairs ? (o->depth + 1) / 2 : (o->depth + 3) / 4;
    o->left_bytes = (o->steps * o->left_rows * 4 + 63) / 64 * 64;
    o->right_bytes = (o->steps * o->right_rows * 4 + 63) / 64 * 64;
}

static float above(double v) { return nextafterf((float)(v * (1 + 1e-7)), INFINITY); }

/// Codes of one row: round(x/s) with s = max|x|/127, ties to even; returns s. Vectors next to zero get codes of zero.
static float quantise(const float *x, size_t n, int8_t *code) {
    float largest = 0;
    for (size_t t = 0; t < n; t++) largest = fmaxf(largest, fabsf(x[t]));
    if (largest < 1e-30f) {
        memset(code, 0, n);
        return 0;
    }
    float inverse = 127 / largest;
    // adding and taking away 1.5·2²³ rounds to nearest even without a call
    for (size_t t = 0; t < n; t++) code[t] = (int8_t)(int32_t)((x[t] * inverse + 12582912.0f) - 12582912.0f);
    return largest / 127;
}

/// Lengths of what the codes stand for and of what they miss, both rounded up.
static void measure(const float *x, const int8_t *code, float scale, size_t n, float *norm, float *error) {
    double square = 0, missed = 0;
    for (size_t t = 0; t < n; t++) {
        double y = (double)scale * code[t], e = x[t] - y;
        square += y * y, missed += e * e;
    }
    *norm = above(sqrt(square)), *error = above(sqrt(missed));
}

/// Four bytes of codes at step p, as this level's tiles want them.
static uint32_t unit(const ck_operand *o, const int8_t *code, size_t p, uint8_t flip) {
    uint32_t u = 0;
    if (o->left_rows != 6) {
        for (size_t t = 0; t < 4; t++) u |= (uint32_t)(uint8_t)((uint8_t)code[4 * p + t] ^ flip) << (8 * t);
        return u;
    }
    return (uint16_t)(int16_t)code[2 * p] | (uint32_t)(uint16_t)(int16_t)code[2 * p + 1] << 16;
}

static void scatter(const uint32_t *units, size_t steps, uint8_t *base, size_t panel, size_t rows, size_t row) {
    uint32_t *out = (uint32_t *)(base + row / rows * panel) + row % rows;
    for (size_t p = 0; p < steps; p++) out[p * rows] = units[p];
}

static void put(ck_operand *o, size_t row, const uint32_t *left, const uint32_t *right) {
    if (o->left) scatter(left, o->steps, o->left, o->left_bytes, o->left_rows, row);
    if (o->right) scatter(right, o->steps, o->right, o->right_bytes, o->right_rows, row);
}

typedef struct {
    uint32_t *left, *right;
    int8_t *code;  // d + 8, zeros behind the values
} scratch;

static void pack_codes(ck_operand *o, size_t row, const float *x, const scratch *s) {
    bool vnni = o->right_rows == 48;
    o->scale[row] = quantise(x, o->depth, s->code);
    measure(x, s->code, o->scale[row], o->depth, &o->norm[row], &o->error[row]);
    int32_t sum = 0;
    for (size_t t = 0; t < o->depth; t++) sum += s->code[t];
    o->bias[row] = vnni ? -128 * sum : 0;
    for (size_t p = 0; p < o->steps; p++) {
        s->left[p] = unit(o, s->code, p, 0);
        s->right[p] = unit(o, s->code, p, vnni ? 0x80 : 0);
    }
    put(o, row, s->left, s->right);
}

/// Fills the last panels up with zeros.
static void pad(ck_operand *o, const uint32_t *zeros) {
    for (size_t row = o->count; o->left && row % o->left_rows; row++)
        scatter(zeros, o->steps, o->left, o->left_bytes, o->left_rows, row);
    for (size_t row = o->count; o->right && row % o->right_rows; row++)
        scatter(zeros, o->steps, o->right, o->right_bytes, o->right_rows, row);
}

bool ck_operand_pack(ck_operand *o, size_t first, size_t n, size_t *bad) {
    size_t last = first + n;
    uint32_t *memory = calloc(2 * o->steps + (o->depth + 8) / 4 + 1, 4);
    scratch s = {memory, memory + o->steps, (int8_t *)(memory + 2 * o->steps)};
    bool fine = memory != NULL;
    if (!fine) *bad = first;
    for (size_t row = first; fine && row < last; row++) {
        const float *x = o->rows + (o->order ? o->order[row] : row) * o->stride;
        double length = ck_length(x, o->depth);
        fine = length <= 1e18;
        if (!fine) {
            *bad = o->order ? o->order[row] : row;
        } else if (o->kind == CK_INT8) {
            pack_codes(o, row, x, &s);
        } else {
            put(o, row, (const uint32_t *)x, (const uint32_t *)x);
            o->norm[row] = above(length), o->error[row] = 0;
        }
    }
    if (fine && last == o->count) {
        memset(memory, 0, o->steps * 4);
        pad(o, memory);
    }
    free(memory);
    return fine;
}
