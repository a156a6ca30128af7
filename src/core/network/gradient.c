/* Gradients of a loss, by the parameters and by the input. */
#include "network/team.h"

/* The derivatives by the input of the genes of a block. */
static void export_dx(const job *job, network *net)
{
    for (int l = 0; l < net->lanes; l++)
        for (size_t i = 0; i < net->input_count; i++)
            job->dx[(net->first + l) * net->input_count + i] =
                net->dx[i * LANES + l];
}

/* The loss is summed, its gradient is that of the mean over the job's genes. */
static void turn_loss(const job *job, network *net)
{
    const size_t outputs = output_count(net->shape);
    memset(net->dlogit, 0, sizeof(real) * net->written * LANES);
    for (int l = 0; l < net->lanes; l++) {
        const size_t at = job->first + net->first + l;
        const size_t gene = job->order ? (size_t)job->order[at] : at;
        net->losses[l] =
            output_losses(net, job->genes->y + gene * outputs, l, job->count);
    }
}

static ac_status engine_gradient(const ac_network *shape, const ac_genes *genes,
                                 const double *parameters, ac_poll poll,
                                 double *loss, double *gradient, double *dx)
{
    const ac_use use = dx ? AC_GRADIENT_AND_DX : AC_GRADIENT;
    team team;
    ac_status status =
        open_with(&team, shape, use, poll, parameters, genes->count);
    if (status != AC_OK)
        return status;
    double sum = 0;
    const job job = {
        .genes = genes,
        .count = genes->count,
        .turn = turn_loss,
        .backward = 1,
        .end = dx ? export_dx : NULL,
        .loss = &sum,
        .dx = dx,
    };
    team_begin_batch(&team, 0);
    status = team_run(&team, &job);
    *loss = sum / (double)genes->count;
    copy_out(team.parameter_count, team.gradient, gradient);
    team_close(&team);
    return status;
}

static void turn_one(const job *job, network *net)
{
    const size_t at = (size_t)network_outputs(net->shape)->at;
    (void)job;
    memset(net->dlogit, 0, sizeof(real) * net->written * LANES);
    for (int l = 0; l < LANES; l++)
        net->dlogit[at * LANES + l] = 1;
}

static ac_status engine_logit_gradient(const ac_network *shape,
                                       const ac_genes *genes,
                                       const double *parameters, ac_poll poll,
                                       double *dx)
{
    team team;
    ac_status status = open_with(&team, shape, AC_GRADIENT_AND_DX, poll,
                                 parameters, genes->count);
    if (status != AC_OK)
        return status;
    const job job = {
        .genes = genes,
        .count = genes->count,
        .turn = turn_one,
        .backward = 1,
        .end = export_dx,
        .dx = dx,
    };
    status = team_run(&team, &job);
    team_close(&team);
    return status;
}
