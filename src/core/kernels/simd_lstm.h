/* One direction of an LSTM: see lstm_pass, and simd_layout.h for the layout of
 * weights, cache and scratch. */
#ifndef AC_SIMD_LSTM_H
#define AC_SIMD_LSTM_H

#include "kernels/simd_math.h"
#include "kernels/simd_products.h"

/* ---- forward ----------------------------------------------------- */

static inline size_t simd_lstm_packed_count(int inputs, int units)
{
    return packed_count(inputs, units);
}

static inline void simd_lstm_pack(const lstm_pass *pass)
{
    pack_weights(pass, SIMD_ROWS);
}

/* A panel of pre-activations. */
SIMD_INLINE void forward_tile(const lstm_pass *pass, const lstm_step *step,
                              int rows, const real *w, const real *ahead,
                              real *gates)
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
    accumulate(rows, step->recurrent, w, 1, rows, step->out_before, ahead, sum);
    SIMD_UNROLL
    for (int i = 0; i < rows * SIMD_VECTORS; i++)
        v_store(gates + i * SIMD_WIDTH, sum[i]);
}

/* Prefetches the cache of the next step, `ahead`, unless that is NULL. */
SIMD_KERNEL void preactivate(const lstm_pass *pass, const lstm_step *step,
                             const real *ahead)
{
    const int rows = GATES * pass->units;
    const real *end = ahead ? ahead + 6 * pass->units * LANES : NULL;
    const real *w = pass->packed;
    for (int r = 0, height; r < rows; r += height) {
        real *gates = step->gates + r * LANES;
        height = panel_height(rows - r, SIMD_ROWS);
        if (height == SIMD_ROWS)
            forward_tile(pass, step, SIMD_ROWS, w, ahead, gates);
        else
            forward_tile(pass, step, GATES, w, ahead, gates);
        w += height * (1 + pass->inputs + pass->units);
        if (ahead && (ahead += pass->units * LANES) >= end)
            ahead = NULL;
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
        const int more = pass->cache_stride > 0 && n + 1 < pass->steps;
        /* Faster with AVX-512, as in backward. */
        preactivate(pass, &step,
                    SIMD_VECTORS == 1 && more ? step.gates + pass->cache_stride
                                              : NULL);
        activate(pass->units, &step);
    }
}

/* ---- backward ---------------------------------------------------- */

/* From the cached gates of a unit to the gradient before their activations.
 */
SIMD_INLINE void unit_dgates(const real *gates, const real *cell,
                             const real *cell_before, vector dh, real *dc,
                             vector *dgates)
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
    dgates[0] = d_i * g * (one - i);
    dgates[1] = by_f * (one - f);
    dgates[2] = d_i * v_fnma(g, g, one);
    dgates[3] = dh_o * tanh_c * (one - o);
}

/* In the place of the gates. */
SIMD_KERNEL void step_dgates(const lstm_pass *pass, const lstm_step *step,
                             const real *dh, real *dc)
{
    for (int u = 0; u < pass->units; u++) {
        const size_t at = (size_t)u * LANES;
        SIMD_UNROLL
        for (int p = 0; p < SIMD_VECTORS; p++) {
            const int lane = p * SIMD_WIDTH;
            real *gates = step->gates + GATES * at + lane;
            vector dgates[GATES];
            unit_dgates(gates, step->cells + 2 * at + lane,
                        step->recurrent ? step->cells_before + 2 * at + lane
                                        : simd_zeros,
                        v_load(dh + at + lane), dc + at + lane, dgates);
            SIMD_UNROLL
            for (int g = 0; g < GATES; g++)
                v_store(gates + g * LANES, dgates[g]);
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
            transpose(columns + lane, LANES, rows + (size_t)lane * aligned + k,
                      aligned);
    }
}

/* Four rows by one of the remaining columns and, if `ones`, by that of ones,
 * which follows it; summed over steps. `column` is NULL where there is only
 * that. The total of the ones is `next` after that of the column. `assign`: the
 * totals so far are 0. */
SIMD_INLINE void rest_tile(int steps, const real *dgates, size_t stride,
                           const real *const *column, int ones, real *total,
                           size_t next, int assign)
{
    enum { COUNT = GATES * SIMD_VECTORS };
    real *total_ones = column ? total + next : total;
    vector sum[COUNT], sum_ones[COUNT];
    SIMD_EACH (i, COUNT) {
        sum[i] = assign ? v_set1(0) : v_load(total + i * SIMD_WIDTH);
        sum_ones[i] =
            assign ? v_set1(0)
                   : v_load((ones ? total_ones : total) + i * SIMD_WIDTH);
    }
    for (int n = 0; n < steps; n++, dgates -= stride) {
        SIMD_EACH (i, COUNT) {
            const vector d = v_load(dgates + i * SIMD_WIDTH);
            if (column)
                sum[i] =
                    v_fma(d, v_load(column[n] + i % SIMD_VECTORS * SIMD_WIDTH),
                          sum[i]);
            if (ones)
                sum_ones[i] = sum_ones[i] + d;
        }
    }
    SIMD_EACH (i, COUNT) {
        if (column)
            v_store(total + i * SIMD_WIDTH, sum[i]);
        if (ones)
            v_store(total_ones + i * SIMD_WIDTH, sum_ones[i]);
    }
}

/* Four rows by all remaining columns; the last of these is that of ones. */
SIMD_INLINE void rest_columns(int rest, int steps, const real *dgates,
                              size_t stride, const real *(*column)[CHUNK],
                              real *total, size_t next, int assign)
{
    int j = 0;
    for (; j + 2 < rest; j++)
        rest_tile(steps, dgates, stride, column[j], 0, total + j * next, next,
                  assign);
    if (j + 2 == rest)
        rest_tile(steps, dgates, stride, column[j], 1, total + j * next, next,
                  assign);
    else if (j < rest)
        rest_tile(steps, dgates, stride, NULL, 1, total, next, assign);
}

/* Adds the contributions of `steps` steps, from number `last` backwards. */
SIMD_KERNEL void weight_chunk(const lstm_pass *pass, const weight_sums *sums,
                              int last, int steps)
{
    const int assign = last == pass->steps - 1;
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
                       sums->columns + k, aligned, total + k, aligned, assign);
        if (k < aligned)
            outer_sums(GATES, 1, steps, dgates, -(ptrdiff_t)stride,
                       sums->columns + k, aligned, total + k, aligned, assign);
        rest_columns(sums->rest, steps, dgates, stride, rest,
                     sums->drest + (size_t)r * LANES,
                     (size_t)sums->rows * LANES, assign);
    }
}

/* The gradients of a column of the weights, from number `at` on, += sum. */
SIMD_INLINE void add_to_column(const lstm_pass *pass, int column, size_t at,
                               vector sum)
{
    real *to[2];
    const int count = column_gradients(pass, column, to);
    for (int i = 0; i < count; i++)
        v_store(to[i] + at, v_load(to[i] + at) + sum);
}

/* Adds the sums of SIMD_WIDTH units, from `first` on, to the gradient. */
SIMD_KERNEL void add_units(const lstm_pass *pass, const weight_sums *sums,
                           int first)
{
    real rows[LANES * SIMD_WIDTH];
    for (int g = 0; g < GATES; g++) {
        const size_t row = (size_t)GATES * first + g;
        const size_t at = (size_t)g * pass->units + first;
        for (int k = 0; k < sums->aligned; k += SIMD_WIDTH) {
            transpose(sums->daligned + row * sums->aligned + k,
                      (size_t)GATES * sums->aligned, rows, SIMD_WIDTH);
            for (int i = 0; i < SIMD_WIDTH; i++)
                add_to_column(pass, k + i, at, v_load(rows + i * SIMD_WIDTH));
        }
        for (int j = 0; j < sums->rest; j++) {
            const real *from =
                sums->drest + ((size_t)j * sums->rows + row) * LANES;
            for (int lane = 0; lane < LANES; lane += SIMD_WIDTH)
                transpose(from + lane, GATES * LANES, rows + lane * SIMD_WIDTH,
                          SIMD_WIDTH);
            vector sum = v_load(rows);
            for (int lane = 1; lane < LANES; lane++)
                sum = sum + v_load(rows + lane * SIMD_WIDTH);
            add_to_column(pass, sums->aligned + j, at, sum);
        }
    }
}

SIMD_KERNEL void simd_add_weight_sums(const lstm_pass *pass,
                                      const weight_sums *sums)
{
    int first = 0;
    for (; first + SIMD_WIDTH <= pass->units; first += SIMD_WIDTH)
        add_units(pass, sums, first);
    add_weight_sums(pass, sums, first);
}

static inline size_t simd_lstm_scratch_count(int inputs, int units)
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
    simd_add_weight_sums(pass, &sums);
}

#endif
