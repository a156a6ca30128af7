/* Products of matrices with blocks of genes, and outer products. */
#ifndef AC_SIMD_PRODUCTS_H
#define AC_SIMD_PRODUCTS_H

#include "kernels/simd.h"

/* sum[r] += w[r] x over `count` columns of w: the rows of w are `down` apart,
 * its columns `right`. Meanwhile it prefetches a lane vector per column from
 * `ahead`, unless that is NULL. */
SIMD_INLINE void accumulate(int rows, int count, const real *w, size_t down,
                            size_t right, const real *x, const real *ahead,
                            vector *sum)
{
    for (int k = 0; k < count; k++, w += right, x += LANES) {
        vector part[SIMD_VECTORS];
        if (ahead)
            __builtin_prefetch(ahead + k * LANES, 0, 2);
        SIMD_UNROLL
        for (int p = 0; p < SIMD_VECTORS; p++)
            part[p] = v_load(x + p * SIMD_WIDTH);
        SIMD_UNROLL
        for (int r = 0; r < rows; r++) {
            const vector weight = v_set1(w[r * down]);
            SIMD_UNROLL
            for (int p = 0; p < SIMD_VECTORS; p++)
                sum[r * SIMD_VECTORS + p] =
                    v_fma(weight, part[p], sum[r * SIMD_VECTORS + p]);
        }
    }
}

/* out = from + w x, a tile of rows; from may be out */
SIMD_INLINE void product_tile(int rows, int count, const real *w, size_t down,
                              size_t right, const real *x, const real *from,
                              const real *ahead, real *out)
{
    vector sum[SIMD_ROWS * SIMD_VECTORS];
    SIMD_UNROLL
    for (int i = 0; i < rows * SIMD_VECTORS; i++)
        sum[i] = v_load(from + i * SIMD_WIDTH);
    accumulate(rows, count, w, down, right, x, ahead, sum);
    SIMD_UNROLL
    for (int i = 0; i < rows * SIMD_VECTORS; i++)
        v_store(out + i * SIMD_WIDTH, sum[i]);
}

SIMD_KERNEL void add_product(int rows, int count, const real *w, size_t down,
                             size_t right, const real *x, real *y)
{
    for (int r = 0, height; r < rows; r += height) {
        const real *w_r = w + r * down;
        real *y_r = y + r * LANES;
        height = panel_height(rows - r, SIMD_ROWS);
        if (height == SIMD_ROWS)
            product_tile(SIMD_ROWS, count, w_r, down, right, x, y_r, NULL, y_r);
        else if (height == GATES)
            product_tile(GATES, count, w_r, down, right, x, y_r, NULL, y_r);
        else
            product_tile(1, count, w_r, down, right, x, y_r, NULL, y_r);
    }
}

SIMD_KERNEL void simd_product(int units, int inputs, int steps, const real *w,
                              const real *x, size_t x_step, real *y,
                              size_t y_step)
{
    for (int t = 0; t < steps; t++)
        add_product(units, inputs, w, 1, units, x + t * x_step, y + t * y_step);
}

SIMD_KERNEL void simd_product_back(int units, int inputs, int steps,
                                   const real *w, const real *y, size_t y_step,
                                   real *x, size_t x_step)
{
    for (int t = 0; t < steps; t++)
        add_product(inputs, units, w, units, 1, y + t * y_step, x + t * x_step);
}

/* Writes the transpose of SIMD_WIDTH columns (lane vectors), `apart` from each
 * other: a row for each of SIMD_WIDTH lanes, `stride` apart. Each round of zips
 * moves one bit of the column's number into the lane's place. */
SIMD_INLINE void transpose(const real *columns, size_t apart, real *rows,
                           size_t stride)
{
    vector a[SIMD_WIDTH], b[SIMD_WIDTH];
    SIMD_UNROLL
    for (int i = 0; i < SIMD_WIDTH; i++)
        a[i] = v_load(columns + i * apart);
    SIMD_UNROLL
    for (int round = 1; round < SIMD_WIDTH; round *= 2) {
        SIMD_UNROLL
        for (int i = 0; i < SIMD_WIDTH / 2; i++) {
            b[2 * i] = v_zip_low(a[i], a[i + SIMD_WIDTH / 2]);
            b[2 * i + 1] = v_zip_high(a[i], a[i + SIMD_WIDTH / 2]);
        }
        SIMD_UNROLL
        for (int i = 0; i < SIMD_WIDTH; i++)
            a[i] = b[i];
    }
    SIMD_UNROLL
    for (int i = 0; i < SIMD_WIDTH; i++)
        v_store(rows + i * stride, a[i]);
}

/* total += (or = if `assign`) rows by `vectors` vectors of columns, summed over
 * lanes and steps:
 * rows [LANES], those of two steps `row_step` apart; columns
 * [steps][LANES][column_count]. */
SIMD_INLINE void outer_sums(int rows, int vectors, int steps, const real *row,
                            ptrdiff_t row_step, const real *columns,
                            size_t column_count, real *total, size_t stride,
                            int assign)
{
    vector sum[GATES * 2];
    SIMD_UNROLL
    for (int i = 0; i < rows * vectors; i++)
        sum[i] = v_set1(0);
    for (int n = 0; n < steps; n++, row += row_step)
        for (int l = 0; l < LANES; l++, columns += column_count) {
            vector column[2];
            SIMD_UNROLL
            for (int v = 0; v < vectors; v++)
                column[v] = v_load(columns + v * SIMD_WIDTH);
            SIMD_UNROLL
            for (int r = 0; r < rows; r++) {
                const vector x = v_set1(row[r * LANES + l]);
                SIMD_UNROLL
                for (int v = 0; v < vectors; v++)
                    sum[r * vectors + v] =
                        v_fma(x, column[v], sum[r * vectors + v]);
            }
        }
    SIMD_UNROLL
    for (int r = 0; r < rows; r++) {
        SIMD_UNROLL
        for (int v = 0; v < vectors; v++) {
            real *to = total + r * stride + v * SIMD_WIDTH;
            if (assign)
                v_store(to, sum[r * vectors + v]);
            else
                v_store(to, v_load(to) + sum[r * vectors + v]);
        }
    }
}

/* A chunk of steps of an outer product: `height` columns of w by `count` of
 * its rows. They fill `vectors` vectors, except perhaps the last ones.
 */
SIMD_INLINE void outer_tile(int height, int vectors, int count, int steps,
                            const real *x, size_t x_step,
                            const real *transposed, real *w, size_t units)
{
    const int width = vectors * SIMD_WIDTH;
    if (count == width) {
        outer_sums(height, vectors, steps, x, (ptrdiff_t)x_step, transposed,
                   width, w, units, 0);
        return;
    }
    real sums[GATES * 2 * SIMD_WIDTH] = {0};
    outer_sums(height, vectors, steps, x, (ptrdiff_t)x_step, transposed, width,
               sums, width, 0);
    for (int k = 0; k < height; k++)
        for (int r = 0; r < count; r++)
            w[k * units + r] += sums[k * width + r];
}

/* The `count` lane vectors of y, or a copy that zeros fill up to `width`. */
SIMD_INLINE const real *fill_rows(int count, int width, const real *y,
                                  real *filled)
{
    if (count == width)
        return y;
    memset(filled, 0, sizeof(real) * 2 * SIMD_WIDTH * LANES);
    memcpy(filled, y, sizeof(real) * count * LANES);
    return filled;
}

/* Transposes `count` lane vectors, filled up with zeros. */
SIMD_INLINE void transpose_rows(int vectors, int count, const real *y,
                                real *transposed)
{
    const int width = vectors * SIMD_WIDTH;
    real filled[2 * SIMD_WIDTH * LANES];
    y = fill_rows(count, width, y, filled);
    for (int v = 0; v < vectors; v++)
        for (int lane = 0; lane < LANES; lane += SIMD_WIDTH)
            transpose(y + v * SIMD_WIDTH * LANES + lane, LANES,
                      transposed + lane * width + v * SIMD_WIDTH, width);
}

/* w += y x', summed over steps: `count` rows of w, which fill the
 * vectors unless they are the last. */
SIMD_INLINE void outer_panel(int vectors, int count, int inputs, int steps,
                             const real *y, size_t y_step, const real *x,
                             size_t x_step, real *w, size_t units)
{
    const int width = vectors * SIMD_WIDTH;
    real transposed[CHUNK * LANES * 2 * SIMD_WIDTH];
    for (int first = 0, chunk; first < steps; first += chunk) {
        const real *x_first = x + first * x_step;
        int k = 0;
        chunk = steps - first < CHUNK ? steps - first : CHUNK;
        for (int n = 0; n < chunk; n++)
            transpose_rows(vectors, count, y + (first + n) * y_step,
                           transposed + n * LANES * width);
        for (; k + GATES <= inputs; k += GATES)
            outer_tile(GATES, vectors, count, chunk, x_first + k * LANES,
                       x_step, transposed, w + k * units, units);
        for (; k < inputs; k++)
            outer_tile(1, vectors, count, chunk, x_first + k * LANES, x_step,
                       transposed, w + k * units, units);
    }
}

SIMD_KERNEL void simd_product_outer(int units, int inputs, int steps,
                                    const real *y, size_t y_step, const real *x,
                                    size_t x_step, real *w)
{
    int r = 0;
    for (; r + 2 * SIMD_WIDTH <= units; r += 2 * SIMD_WIDTH)
        outer_panel(2, 2 * SIMD_WIDTH, inputs, steps, y + r * LANES, y_step, x,
                    x_step, w + r, units);
    for (; r < units; r += SIMD_WIDTH)
        outer_panel(1, units - r < SIMD_WIDTH ? units - r : SIMD_WIDTH, inputs,
                    steps, y + r * LANES, y_step, x, x_step, w + r, units);
}

#endif
