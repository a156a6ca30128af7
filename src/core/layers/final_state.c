/* The final states of a bidirectional layer: its forward units after the last
 * step and its reverse units after the first, where that direction ends.
 * in [steps][inputs][LANES], the forward half of the inputs first;
 * out [inputs][LANES]. */
#include "layers/layer.h"

static int ends_is_sane(const ac_stage *stage)
{
    return stage->inputs % 2 == 0;
}

static size_t ends_output_count(const ac_stage *stage)
{
    return stage->inputs;
}

/* Numbers before the last step. */
static size_t ends_last(const ac_stage *stage)
{
    return (size_t)(stage->steps - 1) * stage->inputs * LANES;
}

static void ends_forward(const layer *self, int way)
{
    (void)way;
    const size_t half = (size_t)self->stage->inputs / 2 * LANES;
    memcpy(self->out, self->in + ends_last(self->stage), sizeof(real) * half);
    memcpy(self->out + half, self->in + half, sizeof(real) * half);
}

static void ends_backward(const layer *self, int way)
{
    (void)way;
    const ac_stage *stage = self->stage;
    const size_t half = (size_t)stage->inputs / 2 * LANES;
    if (!self->din)
        return;
    memset(self->din, 0, sizeof(real) * stage_input_count(stage) * LANES);
    memcpy(self->din + ends_last(stage), self->dout, sizeof(real) * half);
    memcpy(self->din + half, self->dout + half, sizeof(real) * half);
}

static const layer_type ends_layer = {
    .ways = 1,
    .is_sane = ends_is_sane,
    .output_count = ends_output_count,
    .forward = ends_forward,
    .backward = ends_backward,
};
