/* A network, from R's list:
 *
 * network: list(stages = list(layer = names, copies =, steps =, inputs =,
 *                             units =, window =, rate =, branch =, side =,
 *                             marks =, offset =, keep =, tied = double), with
 *                             one element per stage,
 *               threads =, precision = "single", "double" or "mixed",
 *               kernels = the name of a table,
 *               outputs = list(at =, loss = names, weight = double), with one
 *                             element per output,
 *               seed = of dropout, or NA for no dropout,
 *               marks = their number, markDropout = their rate) */
#include <limits.h>
#include <string.h>

#include "ffi.h"

/* R's names of the layers and the losses. R has no other numbers for
 * them. */
static const char *const layer_names[AC_LAYER_TYPES] = {
    [AC_LSTM] = "lstm",       [AC_ATTENTION] = "attention",
    [AC_DENSE] = "dense",     [AC_CONV] = "conv",
    [AC_POOL] = "pool",       [AC_RELU] = "relu",
    [AC_DROPOUT] = "dropout", [AC_TRANSPOSE] = "transpose",
    [AC_PAD] = "pad",         [AC_FINAL_STATE] = "finalState",
    [AC_AVERAGE] = "average", [AC_VALUE] = "value",
    [AC_GATE] = "gate",       [AC_DISTANCE] = "distance",
};

static const char *const loss_names[AC_LOSSES] = {
    [AC_CROSS_ENTROPY] = "crossEntropy",
    [AC_SQUARED] = "squared",
    [AC_HUBER] = "huber",
    [AC_CONTRASTIVE] = "contrastive",
};

/* A column of the stages: one double per stage. */
static const double *stage_column(SEXP stages, const char *name, int count)
{
    return REAL(as_numbers(list_element(stages, name), name, count));
}

static const ac_stage *unwrap_stages(SEXP stages, int count)
{
    SEXP layer = list_element(stages, "layer");
    const double *copies = stage_column(stages, "copies", count);
    const double *steps = stage_column(stages, "steps", count);
    const double *inputs = stage_column(stages, "inputs", count);
    const double *units = stage_column(stages, "units", count);
    const double *window = stage_column(stages, "window", count);
    const double *rate = stage_column(stages, "rate", count);
    const double *branch = stage_column(stages, "branch", count);
    const double *side = stage_column(stages, "side", count);
    const double *marks = stage_column(stages, "marks", count);
    const double *offset = stage_column(stages, "offset", count);
    const double *keep = stage_column(stages, "keep", count);
    const double *tied = stage_column(stages, "tied", count);
    ac_stage *unwrapped = (ac_stage *)R_alloc(count, sizeof(ac_stage));
    for (int s = 0; s < count; s++) {
        SEXP name = PROTECT(Rf_ScalarString(STRING_ELT(layer, s)));
        const ac_stage stage = {
            .layer = as_choice(name, "layer", layer_names, AC_LAYER_TYPES),
            .copies = as_int(copies[s], "copies", 1, INT_MAX),
            .steps = as_int(steps[s], "steps", 1, INT_MAX),
            .inputs = as_int(inputs[s], "inputs", 1, INT_MAX),
            .units = as_int(units[s], "units", 0, INT_MAX),
            .window = as_int(window[s], "window", 0, INT_MAX),
            .rate = rate[s],
            .branch = as_int(branch[s], "branch", 0, 1),
            .side = as_int(side[s], "side", 0, INT_MAX),
            .marks = as_int(marks[s], "marks", AC_NO_MARKS, AC_MARK_STEPS),
            .offset = as_int(offset[s], "offset", 0, INT_MAX),
            .keep = as_int(keep[s], "keep", 0, 1),
            .tied = as_int(tied[s], "tied", 0, INT_MAX),
        };
        unwrapped[s] = stage;
        UNPROTECT(1);
    }
    return unwrapped;
}

/* At least one stage or output, and no more than an int counts. */
static int count_names(SEXP columns, const char *name)
{
    SEXP names = list_element(columns, name);
    const R_xlen_t count = Rf_xlength(names);
    if (TYPEOF(names) != STRSXP || count == 0 || count > INT_MAX)
        Rf_error("internal error: '%s' must be one or more names", name);
    return (int)count;
}

/* Any integer of R, or NA. */
static int unwrap_seed(SEXP seed)
{
    const double x = Rf_asReal(seed);
    return ISNA(x) ? NA_INTEGER : as_int(x, "seed", -INT_MAX, INT_MAX);
}

static const ac_output *unwrap_outputs(SEXP outputs, int count)
{
    SEXP loss = list_element(outputs, "loss");
    const double *at = stage_column(outputs, "at", count);
    const double *weight = stage_column(outputs, "weight", count);
    ac_output *unwrapped = (ac_output *)R_alloc(count, sizeof(ac_output));
    for (int o = 0; o < count; o++) {
        SEXP name = PROTECT(Rf_ScalarString(STRING_ELT(loss, o)));
        const ac_output output = {
            as_int(at[o], "at", 0, INT_MAX),
            as_choice(name, "loss", loss_names, AC_LOSSES), weight[o]};
        unwrapped[o] = output;
        UNPROTECT(1);
    }
    return unwrapped;
}

ffi_model unwrap_network(SEXP ffi_network)
{
    SEXP outputs = list_element(ffi_network, "outputs");
    const int output_count = count_names(outputs, "loss");
    SEXP stages = list_element(ffi_network, "stages");
    SEXP precision = list_element(ffi_network, "precision");
    SEXP kernels = list_element(ffi_network, "kernels");
    const int seed = unwrap_seed(list_element(ffi_network, "seed"));
    const int count = count_names(stages, "layer");
    const int is_double = strcmp(CHAR(Rf_asChar(precision)), "double") == 0;
    const ffi_model model = {
        .engine = is_double ? &ac_double : &ac_single,
        .network = {.stages = unwrap_stages(stages, count),
                    .stage_count = count,
                    .threads = list_int(ffi_network, "threads", 1, INT_MAX),
                    .kernels = CHAR(Rf_asChar(kernels)),
                    .dropout_on = seed != NA_INTEGER,
                    .seed = (unsigned)seed,
                    .marks = list_int(ffi_network, "marks", 0, INT_MAX),
                    .mark_dropout =
                        list_number(ffi_network, "markDropout", 0, 1),
                    .outputs = unwrap_outputs(outputs, output_count),
                    .output_count = output_count},
    };
    return model;
}
