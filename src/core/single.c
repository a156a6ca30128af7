/* The core in single precision: see real.h. */
#include "real.h"

#include "attentive.h"
#include "dispatch.c"

static int usable_threads(int wanted)
{
    return ac_usable_threads(wanted);
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

const ac_engine ac_single = {
    network_parameter_count, network_memory,  engine_train,
    engine_predict,          engine_gradient, engine_logit_gradient,
};
