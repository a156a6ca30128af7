/* The R boundary: only init.c and the ffi_* files see R. They check, unwrap,
 * call the core and wrap what comes back. R code has checked what the user
 * gave and said so in his words; what is checked here is a second wall. */
#ifndef AC_FFI_H
#define AC_FFI_H

#define R_NO_REMAP
#define STRICT_R_HEADERS
#include <R.h>
#include <Rinternals.h>

#include "core/attentive.h"

SEXP ffi_train(SEXP ffi_network, SEXP ffi_state, SEXP ffi_genes, SEXP ffi_order,
               SEXP ffi_settings);
SEXP ffi_predict(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes);
SEXP ffi_gradient(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes);
SEXP ffi_logit_gradient(SEXP ffi_network, SEXP ffi_parameters, SEXP ffi_genes);
SEXP ffi_memory(SEXP ffi_network, SEXP ffi_use);
SEXP ffi_kernels(void);
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

/* ffi_check.c */
SEXP check_numbers(SEXP x, const char *what, R_xlen_t length);
SEXP check_element(SEXP list, const char *name);
double check_number(SEXP list, const char *name, double lower, double upper);
int check_int(SEXP list, const char *name, int lower, int upper);
int as_int(double x, const char *name, int lower, int upper);
int check_status(ac_status status);
ac_poll interrupt_poll(void);

#endif
