/* Training, prediction and gradients: R lists in, R lists out.
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
 *               marks = their number, markDropout = their rate)
 * genes:   list(x = double [inputs x genes], or where they are stored:
 *                   list(marks = list of arrays, [rows x bins] of a mark in
 *                                integer or double, or NULL for zeros,
 *                        rows = integer [genes], from 1, or NULL for all,
 *                        scale = of log1p(scale x), or 0 for x itself),
 *               y = double [outputs x genes] or NULL,
 *               present = integer [marks x genes] or NULL)
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
#include <string.h>

#include "ffi.h"

/* 2^53: up to here, doubles count every integer. */
static const double MAX_STEPS = 9007199254740992.0;

/* R's names of the layers, the losses and the uses. R has no other numbers for
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

static const char *const use_names[AC_USES] = {
    [AC_PREDICT] = "predict",
    [AC_GRADIENT] = "gradient",
    [AC_GRADIENT_AND_DX] = "gradientOfInput",
    [AC_TRAIN] = "train",
};

typedef struct {
    const ac_engine *engine;
    ac_network network;
} ffi_model;

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

static ffi_model unwrap_network(SEXP ffi_network)
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

static const int *unwrap_present(SEXP present, double count)
{
    if (present == R_NilValue)
        return NULL;
    if (TYPEOF(present) != INTSXP || (double)Rf_xlength(present) != count)
        Rf_error("internal error: 'present' must have one integer for each "
                 "mark of each gene");
    return INTEGER(present);
}

/* ---- the input --------------------------------------------------------- */

static size_t input_count(const ac_network *network)
{
    const ac_stage *first = &network->stages[0];
    return (size_t)first->copies * first->steps * first->inputs;
}

/* Rows of `width` numbers; -1 where it is not a whole number of them. */
static R_xlen_t row_count(SEXP x, size_t width)
{
    const R_xlen_t length = Rf_xlength(x);
    const R_xlen_t rows = length / (R_xlen_t)width;
    return rows * (R_xlen_t)width == length && rows <= INT_MAX ? rows : -1;
}

/* Without REAL() and INTEGER(), which may copy a shared array. */
static ac_array view_array(SEXP x, size_t row_step, size_t step)
{
    ac_array view = {NULL, AC_ZEROS, row_step, step};
    if (TYPEOF(x) == INTSXP) {
        view.type = AC_INTS;
        view.values = INTEGER_RO(x);
    } else if (x != R_NilValue) {
        view.type = AC_DOUBLES;
        view.values = REAL_RO(as_numbers(x, "x", -1));
    }
    return view;
}

/* `rows`: how many there are to choose from. */
static const int *unwrap_rows(SEXP chosen, R_xlen_t rows)
{
    if (TYPEOF(chosen) != INTSXP)
        Rf_error("internal error: 'rows' must be integer");
    const R_xlen_t count = Rf_xlength(chosen);
    int *unwrapped = (int *)R_alloc(count, sizeof(int));
    for (R_xlen_t i = 0; i < count; i++) {
        const int row = INTEGER_RO(chosen)[i];
        if (row < 1 || row > rows)
            Rf_error("internal error: 'rows' has a row that does not exist");
        unwrapped[i] = row - 1;
    }
    return unwrapped;
}

/* Counts are small whole numbers: their logarithms are computed once. */
static void tabulate_logs(ac_input *input)
{
    enum { LOGS = 1024 };
    double *logs = (double *)R_alloc(LOGS, sizeof(double));
    for (int k = 0; k < LOGS; k++)
        logs[k] = log1p(input->scale * k);
    input->logs = logs;
    input->log_count = LOGS;
}

/* The input where the marks are stored, and the number of its genes. */
static ac_input unwrap_stored(SEXP x, size_t inputs, size_t *count)
{
    SEXP marks = list_element(x, "marks");
    SEXP chosen = list_element(x, "rows");
    const R_xlen_t parts = Rf_xlength(marks);
    if (TYPEOF(marks) != VECSXP || parts == 0 || inputs % parts != 0)
        Rf_error("internal error: 'marks' must be equal parts of the input");
    const size_t bins = inputs / parts;
    R_xlen_t rows = -1;
    for (R_xlen_t i = 0; i < parts; i++) {
        SEXP values = VECTOR_ELT(marks, i);
        if (values == R_NilValue)
            continue;
        const R_xlen_t own = row_count(values, bins);
        if (own < 0 || (rows >= 0 && own != rows))
            Rf_error("internal error: the marks must have the same rows");
        rows = own;
    }
    if (rows < 0)
        Rf_error("internal error: no mark has values");
    ac_array *arrays = (ac_array *)R_alloc(parts, sizeof(ac_array));
    for (R_xlen_t i = 0; i < parts; i++)
        arrays[i] = view_array(VECTOR_ELT(marks, i), 1, rows);
    ac_input input = {.arrays = arrays, .array_count = parts};
    input.scale = list_number(x, "scale", 0, INFINITY);
    if (input.scale > 0)
        tabulate_logs(&input);
    if (chosen != R_NilValue)
        input.rows = unwrap_rows(chosen, rows);
    *count = chosen == R_NilValue ? rows : Rf_xlength(chosen);
    return input;
}

static ac_input unwrap_numbers(SEXP x, size_t inputs, size_t *count)
{
    const R_xlen_t rows = row_count(as_numbers(x, "x", -1), inputs);
    if (rows < 0)
        Rf_error("internal error: 'x' is not a whole number of genes");
    ac_array *array = (ac_array *)R_alloc(1, sizeof(ac_array));
    *array = view_array(x, inputs, 1);
    const ac_input input = {.arrays = array, .array_count = 1};
    *count = rows;
    return input;
}

static ac_genes unwrap_genes(SEXP ffi_genes, const ac_network *network)
{
    SEXP x = list_element(ffi_genes, "x");
    SEXP y = list_element(ffi_genes, "y");
    const size_t inputs = input_count(network);
    ac_genes genes = {0};
    genes.x = TYPEOF(x) == VECSXP ? unwrap_stored(x, inputs, &genes.count)
                                  : unwrap_numbers(x, inputs, &genes.count);
    if (y != R_NilValue)
        genes.y = REAL_RO(
            as_numbers(y, "y", (R_xlen_t)genes.count * network->output_count));
    genes.present = unwrap_present(list_element(ffi_genes, "present"),
                                   (double)genes.count * network->marks);
    return genes;
}

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
