/* R's BLAS for the double precision of the core. It may have threads and state
 * of its own, so the core calls it on the main thread only. */
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

void use_blas(void)
{
    ac_use_gemm(gemm);
}
