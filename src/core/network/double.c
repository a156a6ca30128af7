/* The core in double precision: see kernels/real.h. */
#define AC_DOUBLE
#include "attentive.h"
#include "kernels/kernels.h"

/* There is only one table; `name` is single precision's. */
static const kernels *find_kernels(const char *name)
{
    (void)name;
    return &ac_plain_double_kernels;
}

/* BLAS may have threads of its own, and may not be callable from several. */
static int usable_threads(int wanted)
{
    return ac_uses_gemm() ? 1 : ac_usable_threads(wanted);
}

#define AC_ENGINE ac_double
#include "network/core_sources.h"
