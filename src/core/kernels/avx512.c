/* AVX-512: see avx512_vector.h. */
#include "kernels/kernels.h"

#ifdef AC_X86_KERNELS
#define SIMD_TARGET __attribute__((target("avx512f")))
#include "kernels/avx512_vector.h"

#define SIMD_NAME "avx512"
#define SIMD_TABLE ac_avx512_kernels

#include "kernels/simd_kernels.h"
#endif
