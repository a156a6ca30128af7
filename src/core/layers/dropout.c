/* Dropout (Srivastava et al., 2014): while training, each number becomes 0
 * with probability `rate`; the others are divided by 1 - rate, so that the
 * mean stays. Otherwise out = in. The `window` steps of a place are dropped
 * together.
 *
 * The mask depends on nothing but the seed, the mini-batch, the gene's place in
 * it, the layer and the number, so backward generates it again. It is made of
 * words whose bits, one per gene, are 1 with probability `rate`: from the last
 * binary digit of the rate to the first, AND with random bits (for a 0) halves
 * the probability, and OR (for a 1) halves it and adds a half. A rate of 1/2
 * takes one random word, others up to RATE_BITS. */
#include "layers/lanes.h"

enum { RATE_BITS = 16, VECTORS_PER_WORD = 64 / LANES };

/* The rate in units of 2^-RATE_BITS. */
static unsigned dropout_digits(const ac_stage *stage)
{
    return (unsigned)(stage->rate * (1 << RATE_BITS) + 0.5);
}

static int dropout_is_valid(const ac_stage *stage)
{
    return stage->rate >= 0 && stage->rate < 1 &&
           dropout_digits(stage) < 1 << RATE_BITS;
}

/* Steps that are dropped together. */
static int dropout_window(const ac_stage *stage)
{
    return stage->window > 1 ? stage->window : 1;
}

static uint64_t dropout_mask(unsigned digits, uint64_t key, uint64_t word)
{
    uint64_t bits = 0;
    int k = 0;
    while (k < RATE_BITS && !(digits >> k & 1))
        k++;
    for (; k < RATE_BITS; k++) {
        const uint64_t random = random_bits(key, word * RATE_BITS + k);
        bits = digits >> k & 1 ? bits | random : bits & random;
    }
    return bits;
}

/* to = scale from, and 0 in the lanes whose bit in the mask is 1 */
static void dropout_lanes(uint32_t mask, real scale, const real *from, real *to)
{
    static const uint32_t bit[LANES] = {
        1,      1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
        1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};
    LANE_LOOP
    for (int l = 0; l < LANES; l++) {
        const real factor = mask & bit[l] ? 0 : scale;
        to[l] = factor * from[l];
    }
}

/* Steps from the first of a place to the first of the next. */
static int dropout_place_end(const ac_stage *stage, int place)
{
    const int window = dropout_window(stage);
    return place + 1 < place_count_of(stage->steps, window)
               ? (place + 1) * window
               : stage->steps;
}

static void dropout_place(const layer *self, uint32_t mask, size_t number,
                          int place, real scale, const real *from, real *to)
{
    const ac_stage *stage = self->stage;
    const int end = dropout_place_end(stage, place);
    for (int t = place * dropout_window(stage); t < end; t++) {
        const size_t at = ((size_t)t * stage->inputs + number) * LANES;
        dropout_lanes(mask, scale, from + at, to + at);
    }
}

static void dropout_apply(const layer *self, const real *from, real *to)
{
    const ac_stage *stage = self->stage;
    const size_t inputs = stage->inputs;
    const size_t count =
        inputs * place_count_of(stage->steps, dropout_window(stage));
    if (!self->training || !self->dropout_rng->on) {
        memcpy(to, from, sizeof(real) * stage_input_count(stage) * LANES);
        return;
    }
    const uint64_t key = random_bits(self->dropout_rng->key, self->index);
    const unsigned digits = dropout_digits(stage);
    const real scale = 1 / (1 - (real)digits / (1 << RATE_BITS));
    uint64_t word = self->dropout_rng->block * (count / VECTORS_PER_WORD + 1);
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++, bits >>= LANES) {
        if (i % VECTORS_PER_WORD == 0)
            bits = dropout_mask(digits, key, word++);
        dropout_place(self, (uint32_t)bits, i % inputs, (int)(i / inputs),
                      scale, from, to);
    }
}

static void dropout_forward(const layer *self)
{
    dropout_apply(self, self->in, self->out);
}

static void dropout_backward(const layer *self)
{
    if (self->din)
        dropout_apply(self, self->dout, self->din);
}

static const layer_type dropout_layer = {
    .is_valid = dropout_is_valid,
    .output_count = stage_input_count,
    .forward = dropout_forward,
    .backward = dropout_backward,
};
