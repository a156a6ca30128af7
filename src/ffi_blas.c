/* R's BLAS for the double precision of the core. It may have threads and state
 * of its own, so the core calls it on the main thread only, and OpenBLAS, which
 * would start as many threads as there are processors, is held to one: its
 * threads gain nothing in products of 16 genes, and change their last bits. */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#ifndef _WIN32
#include <dlfcn.h>
#endif
#include <string.h>

#define USE_FC_LEN_T
#include <Rconfig.h>
#include <R_ext/BLAS.h>
#ifndef FCONE
#define FCONE
#endif

#include "ffi.h"

static void gemm(int transpose_a, int transpose_b, int m, int n, int k,
                 const double *a, int lda, const double *b, int ldb, double *c,
                 int ldc)
{
    const double one = 1;
    F77_CALL(dgemm)
    (transpose_a ? "T" : "N", transpose_b ? "T" : "N", &m, &n, &k, &one, a,
     &lda, b, &ldb, &one, c, &ldc FCONE FCONE);
}

/* What OpenBLAS offers, if R's BLAS is it; it is not linked to by name. */
static struct {
    int (*get_threads)(void);
    void (*set_threads)(int threads);
    char *(*config)(void);
} openblas;

#ifndef _WIN32
/* A function's pointer through memcpy(), as POSIX asks for what ISO C lacks. */
static void find(void *function, size_t size, const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &found, size);
}
#endif

static void find_openblas(void)
{
#ifndef _WIN32
    find(&openblas.get_threads, sizeof openblas.get_threads,
         "openblas_get_num_threads");
    find(&openblas.set_threads, sizeof openblas.set_threads,
         "openblas_set_num_threads");
    find(&openblas.config, sizeof openblas.config, "openblas_get_config");
#endif
}

void use_blas(void)
{
    find_openblas();
    ac_use_gemm(gemm);
}

static int hold_openblas(void)
{
    if (!openblas.get_threads || !openblas.set_threads)
        return 0;
    const int threads = openblas.get_threads();
    if (threads <= 1)
        return 0;
    openblas.set_threads(1);
    return threads;
}

void release_blas(int held)
{
    if (held > 0)
        openblas.set_threads(held);
}

int hold_blas(const ac_engine *engine)
{
    return engine == &ac_double ? hold_openblas() : 0;
}

/* The same around R code: the threads that OpenBLAS had, or 0. */
SEXP ffi_hold_blas(void)
{
    return Rf_ScalarInteger(hold_openblas());
}

SEXP ffi_release_blas(SEXP ffi_held)
{
    release_blas(Rf_asInteger(ffi_held));
    return R_NilValue;
}

/* How OpenBLAS describes itself; NA for another BLAS. */
SEXP ffi_openblas(void)
{
    return openblas.config ? Rf_mkString(openblas.config())
                           : Rf_ScalarString(NA_STRING);
}
