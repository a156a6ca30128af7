/* The genes that a network reads, from R's list:
 *
 * genes:   list(x = double [inputs x genes], or where they are stored:
 *                   list(marks = list of arrays, [rows x bins] of a mark in
 *                                integer or double, or NULL for zeros,
 *                        rows = integer [genes], from 1, or NULL for all,
 *                        scale = of log1p(scale x), or 0 for x itself),
 *               y = double [outputs x genes] or NULL,
 *               present = integer [marks x genes] or NULL) */
#include <limits.h>
#include <math.h>

#include "ffi.h"

static const int *unwrap_present(SEXP present, double count)
{
    if (present == R_NilValue)
        return NULL;
    if (TYPEOF(present) != INTSXP || (double)Rf_xlength(present) != count)
        Rf_error("internal error: 'present' must have one integer for each "
                 "mark of each gene");
    return INTEGER(present);
}

size_t input_count(const ac_network *network)
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

ac_genes unwrap_genes(SEXP ffi_genes, const ac_network *network)
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

/* list(finite =, least =, meanSize =) of the rows of an array, [rows x width],
 * in integer or double; `rows` from 1, or NULL for all. */
SEXP ffi_array_facts(SEXP ffi_values, SEXP ffi_rows, SEXP ffi_width)
{
    const size_t width = (size_t)Rf_asInteger(ffi_width);
    const R_xlen_t all = row_count(ffi_values, width);
    if (all < 0)
        Rf_error("internal error: the array is not a whole number of rows");
    const ac_array array = view_array(ffi_values, 1, all);
    const int *rows = NULL;
    size_t count = (size_t)all;
    if (ffi_rows != R_NilValue) {
        rows = unwrap_rows(ffi_rows, all);
        count = (size_t)Rf_xlength(ffi_rows);
    }
    const ac_facts facts = ac_array_facts(&array, rows, count, width);
    const char *names[] = {"finite", "least", "meanSize", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(out, 0, Rf_ScalarLogical(facts.finite));
    SET_VECTOR_ELT(out, 1, Rf_ScalarReal(facts.least));
    SET_VECTOR_ELT(out, 2, Rf_ScalarReal(facts.mean_size));
    UNPROTECT(1);
    return out;
}
