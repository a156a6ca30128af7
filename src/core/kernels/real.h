/* One source, two precisions: `real` is double in a translation unit that
 * defines AC_DOUBLE first, and float in all others. */
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

/* Asks for vector instructions in a loop over lanes, which some compilers do
 * not use at -O2 by themselves. */
#ifdef _OPENMP
#define LANE_LOOP _Pragma("omp simd")
#else
#define LANE_LOOP
#endif

static inline real sigmoid(real x)
{
    return 1 / (1 + real_exp(-x));
}

#endif
