/* What a layer is: a kind (its table of functions) and its place in one
 * network (views into the arena). A new kind of layer is a file with such a
 * table, an entry in layer_types[] and one in R/architectures.R. */
#ifndef AC_LAYER_H
#define AC_LAYER_H

#include <stdint.h>

#include "attentive.h"
#include "kernels/kernels.h"

typedef struct layer_type layer_type;

/* What the random numbers of one forward pass are made of (random.c). */
typedef struct {
    int drops;
    uint64_t key;   /* of the mini-batch           */
    uint64_t block; /* place in it, from the first */
} drawing;

typedef struct {
    const ac_stage *stage;
    const layer_type *type;
    const kernels *kernels;
    const drawing *drawing;
    int number; /* place in the network, from the first */
    int keep;   /* whether backward will follow forward */

    const real *parameters;
    real *gradient; /* accumulated over the blocks of a mini-batch  */
    real *prepared; /* weights rearranged, once a mini-batch        */
    real *saved;    /* what forward leaves for backward; alpha      */

    const real *in;
    real *out;
    const real *dout; /* NULL: no gradient is wanted, of it or before   */
    real *din;        /* assigned, not accumulated; NULL: not wanted    */
} layer;

/* What a layer does not need may be NULL. */
struct layer_type {
    int ways; /* parts that may run at the same time */
    int (*is_sane)(const ac_stage *stage);
    size_t (*parameter_count)(const ac_stage *stage);
    size_t (*prepared_count)(const ac_stage *stage, const kernels *kernels);
    size_t (*saved_count)(const ac_stage *stage, const kernels *kernels,
                          int keep);
    size_t (*output_count)(const ac_stage *stage); /* numbers a gene */
    void (*prepare)(const layer *self);
    void (*forward)(const layer *self, int way);
    void (*backward)(const layer *self, int way);
    void (*join)(const layer *self); /* after all ways */
};

/* Numbers a gene that a copy reads. */
static size_t stage_input_count(const ac_stage *stage)
{
    return (size_t)stage->steps * stage->inputs;
}

static int stage_has_units(const ac_stage *stage)
{
    return stage->units > 0;
}

/* Whether a window is within the steps. */
static int stage_has_window(const ac_stage *stage)
{
    return stage->window > 0 && stage->window <= stage->steps;
}

#endif
