/* Swaps steps and inputs: in [steps][inputs][LANES],
 * out [inputs][steps][LANES]. Genes come mark by mark; this makes bins the
 * steps and marks the inputs, for a layer that reads all marks of a bin. */
#include "layers/layer.h"

static void swap_copy(size_t rows, size_t columns, const real *from, real *to)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            memcpy(to + (c * rows + r) * LANES,
                   from + (r * columns + c) * LANES, sizeof(real) * LANES);
}

static void swap_forward(const layer *self, int way)
{
    (void)way;
    swap_copy(self->stage->steps, self->stage->inputs, self->in, self->out);
}

static void swap_backward(const layer *self, int way)
{
    (void)way;
    if (self->din)
        swap_copy(self->stage->inputs, self->stage->steps, self->dout,
                  self->din);
}

static const layer_type swap_layer = {
    .ways = 1,
    .output_count = stage_input_count,
    .forward = swap_forward,
    .backward = swap_backward,
};
