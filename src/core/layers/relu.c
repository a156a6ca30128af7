/* Rectifier: out = max(in, 0), number by number. */
#include "layers/layer.h"

static void relu_forward(const layer *self)
{
    const size_t count = stage_input_count(self->stage) * LANES;
    const real *in = self->in;
    real *out = self->out;
    LANE_LOOP
    for (size_t i = 0; i < count; i++) {
        out[i] = in[i] > 0 ? in[i] : 0;
    }
}

static void relu_backward(const layer *self)
{
    const size_t count = stage_input_count(self->stage) * LANES;
    const real *out = self->out, *dout = self->dout;
    real *din = self->din;
    if (!din)
        return;
    LANE_LOOP
    for (size_t i = 0; i < count; i++) {
        const real d = dout[i]; /* a load in `?:` would be a branch */
        din[i] = out[i] > 0 ? d : 0;
    }
}

static const layer_type relu_layer = {
    .output_count = stage_input_count,
    .forward = relu_forward,
    .backward = relu_backward,
};
