/* The activations of one instruction set, for test_kernels.c: included after
 * the translation unit that has them, with ACTIVATIONS as the function's name.
 */
#include "test_cases.h"

SIMD_TARGET void ACTIVATIONS(int which, const float *x, float *y)
{
    for (int i = 0; i < LANES; i += SIMD_WIDTH) {
        vector v = v_load(x + i);
        if (which == ACTIVATION_EXP)
            vector_exp(1, &v);
        else if (which == ACTIVATION_SIGMOID)
            vector_sigmoid(1, &v);
        else
            vector_tanh(1, &v);
        v_store(y + i, v);
    }
}
