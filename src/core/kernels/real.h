/* One source, two precisions: single.c and double.c include the core's files
 * after choosing what `real` is. Everything in them is static, so the two
 * never meet. */
#ifndef AC_REAL_H
#define AC_REAL_H

#include <math.h>
#include <stddef.h>
#include <string.h>

#ifdef AC_DOUBLE
typedef double real;
#define real_exp exp
#define real_tanh tanh
#define real_log1p log1p
#define real_sqrt sqrt
#define real_fabs fabs
#else
typedef float real;
#define real_exp expf
#define real_tanh tanhf
#define real_log1p log1pf
#define real_sqrt sqrtf
#define real_fabs fabsf
#endif

/* Asks for vector instructions where the lanes are the loop: at -O2 a compiler
 * need not think of them by itself. */
#ifdef _OPENMP
#define LANE_LOOP _Pragma("omp simd")
#else
#define LANE_LOOP
#endif

static real sigmoid(real x)
{
    return 1 / (1 + real_exp(-x));
}

#endif
