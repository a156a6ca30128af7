/* Plain C kernels: they run anywhere, are written for the reader, and are the
 * reference that every faster table is tested against. Compiled once for each
 * precision: here, by plain_double.c and by plain_bf16.c. */
#include "kernels/kernels.h"
#include "kernels/plain_products.h"

/* ---- LSTM -------------------------------------------------------------- *
 *
 *   i, f, o = sigmoid(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)
 *   g       = tanh(the same)
 *   c_t     = f c_(t-1) + i g
 *   h_t     = o tanh(c_t)
 *
 * In mixed precision all products are, but for W_ih x_t.
 *
 * Cache: [4][units] gates, [2][units] c and tanh(c).
 * Packed: the sum of the two biases. */

static size_t plain_lstm_packed_count(int inputs, int units)
{
    (void)inputs;
    return round_up(4 * (size_t)units, LANES);
}

/* dh and dc */
static size_t plain_lstm_scratch_count(int inputs, int units)
{
    (void)inputs;
    return 2 * (size_t)units * LANES;
}

static void plain_lstm_pack(const lstm_pass *pass)
{
    for (int r = 0; r < 4 * pass->units; r++)
        pass->packed[r] = pass->bias_ih[r] + pass->bias_hh[r];
}

/* The step that the pass reads as number n. */
static int step_at(const lstm_pass *pass, int n)
{
    return pass->reverse ? pass->steps - 1 - n : n;
}

static void plain_lstm_gates(const lstm_pass *pass, int n, real *gates)
{
    const int t = step_at(pass, n), units = pass->units;
    for (int r = 0; r < 4 * units; r++)
        for (int l = 0; l < LANES; l++)
            gates[r * LANES + l] = pass->packed[r];
    plain_step(0, 4 * units, pass->inputs, pass->weight_ih,
               pass->in + (size_t)t * pass->inputs * LANES, gates);
    if (n > 0)
        plain_step(1, 4 * units, units, pass->weight_hh,
                   pass->out + step_at(pass, n - 1) * pass->out_stride, gates);
}

static void plain_lstm_forward(const lstm_pass *pass)
{
    const int width = pass->units * LANES;
    for (int n = 0; n < pass->steps; n++) {
        real *gates = pass->cache + n * pass->cache_stride;
        real *cell = gates + 4 * width;
        const real *before = n > 0 ? cell - pass->cache_stride : NULL;
        real *out = pass->out + step_at(pass, n) * pass->out_stride;
        plain_lstm_gates(pass, n, gates);
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

/* Turns the cached gates of step n into the gradient before their activations.
 * dh is complete; dc is carried on to the step before. */
static void plain_lstm_dgates(const lstm_pass *pass, int n, const real *dh,
                              real *dc)
{
    const int width = pass->units * LANES;
    real *gates = pass->cache + n * pass->cache_stride;
    const real *cell = gates + 4 * width;
    const real *before = n > 0 ? cell - pass->cache_stride : NULL;
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

static void plain_lstm_dweights(const lstm_pass *pass, int n,
                                const real *dgates)
{
    const int t = step_at(pass, n), rows = 4 * pass->units;
    plain_step_outer(1, rows, pass->inputs, dgates,
                     pass->in + (size_t)t * pass->inputs * LANES,
                     pass->dweight_ih);
    if (n > 0)
        plain_step_outer(1, rows, pass->units, dgates,
                         pass->out + step_at(pass, n - 1) * pass->out_stride,
                         pass->dweight_hh);
    for (int r = 0; r < rows; r++) {
        real sum = 0;
        for (int l = 0; l < LANES; l++)
            sum += rounded(1, dgates[r * LANES + l]);
        pass->dbias_ih[r] += sum;
        pass->dbias_hh[r] += sum;
    }
}

static void plain_lstm_backward(const lstm_pass *pass)
{
    const int units = pass->units, width = units * LANES;
    real *dh = pass->scratch, *dc = pass->scratch + width;
    memset(pass->scratch, 0, 2 * sizeof(real) * width);
    for (int n = pass->steps - 1; n >= 0; n--) {
        const int t = step_at(pass, n);
        const real *dout = pass->dout + t * pass->out_stride;
        const real *dgates = pass->cache + n * pass->cache_stride;
        for (int u = 0; u < width; u++)
            dh[u] += dout[u];
        plain_lstm_dgates(pass, n, dh, dc);
        plain_lstm_dweights(pass, n, dgates);
        if (pass->din) {
            real *din = pass->din + (size_t)t * pass->inputs * LANES;
            memset(din, 0, sizeof(real) * pass->inputs * LANES);
            plain_step_back(1, 4 * units, pass->inputs, pass->weight_ih, dgates,
                            din);
        }
        memset(dh, 0, sizeof(real) * width);
        plain_step_back(1, 4 * units, units, pass->weight_hh, dgates, dh);
    }
}

/* ---- attention --------------------------------------------------------- *
 *
 *   alpha_t = softmax over t of u . h_t,  out = sum over t of alpha_t h_t */

/* Over the steps that are present. */
static void softmax_over_steps(int steps, const real *present, real *weight)
{
    for (int l = 0; l < LANES; l++) {
        real largest = -INFINITY, total = 0;
        for (int t = 0; t < steps; t++) {
            if (present && present[t * LANES + l] == 0)
                weight[t * LANES + l] = -INFINITY;
            if (weight[t * LANES + l] > largest)
                largest = weight[t * LANES + l];
        }
        for (int t = 0; t < steps; t++) {
            weight[t * LANES + l] = real_exp(weight[t * LANES + l] - largest);
            total += weight[t * LANES + l];
        }
        for (int t = 0; t < steps; t++)
            weight[t * LANES + l] /= total;
    }
}

static void plain_attention_forward(const attention_pass *pass)
{
    const size_t step = (size_t)pass->inputs * LANES;
    memset(pass->weight, 0, sizeof(real) * pass->steps * LANES);
    for (int t = 0; t < pass->steps; t++)
        plain_step(0, 1, pass->inputs, pass->context, pass->in + t * step,
                   pass->weight + t * LANES);
    softmax_over_steps(pass->steps, pass->present, pass->weight);
    memset(pass->out, 0, sizeof(real) * step);
    for (int t = 0; t < pass->steps; t++)
        for (int k = 0; k < pass->inputs; k++)
            for (int l = 0; l < LANES; l++)
                pass->out[k * LANES + l] += pass->weight[t * LANES + l] *
                                            pass->in[t * step + k * LANES + l];
}

/* dweight: first the derivative by alpha, then by the score before softmax. */
static void plain_attention_dscores(const attention_pass *pass)
{
    const size_t step = (size_t)pass->inputs * LANES;
    real mean[LANES] = {0};
    memset(pass->dweight, 0, sizeof(real) * pass->steps * LANES);
    for (int t = 0; t < pass->steps; t++) {
        real *dweight = pass->dweight + t * LANES;
        for (int k = 0; k < pass->inputs; k++)
            for (int l = 0; l < LANES; l++)
                dweight[l] += pass->dout[k * LANES + l] *
                              pass->in[t * step + k * LANES + l];
        for (int l = 0; l < LANES; l++)
            mean[l] += pass->weight[t * LANES + l] * dweight[l];
    }
    for (int t = 0; t < pass->steps; t++)
        for (int l = 0; l < LANES; l++)
            pass->dweight[t * LANES + l] =
                pass->weight[t * LANES + l] *
                (pass->dweight[t * LANES + l] - mean[l]);
}

static void plain_attention_din(const attention_pass *pass, int t)
{
    const real *weight = pass->weight + t * LANES;
    const real *dscore = pass->dweight + t * LANES;
    real *din = pass->din + (size_t)t * pass->inputs * LANES;
    for (int k = 0; k < pass->inputs; k++)
        for (int l = 0; l < LANES; l++)
            din[k * LANES + l] = weight[l] * pass->dout[k * LANES + l] +
                                 dscore[l] * pass->context[k];
}

static void plain_attention_backward(const attention_pass *pass)
{
    plain_attention_dscores(pass);
    for (int t = 0; pass->din && t < pass->steps; t++)
        plain_attention_din(pass, t);
    plain_product_outer(1, pass->inputs, pass->steps, pass->dweight, LANES,
                        pass->in, (size_t)pass->inputs * LANES, pass->dcontext);
}

static void plain_adam(size_t count, const adam_rates *rates,
                       const real *gradient, real *first_moment,
                       real *second_moment, real *parameters)
{
    const real decay1 = rates->decay1, decay2 = rates->decay2;
    for (size_t i = 0; i < count; i++) {
        const real g = rates->scale * gradient[i];
        first_moment[i] = decay1 * first_moment[i] + (1 - decay1) * g;
        second_moment[i] = decay2 * second_moment[i] + (1 - decay2) * g * g;
        parameters[i] -= rates->rate * first_moment[i] /
                         (real_sqrt(second_moment[i]) * rates->inverse_root +
                          rates->epsilon);
    }
}

const kernels PLAIN_KERNELS = {
    .name = PLAIN_NAME,
    .product = plain_product,
    .product_back = plain_product_back,
    .product_outer = plain_product_outer,
    .lstm_packed_count = plain_lstm_packed_count,
    .lstm_scratch_count = plain_lstm_scratch_count,
    .lstm_pack = plain_lstm_pack,
    .lstm_forward = plain_lstm_forward,
    .lstm_backward = plain_lstm_backward,
    .attention_forward = plain_attention_forward,
    .attention_backward = plain_attention_backward,
    .adam = plain_adam,
};
