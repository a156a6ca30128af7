/* The core in double precision: see real.h. */
#define AC_DOUBLE
#include "real.h"

#include "attentive.h"
#include "kernels_plain.c"

/* There is only one table; `name` is single precision's. */
static const kernels *find_kernels(const char *name)
{
    (void)name;
    return &kernels_plain;
}

/* BLAS may have threads of its own, and need not bear being called from
 * several. */
static int usable_threads(int wanted)
{
    return blas_gemm ? 1 : ac_usable_threads(wanted);
}

#include "bias.c"
#include "random.c"

#include "attention.c"
#include "conv.c"
#include "dense.c"
#include "dropout.c"
#include "ends.c"
#include "lstm.c"
#include "pad.c"
#include "pool.c"
#include "relu.c"
#include "swap.c"

#include "adam.c"
#include "loss.c"

#include "network.c"

#include "engine.c"

const ac_engine ac_double = {
    network_parameter_count, network_memory,  engine_train,
    engine_predict,          engine_gradient, engine_logit_gradient,
};
