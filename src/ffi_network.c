/* Training, prediction and gradients: R lists in, R lists out. The network is
 * that of ffi_model.c, the genes are those of ffi_genes.c.
 *
 * state:   list(parameters =, first =, second =, steps =)
 * settings: list(batchSize =, clip =,
 *                learningRate = one number, or one per mini-batch,
 *                weightDecay = one number per parameter, or none)
 *
 * An entry returns NULL if there is no memory for the network; R code reports
 * its size.
 *
 * All R memory that the core sees is protected, R cannot jump while the core
 * works (ffi_stop.c), and the core frees its own memory before it returns, so
 * neither an error nor an interrupt leaks anything. */
#include <limits.h>
#include <math.h>
#include <stdint.h>

#include "ffi.h"

/* 2^53: up to here, doubles count every integer. */
static const double MAX_STEPS = 9007199254740992.0;

/* R's names of the uses. R has no other numbers for them. */
static const char *const use_names[AC_USES] = {
    [AC_PREDICT] = "predict",
    [AC_GRADIENT] = "gradient",
    [AC_GRADIENT_AND_DX] = "gradientOfInput",
    [AC_TRAIN] = "train",
};

static SEXP alloc_dx(const ac_network *network, const ac_genes *genes)
{
    return Rf_allocVector(REALSXP,
                          (R_xlen_t)(input_count(network) * genes->count));
}

static void require_labels(const ac_genes *genes)
{
    if (!genes->y || genes->count == 0)
        Rf_error("internal error: genes with labels are needed");
}

static const double *unwrap_parameters(SEXP parameters, const ffi_model *model)
{
    const size_t count = model->engine->parameter_count(&model->network);
    return REAL(as_numbers(parameters, "parameters", (R_xlen_t)count));
}

static const int *unwrap_order(SEXP order, size_t count)
{
    if (TYPEOF(order) != INTSXP || (size_t)Rf_xlength(order) != count)
        Rf_error("internal error: 'order' must have one integer per gene");
    for (size_t i = 0; i < count; i++)
        if (INTEGER(order)[i] < 0 || (size_t)INTEGER(order)[i] >= count)
            Rf_error("internal error: 'order' has a gene that does not exist");
    return INTEGER(order);
}

/* The rate of each mini-batch. */
static const double *unwrap_rates(SEXP settings, size_t genes, int batch_size)
{
    SEXP rates =
        as_numbers(list_element(settings, "learningRate"), "learningRate", -1);
    const size_t given = (size_t)Rf_xlength(rates);
    const size_t batches = (genes - 1) / (size_t)batch_size + 1;
    if (given != 1 && given != batches)
        Rf_error("internal error: 'learningRate' must have one number, or one "
                 "per mini-batch");
    double *unwrapped = (double *)R_alloc(batches, sizeof(double));
    for (size_t i = 0; i < batches; i++) {
        unwrapped[i] = REAL(rates)[given == 1 ? 0 : i];
        if (!(unwrapped[i] >= 0))
            Rf_error("internal error: 'learningRate' must not be negative");
    }
    return unwrapped;
}

static const double *unwrap_decay(SEXP settings, const ffi_model *model)
{
    SEXP decay = list_element(settings, "weightDecay");
    if (Rf_xlength(decay) == 0)
        return NULL;
    const size_t count = model->engine->parameter_count(&model->network);
    return REAL(as_numbers(decay, "weightDecay", (R_xlen_t)count));
}

/* ---- entry points ------------------------------------------------------ */

/* Returns list(stopped, parameters, first, second, steps, loss). */
SEXP ffi_train(SEXP ffi_network, SEXP ffi_state, SEXP ffi_genes, SEXP ffi_order,
               SEXP ffi_settings)
{
    const ffi_model model = unwrap_network(ffi_network);
    const ac_genes genes = unwrap_genes(ffi_genes, &model.network);
    require_labels(&genes);
    const int *order = unwrap_order(ffi_order, genes.count);
    const int batch_size = list_int(ffi_settings, "batchSize", 1, INT_MAX);
    const ac_settings settings = {
        .batch_size = batch_size,
        .learning_rates = unwrap_rates(ffi_settings, genes.count, batch_size),
        .weight_decay = unwrap_decay(ffi_settings, &model),
        .clip = list_number(ffi_settings, "clip", 0, INFINITY),
    };

    const char *names[] = {"stopped", "parameters", "first", "second",
                           "steps",   "loss",       ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    for (int i = 1; i <= 3; i++) {
        SEXP old = list_element(ffi_state, names[i]);
        unwrap_parameters(old, &model);
        SET_VECTOR_ELT(out, i, Rf_duplicate(old));
    }
    ac_state state = {
        (size_t)Rf_xlength(VECTOR_ELT(out, 1)),
        REAL(VECTOR_ELT(out, 1)),
        REAL(VECTOR_ELT(out, 2)),
        REAL(VECTOR_ELT(out, 3)),
        list_number(ffi_state, "steps", 0, MAX_STEPS),
    };
    double loss = NA_REAL;
    const int held = hold_blas(model.engine);
    const ac_status status =
        model.engine->train(&model.network, &genes, order, &settings, &state,
                            stop_poll(out), &loss);
    release_blas(held);
    if (!check_status(status)) {
        UNPROTECT(1);
        return R_NilValue;
    }
    SET_VECTOR_ELT(out, 4, Rf_ScalarReal(state.steps));
    SET_VECTOR_ELT(out, 5, Rf_ScalarReal(loss));
    UNPROTECT(1);
    return out;
}

static SEXP alloc_attention(const ffi_model *model, int s, size_t genes)
{
    const ac_stage *stage = &model->network.stages[s];
    const size_t count = model->engine->exported_count(stage);
    if (count == 0)
        return R_NilValue;
    SEXP dim = PROTECT(Rf_allocVector(INTSXP, 3));
    INTEGER(dim)[0] = (int)count;
    INTEGER(dim)[1] = stage->copies;
    INTEGER(dim)[2] = (int)genes;
    SEXP out = PROTECT(
        Rf_allocVector(REALSXP, (R_xlen_t)genes * stage->copies * count));
    Rf_setAttrib(out, R_DimSymbol, dim);
    UNPROTECT(2);
    return out;
}

/* Returns list(stopped, logit = [outputs x genes], attention = list of [numbers
 * x copies x genes] for the stages with attention and NULL for the others). */
SEXP ffi_predict(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes,
                 SEXP ffi_attention)
{
    const ffi_model model = unwrap_network(ffi_network);
    const ac_genes genes = unwrap_genes(ffi_genes, &model.network);
    const double *parameters = unwrap_parameters(ffi_parameters, &model);
    const int stages = model.network.stage_count;
    const int wanted = Rf_asLogical(ffi_attention) == TRUE;

    const char *names[] = {"stopped", "logit", "attention", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    const R_xlen_t outputs = model.network.output_count;
    SEXP logit = Rf_allocVector(REALSXP, (R_xlen_t)genes.count * outputs);
    SET_VECTOR_ELT(out, 1, logit);
    SEXP attention = Rf_allocVector(VECSXP, stages);
    SET_VECTOR_ELT(out, 2, attention);
    double **views = (double **)R_alloc(stages, sizeof(double *));
    for (int s = 0; s < stages; s++) {
        SEXP weights =
            wanted ? alloc_attention(&model, s, genes.count) : R_NilValue;
        SET_VECTOR_ELT(attention, s, weights);
        views[s] = weights == R_NilValue ? NULL : REAL(weights);
    }
    const int held = hold_blas(model.engine);
    const ac_status status = model.engine->predict(
        &model.network, &genes, parameters, stop_poll(out), REAL(logit), views);
    release_blas(held);
    if (!check_status(status)) {
        UNPROTECT(1);
        return R_NilValue;
    }
    UNPROTECT(1);
    return out;
}

/* Returns list(stopped, loss, gradient as the parameters, dx = [inputs x
 * genes]). */
SEXP ffi_gradient(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes)
{
    const ffi_model model = unwrap_network(ffi_network);
    const ac_genes genes = unwrap_genes(ffi_genes, &model.network);
    require_labels(&genes);
    const double *parameters = unwrap_parameters(ffi_parameters, &model);

    const char *names[] = {"stopped", "loss", "gradient", "dx", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP gradient = Rf_allocVector(REALSXP, Rf_xlength(ffi_parameters));
    SET_VECTOR_ELT(out, 2, gradient);
    SEXP dx = alloc_dx(&model.network, &genes);
    SET_VECTOR_ELT(out, 3, dx);
    double loss = NA_REAL;
    const int held = hold_blas(model.engine);
    const ac_status status =
        model.engine->gradient(&model.network, &genes, parameters,
                               stop_poll(out), &loss, REAL(gradient), REAL(dx));
    release_blas(held);
    if (!check_status(status)) {
        UNPROTECT(1);
        return R_NilValue;
    }
    SET_VECTOR_ELT(out, 1, Rf_ScalarReal(loss));
    UNPROTECT(1);
    return out;
}

/* Returns list(stopped, dx = [inputs x genes]). */
SEXP ffi_logit_gradient(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes)
{
    const ffi_model model = unwrap_network(ffi_network);
    const ac_genes genes = unwrap_genes(ffi_genes, &model.network);
    const double *parameters = unwrap_parameters(ffi_parameters, &model);

    const char *names[] = {"stopped", "dx", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SEXP dx = alloc_dx(&model.network, &genes);
    SET_VECTOR_ELT(out, 1, dx);
    const int held = hold_blas(model.engine);
    const ac_status status = model.engine->logit_gradient(
        &model.network, &genes, parameters, stop_poll(out), REAL(dx));
    release_blas(held);
    if (!check_status(status)) {
        UNPROTECT(1);
        return R_NilValue;
    }
    UNPROTECT(1);
    return out;
}

/* Bytes that the core takes for a use; Inf where no machine has them. */
SEXP ffi_memory(SEXP ffi_network, SEXP ffi_use)
{
    const ffi_model model = unwrap_network(ffi_network);
    const int use = as_choice(ffi_use, "use", use_names, AC_USES);
    const size_t bytes = model.engine->memory(&model.network, (ac_use)use);
    return Rf_ScalarReal(bytes == SIZE_MAX ? R_PosInf : (double)bytes);
}

/* The names of the kernel tables of single (or mixed) precision that run here,
 * the fastest first. */
SEXP ffi_kernels(SEXP ffi_mixed)
{
    const int mixed = Rf_asLogical(ffi_mixed) == TRUE;
    int count = 0;
    while (ac_kernels_name(mixed, count))
        count++;
    SEXP out = PROTECT(Rf_allocVector(STRSXP, count));
    for (int i = 0; i < count; i++)
        SET_STRING_ELT(out, i, Rf_mkChar(ac_kernels_name(mixed, i)));
    UNPROTECT(1);
    return out;
}

/* The processors that this process may use; 1 in a forked child. */
SEXP ffi_processors(void)
{
    return Rf_ScalarInteger(ac_usable_threads(INT_MAX));
}
