/* The core in double precision: see real.h. */
#define AC_DOUBLE
#include "real.h"

#include "kernels_plain.c"

static const kernels *default_kernels(void)
{
    return &kernels_plain;
}

#include "adam.c"
#include "attention.c"
#include "dense.c"
#include "loss.c"
#include "lstm.c"

#include "network.c"

#include "engine.c"

const ac_engine ac_double = {
    network_parameter_count,
    engine_train,
    engine_predict,
    engine_gradient,
};
