/* Bidirectional LSTM (paper, section 3: the bin encoder and the mark
 * encoder). in [steps][inputs][LANES], out [steps][2 units][LANES]: forward
 * units first. The two directions are its two parts.
 *
 * Parameters, for each direction as PyTorch has them: weight_ih [4U x I],
 * weight_hh [4U x U], bias_ih [4U], bias_hh [4U]. */
#include "layers/layer.h"

static size_t direction_parameter_count(const ac_stage *stage)
{
    const size_t inputs = stage->inputs, units = stage->units;
    return 4 * units * (inputs + units + 2);
}

static size_t lstm_parameter_count(const ac_stage *stage)
{
    return 2 * direction_parameter_count(stage);
}

static size_t lstm_packed_count(const ac_stage *stage, const kernels *kernels)
{
    return 2 * kernels->lstm_packed_count(stage->inputs, stage->units);
}

static size_t lstm_output_count(const ac_stage *stage)
{
    return 2 * (size_t)stage->steps * stage->units;
}

/* The cache of a step, plus one line: if the steps were a power of two apart,
 * they would evict each other from the processor's cache. */
static size_t lstm_step_cache(const ac_stage *stage)
{
    return (6 * (size_t)stage->units + 1) * LANES;
}

/* One direction: the gates (4), c and tanh(c) of each step, its share of din
 * and its scratch. A prediction needs one step only. */
static size_t direction_cache_count(const ac_stage *stage,
                                    const kernels *kernels, int training)
{
    if (!training)
        return lstm_step_cache(stage);
    return stage->steps * (lstm_step_cache(stage) + stage->inputs * LANES) +
           kernels->lstm_scratch_count(stage->inputs, stage->units);
}

static size_t lstm_cache_count(const ac_stage *stage, const kernels *kernels,
                               int training)
{
    return 2 * direction_cache_count(stage, kernels, training);
}

static void view_parameters(lstm_pass *pass, const real *parameters)
{
    const size_t rows = 4 * (size_t)pass->units;
    pass->weight_ih = parameters;
    pass->weight_hh = pass->weight_ih + rows * pass->inputs;
    pass->bias_ih = pass->weight_hh + rows * pass->units;
    pass->bias_hh = pass->bias_ih + rows;
}

static void view_gradient(lstm_pass *pass, real *gradient)
{
    const size_t rows = 4 * (size_t)pass->units;
    pass->dweight_ih = gradient;
    pass->dweight_hh = pass->dweight_ih + rows * pass->inputs;
    pass->dbias_ih = pass->dweight_hh + rows * pass->units;
    pass->dbias_hh = pass->dbias_ih + rows;
}

static lstm_pass lstm_pass_of(const layer *self, int direction)
{
    const ac_stage *stage = self->stage;
    const size_t units = stage->units, width = units * LANES;
    const size_t first = direction * direction_parameter_count(stage);
    real *cache =
        self->cache +
        direction * direction_cache_count(stage, self->kernels, self->training);
    lstm_pass pass = {
        .steps = stage->steps,
        .inputs = stage->inputs,
        .units = stage->units,
        .reverse = direction,
        .packed = self->packed +
                  direction * (lstm_packed_count(stage, self->kernels) / 2),
        .in = self->in,
        .out = self->out + direction * width,
        .out_stride = 2 * width,
        .cache = cache,
        .cache_stride = self->training ? lstm_step_cache(stage) : 0,
    };
    view_parameters(&pass, self->parameters + first);
    if (self->training) {
        view_gradient(&pass, self->gradient + first);
        pass.dout = self->dout + direction * width;
        real *din = cache + stage->steps * pass.cache_stride;
        pass.din = self->din ? din : NULL;
        pass.scratch = din + (size_t)stage->steps * stage->inputs * LANES;
    }
    return pass;
}

static void lstm_pack(const layer *self)
{
    for (int direction = 0; direction < 2; direction++) {
        const lstm_pass pass = lstm_pass_of(self, direction);
        self->kernels->lstm_pack(&pass);
    }
}

static void lstm_forward(const layer *self, int direction)
{
    const lstm_pass pass = lstm_pass_of(self, direction);
    self->kernels->lstm_forward(&pass);
}

static void lstm_backward(const layer *self, int direction)
{
    const lstm_pass pass = lstm_pass_of(self, direction);
    self->kernels->lstm_backward(&pass);
}

/* Both directions read the same input: its gradient is their sum. */
static void lstm_join(const layer *self)
{
    if (!self->din)
        return;
    const lstm_pass forward = lstm_pass_of(self, 0),
                    reverse = lstm_pass_of(self, 1);
    const size_t n = (size_t)self->stage->steps * self->stage->inputs * LANES;
    for (size_t i = 0; i < n; i++)
        self->din[i] = forward.din[i] + reverse.din[i];
}

static const layer_type lstm_layer = {
    .parts = 2,
    .is_valid = stage_has_units,
    .parameter_count = lstm_parameter_count,
    .packed_count = lstm_packed_count,
    .cache_count = lstm_cache_count,
    .output_count = lstm_output_count,
    .pack = lstm_pack,
    .forward_part = lstm_forward,
    .backward_part = lstm_backward,
    .join = lstm_join,
};
