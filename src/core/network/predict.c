/* Prediction: logits and attention. */
#include "network/network.h"

static void export_attention(const network *net, size_t first, int lanes,
                             double *const *attention)
{
    const layer *next = net->layers;
    for (int s = 0; s < net->shape->stage_count; s++) {
        const ac_stage *stage = &net->shape->stages[s];
        const size_t copies = stage->copies, steps = stage_export_count(stage);
        for (size_t c = 0; attention[s] && c < copies; c++)
            for (int l = 0; l < lanes; l++)
                for (size_t t = 0; t < steps; t++)
                    attention[s][((first + l) * copies + c) * steps + t] =
                        (double)next[c].cache[t * LANES + l];
        next += copies;
    }
}

static ac_status engine_predict(const ac_network *shape, const ac_genes *genes,
                                const double *parameters, ac_poll poll,
                                double *logit, double *const *attention)
{
    network net;
    ac_status status = open_with(&net, shape, AC_PREDICT, poll, parameters);
    if (status != AC_OK)
        return status;
    for (size_t done = 0; done < genes->count; done += LANES) {
        const int lanes = block_size(done, genes->count);
        status = forward_block(&net, genes, NULL, done, lanes);
        if (status != AC_OK)
            break;
        export_outputs(&net, lanes, logit + done * output_count(shape));
        if (attention)
            export_attention(&net, done, lanes, attention);
    }
    network_close(&net);
    return status;
}
