/* Gradients of a loss, by the parameters and by the input. */
#include "network/network.h"

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
    const size_t outputs = output_count(net->shape);
    for (size_t done = 0; done < count; done += LANES) {
        const int lanes = block_size(done, count);
        net->dropout_rng.block = done / LANES;
        if (forward_block(net, genes, order, first + done, lanes) != AC_OK)
            return AC_INTERRUPTED;
        memset(net->dlogit, 0, sizeof(real) * net->written * LANES);
        for (int l = 0; l < lanes; l++) {
            const size_t at = first + done + l;
            const size_t gene = order ? (size_t)order[at] : at;
            *loss += output_losses(net, genes->y + gene * outputs, l, total);
        }
        if (network_backward(net) != AC_OK)
            return AC_INTERRUPTED;
        if (dx)
            export_dx(net, first + done, lanes, dx);
    }
    tie_gradient(net);
    return AC_OK;
}

static ac_status engine_gradient(const ac_network *shape, const ac_genes *genes,
                                 const double *parameters, ac_poll poll,
                                 double *loss, double *gradient, double *dx)
{
    network net;
    ac_status status = open_with(
        &net, shape, dx ? AC_GRADIENT_AND_DX : AC_GRADIENT, poll, parameters);
    if (status != AC_OK)
        return status;
    double sum = 0;
    network_begin_batch(&net, 0);
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
    ac_status status =
        open_with(&net, shape, AC_GRADIENT_AND_DX, poll, parameters);
    if (status != AC_OK)
        return status;
    for (size_t done = 0; done < genes->count && status == AC_OK;
         done += LANES) {
        const int lanes = block_size(done, genes->count);
        status = forward_block(&net, genes, NULL, done, lanes);
        memset(net.dlogit, 0, sizeof(real) * net.written * LANES);
        for (int l = 0; l < LANES; l++)
            net.dlogit[(size_t)network_outputs(shape)->at * LANES + l] = 1;
        if (status == AC_OK)
            status = network_backward(&net);
        if (status == AC_OK)
            export_dx(&net, done, lanes, dx);
    }
    network_close(&net);
    return status;
}
