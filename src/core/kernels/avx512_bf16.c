/* AVX512-BF16: mixed precision. Products multiply bfloat16 numbers and sum in
 * single precision; the rest is AVX-512's. */
#include "kernels/kernels.h"

#ifdef AC_BF16_KERNELS
#define SIMD_TARGET __attribute__((target("avx512f,avx512bw,avx512bf16")))
#include "kernels/avx512_vector.h"

#include "kernels/simd_adam.h"
#include "kernels/simd_attention.h"

#include "kernels/bf16_lstm.h"
#include "kernels/bf16_products.h"

const kernels ac_avx512_bf16_kernels = {
    .name = "avx512-bf16",
    .product = mixed_product,
    .product_back = mixed_product_back,
    .product_outer = mixed_product_outer,
    .lstm_packed_count = mixed_lstm_packed_count,
    .lstm_scratch_count = mixed_lstm_scratch_count,
    .lstm_pack = mixed_lstm_pack,
    .lstm_forward = mixed_lstm_forward,
    .lstm_backward = mixed_lstm_backward,
    .attention_forward = simd_attention_forward,
    .attention_backward = simd_attention_backward,
    .adam = simd_adam,
};
#endif
