/* What a stage passes on. A stage reads the numbers of the stage before from
 * `offset` on, and if it keeps them, all of them follow what it writes itself.
 * So later stages can read what earlier ones wrote, and a network can have
 * several outputs, while its stages still run one after the other. */
#include "network/network.h"

static int stage_carries(const ac_stage *stage)
{
    return stage->offset > 0 || stage->keep;
}

/* After the forward pass of the first copy. */
static void carry_forward(const layer *self)
{
    const carried *carry = &self->carried;
    if (self->copy == 0 && self->stage->keep)
        memcpy(carry->out, carry->in, sizeof(real) * carry->count);
}

/* What is kept has a gradient of its own, for the numbers from `first` to
 * `last`. */
static void add_kept(const carried *carry, size_t first, size_t last)
{
    for (size_t i = first; carry->dout && i < last; i++)
        carry->din[i] += carry->dout[i];
}

/* After the backward pass of a copy, which has assigned the gradient of what it
 * read; the first copy assigns that of what none has read. */
static void carry_backward(const layer *self)
{
    const carried *carry = &self->carried;
    const size_t own = stage_input_count(self->stage) * LANES;
    const size_t first = (size_t)self->stage->offset * LANES;
    const size_t last = first + self->stage->copies * own;
    if (!stage_carries(self->stage) || !carry->din)
        return;
    add_kept(carry, first + self->copy * own, first + (self->copy + 1) * own);
    if (self->copy > 0)
        return;
    memset(carry->din, 0, sizeof(real) * first);
    memset(carry->din + last, 0, sizeof(real) * (carry->count - last));
    add_kept(carry, 0, first);
    add_kept(carry, last, carry->count);
}
