/* How the vector kernels lay out what is theirs alone: the packed weights,
 * what forward keeps, the scratch of backward, and how these meet R's
 * matrices. Plain C, shared by all instruction sets; included once.
 *
 * The kernels number the 4 gates x units rows of a layer by unit first: row
 * 4 u + g is gate g (i, f, g, o) of unit u. What forward keeps of a step is
 *   gates [unit][4][LANES], then cells [unit][c, tanh(c)][LANES]. */
#ifndef AC_SIMD_LAYOUT_H
#define AC_SIMD_LAYOUT_H

#include "kernels/kernels.h"

enum { GATES = 4 };

static const real simd_zeros[LANES];
static const real simd_ones[LANES] = {1, 1, 1, 1, 1, 1, 1, 1,
                                      1, 1, 1, 1, 1, 1, 1, 1};

/* Where R keeps row 4 u + g. */
static size_t gate_row(const lstm_way *way, int row)
{
    return (size_t)(row % GATES) * way->units + row / GATES;
}

/* ---- packed weights ---------------------------------------------------- *
 *
 * A matrix that multiplies a block is cut into panels of rows, and a panel
 * packed as [column][row]. There are three: what forward multiplies with
 * (bias, W_ih, W_hh side by side), then W_hh and W_ih transposed for
 * backward. */

/* How many of the rows left go into the next panel: `tile`, 4 or 1. Eight
 * are left to be two of four, where a tile of six would leave an odd two. */
static int panel_height(int left, int tile)
{
    if (left >= tile && left != 8)
        return tile;
    return left >= 4 ? 4 : 1;
}

static size_t packed_forward(const lstm_way *way)
{
    return GATES * (size_t)way->units * (1 + way->inputs + way->units);
}

static size_t packed_recurrent(const lstm_way *way)
{
    return GATES * (size_t)way->units * way->units;
}

/* A cache line's multiple, to keep what follows aligned. */
static size_t packed_count(int inputs, int units)
{
    const lstm_way way = {.inputs = inputs, .units = units};
    return round_up(packed_forward(&way) + packed_recurrent(&way) +
                        GATES * (size_t)units * inputs,
                    LANES);
}

enum { TALLEST = 16 };

static real *pack_columns(const real *weight, int columns, size_t rows,
                          const size_t *row, const real *factor, int height,
                          real *to)
{
    for (int k = 0; k < columns; k++, weight += rows)
        for (int j = 0; j < height; j++)
            *to++ = factor[j] * weight[row[j]];
    return to;
}

static real *pack_forward_panel(const lstm_way *way, int first, int height,
                                real *to)
{
    /* The activations are powers of two of their arguments (sigmoid wants
     * 2^(-x log2 e), tanh 2^(2 x log2 e)): that factor is in the weights. */
    static const real scale[GATES] = {
        (real)-1.4426950408889634, (real)-1.4426950408889634,
        (real)2.8853900817779268, (real)-1.4426950408889634};
    const size_t rows = GATES * (size_t)way->units;
    size_t row[TALLEST];
    real factor[TALLEST];
    for (int j = 0; j < height; j++) {
        row[j] = gate_row(way, first + j);
        factor[j] = scale[(first + j) % GATES];
        *to++ = factor[j] * (way->bias_ih[row[j]] + way->bias_hh[row[j]]);
    }
    to = pack_columns(way->weight_ih, way->inputs, rows, row, factor, height,
                      to);
    return pack_columns(way->weight_hh, way->units, rows, row, factor, height,
                        to);
}

static real *pack_backward_panel(const lstm_way *way, const real *weight,
                                 int first, int height, real *to)
{
    const int units = way->units;
    const size_t rows = GATES * (size_t)units;
    weight += first * rows;
    for (int u = 0; u < units; u++)
        for (int g = 0; g < GATES; g++)
            for (int j = 0; j < height; j++)
                *to++ = weight[j * rows + g * units + u];
    return to;
}

static real *pack_backward(const lstm_way *way, const real *weight, int columns,
                           int tile, real *to)
{
    for (int first = 0, height; first < columns; first += height) {
        height = panel_height(columns - first, tile);
        to = pack_backward_panel(way, weight, first, height, to);
    }
    return to;
}

static void pack_weights(const lstm_way *way, int tile)
{
    const int rows = GATES * way->units;
    real *to = way->prepared;
    for (int first = 0, height; first < rows; first += height) {
        height = panel_height(rows - first, tile);
        to = pack_forward_panel(way, first, height, to);
    }
    to = pack_backward(way, way->weight_hh, way->units, tile, to);
    pack_backward(way, way->weight_ih, way->inputs, tile, to);
}

/* ---- one step ---------------------------------------------------------- */

/* What step number n reads and writes; the first step has nothing before it:
 * `recurrent`, the units that it reads from there, is 0. */
typedef struct {
    int recurrent;
    const real *in, *out_before, *cells_before;
    real *gates, *cells, *out;
} lstm_step;

static lstm_step lstm_step_at(const lstm_way *way, int n)
{
    const int t = way->reverse ? way->steps - 1 - n : n;
    const int before = way->reverse ? t + 1 : t - 1;
    real *gates = way->kept + n * way->kept_stride;
    lstm_step step = {
        .in = way->in + (size_t)t * way->inputs * LANES,
        .gates = gates,
        .cells = gates + GATES * (size_t)way->units * LANES,
        .out = way->out + t * way->out_stride,
    };
    if (n > 0) {
        step.recurrent = way->units;
        step.out_before = way->out + before * way->out_stride;
        step.cells_before = step.cells - way->kept_stride;
    }
    return step;
}

static const real *lstm_dout(const lstm_way *way, int n)
{
    const int t = way->reverse ? way->steps - 1 - n : n;
    return way->dout + t * way->out_stride;
}

/* Asks for lane vectors that are wanted soon. */
static void come_nearer(int count, const real *from)
{
    for (int i = 0; i < count; i++)
        __builtin_prefetch(from + i * LANES, 0, 2);
}

/* ---- weight gradients -------------------------------------------------- *
 *
 * dW = dgates' [h before, in, 1], summed over lanes and a chunk of steps.
 * These columns are counted through: first the units, then the inputs, then
 * the 1 of the biases. As many as fill whole vectors are transposed, lanes
 * outside, and multiplied from there; the few others stay lane vectors. */

enum { CHUNK = 8 };

typedef struct {
    int rows;      /* 4 units                                        */
    int packed;    /* columns in whole vectors: a multiple of these  */
    int lone;      /* columns left over                              */
    real *columns; /* [CHUNK][LANES][packed]                         */
    real *dpacked; /* [rows][packed]: sums                           */
    real *dlone;   /* [lone][rows][LANES]: sums                      */
} weight_sums;

static weight_sums weight_sums_shape(int inputs, int units, int width)
{
    const int columns = units + inputs + 1;
    const weight_sums sums = {.rows = GATES * units,
                              .lone = columns % width,
                              .packed = columns - columns % width};
    return sums;
}

static size_t weight_sums_scratch(int inputs, int units, int width)
{
    const weight_sums sums = weight_sums_shape(inputs, units, width);
    return (2 * (size_t)units + (size_t)CHUNK * sums.packed +
            (size_t)sums.lone * sums.rows) *
               LANES +
           (size_t)sums.rows * sums.packed;
}

/* After dh and dc, in `scratch`. */
static weight_sums weight_sums_at(const lstm_way *way, int width)
{
    weight_sums sums = weight_sums_shape(way->inputs, way->units, width);
    sums.columns = way->scratch + 2 * (size_t)way->units * LANES;
    sums.dpacked = sums.columns + (size_t)CHUNK * LANES * sums.packed;
    sums.dlone = sums.dpacked + (size_t)sums.rows * sums.packed;
    return sums;
}

static void clear_weight_sums(const weight_sums *sums)
{
    memset(sums->dpacked, 0,
           sizeof(real) * sums->rows *
               (sums->packed + (size_t)sums->lone * LANES));
}

static const real *column_at(const lstm_way *way, const lstm_step *step,
                             int column)
{
    if (column < way->units)
        return step->recurrent ? step->out_before + (size_t)column * LANES
                               : simd_zeros;
    column -= way->units;
    return column < way->inputs ? step->in + (size_t)column * LANES : simd_ones;
}

/* Whether so many columns lie one after the other. */
static int columns_adjoin(const lstm_way *way, const lstm_step *step, int first,
                          int count)
{
    return first < way->units ? step->recurrent && first + count <= way->units
                              : first + count <= way->units + way->inputs;
}

/* dweight[row] += sum: the sums of the rows are `stride` apart, and each is
 * one of `count` numbers. */
static void add_column(int units, const real *sums, size_t stride, int count,
                       real *dweight)
{
    for (int u = 0; u < units; u++)
        for (int g = 0; g < GATES; g++, sums += stride) {
            real sum = sums[0];
            for (int l = 1; l < count; l++)
                sum += sums[l];
            dweight[g * units + u] += sum;
        }
}

static void add_weight_sums(const lstm_way *way, const weight_sums *sums)
{
    const int units = way->units, ones = units + way->inputs;
    for (int k = 0; k <= ones; k++) {
        const int lone = k - sums->packed;
        const real *from =
            lone < 0 ? sums->dpacked + k
                     : sums->dlone + (size_t)lone * sums->rows * LANES;
        const size_t stride = lone < 0 ? sums->packed : LANES;
        const int count = lone < 0 ? 1 : LANES;
        if (k < units)
            add_column(units, from, stride, count,
                       way->dweight_hh + (size_t)k * sums->rows);
        else if (k < ones)
            add_column(units, from, stride, count,
                       way->dweight_ih + (size_t)(k - units) * sums->rows);
        if (k == ones) {
            add_column(units, from, stride, count, way->dbias_ih);
            add_column(units, from, stride, count, way->dbias_hh);
        }
    }
}

#endif
