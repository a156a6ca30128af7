/* The uses of a network: a training epoch, a prediction, and gradients. Each
 * opens a network, walks over the genes block by block, and closes it again. */
#include "network/network.h"

static int block_size(size_t done, size_t count)
{
    return count - done < LANES ? (int)(count - done) : LANES;
}

/* The derivatives by the input of the genes of a block, from gene `first` on.
 */
static void export_dx(const network *net, size_t first, int lanes, double *dx)
{
    for (int l = 0; l < lanes; l++)
        for (size_t i = 0; i < net->input_count; i++)
            dx[(first + l) * net->input_count + i] = net->dx[i * LANES + l];
}

/* Loss and gradient of the genes order[first .. first + count), summed over
 * blocks; the gradient is that of the mean over `total` genes. */
static ac_status add_gradient(network *net, const ac_genes *genes,
                              const int *order, size_t first, size_t count,
                              size_t total, double *loss, double *dx)
{
    for (size_t done = 0; done < count; done += LANES) {
        const int lanes = block_size(done, count);
        if (network_should_stop(net))
            return AC_INTERRUPTED;
        net->dropout_rng.block = done / LANES;
        network_load(net, genes->x, order, first + done, lanes);
        if (network_forward(net) != AC_OK)
            return AC_INTERRUPTED;
        memset(net->dlogit, 0, sizeof(real) * LANES);
        for (int l = 0; l < lanes; l++) {
            const size_t at = first + done + l;
            const real y = (real)genes->y[order ? (size_t)order[at] : at];
            *loss += loss_forward(net->logit[l], y);
            net->dlogit[l] = loss_backward(net->logit[l], y) / (real)total;
        }
        if (network_backward(net) != AC_OK)
            return AC_INTERRUPTED;
        if (dx)
            export_dx(net, first + done, lanes, dx);
    }
    return AC_OK;
}

/* ---- training ---------------------------------------------------------- */

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
        memset(net->gradient, 0, sizeof(real) * net->parameter_count);
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

static void copy_in(size_t count, const double *from, real *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (real)from[i];
}

static void copy_out(size_t count, const real *from, double *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (double)from[i];
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

/* ---- prediction -------------------------------------------------------- */

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
    ac_status status = network_open(&net, shape, AC_PREDICT, poll);
    if (status != AC_OK)
        return status;
    copy_in(net.parameter_count, parameters, net.parameters);
    network_pack(&net);
    for (size_t done = 0; done < genes->count; done += LANES) {
        const int lanes = block_size(done, genes->count);
        status = network_should_stop(&net) ? AC_INTERRUPTED : AC_OK;
        if (status != AC_OK)
            break;
        network_load(&net, genes->x, NULL, done, lanes);
        status = network_forward(&net);
        if (status != AC_OK)
            break;
        copy_out(lanes, net.logit, logit + done);
        if (attention)
            export_attention(&net, done, lanes, attention);
    }
    network_close(&net);
    return status;
}

/* ---- gradient ---------------------------------------------------------- */

static ac_status engine_gradient(const ac_network *shape, const ac_genes *genes,
                                 const double *parameters, ac_poll poll,
                                 double *loss, double *gradient, double *dx)
{
    network net;
    ac_status status =
        network_open(&net, shape, dx ? AC_GRADIENT_AND_DX : AC_GRADIENT, poll);
    if (status != AC_OK)
        return status;
    double sum = 0;
    copy_in(net.parameter_count, parameters, net.parameters);
    network_begin_batch(&net, 0);
    network_pack(&net);
    status = add_gradient(&net, genes, NULL, 0, genes->count, genes->count,
                          &sum, dx);
    *loss = sum / (double)genes->count;
    copy_out(net.parameter_count, net.gradient, gradient);
    network_close(&net);
    return status;
}

static ac_status engine_logit_gradient(const ac_network *shape,
                                       const ac_genes *genes,
                                       const double *parameters, ac_poll poll,
                                       double *dx)
{
    network net;
    ac_status status = network_open(&net, shape, AC_GRADIENT_AND_DX, poll);
    if (status != AC_OK)
        return status;
    copy_in(net.parameter_count, parameters, net.parameters);
    network_pack(&net);
    for (size_t done = 0; done < genes->count; done += LANES) {
        const int lanes = block_size(done, genes->count);
        status = network_should_stop(&net) ? AC_INTERRUPTED : AC_OK;
        if (status != AC_OK)
            break;
        network_load(&net, genes->x, NULL, done, lanes);
        status = network_forward(&net);
        for (int l = 0; l < LANES; l++)
            net.dlogit[l] = 1;
        if (status == AC_OK)
            status = network_backward(&net);
        if (status != AC_OK)
            break;
        export_dx(&net, done, lanes, dx);
    }
    network_close(&net);
    return status;
}

/* ---- the engine -------------------------------------------------------- */

const ac_engine AC_ENGINE = {
    .parameter_count = network_parameter_count,
    .memory = network_memory,
    .exported_count = stage_export_count,
    .train = engine_train,
    .predict = engine_predict,
    .gradient = engine_gradient,
    .logit_gradient = engine_logit_gradient,
};
