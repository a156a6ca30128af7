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
