/* What a vector of AVX-512 can do, for the tables that are made of them: see
 * simd.h. A block is one register, and a tile of 16 rows fills half of the 32
 * registers with sums; each product takes its weight from memory. */
#ifndef AC_AVX512_VECTOR_H
#define AC_AVX512_VECTOR_H

#include <immintrin.h>

#include "kernels/simd.h"

enum { SIMD_WIDTH = 16, SIMD_ROWS = 16, SIMD_BUNDLE = 4 };

typedef __m512 vector;

SIMD_INLINE vector v_set1(float x)
{
    return _mm512_set1_ps(x);
}

SIMD_INLINE vector v_load(const real *from)
{
    return _mm512_loadu_ps(from);
}

SIMD_INLINE void v_store(real *to, vector x)
{
    _mm512_storeu_ps(to, x);
}

/* a b + c */
SIMD_INLINE vector v_fma(vector a, vector b, vector c)
{
    return _mm512_fmadd_ps(a, b, c);
}

/* c - a b */
SIMD_INLINE vector v_fnma(vector a, vector b, vector c)
{
    return _mm512_fnmadd_ps(a, b, c);
}

SIMD_INLINE vector v_sqrt(vector x)
{
    return _mm512_sqrt_ps(x);
}

SIMD_INLINE vector v_max(vector limit, vector x)
{
    return _mm512_max_ps(limit, x);
}

SIMD_INLINE vector v_min(vector limit, vector x)
{
    return _mm512_min_ps(limit, x);
}

SIMD_INLINE vector v_inverse(vector x)
{
    return _mm512_rcp14_ps(x);
}

SIMD_INLINE vector v_exponent(vector x)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(x), 23));
}

SIMD_INLINE vector v_zip_low(vector a, vector b)
{
    return _mm512_permutex2var_ps(a,
                                  _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19,
                                                    4, 20, 5, 21, 6, 22, 7, 23),
                                  b);
}

SIMD_INLINE vector v_zip_high(vector a, vector b)
{
    return _mm512_permutex2var_ps(a,
                                  _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11,
                                                    27, 12, 28, 13, 29, 14, 30,
                                                    15, 31),
                                  b);
}

#endif
