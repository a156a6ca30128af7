/* The memory of a team, and its networks on their blocks: see team.h. */
#include <limits.h>

#include "network/team.h"

/* ---- memory -------------------------------------------------------------- */

/* Blocks for each worker between two sums of gradients: enough that a worker
 * seldom waits for the last one. */
enum { BLOCKS_PER_WORKER = 8 };

/* Parameters that one worker sums at a time. */
enum { RANGE = 4096 };

/* More threads than any machine that this was tried on. */
enum { MAX_WORKERS = 1024 };

/* Blocks of more bytes are shared: a block for each worker is slower
 * (bench/threads.R), perhaps as they do not fit the cache that cores share. */
enum { LARGE_BLOCK = 8 << 20 };

/* Pieces of one block that can run at a time. */
static size_t widest_stage(const ac_network *shape)
{
    size_t widest = 1;
    for (int s = 0; s < shape->stage_count; s++) {
        const ac_stage *stage = &shape->stages[s];
        const size_t pieces =
            (size_t)stage->copies * part_count(layer_types[stage->layer]);
        widest = pieces > widest ? pieces : widest;
    }
    return widest;
}

static int block_size(size_t done, size_t count)
{
    return count - done < LANES ? (int)(count - done) : LANES;
}

static size_t at_most(size_t x, size_t limit)
{
    return x < limit ? x : limit;
}

/* How many workers and blocks there are. */
static ac_status team_size(team *self, const ac_network *shape, size_t blocks)
{
    const ac_status status = check_network(shape);
    memset(self, 0, sizeof *self);
    if (status != AC_OK)
        return status;
    if (!find_kernels(shape->kernels))
        return AC_NO_KERNELS;
    blocks = blocks > 0 ? at_most(blocks, INT_MAX) : 1;
    const size_t pieces = blocks * widest_stage(shape);
    self->shape = shape;
    self->blocks = blocks;
    self->threads = (int)at_most(usable_threads(shape->threads),
                                 at_most(pieces, MAX_WORKERS));
    self->net_count = (int)at_most(blocks, self->threads);
    self->gradients = (int)at_most(
        blocks, self->threads == 1 ? 1 : self->threads * BLOCKS_PER_WORKER);
    self->parameter_count = network_parameter_count(shape);
    self->all_count = self->parameter_count + tied_parameter_count(shape);
    return AC_OK;
}

/* The first `count` networks, as yet without views. */
static ac_status add_networks(team *self, int count)
{
    const size_t layers = count_layers(self->shape);
    const size_t counts = 2 * (2 * layers + self->shape->stage_count);
    self->nets = calloc(count, sizeof *self->nets);
    self->layers = calloc(count * layers, sizeof *self->layers);
    self->counts = calloc(count * counts, sizeof *self->counts);
    if (!self->nets || !self->layers || !self->counts)
        return AC_NO_MEMORY;
    for (int n = 0; n < count; n++)
        network_init(&self->nets[n], self->shape, self->layers + n * layers,
                     self->counts + n * counts);
    return AC_OK;
}

/* One for each worker, or a large one for as many workers as it has pieces. */
static int blocks_at_once(const team *self, size_t block)
{
    const int pieces = (int)widest_stage(self->shape);
    if (block * sizeof(real) <= LARGE_BLOCK)
        return self->net_count;
    return (int)at_most(self->net_count, (self->threads - 1) / pieces + 1);
}

/* First without memory: see arena. What all networks read comes first, then
 * what each writes to. Returns how much that is. */
static size_t team_lay_out(team *self, real *base, ac_use use)
{
    const size_t count = self->parameter_count;
    const size_t all = self->all_count;
    const int training = use != AC_PREDICT;
    arena shared = {base, 0}, own = {NULL, 0};
    self->parameters = arena_alloc(&shared, all);
    self->moments = use == AC_TRAIN ? arena_alloc(&shared, 2 * count) : NULL;
    self->gradient = training ? arena_alloc(&shared, all) : NULL;
    self->gradient_step = round_up(all, 64 / sizeof(real));
    self->block_gradients = self->gradient;
    if (training && self->blocks > 1)
        self->block_gradients = arena_alloc(
            &shared, arena_times(self->gradients, self->gradient_step));
    const arena before = shared;
    network_lay_out(&self->nets[0], &shared, &own, use);
    self->net_count = blocks_at_once(self, own.used);
    for (int n = 0; base && n < self->net_count; n++) {
        arena again = before, part = {base + shared.used + n * own.used, 0};
        network_lay_out(&self->nets[n], &again, &part, use);
    }
    arena_alloc(&shared, arena_times(self->net_count, own.used));
    return shared.used;
}

static size_t arena_bytes(size_t used)
{
    return used * sizeof(real) + 64;
}

static void team_close(team *self)
{
    pool_close(self->pool);
    free(self->nets);
    free(self->layers);
    free(self->counts);
    free(self->losses);
    free(self->memory);
    memset(self, 0, sizeof *self);
}

/* For any number of genes. */
static size_t team_memory(const ac_network *shape, ac_use use)
{
    team self;
    size_t used = 0;
    ac_status status = team_size(&self, shape, SIZE_MAX);
    if (status == AC_OK)
        status = add_networks(&self, 1);
    if (status == AC_OK)
        used = team_lay_out(&self, NULL, use);
    team_close(&self);
    if (status == AC_NO_MEMORY || used == ARENA_LIMIT)
        return SIZE_MAX;
    return status == AC_OK ? arena_bytes(used) : 0;
}

/* Pieces that wait at a time: whole blocks, copies and their parts, or ranges
 * of parameters. */
static size_t pool_capacity(const team *self)
{
    return BLOCKS_PER_WORKER * (size_t)self->threads +
           2 * (size_t)self->net_count * count_layers(self->shape) +
           self->all_count / RANGE + 1;
}

static ac_status team_fill(team *self, ac_use use, ac_poll poll)
{
    const ac_status status = add_networks(self, self->net_count);
    if (status != AC_OK)
        return status;
    const size_t used = team_lay_out(self, NULL, use);
    if (used == ARENA_LIMIT)
        return AC_NO_MEMORY;
    /* calloc: the system clears a large arena page by page, on first use. */
    self->memory = calloc(arena_bytes(used), 1);
    self->losses = calloc((size_t)self->gradients * LANES, sizeof(double));
    self->pool = pool_open(self->threads, pool_capacity(self), poll);
    if (!self->memory || !self->losses || !self->pool)
        return AC_NO_MEMORY;
    team_lay_out(
        self, (real *)(((uintptr_t)self->memory + 63) & ~(uintptr_t)63), use);
    for (int n = 0; n < self->net_count; n++)
        network_assign(&self->nets[n], self->pool, self->parameters);
    return AC_OK;
}

static ac_status team_open(team *self, const ac_network *shape, ac_use use,
                           ac_poll poll, size_t genes)
{
    ac_status status = team_size(self, shape, (genes + LANES - 1) / LANES);
    if (status == AC_OK)
        status = team_fill(self, use, poll);
    if (status != AC_OK)
        team_close(self);
    return status;
}

/* ---- running ------------------------------------------------------------- */

static void team_begin_batch(team *self, double batch)
{
    for (int n = 0; n < self->net_count; n++)
        network_begin_batch(&self->nets[n], batch);
}

static void team_pack(const team *self)
{
    tie_parameters(&self->nets[0], self->parameters);
    network_pack(&self->nets[0]);
}

/* Puts a network on a block, whose number counts from the first of the wave. */
static void begin_block(const wave *wave, network *net, int block)
{
    const team *self = wave->team;
    const job *job = wave->job;
    real *gradient = job->count > LANES
                         ? self->block_gradients + block * self->gradient_step
                         : self->gradient;
    net->first = wave->first + (size_t)block * LANES;
    net->lanes = block_size(net->first, job->count);
    net->dropout_rng.block = net->first / LANES;
    net->losses = self->losses + (size_t)block * LANES;
    if (job->backward) {
        memset(gradient, 0, sizeof(real) * self->all_count);
        network_set_gradient(net, gradient);
    }
    network_load(net, job->genes, job->order, job->first + net->first,
                 net->lanes);
}
