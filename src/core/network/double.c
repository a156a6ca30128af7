/* The core in double precision: see kernels/real.h. */
#define AC_DOUBLE
#include "kernels/real.h"

#include "attentive.h"
#include "kernels/plain.c"

/* There is only one table; `name` is single precision's. */
static const kernels *find_kernels(const char *name)
{
    (void)name;
    return &kernels_plain;
}

/* BLAS may have threads of its own, and need not bear being called from
 * several. */
static int usable_threads(int wanted)
{
    return blas_gemm ? 1 : ac_usable_threads(wanted);
}

#define AC_ENGINE ac_double
#include "network/core_sources.h"
