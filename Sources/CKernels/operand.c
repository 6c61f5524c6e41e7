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
    o->code_bytes = (o->depth + 7) / 8 * 8;
    o->left_bytes = (o->steps * o->left_rows * 4 + 63) / 64 * 64;
    o->right_bytes = (o->steps * o->right_rows * 4 + 63) / 64 * 64;
}

static float above(double v) { return nextafterf((float)(v * (1 + 1e-7)), INFINITY); }

/// Codes of one row: round(x/s) with s = max|x|/127, ties to even; returns s. Vectors next to zero get codes of zero.
/// Lengths of what the codes stand for and of what they miss are rounded up; *sum is that of the codes.
static inline __attribute__((always_inline)) float quantise(const float *x, size_t n, int8_t *code, int32_t *sum,
                                                            float *norm, float *error) {
#pragma STDC FP_CONTRACT OFF
    enum { LANES = 16 };
    uint32_t bits = 0;  // of numbers without sign the order is that of their bits
    for (size_t t = 0; t < n; t++) {
        uint32_t u;
        memcpy(&u, x + t, 4);
        u &= 0x7fffffffu;
        bits = u > bits ? u : bits;
    }
    float largest;
    memcpy(&largest, &bits, 4);
    bool tiny = largest < 1e-30f;
    float inverse = tiny ? 0 : 127 / largest, scale = tiny ? 0 : largest / 127;
    int32_t total = 0;
    // adding and taking away 1.5·2²³ rounds to nearest even without a call
    for (size_t t = 0; t < n; t++) {
        int32_t c = (int32_t)((x[t] * inverse + 12582912.0f) - 12582912.0f);
        code[t] = (int8_t)c;
        total += c;
    }
    double square[LANES] = {0}, missed[LANES] = {0};
    size_t t = 0;
    for (; t + LANES <= n; t += LANES)
        for (size_t i = 0; i < LANES; i++) {
            double y = (double)scale * code[t + i], e = (double)x[t + i] - y;
            square[i] += y * y, missed[i] += e * e;
        }
    for (; t < n; t++) {
        double y = (double)scale * code[t], e = (double)x[t] - y;
        square[0] += y * y, missed[0] += e * e;
    }
    for (size_t i = 1; i < LANES; i++) square[0] += square[i], missed[0] += missed[i];
    *sum = total, *norm = above(sqrt(square[0])), *error = above(sqrt(missed[0]));
    return scale;
}

#if defined(__x86_64__)
#define QUANTISE(name, TARGET)                                                                                    \
    __attribute__((target(TARGET))) static float name(const float *x, size_t n, int8_t *code, int32_t *sum,       \
                                                      float *norm, float *error) {                                \
        return quantise(x, n, code, sum, norm, error);                                                            \
    }
QUANTISE(quantise_avx2, "avx2")
QUANTISE(quantise_avx512, "avx512f,avx512bw,avx512vl,avx512dq")
#endif

static float quantise_at(ck_level level, const float *x, size_t n, int8_t *code, int32_t *sum, float *norm,
                         float *error) {
#if defined(__x86_64__)
    if (level == CK_AVX512) return quantise_avx512(x, n, code, sum, norm, error);
    if (level == CK_AVX2) return quantise_avx2(x, n, code, sum, norm, error);
#else
    (void)level;
#endif
    return quantise(x, n, code, sum, norm, error);
}

static void scatter(const uint32_t *units, size_t steps, uint32_t flip, uint8_t *base, size_t panel, size_t rows,
                    size_t row) {
    uint32_t *out = (uint32_t *)(base + row / rows * panel) + row % rows;
    for (size_t p = 0; p < steps; p++) out[p * rows] = units[p] ^ flip;
}

static void put(ck_operand *o, size_t row, const uint32_t *units, uint32_t flip) {
    if (o->left) scatter(units, o->steps, 0, o->left, o->left_bytes, o->left_rows, row);
    if (o->right) scatter(units, o->steps, flip, o->right, o->right_bytes, o->right_rows, row);
}

/// VNNI multiplies unsigned by signed numbers: the right codes are stored plus 128.
static uint32_t flip_of(const ck_operand *o) { return o->kind == CK_INT8 && o->right_rows == 48 ? 0x80808080u : 0; }

/// Units of four bytes of a row of codes with zeros behind them; `wide` has room for them in 16 bits.
static const uint32_t *units_of(const ck_operand *o, const int8_t *code, int16_t *wide) {
    if (o->left_rows != 6) return (const uint32_t *)(const void *)code;
    for (size_t t = 0; t < 2 * o->steps; t++) wide[t] = code[t];
    return (const uint32_t *)(const void *)wide;
}

/// The same, read from a panel of a right factor.
static const uint32_t *units_in_panel(const ck_operand *o, size_t row, uint32_t *units) {
    const uint32_t *in = (const uint32_t *)(o->right + row / o->right_rows * o->right_bytes) + row % o->right_rows;
    for (size_t p = 0; p < o->steps; p++) units[p] = in[p * o->right_rows] ^ flip_of(o);
    return units;
}

/// Fills the last panels up with codes of zero, which reach no limit.
static void pad(ck_operand *o, const uint32_t *zeros) {
    for (size_t row = o->count; o->left && row % o->left_rows; row++)
        scatter(zeros, o->steps, 0, o->left, o->left_bytes, o->left_rows, row);
    for (size_t row = o->count; o->right && row % o->right_rows; row++)
        scatter(zeros, o->steps, flip_of(o), o->right, o->right_bytes, o->right_rows, row);
}

typedef struct {
    uint32_t *zeros;  // steps of them
    int8_t *code;     // room of a row
    int16_t *wide;
    uint32_t *units;
} scratch;

static void encode(ck_operand *o, size_t row, const float *x, const scratch *s) {
    int8_t *code = o->codes ? o->codes + row * o->code_bytes : s->code;
    memset(code + o->depth, 0, o->code_bytes - o->depth);
    int32_t sum;
    o->scale[row] = quantise_at(o->level, x, o->depth, code, &sum, &o->norm[row], &o->error[row]);
    o->bias[row] = o->right_rows == 48 ? -128 * sum : 0;
    if (o->left || o->right) put(o, row, units_of(o, code, s->wide), flip_of(o));
}

/// Memory of a scratch; the caller frees `zeros`.
static bool reserve(const ck_operand *o, scratch *s) {
    s->zeros = calloc(o->steps * 8 + 3 * o->code_bytes, 1);
    if (!s->zeros) return false;
    s->units = s->zeros + o->steps;
    s->wide = (int16_t *)(void *)(s->units + o->steps);
    s->code = (int8_t *)(s->wide + o->code_bytes);
    return true;
}

bool ck_operand_pack(ck_operand *o, size_t first, size_t n, size_t *bad) {
    size_t last = first + n;
    scratch s;
    bool fine = reserve(o, &s);
    if (!fine) {
        *bad = first;
        return false;
    }
    for (size_t row = first; fine && row < last; row++) {
        const float *x = o->rows + (o->order ? o->order[row] : row) * o->stride;
        double length = ck_length(x, o->depth);
        fine = length <= 1e18;
        if (!fine) {
            *bad = o->order ? o->order[row] : row;
        } else if (o->kind == CK_INT8) {
            encode(o, row, x, &s);
        } else {
            put(o, row, (const uint32_t *)(const void *)x, 0);
            o->norm[row] = above(length), o->error[row] = 0;
        }
    }
    if (fine && last == o->count) pad(o, s.zeros);
    free(s.zeros);
    return fine;
}

bool ck_operand_gather(ck_operand *o, const ck_operand *from, const uint32_t *rows) {
    scratch s;
    if (!reserve(o, &s)) return false;
    for (size_t place = 0; place < o->count; place++) {
        size_t row = rows ? rows[place] : place;
        o->scale[place] = from->scale[row], o->bias[place] = from->bias[row];
        o->norm[place] = from->norm[row], o->error[place] = from->error[row];
        put(o, place, from->codes ? units_of(o, from->codes + row * from->code_bytes, s.wide)
                                  : units_in_panel(from, row, s.units), flip_of(o));
    }
    pad(o, s.zeros);
    free(s.zeros);
    return true;
}
