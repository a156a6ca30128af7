/* Which kernels there are in single precision, and which of them this machine
 * can run. */
#include "kernels/plain.c"

#include "kernels/avx512.c"

#include "kernels/avx2.c"

#include "kernels/neon.c"

#if defined(AC_HAVE_AVX512) || defined(AC_HAVE_AVX2)
static int machine_has_avx512(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") != 0;
}

static int machine_has_avx2(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

static int machine_has_all(void)
{
    return 1;
}

/* The fastest first. */
static const struct {
    const kernels *table;
    int (*runs_here)(void);
} kernel_tables[] = {
#ifdef AC_HAVE_AVX512
    {&avx512_kernels, machine_has_avx512},
#endif
#ifdef AC_HAVE_AVX2
    {&avx2_kernels, machine_has_avx2},
#endif
#ifdef AC_HAVE_NEON
    {&neon_kernels, machine_has_all},
#endif
    {&kernels_plain, machine_has_all},
};

enum { KERNEL_TABLES = sizeof kernel_tables / sizeof kernel_tables[0] };

/* The table of that name, or the fastest for NULL; NULL if there is none
 * such that this machine can run. */
static const kernels *find_kernels(const char *name)
{
    for (int i = 0; i < KERNEL_TABLES; i++)
        if ((!name || strcmp(name, kernel_tables[i].table->name) == 0) &&
            kernel_tables[i].runs_here())
            return kernel_tables[i].table;
    return NULL;
}

const char *ac_kernels_name(int n)
{
    for (int i = 0; i < KERNEL_TABLES; i++)
        if (kernel_tables[i].runs_here() && n-- == 0)
            return kernel_tables[i].table->name;
    return NULL;
}
