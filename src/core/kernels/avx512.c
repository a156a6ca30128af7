/* AVX-512: a block is one register, and a tile of 16 rows fills half of the
 * 32 registers with sums; each product takes its weight from memory. */
#include "kernels/real.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(AC_DOUBLE)
#define AC_HAVE_AVX512
#include <immintrin.h>

#define SIMD(name) avx512_##name
#define SIMD_NAME "avx512"
#define SIMD_ISA __attribute__((target("avx512f")))
#define SIMD_WIDTH 16
#define SIMD_ROWS 16
#define SIMD_BUNDLE 4

#define SIMD_VECTOR __m512
#define SIMD_SET1(x) _mm512_set1_ps(x)
#define SIMD_LOAD(from) _mm512_loadu_ps(from)
#define SIMD_STORE(to, x) _mm512_storeu_ps(to, x)
#define SIMD_FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define SIMD_SQRT(x) _mm512_sqrt_ps(x)
#define SIMD_FNMA(a, b, c) _mm512_fnmadd_ps(a, b, c)
#define SIMD_MAX(limit, x) _mm512_max_ps(limit, x)
#define SIMD_MIN(limit, x) _mm512_min_ps(limit, x)
#define SIMD_INVERSE(x) _mm512_rcp14_ps(x)
#define SIMD_TO_EXPONENT(x)                                                    \
    _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(x), 23))
#define SIMD_ZIP_LOW(a, b)                                                     \
    _mm512_permutex2var_ps(a,                                                  \
                           _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4,    \
                                             20, 5, 21, 6, 22, 7, 23),         \
                           b)
#define SIMD_ZIP_HIGH(a, b)                                                    \
    _mm512_permutex2var_ps(a,                                                  \
                           _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, \
                                             28, 13, 29, 14, 30, 15, 31),      \
                           b)

#include "kernels/kernels_simd.h"
#endif
