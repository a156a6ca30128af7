/* Exchanges steps and inputs: in [steps][inputs][LANES],
 * out [inputs][steps][LANES]. The input of a network is stored mark by mark;
 * this makes bins the steps and marks the inputs. */
#include "layers/layer.h"

static void transpose_copy(size_t rows, size_t columns, const real *from,
                           real *to)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            memcpy(to + (c * rows + r) * LANES,
                   from + (r * columns + c) * LANES, sizeof(real) * LANES);
}

static void transpose_forward(const layer *self)
{
    transpose_copy(self->stage->steps, self->stage->inputs, self->in,
                   self->out);
}

static void transpose_backward(const layer *self)
{
    if (self->din)
        transpose_copy(self->stage->inputs, self->stage->steps, self->dout,
                       self->din);
}

static const layer_type transpose_layer = {
    .output_count = stage_input_count,
    .forward = transpose_forward,
    .backward = transpose_backward,
};
