/* Products of bfloat16 numbers with single-precision sums (AVX512-BF16). One
 * instruction multiplies two factors in each lane, so numbers come in pairs: a
 * 32-bit word has two of them. Pairs are made where numbers are read many
 * times. */
#ifndef AC_BF16_PRODUCTS_H
#define AC_BF16_PRODUCTS_H

#include "kernels/bfloat16.h"
#include "kernels/simd_products.h"

/* 32 numbers, or 16 words. */
typedef __m512i pairs;

SIMD_INLINE pairs p_load(const uint32_t *from)
{
    return _mm512_loadu_si512(from);
}

SIMD_INLINE void p_store(uint32_t *to, pairs x)
{
    _mm512_storeu_si512(to, x);
}

/* Those of a, then those of b. */
SIMD_INLINE pairs p_join(vector a, vector b)
{
    return (pairs)_mm512_cvtne2ps_pbh(b, a);
}

/* Each number of the first half with the one in its place in the second. */
SIMD_INLINE pairs p_pair_halves(pairs joined)
{
    static const uint16_t place[32] = {
        0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return _mm512_permutexvar_epi16(_mm512_loadu_si512(place), joined);
}

/* Word l: a[l] and b[l]. */
SIMD_INLINE pairs p_pair(vector a, vector b)
{
    return p_pair_halves(p_join(a, b));
}

/* sum + both products of each lane */
SIMD_INLINE vector p_dot(vector sum, uint32_t word, pairs x)
{
    return _mm512_dpbf16_ps(sum, (__m512bh)x,
                            (__m512bh)_mm512_set1_epi32((int)word));
}

/* sum[r] += w[r] x over `count` pairs of columns of w: the rows of w are `down`
 * apart, its pairs of columns `right`, the pairs of x `x_right`. Meanwhile it
 * prefetches a lane vector per column from `ahead`, unless that is NULL. */
SIMD_INLINE void accumulate_pairs(int rows, int count, const uint32_t *w,
                                  size_t down, size_t right, const uint32_t *x,
                                  size_t x_right, const real *ahead,
                                  vector *sum)
{
    for (int k = 0; k < count; k++, w += right, x += x_right) {
        const pairs x_k = p_load(x);
        if (ahead) {
            __builtin_prefetch(ahead + 2 * k * LANES, 0, 2);
            __builtin_prefetch(ahead + (2 * k + 1) * LANES, 0, 2);
        }
        SIMD_UNROLL
        for (int r = 0; r < rows; r++)
            sum[r] = p_dot(sum[r], w[r * down], x_k);
    }
}

/* out = from + w x, a tile of rows; from may be out */
SIMD_INLINE void pairs_tile(int rows, int count, const uint32_t *w, size_t down,
                            size_t right, const uint32_t *x, size_t x_right,
                            const real *from, const real *ahead, real *out)
{
    vector sum[SIMD_ROWS];
    SIMD_EACH (r, rows) {
        sum[r] = v_load(from + r * LANES);
    }
    accumulate_pairs(rows, count, w, down, right, x, x_right, ahead, sum);
    SIMD_EACH (r, rows) {
        v_store(out + r * LANES, sum[r]);
    }
}

/* pairs_tile() of `rows` rows: SIMD_ROWS, GATES or 1 (panel_height()). */
SIMD_INLINE void pairs_panel(int rows, int count, const uint32_t *w,
                             size_t down, size_t right, const uint32_t *x,
                             size_t x_right, const real *from,
                             const real *ahead, real *out)
{
    if (rows == SIMD_ROWS)
        pairs_tile(SIMD_ROWS, count, w, down, right, x, x_right, from, ahead,
                   out);
    else if (rows == GATES)
        pairs_tile(GATES, count, w, down, right, x, x_right, from, ahead, out);
    else
        pairs_tile(1, count, w, down, right, x, x_right, from, ahead, out);
}

/* ---- over several steps ------------------------------------------------ *
 *
 * A convolution reads each number of its input in several windows and its
 * weights at each step. Both are converted a piece at a time, on the stack: up
 * to PIECE columns of the weights, and the steps whose numbers fill no more
 * than LINES lane vectors. */
enum { PIECE = 256, LINES = 1024 };

static inline int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* How many steps, `apart` lane vectors from each other and `count` lane vectors
 * each, fit in `lines`. */
static inline int steps_in(int lines, int left, int count, size_t apart)
{
    const size_t more = apart > 0 ? (lines - count) / apart : (size_t)left;
    return more + 1 < (size_t)left ? (int)more + 1 : left;
}

/* Word i of `to`, every `stride`: lane vectors i and i + 1 of `count`, the last
 * with zeros. */
SIMD_KERNEL void pair_lines(int count, int stride, const real *x, uint32_t *to)
{
    for (int i = 0; i < count; i += stride, x += stride * LANES)
        p_store(
            to + (size_t)i * LANES,
            p_pair(v_load(x), i + 1 < count ? v_load(x + LANES) : v_set1(0)));
}

/* `rows` rows of w by `count` columns, as [pair of columns][row]. */
SIMD_KERNEL void pair_columns(int rows, int count, const real *w, size_t units,
                              uint32_t *to)
{
    for (int k = 0; k < count; k += 2, w += 2 * units, to += rows) {
        const int last = k + 1 == count;
        if (rows == SIMD_ROWS)
            p_store(to,
                    p_pair(v_load(w), last ? v_set1(0) : v_load(w + units)));
        else
            for (int r = 0; r < rows; r++)
                to[r] = bfloat16_pair(w[r], last ? 0 : w[units + r]);
    }
}

/* `count` numbers, the last with a zero if they are odd. */
SIMD_KERNEL void pair_numbers(int count, const real *w, uint32_t *to)
{
    int i = 0;
    for (; i + 2 * SIMD_WIDTH <= count; i += 2 * SIMD_WIDTH)
        p_store(to + i / 2, p_join(v_load(w + i), v_load(w + i + SIMD_WIDTH)));
    for (; i < count; i += 2)
        to[i / 2] = bfloat16_pair(w[i], i + 1 < count ? w[i + 1] : 0);
}

/* y += W x for `count` columns of W and the steps of which `x` has the words.
 */
SIMD_KERNEL void mixed_piece(int units, int count, int steps, const real *w,
                             const uint32_t *x, size_t x_step, real *y,
                             size_t y_step)
{
    uint32_t words[PIECE / 2 * SIMD_ROWS];
    for (int r = 0, rows; r < units; r += rows) {
        rows = panel_height(units - r, SIMD_ROWS);
        pair_columns(rows, count, w + r, units, words);
        for (int t = 0; t < steps; t++) {
            real *y_r = y + t * y_step + (size_t)r * LANES;
            pairs_panel(rows, (count + 1) / 2, words, 1, rows, x + t * x_step,
                        2 * LANES, y_r, NULL, y_r);
        }
    }
}

SIMD_KERNEL void mixed_product(int units, int inputs, int steps, const real *w,
                               const real *x, size_t x_step, real *y,
                               size_t y_step)
{
    const size_t apart = x_step / LANES;
    uint32_t words[LINES * LANES];
    if (!mixes(units, inputs, steps)) {
        simd_product(units, inputs, steps, w, x, x_step, y, y_step);
        return;
    }
    for (int k = 0, count; k < inputs; k += count) {
        count = smaller(inputs - k, PIECE);
        for (int t = 0, some; t < steps; t += some) {
            some = steps_in(LINES, steps - t, count, apart);
            pair_lines((int)((some - 1) * apart) + count, apart % 2 ? 1 : 2,
                       x + t * x_step + (size_t)k * LANES, words);
            mixed_piece(units, count, some, w + (size_t)k * units, words,
                        x_step, y + t * y_step, y_step);
        }
    }
}

/* x += W' y for `count` rows of W and the steps of which `y` has the words. */
SIMD_KERNEL void mixed_piece_back(int units, int inputs, int count, int steps,
                                  const real *w, const uint32_t *y, real *x,
                                  size_t x_step)
{
    const int half = (count + 1) / 2;
    uint32_t words[PIECE / 2 * SIMD_ROWS];
    for (int k = 0, rows; k < inputs; k += rows) {
        rows = panel_height(inputs - k, SIMD_ROWS);
        for (int j = 0; j < rows; j++)
            pair_numbers(count, w + (size_t)(k + j) * units, words + j * half);
        for (int t = 0; t < steps; t++) {
            real *x_k = x + t * x_step + (size_t)k * LANES;
            pairs_panel(rows, half, words, half, 1,
                        y + (size_t)t * half * LANES, LANES, x_k, NULL, x_k);
        }
    }
}

SIMD_KERNEL void mixed_product_back(int units, int inputs, int steps,
                                    const real *w, const real *y, size_t y_step,
                                    real *x, size_t x_step)
{
    uint32_t words[LINES * LANES];
    if (!mixes(units, inputs, steps)) {
        simd_product_back(units, inputs, steps, w, y, y_step, x, x_step);
        return;
    }
    for (int r = 0, count; r < units; r += count) {
        count = smaller(units - r, PIECE);
        const int half = (count + 1) / 2;
        for (int t = 0, some; t < steps; t += some) {
            some = smaller(steps - t, LINES / half);
            for (int n = 0; n < some; n++)
                for (int i = 0; i < half; i++) {
                    const real *y_i =
                        y + (t + n) * y_step + (size_t)(r + 2 * i) * LANES;
                    p_store(words + ((size_t)n * half + i) * LANES,
                            p_pair(v_load(y_i), 2 * i + 1 < count
                                                    ? v_load(y_i + LANES)
                                                    : v_set1(0)));
                }
            mixed_piece_back(units, inputs, count, some, w + r, words,
                             x + t * x_step, x_step);
        }
    }
}

/* ---- outer products ---------------------------------------------------- *
 *
 * They sum over lanes, so two lanes of one number are a pair: HALF words for
 * each number. */
enum { HALF = LANES / 2 };

/* `count` lane vectors; the last is followed by zeros if they are odd. */
SIMD_KERNEL void pair_lanes(int count, const real *x, uint32_t *to)
{
    for (int i = 0; i < count; i += 2, x += 2 * LANES)
        p_store(
            to + (size_t)i * HALF,
            p_join(v_load(x), i + 1 < count ? v_load(x + LANES) : v_set1(0)));
}

/* From the words of 16 numbers, those of each in turn, to a row of 16 words for
 * each pair of lanes. Each round moves one bit of the pair's number to the
 * front. */
SIMD_INLINE void transpose_pairs(pairs *a, uint32_t *rows, size_t stride)
{
    const pairs even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20,
                                         22, 24, 26, 28, 30);
    const pairs odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21,
                                        23, 25, 27, 29, 31);
    SIMD_UNROLL
    for (int round = 1; round < HALF; round *= 2) {
        pairs b[HALF];
        SIMD_EACH (i, HALF / 2) {
            b[i] = _mm512_permutex2var_epi32(a[2 * i], even, a[2 * i + 1]);
            b[i + HALF / 2] =
                _mm512_permutex2var_epi32(a[2 * i], odd, a[2 * i + 1]);
        }
        SIMD_EACH (i, HALF) {
            a[i] = b[i];
        }
    }
    SIMD_EACH (i, HALF) {
        p_store(rows + i * stride, a[i]);
    }
}

/* Of 16 lane vectors. */
SIMD_INLINE void transpose_lanes(const real *columns, uint32_t *rows,
                                 size_t stride)
{
    pairs a[HALF];
    SIMD_EACH (i, HALF) {
        a[i] = p_join(v_load(columns + 2 * i * LANES),
                      v_load(columns + (2 * i + 1) * LANES));
    }
    transpose_pairs(a, rows, stride);
}

/* total += (or = if `assign`) rows by `vectors` vectors of columns, summed over
 * lanes and steps: the words of two steps' rows are `row_step` apart; columns
 * [steps][HALF][column_count]. */
SIMD_INLINE void outer_pairs(int rows, int vectors, int steps,
                             const uint32_t *row, size_t row_step,
                             const uint32_t *columns, size_t column_count,
                             real *total, size_t stride, int assign)
{
    vector sum[GATES * 2];
    SIMD_EACH (i, rows * vectors) {
        sum[i] = v_set1(0);
    }
    for (int n = 0; n < steps; n++, row += row_step)
        for (int l = 0; l < HALF; l++, columns += column_count) {
            pairs column[2];
            SIMD_EACH (v, vectors) {
                column[v] = p_load(columns + v * SIMD_WIDTH);
            }
            SIMD_UNROLL
            for (int r = 0; r < rows; r++) {
                SIMD_UNROLL
                for (int v = 0; v < vectors; v++)
                    sum[r * vectors + v] = p_dot(sum[r * vectors + v],
                                                 row[r * HALF + l], column[v]);
            }
        }
    SIMD_UNROLL
    for (int r = 0; r < rows; r++) {
        SIMD_UNROLL
        for (int v = 0; v < vectors; v++) {
            real *to = total + r * stride + v * SIMD_WIDTH;
            const vector s = sum[r * vectors + v];
            v_store(to, assign ? s : (vector)(v_load(to) + s));
        }
    }
}

/* As outer_tile(). */
SIMD_INLINE void outer_pairs_tile(int height, int vectors, int count, int steps,
                                  const uint32_t *x, size_t x_step,
                                  const uint32_t *transposed, real *w,
                                  size_t units)
{
    const int width = vectors * SIMD_WIDTH;
    if (count == width) {
        outer_pairs(height, vectors, steps, x, x_step, transposed, width, w,
                    units, 0);
        return;
    }
    real sums[GATES * 2 * SIMD_WIDTH];
    outer_pairs(height, vectors, steps, x, x_step, transposed, width, sums,
                width, 1);
    for (int k = 0; k < height; k++)
        for (int r = 0; r < count; r++)
            w[k * units + r] += sums[k * width + r];
}

/* As transpose_rows(). */
SIMD_INLINE void transpose_pair_rows(int vectors, int count, const real *y,
                                     uint32_t *transposed)
{
    const int width = vectors * SIMD_WIDTH;
    real filled[2 * SIMD_WIDTH * LANES];
    y = fill_rows(count, width, y, filled);
    for (int v = 0; v < vectors; v++)
        transpose_lanes(y + v * SIMD_WIDTH * LANES, transposed + v * SIMD_WIDTH,
                        width);
}

/* As outer_panel(), for up to CHUNK steps: x has the words of `inputs` numbers
 * of each. */
SIMD_INLINE void outer_pairs_panel(int vectors, int count, int inputs,
                                   int steps, const real *y, size_t y_step,
                                   const uint32_t *x, size_t x_step, real *w,
                                   size_t units)
{
    const int width = vectors * SIMD_WIDTH;
    uint32_t transposed[CHUNK * HALF * 2 * SIMD_WIDTH];
    int k = 0;
    for (int n = 0; n < steps; n++)
        transpose_pair_rows(vectors, count, y + n * y_step,
                            transposed + n * HALF * width);
    for (; k + GATES <= inputs; k += GATES)
        outer_pairs_tile(GATES, vectors, count, steps, x + k * HALF, x_step,
                         transposed, w + k * units, units);
    for (; k < inputs; k++)
        outer_pairs_tile(1, vectors, count, steps, x + k * HALF, x_step,
                         transposed, w + k * units, units);
}

/* For up to CHUNK steps whose x is converted. */
SIMD_KERNEL void mixed_piece_outer(int units, int inputs, int steps,
                                   const real *y, size_t y_step,
                                   const uint32_t *x, size_t x_step, real *w)
{
    int r = 0;
    for (; r + 2 * SIMD_WIDTH <= units; r += 2 * SIMD_WIDTH)
        outer_pairs_panel(2, 2 * SIMD_WIDTH, inputs, steps, y + r * LANES,
                          y_step, x, x_step, w + r, units);
    for (; r < units; r += SIMD_WIDTH)
        outer_pairs_panel(1, smaller(units - r, SIMD_WIDTH), inputs, steps,
                          y + r * LANES, y_step, x, x_step, w + r, units);
}

SIMD_KERNEL void mixed_product_outer(int units, int inputs, int steps,
                                     const real *y, size_t y_step,
                                     const real *x, size_t x_step, real *w)
{
    const size_t apart = x_step / LANES;
    uint32_t words[LINES * LANES];
    if (!mixes(units, inputs, steps)) {
        simd_product_outer(units, inputs, steps, y, y_step, x, x_step, w);
        return;
    }
    for (int k = 0, count; k < inputs; k += count) {
        count = smaller(inputs - k, LINES);
        for (int t = 0, some; t < steps; t += some) {
            some = steps_in(2 * LINES, smaller(steps - t, CHUNK), count, apart);
            pair_lanes((int)((some - 1) * apart) + count,
                       x + t * x_step + (size_t)k * LANES, words);
            mixed_piece_outer(units, count, some, y + t * y_step, y_step, words,
                              apart * HALF, w + (size_t)k * units);
        }
    }
}

#endif
