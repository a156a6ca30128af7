/* Soft attention over a sequence (paper, section 3: bin-level and mark-level
 * attention): alpha_t = softmax over t of u . h_t; out = sum of alpha_t h_t.
 * in [steps][inputs][LANES], out [inputs][LANES].
 *
 * Parameters: context [inputs]. Saved: alpha [steps][LANES] first, which is
 * what a prediction exports, then backward's scratch, as long, and some. */
#include "layers/layer.h"

static size_t attention_parameter_count(const ac_stage *stage)
{
    return stage->inputs;
}

static size_t attention_saved_count(const ac_stage *stage,
                                    const kernels *kernels, int keep)
{
    const size_t steps = stage->steps;
    (void)kernels;
    return (keep ? 2 * steps + stage->inputs : steps) * LANES;
}

static size_t attention_output_count(const ac_stage *stage)
{
    return stage->inputs;
}

static attention_way attention_view(const layer *self)
{
    const ac_stage *stage = self->stage;
    attention_way way = {
        .steps = stage->steps,
        .inputs = stage->inputs,
        .context = self->parameters,
        .in = self->in,
        .out = self->out,
        .weight = self->saved,
    };
    if (self->keep) {
        way.dweight = self->saved + (size_t)stage->steps * LANES;
        way.dout = self->dout;
        way.din = self->din;
        way.dcontext = self->gradient;
        way.scratch = way.dweight + (size_t)stage->steps * LANES;
    }
    return way;
}

static void attention_forward(const layer *self, int way)
{
    (void)way;
    const attention_way view = attention_view(self);
    self->kernels->attention_forward(&view);
}

static void attention_backward(const layer *self, int way)
{
    (void)way;
    const attention_way view = attention_view(self);
    self->kernels->attention_backward(&view);
}

static const layer_type attention_layer = {
    .ways = 1,
    .parameter_count = attention_parameter_count,
    .saved_count = attention_saved_count,
    .output_count = attention_output_count,
    .forward = attention_forward,
    .backward = attention_backward,
};
