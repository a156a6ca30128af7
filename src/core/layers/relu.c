/* Rectifier: out = max(in, 0), number by number. */
#include "layers/layer.h"

static void relu_apply(size_t count, const real *in, real *out)
{
    LANE_LOOP
    for (size_t i = 0; i < count; i++) {
        out[i] = in[i] > 0 ? in[i] : 0;
    }
}

static void relu_apply_back(size_t count, const real *out, const real *dout,
                            real *din)
{
    LANE_LOOP
    for (size_t i = 0; i < count; i++) {
        const real d = dout[i]; /* a load in `?:` would be a branch */
        din[i] = out[i] > 0 ? d : 0;
    }
}

static void relu_forward(const layer *self)
{
    relu_apply(stage_input_count(self->stage) * LANES, self->in, self->out);
}

static void relu_backward(const layer *self)
{
    if (self->din)
        relu_apply_back(stage_input_count(self->stage) * LANES, self->out,
                        self->dout, self->din);
}

static const layer_type relu_layer = {
    .output_count = stage_input_count,
    .forward = relu_forward,
    .backward = relu_backward,
};
