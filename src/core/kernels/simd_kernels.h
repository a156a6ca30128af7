/* The kernels of one instruction set as a table, SIMD_TABLE, named SIMD_NAME.
 */
#include "kernels/simd_adam.h"
#include "kernels/simd_attention.h"
#include "kernels/simd_lstm.h"

const kernels SIMD_TABLE = {
    .name = SIMD_NAME,
    .product = simd_product,
    .product_back = simd_product_back,
    .product_outer = simd_product_outer,
    .lstm_packed_count = simd_lstm_packed_count,
    .lstm_scratch_count = simd_lstm_scratch_count,
    .lstm_pack = simd_lstm_pack,
    .lstm_forward = simd_lstm_forward,
    .lstm_backward = simd_lstm_backward,
    .attention_forward = simd_attention_forward,
    .attention_backward = simd_attention_backward,
    .adam = simd_adam,
};
