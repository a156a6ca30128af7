/* Networks with the same parameters on several blocks of genes at a time, and
 * the threads that run them. A block is the unit of work: one worker takes it
 * forward and backward. Blocks that are fewer than the workers, or large, are
 * shared (shared.c). Each block has a gradient of its own, and these are summed
 * in the order of the blocks, so any number of threads gives the same bits. */
#ifndef AC_TEAM_H
#define AC_TEAM_H

#include "network/network.h"

typedef struct {
    const ac_network *shape;
    pool *pool;
    int threads;
    network *nets;
    int net_count; /* blocks that are worked on at a time              */
    int gradients; /* blocks whose gradients and losses wait to be summed */
    size_t blocks; /* that a job may have                              */
    size_t parameter_count;
    size_t all_count; /* with those of copies that share weights (ties.c) */
    size_t gradient_step;

    real *parameters;      /* [all_count]                              */
    real *gradient;        /* [all_count]; NULL in a team that only predicts */
    real *block_gradients; /* [gradients][gradient_step]               */
    real *moments;         /* [2][parameters]: Adam's; or NULL         */
    double *losses;        /* [gradients][LANES]                       */
    void *memory;
    layer *layers; /* those of all networks */
    int *counts;   /* as well */
} team;

/* What to do with genes. */
typedef struct job {
    const ac_genes *genes;
    const int *order;
    size_t first, count; /* genes order[first .. first + count)            */

    /* Between forward and backward of a block: reads logits, and where there is
     * a backward, assigns dlogit. */
    void (*turn)(const struct job *job, network *net);
    int backward;
    void (*end)(const struct job *job, network *net); /* or NULL           */
    double *loss; /* the sum over the genes; NULL: nor is a gradient wanted */

    /* What turn and end write to. */
    double *logit, *dx;
    double *const *attention;
} job;

/* The blocks that are worked on between two sums. */
typedef struct {
    team *team;
    const job *job;
    size_t first; /* gene, from the first of the job */
    int blocks;
} wave;

/* `genes`: no job has more. */
static ac_status team_open(team *self, const ac_network *shape, ac_use use,
                           ac_poll poll, size_t genes);
static void team_close(team *self);
static size_t team_memory(const ac_network *shape, ac_use use);

/* Begins a mini-batch: its number and the seed determine the dropout masks. */
static void team_begin_batch(team *self, double batch);
/* After the parameters have changed. */
static void team_pack(const team *self);
/* The gradient, where the job has a loss: of the sum over its genes as turn()
 * scales them. AC_INTERRUPTED if the caller asked to stop: the results are
 * incomplete. */
static ac_status team_run(team *self, const job *job);

#endif
