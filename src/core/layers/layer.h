/* What a layer is: a kind (its table of functions) and its place in one
 * network (views into the arena). A new kind of layer is a file in this folder,
 * an entry in layer_types[] (shape.c) and one in .layerTypes
 * (R/model-layers.R). */
#ifndef AC_LAYER_H
#define AC_LAYER_H

#include <stdint.h>

#include "attentive.h"
#include "kernels/kernels.h"

typedef struct layer_type layer_type;

/* What the random numbers of one forward pass depend on (random.c). */
typedef struct {
    int on;
    uint64_t key;   /* of the mini-batch           */
    uint64_t block; /* place in it, from the first */
} dropout_rng;

/* Which marks the genes of a block have (mask.c). */
typedef struct {
    int on;        /* 0: all of them                 */
    real *present; /* [marks][LANES], each is 1 or 0 */
} mark_mask;

/* What the stage passes on (carry.c): all that the stage before wrote, in and
 * behind the output of this stage. */
typedef struct {
    const real *in;
    real *out;        /* NULL: not kept     */
    const real *dout; /* NULL: no gradient  */
    real *din;        /* NULL: not wanted   */
    size_t count;     /* numbers, of all lanes */
} carried;

typedef struct {
    const ac_stage *stage;
    const layer_type *type;
    const kernels *kernels;
    const dropout_rng *dropout_rng;
    const mark_mask *mask;
    int index;    /* place in the network, from the first              */
    int copy;     /* place in the stage                                */
    int training; /* whether backward follows forward; not in predict  */

    const real *parameters;
    real *gradient; /* accumulated over the blocks of a mini-batch     */
    real *packed;   /* weights in the kernels' order, per mini-batch   */
    real *cache;    /* what forward leaves for backward; alpha         */

    const real *side; /* gate: what the first branch wrote             */
    real *dside;      /* assigned                                      */
    const real *in;
    real *out;
    const real *dout; /* NULL: no gradient wanted, here or before      */
    real *din;        /* assigned, not accumulated; NULL: not wanted   */
    carried carried;
} layer;

/* Functions that a layer does not need may be NULL. */
struct layer_type {
    int (*is_valid)(const ac_stage *stage);
    size_t (*parameter_count)(const ac_stage *stage);
    size_t (*packed_count)(const ac_stage *stage, const kernels *kernels);
    size_t (*cache_count)(const ac_stage *stage, const kernels *kernels,
                          int training);
    size_t (*output_count)(const ac_stage *stage); /* numbers per gene */
    size_t (*side_count)(const ac_stage *stage); /* those of the first branch */
    /* Those at the start of the cache that a prediction tells. */
    size_t (*export_count)(const ac_stage *stage);
    void (*pack)(const layer *self);
    void (*forward)(const layer *self);
    void (*backward)(const layer *self);

    /* A layer whose parts may run at the same time has these instead. */
    int parts;
    void (*forward_part)(const layer *self, int part);
    void (*backward_part)(const layer *self, int part);
    void (*join)(const layer *self); /* after all parts of backward */
};

/* Numbers per gene that a copy reads. */
static inline size_t stage_input_count(const ac_stage *stage)
{
    return (size_t)stage->steps * stage->inputs;
}

static inline int stage_has_units(const ac_stage *stage)
{
    return stage->units > 0;
}

/* Whether the window is within the steps. */
static inline int stage_has_window(const ac_stage *stage)
{
    return stage->window > 0 && stage->window <= stage->steps;
}

#endif
