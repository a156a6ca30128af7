/* Convolution over the steps, without padding:
 *   out_t = b + sum over k < window of W_k in_(t + k)
 * in [steps][inputs][LANES], out [steps - window + 1][units][LANES].
 *
 * The `window` steps that one output reads are contiguous, so each output is
 * one product with them in place.
 *
 * Parameters: weight [units x inputs x window], bias [units]. */
#include "layers/layer.h"

static int conv_steps(const ac_stage *stage)
{
    return stage->steps - stage->window + 1;
}

/* Numbers that one output reads; an int in a stage that fits (shape.c). */
static int conv_inputs(const ac_stage *stage)
{
    return stage->window * stage->inputs;
}

static int conv_is_valid(const ac_stage *stage)
{
    return stage_has_units(stage) && stage_has_window(stage);
}

static size_t conv_parameter_count(const ac_stage *stage)
{
    return (size_t)stage->units * ((size_t)stage->window * stage->inputs + 1);
}

static size_t conv_output_count(const ac_stage *stage)
{
    return (size_t)conv_steps(stage) * stage->units;
}

/* The outputs of the first half of the steps, or of the second. */
static void conv_forward(const layer *self, int part)
{
    const ac_stage *stage = self->stage;
    const int units = stage->units, inputs = conv_inputs(stage);
    const int half = conv_steps(stage) / 2;
    const int first = part ? half : 0;
    const int end = part ? conv_steps(stage) : half;
    const size_t step = (size_t)stage->inputs * LANES;
    const size_t out_step = (size_t)units * LANES;
    bias_forward(units, end - first, self->parameters + (size_t)units * inputs,
                 self->out + first * out_step);
    self->kernels->product(units, inputs, end - first, self->parameters,
                           self->in + first * step, step,
                           self->out + first * out_step, out_step);
}

static void conv_backward_input(const layer *self)
{
    const ac_stage *stage = self->stage;
    const int units = stage->units, inputs = conv_inputs(stage);
    const size_t step = (size_t)stage->inputs * LANES;
    const size_t out_step = (size_t)units * LANES;
    if (!self->din)
        return;
    memset(self->din, 0, sizeof(real) * stage->steps * step);
    self->kernels->product_back(units, inputs, conv_steps(stage),
                                self->parameters, self->dout, out_step,
                                self->din, step);
}

static void conv_backward_weights(const layer *self)
{
    const ac_stage *stage = self->stage;
    const int units = stage->units, inputs = conv_inputs(stage);
    const int steps = conv_steps(stage);
    const size_t out_step = (size_t)units * LANES;
    self->kernels->product_outer(units, inputs, steps, self->dout, out_step,
                                 self->in, (size_t)stage->inputs * LANES,
                                 self->gradient);
    bias_backward(self->kernels, units, steps, self->dout,
                  self->gradient + (size_t)units * inputs);
}

static void conv_backward(const layer *self, int part)
{
    if (part)
        conv_backward_weights(self);
    else
        conv_backward_input(self);
}

static const layer_type conv_layer = {
    .parts = 2,
    .is_valid = conv_is_valid,
    .parameter_count = conv_parameter_count,
    .output_count = conv_output_count,
    .forward_part = conv_forward,
    .backward_part = conv_backward,
};
