/* Prediction: logits and attention. */
#include "network/team.h"

static void export_attention(const job *job, const network *net)
{
    const layer *next = net->layers;
    for (int s = 0; s < net->shape->stage_count; s++) {
        const ac_stage *stage = &net->shape->stages[s];
        const size_t copies = stage->copies, steps = stage_export_count(stage);
        double *to = job->attention[s];
        for (size_t c = 0; to && c < copies; c++)
            for (int l = 0; l < net->lanes; l++)
                for (size_t t = 0; t < steps; t++)
                    to[((net->first + l) * copies + c) * steps + t] =
                        (double)next[c].cache[t * LANES + l];
        next += copies;
    }
}

static void turn_logit(const job *job, network *net)
{
    export_outputs(net, net->lanes,
                   job->logit + net->first * output_count(net->shape));
    if (job->attention)
        export_attention(job, net);
}

static ac_status engine_predict(const ac_network *shape, const ac_genes *genes,
                                const double *parameters, ac_poll poll,
                                double *logit, double *const *attention)
{
    team team;
    ac_status status =
        open_with(&team, shape, AC_PREDICT, poll, parameters, genes->count);
    if (status != AC_OK)
        return status;
    const job job = {
        .genes = genes,
        .count = genes->count,
        .turn = turn_logit,
        .logit = logit,
        .attention = attention,
    };
    status = team_run(&team, &job);
    team_close(&team);
    return status;
}
