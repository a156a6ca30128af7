/* One step of Adam: see adam_rates. */
#ifndef AC_SIMD_ADAM_H
#define AC_SIMD_ADAM_H

#include "kernels/simd.h"

SIMD_INLINE void adam_tile(const adam_rates *rates, const real *gradient,
                           real *first, real *second, real *parameter)
{
    const vector decay1 = v_set1(rates->decay1);
    const vector decay2 = v_set1(rates->decay2);
    const vector one = v_set1(1);
    const vector g = v_load(gradient) * v_set1(rates->scale);
    const vector m = v_fma(decay1, v_load(first), (one - decay1) * g);
    const vector v = v_fma(decay2, v_load(second), (one - decay2) * g * g);
    const vector below =
        v_fma(v_sqrt(v), v_set1(rates->inverse_root), v_set1(rates->epsilon));
    v_store(first, m);
    v_store(second, v);
    v_store(parameter, v_load(parameter) - v_set1(rates->rate) * m / below);
}

/* The numbers that do not fill a vector pass through a copy. */
SIMD_KERNEL void simd_adam(size_t count, const adam_rates *rates,
                           const real *gradient, real *first, real *second,
                           real *parameter)
{
    real rest[4][SIMD_WIDTH] = {{0}};
    real *const from[4] = {NULL, first, second, parameter};
    size_t i = 0;
    for (; i + SIMD_WIDTH <= count; i += SIMD_WIDTH)
        adam_tile(rates, gradient + i, first + i, second + i, parameter + i);
    memcpy(rest[0], gradient + i, sizeof(real) * (count - i));
    for (int a = 1; a < 4; a++)
        memcpy(rest[a], from[a] + i, sizeof(real) * (count - i));
    adam_tile(rates, rest[0], rest[1], rest[2], rest[3]);
    for (int a = 1; a < 4; a++)
        memcpy(from[a] + i, rest[a], sizeof(real) * (count - i));
}

#endif
