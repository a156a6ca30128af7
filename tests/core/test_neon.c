#include "kernels/neon.c"

#ifdef SIMD_TABLE
#define ACTIVATIONS neon_activations
#include "test_activations.h"
#endif
