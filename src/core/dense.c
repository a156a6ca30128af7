/* Dense layer: out = W in + b, over all the numbers of its input.
 * in [steps inputs][LANES], out [units][LANES].
 *
 * Parameters: weight [units x steps inputs], bias [units]. */
#include "layer.h"

static int dense_inputs(const ac_stage *stage)
{
    return stage->steps * stage->inputs;
}

static size_t dense_parameter_count(const ac_stage *stage)
{
    return (size_t)stage->units * (dense_inputs(stage) + 1);
}

static size_t dense_output_count(const ac_stage *stage)
{
    return stage->units;
}

static void dense_forward(const layer *self, int way)
{
    (void)way;
    const int units = self->stage->units, inputs = dense_inputs(self->stage);
    const real *bias = self->parameters + (size_t)units * inputs;
    for (int r = 0; r < units; r++)
        for (int l = 0; l < LANES; l++)
            self->out[r * LANES + l] = bias[r];
    self->kernels->product(units, inputs, self->parameters, self->in,
                           self->out);
}

static void dense_backward(const layer *self, int way)
{
    (void)way;
    const int units = self->stage->units, inputs = dense_inputs(self->stage);
    real *dbias = self->gradient + (size_t)units * inputs;
    self->kernels->product_outer(units, inputs, self->dout, self->in,
                                 self->gradient);
    for (int r = 0; r < units; r++)
        for (int l = 0; l < LANES; l++)
            dbias[r] += self->dout[r * LANES + l];
    if (!self->din)
        return;
    memset(self->din, 0, sizeof(real) * inputs * LANES);
    self->kernels->product_back(units, inputs, self->parameters, self->dout,
                                self->din);
}

static const layer_type dense_layer = {
    .ways = 1,
    .parameter_count = dense_parameter_count,
    .output_count = dense_output_count,
    .forward = dense_forward,
    .backward = dense_backward,
};
