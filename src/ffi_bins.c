/* Reads into bins: R vectors or the path of a file in, counts out.
 *
 * windows:  list(chromosome =, start =, reversed = integer, one per window, the
 *                chromosome and the start 0-based; bins =, binWidth =,
 *                chromosomes = their names)
 * counting: list(by = "overlap", "fivePrime" or "midpoint", shift =, length =)
 *           as in ac_counting
 * reads:    list(chromosome = 0-based or NA, start =, end =, minus =) integer
 *
 * Counts are an integer matrix of bins x windows. */
#include <limits.h>
#include <string.h>

#include "core/reads/bins.h"
#include "ffi.h"

static const int *list_integers(SEXP list, const char *name, R_xlen_t length)
{
    SEXP x = list_element(list, name);
    if (TYPEOF(x) != INTSXP || (length >= 0 && Rf_xlength(x) != length))
        Rf_error("internal error: '%s' must be integer of length %.0f", name,
                 (double)length);
    return INTEGER(x);
}

/* Windows and names may be many, but not more than the core counts. */
static int check_length(SEXP x, const char *what, int max)
{
    if (Rf_xlength(x) > max)
        Rf_error("internal error: more than %d %s", max, what);
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
    SEXP start = list_element(ffi_windows, "start");
    SEXP names = list_element(ffi_windows, "chromosomes");
    const int count = check_length(start, "windows", AC_MAX_WINDOWS);
    const ac_windows windows = {
        .count = count,
        .bins = list_int(ffi_windows, "bins", 1, INT_MAX),
        .bin_width = list_int(ffi_windows, "binWidth", 1, INT_MAX),
        .chromosomes = check_length(names, "chromosomes", INT_MAX - 1),
        .chromosome = list_integers(ffi_windows, "chromosome", count),
        .start = list_integers(ffi_windows, "start", count),
        .reversed = list_integers(ffi_windows, "reversed", count),
    };
    check_windows(&windows);
    return windows;
}

static const char *const count_by_names[] = {[AC_OVERLAP] = "overlap",
                                             [AC_FIVE_PRIME] = "fivePrime",
                                             [AC_MIDPOINT] = "midpoint"};

static ac_counting unwrap_counting(SEXP ffi_counting)
{
    const ac_counting counting = {
        as_choice(list_element(ffi_counting, "by"), "way to count",
                  count_by_names,
                  sizeof count_by_names / sizeof *count_by_names),
        list_int(ffi_counting, "shift", -INT_MAX, INT_MAX),
        list_int(ffi_counting, "length", 0, INT_MAX),
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
    const R_xlen_t count = Rf_xlength(list_element(ffi_reads, "start"));
    const int *chromosome = list_integers(ffi_reads, "chromosome", count);
    const int *start = list_integers(ffi_reads, "start", count);
    const int *end = list_integers(ffi_reads, "end", count);
    const int *minus = list_integers(ffi_reads, "minus", count);
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

/* What is wrong with a file; "" for nothing. */
static const char *const faults[] = {
    [AC_FILE_OK] = "",
    [AC_FILE_INTERRUPTED] = "",
    [AC_FILE_NO_MEMORY] = "memory",
    [AC_FILE_NOT_OPENED] = "opened",
    [AC_FILE_BROKEN] = "broken",
    [AC_FILE_LONG_LINE] = "long",
    [AC_FILE_FIELDS] = "fields",
    [AC_FILE_START] = "start",
    [AC_FILE_END] = "end",
    [AC_FILE_ORDER] = "order",
    [AC_FILE_STRAND] = "strand",
};

/* The elements of what ffi_count_bed() returns. */
enum {
    STOPPED,
    COUNTS,
    READS_PER_CHROMOSOME,
    MAX_END,
    READS,
    UNMATCHED_READS,
    UNMATCHED,
    FAULT,
    LINE,
    FIELD
};

static SEXP new_report(const ac_windows *windows)
{
    const char *names[] = {"stopped",   "counts", "readsPerChromosome",
                           "maxEnd",    "reads",  "unmatchedReads",
                           "unmatched", "fault",  "line",
                           "field",     ""};
    const int chromosomes = windows->chromosomes;
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(out, COUNTS, new_counts(windows));
    for (int i = READS_PER_CHROMOSOME; i <= MAX_END; i++) {
        SET_VECTOR_ELT(out, i, Rf_allocVector(REALSXP, chromosomes));
        for (int c = 0; c < chromosomes; c++)
            REAL(VECTOR_ELT(out, i))[c] = 0;
    }
    UNPROTECT(1);
    return out;
}

static void wrap_report(ac_file_status status, const ac_bed_report *report,
                        SEXP out)
{
    SET_VECTOR_ELT(out, READS, Rf_ScalarReal(report->reads));
    SET_VECTOR_ELT(out, UNMATCHED_READS,
                   Rf_ScalarReal(report->unmatched_reads));
    SEXP unmatched = Rf_allocVector(STRSXP, report->unmatched_count);
    SET_VECTOR_ELT(out, UNMATCHED, unmatched);
    for (int i = 0; i < report->unmatched_count; i++)
        SET_STRING_ELT(unmatched, i, Rf_mkChar(report->unmatched[i]));
    SET_VECTOR_ELT(out, FAULT, Rf_mkString(faults[status]));
    SET_VECTOR_ELT(out, LINE, Rf_ScalarReal(report->line));
    SET_VECTOR_ELT(out, FIELD, Rf_mkString(report->field));
}

SEXP ffi_count_bed(SEXP ffi_path, SEXP ffi_windows, SEXP ffi_counting)
{
    const ac_windows windows = unwrap_windows(ffi_windows);
    const ac_counting counting = unwrap_counting(ffi_counting);
    SEXP names = list_element(ffi_windows, "chromosomes");
    SEXP out = PROTECT(new_report(&windows));
    ac_bed_report report = {
        .reads_per_chromosome = REAL(VECTOR_ELT(out, READS_PER_CHROMOSOME)),
        .max_end = REAL(VECTOR_ELT(out, MAX_END)),
    };
    const ac_file_status status = ac_count_bed(
        CHAR(Rf_asChar(ffi_path)), unwrap_names(names), &windows, &counting,
        stop_poll(out), INTEGER(VECTOR_ELT(out, COUNTS)), &report);
    wrap_report(status, &report, out);
    UNPROTECT(1);
    return out;
}

/* Returns list(stopped, fault). */
SEXP ffi_check_gzip(SEXP ffi_path)
{
    const char *path = CHAR(Rf_asChar(ffi_path));
    const char *names[] = {"stopped", "fault", ""};
    SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
    const ac_file_status status = ac_check_gzip(path, stop_poll(out));
    SET_VECTOR_ELT(out, 1, Rf_mkString(faults[status]));
    UNPROTECT(1);
    return out;
}

/* NA if the bytes are not an index. */
SEXP ffi_index_records(SEXP ffi_bytes)
{
    if (TYPEOF(ffi_bytes) != RAWSXP)
        Rf_error("internal error: the index must be raw");
    const double records =
        ac_index_records(RAW(ffi_bytes), (size_t)Rf_xlength(ffi_bytes));
    return Rf_ScalarReal(records < 0 ? NA_REAL : records);
}
