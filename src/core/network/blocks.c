/* Genes in blocks: what training, prediction and gradients share. */
#include "network/network.h"

static int block_size(size_t done, size_t count)
{
    return count - done < LANES ? (int)(count - done) : LANES;
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

/* A network with these parameters, for predictions or gradients. */
static ac_status open_with(network *net, const ac_network *shape, ac_use use,
                           ac_poll poll, const double *parameters)
{
    const ac_status status = network_open(net, shape, use, poll);
    if (status != AC_OK)
        return status;
    copy_in(net->parameter_count, parameters, net->parameters);
    network_pack(net);
    return AC_OK;
}

/* From genes to logits: the block of up to LANES genes from `first` on. */
static ac_status forward_block(network *net, const ac_genes *genes,
                               const int *order, size_t first, int lanes)
{
    if (network_should_stop(net))
        return AC_INTERRUPTED;
    network_load(net, genes, order, first, lanes);
    return network_forward(net);
}
