/* The truth that test_kernels.c holds the kernels against: the plain ones, in
 * double precision. */
#define AC_DOUBLE
#include "kernels/real.h"

#include "kernels/plain.c"

#include "test_run.h"

void truth_lstm(const lstm_case *c, test_result *result)
{
    run_lstm(&kernels_plain, c, result);
}

void truth_attention(const attention_case *c, test_result *result)
{
    run_attention(&kernels_plain, c, result);
}

void truth_product(const product_case *c, test_result *result)
{
    run_product(&kernels_plain, c, result);
}

void truth_adam(const adam_case *c, test_result *result)
{
    run_adam(&kernels_plain, c, result);
}
