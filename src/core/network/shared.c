/* A block of genes that several workers share. Its pieces are the copies of its
 * stages and their parts; a piece can run when those whose results it reads are
 * done. Copies of one stage do not wait for each other where the next stage has
 * as many, and the two branches of a network do not at all.
 *
 * Pieces write to separate memory and each computes what it does when one
 * worker runs the block, so the bits are the same. */
#include <math.h>

#include "network/team.h"

enum piece_kind {
    PIECE_LOAD,
    PIECE_FORWARD,
    PIECE_TURN,
    PIECE_BACKWARD,
    PIECE_JOIN,
    PIECE_END
};

/* ---- which stage reads which --------------------------------------------- */

static int stage_of(const network *net, const layer *self)
{
    return (int)(self->stage - net->shape->stages);
}

/* The stage before, or -1 where a branch begins. */
static int stage_before(const ac_network *shape, int s)
{
    return shape->stages[s].branch ? -1 : s - 1;
}

/* The last stage of the first branch, which a gate reads too; -1: no gate. */
static int side_before(const ac_network *shape, int s)
{
    if (stage_side_count(&shape->stages[s]) == 0)
        return -1;
    while (!shape->stages[s].branch)
        s--;
    return s - 1;
}

/* The stage that reads this one; -1 for the last. */
static int stage_after(const ac_network *shape, int s)
{
    if (s + 1 == shape->stage_count)
        return -1;
    s++;
    if (shape->stages[s].branch)
        while (stage_side_count(&shape->stages[s]) == 0)
            s++;
    return s;
}

/* Whether copy c of one stage concerns nobody but copy c of the other. What is
 * passed on concerns all (carry.c). */
static int in_lanes(const ac_network *shape, int s, int other)
{
    const ac_stage *from = &shape->stages[s], *to = &shape->stages[other];
    return from->copies == to->copies && !stage_carries(from) &&
           !stage_carries(to) && side_before(shape, s) != other &&
           side_before(shape, other) != s;
}

static layer *first_of(const network *net, int s)
{
    layer *self = net->layers;
    for (int i = 0; i < s; i++)
        self += net->shape->stages[i].copies;
    return self;
}

/* ---- the order of the pieces --------------------------------------------- */

static void add_piece(pool *pool, network *net, int kind)
{
    const piece next = {net, kind, 0, 0};
    pool_add(pool, next);
}

static void add_layer(pool *pool, network *net, const layer *self, int backward)
{
    const int kind = backward ? PIECE_BACKWARD : PIECE_FORWARD;
    for (int part = part_count(self->type) - 1; part >= 0; part--) {
        const piece next = {net, kind, self->index, part};
        pool_add(pool, next);
    }
}

/* The layers of stage `other` no longer wait for this one. */
static void release(pool *pool, network *net, const layer *self, int other,
                    int backward)
{
    progress *left = &net->state[backward];
    const int s = stage_of(net, self);
    const layer *to = first_of(net, other);
    int from = 0, end = to->stage->copies;
    if (in_lanes(net->shape, s, other)) {
        from = self->copy;
        end = from + 1;
    } else if (left->copies[s] > 0) {
        return;
    }
    for (int c = end - 1; c >= from; c--)
        if (--left->waits[to[c].index] == 0)
            add_layer(pool, net, &to[c], backward);
}

static void finish_forward(pool *pool, network *net, const layer *self)
{
    const int s = stage_of(net, self), after = stage_after(net->shape, s);
    carry_forward(self);
    net->state[0].copies[s]--;
    if (after >= 0)
        release(pool, net, self, after, 0);
    else
        add_piece(pool, net, PIECE_TURN);
}

static void finish_backward(pool *pool, network *net, const layer *self)
{
    const int s = stage_of(net, self);
    const int before[] = {stage_before(net->shape, s),
                          side_before(net->shape, s)};
    carry_backward(self);
    net->state[1].copies[s]--;
    for (int i = 0; i < 2; i++)
        if (before[i] >= 0 && first_of(net, before[i])->dout)
            release(pool, net, self, before[i], 1);
    if (--net->backward_left == 0)
        add_piece(pool, net, PIECE_END);
}

/* Of both branches; the last one added runs first, and the first branch has
 * more to do. */
static void add_first_layers(pool *pool, network *net)
{
    for (int i = net->layer_count - 1; i >= 0; i--) {
        const layer *self = &net->layers[i];
        if (stage_before(net->shape, stage_of(net, self)) < 0)
            add_layer(pool, net, self, 0);
    }
}

static void add_last_layers(pool *pool, network *net)
{
    const layer *self = first_of(net, net->shape->stage_count - 1);
    for (int c = self->stage->copies - 1; c >= 0; c--)
        add_layer(pool, net, &self[c], 1);
}

static void shared_done(void *data, const piece *done, pool *pool)
{
    const wave *wave = data;
    network *net = done->of;
    const layer *self = &net->layers[done->at];
    switch (done->kind) {
    case PIECE_LOAD:
        add_first_layers(pool, net);
        break;
    case PIECE_FORWARD:
        if (--net->state[0].parts[done->at] == 0)
            finish_forward(pool, net, self);
        break;
    case PIECE_TURN:
        if (wave->job->backward)
            add_last_layers(pool, net);
        break;
    case PIECE_BACKWARD:
        if (--net->state[1].parts[done->at] > 0)
            break;
        if (self->type->join) {
            const piece join = {net, PIECE_JOIN, done->at, 0};
            pool_add(pool, join);
            break;
        }
        /* fall through */
    case PIECE_JOIN:
        finish_backward(pool, net, self);
        break;
    default:
        break;
    }
}

/* ---- running ------------------------------------------------------------- */

static void shared_run(void *data, const piece *piece, int worker)
{
    const wave *wave = data;
    network *net = piece->of;
    const layer *self = &net->layers[piece->at];
    switch (piece->kind) {
    case PIECE_LOAD:
        begin_block(wave, net, piece->part);
        break;
    case PIECE_FORWARD:
    case PIECE_BACKWARD:
        run_part(self, piece->part, piece->kind == PIECE_BACKWARD);
        pool_should_stop(net->pool, worker, part_work(self));
        break;
    case PIECE_TURN:
        wave->job->turn(wave->job, net);
        break;
    case PIECE_JOIN:
        self->type->join(self);
        break;
    default:
        finish_dx(net);
        if (wave->job->end)
            wave->job->end(wave->job, net);
    }
}

/* How much is left of a block that nobody has begun. */
static void count_pieces(network *net)
{
    const ac_network *shape = net->shape;
    net->backward_left = 0;
    for (int i = 0; i < net->layer_count; i++) {
        const layer *self = &net->layers[i];
        const int s = stage_of(net, self);
        net->state[0].parts[i] = part_count(self->type);
        net->state[1].parts[i] = part_count(self->type);
        net->state[0].waits[i] =
            (stage_before(shape, s) >= 0) + (side_before(shape, s) >= 0);
        net->state[1].waits[i] = 1;
        net->state[0].copies[s] = self->stage->copies;
        net->state[1].copies[s] = self->stage->copies;
        net->backward_left += self->dout != NULL;
    }
}

/* The `count` blocks of a wave from `first` on, a network for each. */
static ac_status run_shared(wave *wave, int first, int count)
{
    const pool_work work = {shared_run, shared_done, wave};
    team *team = wave->team;
    if (pool_should_stop(team->pool, 0, INFINITY))
        return AC_INTERRUPTED;
    for (int i = 0; i < count; i++) {
        const piece load = {&team->nets[i], PIECE_LOAD, 0, first + i};
        count_pieces(&team->nets[i]);
        pool_add(team->pool, load);
    }
    return pool_run(team->pool, &work);
}
