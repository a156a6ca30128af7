/* Dense layer: out = W in + b, over all the numbers of its input.
 * in [steps inputs][LANES], out [units][LANES].
 *
 * Parameters: weight [units x steps inputs], bias [units]. */
#include "layers/layer.h"

/* An int in a stage that fits (network.c). */
static int dense_inputs(const ac_stage *stage)
{
    return stage->steps * stage->inputs;
}

static size_t dense_parameter_count(const ac_stage *stage)
{
    return (size_t)stage->units * (stage_input_count(stage) + 1);
}

static size_t dense_output_count(const ac_stage *stage)
{
    return stage->units;
}

static void dense_forward(const layer *self)
{
    const int units = self->stage->units, inputs = dense_inputs(self->stage);
    bias_forward(units, 1, self->parameters + (size_t)units * inputs,
                 self->out);
    self->kernels->product(units, inputs, self->parameters, self->in,
                           self->out);
}

static void dense_backward(const layer *self)
{
    const int units = self->stage->units, inputs = dense_inputs(self->stage);
    self->kernels->product_outer(units, inputs, 1, self->dout, 0, self->in, 0,
                                 self->gradient);
    bias_backward(self->kernels, units, 1, self->dout,
                  self->gradient + (size_t)units * inputs);
    if (!self->din)
        return;
    memset(self->din, 0, sizeof(real) * inputs * LANES);
    self->kernels->product_back(units, inputs, self->parameters, self->dout,
                                self->din);
}

static const layer_type dense_layer = {
    .is_valid = stage_has_units,
    .parameter_count = dense_parameter_count,
    .output_count = dense_output_count,
    .forward = dense_forward,
    .backward = dense_backward,
};
