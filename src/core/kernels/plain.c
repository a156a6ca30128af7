/* Plain C kernels: correct anywhere, written for the reader, and the oracle
 * that every faster table is tested against. */
#include "kernels/kernels.h"
#include "kernels/plain_products.h"

/* ---- LSTM -------------------------------------------------------------- *
 *
 *   i, f, o = sigmoid(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)
 *   g       = tanh(the same)
 *   c_t     = f c_(t-1) + i g
 *   h_t     = o tanh(c_t)
 *
 * Kept: [4][units] gates, [2][units] c and tanh(c).
 * Prepared: the sum of the two biases. */

static size_t plain_lstm_prepared(int inputs, int units)
{
    (void)inputs;
    return round_up(4 * (size_t)units, LANES);
}

/* dh and dc on their way */
static size_t plain_lstm_scratch(int inputs, int units)
{
    (void)inputs;
    return 2 * (size_t)units * LANES;
}

static void plain_lstm_prepare(const lstm_way *way)
{
    for (int r = 0; r < 4 * way->units; r++)
        way->prepared[r] = way->bias_ih[r] + way->bias_hh[r];
}

/* The step that is read as number n, and where its parts lie. */
static int step_at(const lstm_way *way, int n)
{
    return way->reverse ? way->steps - 1 - n : n;
}

static void plain_lstm_gates(const lstm_way *way, int n, real *gates)
{
    const int t = step_at(way, n), units = way->units;
    for (int r = 0; r < 4 * units; r++)
        for (int l = 0; l < LANES; l++)
            gates[r * LANES + l] = way->prepared[r];
    plain_product(4 * units, way->inputs, way->weight_ih,
                  way->in + (size_t)t * way->inputs * LANES, gates);
    if (n > 0)
        plain_product(4 * units, units, way->weight_hh,
                      way->out + step_at(way, n - 1) * way->out_stride, gates);
}

static void plain_lstm_forward(const lstm_way *way)
{
    const int width = way->units * LANES;
    for (int n = 0; n < way->steps; n++) {
        real *gates = way->kept + n * way->kept_stride;
        real *cell = gates + 4 * width;
        const real *before = n > 0 ? cell - way->kept_stride : NULL;
        real *out = way->out + step_at(way, n) * way->out_stride;
        plain_lstm_gates(way, n, gates);
        for (int u = 0; u < width; u++) {
            const real i = sigmoid(gates[u]);
            const real f = sigmoid(gates[width + u]);
            const real g = real_tanh(gates[2 * width + u]);
            const real o = sigmoid(gates[3 * width + u]);
            const real c = (before ? f * before[u] : 0) + i * g;
            gates[u] = i;
            gates[width + u] = f;
            gates[2 * width + u] = g;
            gates[3 * width + u] = o;
            cell[u] = c;
            cell[width + u] = real_tanh(c);
            out[u] = o * cell[width + u];
        }
    }
}

/* Turns the kept gates of step n into the gradient before their activations;
 * dh comes in whole, dc is carried on to the step before. */
static void plain_lstm_dgates(const lstm_way *way, int n, const real *dh,
                              real *dc)
{
    const int width = way->units * LANES;
    real *gates = way->kept + n * way->kept_stride;
    const real *cell = gates + 4 * width;
    const real *before = n > 0 ? cell - way->kept_stride : NULL;
    for (int u = 0; u < width; u++) {
        const real i = gates[u], f = gates[width + u];
        const real g = gates[2 * width + u], o = gates[3 * width + u];
        const real tanh_c = cell[width + u];
        const real d = dc[u] + dh[u] * o * (1 - tanh_c * tanh_c);
        gates[u] = d * g * i * (1 - i);
        gates[width + u] = before ? d * before[u] * f * (1 - f) : 0;
        gates[2 * width + u] = d * i * (1 - g * g);
        gates[3 * width + u] = dh[u] * tanh_c * o * (1 - o);
        dc[u] = d * f;
    }
}

static void plain_lstm_dweights(const lstm_way *way, int n, const real *dgates)
{
    const int t = step_at(way, n), rows = 4 * way->units;
    plain_outer_step(rows, way->inputs, dgates,
                     way->in + (size_t)t * way->inputs * LANES,
                     way->dweight_ih);
    if (n > 0)
        plain_outer_step(rows, way->units, dgates,
                         way->out + step_at(way, n - 1) * way->out_stride,
                         way->dweight_hh);
    for (int r = 0; r < rows; r++) {
        real sum = 0;
        for (int l = 0; l < LANES; l++)
            sum += dgates[r * LANES + l];
        way->dbias_ih[r] += sum;
        way->dbias_hh[r] += sum;
    }
}

static void plain_lstm_backward(const lstm_way *way)
{
    const int units = way->units, width = units * LANES;
    real *dh = way->scratch, *dc = way->scratch + width;
    memset(way->scratch, 0, 2 * sizeof(real) * width);
    for (int n = way->steps - 1; n >= 0; n--) {
        const int t = step_at(way, n);
        const real *dout = way->dout + t * way->out_stride;
        const real *dgates = way->kept + n * way->kept_stride;
        for (int u = 0; u < width; u++)
            dh[u] += dout[u];
        plain_lstm_dgates(way, n, dh, dc);
        plain_lstm_dweights(way, n, dgates);
        if (way->din) {
            real *din = way->din + (size_t)t * way->inputs * LANES;
            memset(din, 0, sizeof(real) * way->inputs * LANES);
            plain_product_back(4 * units, way->inputs, way->weight_ih, dgates,
                               din);
        }
        memset(dh, 0, sizeof(real) * width);
        plain_product_back(4 * units, units, way->weight_hh, dgates, dh);
    }
}

/* ---- attention --------------------------------------------------------- *
 *
 *   alpha_t = softmax over t of u . h_t,  out = sum over t of alpha_t h_t */

static void softmax_over_steps(int steps, real *weight)
{
    for (int l = 0; l < LANES; l++) {
        real largest = weight[l], total = 0;
        for (int t = 1; t < steps; t++)
            if (weight[t * LANES + l] > largest)
                largest = weight[t * LANES + l];
        for (int t = 0; t < steps; t++) {
            weight[t * LANES + l] = real_exp(weight[t * LANES + l] - largest);
            total += weight[t * LANES + l];
        }
        for (int t = 0; t < steps; t++)
            weight[t * LANES + l] /= total;
    }
}

static void plain_attention_forward(const attention_way *way)
{
    const size_t step = (size_t)way->inputs * LANES;
    memset(way->weight, 0, sizeof(real) * way->steps * LANES);
    for (int t = 0; t < way->steps; t++)
        plain_product(1, way->inputs, way->context, way->in + t * step,
                      way->weight + t * LANES);
    softmax_over_steps(way->steps, way->weight);
    memset(way->out, 0, sizeof(real) * step);
    for (int t = 0; t < way->steps; t++)
        for (int k = 0; k < way->inputs; k++)
            for (int l = 0; l < LANES; l++)
                way->out[k * LANES + l] += way->weight[t * LANES + l] *
                                           way->in[t * step + k * LANES + l];
}

/* dweight: first the derivative by alpha, then by the score before softmax. */
static void plain_attention_dscores(const attention_way *way)
{
    const size_t step = (size_t)way->inputs * LANES;
    real mean[LANES] = {0};
    memset(way->dweight, 0, sizeof(real) * way->steps * LANES);
    for (int t = 0; t < way->steps; t++) {
        real *dweight = way->dweight + t * LANES;
        for (int k = 0; k < way->inputs; k++)
            for (int l = 0; l < LANES; l++)
                dweight[l] += way->dout[k * LANES + l] *
                              way->in[t * step + k * LANES + l];
        for (int l = 0; l < LANES; l++)
            mean[l] += way->weight[t * LANES + l] * dweight[l];
    }
    for (int t = 0; t < way->steps; t++)
        for (int l = 0; l < LANES; l++)
            way->dweight[t * LANES + l] =
                way->weight[t * LANES + l] *
                (way->dweight[t * LANES + l] - mean[l]);
}

static void plain_attention_din(const attention_way *way, int t)
{
    const real *weight = way->weight + t * LANES;
    const real *dscore = way->dweight + t * LANES;
    real *din = way->din + (size_t)t * way->inputs * LANES;
    for (int k = 0; k < way->inputs; k++)
        for (int l = 0; l < LANES; l++)
            din[k * LANES + l] = weight[l] * way->dout[k * LANES + l] +
                                 dscore[l] * way->context[k];
}

static void plain_attention_backward(const attention_way *way)
{
    plain_attention_dscores(way);
    for (int t = 0; way->din && t < way->steps; t++)
        plain_attention_din(way, t);
    plain_product_outer(1, way->inputs, way->steps, way->dweight, LANES,
                        way->in, (size_t)way->inputs * LANES, way->dcontext);
}

static void plain_adam(size_t count, const adam_rates *rates,
                       const real *gradient, real *first, real *second,
                       real *parameter)
{
    const real decay1 = rates->decay1, decay2 = rates->decay2;
    for (size_t i = 0; i < count; i++) {
        const real g = rates->scale * gradient[i];
        first[i] = decay1 * first[i] + (1 - decay1) * g;
        second[i] = decay2 * second[i] + (1 - decay2) * g * g;
        parameter[i] -=
            rates->rate * first[i] /
            (real_sqrt(second[i]) * rates->inverse_root + rates->epsilon);
    }
}

static const kernels kernels_plain = {
    "plain",
    plain_product,
    plain_product_back,
    plain_product_outer,
    plain_lstm_prepared,
    plain_lstm_scratch,
    plain_lstm_prepare,
    plain_lstm_forward,
    plain_lstm_backward,
    plain_attention_forward,
    plain_attention_backward,
    plain_adam,
};
