/* A network is its stages, run in order and backwards. All its memory is one
 * arena: first sized, then carved by the same walk over the layers. */
#include <stdint.h>
#include <stdlib.h>

#include "network.h"

static const layer_type *const layer_types[AC_LAYER_TYPES] = {
    [AC_LSTM] = &lstm_layer,       [AC_ATTENTION] = &attention_layer,
    [AC_DENSE] = &dense_layer,     [AC_CONV] = &conv_layer,
    [AC_POOL] = &pool_layer,       [AC_RELU] = &relu_layer,
    [AC_DROPOUT] = &dropout_layer, [AC_SWAP] = &swap_layer,
    [AC_PAD] = &pad_layer,         [AC_ENDS] = &ends_layer,
};

/* ---- shapes ------------------------------------------------------------ */

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

static size_t network_parameter_count(const ac_network *shape)
{
    size_t count = 0;
    for (int s = 0; s < shape->stage_count; s++) {
        const ac_stage *stage = &shape->stages[s];
        if (!stage_is_sane(stage))
            return 0;
        count += stage->copies * stage_parameter_count(stage);
    }
    return count;
}

/* Every stage reads just what the one before wrote; the last gives a logit. */
static int network_is_sane(const ac_network *shape)
{
    size_t written = 0;
    if (shape->stage_count < 1)
        return 0;
    for (int s = 0; s < shape->stage_count; s++) {
        const ac_stage *stage = &shape->stages[s];
        if (!stage_is_sane(stage))
            return 0;
        if (s > 0 && stage->copies * stage_input_count(stage) != written)
            return 0;
        written =
            stage->copies * layer_types[stage->layer]->output_count(stage);
    }
    return written == 1 && network_parameter_count(shape) > 0;
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
    size_t used;
} arena;

static real *take(arena *from, size_t count)
{
    const size_t line = 64 / sizeof(real);
    real *view = from->base ? from->base + from->used : NULL;
    from->used += (count + line - 1) / line * line;
    return view;
}

static real *carve_stage(network *net, arena *from, const ac_stage *stage,
                         layer *first, real *in, real **din, int keep,
                         int wants_dout)
{
    const layer_type *type = layer_types[stage->layer];
    const size_t in_count = stage_input_count(stage) * LANES;
    const size_t out_count = type->output_count(stage) * LANES;
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

static void carve(network *net, arena *from, network_use use)
{
    const ac_network *shape = net->shape;
    const int keep = use != PREDICT;
    int wants_dout = use == TRAIN_AND_DX;
    layer *next = net->layers;
    net->parameters = take(from, net->parameter_count);
    net->gradient = keep ? take(from, net->parameter_count) : NULL;
    net->x = take(from, net->input_count * LANES);
    net->dx = use == TRAIN_AND_DX ? take(from, net->input_count * LANES) : NULL;
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

static ac_status network_open(network *net, const ac_network *shape,
                              network_use use)
{
    const kernels *kernels = find_kernels(shape->kernels);
    memset(net, 0, sizeof *net);
    if (!network_is_sane(shape))
        return AC_BAD_NETWORK;
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

    arena space = {NULL, 0};
    carve(net, &space, use);
    net->memory = malloc(space.used * sizeof(real) + 64);
    if (!net->memory) {
        network_close(net);
        return AC_NO_MEMORY;
    }
    space.base = (real *)(((uintptr_t)net->memory + 63) & ~(uintptr_t)63);
    memset(space.base, 0, space.used * sizeof(real));
    space.used = 0;
    carve(net, &space, use);
    share_parameters(net);
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

/* The copies of a stage and their ways depend on nothing but the stages
 * before, and write to nothing that another one does: any number of threads
 * gives the same bits. */
static void run_stage(const network *net, const ac_stage *stage,
                      const layer *first, int backward)
{
    const layer_type *type = layer_types[stage->layer];
    const int ways = type->ways, parts = stage->copies * ways;
#ifdef _OPENMP
    const int threads = net->threads < parts ? net->threads : parts;
#pragma omp parallel for schedule(static) num_threads(threads)
#else
    (void)net;
#endif
    for (int part = 0; part < parts; part++)
        (backward ? type->backward : type->forward)(&first[part / ways],
                                                    part % ways);
    if (backward && type->join)
        for (int c = 0; c < stage->copies; c++)
            type->join(&first[c]);
}

static void network_forward(const network *net)
{
    const layer *first = net->layers;
    for (int s = 0; s < net->shape->stage_count; s++) {
        const ac_stage *stage = &net->shape->stages[s];
        run_stage(net, stage, first, 0);
        first += stage->copies;
    }
}

static void network_backward(const network *net)
{
    const layer *end = net->layers + net->layer_count;
    for (int s = net->shape->stage_count - 1; s >= 0; s--) {
        const ac_stage *stage = &net->shape->stages[s];
        end -= stage->copies;
        if (end->dout)
            run_stage(net, stage, end, 1);
    }
}
