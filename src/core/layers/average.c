/* Average-pooling: the mean of each window; windows do not overlap. Steps left
 * over at the end are not read, as in PyTorch.
 * in [steps][inputs][LANES], out [steps / window][inputs][LANES]. */
#include "layers/layer.h"

static void average_forward(const layer *self)
{
    const int window = self->stage->window;
    const size_t step = (size_t)self->stage->inputs * LANES;
    const real share = 1 / (real)window;
    for (int t = 0; t < pool_steps(self->stage); t++) {
        const real *in = self->in + t * window * step;
        real *out = self->out + t * step;
        memset(out, 0, sizeof(real) * step);
        for (int k = 0; k < window; k++, in += step) {
            LANE_LOOP
            for (size_t i = 0; i < step; i++) {
                out[i] += share * in[i];
            }
        }
    }
}

static void average_backward(const layer *self)
{
    const int window = self->stage->window, steps = pool_steps(self->stage);
    const size_t step = (size_t)self->stage->inputs * LANES;
    const real share = 1 / (real)window;
    real *din = self->din;
    if (!din)
        return;
    for (int t = 0; t < steps * window; t++, din += step) {
        const real *dout = self->dout + t / window * step;
        LANE_LOOP
        for (size_t i = 0; i < step; i++) {
            din[i] = share * dout[i];
        }
    }
    memset(din, 0, sizeof(real) * (self->stage->steps - steps * window) * step);
}

static const layer_type average_layer = {
    .is_valid = stage_has_window,
    .output_count = pool_output_count,
    .forward = average_forward,
    .backward = average_backward,
};
