/* One direction of an LSTM in mixed precision (AVX512-BF16): see lstm_pass.
 * Everything but the products is as in simd_lstm.h, and so are its numbering of
 * rows and columns, its cache and its activations. W_ih x stays single: it is
 * small, and exact.
 *
 * Packed weights: panels of [bias][W_ih columns][pairs of W_hh columns] for
 * forward, then W_hh and W_ih for backward, transposed, in panels of [pair of
 * gates][column]. */
#ifndef AC_BF16_LSTM_H
#define AC_BF16_LSTM_H

#include "kernels/bf16_products.h"
#include "kernels/simd_lstm.h"

/* Pairs of units, and of the gates' rows. */
static int unit_pairs(const lstm_pass *pass)
{
    return (pass->units + 1) / 2;
}

static int gate_pairs(const lstm_pass *pass)
{
    return GATES / 2 * pass->units;
}

/* ---- packed weights ---------------------------------------------------- */

static size_t mixed_packed_forward(const lstm_pass *pass)
{
    return GATES * (size_t)pass->units * (1 + pass->inputs + unit_pairs(pass));
}

static size_t mixed_packed_recurrent(const lstm_pass *pass)
{
    return (size_t)gate_pairs(pass) * pass->units;
}

static size_t mixed_lstm_packed_count(int inputs, int units)
{
    const lstm_pass pass = {.inputs = inputs, .units = units};
    return round_up(mixed_packed_forward(&pass) +
                        mixed_packed_recurrent(&pass) +
                        (size_t)gate_pairs(&pass) * inputs,
                    LANES);
}

static real *mixed_pack_forward_panel(const lstm_pass *pass, int first,
                                      int height, real *to)
{
    const size_t rows = GATES * (size_t)pass->units;
    size_t row[SIMD_ROWS];
    for (int j = 0; j < height; j++) {
        row[j] = gate_row(pass, first + j);
        *to++ = pass->bias_ih[row[j]] + pass->bias_hh[row[j]];
    }
    for (int k = 0; k < pass->inputs; k++)
        for (int j = 0; j < height; j++)
            *to++ = pass->weight_ih[k * rows + row[j]];
    uint32_t *words = (uint32_t *)to;
    for (int k = 0; k < pass->units; k += 2) {
        const real *w = pass->weight_hh + k * rows;
        for (int j = 0; j < height; j++)
            *words++ = bfloat16_pair(
                w[row[j]], k + 1 < pass->units ? w[rows + row[j]] : 0);
    }
    return (real *)words;
}

/* The transpose of `columns` columns of a weight matrix. */
static uint32_t *mixed_pack_backward(const lstm_pass *pass, const real *weight,
                                     int columns, uint32_t *to)
{
    const size_t units = pass->units, rows = GATES * units;
    for (int first = 0, height; first < columns; first += height) {
        height = panel_height(columns - first, SIMD_ROWS);
        for (size_t u = 0; u < units; u++)
            for (int g = 0; g < GATES; g += 2)
                for (int j = 0; j < height; j++) {
                    const real *w = weight + (first + j) * rows + g * units + u;
                    *to++ = bfloat16_pair(w[0], w[units]);
                }
    }
    return to;
}

static void mixed_lstm_pack(const lstm_pass *pass)
{
    const int rows = GATES * pass->units;
    real *to = pass->packed;
    for (int first = 0, height; first < rows; first += height) {
        height = panel_height(rows - first, SIMD_ROWS);
        to = mixed_pack_forward_panel(pass, first, height, to);
    }
    uint32_t *words =
        mixed_pack_backward(pass, pass->weight_hh, pass->units, (uint32_t *)to);
    mixed_pack_backward(pass, pass->weight_ih, pass->inputs, words);
}

/* ---- forward ----------------------------------------------------------- *
 *
 * The pairs of h wait for the next step where that will put its tanh(c): pair p
 * in the place of unit p. In a prediction all steps have the same place, and
 * tanh(c) is no longer needed there. */
static const uint32_t *unit_words(const lstm_step *step)
{
    return (const uint32_t *)(step->cells + LANES);
}

SIMD_KERNEL void pair_units(const lstm_pass *pass, const lstm_step *step)
{
    uint32_t *to = (uint32_t *)(step->cells + pass->cache_stride + LANES);
    const real *out = step->out;
    for (int u = 0; u < pass->units; u += 2, out += 2 * LANES, to += 2 * LANES)
        p_store(to,
                p_pair(v_load(out),
                       u + 1 < pass->units ? v_load(out + LANES) : v_set1(0)));
}

/* A panel of pre-activations, times what the activations need. */
SIMD_INLINE void mixed_forward_tile(const lstm_pass *pass,
                                    const lstm_step *step, int rows,
                                    const real *w, const real *ahead,
                                    real *gates)
{
    vector sum[SIMD_ROWS];
    SIMD_EACH (r, rows) {
        sum[r] = v_set1(w[r]);
    }
    w += rows;
    accumulate(rows, pass->inputs, w, 1, rows, step->in, NULL, sum);
    w += rows * pass->inputs;
    accumulate_pairs(rows, (step->recurrent + 1) / 2, (const uint32_t *)w, 1,
                     rows, unit_words(step), 2 * LANES, ahead, sum);
    SIMD_EACH (r, rows) {
        v_store(gates + r * LANES,
                sum[r] * v_set1((real)(r % GATES == 2 ? TWO_LOG2_E : -LOG2_E)));
    }
}

/* As preactivate(). */
SIMD_KERNEL void mixed_preactivate(const lstm_pass *pass, const lstm_step *step,
                                   const real *ahead)
{
    const int rows = GATES * pass->units;
    const real *end = ahead ? ahead + 6 * pass->units * LANES : NULL;
    const real *w = pass->packed;
    for (int r = 0, height; r < rows; r += height) {
        real *gates = step->gates + r * LANES;
        height = panel_height(rows - r, SIMD_ROWS);
        if (height == SIMD_ROWS)
            mixed_forward_tile(pass, step, SIMD_ROWS, w, ahead, gates);
        else
            mixed_forward_tile(pass, step, GATES, w, ahead, gates);
        w += height * (1 + pass->inputs + unit_pairs(pass));
        if (ahead && (ahead += pass->units * LANES) >= end)
            ahead = NULL;
    }
}

SIMD_KERNEL void mixed_lstm_forward(const lstm_pass *pass)
{
    for (int n = 0; n < pass->steps; n++) {
        const lstm_step step = lstm_step_at(pass, n);
        const int more = n + 1 < pass->steps;
        mixed_preactivate(pass, &step,
                          more && pass->cache_stride > 0
                              ? step.gates + pass->cache_stride
                              : NULL);
        activate(pass->units, &step);
        if (more)
            pair_units(pass, &step);
    }
}

/* ---- backward ---------------------------------------------------------- *
 *
 * The gradient of the gates is needed twice: in pairs of gates for the step
 * before, and in pairs of lanes, of a chunk of steps, for the weights. */
typedef struct {
    weight_sums sums; /* aligned columns as in simd_lstm.h */
    uint32_t *gates;  /* [pair of gates][LANES]                           */
    uint32_t *lanes;  /* [CHUNK][gate][HALF]                              */
    uint32_t *rest;   /* [column][CHUNK][2][HALF], each number twice      */
    real *drest;      /* [column][gate][HALF]: sums                       */
} mixed_scratch;

static size_t mixed_lstm_scratch_count(int inputs, int units)
{
    const weight_sums sums = weight_sums_shape(inputs, units, SIMD_WIDTH);
    const size_t pairs = (size_t)sums.rows / 2;
    return weight_sums_scratch(inputs, units, SIMD_WIDTH) +
           (pairs * (1 + CHUNK + sums.rest) + (size_t)sums.rest * CHUNK) *
               LANES;
}

static mixed_scratch mixed_scratch_of(const lstm_pass *pass)
{
    const size_t words = (size_t)gate_pairs(pass) * LANES;
    mixed_scratch scratch = {.sums = weight_sums_at(pass, SIMD_WIDTH)};
    real *next = pass->scratch +
                 weight_sums_scratch(pass->inputs, pass->units, SIMD_WIDTH);
    scratch.gates = (uint32_t *)next;
    scratch.lanes = scratch.gates + words;
    scratch.rest = scratch.lanes + CHUNK * words;
    scratch.drest =
        (real *)(scratch.rest + (size_t)scratch.sums.rest * CHUNK * LANES);
    return scratch;
}

SIMD_KERNEL void mixed_dgates(const lstm_pass *pass, const lstm_step *step,
                              const real *dh, real *dc, uint32_t *by_gates,
                              uint32_t *by_lanes)
{
    for (int u = 0; u < pass->units; u++) {
        const size_t at = (size_t)u * LANES;
        vector d[GATES];
        unit_dgates(step->gates + GATES * at, step->cells + 2 * at,
                    step->recurrent ? step->cells_before + 2 * at : simd_zeros,
                    v_load(dh + at), dc + at, d);
        SIMD_UNROLL
        for (int g = 0; g < GATES; g += 2) {
            const pairs joined = p_join(d[g], d[g + 1]);
            const size_t pair = 2 * at + g / 2 * LANES;
            p_store(by_lanes + pair, joined);
            p_store(by_gates + pair, p_pair_halves(joined));
        }
    }
}

/* out = from + W' dgates, for the `columns` of a packed W; from may be out */
SIMD_KERNEL void mixed_columns_product(int columns, int count,
                                       const uint32_t *w,
                                       const uint32_t *dgates, const real *from,
                                       const real *ahead, real *out)
{
    const real *end = ahead ? ahead + count * 3 * LANES : NULL;
    for (int k = 0, height; k < columns; k += height) {
        height = panel_height(columns - k, SIMD_ROWS);
        pairs_panel(height, count, w, 1, height, dgates, LANES, from, ahead,
                    out);
        w += (size_t)height * count;
        from += height * LANES;
        out += height * LANES;
        if (ahead && (ahead += 2 * count * LANES) >= end)
            ahead = NULL;
    }
}

SIMD_KERNEL void transpose_step_lanes(const lstm_pass *pass,
                                      const lstm_step *step, int aligned,
                                      uint32_t *rows)
{
    for (int k = 0; k < aligned; k += SIMD_WIDTH) {
        const real *columns = column_at(pass, step, k);
        real gathered[SIMD_WIDTH * LANES];
        if (!columns_adjoin(pass, step, k, SIMD_WIDTH)) {
            for (int i = 0; i < SIMD_WIDTH; i++)
                v_store(gathered + i * LANES,
                        v_load(column_at(pass, step, k + i)));
            columns = gathered;
        }
        transpose_lanes(columns, rows + k, aligned);
    }
}

/* Four rows by `columns` of the remaining columns. */
SIMD_INLINE void mixed_rest_tile(int columns, int steps, const uint32_t *dgates,
                                 size_t stride, const uint32_t *column,
                                 real *total, size_t next, int assign)
{
    vector sum[4];
    SIMD_EACH (i, 2 * columns) {
        sum[i] =
            assign ? v_set1(0) : v_load(total + i / 2 * next + i % 2 * LANES);
    }
    for (int n = 0; n < steps; n++, dgates += stride, column += LANES) {
        SIMD_EACH (i, 2 * columns) {
            sum[i] = _mm512_dpbf16_ps(
                sum[i], (__m512bh)p_load(dgates + i % 2 * LANES),
                (__m512bh)p_load(column + i / 2 * CHUNK * LANES));
        }
    }
    SIMD_EACH (i, 2 * columns) {
        v_store(total + i / 2 * next + i % 2 * LANES, sum[i]);
    }
}

/* Adds the contributions of `steps` steps, from number `last` backwards, whose
 * dgates are in `lanes`. */
SIMD_KERNEL void mixed_weight_chunk(const lstm_pass *pass,
                                    const mixed_scratch *scratch, int last,
                                    int steps)
{
    const weight_sums *sums = &scratch->sums;
    const int assign = last == pass->steps - 1;
    const size_t aligned = sums->aligned, row_step = (size_t)sums->rows * HALF;
    uint32_t *columns = (uint32_t *)sums->columns;
    for (int n = 0; n < steps; n++) {
        const lstm_step step = lstm_step_at(pass, last - n);
        transpose_step_lanes(pass, &step, sums->aligned,
                             columns + n * HALF * aligned);
        for (int k = 0; k < sums->rest; k++) {
            const vector x = v_load(column_at(pass, &step, sums->aligned + k));
            p_store(scratch->rest + (k * CHUNK + n) * LANES, p_join(x, x));
        }
    }
    for (int r = 0; r < sums->rows; r += GATES) {
        const uint32_t *row = scratch->lanes + (size_t)r * HALF;
        real *total = sums->daligned + r * aligned;
        real *rest = scratch->drest + (size_t)r * HALF;
        size_t k = 0;
        int j = 0;
        for (; k + 2 * SIMD_WIDTH <= aligned; k += 2 * SIMD_WIDTH)
            outer_pairs(GATES, 2, steps, row, row_step, columns + k, aligned,
                        total + k, aligned, assign);
        if (k < aligned)
            outer_pairs(GATES, 1, steps, row, row_step, columns + k, aligned,
                        total + k, aligned, assign);
        for (; j + 2 <= sums->rest; j += 2)
            mixed_rest_tile(2, steps, row, row_step,
                            scratch->rest + j * CHUNK * LANES,
                            rest + j * row_step, row_step, assign);
        if (j < sums->rest)
            mixed_rest_tile(1, steps, row, row_step,
                            scratch->rest + j * CHUNK * LANES,
                            rest + j * row_step, row_step, assign);
    }
}

/* The remaining sums as simd_add_weight_sums() has them, LANES for each. */
SIMD_KERNEL void widen_rest(const mixed_scratch *scratch)
{
    const size_t count = (size_t)scratch->sums.rest * scratch->sums.rows;
    for (size_t i = 0; i < count; i++)
        v_store(
            scratch->sums.drest + i * LANES,
            _mm512_maskz_loadu_ps((1 << HALF) - 1, scratch->drest + i * HALF));
}

SIMD_KERNEL void mixed_lstm_backward(const lstm_pass *pass)
{
    const int units = pass->units, count = gate_pairs(pass);
    const uint32_t *w_hh =
        (const uint32_t *)(pass->packed + mixed_packed_forward(pass));
    const uint32_t *w_ih = w_hh + mixed_packed_recurrent(pass);
    const mixed_scratch scratch = mixed_scratch_of(pass);
    real *dc = pass->scratch + (size_t)units * LANES;
    const real *dh = lstm_dout(pass, pass->steps - 1);
    int last = pass->steps - 1;
    memset(dc, 0, sizeof(real) * units * LANES);
    for (int n = pass->steps - 1; n >= 0; n--) {
        const lstm_step step = lstm_step_at(pass, n);
        mixed_dgates(pass, &step, dh, dc, scratch.gates,
                     scratch.lanes + (size_t)(last - n) * count * LANES);
        if (pass->din) {
            real *din = pass->din + (step.in - pass->in);
            memset(din, 0, sizeof(real) * pass->inputs * LANES);
            mixed_columns_product(pass->inputs, count, w_ih, scratch.gates, din,
                                  NULL, din);
        }
        if (n > 0)
            mixed_columns_product(
                units, count, w_hh, scratch.gates, lstm_dout(pass, n - 1),
                n > 1 ? step.cells_before - pass->cache_stride : NULL,
                pass->scratch);
        dh = pass->scratch;
        if (n > 1) {
            prefetch_lanes(units, lstm_dout(pass, n - 2));
            prefetch_lanes(units, lstm_step_at(pass, n - 1).out_before);
        }
        if (last - n + 1 == CHUNK || n == 0) {
            mixed_weight_chunk(pass, &scratch, last, last - n + 1);
            last = n - 1;
        }
    }
    widen_rest(&scratch);
    simd_add_weight_sums(pass, &scratch.sums);
}

#endif
