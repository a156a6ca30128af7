/* The kernel tables of single precision, and which of them this machine can
 * run. */
#include "kernels/kernels.h"

#include "attentive.h"

#ifdef AC_X86_KERNELS
static int has_avx512(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") != 0;
}

static int has_avx2(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

static int always(void)
{
    return 1;
}

/* The fastest first. */
static const struct {
    const kernels *table;
    int (*runs_here)(void);
} tables[] = {
#ifdef AC_X86_KERNELS
    {&ac_avx512_kernels, has_avx512},
    {&ac_avx2_kernels, has_avx2},
#endif
#ifdef AC_NEON_KERNELS
    {&ac_neon_kernels, always},
#endif
    {&ac_plain_kernels, always},
};

enum { TABLE_COUNT = sizeof tables / sizeof tables[0] };

const kernels *ac_find_kernels(const char *name)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        if ((!name || strcmp(name, tables[i].table->name) == 0) &&
            tables[i].runs_here())
            return tables[i].table;
    return NULL;
}

const char *ac_kernels_name(int n)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        if (tables[i].runs_here() && n-- == 0)
            return tables[i].table->name;
    return NULL;
}
