/* A network on one block of genes: its layers and all their memory. */
#ifndef AC_NETWORK_H
#define AC_NETWORK_H

#include "layers/layer.h"

typedef struct {
    const ac_network *shape;
    int threads;
    layer *layers; /* in the order of the stages and their copies */
    int layer_count;
    size_t parameter_count, input_count;
    size_t written; /* numbers per gene that the last stage writes */
    dropout_rng dropout_rng;
    mark_mask mask;

    real *parameters;
    real *gradient;  /* NULL in a network that only predicts */
    real *x;         /* [inputs][LANES]                       */
    real *dx;        /* as x; NULL where not wanted          */
    real *branch_dx; /* what the second branch adds to it   */
    real *moments;   /* [2][parameters]: Adam's; NULL unless it trains */
    const real *logit;
    real *dlogit; /* [written][LANES] */
    void *memory;

    ac_poll poll;
    double work; /* since the last poll */
} network;

static ac_status network_open(network *net, const ac_network *shape, ac_use use,
                              ac_poll poll);
static void network_close(network *net);
static size_t network_memory(const ac_network *shape, ac_use use);

/* Asks the caller whether to stop. */
static int network_should_stop(network *net);

/* Begins a mini-batch: its number and the seed determine the dropout masks. */
static void network_begin_batch(network *net, double batch);
/* After the parameters have changed, before the next forward. */
static void network_pack(const network *net);
/* Loads up to LANES genes; the surplus lanes are zero. */
static void network_load(network *net, const ac_genes *genes, const int *order,
                         size_t first, int count);
/* These two return AC_INTERRUPTED if the caller asked to stop; their results
 * are then incomplete. */
static ac_status network_forward(network *net);
/* From dlogit to the gradient, to which it adds. */
static ac_status network_backward(network *net);

#endif
