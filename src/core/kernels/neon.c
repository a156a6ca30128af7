/* NEON (aarch64): a block is four registers, and a tile of 4 rows fills half
 * of the 32 registers with sums. Compiled, never run yet. */
#include "kernels/real.h"

#if defined(__aarch64__) && defined(__GNUC__) && !defined(AC_DOUBLE)
#define AC_HAVE_NEON
#include <arm_neon.h>

#define SIMD(name) neon_##name
#define SIMD_NAME "neon"
#define SIMD_ISA
#define SIMD_WIDTH 4
#define SIMD_ROWS 4
#define SIMD_BUNDLE 8

#define SIMD_VECTOR float32x4_t
#define SIMD_SET1(x) vdupq_n_f32(x)
#define SIMD_LOAD(from) vld1q_f32(from)
#define SIMD_STORE(to, x) vst1q_f32(to, x)
#define SIMD_FMA(a, b, c) vfmaq_f32(c, a, b)
#define SIMD_SQRT(x) vsqrtq_f32(x)
#define SIMD_FNMA(a, b, c) vfmsq_f32(c, a, b)
#define SIMD_MAX(limit, x) vmaxq_f32(limit, x)
#define SIMD_MIN(limit, x) vminq_f32(limit, x)
/* The estimate alone has 8 bits; this brings it to the 16 that the template
 * expects. */
#define SIMD_INVERSE(x)                                                        \
    vmulq_f32(vrecpeq_f32(x), vrecpsq_f32(x, vrecpeq_f32(x)))
#define SIMD_TO_EXPONENT(x)                                                    \
    vreinterpretq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(x), 23))
#define SIMD_ZIP_LOW(a, b) vzip1q_f32(a, b)
#define SIMD_ZIP_HIGH(a, b) vzip2q_f32(a, b)

#include "kernels/kernels_simd.h"
#endif
