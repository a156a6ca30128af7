/* Dropout (Srivastava et al., 2014): while training, each number becomes 0
 * with probability `rate`; the others are divided by 1 - rate, so that the
 * mean stays. Otherwise out = in.
 *
 * What is dropped depends on the seed, the mini-batch, the gene's place in
 * it, the layer and the number, and on nothing else.
 *
 * Saved: the factors, 0 or 1 / (1 - rate). */
#include "layer.h"

enum { DRAW_BITS = 16, DRAWS = 64 / DRAW_BITS };

static const uint64_t draw_range = UINT64_C(1) << DRAW_BITS;

/* How many of the draw_range equally probable draws mean "drop". */
static uint64_t dropout_threshold(const ac_stage *stage)
{
    return (uint64_t)(stage->rate * (double)draw_range + 0.5);
}

static int dropout_is_sane(const ac_stage *stage)
{
    return stage->rate >= 0 && stage->rate < 1 &&
           dropout_threshold(stage) < draw_range;
}

static size_t dropout_saved_count(const ac_stage *stage, const kernels *kernels,
                                  int keep)
{
    (void)kernels;
    return keep ? stage_input_count(stage) * LANES : 0;
}

static void dropout_draw(const layer *self)
{
    const size_t words = stage_input_count(self->stage) * (LANES / DRAWS);
    const uint64_t key = random_bits(self->drawing->key, self->number);
    const uint64_t first = self->drawing->block * words;
    const uint64_t threshold = dropout_threshold(self->stage);
    const real scale =
        (real)((double)draw_range / (double)(draw_range - threshold));
    real *factor = self->saved;
    for (size_t i = 0; i < words; i++) {
        const uint64_t bits = random_bits(key, first + i);
        for (int j = 0; j < DRAWS; j++)
            *factor++ =
                (bits >> (j * DRAW_BITS)) % draw_range < threshold ? 0 : scale;
    }
}

/* to = from, dropped where forward drops */
static void dropout_apply(const layer *self, const real *from, real *to)
{
    const size_t count = stage_input_count(self->stage) * LANES;
    const real *factor = self->saved;
    if (!self->keep || !self->drawing->drops) {
        memcpy(to, from, sizeof(real) * count);
        return;
    }
    LANE_LOOP
    for (size_t i = 0; i < count; i++)
        to[i] = factor[i] * from[i];
}

static void dropout_forward(const layer *self, int way)
{
    (void)way;
    if (self->keep && self->drawing->drops)
        dropout_draw(self);
    dropout_apply(self, self->in, self->out);
}

static void dropout_backward(const layer *self, int way)
{
    (void)way;
    if (self->din)
        dropout_apply(self, self->dout, self->din);
}

static const layer_type dropout_layer = {
    .ways = 1,
    .is_sane = dropout_is_sane,
    .saved_count = dropout_saved_count,
    .output_count = stage_input_count,
    .forward = dropout_forward,
    .backward = dropout_backward,
};
