/* Training: the loop over the mini-batches of an epoch. */
#include "network/team.h"

/* From the gradient of a mini-batch to the next parameters. */
static void take_step(team *team, const ac_settings *settings, double rate,
                      adam *optimiser)
{
    const size_t count = team->parameter_count;
    const double scale = clip_scale(count, team->gradient, settings->clip);
    if (settings->weight_decay)
        decay_weights(count, settings->weight_decay, rate, team->parameters);
    adam_step(optimiser, team->layers->kernels, count, team->gradient, scale,
              rate, team->parameters);
}

static ac_status train_batches(team *team, const ac_genes *genes,
                               const int *order, const ac_settings *settings,
                               adam *optimiser, double *loss)
{
    const size_t size = settings->batch_size;
    double sum = 0;
    size_t done = 0;
    ac_status status = AC_OK;
    while (done < genes->count) {
        double batch = 0;
        const job job = {
            .genes = genes,
            .order = order,
            .first = done,
            .count = at_most(genes->count - done, size),
            .turn = turn_loss,
            .backward = 1,
            .loss = &batch,
        };
        team_begin_batch(team, optimiser->steps);
        team_pack(team);
        status = team_run(team, &job);
        if (status != AC_OK)
            break;
        take_step(team, settings, settings->learning_rates[done / size],
                  optimiser);
        sum += batch;
        done += job.count;
    }
    *loss = done > 0 ? sum / (double)done : NAN;
    return status;
}

static ac_status engine_train(const ac_network *shape, const ac_genes *genes,
                              const int *order, const ac_settings *settings,
                              ac_state *state, ac_poll poll, double *loss)
{
    team team;
    ac_status status =
        team_open(&team, shape, AC_TRAIN, poll,
                  at_most(genes->count, (size_t)settings->batch_size));
    if (status != AC_OK)
        return status;
    const size_t count = team.parameter_count;
    if (count == state->count) {
        adam optimiser = {team.moments, team.moments + count, state->steps};
        copy_in(count, state->parameters, team.parameters);
        copy_in(count, state->first_moment, optimiser.first_moment);
        copy_in(count, state->second_moment, optimiser.second_moment);
        status = train_batches(&team, genes, order, settings, &optimiser, loss);
        copy_out(count, team.parameters, state->parameters);
        copy_out(count, optimiser.first_moment, state->first_moment);
        copy_out(count, optimiser.second_moment, state->second_moment);
        state->steps = optimiser.steps;
    } else {
        status = AC_BAD_NETWORK;
    }
    team_close(&team);
    return status;
}
