/* One direction of an LSTM: see lstm_pass, and simd_layout.h for the layout of
 * weights, cache and scratch. */
#ifndef AC_SIMD_LSTM_H
#define AC_SIMD_LSTM_H

#include "kernels/simd_math.h"
#include "kernels/simd_products.h"

/* ---- forward ----------------------------------------------------- */

static size_t simd_lstm_packed_count(int inputs, int units)
{
    return packed_count(inputs, units);
}

static void simd_lstm_pack(const lstm_pass *pass)
{
    pack_weights(pass, SIMD_ROWS);
}

/* A panel of pre-activations. */
SIMD_INLINE void forward_tile(const lstm_pass *pass, const lstm_step *step,
                              int rows, const real *w, real *gates)
{
    vector sum[SIMD_ROWS * SIMD_VECTORS];
    SIMD_UNROLL
    for (int r = 0; r < rows; r++) {
        SIMD_UNROLL
        for (int p = 0; p < SIMD_VECTORS; p++)
            sum[r * SIMD_VECTORS + p] = v_set1(w[r]);
    }
    w += rows;
    accumulate(rows, pass->inputs, w, 1, rows, step->in, NULL, sum);
    w += rows * pass->inputs;
    accumulate(rows, step->recurrent, w, 1, rows, step->out_before, NULL, sum);
    SIMD_UNROLL
    for (int i = 0; i < rows * SIMD_VECTORS; i++)
        v_store(gates + i * SIMD_WIDTH, sum[i]);
}

SIMD_KERNEL void preactivate(const lstm_pass *pass, const lstm_step *step)
{
    const int rows = GATES * pass->units;
    const real *w = pass->packed;
    for (int r = 0, height; r < rows; r += height) {
        real *gates = step->gates + r * LANES;
        height = panel_height(rows - r, SIMD_ROWS);
        if (height == SIMD_ROWS)
            forward_tile(pass, step, SIMD_ROWS, w, gates);
        else
            forward_tile(pass, step, GATES, w, gates);
        w += height * (1 + pass->inputs + pass->units);
    }
}

/* Activates one gate of `units` units. */
SIMD_INLINE void activate_tile(int units, int gate, real *gates)
{
    const int count = units * SIMD_VECTORS;
    vector x[SIMD_BUNDLE];
    gates += gate * LANES;
    SIMD_EACH (i, count) {
        x[i] = v_load(gates + i / SIMD_VECTORS * GATES * LANES +
                      i % SIMD_VECTORS * SIMD_WIDTH);
    }
    if (gate == 2)
        vector_tanh(count, x);
    else
        vector_sigmoid(count, x);
    SIMD_EACH (i, count) {
        v_store(gates + i / SIMD_VECTORS * GATES * LANES +
                    i % SIMD_VECTORS * SIMD_WIDTH,
                x[i]);
    }
}

/* From the gates of `units` units to their c and h; `stride` separates the
 * units of `before`. */
SIMD_INLINE void cells_tile(int units, const real *gates, const real *before,
                            size_t stride, real *cells, real *out)
{
    const int count = units * SIMD_VECTORS;
    vector c[SIMD_BUNDLE];
    SIMD_EACH (i, count) {
        const int lane = i % SIMD_VECTORS * SIMD_WIDTH, u = i / SIMD_VECTORS;
        const real *gate = gates + u * GATES * LANES + lane;
        c[i] = v_fma(v_load(gate + LANES), v_load(before + u * stride + lane),
                     v_load(gate) * v_load(gate + 2 * LANES));
        v_store(cells + u * 2 * LANES + lane, c[i]);
        c[i] = c[i] * v_set1((real)TWO_LOG2_E);
    }
    vector_tanh(count, c);
    SIMD_EACH (i, count) {
        const int lane = i % SIMD_VECTORS * SIMD_WIDTH, u = i / SIMD_VECTORS;
        const real *gate = gates + u * GATES * LANES + lane;
        v_store(cells + u * 2 * LANES + LANES + lane, c[i]);
        v_store(out + u * LANES + lane, v_load(gate + 3 * LANES) * c[i]);
    }
}

SIMD_INLINE void units_tile(int units, int first, const lstm_step *step)
{
    const real *before =
        step->recurrent ? step->cells_before + first * 2 * LANES : simd_zeros;
    real *gates = step->gates + first * GATES * LANES;
    SIMD_UNROLL
    for (int gate = 0; gate < GATES; gate++)
        activate_tile(units, gate, gates);
    cells_tile(units, gates, before, step->recurrent ? 2 * LANES : 0,
               step->cells + first * 2 * LANES, step->out + first * LANES);
}

SIMD_KERNEL void activate(int units, const lstm_step *step)
{
    int u = 0;
    for (; u + SIMD_UNITS <= units; u += SIMD_UNITS)
        units_tile(SIMD_UNITS, u, step);
    for (; u < units; u++)
        units_tile(1, u, step);
}

SIMD_KERNEL void simd_lstm_forward(const lstm_pass *pass)
{
    for (int n = 0; n < pass->steps; n++) {
        const lstm_step step = lstm_step_at(pass, n);
        preactivate(pass, &step);
        activate(pass->units, &step);
    }
}

/* ---- backward ---------------------------------------------------- */

/* Turns the cached gates of a unit into the gradient before their activations.
 */
SIMD_INLINE void unit_dgates(const real *cell, const real *cell_before,
                             vector dh, real *dc, real *gates)
{
    const vector one = v_set1(1);
    const vector i = v_load(gates), f = v_load(gates + LANES);
    const vector g = v_load(gates + 2 * LANES);
    const vector o = v_load(gates + 3 * LANES);
    const vector tanh_c = v_load(cell + LANES);
    const vector dh_o = dh * o;
    const vector d = v_fma(dh_o, v_fnma(tanh_c, tanh_c, one), v_load(dc));
    const vector d_f = d * f, d_i = d * i;
    const vector by_f = d_f * v_load(cell_before);
    v_store(dc, d_f);
    v_store(gates, d_i * g * (one - i));
    v_store(gates + LANES, by_f * (one - f));
    v_store(gates + 2 * LANES, d_i * v_fnma(g, g, one));
    v_store(gates + 3 * LANES, dh_o * tanh_c * (one - o));
}

SIMD_KERNEL void step_dgates(const lstm_pass *pass, const lstm_step *step,
                             const real *dh, real *dc)
{
    for (int u = 0; u < pass->units; u++) {
        const size_t at = (size_t)u * LANES;
        SIMD_UNROLL
        for (int p = 0; p < SIMD_VECTORS; p++) {
            const int lane = p * SIMD_WIDTH;
            unit_dgates(step->cells + 2 * at + lane,
                        step->recurrent ? step->cells_before + 2 * at + lane
                                        : simd_zeros,
                        v_load(dh + at + lane), dc + at + lane,
                        step->gates + GATES * at + lane);
        }
    }
}

/* out = from + W' dgates, for the `columns` of a packed W; from may be out */
SIMD_KERNEL void columns_product(int columns, int rows, const real *w,
                                 const real *dgates, const real *from,
                                 const real *ahead, real *out)
{
    const real *end = ahead ? ahead + rows / 2 * 3 * LANES : NULL;
    for (int k = 0, height; k < columns; k += height) {
        height = panel_height(columns - k, SIMD_ROWS);
        if (height == SIMD_ROWS)
            product_tile(SIMD_ROWS, rows, w, 1, SIMD_ROWS, dgates, from, ahead,
                         out);
        else if (height == GATES)
            product_tile(GATES, rows, w, 1, GATES, dgates, from, ahead, out);
        else
            product_tile(1, rows, w, 1, 1, dgates, from, ahead, out);
        w += (size_t)height * rows;
        from += height * LANES;
        out += height * LANES;
        if (ahead && (ahead += rows * LANES) >= end)
            ahead = NULL;
    }
}

SIMD_KERNEL void transpose_step(const lstm_pass *pass, const lstm_step *step,
                                int aligned, real *rows)
{
    for (int k = 0; k < aligned; k += SIMD_WIDTH) {
        const real *columns = column_at(pass, step, k);
        real gathered[SIMD_WIDTH * LANES];
        if (!columns_adjoin(pass, step, k, SIMD_WIDTH)) {
            for (int i = 0; i < SIMD_WIDTH; i++)
                memcpy(gathered + i * LANES, column_at(pass, step, k + i),
                       sizeof(real) * LANES);
            columns = gathered;
        }
        SIMD_UNROLL
        for (int lane = 0; lane < LANES; lane += SIMD_WIDTH)
            transpose(columns + lane, rows + (size_t)lane * aligned + k,
                      aligned);
    }
}

/* Four rows by one of the remaining columns, summed over steps. */
SIMD_INLINE void rest_tile(int steps, const real *dgates, size_t stride,
                           const real *const *column, real *total)
{
    vector sum[GATES * SIMD_VECTORS];
    SIMD_UNROLL
    for (int i = 0; i < GATES * SIMD_VECTORS; i++)
        sum[i] = v_load(total + i * SIMD_WIDTH);
    for (int n = 0; n < steps; n++, dgates -= stride) {
        SIMD_UNROLL
        for (int i = 0; i < GATES * SIMD_VECTORS; i++)
            sum[i] = v_fma(v_load(dgates + i * SIMD_WIDTH),
                           v_load(column[n] + i % SIMD_VECTORS * SIMD_WIDTH),
                           sum[i]);
    }
    SIMD_UNROLL
    for (int i = 0; i < GATES * SIMD_VECTORS; i++)
        v_store(total + i * SIMD_WIDTH, sum[i]);
}

/* Adds the contributions of `steps` steps, from number `last` backwards. */
SIMD_KERNEL void weight_chunk(const lstm_pass *pass, const weight_sums *sums,
                              int last, int steps)
{
    const real *rest[SIMD_WIDTH][CHUNK];
    const real *dgates = pass->cache + last * pass->cache_stride;
    const size_t stride = pass->cache_stride, aligned = sums->aligned;
    for (int n = 0; n < steps; n++) {
        const lstm_step step = lstm_step_at(pass, last - n);
        transpose_step(pass, &step, sums->aligned,
                       sums->columns + n * LANES * aligned);
        for (int k = 0; k < sums->rest; k++)
            rest[k][n] = column_at(pass, &step, sums->aligned + k);
    }
    for (int r = 0; r < sums->rows; r += GATES, dgates += GATES * LANES) {
        real *total = sums->daligned + r * aligned;
        size_t k = 0;
        for (; k + 2 * SIMD_WIDTH <= aligned; k += 2 * SIMD_WIDTH)
            outer_sums(GATES, 2, steps, dgates, -(ptrdiff_t)stride,
                       sums->columns + k, aligned, total + k, aligned);
        if (k < aligned)
            outer_sums(GATES, 1, steps, dgates, -(ptrdiff_t)stride,
                       sums->columns + k, aligned, total + k, aligned);
        for (int j = 0; j < sums->rest; j++)
            rest_tile(steps, dgates, stride, rest[j],
                      sums->drest + ((size_t)j * sums->rows + r) * LANES);
    }
}

static size_t simd_lstm_scratch_count(int inputs, int units)
{
    return weight_sums_scratch(inputs, units, SIMD_WIDTH);
}

SIMD_KERNEL void simd_lstm_backward(const lstm_pass *pass)
{
    const int units = pass->units, rows = GATES * units;
    const real *w_hh = pass->packed + packed_forward(pass);
    const real *w_ih = w_hh + packed_recurrent(pass);
    const weight_sums sums = weight_sums_at(pass, SIMD_WIDTH);
    real *dc = pass->scratch + (size_t)units * LANES;
    const real *dh = lstm_dout(pass, pass->steps - 1);
    int last = pass->steps - 1;
    memset(dc, 0, sizeof(real) * units * LANES);
    clear_weight_sums(&sums);
    for (int n = pass->steps - 1; n >= 0; n--) {
        const lstm_step step = lstm_step_at(pass, n);
        step_dgates(pass, &step, dh, dc);
        if (pass->din) {
            real *din = pass->din + (step.in - pass->in);
            memset(din, 0, sizeof(real) * pass->inputs * LANES);
            columns_product(pass->inputs, rows, w_ih, step.gates, din, NULL,
                            din);
        }
        /* Step n - 1 reads its gates and the cells before them. */
        const real *ahead =
            n > 1 ? step.cells_before - pass->cache_stride : NULL;
        if (n > 0)
            columns_product(units, rows, w_hh, step.gates,
                            lstm_dout(pass, n - 1), ahead, pass->scratch);
        dh = pass->scratch;
        /* Faster with AVX-512, slower with AVX2. */
        if (SIMD_VECTORS == 1 && n > 1) {
            prefetch_lanes(units, lstm_dout(pass, n - 2));
            prefetch_lanes(units, lstm_step_at(pass, n - 1).out_before);
        }
        if (last - n + 1 == CHUNK || n == 0) {
            weight_chunk(pass, &sums, last, last - n + 1);
            last = n - 1;
        }
    }
    add_weight_sums(pass, &sums);
}

#endif
