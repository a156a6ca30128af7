/* What a layer is: a kind (its table of functions) and its place in one
 * network (views into the arena). A new kind of layer is a file with such a
 * table, an entry in layer_types[] and one in R/architectures.R. */
#ifndef AC_LAYER_H
#define AC_LAYER_H

#include "attentive.h"
#include "kernels.h"

typedef struct layer_type layer_type;

typedef struct {
    const ac_stage *stage;
    const layer_type *type;
    const kernels *kernels;
    int keep; /* whether backward will follow forward */

    const real *parameters;
    real *gradient; /* accumulated over the blocks of a mini-batch  */
    real *prepared; /* weights rearranged, once a mini-batch        */
    real *saved;    /* what forward leaves for backward; alpha      */

    const real *in;
    real *out;
    const real *dout;
    real *din; /* assigned, not accumulated; NULL: not wanted       */
} layer;

struct layer_type {
    int ways; /* parts that may run at the same time */
    size_t (*parameter_count)(const ac_stage *stage);
    size_t (*prepared_count)(const ac_stage *stage, const kernels *kernels);
    size_t (*saved_count)(const ac_stage *stage, const kernels *kernels,
                          int keep);
    size_t (*output_count)(const ac_stage *stage); /* numbers a gene */
    void (*prepare)(const layer *self);            /* may be NULL    */
    void (*forward)(const layer *self, int way);
    void (*backward)(const layer *self, int way);
    void (*join)(const layer *self); /* after all ways; may be NULL  */
};

#endif
