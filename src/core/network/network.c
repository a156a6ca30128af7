/* A network is its stages, run in order and backwards. Its memory is an arena:
 * one walk over the layers first measures it, then hands it out. */
#include <stdint.h>
#include <stdlib.h>

#include "network/network.h"

/* ---- memory ------------------------------------------------------------ */

/* The first walk, with base NULL, only counts; the second hands out. Each view
 * starts on a cache line. */
typedef struct {
    real *base;
    size_t used; /* at most ARENA_LIMIT, which means too much */
} arena;

#define ARENA_LIMIT (SIZE_MAX / 4 / sizeof(real))

static real *arena_alloc(arena *from, size_t count)
{
    const size_t line = 64 / sizeof(real);
    real *view = from->base ? from->base + from->used : NULL;
    const size_t whole = (count + line - 1) / line * line;
    const size_t left = ARENA_LIMIT - from->used;
    from->used += whole < left ? whole : left;
    return view;
}

/* The product of two sizes, of which one may be too much. */
static size_t arena_times(size_t a, size_t b)
{
    return b > 0 && a > ARENA_LIMIT / b ? ARENA_LIMIT : a * b;
}

/* `shared`: what the networks on all blocks read, in the same places; `in`:
 * what the stage before wrote, net->written numbers. */
static real *lay_out_stage(network *net, arena *shared, arena *from,
                           const ac_stage *stage, layer *first, real *in,
                           real **din, int training, int wants_dout)
{
    const layer_type *type = layer_types[stage->layer];
    const size_t in_count = stage_input_count(stage) * LANES;
    const size_t out_count = stage_output_count(stage) * LANES;
    const size_t own = stage->copies * out_count;
    const size_t offset = (size_t)stage->offset * LANES;
    const size_t before = net->written * LANES;
    const size_t all = own + (stage->keep ? before : 0);
    real *out = arena_alloc(from, all);
    real *dout = wants_dout ? arena_alloc(from, all) : NULL;
    for (int c = 0; c < stage->copies; c++) {
        layer *self = &first[c];
        self->stage = stage;
        self->type = type;
        self->training = training;
        self->copy = c;
        if (type->packed_count)
            self->packed =
                arena_alloc(shared, type->packed_count(stage, self->kernels));
        if (type->cache_count)
            self->cache = arena_alloc(
                from, type->cache_count(stage, self->kernels, training));
        if (!from->base)
            continue;
        self->in = in + offset + c * in_count;
        self->out = out + c * out_count;
        self->din = *din ? *din + offset + c * in_count : NULL;
        self->dout = dout ? dout + c * out_count : NULL;
        self->carried =
            (carried){in, stage->keep ? out + own : NULL,
                      stage->keep && dout ? dout + own : NULL, *din, before};
    }
    net->written = all / LANES;
    *din = dout;
    net->logit = out;
    net->dlogit = dout;
    return out;
}

static real *lay_out_branch_dx(network *net, arena *from, int wants_dx)
{
    return wants_dx ? arena_alloc(from, net->input_count * LANES) : NULL;
}

static int feeds_gate(const ac_network *shape, int s)
{
    const ac_stage *next = &shape->stages[s + 1];
    return s + 1 < shape->stage_count &&
           (next->branch || stage_side_count(next) > 0);
}

static void network_lay_out(network *net, arena *shared, arena *from,
                            ac_use use)
{
    const ac_network *shape = net->shape;
    const int training = use != AC_PREDICT,
              wants_dx = use == AC_GRADIENT_AND_DX;
    int wants_dout = wants_dx;
    layer *next = net->layers;
    net->written = net->input_count;
    net->mask.present = arena_alloc(from, (size_t)shape->marks * LANES);
    net->x = arena_alloc(from, net->input_count * LANES);
    net->dx = wants_dx ? arena_alloc(from, net->input_count * LANES) : NULL;
    real *in = net->x, *din = net->dx, *side = NULL, *dside = NULL;
    for (int s = 0; s < shape->stage_count; s++) {
        const ac_stage *stage = &shape->stages[s];
        if (stage->branch) {
            side = in;
            dside = din;
            in = net->x;
            net->written = net->input_count;
            din = net->branch_dx = lay_out_branch_dx(net, from, wants_dx);
            wants_dout = wants_dx;
        }
        next->side = side;
        next->dside = dside;
        /* No gradient is needed before the first parameters, but for a gate. */
        wants_dout |= training && (stage_parameter_count(stage) > 0 ||
                                   feeds_gate(shape, s));
        in = lay_out_stage(net, shared, from, stage, next, in, &din, training,
                           wants_dout);
        next += stage->copies;
    }
}

static void network_init(network *net, const ac_network *shape, layer *layers,
                         int *counts)
{
    net->shape = shape;
    net->layers = layers;
    net->layer_count = count_layers(shape);
    net->input_count =
        shape->stages[0].copies * stage_input_count(&shape->stages[0]);
    for (int i = 0; i < net->layer_count; i++) {
        layers[i].index = i;
        layers[i].kernels = find_kernels(shape->kernels);
        layers[i].dropout_rng = &net->dropout_rng;
        layers[i].mask = &net->mask;
    }
    for (int d = 0; d < 2; d++) {
        net->state[d].parts = counts;
        net->state[d].waits = counts + net->layer_count;
        net->state[d].copies = counts + 2 * net->layer_count;
        counts += 2 * net->layer_count + shape->stage_count;
    }
}

/* After network_lay_out(). */
static void network_assign(network *net, pool *pool, const real *parameters)
{
    size_t next = 0, tied = network_parameter_count(net->shape); /* ties.c */
    net->pool = pool;
    for (int i = 0; i < net->layer_count; i++) {
        layer *self = &net->layers[i];
        size_t *first = is_tied(self) ? &tied : &next;
        self->parameters = parameters + *first;
        *first += stage_parameter_count(self->stage);
    }
}

/* ---- running ----------------------------------------------------------- */

static void network_begin_batch(network *net, double batch)
{
    net->dropout_rng.on = net->shape->dropout_on;
    net->dropout_rng.key = random_bits(net->shape->seed, (uint64_t)batch);
}

static void network_pack(const network *net)
{
    for (int i = 0; i < net->layer_count; i++)
        if (net->layers[i].type->pack)
            net->layers[i].type->pack(&net->layers[i]);
}

static void network_set_gradient(network *net, real *gradient)
{
    net->gradient = gradient;
    for (int i = 0; i < net->layer_count; i++) {
        layer *self = &net->layers[i];
        self->gradient =
            gradient + (self->parameters - net->layers->parameters);
    }
}

static void network_load(network *net, const ac_genes *genes, const int *order,
                         size_t first, int count)
{
    input_load(genes, order, first, count, net->input_count, net->x);
    mask_load(net, genes, order, first, count);
    mask_apply(net, net->x);
}

static int part_count(const layer_type *type)
{
    return type->parts > 0 ? type->parts : 1;
}

/* Multiply-adds of lane vectors in one part, an upper bound: a dense layer
 * reads its steps only once. */
static double part_work(const layer *self)
{
    const ac_stage *stage = self->stage;
    const double weights =
        (double)stage_parameter_count(stage) / part_count(self->type);
    return stage->steps * (weights + stage->inputs);
}

static void run_part(const layer *self, int part, int backward)
{
    const layer_type *type = self->type;
    if (type->parts > 0)
        (backward ? type->backward_part : type->forward_part)(self, part);
    else
        (backward ? type->backward : type->forward)(self);
}

static ac_status run_stage(network *net, const ac_stage *stage,
                           const layer *layers, int backward)
{
    for (int c = 0; c < stage->copies; c++) {
        const layer *self = &layers[c];
        for (int part = 0; part < part_count(self->type); part++) {
            run_part(self, part, backward);
            if (pool_should_stop(net->pool, net->worker, part_work(self)))
                return AC_INTERRUPTED;
        }
        if (backward && self->type->join)
            self->type->join(self);
        (backward ? carry_backward : carry_forward)(self);
    }
    return AC_OK;
}

static ac_status network_forward(network *net)
{
    const layer *first = net->layers;
    for (int s = 0; s < net->shape->stage_count; s++) {
        const ac_stage *stage = &net->shape->stages[s];
        const ac_status status = run_stage(net, stage, first, 0);
        if (status != AC_OK)
            return status;
        first += stage->copies;
    }
    return AC_OK;
}

/* After the backward pass of all stages. */
static void finish_dx(network *net)
{
    for (size_t i = 0; net->branch_dx && i < net->input_count * LANES; i++)
        net->dx[i] += net->branch_dx[i];
    if (net->dx)
        mask_apply(net, net->dx);
}

static ac_status network_backward(network *net)
{
    const layer *end = net->layers + net->layer_count;
    for (int s = net->shape->stage_count - 1; s >= 0; s--) {
        const ac_stage *stage = &net->shape->stages[s];
        end -= stage->copies;
        if (end->dout && run_stage(net, stage, end, 1) != AC_OK)
            return AC_INTERRUPTED;
    }
    finish_dx(net);
    return AC_OK;
}
