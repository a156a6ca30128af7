/* The value of each bin: what the features of a bin mean at its place.
 *   out_t = offset_p + sum over r < units of profile_pr (detector_r . in_t),
 * where p = place_of(t): `window` bins make a place. The detectors are the same
 * at all places; the profiles say how much each counts where.
 * in [steps][inputs][LANES], out [steps][LANES].
 *
 * Parameters: detector [units x inputs], profile [places x units],
 * offset [places]. Cache: the detected [steps][units][LANES], then the same of
 * its gradient. */
#include "layers/lanes.h"

typedef struct {
    const real *detector, *profile, *offset;
} value_parameters;

static value_parameters value_split(const ac_stage *stage, const real *from)
{
    const size_t units = stage->units;
    const value_parameters split = {
        from, from + units * stage->inputs,
        from + units * (stage->inputs + (size_t)place_count(stage))};
    return split;
}

static int value_is_valid(const ac_stage *stage)
{
    return stage_has_units(stage) && stage->window > 0;
}

static size_t value_parameter_count(const ac_stage *stage)
{
    const size_t places = place_count(stage);
    return stage->units * (stage->inputs + places) + places;
}

static size_t value_cache_count(const ac_stage *stage, const kernels *kernels,
                                int training)
{
    (void)kernels;
    return (size_t)stage->steps * stage->units * LANES * (training ? 2 : 1);
}

static size_t value_output_count(const ac_stage *stage)
{
    return stage->steps;
}

static void value_forward(const layer *self)
{
    const ac_stage *stage = self->stage;
    const int units = stage->units, places = place_count(stage);
    const value_parameters own = value_split(stage, self->parameters);
    real *unit = self->cache;
    memset(unit, 0, sizeof(real) * stage->steps * units * LANES);
    self->kernels->product(units, stage->inputs, stage->steps, own.detector,
                           self->in, (size_t)stage->inputs * LANES, unit,
                           (size_t)units * LANES);
    for (int t = 0; t < stage->steps; t++, unit += units * LANES) {
        const int place = place_of(stage, t);
        real *out = self->out + (size_t)t * LANES;
        lanes_set(own.offset[place], out);
        for (int r = 0; r < units; r++)
            lanes_add(own.profile[place + (size_t)r * places], unit + r * LANES,
                      out);
    }
}

/* The gradient of profiles and offsets, and that of the detected in `dunit`. */
static void value_back_places(const layer *self, const real *unit, real *dunit)
{
    const ac_stage *stage = self->stage;
    const int units = stage->units, places = place_count(stage);
    const value_parameters own = value_split(stage, self->parameters);
    real *dprofile = self->gradient + (own.profile - own.detector);
    real *doffset = self->gradient + (own.offset - own.detector);
    for (int t = 0; t < stage->steps; t++) {
        const int place = place_of(stage, t);
        const real *dout = self->dout + (size_t)t * LANES;
        doffset[place] += lanes_sum(dout);
        for (int r = 0; r < units; r++, unit += LANES, dunit += LANES) {
            const size_t at = place + (size_t)r * places;
            dprofile[at] += lanes_dot(unit, dout);
            lanes_scale(own.profile[at], dout, dunit);
        }
    }
}

static void value_backward(const layer *self)
{
    const ac_stage *stage = self->stage;
    const int units = stage->units, inputs = stage->inputs;
    const size_t count = (size_t)stage->steps * units * LANES;
    const real *dunit = self->cache + count;
    value_back_places(self, self->cache, self->cache + count);
    self->kernels->product_outer(units, inputs, stage->steps, dunit,
                                 (size_t)units * LANES, self->in,
                                 (size_t)inputs * LANES, self->gradient);
    if (!self->din)
        return;
    memset(self->din, 0, sizeof(real) * stage->steps * inputs * LANES);
    self->kernels->product_back(units, inputs, stage->steps, self->parameters,
                                dunit, (size_t)units * LANES, self->din,
                                (size_t)inputs * LANES);
}

static const layer_type value_layer = {
    .is_valid = value_is_valid,
    .parameter_count = value_parameter_count,
    .cache_count = value_cache_count,
    .output_count = value_output_count,
    .forward = value_forward,
    .backward = value_backward,
};
