/* What test_kernels.c compares the kernels with: the plain ones, in double
 * precision. */
#define AC_DOUBLE
#include "test_run.h"

void reference_lstm(const lstm_case *c, test_result *result)
{
    run_lstm(&ac_plain_double_kernels, c, result);
}

void reference_attention(const attention_case *c, test_result *result)
{
    run_attention(&ac_plain_double_kernels, c, result);
}

void reference_product(const product_case *c, test_result *result)
{
    run_product(&ac_plain_double_kernels, c, result);
}

void reference_adam(const adam_case *c, test_result *result)
{
    run_adam(&ac_plain_double_kernels, c, result);
}
