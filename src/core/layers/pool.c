/* Max-pooling: the maximum of each window; windows do not overlap. Steps left
 * over at the end are not read, as in PyTorch.
 * in [steps][inputs][LANES], out [steps / window][inputs][LANES]. */
#include "layers/layer.h"

static int pool_steps(const ac_stage *stage)
{
    return stage->steps / stage->window;
}

static size_t pool_output_count(const ac_stage *stage)
{
    return (size_t)pool_steps(stage) * stage->inputs;
}

static void pool_forward(const layer *self)
{
    const int window = self->stage->window;
    const size_t step = (size_t)self->stage->inputs * LANES;
    for (int t = 0; t < pool_steps(self->stage); t++) {
        const real *in = self->in + t * window * step;
        real *out = self->out + t * step;
        memcpy(out, in, sizeof(real) * step);
        for (int k = 1; k < window; k++) {
            in += step;
            LANE_LOOP
            for (size_t i = 0; i < step; i++) {
                out[i] = in[i] > out[i] ? in[i] : out[i];
            }
        }
    }
}

/* The gradient goes to the first of equal maxima: `left` is 0 once it has been
 * passed on. */
static void pool_back_window(int window, size_t step, const real *in,
                             const real *out, const real *dout, real *din)
{
    real left[LANES];
    memcpy(left, dout, sizeof left);
    for (int k = 0; k < window; k++, in += step, din += step) {
        LANE_LOOP
        for (int l = 0; l < LANES; l++) {
            const int largest = in[l] == out[l];
            din[l] = largest ? left[l] : 0;
            left[l] = largest ? 0 : left[l];
        }
    }
}

static void pool_backward(const layer *self)
{
    const int window = self->stage->window, steps = pool_steps(self->stage);
    const size_t step = (size_t)self->stage->inputs * LANES;
    if (!self->din)
        return;
    for (int t = 0; t < steps; t++)
        for (size_t i = 0; i < step; i += LANES)
            pool_back_window(window, step, self->in + t * window * step + i,
                             self->out + t * step + i,
                             self->dout + t * step + i,
                             self->din + t * window * step + i);
    memset(self->din + steps * window * step, 0,
           sizeof(real) * (self->stage->steps - steps * window) * step);
}

static const layer_type pool_layer = {
    .is_valid = stage_has_window,
    .output_count = pool_output_count,
    .forward = pool_forward,
    .backward = pool_backward,
};
