/* The R boundary: only init.c and the ffi_* files know R. They check and unwrap
 * the arguments, call the core and wrap its results. R code has checked the
 * user's arguments already, and reports them in the user's terms; the checks
 * here are a second wall.
 *
 * An entry that may take long returns a list whose first element, `stopped`, is
 * NULL, or the condition that made the core stop early: see stop_poll(). */
#ifndef AC_FFI_H
#define AC_FFI_H

#define R_NO_REMAP
#define STRICT_R_HEADERS
#include <R.h>
#include <Rinternals.h>

#include "core/attentive.h"

SEXP ffi_train(SEXP ffi_network, SEXP ffi_state, SEXP ffi_genes, SEXP ffi_order,
               SEXP ffi_settings);
SEXP ffi_predict(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes,
                 SEXP ffi_attention);
SEXP ffi_gradient(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes);
SEXP ffi_logit_gradient(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes);
SEXP ffi_array_facts(SEXP ffi_values, SEXP ffi_rows, SEXP ffi_width);
SEXP ffi_memory(SEXP ffi_network, SEXP ffi_use);
SEXP ffi_kernels(SEXP ffi_mixed);
SEXP ffi_processors(void);
SEXP ffi_openblas(void);
SEXP ffi_hold_blas(void);
SEXP ffi_release_blas(SEXP ffi_held);
SEXP ffi_count_reads(SEXP ffi_windows, SEXP ffi_counting, SEXP ffi_reads);
SEXP ffi_count_bed(SEXP ffi_path, SEXP ffi_windows, SEXP ffi_counting);
SEXP ffi_check_gzip(SEXP ffi_path);
SEXP ffi_index_records(SEXP ffi_bytes);
SEXP ffi_read_torch(SEXP ffi_bytes);
SEXP ffi_write_file(SEXP path, SEXP bytes);
SEXP ffi_append_file(SEXP path, SEXP bytes);
SEXP ffi_sync_file(SEXP path);
SEXP ffi_replace_file(SEXP from, SEXP to);
SEXP ffi_is_locked(SEXP path);
SEXP ffi_is_running(SEXP pid);

/* ffi_blas.c */
void use_blas(void);
/* Around a call of the core: gives BLAS one thread, and returns what
 * release_blas() needs to give it back those that it had. */
int hold_blas(const ac_engine *engine);
void release_blas(int held);

/* ffi_check.c */
SEXP as_numbers(SEXP x, const char *what, R_xlen_t length);
SEXP list_element(SEXP list, const char *name);
double list_number(SEXP list, const char *name, double lower, double upper);
int list_int(SEXP list, const char *name, int lower, int upper);
int as_int(double x, const char *name, int lower, int upper);
int as_choice(SEXP x, const char *what, const char *const *names, int count);
int check_status(ac_status status);

/* ffi_model.c */
typedef struct {
    const ac_engine *engine;
    ac_network network;
} ffi_model;

ffi_model unwrap_network(SEXP ffi_network);

/* ffi_genes.c */
/* The numbers that a network reads of a gene. */
size_t input_count(const ac_network *network);
ac_genes unwrap_genes(SEXP ffi_genes, const ac_network *network);

/* ffi_stop.c */
ac_poll stop_poll(SEXP out);

#endif
