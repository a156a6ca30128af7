/* The plain kernels in mixed precision: what avx512_bf16.c is tested against,
 * on any machine. */
#define AC_MIXED
#include "kernels/plain.c"
