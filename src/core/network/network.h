/* A network on one block of genes: its layers, and all their memory. */
#ifndef AC_NETWORK_H
#define AC_NETWORK_H

#include "layers/layer.h"

typedef struct {
    const ac_network *shape;
    int threads;
    layer *layers; /* in the order of the stages and their copies */
    int layer_count;
    size_t parameter_count, input_count;
    drawing drawing;

    real *parameters;
    real *gradient; /* NULL in a network that only predicts */
    real *x;        /* [inputs][LANES]                      */
    real *dx;       /* as x; NULL where not wanted          */
    real *moments;  /* [2][parameters]: Adam's; NULL unless it trains */
    const real *logit;
    real *dlogit; /* [LANES] */
    void *memory;

    ac_poll poll;
    double work; /* since the last poll */
} network;

static ac_status network_open(network *net, const ac_network *shape, ac_use use,
                              ac_poll poll);
static void network_close(network *net);
static size_t network_memory(const ac_network *shape, ac_use use);

/* Asks the caller whether to stop. */
static int network_polled(network *net);

/* Another mini-batch: its number decides, with the seed, what is dropped. */
static void network_draw(network *net, double batch);
/* Once the parameters have changed, before the next forward. */
static void network_prepare(const network *net);
/* Loads up to LANES genes; the lanes left over are zero. */
static void network_load(const network *net, const double *x, const int *order,
                         size_t first, int count);
/* These two return AC_INTERRUPTED where a poll asked to stop; what they were to
 * compute is then unfinished. */
static ac_status network_forward(network *net);
/* From dlogit to the gradient, which it adds to. */
static ac_status network_backward(network *net);

#endif
