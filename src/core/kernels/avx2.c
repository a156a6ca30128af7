/* AVX2 with FMA: a block is two registers, and a tile of 6 rows fills 12 of
 * the 16 registers with sums. */
#include "kernels/real.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(AC_DOUBLE)
#define AC_HAVE_AVX2
#include <immintrin.h>

#define SIMD(name) avx2_##name
#define SIMD_NAME "avx2"
#define SIMD_ISA __attribute__((target("avx2,fma")))
#define SIMD_WIDTH 8
#define SIMD_ROWS 6
#define SIMD_BUNDLE 8

#define SIMD_VECTOR __m256
#define SIMD_SET1(x) _mm256_set1_ps(x)
#define SIMD_LOAD(from) _mm256_loadu_ps(from)
#define SIMD_STORE(to, x) _mm256_storeu_ps(to, x)
#define SIMD_FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define SIMD_SQRT(x) _mm256_sqrt_ps(x)
#define SIMD_FNMA(a, b, c) _mm256_fnmadd_ps(a, b, c)
#define SIMD_MAX(limit, x) _mm256_max_ps(limit, x)
#define SIMD_MIN(limit, x) _mm256_min_ps(limit, x)
#define SIMD_INVERSE(x) _mm256_rcp_ps(x)
#define SIMD_TO_EXPONENT(x)                                                    \
    _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(x), 23))
#define SIMD_ZIP_LOW(a, b)                                                     \
    _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), \
                           0x20)
#define SIMD_ZIP_HIGH(a, b)                                                    \
    _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), \
                           0x31)

#include "kernels/kernels_simd.h"
#endif
