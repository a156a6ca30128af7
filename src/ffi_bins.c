/* Reads into bins: R vectors or a file's path in, counts out.
 *
 * windows:  list(chromosome =, start =, reversed = integer, one a window, the
 *                chromosome and the start 0-based; bins =, binWidth =,
 *                chromosomes = their names)
 * counting: list(by =, shift =, length =) as in ac_counting
 * reads:    list(chromosome = 0-based or NA, start =, end =, minus =) integer
 *
 * Counts are an integer matrix of bins x windows. */
#include <limits.h>
#include <string.h>

#include "core/reads/bins.h"
#include "ffi.h"

static const int *check_integers(SEXP list, const char *name, R_xlen_t length)
{
    SEXP x = check_element(list, name);
    if (TYPEOF(x) != INTSXP || (length >= 0 && Rf_xlength(x) != length))
        Rf_error("internal error: '%s' must be integer of length %.0f", name,
                 (double)length);
    return INTEGER(x);
}

/* Windows and names may be many, but not more than the core counts. */
static int check_length(SEXP x, const char *what, int most)
{
    if (Rf_xlength(x) > most)
        Rf_error("internal error: more than %d %s", most, what);
    return (int)Rf_xlength(x);
}

/* A window's width must fit an int, as a chromosome's length does. */
static void check_windows(const ac_windows *windows)
{
    if ((double)windows->bins * windows->bin_width > INT_MAX)
        Rf_error("internal error: windows of %.0f bp, at most %d are possible",
                 (double)windows->bins * windows->bin_width, INT_MAX);
    for (int w = 0; w < windows->count; w++) {
        if (windows->chromosome[w] < 0 ||
            windows->chromosome[w] >= windows->chromosomes)
            Rf_error("internal error: a window on no chromosome");
        if (windows->start[w] == NA_INTEGER)
            Rf_error("internal error: a window without a start");
    }
}

static ac_windows unwrap_windows(SEXP ffi_windows)
{
    SEXP start = check_element(ffi_windows, "start");
    SEXP names = check_element(ffi_windows, "chromosomes");
    const int count = check_length(start, "windows", AC_MAX_WINDOWS);
    const ac_windows windows = {
        .count = count,
        .bins = check_int(ffi_windows, "bins", 1, INT_MAX),
        .bin_width = check_int(ffi_windows, "binWidth", 1, INT_MAX),
        .chromosomes = check_length(names, "chromosomes", INT_MAX - 1),
        .chromosome = check_integers(ffi_windows, "chromosome", count),
        .start = check_integers(ffi_windows, "start", count),
        .reversed = check_integers(ffi_windows, "reversed", count),
    };
    check_windows(&windows);
    return windows;
}

static ac_counting unwrap_counting(SEXP ffi_counting)
{
    const ac_counting counting = {
        check_int(ffi_counting, "by", AC_OVERLAP, AC_MIDPOINT),
        check_int(ffi_counting, "shift", -INT_MAX, INT_MAX),
        check_int(ffi_counting, "length", 0, INT_MAX),
    };
    return counting;
}

static SEXP new_counts(const ac_windows *windows)
{
    SEXP counts = Rf_allocMatrix(INTSXP, windows->bins, windows->count);
    if (Rf_xlength(counts) > 0)
        memset(INTEGER(counts), 0, Rf_xlength(counts) * sizeof(int));
    return counts;
}

SEXP ffi_count_reads(SEXP ffi_windows, SEXP ffi_counting, SEXP ffi_reads)
{
    const ac_windows windows = unwrap_windows(ffi_windows);
    const ac_counting counting = unwrap_counting(ffi_counting);
    const R_xlen_t count = Rf_xlength(check_element(ffi_reads, "start"));
    const int *chromosome = check_integers(ffi_reads, "chromosome", count);
    const int *start = check_integers(ffi_reads, "start", count);
    const int *end = check_integers(ffi_reads, "end", count);
    const int *minus = check_integers(ffi_reads, "minus", count);
    SEXP counts = PROTECT(new_counts(&windows));
    ac_counter *counter = ac_counter_open(&windows, &counting, INTEGER(counts));
    if (!counter)
        Rf_error("not enough memory to count reads");
    for (R_xlen_t i = 0; i < count; i++) {
        const int known =
            chromosome[i] >= 0 && chromosome[i] < windows.chromosomes;
        const ac_read read = {known ? chromosome[i] : -1, start[i], end[i],
                              minus[i]};
        ac_counter_add(counter, &read);
    }
    ac_counter_close(counter);
    UNPROTECT(1);
    return counts;
}

static const char *const *unwrap_names(SEXP names)
{
    const R_xlen_t count = Rf_xlength(names);
    const char **copy = (const char **)R_alloc(count + 1, sizeof(char *));
    for (R_xlen_t i = 0; i < count; i++)
        copy[i] = CHAR(STRING_ELT(names, i));
    return copy;
}

/* In the order of ac_file_status. */
static const char *const faults[] = {
    "",       "interrupted", "memory", "opened", "broken", "long",
    "fields", "start",       "end",    "order",  "strand"};

static SEXP wrap_report(SEXP counts, SEXP on, SEXP last, ac_file_status status,
                        const ac_bed_report *report)
{
    const char *names[] = {"counts", "reads", "on",    "last",      "elsewhere",
                           "fault",  "line",  "field", "strangers", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(out, 0, counts);
    SET_VECTOR_ELT(out, 1, Rf_ScalarReal(report->reads));
    SET_VECTOR_ELT(out, 2, on);
    SET_VECTOR_ELT(out, 3, last);
    SET_VECTOR_ELT(out, 4, Rf_ScalarReal(report->elsewhere));
    SET_VECTOR_ELT(out, 5, Rf_mkString(faults[status]));
    SET_VECTOR_ELT(out, 6, Rf_ScalarReal(report->line));
    SET_VECTOR_ELT(out, 7, Rf_mkString(report->field));
    SEXP strangers = Rf_allocVector(STRSXP, report->strangers);
    SET_VECTOR_ELT(out, 8, strangers);
    for (int i = 0; i < report->strangers; i++)
        SET_STRING_ELT(strangers, i, Rf_mkChar(report->stranger[i]));
    UNPROTECT(1);
    return out;
}

SEXP ffi_count_bed(SEXP ffi_path, SEXP ffi_windows, SEXP ffi_counting)
{
    const ac_windows windows = unwrap_windows(ffi_windows);
    const ac_counting counting = unwrap_counting(ffi_counting);
    SEXP names = check_element(ffi_windows, "chromosomes");
    SEXP counts = PROTECT(new_counts(&windows));
    SEXP on = PROTECT(Rf_allocVector(REALSXP, windows.chromosomes));
    SEXP last = PROTECT(Rf_allocVector(REALSXP, windows.chromosomes));
    for (int c = 0; c < windows.chromosomes; c++)
        REAL(on)[c] = REAL(last)[c] = 0;
    ac_bed_report report = {.on = REAL(on), .last = REAL(last)};
    const ac_file_status status =
        ac_count_bed(CHAR(Rf_asChar(ffi_path)), unwrap_names(names), &windows,
                     &counting, interrupt_poll(), INTEGER(counts), &report);
    SEXP out = wrap_report(counts, on, last, status, &report);
    UNPROTECT(3);
    return out;
}

SEXP ffi_check_gzip(SEXP ffi_path)
{
    const char *path = CHAR(Rf_asChar(ffi_path));
    return Rf_mkString(faults[ac_check_gzip(path, interrupt_poll())]);
}

/* NA where the index tells nothing. */
SEXP ffi_index_records(SEXP ffi_bytes)
{
    if (TYPEOF(ffi_bytes) != RAWSXP)
        Rf_error("internal error: the index must be raw");
    const double records =
        ac_index_records(RAW(ffi_bytes), (size_t)Rf_xlength(ffi_bytes));
    return Rf_ScalarReal(records < 0 ? NA_REAL : records);
}
