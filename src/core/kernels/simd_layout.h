/* The layouts that only the vector kernels use: of the packed weights, the
 * cache and the scratch of backward, and how these map to R's matrices. Plain
 * C, shared by all instruction sets.
 *
 * The kernels number the 4 gates x units rows of a layer by unit first: row
 * 4 u + g is gate g (i, f, g, o) of unit u. The cache of a step is
 *   gates [unit][4][LANES], then cells [unit][c, tanh(c)][LANES]. */
#ifndef AC_SIMD_LAYOUT_H
#define AC_SIMD_LAYOUT_H

#include "kernels/kernels.h"

enum { GATES = 4 };

/* sigmoid(x) = 1 / (1 + 2^(-x LOG2_E)), tanh(x) from 2^(x TWO_LOG2_E) */
#define LOG2_E 1.4426950408889634
#define TWO_LOG2_E 2.8853900817779268

static const real simd_zeros[LANES];
static const real simd_ones[LANES] = {1, 1, 1, 1, 1, 1, 1, 1,
                                      1, 1, 1, 1, 1, 1, 1, 1};

/* The row of R's matrix for row 4 u + g. */
static size_t gate_row(const lstm_pass *pass, int row)
{
    return (size_t)(row % GATES) * pass->units + row / GATES;
}

/* ---- packed weights ---------------------------------------------------- *
 *
 * A matrix that multiplies a block is cut into panels of rows, and each panel
 * packed as [column][row]. There are three matrices: that of forward (bias,
 * W_ih and W_hh side by side), then W_hh and W_ih, transposed, for backward. */

/* How many of the remaining rows form the next panel: `tile`, 4 or 1. Eight
 * become two of four, as a tile of six would leave two. */
static int panel_height(int left, int tile)
{
    if (left >= tile && left != 8)
        return tile;
    return left >= 4 ? 4 : 1;
}

static inline size_t packed_forward(const lstm_pass *pass)
{
    return GATES * (size_t)pass->units * (1 + pass->inputs + pass->units);
}

static inline size_t packed_recurrent(const lstm_pass *pass)
{
    return GATES * (size_t)pass->units * pass->units;
}

/* A multiple of a cache line, so that what follows is aligned. */
static inline size_t packed_count(int inputs, int units)
{
    const lstm_pass pass = {.inputs = inputs, .units = units};
    return round_up(packed_forward(&pass) + packed_recurrent(&pass) +
                        GATES * (size_t)units * inputs,
                    LANES);
}

/* The largest SIMD_ROWS. */
enum { MAX_ROWS = 16 };

static inline real *pack_columns(const real *weight, int columns, size_t rows,
                                 const size_t *row, const real *factor,
                                 int height, real *to)
{
    for (int k = 0; k < columns; k++, weight += rows)
        for (int j = 0; j < height; j++)
            *to++ = factor[j] * weight[row[j]];
    return to;
}

static inline real *pack_forward_panel(const lstm_pass *pass, int first,
                                       int height, real *to)
{
    /* The activations take powers of two: the factor is in the weights. */
    static const real scale[GATES] = {(real)-LOG2_E, (real)-LOG2_E,
                                      (real)TWO_LOG2_E, (real)-LOG2_E};
    const size_t rows = GATES * (size_t)pass->units;
    size_t row[MAX_ROWS];
    real factor[MAX_ROWS];
    for (int j = 0; j < height; j++) {
        row[j] = gate_row(pass, first + j);
        factor[j] = scale[(first + j) % GATES];
        *to++ = factor[j] * (pass->bias_ih[row[j]] + pass->bias_hh[row[j]]);
    }
    to = pack_columns(pass->weight_ih, pass->inputs, rows, row, factor, height,
                      to);
    return pack_columns(pass->weight_hh, pass->units, rows, row, factor, height,
                        to);
}

static inline real *pack_backward_panel(const lstm_pass *pass,
                                        const real *weight, int first,
                                        int height, real *to)
{
    const int units = pass->units;
    const size_t rows = GATES * (size_t)units;
    weight += first * rows;
    for (int u = 0; u < units; u++)
        for (int g = 0; g < GATES; g++)
            for (int j = 0; j < height; j++)
                *to++ = weight[j * rows + g * units + u];
    return to;
}

static inline real *pack_backward(const lstm_pass *pass, const real *weight,
                                  int columns, int tile, real *to)
{
    for (int first = 0, height; first < columns; first += height) {
        height = panel_height(columns - first, tile);
        to = pack_backward_panel(pass, weight, first, height, to);
    }
    return to;
}

static inline void pack_weights(const lstm_pass *pass, int tile)
{
    const int rows = GATES * pass->units;
    real *to = pass->packed;
    for (int first = 0, height; first < rows; first += height) {
        height = panel_height(rows - first, tile);
        to = pack_forward_panel(pass, first, height, to);
    }
    to = pack_backward(pass, pass->weight_hh, pass->units, tile, to);
    pack_backward(pass, pass->weight_ih, pass->inputs, tile, to);
}

/* ---- one step ---------------------------------------------------------- */

/* What step number n reads and writes. `recurrent` is the number of units that
 * it reads from the step before, 0 in the first step. */
typedef struct {
    int recurrent;
    const real *in, *out_before, *cells_before;
    real *gates, *cells, *out;
} lstm_step;

static lstm_step lstm_step_at(const lstm_pass *pass, int n)
{
    const int t = pass->reverse ? pass->steps - 1 - n : n;
    const int before = pass->reverse ? t + 1 : t - 1;
    real *gates = pass->cache + n * pass->cache_stride;
    lstm_step step = {
        .in = pass->in + (size_t)t * pass->inputs * LANES,
        .gates = gates,
        .cells = gates + GATES * (size_t)pass->units * LANES,
        .out = pass->out + t * pass->out_stride,
    };
    if (n > 0) {
        step.recurrent = pass->units;
        step.out_before = pass->out + before * pass->out_stride;
        step.cells_before = step.cells - pass->cache_stride;
    }
    return step;
}

static const real *lstm_dout(const lstm_pass *pass, int n)
{
    const int t = pass->reverse ? pass->steps - 1 - n : n;
    return pass->dout + t * pass->out_stride;
}

static void prefetch_lanes(int count, const real *from)
{
    for (int i = 0; i < count; i++)
        __builtin_prefetch(from + i * LANES, 0, 2);
}

/* ---- weight gradients -------------------------------------------------- *
 *
 * dW = dgates' [h before, in, 1], summed over lanes and a chunk of steps.
 * The columns are numbered: the units, then the inputs, then the 1 of the
 * biases. Those that fill whole vectors are transposed, lanes
 * outside, and multiplied from there; the few others stay lane vectors. */

enum { CHUNK = 8 };

typedef struct {
    int rows;       /* 4 units                                        */
    int aligned;    /* columns in whole vectors: a multiple of these  */
    int rest;       /* columns left over                              */
    real *columns;  /* [CHUNK][LANES][aligned]                         */
    real *daligned; /* [rows][aligned]: sums                           */
    real *drest;    /* [rest][rows][LANES]: sums                      */
} weight_sums;

static weight_sums weight_sums_shape(int inputs, int units, int width)
{
    const int columns = units + inputs + 1;
    const weight_sums sums = {.rows = GATES * units,
                              .rest = columns % width,
                              .aligned = columns - columns % width};
    return sums;
}

static inline size_t weight_sums_scratch(int inputs, int units, int width)
{
    const weight_sums sums = weight_sums_shape(inputs, units, width);
    return (2 * (size_t)units + (size_t)CHUNK * sums.aligned +
            (size_t)sums.rest * sums.rows) *
               LANES +
           (size_t)sums.rows * sums.aligned;
}

/* After dh and dc, in `scratch`. */
static weight_sums weight_sums_at(const lstm_pass *pass, int width)
{
    weight_sums sums = weight_sums_shape(pass->inputs, pass->units, width);
    sums.columns = pass->scratch + 2 * (size_t)pass->units * LANES;
    sums.daligned = sums.columns + (size_t)CHUNK * LANES * sums.aligned;
    sums.drest = sums.daligned + (size_t)sums.rows * sums.aligned;
    return sums;
}

static const real *column_at(const lstm_pass *pass, const lstm_step *step,
                             int column)
{
    if (column < pass->units)
        return step->recurrent ? step->out_before + (size_t)column * LANES
                               : simd_zeros;
    column -= pass->units;
    return column < pass->inputs ? step->in + (size_t)column * LANES
                                 : simd_ones;
}

/* Whether `count` columns are contiguous. */
static inline int columns_adjoin(const lstm_pass *pass, const lstm_step *step,
                                 int first, int count)
{
    return first < pass->units ? step->recurrent && first + count <= pass->units
                               : first + count <= pass->units + pass->inputs;
}

/* Where the sums of a column belong, from its first row on: one gradient, or
 * two for the biases, which have the same. */
static int column_gradients(const lstm_pass *pass, int column, real **to)
{
    const size_t rows = GATES * (size_t)pass->units;
    const int input = column - pass->units;
    if (input >= pass->inputs) {
        to[0] = pass->dbias_ih;
        to[1] = pass->dbias_hh;
        return 2;
    }
    to[0] = input < 0 ? pass->dweight_hh + column * rows
                      : pass->dweight_ih + input * rows;
    return 1;
}

static real weight_sum(const weight_sums *sums, int row, int column)
{
    const int rest = column - sums->aligned;
    if (rest < 0)
        return sums->daligned[(size_t)row * sums->aligned + column];
    const real *lanes = sums->drest + ((size_t)rest * sums->rows + row) * LANES;
    real sum = lanes[0];
    for (int l = 1; l < LANES; l++)
        sum += lanes[l];
    return sum;
}

/* Adds the sums of the units from `first` on to the gradient. */
static void add_weight_sums(const lstm_pass *pass, const weight_sums *sums,
                            int first)
{
    for (int k = 0; k < sums->aligned + sums->rest; k++) {
        real *to[2];
        const int count = column_gradients(pass, k, to);
        for (int row = GATES * first; row < sums->rows; row++)
            for (int i = 0; i < count; i++)
                to[i][gate_row(pass, row)] += weight_sum(sums, row, k);
    }
}

#endif
