/* The kernel tables of single and mixed precision, and which of them this
 * machine can run. */
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

#ifdef AC_BF16_KERNELS
static int has_avx512_bf16(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512bf16");
}
#endif

static int always(void)
{
    return 1;
}

/* The fastest first. Those of mixed precision are found by name alone. */
static const struct {
    const kernels *table;
    int (*runs_here)(void);
    int mixed;
} tables[] = {
#ifdef AC_X86_KERNELS
    {&ac_avx512_kernels, has_avx512, 0},
    {&ac_avx2_kernels, has_avx2, 0},
#endif
#ifdef AC_NEON_KERNELS
    {&ac_neon_kernels, always, 0},
#endif
    {&ac_plain_kernels, always, 0},
#ifdef AC_BF16_KERNELS
    {&ac_avx512_bf16_kernels, has_avx512_bf16, 1},
#endif
    {&ac_plain_bf16_kernels, always, 1},
};

enum { TABLE_COUNT = sizeof tables / sizeof tables[0] };

const kernels *ac_find_kernels(const char *name)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        if ((name ? strcmp(name, tables[i].table->name) == 0
                  : !tables[i].mixed) &&
            tables[i].runs_here())
            return tables[i].table;
    return NULL;
}

const char *ac_kernels_name(int mixed, int n)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        if (tables[i].mixed == mixed && tables[i].runs_here() && n-- == 0)
            return tables[i].table->name;
    return NULL;
}
