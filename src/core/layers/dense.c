/* Dense layer: out = W in + b, over all the numbers of its input.
 * in [steps inputs][LANES], out [units][LANES].
 *
 * Parameters: weight [units x steps inputs], bias [units]. */
#include "layers/layer.h"

/* An int in a stage that fits (shape.c). */
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

/* out = W in + bias */
static void dense_apply(const kernels *kernels, int units, int inputs,
                        const real *weight, const real *bias, const real *in,
                        real *out)
{
    bias_forward(units, 1, bias, out);
    kernels->product(units, inputs, 1, weight, in, 0, out, 0);
}

/* Adds to the gradients of weight and bias, and assigns din, if it is wanted.
 */
static void dense_apply_back(const kernels *kernels, int units, int inputs,
                             const real *weight, const real *in,
                             const real *dout, real *dweight, real *dbias,
                             real *din)
{
    kernels->product_outer(units, inputs, 1, dout, 0, in, 0, dweight);
    bias_backward(kernels, units, 1, dout, dbias);
    if (!din)
        return;
    memset(din, 0, sizeof(real) * inputs * LANES);
    kernels->product_back(units, inputs, 1, weight, dout, 0, din, 0);
}

static void dense_forward(const layer *self)
{
    const int units = self->stage->units, inputs = dense_inputs(self->stage);
    dense_apply(self->kernels, units, inputs, self->parameters,
                self->parameters + (size_t)units * inputs, self->in, self->out);
}

static void dense_backward(const layer *self)
{
    const int units = self->stage->units, inputs = dense_inputs(self->stage);
    dense_apply_back(self->kernels, units, inputs, self->parameters, self->in,
                     self->dout, self->gradient,
                     self->gradient + (size_t)units * inputs, self->din);
}

static const layer_type dense_layer = {
    .is_valid = stage_has_units,
    .parameter_count = dense_parameter_count,
    .output_count = dense_output_count,
    .forward = dense_forward,
    .backward = dense_backward,
};
