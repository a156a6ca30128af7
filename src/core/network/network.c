/* A network is its stages, run in order and backwards. All its memory is one
 * arena: first sized, then carved by the same walk over the layers. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "network/network.h"

static const layer_type *const layer_types[AC_LAYER_TYPES] = {
    [AC_LSTM] = &lstm_layer,       [AC_ATTENTION] = &attention_layer,
    [AC_DENSE] = &dense_layer,     [AC_CONV] = &conv_layer,
    [AC_POOL] = &pool_layer,       [AC_RELU] = &relu_layer,
    [AC_DROPOUT] = &dropout_layer, [AC_SWAP] = &swap_layer,
    [AC_PAD] = &pad_layer,         [AC_ENDS] = &ends_layer,
};

/* ---- shapes ------------------------------------------------------------ *
 *
 * The kernels count weights, and the lanes of what one output reads, with an
 * int. These limits keep such products below 2^31, and all sizes of a network
 * far below 2^64. */
enum {
    MAX_COPIES = 1 << 24,
    MAX_UNITS = 1 << 24,
    MAX_INPUTS = 1 << 26 /* numbers a gene that a copy reads or writes */
};

static int stage_is_sane(const ac_stage *stage)
{
    if (stage->layer < 0 || stage->layer >= AC_LAYER_TYPES ||
        stage->copies < 1 || stage->steps < 1 || stage->inputs < 1)
        return 0;
    const layer_type *type = layer_types[stage->layer];
    return !type->is_sane || type->is_sane(stage);
}

/* Of one copy. */
static size_t stage_parameter_count(const ac_stage *stage)
{
    const layer_type *type = layer_types[stage->layer];
    return type->parameter_count ? type->parameter_count(stage) : 0;
}

static size_t stage_output_count(const ac_stage *stage)
{
    return layer_types[stage->layer]->output_count(stage);
}

/* Of a stage that is sane. */
static int stage_is_small(const ac_stage *stage)
{
    return stage->copies <= MAX_COPIES && stage->units <= MAX_UNITS &&
           stage_input_count(stage) <= MAX_INPUTS &&
           stage_output_count(stage) <= MAX_INPUTS &&
           stage_parameter_count(stage) <= INT_MAX;
}

static size_t network_parameter_count(const ac_network *shape)
{
    size_t count = 0;
    for (int s = 0; s < shape->stage_count; s++) {
        const ac_stage *stage = &shape->stages[s];
        if (!stage_is_sane(stage) || !stage_is_small(stage))
            return 0;
        count += stage->copies * stage_parameter_count(stage);
    }
    return count;
}

/* Every stage reads just what the one before wrote; the last gives a logit. */
static ac_status check_network(const ac_network *shape)
{
    size_t written = 0, layers = 0;
    if (shape->stage_count < 1)
        return AC_BAD_NETWORK;
    for (int s = 0; s < shape->stage_count; s++) {
        const ac_stage *stage = &shape->stages[s];
        if (!stage_is_sane(stage))
            return AC_BAD_NETWORK;
        layers += (size_t)stage->copies;
        if (!stage_is_small(stage) || layers > MAX_COPIES)
            return AC_NO_MEMORY;
        if (s > 0 && stage->copies * stage_input_count(stage) != written)
            return AC_BAD_NETWORK;
        written = stage->copies * stage_output_count(stage);
    }
    const int fits = written == 1 && network_parameter_count(shape) > 0;
    return fits ? AC_OK : AC_BAD_NETWORK;
}

static int count_layers(const ac_network *shape)
{
    int count = 0;
    for (int s = 0; s < shape->stage_count; s++)
        count += shape->stages[s].copies;
    return count;
}

/* ---- memory ------------------------------------------------------------ */

/* A first walk with base NULL only counts; a second one hands out. Each view
 * starts on a cache line. */
typedef struct {
    real *base;
    size_t used; /* at most ARENA_LIMIT, which stands for all beyond */
} arena;

#define ARENA_LIMIT (SIZE_MAX / 4 / sizeof(real))

static real *take(arena *from, size_t count)
{
    const size_t line = 64 / sizeof(real);
    real *view = from->base ? from->base + from->used : NULL;
    const size_t whole = (count + line - 1) / line * line;
    const size_t left = ARENA_LIMIT - from->used;
    from->used += whole < left ? whole : left;
    return view;
}

static real *carve_stage(network *net, arena *from, const ac_stage *stage,
                         layer *first, real *in, real **din, int keep,
                         int wants_dout)
{
    const layer_type *type = layer_types[stage->layer];
    const size_t in_count = stage_input_count(stage) * LANES;
    const size_t out_count = stage_output_count(stage) * LANES;
    real *out = take(from, stage->copies * out_count);
    real *dout = wants_dout ? take(from, stage->copies * out_count) : NULL;
    for (int c = 0; c < stage->copies; c++) {
        layer *self = &first[c];
        self->stage = stage;
        self->type = type;
        self->keep = keep;
        if (type->prepared_count)
            self->prepared =
                take(from, type->prepared_count(stage, self->kernels));
        if (type->saved_count)
            self->saved =
                take(from, type->saved_count(stage, self->kernels, keep));
        if (!from->base)
            continue;
        self->in = in + c * in_count;
        self->out = out + c * out_count;
        self->din = *din ? *din + c * in_count : NULL;
        self->dout = dout ? dout + c * out_count : NULL;
    }
    *din = dout;
    net->logit = out;
    net->dlogit = dout;
    return out;
}

static void carve(network *net, arena *from, ac_use use)
{
    const ac_network *shape = net->shape;
    const int keep = use != AC_PREDICT, wants_dx = use == AC_GRADIENT_AND_DX;
    int wants_dout = wants_dx;
    layer *next = net->layers;
    net->parameters = take(from, net->parameter_count);
    net->gradient = keep ? take(from, net->parameter_count) : NULL;
    net->moments =
        use == AC_TRAIN ? take(from, 2 * net->parameter_count) : NULL;
    net->x = take(from, net->input_count * LANES);
    net->dx = wants_dx ? take(from, net->input_count * LANES) : NULL;
    real *in = net->x, *din = net->dx;
    for (int s = 0; s < shape->stage_count; s++) {
        const ac_stage *stage = &shape->stages[s];
        /* Before the first parameters nobody asks for a gradient. */
        wants_dout |= keep && stage_parameter_count(stage) > 0;
        in = carve_stage(net, from, stage, next, in, &din, keep, wants_dout);
        next += stage->copies;
    }
}

static void share_parameters(network *net)
{
    size_t first = 0;
    for (int i = 0; i < net->layer_count; i++) {
        layer *self = &net->layers[i];
        self->parameters = net->parameters + first;
        self->gradient = net->gradient ? net->gradient + first : NULL;
        first += stage_parameter_count(self->stage);
    }
}

/* All but the arena, whose size it returns through `space`. */
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
        net->layers[i].number = i;
        net->layers[i].kernels = kernels;
        net->layers[i].drawing = &net->drawing;
    }
    carve(net, space, use);
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
    /* The system clears a large arena page by page, where it is used. */
    net->memory = calloc(arena_bytes(&space), 1);
    if (!net->memory) {
        network_close(net);
        return AC_NO_MEMORY;
    }
    space.base = (real *)(((uintptr_t)net->memory + 63) & ~(uintptr_t)63);
    space.used = 0;
    carve(net, &space, use);
    share_parameters(net);
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

static void network_draw(network *net, double batch)
{
    net->drawing.drops = net->shape->drops;
    net->drawing.key = random_bits(net->shape->seed, (uint64_t)batch);
}

static void network_prepare(const network *net)
{
    for (int i = 0; i < net->layer_count; i++)
        if (net->layers[i].type->prepare)
            net->layers[i].type->prepare(&net->layers[i]);
}

static void network_load(const network *net, const double *x, const int *order,
                         size_t first, int count)
{
    const size_t inputs = net->input_count;
    if (count < LANES)
        memset(net->x, 0, sizeof(real) * inputs * LANES);
    for (int l = 0; l < count; l++) {
        const size_t gene = order ? (size_t)order[first + l] : first + l;
        const double *row = x + gene * inputs;
        for (size_t i = 0; i < inputs; i++)
            net->x[i * LANES + l] = (real)row[i];
    }
}

/* ---- polling ----------------------------------------------------------- */

/* Multiply-adds of lane vectors between two polls: tens of milliseconds by the
 * fast kernels, hundreds by the plain ones. */
static const double poll_work = 1 << 24;

static int network_polled(network *net)
{
    net->work = 0;
    return net->poll.stop && net->poll.stop(net->poll.data);
}

static int stops_after(network *net, double work)
{
    net->work += work;
    return net->work >= poll_work && network_polled(net);
}

/* Of one part, at the most: a dense layer reads its steps only once. */
static double part_work(const ac_stage *stage)
{
    const double weights =
        (double)stage_parameter_count(stage) / layer_types[stage->layer]->ways;
    return stage->steps * (weights + stage->inputs);
}

/* Parts from one poll to the next: some for each thread. */
static int parts_between_polls(const network *net, const ac_stage *stage)
{
    const double rounds = poll_work / part_work(stage);
    const double parts = net->threads * (rounds > 1 ? floor(rounds) : 1);
    return parts < INT_MAX / 2 ? (int)parts : INT_MAX / 2;
}

/* ---- stages ------------------------------------------------------------ */

/* The copies of a stage and their ways depend on nothing but the stages
 * before, and write to nothing that another one does: any number of threads
 * gives the same bits. */
static void run_parts(const network *net, const layer *layers, int from, int to,
                      int backward)
{
    const layer_type *type = layers->type;
    const int ways = type->ways;
#ifdef _OPENMP
    const int threads = net->threads < to - from ? net->threads : to - from;
#pragma omp parallel for schedule(static) num_threads(threads)
#else
    (void)net;
#endif
    for (int part = from; part < to; part++)
        (backward ? type->backward : type->forward)(&layers[part / ways],
                                                    part % ways);
}

static ac_status run_stage(network *net, const ac_stage *stage,
                           const layer *layers, int backward)
{
    const int parts = stage->copies * layers->type->ways;
    const int together = parts_between_polls(net, stage);
    for (int from = 0, to; from < parts; from = to) {
        to = parts - from < together ? parts : from + together;
        run_parts(net, layers, from, to, backward);
        if (stops_after(net, (to - from) * part_work(stage)))
            return AC_INTERRUPTED;
    }
    if (backward && layers->type->join)
        for (int c = 0; c < stage->copies; c++)
            layers->type->join(&layers[c]);
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
    return AC_OK;
}
