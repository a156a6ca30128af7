/* What all vector kernels share. Each instruction set is a translation unit of
 * its own (avx512.c, avx2.c, neon.c). It defines
 *   SIMD_TARGET               the target attribute of its functions
 * before this header, and after it
 *   SIMD_WIDTH                numbers in a vector
 *   SIMD_ROWS                 rows of a tile: 4, 6 or 16 (see panel_height);
 *                             its sums must leave some registers free
 *   SIMD_BUNDLE               vectors that pass through an activation
 *                             together: a multiple of a block's
 *   vector                    the vector type, with + - * /
 *   v_set1(), v_load(), ...   what a vector can do. v_max() and v_min() return
 *                             x where x is NaN; v_inverse() has 11 correct bits
 *                             or more; v_exponent() shifts the integer in the
 *                             low bits into the exponent; v_zip_low() and
 *                             v_zip_high() interleave halves of two vectors
 * and then includes simd_kernels.h. No compiler flag is needed.
 *
 * A product is a tile of SIMD_ROWS rows by the LANES of a block, summed in
 * registers. Arrays of vectors are such registers: their loops are unrolled and
 * no array remains. */
#ifndef AC_SIMD_H
#define AC_SIMD_H

#include "kernels/simd_layout.h"

#if defined(__clang__)
#define SIMD_UNROLL _Pragma("clang loop unroll(full)")
#else
#define SIMD_UNROLL _Pragma("GCC unroll 16")
#endif

/* A table need not use all of them. */
#define SIMD_KERNEL static __attribute__((unused)) SIMD_TARGET
#define SIMD_INLINE static inline SIMD_TARGET __attribute__((always_inline))

#define SIMD_EACH(i, count)                                                    \
    SIMD_UNROLL                                                                \
    for (int i = 0; i < (count); i++)

/* Vectors in a block. */
#define SIMD_VECTORS (LANES / SIMD_WIDTH)

#endif
