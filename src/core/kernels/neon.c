/* NEON (aarch64): a block is four registers, and a tile of 4 rows fills half
 * of the 32 registers with sums. Compiled, never run yet. */
#include "kernels/kernels.h"

#ifdef AC_NEON_KERNELS
#include <arm_neon.h>

#define SIMD_TARGET
#include "kernels/simd.h"

#define SIMD_NAME "neon"
#define SIMD_TABLE ac_neon_kernels

enum { SIMD_WIDTH = 4, SIMD_ROWS = 4, SIMD_BUNDLE = 8 };

typedef float32x4_t vector;

SIMD_INLINE vector v_set1(float x)
{
    return vdupq_n_f32(x);
}

SIMD_INLINE vector v_load(const real *from)
{
    return vld1q_f32(from);
}

SIMD_INLINE void v_store(real *to, vector x)
{
    vst1q_f32(to, x);
}

/* a b + c */
SIMD_INLINE vector v_fma(vector a, vector b, vector c)
{
    return vfmaq_f32(c, a, b);
}

/* c - a b */
SIMD_INLINE vector v_fnma(vector a, vector b, vector c)
{
    return vfmsq_f32(c, a, b);
}

SIMD_INLINE vector v_sqrt(vector x)
{
    return vsqrtq_f32(x);
}

SIMD_INLINE vector v_max(vector limit, vector x)
{
    return vmaxq_f32(limit, x);
}

SIMD_INLINE vector v_min(vector limit, vector x)
{
    return vminq_f32(limit, x);
}

/* The estimate alone has 8 bits; one step of refinement gives 16. */
SIMD_INLINE vector v_inverse(vector x)
{
    return vmulq_f32(vrecpeq_f32(x), vrecpsq_f32(x, vrecpeq_f32(x)));
}

SIMD_INLINE vector v_exponent(vector x)
{
    return vreinterpretq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(x), 23));
}

SIMD_INLINE vector v_zip_low(vector a, vector b)
{
    return vzip1q_f32(a, b);
}

SIMD_INLINE vector v_zip_high(vector a, vector b)
{
    return vzip2q_f32(a, b);
}

#include "kernels/simd_kernels.h"
#endif
