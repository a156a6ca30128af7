/* Training, prediction and gradients: R lists in, R lists out.
 *
 * network: list(stages = double matrix with a column a stage, threads =,
 *               precision = "single" or "double", kernels = a table's name,
 *               seed = of dropout, or NA: nothing is dropped)
 * genes:   list(x = double [inputs x genes], y = double [genes] or NULL)
 * state:   list(parameters =, first =, second =, steps =)
 *
 * NULL comes back where there is no memory for the network; R code knows what
 * to say of its size.
 *
 * No R memory is allocated between entering and leaving the core, and the
 * core frees its own before it returns, so an R error leaks nothing. */
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "ffi.h"

enum { STAGE_FIELDS = 7 };

/* Up to which a double counts every one. */
static const double MOST_STEPS = 9007199254740992.0;

typedef struct {
    const ac_engine *engine;
    ac_network network;
} ffi_model;

static ac_stage unwrap_stage(const double *field)
{
    const ac_stage stage = {
        .layer = as_int(field[0], "layer", 0, AC_LAYER_TYPES - 1),
        .copies = as_int(field[1], "copies", 1, INT_MAX),
        .steps = as_int(field[2], "steps", 1, INT_MAX),
        .inputs = as_int(field[3], "inputs", 1, INT_MAX),
        .units = as_int(field[4], "units", 0, INT_MAX),
        .window = as_int(field[5], "window", 0, INT_MAX),
        .rate = field[6],
    };
    return stage;
}

/* A seed that is not NA: R's integers, also those below zero. */
static int unwrap_seed(SEXP seed)
{
    const double x = Rf_asReal(seed);
    return ISNA(x) ? NA_INTEGER : as_int(x, "seed", -INT_MAX, INT_MAX);
}

static ffi_model unwrap_network(SEXP ffi_network)
{
    SEXP stages =
        check_numbers(check_element(ffi_network, "stages"), "stages", -1);
    SEXP precision = check_element(ffi_network, "precision");
    SEXP kernels = check_element(ffi_network, "kernels");
    const int seed = unwrap_seed(check_element(ffi_network, "seed"));
    const R_xlen_t numbers = Rf_xlength(stages);
    if (numbers == 0 || numbers % STAGE_FIELDS != 0 || numbers > INT_MAX)
        Rf_error("internal error: 'stages' must have %d numbers a stage",
                 STAGE_FIELDS);
    const int count = (int)(numbers / STAGE_FIELDS);
    ac_stage *copy = (ac_stage *)R_alloc(count, sizeof(ac_stage));
    for (int s = 0; s < count; s++)
        copy[s] = unwrap_stage(REAL(stages) + s * STAGE_FIELDS);
    const int is_double = strcmp(CHAR(Rf_asChar(precision)), "double") == 0;
    const ffi_model model = {
        .engine = is_double ? &ac_double : &ac_single,
        .network = {.stages = copy,
                    .stage_count = count,
                    .threads = check_int(ffi_network, "threads", 1, INT_MAX),
                    .kernels = CHAR(Rf_asChar(kernels)),
                    .drops = seed != NA_INTEGER,
                    .seed = (unsigned)seed},
    };
    return model;
}

static ac_genes unwrap_genes(SEXP ffi_genes, const ac_network *network)
{
    const ac_stage *first = &network->stages[0];
    const double inputs = (double)first->copies * first->steps * first->inputs;
    SEXP x = check_numbers(check_element(ffi_genes, "x"), "x", -1);
    SEXP y = check_element(ffi_genes, "y");
    const double numbers = (double)Rf_xlength(x);
    const double count = floor(numbers / inputs);
    if (count * inputs != numbers || count > INT_MAX)
        Rf_error("internal error: 'x' is not a whole number of genes");
    if (y != R_NilValue)
        check_numbers(y, "y", (R_xlen_t)count);
    const ac_genes genes = {(size_t)count, REAL(x),
                            y == R_NilValue ? NULL : REAL(y)};
    return genes;
}

static void require_labels(const ac_genes *genes)
{
    if (!genes->y || genes->count == 0)
        Rf_error("internal error: genes with labels are needed");
}

static const double *unwrap_parameters(SEXP parameters, const ffi_model *model)
{
    const size_t count = model->engine->parameter_count(&model->network);
    return REAL(check_numbers(parameters, "parameters", (R_xlen_t)count));
}

static const int *unwrap_order(SEXP order, size_t count)
{
    if (TYPEOF(order) != INTSXP || (size_t)Rf_xlength(order) != count)
        Rf_error("internal error: 'order' must be an integer a gene");
    for (size_t i = 0; i < count; i++)
        if (INTEGER(order)[i] < 0 || (size_t)INTEGER(order)[i] >= count)
            Rf_error("internal error: 'order' names a gene that is not there");
    return INTEGER(order);
}

/* ---- entry points ------------------------------------------------------ */

/* Returns list(parameters, first, second, steps, loss, interrupted). */
SEXP ffi_train(SEXP ffi_network, SEXP ffi_state, SEXP ffi_genes, SEXP ffi_order,
               SEXP ffi_settings)
{
    const ffi_model model = unwrap_network(ffi_network);
    const ac_genes genes = unwrap_genes(ffi_genes, &model.network);
    require_labels(&genes);
    const int *order = unwrap_order(ffi_order, genes.count);
    const ac_settings settings = {
        check_int(ffi_settings, "batchSize", 1, INT_MAX),
        check_number(ffi_settings, "learningRate", 0, INFINITY),
        check_number(ffi_settings, "clip", 0, INFINITY),
    };

    const char *names[] = {"parameters", "first",       "second", "steps",
                           "loss",       "interrupted", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    for (int i = 0; i < 3; i++) {
        SEXP old = check_element(ffi_state, names[i]);
        unwrap_parameters(old, &model);
        SET_VECTOR_ELT(out, i, Rf_duplicate(old));
    }
    ac_state state = {
        (size_t)Rf_xlength(VECTOR_ELT(out, 0)),
        REAL(VECTOR_ELT(out, 0)),
        REAL(VECTOR_ELT(out, 1)),
        REAL(VECTOR_ELT(out, 2)),
        check_number(ffi_state, "steps", 0, MOST_STEPS),
    };
    double loss = NA_REAL;
    const ac_status status =
        model.engine->train(&model.network, &genes, order, &settings, &state,
                            interrupt_poll(), &loss);
    if (!check_status(status)) {
        UNPROTECT(1);
        return R_NilValue;
    }
    SET_VECTOR_ELT(out, 3, Rf_ScalarReal(state.steps));
    SET_VECTOR_ELT(out, 4, Rf_ScalarReal(loss));
    SET_VECTOR_ELT(out, 5, Rf_ScalarLogical(status == AC_INTERRUPTED));
    UNPROTECT(1);
    return out;
}

static SEXP alloc_attention(const ac_stage *stage, size_t genes)
{
    if (stage->layer != AC_ATTENTION)
        return R_NilValue;
    SEXP dim = PROTECT(Rf_allocVector(INTSXP, 3));
    INTEGER(dim)[0] = stage->steps;
    INTEGER(dim)[1] = stage->copies;
    INTEGER(dim)[2] = (int)genes;
    SEXP out = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)genes * stage->copies *
                                                   stage->steps));
    Rf_setAttrib(out, R_DimSymbol, dim);
    UNPROTECT(2);
    return out;
}

/* Returns list(logit = [genes], attention = list of [steps x copies x genes]
 * for the attention stages and NULL for the others, interrupted). */
SEXP ffi_predict(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes)
{
    const ffi_model model = unwrap_network(ffi_network);
    const ac_genes genes = unwrap_genes(ffi_genes, &model.network);
    const double *parameters = unwrap_parameters(ffi_parameters, &model);
    const int stages = model.network.stage_count;

    const char *names[] = {"logit", "attention", "interrupted", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP logit = Rf_allocVector(REALSXP, (R_xlen_t)genes.count);
    SET_VECTOR_ELT(out, 0, logit);
    SEXP attention = Rf_allocVector(VECSXP, stages);
    SET_VECTOR_ELT(out, 1, attention);
    double **views = (double **)R_alloc(stages, sizeof(double *));
    for (int s = 0; s < stages; s++) {
        SEXP weights = alloc_attention(&model.network.stages[s], genes.count);
        SET_VECTOR_ELT(attention, s, weights);
        views[s] = weights == R_NilValue ? NULL : REAL(weights);
    }
    const ac_status status =
        model.engine->predict(&model.network, &genes, parameters,
                              interrupt_poll(), REAL(logit), views);
    if (!check_status(status)) {
        UNPROTECT(1);
        return R_NilValue;
    }
    SET_VECTOR_ELT(out, 2, Rf_ScalarLogical(status == AC_INTERRUPTED));
    UNPROTECT(1);
    return out;
}

/* Returns list(loss, gradient as the parameters, dx as x, interrupted). */
SEXP ffi_gradient(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes)
{
    const ffi_model model = unwrap_network(ffi_network);
    const ac_genes genes = unwrap_genes(ffi_genes, &model.network);
    require_labels(&genes);
    const double *parameters = unwrap_parameters(ffi_parameters, &model);

    const char *names[] = {"loss", "gradient", "dx", "interrupted", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP gradient = Rf_allocVector(REALSXP, Rf_xlength(ffi_parameters));
    SET_VECTOR_ELT(out, 1, gradient);
    SEXP dx = Rf_duplicate(check_element(ffi_genes, "x"));
    SET_VECTOR_ELT(out, 2, dx);
    double loss = NA_REAL;
    const ac_status status = model.engine->gradient(
        &model.network, &genes, parameters, interrupt_poll(), &loss,
        REAL(gradient), REAL(dx));
    if (!check_status(status)) {
        UNPROTECT(1);
        return R_NilValue;
    }
    SET_VECTOR_ELT(out, 0, Rf_ScalarReal(loss));
    SET_VECTOR_ELT(out, 3, Rf_ScalarLogical(status == AC_INTERRUPTED));
    UNPROTECT(1);
    return out;
}

/* Returns list(dx as x, interrupted). */
SEXP ffi_logit_gradient(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes)
{
    const ffi_model model = unwrap_network(ffi_network);
    const ac_genes genes = unwrap_genes(ffi_genes, &model.network);
    const double *parameters = unwrap_parameters(ffi_parameters, &model);

    const char *names[] = {"dx", "interrupted", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP dx = Rf_duplicate(check_element(ffi_genes, "x"));
    SET_VECTOR_ELT(out, 0, dx);
    const ac_status status = model.engine->logit_gradient(
        &model.network, &genes, parameters, interrupt_poll(), REAL(dx));
    if (!check_status(status)) {
        UNPROTECT(1);
        return R_NilValue;
    }
    SET_VECTOR_ELT(out, 1, Rf_ScalarLogical(status == AC_INTERRUPTED));
    UNPROTECT(1);
    return out;
}

/* Bytes that the core takes for a use, by its number in ac_use; Inf where no
 * machine has them. */
SEXP ffi_memory(SEXP ffi_network, SEXP ffi_use)
{
    const ffi_model model = unwrap_network(ffi_network);
    const int use = as_int(Rf_asReal(ffi_use), "use", 0, AC_USES - 1);
    const size_t bytes = model.engine->memory(&model.network, (ac_use)use);
    return Rf_ScalarReal(bytes == SIZE_MAX ? R_PosInf : (double)bytes);
}

/* The names of the kernel tables that run here, the fastest first. */
SEXP ffi_kernels(void)
{
    int count = 0;
    while (ac_kernels_name(count))
        count++;
    SEXP out = PROTECT(Rf_allocVector(STRSXP, count));
    for (int i = 0; i < count; i++)
        SET_STRING_ELT(out, i, Rf_mkChar(ac_kernels_name(i)));
    UNPROTECT(1);
    return out;
}
