/* Zeros around a sequence, as many as a convolution over `window` steps
 * removes. Of an odd number, the extra one comes after, as in PyTorch's padding
 * = "same". in [steps][inputs][LANES], out [steps + window - 1][inputs][LANES].
 */
#include "layers/layer.h"

static int pad_is_valid(const ac_stage *stage)
{
    return stage->window > 0;
}

static size_t pad_output_count(const ac_stage *stage)
{
    return ((size_t)stage->steps + stage->window - 1) * stage->inputs;
}

/* Numbers before the sequence. */
static size_t pad_before(const ac_stage *stage)
{
    return (size_t)((stage->window - 1) / 2) * stage->inputs * LANES;
}

static void pad_forward(const layer *self)
{
    const size_t count = stage_input_count(self->stage) * LANES;
    memset(self->out, 0, sizeof(real) * pad_output_count(self->stage) * LANES);
    memcpy(self->out + pad_before(self->stage), self->in, sizeof(real) * count);
}

static void pad_backward(const layer *self)
{
    const size_t count = stage_input_count(self->stage) * LANES;
    if (self->din)
        memcpy(self->din, self->dout + pad_before(self->stage),
               sizeof(real) * count);
}

static const layer_type pad_layer = {
    .is_valid = pad_is_valid,
    .output_count = pad_output_count,
    .forward = pad_forward,
    .backward = pad_backward,
};
