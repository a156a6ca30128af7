/* The outputs of a network, numbers that its last stage writes, and their
 * losses. */
#include "network/network.h"

static const ac_output one_logit = {0, AC_CROSS_ENTROPY, 1};

static size_t output_count(const ac_network *shape)
{
    return shape->outputs ? (size_t)shape->output_count : 1;
}

static const ac_output *network_outputs(const ac_network *shape)
{
    return shape->outputs ? shape->outputs : &one_logit;
}

/* Whether the outputs are among the numbers that are written; without a list,
 * there is nothing else. */
static int outputs_fit(const ac_network *shape, size_t written)
{
    if (!shape->outputs)
        return written == 1;
    for (int o = 0; o < shape->output_count; o++) {
        const ac_output *output = &shape->outputs[o];
        if (output->at < 0 || (size_t)output->at >= written ||
            output->loss < 0 || output->loss >= AC_LOSSES)
            return 0;
    }
    return shape->output_count > 0;
}

/* Of a gene, whose targets are y: the sum of its losses, and its lane of
 * dlogit, for a mean over `total` genes. A target that is not a number has no
 * loss. */
static double output_losses(const network *net, const double *y, int lane,
                            size_t total)
{
    const ac_output *outputs = network_outputs(net->shape);
    double sum = 0;
    for (size_t o = 0; o < output_count(net->shape); o++) {
        const size_t i = (size_t)outputs[o].at * LANES + lane;
        const loss_type *type = &loss_types[outputs[o].loss];
        const real target = (real)y[o], weight = (real)outputs[o].weight;
        if (isnan(y[o]))
            continue;
        sum += outputs[o].weight * type->forward(net->logit[i], target);
        net->dlogit[i] =
            weight * type->backward(net->logit[i], target) / (real)total;
    }
    return sum;
}

/* logit: [lanes][outputs] */
static void export_outputs(const network *net, int lanes, double *logit)
{
    const ac_output *outputs = network_outputs(net->shape);
    const size_t count = output_count(net->shape);
    for (int l = 0; l < lanes; l++)
        for (size_t o = 0; o < count; o++)
            logit[l * count + o] =
                (double)net->logit[(size_t)outputs[o].at * LANES + l];
}
