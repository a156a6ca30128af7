#include "kernels/avx512.c"

#ifdef SIMD_TABLE
#define ACTIVATIONS avx512_activations
#include "test_activations.h"
#endif
