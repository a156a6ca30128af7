/* Bidirectional LSTM (paper, section 3: the bin encoder and the mark
 * encoder). in [steps][inputs][LANES], out [steps][2 units][LANES]: forward
 * units first. The two directions are its two ways.
 *
 * Parameters, for each direction as PyTorch has them: weight_ih [4U x I],
 * weight_hh [4U x U], bias_ih [4U], bias_hh [4U]. */
#include "layers/layer.h"

static size_t lstm_way_parameters(const ac_stage *stage)
{
    const size_t inputs = stage->inputs, units = stage->units;
    return 4 * units * (inputs + units + 2);
}

static size_t lstm_parameter_count(const ac_stage *stage)
{
    return 2 * lstm_way_parameters(stage);
}

static size_t lstm_prepared_count(const ac_stage *stage, const kernels *kernels)
{
    return 2 * kernels->lstm_prepared(stage->inputs, stage->units);
}

static size_t lstm_output_count(const ac_stage *stage)
{
    return 2 * (size_t)stage->steps * stage->units;
}

/* What is kept of a step, and a line to spare: a power of two between the
 * steps would have them evict each other from the cache. */
static size_t lstm_kept(const ac_stage *stage)
{
    return (6 * (size_t)stage->units + 1) * LANES;
}

/* One direction keeps gates (4), c and tanh(c) of each step, and has its share
 * of din and a scratch; a prediction keeps one step. */
static size_t lstm_way_saved(const ac_stage *stage, const kernels *kernels,
                             int keep)
{
    if (!keep)
        return lstm_kept(stage);
    return stage->steps * (lstm_kept(stage) + stage->inputs * LANES) +
           kernels->lstm_scratch(stage->inputs, stage->units);
}

static size_t lstm_saved_count(const ac_stage *stage, const kernels *kernels,
                               int keep)
{
    return 2 * lstm_way_saved(stage, kernels, keep);
}

static void lstm_view_parameters(lstm_way *way, const real *parameters)
{
    const size_t rows = 4 * (size_t)way->units;
    way->weight_ih = parameters;
    way->weight_hh = way->weight_ih + rows * way->inputs;
    way->bias_ih = way->weight_hh + rows * way->units;
    way->bias_hh = way->bias_ih + rows;
}

static void lstm_view_gradient(lstm_way *way, real *gradient)
{
    const size_t rows = 4 * (size_t)way->units;
    way->dweight_ih = gradient;
    way->dweight_hh = way->dweight_ih + rows * way->inputs;
    way->dbias_ih = way->dweight_hh + rows * way->units;
    way->dbias_hh = way->dbias_ih + rows;
}

static lstm_way lstm_view(const layer *self, int direction)
{
    const ac_stage *stage = self->stage;
    const size_t units = stage->units, width = units * LANES;
    const size_t first = direction * lstm_way_parameters(stage);
    real *saved = self->saved +
                  direction * lstm_way_saved(stage, self->kernels, self->keep);
    lstm_way way = {
        .steps = stage->steps,
        .inputs = stage->inputs,
        .units = stage->units,
        .reverse = direction,
        .prepared = self->prepared +
                    direction * (lstm_prepared_count(stage, self->kernels) / 2),
        .in = self->in,
        .out = self->out + direction * width,
        .out_stride = 2 * width,
        .kept = saved,
        .kept_stride = self->keep ? lstm_kept(stage) : 0,
    };
    lstm_view_parameters(&way, self->parameters + first);
    if (self->keep) {
        lstm_view_gradient(&way, self->gradient + first);
        way.dout = self->dout + direction * width;
        real *din = saved + stage->steps * way.kept_stride;
        way.din = self->din ? din : NULL;
        way.scratch = din + (size_t)stage->steps * stage->inputs * LANES;
    }
    return way;
}

static void lstm_prepare(const layer *self)
{
    for (int direction = 0; direction < 2; direction++) {
        const lstm_way way = lstm_view(self, direction);
        self->kernels->lstm_prepare(&way);
    }
}

static void lstm_forward(const layer *self, int direction)
{
    const lstm_way way = lstm_view(self, direction);
    self->kernels->lstm_forward(&way);
}

static void lstm_backward(const layer *self, int direction)
{
    const lstm_way way = lstm_view(self, direction);
    self->kernels->lstm_backward(&way);
}

/* Both directions read the same input: its gradient is their sum. */
static void lstm_join(const layer *self)
{
    if (!self->din)
        return;
    const lstm_way forward = lstm_view(self, 0), reverse = lstm_view(self, 1);
    const size_t n = (size_t)self->stage->steps * self->stage->inputs * LANES;
    for (size_t i = 0; i < n; i++)
        self->din[i] = forward.din[i] + reverse.din[i];
}

static const layer_type lstm_layer = {
    .ways = 2,
    .is_sane = stage_has_units,
    .parameter_count = lstm_parameter_count,
    .prepared_count = lstm_prepared_count,
    .saved_count = lstm_saved_count,
    .output_count = lstm_output_count,
    .prepare = lstm_prepare,
    .forward = lstm_forward,
    .backward = lstm_backward,
    .join = lstm_join,
};
