/* The blocks of a job, in waves: each block by one worker, or large ones and
 * the last few by several; then the sums over them. */
#include <math.h>

#include "network/team.h"

static void whole_run(void *data, const piece *piece, int worker)
{
    const wave *wave = data;
    network *net = &wave->team->nets[worker];
    net->worker = worker;
    if (pool_should_stop(net->pool, worker, INFINITY))
        return;
    begin_block(wave, net, piece->at);
    if (network_forward(net) != AC_OK)
        return;
    wave->job->turn(wave->job, net);
    if (wave->job->backward && network_backward(net) != AC_OK)
        return;
    if (wave->job->end)
        wave->job->end(wave->job, net);
}

/* The first blocks of a wave, each by one worker. */
static ac_status run_whole(wave *wave, int count)
{
    const pool_work work = {whole_run, NULL, wave};
    for (int block = count - 1; block >= 0; block--) {
        const piece next = {NULL, 0, block, 0};
        pool_add(wave->team->pool, next);
    }
    return pool_run(wave->team->pool, &work);
}

/* ---- sums over blocks ---------------------------------------------------- */

static void range_run(void *data, const piece *piece, int worker)
{
    const wave *wave = data;
    const team *self = wave->team;
    const size_t first = (size_t)piece->at * RANGE;
    const size_t count = at_most(self->all_count - first, RANGE);
    real *sum = self->gradient + first;
    (void)worker;
    for (int block = 0; block < wave->blocks; block++) {
        const real *own =
            self->block_gradients + block * self->gradient_step + first;
        for (size_t i = 0; i < count; i++)
            sum[i] += own[i];
    }
}

/* In the order of the blocks. */
static ac_status add_gradients(wave *wave)
{
    const pool_work work = {range_run, NULL, wave};
    const size_t ranges = (wave->team->all_count - 1) / RANGE + 1;
    for (size_t i = 0; i < ranges; i++) {
        const piece next = {NULL, 0, (int)i, 0};
        pool_add(wave->team->pool, next);
    }
    return pool_run(wave->team->pool, &work);
}

static ac_status add_results(wave *wave)
{
    const job *job = wave->job;
    const size_t count =
        at_most(job->count - wave->first, (size_t)wave->blocks * LANES);
    for (size_t i = 0; i < count; i++)
        *job->loss += wave->team->losses[i];
    return job->count > LANES ? add_gradients(wave) : AC_OK;
}

static ac_status run_wave(wave *wave)
{
    const int threads = wave->team->threads, nets = wave->team->net_count;
    const int whole = nets < threads ? 0 : wave->blocks / threads * threads;
    ac_status status = run_whole(wave, whole);
    for (int first = whole; first < wave->blocks && status == AC_OK;
         first += nets)
        status =
            run_shared(wave, first, (int)at_most(wave->blocks - first, nets));
    if (status == AC_OK && wave->job->loss)
        status = add_results(wave);
    return status;
}

static ac_status team_run(team *self, const job *job)
{
    wave wave = {self, job, 0, 0};
    ac_status status = AC_OK;
    if (job->loss && job->count > LANES)
        memset(self->gradient, 0, sizeof(real) * self->all_count);
    while (wave.first < job->count && status == AC_OK) {
        const size_t left = (job->count - wave.first - 1) / LANES + 1;
        wave.blocks = (int)at_most(left, self->gradients);
        status = run_wave(&wave);
        wave.first += (size_t)wave.blocks * LANES;
    }
    if (job->loss && status == AC_OK) {
        network_set_gradient(&self->nets[0], self->gradient);
        tie_gradient(&self->nets[0]);
    }
    return status;
}
