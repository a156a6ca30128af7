/* The engine: what the core offers in one precision. */
#include "network/team.h"

const ac_engine AC_ENGINE = {
    .parameter_count = network_parameter_count,
    .memory = team_memory,
    .exported_count = stage_export_count,
    .train = engine_train,
    .predict = engine_predict,
    .gradient = engine_gradient,
    .logit_gradient = engine_logit_gradient,
};
