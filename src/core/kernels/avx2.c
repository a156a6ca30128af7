/* AVX2 with FMA: a block is two registers, and a tile of 6 rows fills 12 of
 * the 16 registers with sums. */
#include "kernels/kernels.h"

#ifdef AC_X86_KERNELS
#include <immintrin.h>

#define SIMD_TARGET __attribute__((target("avx2,fma")))
#include "kernels/simd.h"

#define SIMD_NAME "avx2"
#define SIMD_TABLE ac_avx2_kernels

enum { SIMD_WIDTH = 8, SIMD_ROWS = 6, SIMD_BUNDLE = 8 };

typedef __m256 vector;

SIMD_INLINE vector v_set1(float x)
{
    return _mm256_set1_ps(x);
}

SIMD_INLINE vector v_load(const real *from)
{
    return _mm256_loadu_ps(from);
}

SIMD_INLINE void v_store(real *to, vector x)
{
    _mm256_storeu_ps(to, x);
}

/* a b + c */
SIMD_INLINE vector v_fma(vector a, vector b, vector c)
{
    return _mm256_fmadd_ps(a, b, c);
}

/* c - a b */
SIMD_INLINE vector v_fnma(vector a, vector b, vector c)
{
    return _mm256_fnmadd_ps(a, b, c);
}

SIMD_INLINE vector v_sqrt(vector x)
{
    return _mm256_sqrt_ps(x);
}

SIMD_INLINE vector v_max(vector limit, vector x)
{
    return _mm256_max_ps(limit, x);
}

SIMD_INLINE vector v_min(vector limit, vector x)
{
    return _mm256_min_ps(limit, x);
}

SIMD_INLINE vector v_inverse(vector x)
{
    return _mm256_rcp_ps(x);
}

SIMD_INLINE vector v_exponent(vector x)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(x), 23));
}

SIMD_INLINE vector v_zip_low(vector a, vector b)
{
    return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b),
                                  _mm256_unpackhi_ps(a, b), 0x20);
}

SIMD_INLINE vector v_zip_high(vector a, vector b)
{
    return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b),
                                  _mm256_unpackhi_ps(a, b), 0x31);
}

#include "kernels/simd_kernels.h"
#endif
