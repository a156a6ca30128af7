/* The vector kernels, whatever the instruction set: included once for each,
 * by a file that says what a vector is. It defines
 *   SIMD(name), SIMD_NAME, SIMD_ISA   names, and the target attribute
 *   SIMD_WIDTH, SIMD_ROWS             numbers in a vector; rows of a tile,
 *                                     4, 6 or 16 (see panel_height), whose
 *                                     sums must leave registers to spare
 *   SIMD_BUNDLE                       vectors that go through an activation
 *                                     together: a multiple of a block's
 *   SIMD_VECTOR and SIMD_SET1, ...    the vector type and what it can do;
 *                                     MAX and MIN return x where x is NaN,
 *                                     INVERSE is right to 11 bits or more;
 *                                     ZIP interleaves halves of two vectors
 *
 * A product is a tile of SIMD_ROWS rows by the LANES of a block, summed in
 * registers. Arrays of vectors below are such registers: their loops are
 * unrolled and no array is left of them. */
#include "kernels/simd_layout.h"

#if defined(__clang__)
#define SIMD_UNROLL _Pragma("clang loop unroll(full)")
#else
#define SIMD_UNROLL _Pragma("GCC unroll 16")
#endif

#define SIMD_KERNEL static SIMD_ISA
#define SIMD_PART static inline SIMD_ISA __attribute__((always_inline))
#define SIMD_PARTS (LANES / SIMD_WIDTH)

typedef SIMD_VECTOR SIMD(vector);
#define vector SIMD(vector)

/* ---- activations ------------------------------------------------------- *
 *
 * All from 2^t = 2^n 2^f with a whole n and |f| <= 1/2, for which there are
 * minimax polynomials. Adding 1.5 2^23 + 127 leaves n + 127, an exponent, in
 * the low bits of the sum. Adding and subtracting, comparing and shifting
 * are done beside the multiplications, not in their place.
 *
 * Each is a long chain, so a bundle of vectors goes through it step by step:
 * a processor does not look far enough ahead to find the next chain. */

#define SIMD_UNITS (SIMD_BUNDLE / SIMD_PARTS)
#define SIMD_EACH SIMD_UNROLL for (int i = 0; i < count; i++)

/* 2^f, to 1e-7 */
static const float SIMD(power)[] = {
    0.001326938858255744f, 0.009671295061707497f, 0.0555071122944355f,
    0.24022246897220612f,  0.6931470036506653f,   1};

/* (2^f - 1) / f, to 2e-8 */
static const float SIMD(power_slope)[] = {
    0.00015382448327727616f, 0.0013387390645220876f, 0.009618310257792473f,
    0.05550367385149002f,    0.24022649228572845f,   0.6931471824645996f};

SIMD_PART void SIMD(polynomial)(int count, const float *coefficient,
                                const vector *x, vector *value)
{
    SIMD_EACH
    value[i] = SIMD_SET1(coefficient[0]);
    SIMD_UNROLL
    for (int degree = 1; degree < 6; degree++) {
        SIMD_EACH
        value[i] = SIMD_FMA(value[i], x[i], SIMD_SET1(coefficient[degree]));
    }
}

/* t becomes f, and power 2^n; what is beyond the limit counts as that. */
SIMD_PART void SIMD(split)(int count, float limit, vector *t, vector *power)
{
    const vector magic = SIMD_SET1(12582912.0f + 127);
    SIMD_EACH
    {
        t[i] = SIMD_MAX(SIMD_SET1(-limit), SIMD_MIN(SIMD_SET1(limit), t[i]));
        const vector shifted = t[i] + magic;
        t[i] = t[i] - (shifted - magic);
        power[i] = SIMD_TO_EXPONENT(shifted);
    }
}

/* a / b by one step of Newton's: much less than a division costs. */
SIMD_PART vector SIMD(divide)(vector a, vector b)
{
    const vector inverse = SIMD_INVERSE(b), quotient = a * inverse;
    return SIMD_FMA(SIMD_FNMA(b, quotient, a), inverse, quotient);
}

/* 1 / (1 + 2^t): the sigmoid of x = -t / log2 e */
SIMD_PART void SIMD(sigmoid)(int count, vector *t)
{
    const vector one = SIMD_SET1(1);
    vector power[SIMD_BUNDLE], value[SIMD_BUNDLE];
    SIMD(split)(count, 125, t, power);
    SIMD(polynomial)(count, SIMD(power), t, value);
    SIMD_EACH
    value[i] = SIMD_FMA(value[i], power[i], one);
    SIMD_EACH
    t[i] = SIMD(divide)(one, value[i]);
}

/* (2^t - 1) / (2^t + 1): tanh of x = t / (2 log2 e). The numerator is made
 * without cancellation, so that small arguments keep their precision. */
SIMD_PART void SIMD(tanh)(int count, vector *t)
{
    vector power[SIMD_BUNDLE], value[SIMD_BUNDLE];
    SIMD(split)(count, 27, t, power);
    SIMD(polynomial)(count, SIMD(power_slope), t, value);
    SIMD_EACH
    value[i] = SIMD_FMA(value[i] * t[i], power[i], power[i] - SIMD_SET1(1));
    SIMD_EACH
    t[i] = SIMD(divide)(value[i], value[i] + SIMD_SET1(2));
}

/* e^x for x <= 0; what is below e^-86 counts as that. */
SIMD_PART void SIMD(exp)(int count, vector *x)
{
    const vector magic = SIMD_SET1(12582912.0f + 127);
    const vector log2_e = SIMD_SET1(1.442695041f);
    const vector rest = SIMD_SET1(1.925963033e-8f);
    vector power[SIMD_BUNDLE], value[SIMD_BUNDLE];
    SIMD_EACH
    {
        x[i] = SIMD_MAX(SIMD_SET1(-86), x[i]);
        const vector shifted = SIMD_FMA(x[i], log2_e, magic);
        power[i] = SIMD_TO_EXPONENT(shifted);
        x[i] = SIMD_FMA(x[i], rest, SIMD_FMA(x[i], log2_e, magic - shifted));
    }
    SIMD(polynomial)(count, SIMD(power), x, value);
    SIMD_EACH
    x[i] = value[i] * power[i];
}

/* ---- products ---------------------------------------------------------- */

/* sum[r] += w[r] x over `count` columns of w: its elements are `down` and
 * `right` apart. Meanwhile what lies `ahead`, a lane vector for each column,
 * comes nearer; NULL where nothing does. */
SIMD_PART void SIMD(accumulate)(int rows, int count, const real *w, size_t down,
                                size_t right, const real *x, const real *ahead,
                                vector *sum)
{
    for (int k = 0; k < count; k++, w += right, x += LANES) {
        vector part[SIMD_PARTS];
        if (ahead)
            __builtin_prefetch(ahead + k * LANES, 0, 2);
        SIMD_UNROLL
        for (int p = 0; p < SIMD_PARTS; p++)
            part[p] = SIMD_LOAD(x + p * SIMD_WIDTH);
        SIMD_UNROLL
        for (int r = 0; r < rows; r++) {
            const vector weight = SIMD_SET1(w[r * down]);
            SIMD_UNROLL
            for (int p = 0; p < SIMD_PARTS; p++)
                sum[r * SIMD_PARTS + p] =
                    SIMD_FMA(weight, part[p], sum[r * SIMD_PARTS + p]);
        }
    }
}

/* out = from + w x, a tile of rows; from may be out */
SIMD_PART void SIMD(product_tile)(int rows, int count, const real *w,
                                  size_t down, size_t right, const real *x,
                                  const real *from, const real *ahead,
                                  real *out)
{
    vector sum[SIMD_ROWS * SIMD_PARTS];
    SIMD_UNROLL
    for (int i = 0; i < rows * SIMD_PARTS; i++)
        sum[i] = SIMD_LOAD(from + i * SIMD_WIDTH);
    SIMD(accumulate)(rows, count, w, down, right, x, ahead, sum);
    SIMD_UNROLL
    for (int i = 0; i < rows * SIMD_PARTS; i++)
        SIMD_STORE(out + i * SIMD_WIDTH, sum[i]);
}

SIMD_KERNEL void SIMD(add_product)(int rows, int count, const real *w,
                                   size_t down, size_t right, const real *x,
                                   real *y)
{
    for (int r = 0, height; r < rows; r += height) {
        const real *w_r = w + r * down;
        real *y_r = y + r * LANES;
        height = panel_height(rows - r, SIMD_ROWS);
        if (height == SIMD_ROWS)
            SIMD(product_tile)
        (SIMD_ROWS, count, w_r, down, right, x, y_r, NULL, y_r);
        else if (height == GATES) SIMD(product_tile)(GATES, count, w_r, down,
                                                     right, x, y_r, NULL, y_r);
        else SIMD(product_tile)(1, count, w_r, down, right, x, y_r, NULL, y_r);
    }
}

SIMD_KERNEL void SIMD(product)(int units, int inputs, const real *w,
                               const real *x, real *y)
{
    SIMD(add_product)(units, inputs, w, 1, units, x, y);
}

SIMD_KERNEL void SIMD(product_back)(int units, int inputs, const real *w,
                                    const real *y, real *x)
{
    SIMD(add_product)(inputs, units, w, units, 1, y, x);
}

/* Writes the transpose of SIMD_WIDTH columns (lane vectors): a row for each
 * of SIMD_WIDTH lanes, `stride` apart. Each round of zips moves one bit of
 * the column's number into the lane's place. */
SIMD_PART void SIMD(transpose)(const real *columns, real *rows, size_t stride)
{
    vector a[SIMD_WIDTH], b[SIMD_WIDTH];
    SIMD_UNROLL
    for (int i = 0; i < SIMD_WIDTH; i++)
        a[i] = SIMD_LOAD(columns + i * LANES);
    SIMD_UNROLL
    for (int round = 1; round < SIMD_WIDTH; round *= 2) {
        SIMD_UNROLL
        for (int i = 0; i < SIMD_WIDTH / 2; i++) {
            b[2 * i] = SIMD_ZIP_LOW(a[i], a[i + SIMD_WIDTH / 2]);
            b[2 * i + 1] = SIMD_ZIP_HIGH(a[i], a[i + SIMD_WIDTH / 2]);
        }
        SIMD_UNROLL
        for (int i = 0; i < SIMD_WIDTH; i++)
            a[i] = b[i];
    }
    SIMD_UNROLL
    for (int i = 0; i < SIMD_WIDTH; i++)
        SIMD_STORE(rows + i * stride, a[i]);
}

/* total += rows by `vectors` vectors of packed columns, summed over lanes and
 * steps: row [LANES] each, a step's rows `row_step` from those before;
 * columns [steps][LANES][packed]. */
SIMD_PART void SIMD(packed_tile)(int rows, int vectors, int steps,
                                 const real *row, ptrdiff_t row_step,
                                 const real *columns, size_t packed,
                                 real *total, size_t stride)
{
    vector sum[GATES * 2];
    SIMD_UNROLL
    for (int i = 0; i < rows * vectors; i++)
        sum[i] = SIMD_SET1(0);
    for (int n = 0; n < steps; n++, row += row_step)
        for (int l = 0; l < LANES; l++, columns += packed) {
            vector column[2];
            SIMD_UNROLL
            for (int v = 0; v < vectors; v++)
                column[v] = SIMD_LOAD(columns + v * SIMD_WIDTH);
            SIMD_UNROLL
            for (int r = 0; r < rows; r++) {
                const vector x = SIMD_SET1(row[r * LANES + l]);
                SIMD_UNROLL
                for (int v = 0; v < vectors; v++)
                    sum[r * vectors + v] =
                        SIMD_FMA(x, column[v], sum[r * vectors + v]);
            }
        }
    SIMD_UNROLL
    for (int r = 0; r < rows; r++) {
        SIMD_UNROLL
        for (int v = 0; v < vectors; v++) {
            real *to = total + r * stride + v * SIMD_WIDTH;
            SIMD_STORE(to, SIMD_LOAD(to) + sum[r * vectors + v]);
        }
    }
}

/* A chunk of steps of an outer product: `height` columns of w by `count` of
 * its rows, which fill `vectors` vectors or, where they are the last, do not.
 */
SIMD_PART void SIMD(outer_tile)(int height, int vectors, int count, int steps,
                                const real *x, size_t x_step,
                                const real *packed, real *w, size_t units)
{
    const int width = vectors * SIMD_WIDTH;
    if (count == width) {
        SIMD(packed_tile)
        (height, vectors, steps, x, (ptrdiff_t)x_step, packed, width, w, units);
        return;
    }
    real sums[GATES * 2 * SIMD_WIDTH] = {0};
    SIMD(packed_tile)
    (height, vectors, steps, x, (ptrdiff_t)x_step, packed, width, sums, width);
    for (int k = 0; k < height; k++)
        for (int r = 0; r < count; r++)
            w[k * units + r] += sums[k * width + r];
}

/* Transposes `count` lane vectors, and zeros where they do not fill the
 * vectors. */
SIMD_PART void SIMD(transpose_rows)(int vectors, int count, const real *y,
                                    real *packed)
{
    const int width = vectors * SIMD_WIDTH;
    real filled[2 * SIMD_WIDTH * LANES];
    if (count < width) {
        memset(filled, 0, sizeof filled);
        memcpy(filled, y, sizeof(real) * count * LANES);
        y = filled;
    }
    for (int v = 0; v < vectors; v++)
        for (int lane = 0; lane < LANES; lane += SIMD_WIDTH)
            SIMD(transpose)
    (y + v * SIMD_WIDTH * LANES + lane, packed + lane * width + v * SIMD_WIDTH,
     width);
}

/* w += y x', summed over steps: as many rows of w as fill the vectors, or the
 * `count` last ones. */
SIMD_PART void SIMD(outer_panel)(int vectors, int count, int inputs, int steps,
                                 const real *y, size_t y_step, const real *x,
                                 size_t x_step, real *w, size_t units)
{
    const int width = vectors * SIMD_WIDTH;
    real packed[CHUNK * LANES * 2 * SIMD_WIDTH];
    for (int first = 0, chunk; first < steps; first += chunk) {
        const real *x_first = x + first * x_step;
        int k = 0;
        chunk = steps - first < CHUNK ? steps - first : CHUNK;
        for (int n = 0; n < chunk; n++)
            SIMD(transpose_rows)
        (vectors, count, y + (first + n) * y_step, packed + n * LANES * width);
        for (; k + GATES <= inputs; k += GATES)
            SIMD(outer_tile)
        (GATES, vectors, count, chunk, x_first + k * LANES, x_step, packed,
         w + k * units, units);
        for (; k < inputs; k++)
            SIMD(outer_tile)
        (1, vectors, count, chunk, x_first + k * LANES, x_step, packed,
         w + k * units, units);
    }
}

SIMD_KERNEL void SIMD(product_outer)(int units, int inputs, int steps,
                                     const real *y, size_t y_step,
                                     const real *x, size_t x_step, real *w)
{
    int r = 0;
    for (; r + 2 * SIMD_WIDTH <= units; r += 2 * SIMD_WIDTH)
        SIMD(outer_panel)
    (2, 2 * SIMD_WIDTH, inputs, steps, y + r * LANES, y_step, x, x_step, w + r,
     units);
    for (; r < units; r += SIMD_WIDTH)
        SIMD(outer_panel)
    (1, units - r < SIMD_WIDTH ? units - r : SIMD_WIDTH, inputs, steps,
     y + r * LANES, y_step, x, x_step, w + r, units);
}

/* ---- Adam -------------------------------------------------------------- */

SIMD_PART void SIMD(adam_tile)(const adam_rates *rates, const real *gradient,
                               real *first, real *second, real *parameter)
{
    const vector decay1 = SIMD_SET1(rates->decay1);
    const vector decay2 = SIMD_SET1(rates->decay2);
    const vector one = SIMD_SET1(1);
    const vector g = SIMD_LOAD(gradient) * SIMD_SET1(rates->scale);
    const vector m = SIMD_FMA(decay1, SIMD_LOAD(first), (one - decay1) * g);
    const vector v =
        SIMD_FMA(decay2, SIMD_LOAD(second), (one - decay2) * g * g);
    const vector below = SIMD_FMA(SIMD_SQRT(v), SIMD_SET1(rates->inverse_root),
                                  SIMD_SET1(rates->epsilon));
    SIMD_STORE(first, m);
    SIMD_STORE(second, v);
    SIMD_STORE(parameter,
               SIMD_LOAD(parameter) - SIMD_SET1(rates->rate) * m / below);
}

/* What fills no vector goes through a copy. */
SIMD_KERNEL void SIMD(adam)(size_t count, const adam_rates *rates,
                            const real *gradient, real *first, real *second,
                            real *parameter)
{
    real rest[4][SIMD_WIDTH] = {{0}};
    real *const from[4] = {NULL, first, second, parameter};
    size_t i = 0;
    for (; i + SIMD_WIDTH <= count; i += SIMD_WIDTH)
        SIMD(adam_tile)
    (rates, gradient + i, first + i, second + i, parameter + i);
    memcpy(rest[0], gradient + i, sizeof(real) * (count - i));
    for (int a = 1; a < 4; a++)
        memcpy(rest[a], from[a] + i, sizeof(real) * (count - i));
    SIMD(adam_tile)(rates, rest[0], rest[1], rest[2], rest[3]);
    for (int a = 1; a < 4; a++)
        memcpy(from[a] + i, rest[a], sizeof(real) * (count - i));
}

/* ---- LSTM: forward ----------------------------------------------------- */

static size_t SIMD(lstm_prepared)(int inputs, int units)
{
    return packed_count(inputs, units);
}

static void SIMD(lstm_prepare)(const lstm_way *way)
{
    pack_weights(way, SIMD_ROWS);
}

/* A panel of pre-activations. */
SIMD_PART void SIMD(forward_tile)(const lstm_way *way, const lstm_step *step,
                                  int rows, const real *w, real *gates)
{
    vector sum[SIMD_ROWS * SIMD_PARTS];
    SIMD_UNROLL
    for (int r = 0; r < rows; r++) {
        SIMD_UNROLL
        for (int p = 0; p < SIMD_PARTS; p++)
            sum[r * SIMD_PARTS + p] = SIMD_SET1(w[r]);
    }
    w += rows;
    SIMD(accumulate)(rows, way->inputs, w, 1, rows, step->in, NULL, sum);
    w += rows * way->inputs;
    SIMD(accumulate)
    (rows, step->recurrent, w, 1, rows, step->out_before, NULL, sum);
    SIMD_UNROLL
    for (int i = 0; i < rows * SIMD_PARTS; i++)
        SIMD_STORE(gates + i * SIMD_WIDTH, sum[i]);
}

SIMD_KERNEL void SIMD(preactivate)(const lstm_way *way, const lstm_step *step)
{
    const int rows = GATES * way->units;
    const real *w = way->prepared;
    for (int r = 0, height; r < rows; r += height) {
        real *gates = step->gates + r * LANES;
        height = panel_height(rows - r, SIMD_ROWS);
        if (height == SIMD_ROWS)
            SIMD(forward_tile)(way, step, SIMD_ROWS, w, gates);
        else
            SIMD(forward_tile)(way, step, GATES, w, gates);
        w += height * (1 + way->inputs + way->units);
    }
}

/* One gate of `units` units. */
SIMD_PART void SIMD(activate_tile)(int units, int gate, real *gates)
{
    const int count = units * SIMD_PARTS;
    vector x[SIMD_BUNDLE];
    gates += gate * LANES;
    SIMD_EACH
    x[i] = SIMD_LOAD(gates + i / SIMD_PARTS * GATES * LANES +
                     i % SIMD_PARTS * SIMD_WIDTH);
    if (gate == 2)
        SIMD(tanh)(count, x);
    else
        SIMD(sigmoid)(count, x);
    SIMD_EACH
    SIMD_STORE(gates + i / SIMD_PARTS * GATES * LANES +
                   i % SIMD_PARTS * SIMD_WIDTH,
               x[i]);
}

/* From the gates of `units` units to their c and h; before is `stride`
 * between the units. */
SIMD_PART void SIMD(cells_tile)(int units, const real *gates,
                                const real *before, size_t stride, real *cells,
                                real *out)
{
    const int count = units * SIMD_PARTS;
    vector c[SIMD_BUNDLE];
    SIMD_EACH
    {
        const int lane = i % SIMD_PARTS * SIMD_WIDTH, u = i / SIMD_PARTS;
        const real *gate = gates + u * GATES * LANES + lane;
        c[i] = SIMD_FMA(SIMD_LOAD(gate + LANES),
                        SIMD_LOAD(before + u * stride + lane),
                        SIMD_LOAD(gate) * SIMD_LOAD(gate + 2 * LANES));
        SIMD_STORE(cells + u * 2 * LANES + lane, c[i]);
        c[i] = c[i] * SIMD_SET1(2.8853900817779268f);
    }
    SIMD(tanh)(count, c);
    SIMD_EACH
    {
        const int lane = i % SIMD_PARTS * SIMD_WIDTH, u = i / SIMD_PARTS;
        const real *gate = gates + u * GATES * LANES + lane;
        SIMD_STORE(cells + u * 2 * LANES + LANES + lane, c[i]);
        SIMD_STORE(out + u * LANES + lane, SIMD_LOAD(gate + 3 * LANES) * c[i]);
    }
}

SIMD_PART void SIMD(units_tile)(int units, int first, const lstm_step *step)
{
    const real *before =
        step->recurrent ? step->cells_before + first * 2 * LANES : simd_zeros;
    real *gates = step->gates + first * GATES * LANES;
    SIMD_UNROLL
    for (int gate = 0; gate < GATES; gate++)
        SIMD(activate_tile)(units, gate, gates);
    SIMD(cells_tile)
    (units, gates, before, step->recurrent ? 2 * LANES : 0,
     step->cells + first * 2 * LANES, step->out + first * LANES);
}

SIMD_KERNEL void SIMD(activate)(int units, const lstm_step *step)
{
    int u = 0;
    for (; u + SIMD_UNITS <= units; u += SIMD_UNITS)
        SIMD(units_tile)(SIMD_UNITS, u, step);
    for (; u < units; u++)
        SIMD(units_tile)(1, u, step);
}

SIMD_KERNEL void SIMD(lstm_forward)(const lstm_way *way)
{
    for (int n = 0; n < way->steps; n++) {
        const lstm_step step = lstm_step_at(way, n);
        SIMD(preactivate)(way, &step);
        SIMD(activate)(way->units, &step);
    }
}

/* ---- LSTM: backward ---------------------------------------------------- */

/* Turns a unit's kept gates into the gradient before their activations. */
SIMD_PART void SIMD(unit_dgates)(const real *cell, const real *cell_before,
                                 vector dh, real *dc, real *gates)
{
    const vector one = SIMD_SET1(1);
    const vector i = SIMD_LOAD(gates), f = SIMD_LOAD(gates + LANES);
    const vector g = SIMD_LOAD(gates + 2 * LANES);
    const vector o = SIMD_LOAD(gates + 3 * LANES);
    const vector tanh_c = SIMD_LOAD(cell + LANES);
    const vector dh_o = dh * o;
    const vector d =
        SIMD_FMA(dh_o, SIMD_FNMA(tanh_c, tanh_c, one), SIMD_LOAD(dc));
    const vector d_f = d * f, d_i = d * i;
    const vector by_f = d_f * SIMD_LOAD(cell_before);
    SIMD_STORE(dc, d_f);
    SIMD_STORE(gates, d_i * g * (one - i));
    SIMD_STORE(gates + LANES, by_f * (one - f));
    SIMD_STORE(gates + 2 * LANES, d_i * SIMD_FNMA(g, g, one));
    SIMD_STORE(gates + 3 * LANES, dh_o * tanh_c * (one - o));
}

SIMD_KERNEL void SIMD(step_dgates)(const lstm_way *way, const lstm_step *step,
                                   const real *dh, real *dc)
{
    for (int u = 0; u < way->units; u++) {
        const size_t at = (size_t)u * LANES;
        SIMD_UNROLL
        for (int p = 0; p < SIMD_PARTS; p++) {
            const int lane = p * SIMD_WIDTH;
            SIMD(unit_dgates)
            (step->cells + 2 * at + lane,
             step->recurrent ? step->cells_before + 2 * at + lane : simd_zeros,
             SIMD_LOAD(dh + at + lane), dc + at + lane,
             step->gates + GATES * at + lane);
        }
    }
}

/* out = from + W' dgates, for the `columns` of a packed W; from may be out */
SIMD_KERNEL void SIMD(columns_product)(int columns, int rows, const real *w,
                                       const real *dgates, const real *from,
                                       const real *ahead, real *out)
{
    const real *end = ahead ? ahead + rows / 2 * 3 * LANES : NULL;
    for (int k = 0, height; k < columns; k += height) {
        height = panel_height(columns - k, SIMD_ROWS);
        if (height == SIMD_ROWS)
            SIMD(product_tile)
        (SIMD_ROWS, rows, w, 1, SIMD_ROWS, dgates, from, ahead, out);
        else if (height == GATES) SIMD(product_tile)(GATES, rows, w, 1, GATES,
                                                     dgates, from, ahead, out);
        else SIMD(product_tile)(1, rows, w, 1, 1, dgates, from, ahead, out);
        w += (size_t)height * rows;
        from += height * LANES;
        out += height * LANES;
        if (ahead && (ahead += rows * LANES) >= end)
            ahead = NULL;
    }
}

SIMD_KERNEL void SIMD(transpose_step)(const lstm_way *way,
                                      const lstm_step *step, int packed,
                                      real *rows)
{
    for (int k = 0; k < packed; k += SIMD_WIDTH) {
        const real *columns = column_at(way, step, k);
        real gathered[SIMD_WIDTH * LANES];
        if (!columns_adjoin(way, step, k, SIMD_WIDTH)) {
            for (int i = 0; i < SIMD_WIDTH; i++)
                memcpy(gathered + i * LANES, column_at(way, step, k + i),
                       sizeof(real) * LANES);
            columns = gathered;
        }
        SIMD_UNROLL
        for (int lane = 0; lane < LANES; lane += SIMD_WIDTH)
            SIMD(transpose)
        (columns + lane, rows + (size_t)lane * packed + k, packed);
    }
}

/* Four rows by one lone column, summed over steps. */
SIMD_PART void SIMD(lone_tile)(int steps, const real *dgates, size_t stride,
                               const real *const *column, real *total)
{
    vector sum[GATES * SIMD_PARTS];
    SIMD_UNROLL
    for (int i = 0; i < GATES * SIMD_PARTS; i++)
        sum[i] = SIMD_LOAD(total + i * SIMD_WIDTH);
    for (int n = 0; n < steps; n++, dgates -= stride) {
        SIMD_UNROLL
        for (int i = 0; i < GATES * SIMD_PARTS; i++)
            sum[i] = SIMD_FMA(
                SIMD_LOAD(dgates + i * SIMD_WIDTH),
                SIMD_LOAD(column[n] + i % SIMD_PARTS * SIMD_WIDTH), sum[i]);
    }
    SIMD_UNROLL
    for (int i = 0; i < GATES * SIMD_PARTS; i++)
        SIMD_STORE(total + i * SIMD_WIDTH, sum[i]);
}

/* Adds what the steps from number `last` back contribute. */
SIMD_KERNEL void SIMD(weight_chunk)(const lstm_way *way,
                                    const weight_sums *sums, int last,
                                    int steps)
{
    const real *lone[SIMD_WIDTH][CHUNK];
    const real *dgates = way->kept + last * way->kept_stride;
    const size_t stride = way->kept_stride, packed = sums->packed;
    for (int n = 0; n < steps; n++) {
        const lstm_step step = lstm_step_at(way, last - n);
        SIMD(transpose_step)
        (way, &step, sums->packed, sums->columns + n * LANES * packed);
        for (int k = 0; k < sums->lone; k++)
            lone[k][n] = column_at(way, &step, sums->packed + k);
    }
    for (int r = 0; r < sums->rows; r += GATES, dgates += GATES * LANES) {
        real *total = sums->dpacked + r * packed;
        size_t k = 0;
        for (; k + 2 * SIMD_WIDTH <= packed; k += 2 * SIMD_WIDTH)
            SIMD(packed_tile)
        (GATES, 2, steps, dgates, -(ptrdiff_t)stride, sums->columns + k, packed,
         total + k, packed);
        if (k < packed)
            SIMD(packed_tile)
        (GATES, 1, steps, dgates, -(ptrdiff_t)stride, sums->columns + k, packed,
         total + k, packed);
        for (int j = 0; j < sums->lone; j++)
            SIMD(lone_tile)
        (steps, dgates, stride, lone[j],
         sums->dlone + ((size_t)j * sums->rows + r) * LANES);
    }
}

static size_t SIMD(lstm_scratch)(int inputs, int units)
{
    return weight_sums_scratch(inputs, units, SIMD_WIDTH);
}

SIMD_KERNEL void SIMD(lstm_backward)(const lstm_way *way)
{
    const int units = way->units, rows = GATES * units;
    const real *w_hh = way->prepared + packed_forward(way);
    const real *w_ih = w_hh + packed_recurrent(way);
    const weight_sums sums = weight_sums_at(way, SIMD_WIDTH);
    real *dc = way->scratch + (size_t)units * LANES;
    const real *dh = lstm_dout(way, way->steps - 1);
    int last = way->steps - 1;
    memset(dc, 0, sizeof(real) * units * LANES);
    clear_weight_sums(&sums);
    for (int n = way->steps - 1; n >= 0; n--) {
        const lstm_step step = lstm_step_at(way, n);
        SIMD(step_dgates)(way, &step, dh, dc);
        if (way->din) {
            real *din = way->din + (step.in - way->in);
            memset(din, 0, sizeof(real) * way->inputs * LANES);
            SIMD(columns_product)
            (way->inputs, rows, w_ih, step.gates, din, NULL, din);
        }
        /* What step n - 1 reads: its gates, and the cells before. */
        const real *ahead = n > 1 ? step.cells_before - way->kept_stride : NULL;
        if (n > 0)
            SIMD(columns_product)
        (units, rows, w_hh, step.gates, lstm_dout(way, n - 1), ahead,
         way->scratch);
        dh = way->scratch;
        /* Measured: a gain with AVX-512, a loss with AVX2. */
        if (SIMD_PARTS == 1 && n > 1) {
            come_nearer(units, lstm_dout(way, n - 2));
            come_nearer(units, lstm_step_at(way, n - 1).out_before);
        }
        if (last - n + 1 == CHUNK || n == 0) {
            SIMD(weight_chunk)(way, &sums, last, last - n + 1);
            last = n - 1;
        }
    }
    add_weight_sums(way, &sums);
}

/* ---- attention --------------------------------------------------------- */

/* Softmax over the steps of each lane. */
SIMD_PART void SIMD(softmax)(int steps, real *weight)
{
    vector largest = SIMD_LOAD(weight), total = SIMD_SET1(0);
    for (int t = 1; t < steps; t++)
        largest = SIMD_MAX(SIMD_LOAD(weight + t * LANES), largest);
    for (int t = 0; t < steps; t++) {
        vector e = SIMD_LOAD(weight + t * LANES) - largest;
        SIMD(exp)(1, &e);
        SIMD_STORE(weight + t * LANES, e);
        total = total + e;
    }
    const vector scale = SIMD_SET1(1) / total;
    for (int t = 0; t < steps; t++)
        SIMD_STORE(weight + t * LANES, SIMD_LOAD(weight + t * LANES) * scale);
}

/* score[t] = sum over k of x[k] in[t][k]: x is one number for all lanes
 * (wide: 0) or a lane vector. */
SIMD_PART void SIMD(scores_tile)(const attention_way *way, int first, int steps,
                                 const real *x, int wide, real *score)
{
    const size_t stride = (size_t)way->inputs * LANES;
    const real *in = way->in + first * stride;
    vector sum[GATES * SIMD_PARTS];
    SIMD_UNROLL
    for (int i = 0; i < steps * SIMD_PARTS; i++)
        sum[i] = SIMD_SET1(0);
    for (int k = 0; k < way->inputs; k++, in += LANES) {
        SIMD_UNROLL
        for (int i = 0; i < steps * SIMD_PARTS; i++) {
            const int lane = i % SIMD_PARTS * SIMD_WIDTH;
            const vector x_k =
                wide ? SIMD_LOAD(x + k * LANES + lane) : SIMD_SET1(x[k]);
            sum[i] = SIMD_FMA(
                x_k, SIMD_LOAD(in + i / SIMD_PARTS * stride + lane), sum[i]);
        }
    }
    SIMD_UNROLL
    for (int i = 0; i < steps * SIMD_PARTS; i++)
        SIMD_STORE(score + first * LANES + i * SIMD_WIDTH, sum[i]);
}

SIMD_PART void SIMD(scores)(const attention_way *way, const real *x, int wide,
                            real *score)
{
    int t = 0;
    for (; t + GATES <= way->steps; t += GATES)
        SIMD(scores_tile)(way, t, GATES, x, wide, score);
    for (; t < way->steps; t++)
        SIMD(scores_tile)(way, t, 1, x, wide, score);
}

/* sum[k] += weight[t] in[t][k] over `steps` steps. */
SIMD_PART void SIMD(weighted_tile)(const attention_way *way, const real *weight,
                                   int first, int steps, real *sum)
{
    const size_t stride = (size_t)way->inputs * LANES;
    const real *in = way->in + first * stride;
    vector alpha[GATES * SIMD_PARTS];
    SIMD_UNROLL
    for (int i = 0; i < steps * SIMD_PARTS; i++)
        alpha[i] = SIMD_LOAD(weight + first * LANES + i * SIMD_WIDTH);
    for (size_t k = 0; k < stride; k += LANES) {
        SIMD_UNROLL
        for (int i = 0; i < SIMD_PARTS; i++) {
            vector total = SIMD_LOAD(sum + k + i * SIMD_WIDTH);
            SIMD_UNROLL
            for (int t = 0; t < steps; t++)
                total = SIMD_FMA(
                    alpha[t * SIMD_PARTS + i],
                    SIMD_LOAD(in + t * stride + k + i * SIMD_WIDTH), total);
            SIMD_STORE(sum + k + i * SIMD_WIDTH, total);
        }
    }
}

SIMD_PART void SIMD(weighted_sum)(const attention_way *way, const real *weight,
                                  real *sum)
{
    int t = 0;
    memset(sum, 0, sizeof(real) * way->inputs * LANES);
    for (; t + GATES <= way->steps; t += GATES)
        SIMD(weighted_tile)(way, weight, t, GATES, sum);
    for (; t < way->steps; t++)
        SIMD(weighted_tile)(way, weight, t, 1, sum);
}

SIMD_KERNEL void SIMD(attention_forward)(const attention_way *way)
{
    SIMD(scores)(way, way->context, 0, way->weight);
    for (int lane = 0; lane < LANES; lane += SIMD_WIDTH)
        SIMD(softmax)(way->steps, way->weight + lane);
    SIMD(weighted_sum)(way, way->weight, way->out);
}

/* From the derivatives by alpha to those by the scores. */
SIMD_PART void SIMD(softmax_back)(int steps, const real *weight, real *dweight)
{
    vector mean = SIMD_SET1(0);
    for (int t = 0; t < steps; t++)
        mean = SIMD_FMA(SIMD_LOAD(weight + t * LANES),
                        SIMD_LOAD(dweight + t * LANES), mean);
    for (int t = 0; t < steps; t++)
        SIMD_STORE(dweight + t * LANES,
                   SIMD_LOAD(weight + t * LANES) *
                       (SIMD_LOAD(dweight + t * LANES) - mean));
}

/* din[k] = weight dout[k] + dscore context[k], at one step */
SIMD_PART void SIMD(attention_din)(const attention_way *way, int t)
{
    const real *dout = way->dout;
    real *din = way->din + (size_t)t * way->inputs * LANES;
    vector weight[SIMD_PARTS], dscore[SIMD_PARTS];
    SIMD_UNROLL
    for (int p = 0; p < SIMD_PARTS; p++) {
        weight[p] = SIMD_LOAD(way->weight + t * LANES + p * SIMD_WIDTH);
        dscore[p] = SIMD_LOAD(way->dweight + t * LANES + p * SIMD_WIDTH);
    }
    for (int k = 0; k < way->inputs; k++, dout += LANES, din += LANES) {
        const vector context = SIMD_SET1(way->context[k]);
        SIMD_UNROLL
        for (int p = 0; p < SIMD_PARTS; p++)
            SIMD_STORE(din + p * SIMD_WIDTH,
                       SIMD_FMA(weight[p], SIMD_LOAD(dout + p * SIMD_WIDTH),
                                dscore[p] * context));
    }
}

SIMD_KERNEL void SIMD(attention_backward)(const attention_way *way)
{
    SIMD(scores)(way, way->dout, 1, way->dweight);
    for (int lane = 0; lane < LANES; lane += SIMD_WIDTH)
        SIMD(softmax_back)(way->steps, way->weight + lane, way->dweight + lane);
    for (int t = 0; way->din && t < way->steps; t++)
        SIMD(attention_din)(way, t);
    SIMD(weighted_sum)(way, way->dweight, way->scratch);
    SIMD(product_outer)
    (1, way->inputs, 1, simd_ones, 0, way->scratch, 0, way->dcontext);
}

static const kernels SIMD(kernels) = {
    SIMD_NAME,
    SIMD(product),
    SIMD(product_back),
    SIMD(product_outer),
    SIMD(lstm_prepared),
    SIMD(lstm_scratch),
    SIMD(lstm_prepare),
    SIMD(lstm_forward),
    SIMD(lstm_backward),
    SIMD(attention_forward),
    SIMD(attention_backward),
    SIMD(adam),
};

#undef vector
#undef SIMD
#undef SIMD_NAME
#undef SIMD_ISA
#undef SIMD_WIDTH
#undef SIMD_ROWS
#undef SIMD_VECTOR
#undef SIMD_SET1
#undef SIMD_LOAD
#undef SIMD_STORE
#undef SIMD_FMA
#undef SIMD_SQRT
#undef SIMD_FNMA
#undef SIMD_MAX
#undef SIMD_MIN
#undef SIMD_INVERSE
#undef SIMD_TO_EXPONENT
#undef SIMD_ZIP_LOW
#undef SIMD_ZIP_HIGH
#undef SIMD_UNROLL
#undef SIMD_KERNEL
#undef SIMD_PART
#undef SIMD_PARTS
#undef SIMD_BUNDLE
#undef SIMD_UNITS
#undef SIMD_EACH
