// Kernels over rows of Float32 and their int8 codes, in scalar C, AVX2, AVX-512 (with VNNI where present) and NEON.
//
// Every level gives the same bits: the order of additions is fixed (64 running sums for dot products, one chain of
// fused multiply-adds for tiles), so that a result does not depend on the machine or on where a row lies in a tile.
#ifndef CKERNELS_H
#define CKERNELS_H
#include "CKernelsImage.h"
#include "CKernelsWarp.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { CK_SCALAR = 0, CK_AVX2 = 1, CK_AVX512 = 2, CK_NEON = 3 } ck_level;

/// The best level of this machine, or the one that LIKENESS_KERNEL (scalar, avx2, avx512, neon) names, where the
/// machine has it. The variable is read once.
ck_level ck_detect(void);
/// Whether this machine can run the kernels of a level.
bool ck_supports(ck_level level);
/// 8-bit dot products in one instruction (AVX-512 VNNI, Arm dotprod).
bool ck_has_dot8(ck_level level);
/// 1 when the CPU announces AMX but hides its tile palette (CPUID leaf 0x1D), as some virtual machines do: oneDNN then
/// loads an empty tile configuration and dies of SIGILL unless ONEDNN_MAX_CPU_ISA is set before its first call.
int ck_amx_is_announced_but_unusable(void);

// MARK: rows

/// Σ a·b. |computed − exact| ≤ m u/(1 − m u) Σ|a·b| with m = ceil(n/64) + 6, u = 2⁻²⁴; symmetric to the last bit.
float ck_dot(const float *a, const float *b, size_t n, ck_level level);
/// Σ (a − b)², with m = ceil(n/64) + 8.
float ck_squared_distance(const float *a, const float *b, size_t n, ck_level level);
/// Scales a row to unit length. 0, or 1 for a row of zeros, 2 for one with a value that is not finite: left as it was.
int ck_normalise(float *x, size_t n);
/// √Σx² in double; NaN or ∞ where a value is.
double ck_length(const float *x, size_t n);

// MARK: tiles

typedef enum { CK_FLOAT32 = 0, CK_INT8 = 1 } ck_kind;

/// Rows prepared for tiles: packed twice, as left and as right factor.
typedef struct {
    ck_kind kind;
    ck_level level;
    size_t count;        ///< rows
    size_t depth;        ///< values a row
    size_t left_rows;    ///< rows of a register tile
    size_t right_rows;   ///< columns of a register tile
    size_t left_bytes;   ///< of one panel of left_rows
    size_t right_bytes;  ///< of one panel of right_rows
    size_t code_bytes;   ///< of a row of codes
    size_t steps;        ///< units of four bytes a row: 1 float, 4 codes, or 2 codes of 16 bits
    uint8_t *left;       ///< ceil(count/left_rows) panels, 64-byte aligned; null: only a right factor
    uint8_t *right;      ///< ceil(count/right_rows) panels, 64-byte aligned; null: only a left factor
    int8_t *codes;       ///< the codes row after row, zeros behind them; null: not kept
    float *scale;        ///< of the codes of each row, count + 64 of them; int8 only
    int32_t *bias;       ///< what a sum of products begins with, count + 64 of them; int8 only
    float *norm;         ///< |x̂|, upper bound: of the rows that the packed numbers stand for
    float *error;        ///< |x − x̂|, upper bound; 0 for float32
    const float *rows;   ///< the rows themselves
    size_t stride;       ///< floats from one row to the next
    const uint32_t *order;  ///< place in the panels → number of the row; null: the same
} ck_operand;

/// Fills the sizes of an operand from kind, level, count and depth; the memory is the caller's.
void ck_operand_shape(ck_operand *o);
/// Packs rows first ..< first + n; both are multiples of 48, or reach the end. False when a row holds a value that is
/// not finite or is longer than 10¹⁸: *bad is its number.
bool ck_operand_pack(ck_operand *o, size_t first, size_t n, size_t *bad);

/// Fills the panels of `o` with rows of `from`, a right factor or one that keeps its codes: those that `rows` names, or
/// the first. False when there is no memory.
bool ck_operand_gather(ck_operand *o, const ck_operand *from, const uint32_t *rows);

/// C[m×n] = rows a0… of a times rows b0… of b. float32: one chain of fused multiply-adds an element, C holds floats;
/// int8: products of codes, C holds whole numbers, exact. a0 and b0 begin panels.
void ck_products(const ck_operand *a, size_t a0, size_t m, const ck_operand *b, size_t b0, size_t n, void *c,
                 size_t ldc);

// MARK: nearest neighbours

/// One list a row: what may still belong to its k best.
typedef struct {
    uint64_t *entries;      ///< capacity a row, of ck_key
    uint32_t *count;        ///< entries in use; 0 at the start
    uint32_t *settled;      ///< of them the first so many are Float32 similarities, the others approximate products
    float *reach;           ///< what the k-th similarity is at least, as far as is known; at the start the floor
    float *threshold;       ///< reach − margin: no product below it is a neighbour's; 64 more than rows, +∞
    const float *margin;    ///< of each row: the largest |approximate product − Float32 similarity| of any pair
    const float *rounding;  ///< the part of it that comes from Float32 arithmetic
    const float *step;      ///< of each row: the unit of widths, at least (2 margin + 2⁻¹⁴ |x||y|)/250
    float floor;            ///< the least similarity that is listed
    size_t k;
    size_t capacity;        ///< at least k + 16, or all there are; 3k is fast
    const uint64_t *allowed;  ///< one bit a row of the right factor: whether it may be entered; null: all may
    const uint32_t *visits;   ///< visit_width cells a place, its home first; null: none
    size_t visit_width;
    uint32_t cell;          ///< that is joined, the home of the columns; a column that visits the home of a row, a lower
                            ///< number, meets it there
    size_t products;        ///< Float32 similarities computed
} ck_lists;

/// Rises as the similarity falls, and with the index among equal similarities.
uint64_t ck_key(float similarity, uint32_t index);

/// Offers all pairs of places a0… (m of them) of a and b0… (n) of b to the lists of a's places, and to those of b's
/// when `columns` is given. With `self` a place is not offered to itself. Entries hold numbers of rows. a0 and b0 begin
/// panels.
void ck_join(const ck_operand *a, size_t a0, size_t m, const ck_operand *b, size_t b0, size_t n, ck_lists *rows,
             ck_lists *columns, bool self);
/// Adds what `from` holds for a place to the list of `at`: both of one row, against different rows of `other`, with the
/// same margin and step. `own` needs no panels.
void ck_merge(ck_lists *lists, const ck_operand *own, size_t at, const ck_operand *other, const ck_lists *from,
              size_t place);
/// The k best of a place of `own` among the rows of `other`: similarity descending, ties by lower index; the unused of k
/// places get −1 and −∞.
void ck_rank(ck_lists *lists, const ck_operand *own, size_t place, const ck_operand *other, size_t k, int32_t *indices,
             float *similarities);

/// The nearest of some rows so far: `width` a row, best first, equal ones by rising number.
typedef struct {
    uint32_t *numbers;    ///< at the start UINT32_MAX
    float *similarities;  ///< at the start −∞
    size_t width;
} ck_nearest;

/// Offers places b0… (n) of b to places a0… (m) of a, both of codes, as similar as these say; what is offered again is
/// passed over. Place a0 + i of a has row slots[i] of `nearest`. a0 and b0 begin panels.
void ck_offer(ck_nearest *nearest, const uint32_t *slots, const ck_operand *a, size_t a0, size_t m, const ck_operand *b,
              size_t b0, size_t n);

// MARK: random numbers

/// The first n standard normal numbers of the stream `key`; a shorter call gives the beginning of a longer one.
void ck_normals(uint64_t key, float *out, size_t n, ck_level level);

// MARK: checksums

/// Adds bytes to a CRC-32C (Castagnoli); begin with 0.
uint32_t ck_crc32c(uint32_t crc, const void *bytes, size_t n);
/// Runs SHA-256's compression over `blocks` blocks of 64 bytes.
void ck_sha256(uint32_t state[8], const void *bytes, size_t blocks);
/// The same without SHA instructions.
void ck_sha256_scalar(uint32_t state[8], const void *bytes, size_t blocks);
uint32_t ck_crc32c_scalar(uint32_t crc, const void *bytes, size_t n);
#endif
