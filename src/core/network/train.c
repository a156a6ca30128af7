/* Training: the loop over the mini-batches of an epoch. */
#include "network/network.h"

static ac_status train_batches(network *net, const ac_genes *genes,
                               const int *order, const ac_settings *settings,
                               adam *optimiser, double *loss)
{
    const size_t size = settings->batch_size;
    double sum = 0;
    size_t done = 0;
    ac_status status = AC_OK;
    while (done < genes->count && status == AC_OK) {
        const size_t left = genes->count - done;
        const size_t count = left < size ? left : size;
        double batch = 0;
        memset(net->gradient, 0,
               sizeof(real) *
                   (net->parameter_count + tied_parameter_count(net->shape)));
        network_begin_batch(net, optimiser->steps);
        network_pack(net);
        status =
            add_gradient(net, genes, order, done, count, count, &batch, NULL);
        if (status != AC_OK)
            break;
        const double rate = settings->learning_rates[done / size];
        const double scale =
            clip_scale(net->parameter_count, net->gradient, settings->clip);
        if (settings->weight_decay)
            decay_weights(net->parameter_count, settings->weight_decay, rate,
                          net->parameters);
        adam_step(optimiser, net->layers[0].kernels, net->parameter_count,
                  net->gradient, scale, rate, net->parameters);
        sum += batch;
        done += count;
    }
    *loss = done > 0 ? sum / (double)done : NAN;
    return status;
}

static ac_status engine_train(const ac_network *shape, const ac_genes *genes,
                              const int *order, const ac_settings *settings,
                              ac_state *state, ac_poll poll, double *loss)
{
    network net;
    ac_status status = network_open(&net, shape, AC_TRAIN, poll);
    if (status != AC_OK)
        return status;
    const size_t count = net.parameter_count;
    if (count == state->count) {
        adam optimiser = {net.moments, net.moments + count, state->steps};
        copy_in(count, state->parameters, net.parameters);
        copy_in(count, state->first_moment, optimiser.first_moment);
        copy_in(count, state->second_moment, optimiser.second_moment);
        status = train_batches(&net, genes, order, settings, &optimiser, loss);
        copy_out(count, net.parameters, state->parameters);
        copy_out(count, optimiser.first_moment, state->first_moment);
        copy_out(count, optimiser.second_moment, state->second_moment);
        state->steps = optimiser.steps;
    } else {
        status = AC_BAD_NETWORK;
    }
    network_close(&net);
    return status;
}
