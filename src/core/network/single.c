/* The core in single precision: see kernels/real.h. */
#include "attentive.h"
#include "kernels/kernels.h"

static const kernels *find_kernels(const char *name)
{
    return ac_find_kernels(name);
}

static int usable_threads(int wanted)
{
    return ac_usable_threads(wanted);
}

#define AC_ENGINE ac_single
#include "network/core_sources.h"
