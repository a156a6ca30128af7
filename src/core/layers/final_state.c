/* The final states of a bidirectional layer: the forward units of the last step
 * and the reverse units of the first.
 * in [steps][inputs][LANES], the forward half of the inputs first;
 * out [inputs][LANES]. */
#include "layers/layer.h"

static int final_state_is_valid(const ac_stage *stage)
{
    return stage->inputs % 2 == 0;
}

static size_t final_state_output_count(const ac_stage *stage)
{
    return stage->inputs;
}

/* Numbers before the last step. */
static size_t last_step(const ac_stage *stage)
{
    return (size_t)(stage->steps - 1) * stage->inputs * LANES;
}

static void final_state_forward(const layer *self)
{
    const size_t half = (size_t)self->stage->inputs / 2 * LANES;
    memcpy(self->out, self->in + last_step(self->stage), sizeof(real) * half);
    memcpy(self->out + half, self->in + half, sizeof(real) * half);
}

static void final_state_backward(const layer *self)
{
    const ac_stage *stage = self->stage;
    const size_t half = (size_t)stage->inputs / 2 * LANES;
    if (!self->din)
        return;
    memset(self->din, 0, sizeof(real) * stage_input_count(stage) * LANES);
    memcpy(self->din + last_step(stage), self->dout, sizeof(real) * half);
    memcpy(self->din + half, self->dout + half, sizeof(real) * half);
}

static const layer_type final_state_layer = {
    .is_valid = final_state_is_valid,
    .output_count = final_state_output_count,
    .forward = final_state_forward,
    .backward = final_state_backward,
};
