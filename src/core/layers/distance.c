/* The Euclidean distance of two vectors:
 *   d = |a - b|,  dd/da = (a - b) / d, and 0 where d is 0 */
#include "layers/layer.h"

static int distance_is_valid(const ac_stage *stage)
{
    return stage->steps == 2;
}

static size_t distance_output_count(const ac_stage *stage)
{
    (void)stage;
    return 1;
}

static void distance_forward(const layer *self)
{
    const size_t count = (size_t)self->stage->inputs * LANES;
    real *out = self->out;
    memset(out, 0, sizeof(real) * LANES);
    for (size_t i = 0; i < count; i++) {
        const real d = self->in[i] - self->in[count + i];
        out[i % LANES] += d * d;
    }
    for (int l = 0; l < LANES; l++)
        out[l] = real_sqrt(out[l]);
}

static void distance_backward(const layer *self)
{
    const size_t count = (size_t)self->stage->inputs * LANES;
    if (!self->din)
        return;
    for (size_t i = 0; i < count; i++) {
        const real d = self->out[i % LANES];
        const real unit =
            d > 0 ? (self->in[i] - self->in[count + i]) / d : (real)0;
        self->din[i] = self->dout[i % LANES] * unit;
        self->din[count + i] = -self->din[i];
    }
}

static const layer_type distance_layer = {
    .is_valid = distance_is_valid,
    .output_count = distance_output_count,
    .forward = distance_forward,
    .backward = distance_backward,
};
