/* Additive attention: the logit is the sum of a share of each bin of each mark,
 *   logit    = bias + sum over j, t of share_jt
 *   share_jt = (places alpha_jt) (marks beta_j) value_jt
 *   alpha_jt = softmax over the bins t of query_j . c_p + position_jt
 *   beta_j   = softmax over the marks j of W2 relu(W1 m + b1) + b2,
 *              where m is the mean of c over the places
 * The values come from the stage before: in [marks][bins][LANES]. The context c
 * comes from the first branch: side [places][side][LANES]; p is the place of
 * bin t. Stage: steps = bins, inputs = marks, units of W1, window of bins make
 * a place. out [LANES].
 *
 * Parameters: query [marks x side], position [bins x marks], W1 [units x side],
 * b1 [units], W2 [marks x units], b2 [marks], bias.
 * Cache: alpha [marks][bins], beta [marks] and the shares [marks][bins], which
 * a prediction exports; then scratch. */
#include "layers/lanes.h"

typedef struct {
    real *query, *position, *weight1, *bias1, *weight2, *bias2, *bias;
} gate_parameters;

typedef struct {
    real *alpha, *beta, *share; /* exported                          */
    real *score;                /* [places][marks] of query_j . c_p  */
    real *mean, *hidden;        /* [side], [units]                   */
    real *dalpha, *dbeta;       /* of backward, as those above       */
    real *dscore, *dmean, *dhidden;
} gate_cache;

static int gate_is_valid(const ac_stage *stage)
{
    return stage_has_units(stage) && stage->window > 0 && stage->side > 0 &&
           stage->copies == 1;
}

static size_t gate_side_count(const ac_stage *stage)
{
    return (size_t)place_count(stage) * stage->side;
}

static size_t gate_parameter_count(const ac_stage *stage)
{
    const size_t marks = stage->inputs, units = stage->units;
    const size_t side = stage->side, bins = stage->steps;
    return marks * (side + bins + units + 1) + units * (side + 1) + 1;
}

/* The parameters, or their gradient. */
static gate_parameters gate_split(const ac_stage *stage, const real *from)
{
    const size_t marks = stage->inputs, units = stage->units;
    gate_parameters split;
    real *next = (real *)from; /* written to only where it is the gradient */
    split.query = next;
    split.position = split.query + marks * stage->side;
    split.weight1 = split.position + marks * stage->steps;
    split.bias1 = split.weight1 + units * stage->side;
    split.weight2 = split.bias1 + units;
    split.bias2 = split.weight2 + marks * units;
    split.bias = split.bias2 + marks;
    return split;
}

static size_t gate_export_count(const ac_stage *stage)
{
    return stage->inputs * (2 * (size_t)stage->steps + 1);
}

static size_t gate_cache_count(const ac_stage *stage, const kernels *kernels,
                               int training)
{
    const size_t marks = stage->inputs, places = place_count(stage);
    const size_t scratch = places * marks + stage->side + stage->units;
    const size_t back = scratch + marks * ((size_t)stage->steps + 1);
    (void)kernels;
    return (gate_export_count(stage) + scratch + (training ? back : 0)) * LANES;
}

static gate_cache gate_cache_of(const layer *self)
{
    const ac_stage *stage = self->stage;
    const size_t marks = stage->inputs, map = marks * stage->steps * LANES;
    const size_t score = (size_t)place_count(stage) * marks * LANES;
    gate_cache cache;
    cache.alpha = self->cache;
    cache.beta = cache.alpha + map;
    cache.share = cache.beta + marks * LANES;
    cache.score = cache.share + map;
    cache.mean = cache.score + score;
    cache.hidden = cache.mean + (size_t)stage->side * LANES;
    cache.dalpha = cache.hidden + (size_t)stage->units * LANES;
    cache.dbeta = cache.dalpha + map;
    cache.dscore = cache.dbeta + marks * LANES;
    cache.dmean = cache.dscore + score;
    cache.dhidden = cache.dmean + (size_t)stage->side * LANES;
    return cache;
}

static size_t gate_output_count(const ac_stage *stage)
{
    (void)stage;
    return 1;
}

/* ---- forward ----------------------------------------------------------- */

static void gate_alpha(const layer *self, const gate_parameters *own,
                       const gate_cache *cache)
{
    const ac_stage *stage = self->stage;
    const int marks = stage->inputs, bins = stage->steps;
    memset(cache->score, 0, sizeof(real) * place_count(stage) * marks * LANES);
    self->kernels->product(marks, stage->side, place_count(stage), own->query,
                           self->side, (size_t)stage->side * LANES,
                           cache->score, (size_t)marks * LANES);
    for (int j = 0; j < marks; j++) {
        real *alpha = cache->alpha + (size_t)j * bins * LANES;
        for (int t = 0; t < bins; t++) {
            const int p = place_of(stage, t);
            lanes_set(own->position[t + (size_t)j * bins], alpha + t * LANES);
            lanes_add(1, cache->score + ((size_t)p * marks + j) * LANES,
                      alpha + t * LANES);
        }
        lanes_softmax(bins, alpha);
    }
}

static void gate_beta(const layer *self, const gate_parameters *own,
                      const gate_cache *cache)
{
    const ac_stage *stage = self->stage;
    const int marks = stage->inputs, units = stage->units, side = stage->side;
    const int places = place_count(stage);
    memset(cache->mean, 0, sizeof(real) * side * LANES);
    for (int p = 0; p < places; p++)
        for (int i = 0; i < side; i++)
            lanes_add(1 / (real)places,
                      self->side + ((size_t)p * side + i) * LANES,
                      cache->mean + (size_t)i * LANES);
    dense_apply(self->kernels, units, side, own->weight1, own->bias1,
                cache->mean, cache->hidden);
    relu_apply((size_t)units * LANES, cache->hidden, cache->hidden);
    dense_apply(self->kernels, marks, units, own->weight2, own->bias2,
                cache->hidden, cache->beta);
    if (self->mask->on)
        lanes_softmax_present(marks, self->mask->present, cache->beta);
    else
        lanes_softmax(marks, cache->beta);
}

/* share = scale alpha beta value, so that alpha and beta have mean 1 where they
 * do not choose: beta among the marks that are there. */
static void gate_scale(const layer *self, real *scale)
{
    const int marks = self->stage->inputs;
    lanes_set((real)marks, scale);
    if (self->mask->on) {
        lanes_set(0, scale);
        for (int j = 0; j < marks; j++)
            lanes_add(1, self->mask->present + j * LANES, scale);
    }
    lanes_scale((real)place_count(self->stage), scale, scale);
}

static void gate_forward(const layer *self)
{
    const ac_stage *stage = self->stage;
    const gate_parameters own = gate_split(stage, self->parameters);
    const gate_cache cache = gate_cache_of(self);
    const int bins = stage->steps;
    real scale[LANES];
    gate_scale(self, scale);
    gate_alpha(self, &own, &cache);
    gate_beta(self, &own, &cache);
    lanes_set(*own.bias, self->out);
    for (int j = 0; j < stage->inputs; j++)
        for (int t = 0; t < bins; t++) {
            const size_t at = ((size_t)j * bins + t) * LANES;
            const real *alpha = cache.alpha + at, *value = self->in + at;
            const real *beta = cache.beta + (size_t)j * LANES;
            real *share = cache.share + at;
            LANE_LOOP
            for (int l = 0; l < LANES; l++) {
                share[l] = scale[l] * alpha[l] * beta[l] * value[l];
            }
            lanes_add(1, share, self->out);
        }
}

/* ---- backward ---------------------------------------------------------- */

/* The gradients of the values, of alpha and of beta. */
static void gate_back_shares(const layer *self, const gate_cache *cache)
{
    const ac_stage *stage = self->stage;
    const int bins = stage->steps;
    const real *dout = self->dout;
    real scale[LANES];
    gate_scale(self, scale);
    memset(cache->dbeta, 0, sizeof(real) * stage->inputs * LANES);
    for (int j = 0; j < stage->inputs; j++)
        for (int t = 0; t < bins; t++) {
            const size_t at = ((size_t)j * bins + t) * LANES;
            const real *alpha = cache->alpha + at, *value = self->in + at;
            const real *beta = cache->beta + (size_t)j * LANES;
            real *dalpha = cache->dalpha + at, *din = self->din + at;
            real *dbeta = cache->dbeta + (size_t)j * LANES;
            LANE_LOOP
            for (int l = 0; l < LANES; l++) {
                const real d = scale[l] * dout[l];
                din[l] = d * alpha[l] * beta[l];
                dalpha[l] = d * beta[l] * value[l];
                dbeta[l] += d * alpha[l] * value[l];
            }
        }
}

static void gate_back_alpha(const layer *self, const gate_parameters *own,
                            const gate_parameters *gradient,
                            const gate_cache *cache)
{
    const ac_stage *stage = self->stage;
    const int marks = stage->inputs, bins = stage->steps, side = stage->side;
    memset(cache->dscore, 0, sizeof(real) * place_count(stage) * marks * LANES);
    for (int j = 0; j < marks; j++) {
        real *d = cache->dalpha + (size_t)j * bins * LANES;
        lanes_softmax_backward(bins, cache->alpha + (size_t)j * bins * LANES,
                               d);
        for (int t = 0; t < bins; t++) {
            const int p = place_of(stage, t);
            gradient->position[t + (size_t)j * bins] +=
                lanes_sum(d + t * LANES);
            lanes_add(1, d + t * LANES,
                      cache->dscore + ((size_t)p * marks + j) * LANES);
        }
    }
    self->kernels->product_outer(marks, side, place_count(stage), cache->dscore,
                                 (size_t)marks * LANES, self->side,
                                 (size_t)side * LANES, gradient->query);
    self->kernels->product_back(marks, side, place_count(stage), own->query,
                                cache->dscore, (size_t)marks * LANES,
                                self->dside, (size_t)side * LANES);
}

static void gate_back_beta(const layer *self, const gate_parameters *own,
                           const gate_parameters *gradient,
                           const gate_cache *cache)
{
    const ac_stage *stage = self->stage;
    const int marks = stage->inputs, units = stage->units, side = stage->side;
    const int places = place_count(stage);
    const kernels *kernels = self->kernels;
    lanes_softmax_backward(marks, cache->beta, cache->dbeta);
    dense_apply_back(kernels, marks, units, own->weight2, cache->hidden,
                     cache->dbeta, gradient->weight2, gradient->bias2,
                     cache->dhidden);
    relu_apply_back((size_t)units * LANES, cache->hidden, cache->dhidden,
                    cache->dhidden);
    dense_apply_back(kernels, units, side, own->weight1, cache->mean,
                     cache->dhidden, gradient->weight1, gradient->bias1,
                     cache->dmean);
    for (int p = 0; p < places; p++)
        for (int i = 0; i < side; i++)
            lanes_add(1 / (real)places, cache->dmean + (size_t)i * LANES,
                      self->dside + ((size_t)p * side + i) * LANES);
}

static void gate_backward(const layer *self)
{
    const ac_stage *stage = self->stage;
    const gate_parameters own = gate_split(stage, self->parameters);
    const gate_parameters gradient = gate_split(stage, self->gradient);
    const gate_cache cache = gate_cache_of(self);
    memset(self->dside, 0, sizeof(real) * gate_side_count(stage) * LANES);
    *gradient.bias += lanes_sum(self->dout);
    gate_back_shares(self, &cache);
    gate_back_alpha(self, &own, &gradient, &cache);
    gate_back_beta(self, &own, &gradient, &cache);
}

static const layer_type gate_layer = {
    .is_valid = gate_is_valid,
    .parameter_count = gate_parameter_count,
    .cache_count = gate_cache_count,
    .output_count = gate_output_count,
    .side_count = gate_side_count,
    .export_count = gate_export_count,
    .forward = gate_forward,
    .backward = gate_backward,
};
