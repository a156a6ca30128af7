#include "kernels/avx2.c"

#ifdef SIMD_TABLE
#define ACTIVATIONS avx2_activations
#include "test_activations.h"
#endif
