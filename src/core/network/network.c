/* A network is its stages, run in order and backwards. Its memory is one arena:
 * one walk over the layers first measures it, then hands it out. */
#include <limits.h>
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

/* in: what the stage before wrote, net->written numbers. */
static real *lay_out_stage(network *net, arena *from, const ac_stage *stage,
                           layer *first, real *in, real **din, int training,
                           int wants_dout)
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
                arena_alloc(from, type->packed_count(stage, self->kernels));
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

static void lay_out(network *net, arena *from, ac_use use)
{
    const ac_network *shape = net->shape;
    const int training = use != AC_PREDICT,
              wants_dx = use == AC_GRADIENT_AND_DX;
    int wants_dout = wants_dx;
    layer *next = net->layers;
    const size_t parameters =
        net->parameter_count + tied_parameter_count(shape);
    net->parameters = arena_alloc(from, parameters);
    net->gradient = training ? arena_alloc(from, parameters) : NULL;
    net->written = net->input_count;
    net->moments =
        use == AC_TRAIN ? arena_alloc(from, 2 * net->parameter_count) : NULL;
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
        in = lay_out_stage(net, from, stage, next, in, &din, training,
                           wants_dout);
        next += stage->copies;
    }
}

static void assign_parameters(network *net)
{
    size_t next = 0, tied = net->parameter_count; /* ties.c */
    for (int i = 0; i < net->layer_count; i++) {
        layer *self = &net->layers[i];
        size_t *first = is_tied(self) ? &tied : &next;
        self->parameters = net->parameters + *first;
        self->gradient = net->gradient ? net->gradient + *first : NULL;
        *first += stage_parameter_count(self->stage);
    }
}

/* Everything but the arena, whose size it returns in `space`. */
static ac_status network_measure(network *net, const ac_network *shape,
                                 ac_use use, arena *space)
{
    const ac_status status = check_network(shape);
    memset(net, 0, sizeof *net);
    if (status != AC_OK)
        return status;
    const kernels *kernels = find_kernels(shape->kernels);
    if (!kernels)
        return AC_NO_KERNELS;
    net->shape = shape;
    net->threads = usable_threads(shape->threads);
    net->layer_count = count_layers(shape);
    net->parameter_count = network_parameter_count(shape);
    net->input_count =
        shape->stages[0].copies * stage_input_count(&shape->stages[0]);
    net->layers = calloc(net->layer_count, sizeof *net->layers);
    if (!net->layers)
        return AC_NO_MEMORY;
    for (int i = 0; i < net->layer_count; i++) {
        net->layers[i].index = i;
        net->layers[i].kernels = kernels;
        net->layers[i].dropout_rng = &net->dropout_rng;
        net->layers[i].mask = &net->mask;
    }
    lay_out(net, space, use);
    return AC_OK;
}

static size_t arena_bytes(const arena *space)
{
    return space->used * sizeof(real) + 64;
}

static size_t network_memory(const ac_network *shape, ac_use use)
{
    network net;
    arena space = {NULL, 0};
    const ac_status status = network_measure(&net, shape, use, &space);
    network_close(&net);
    if (status == AC_NO_MEMORY || space.used == ARENA_LIMIT)
        return SIZE_MAX;
    return status == AC_OK ? arena_bytes(&space) : 0;
}

static ac_status network_open(network *net, const ac_network *shape, ac_use use,
                              ac_poll poll)
{
    arena space = {NULL, 0};
    const ac_status status = network_measure(net, shape, use, &space);
    if (status != AC_OK) {
        network_close(net);
        return status;
    }
    /* calloc: the system clears a large arena page by page, on first use. */
    net->memory = calloc(arena_bytes(&space), 1);
    if (!net->memory) {
        network_close(net);
        return AC_NO_MEMORY;
    }
    space.base = (real *)(((uintptr_t)net->memory + 63) & ~(uintptr_t)63);
    space.used = 0;
    lay_out(net, &space, use);
    assign_parameters(net);
    net->poll = poll;
    return AC_OK;
}

static void network_close(network *net)
{
    free(net->layers);
    free(net->memory);
    net->layers = NULL;
    net->memory = NULL;
}

/* ---- running ----------------------------------------------------------- */

static void network_begin_batch(network *net, double batch)
{
    net->dropout_rng.on = net->shape->dropout_on;
    net->dropout_rng.key = random_bits(net->shape->seed, (uint64_t)batch);
}

static void network_pack(const network *net)
{
    tie_parameters(net);
    for (int i = 0; i < net->layer_count; i++)
        if (net->layers[i].type->pack)
            net->layers[i].type->pack(&net->layers[i]);
}

static void network_load(network *net, const ac_genes *genes, const int *order,
                         size_t first, int count)
{
    const size_t inputs = net->input_count;
    if (count < LANES)
        memset(net->x, 0, sizeof(real) * inputs * LANES);
    for (int l = 0; l < count; l++) {
        const size_t gene = order ? (size_t)order[first + l] : first + l;
        const double *row = genes->x + gene * inputs;
        for (size_t i = 0; i < inputs; i++)
            net->x[i * LANES + l] = (real)row[i];
    }
    mask_load(net, genes, order, first, count);
    mask_apply(net, net->x);
}

static int part_count(const layer_type *type)
{
    return type->parts > 0 ? type->parts : 1;
}

/* ---- polling ----------------------------------------------------------- */

/* Multiply-adds of lane vectors between two polls: tens of milliseconds with
 * the fast kernels, hundreds with the plain ones. */
static const double poll_work = 1 << 24;

static int network_should_stop(network *net)
{
    net->work = 0;
    return net->poll.stop && net->poll.stop(net->poll.data);
}

static int should_stop_after(network *net, double work)
{
    net->work += work;
    return net->work >= poll_work && network_should_stop(net);
}

/* Of one part, an upper bound: a dense layer reads its steps only once. */
static double part_work(const ac_stage *stage)
{
    const double weights = (double)stage_parameter_count(stage) /
                           part_count(layer_types[stage->layer]);
    return stage->steps * (weights + stage->inputs);
}

/* Parts from one poll to the next, some for each thread. */
static int parts_between_polls(const network *net, const ac_stage *stage)
{
    const double rounds = poll_work / part_work(stage);
    const double parts = net->threads * (rounds > 1 ? floor(rounds) : 1);
    return parts < INT_MAX / 2 ? (int)parts : INT_MAX / 2;
}

/* ---- stages ------------------------------------------------------------ */

static void run_part(const layer *self, int part, int backward)
{
    const layer_type *type = self->type;
    if (type->parts > 0)
        (backward ? type->backward_part : type->forward_part)(self, part);
    else
        (backward ? type->backward : type->forward)(self);
}

/* The copies of a stage and their parts depend only on the stages before and
 * write to separate memory, so any number of threads gives the same bits. */
static void run_parts(const network *net, const layer *layers, int from, int to,
                      int backward)
{
    const int parts = part_count(layers->type);
#ifdef _OPENMP
    const int threads = net->threads < to - from ? net->threads : to - from;
#pragma omp parallel for schedule(static) num_threads(threads)
#else
    (void)net;
#endif
    for (int part = from; part < to; part++)
        run_part(&layers[part / parts], part % parts, backward);
}

static ac_status run_stage(network *net, const ac_stage *stage,
                           const layer *layers, int backward)
{
    const int parts = stage->copies * part_count(layers->type);
    const int chunk = parts_between_polls(net, stage);
    for (int from = 0, to; from < parts; from = to) {
        to = parts - from < chunk ? parts : from + chunk;
        run_parts(net, layers, from, to, backward);
        if (should_stop_after(net, (to - from) * part_work(stage)))
            return AC_INTERRUPTED;
    }
    for (int c = 0; c < stage->copies; c++) {
        if (backward && layers->type->join)
            layers->type->join(&layers[c]);
        (backward ? carry_backward : carry_forward)(&layers[c]);
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

static ac_status network_backward(network *net)
{
    const layer *end = net->layers + net->layer_count;
    for (int s = net->shape->stage_count - 1; s >= 0; s--) {
        const ac_stage *stage = &net->shape->stages[s];
        end -= stage->copies;
        if (end->dout && run_stage(net, stage, end, 1) != AC_OK)
            return AC_INTERRUPTED;
    }
    for (size_t i = 0; net->branch_dx && i < net->input_count * LANES; i++)
        net->dx[i] += net->branch_dx[i];
    if (net->dx)
        mask_apply(net, net->dx);
    return AC_OK;
}
