/* A network on one block of genes: its layers, and all their memory. */
#ifndef AC_NETWORK_H
#define AC_NETWORK_H

#include "layer.h"

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
    const real *logit;
    real *dlogit; /* [LANES] */
    void *memory;
} network;

typedef enum { PREDICT, TRAIN, TRAIN_AND_DX } network_use;

static ac_status network_open(network *net, const ac_network *shape,
                              network_use use);
static void network_close(network *net);

/* Another mini-batch: its number decides, with the seed, what is dropped. */
static void network_draw(network *net, double batch);
/* Once the parameters have changed, before the next forward. */
static void network_prepare(const network *net);
/* Loads up to LANES genes; the lanes left over are zero. */
static void network_load(const network *net, const double *x, const int *order,
                         size_t first, int count);
static void network_forward(const network *net);
/* From dlogit to the gradient, which it adds to. */
static void network_backward(const network *net);

#endif
