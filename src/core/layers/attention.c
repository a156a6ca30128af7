/* Soft attention over a sequence (paper, section 3: bin-level and mark-level
 * attention): alpha_t = softmax over t of u . h_t; out = sum of alpha_t h_t.
 * in [steps][inputs][LANES], out [inputs][LANES].
 *
 * Over marks, alpha of a mark that is not there is 0. Over the bins of a mark
 * that is not there, out is 0.
 *
 * Parameters: context [inputs]. Cache: alpha [steps][LANES], which a prediction
 * exports; then backward's scratch. */
#include "layers/layer.h"

static size_t attention_parameter_count(const ac_stage *stage)
{
    return stage->inputs;
}

static size_t attention_cache_count(const ac_stage *stage,
                                    const kernels *kernels, int training)
{
    const size_t steps = stage->steps;
    (void)kernels;
    return (training ? 2 * (steps + stage->inputs) : steps) * LANES;
}

static size_t attention_export_count(const ac_stage *stage)
{
    return stage->steps;
}

static size_t attention_output_count(const ac_stage *stage)
{
    return stage->inputs;
}

static attention_pass attention_pass_of(const layer *self)
{
    const ac_stage *stage = self->stage;
    attention_pass pass = {
        .steps = stage->steps,
        .inputs = stage->inputs,
        .context = self->parameters,
        .in = self->in,
        .out = self->out,
        .weight = self->cache,
    };
    if (self->mask->on && stage->marks == AC_MARK_STEPS)
        pass.present = self->mask->present;
    if (self->training) {
        pass.dweight = self->cache + (size_t)stage->steps * LANES;
        pass.dout = self->dout;
        pass.din = self->din;
        pass.dcontext = self->gradient;
        pass.scratch = pass.dweight + (size_t)stage->steps * LANES;
    }
    return pass;
}

/* Whether the genes of the copy's mark are there; NULL: all are. */
static const real *attention_mark(const layer *self)
{
    return self->mask->on && self->stage->marks == AC_MARK_COPIES
               ? self->mask->present + (size_t)self->copy * LANES
               : NULL;
}

static void attention_mask(const layer *self, const real *from, real *to)
{
    const real *present = attention_mark(self);
    for (int k = 0; k < self->stage->inputs; k++, from += LANES, to += LANES) {
        LANE_LOOP
        for (int l = 0; l < LANES; l++) {
            to[l] = present[l] * from[l];
        }
    }
}

static void attention_forward(const layer *self)
{
    const attention_pass pass = attention_pass_of(self);
    if (pass.present)
        PLAIN_KERNELS.attention_forward(&pass);
    else
        self->kernels->attention_forward(&pass);
    if (attention_mark(self))
        attention_mask(self, self->out, self->out);
}

static void attention_backward(const layer *self)
{
    attention_pass pass = attention_pass_of(self);
    if (attention_mark(self)) {
        real *dout = pass.scratch + (size_t)pass.inputs * LANES;
        attention_mask(self, self->dout, dout);
        pass.dout = dout;
    }
    self->kernels->attention_backward(&pass);
}

static const layer_type attention_layer = {
    .parameter_count = attention_parameter_count,
    .cache_count = attention_cache_count,
    .output_count = attention_output_count,
    .export_count = attention_export_count,
    .forward = attention_forward,
    .backward = attention_backward,
};
