/* A network on one block of genes: its layers and the memory that they write
 * to. Parameters are shared with the networks on other blocks (team.h). */
#ifndef AC_NETWORK_H
#define AC_NETWORK_H

#include "layers/layer.h"
#include "network/pool.h"

/* How far the pieces of a block are, in one direction (shared.c). */
typedef struct {
    int *parts;  /* of each layer that are left     */
    int *waits;  /* stages that each layer waits for */
    int *copies; /* of each stage that are left      */
} progress;

typedef struct {
    const ac_network *shape;
    layer *layers; /* in the order of the stages and their copies */
    int layer_count;
    size_t input_count;
    size_t written; /* numbers per gene that the last stage writes */
    dropout_rng dropout_rng;
    mark_mask mask;

    real *x;         /* [inputs][LANES]                      */
    real *dx;        /* as x; NULL where not wanted          */
    real *branch_dx; /* what the second branch adds to it    */
    const real *logit;
    real *dlogit; /* [written][LANES] */

    /* The block that it is on. */
    size_t first;   /* its first gene, from the first of the work */
    int lanes;      /* its genes                                  */
    real *gradient; /* of this block; NULL where none is computed */
    double *losses; /* [LANES]                                    */
    pool *pool;
    int worker;        /* who runs it, if one worker alone does      */
    progress state[2]; /* forward, backward: if several do          */
    int backward_left; /* layers                                    */
} network;

/* Begins a mini-batch: its number and the seed determine the dropout masks. */
static void network_begin_batch(network *net, double batch);
/* After the parameters have changed, before the next forward. */
static void network_pack(const network *net);
/* Where backward adds the gradient. */
static void network_set_gradient(network *net, real *gradient);
/* Loads up to LANES genes; the surplus lanes are zero. */
static void network_load(network *net, const ac_genes *genes, const int *order,
                         size_t first, int count);
/* These two return AC_INTERRUPTED if the caller asked to stop; their results
 * are then incomplete. */
static ac_status network_forward(network *net);
/* From dlogit to the gradient, to which it adds. */
static ac_status network_backward(network *net);

#endif
