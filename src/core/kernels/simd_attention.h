/* Attention over the steps of a sequence: see attention_pass. */
#ifndef AC_SIMD_ATTENTION_H
#define AC_SIMD_ATTENTION_H

#include "kernels/simd_math.h"
#include "kernels/simd_products.h"

/* Softmax over the steps of each lane. */
SIMD_INLINE void softmax(int steps, real *weight)
{
    vector largest = v_load(weight), total = v_set1(0);
    for (int t = 1; t < steps; t++)
        largest = v_max(v_load(weight + t * LANES), largest);
    for (int t = 0; t < steps; t++) {
        vector e = v_load(weight + t * LANES) - largest;
        vector_exp(1, &e);
        v_store(weight + t * LANES, e);
        total = total + e;
    }
    const vector scale = v_set1(1) / total;
    for (int t = 0; t < steps; t++)
        v_store(weight + t * LANES, v_load(weight + t * LANES) * scale);
}

/* score[t] = sum over k of x[k] in[t][k]: x is one number for all lanes
 * (wide: 0) or a lane vector. */
SIMD_INLINE void scores_tile(const attention_pass *pass, int first, int steps,
                             const real *x, int wide, real *score)
{
    const size_t stride = (size_t)pass->inputs * LANES;
    const real *in = pass->in + first * stride;
    vector sum[GATES * SIMD_VECTORS];
    SIMD_UNROLL
    for (int i = 0; i < steps * SIMD_VECTORS; i++)
        sum[i] = v_set1(0);
    for (int k = 0; k < pass->inputs; k++, in += LANES) {
        SIMD_UNROLL
        for (int i = 0; i < steps * SIMD_VECTORS; i++) {
            const int lane = i % SIMD_VECTORS * SIMD_WIDTH;
            const vector x_k =
                wide ? v_load(x + k * LANES + lane) : v_set1(x[k]);
            sum[i] = v_fma(x_k, v_load(in + i / SIMD_VECTORS * stride + lane),
                           sum[i]);
        }
    }
    SIMD_UNROLL
    for (int i = 0; i < steps * SIMD_VECTORS; i++)
        v_store(score + first * LANES + i * SIMD_WIDTH, sum[i]);
}

SIMD_INLINE void scores(const attention_pass *pass, const real *x, int wide,
                        real *score)
{
    int t = 0;
    for (; t + GATES <= pass->steps; t += GATES)
        scores_tile(pass, t, GATES, x, wide, score);
    for (; t < pass->steps; t++)
        scores_tile(pass, t, 1, x, wide, score);
}

/* sum[k] += weight[t] in[t][k] over `steps` steps. */
SIMD_INLINE void weighted_tile(const attention_pass *pass, const real *weight,
                               int first, int steps, real *sum)
{
    const size_t stride = (size_t)pass->inputs * LANES;
    const real *in = pass->in + first * stride;
    vector alpha[GATES * SIMD_VECTORS];
    SIMD_UNROLL
    for (int i = 0; i < steps * SIMD_VECTORS; i++)
        alpha[i] = v_load(weight + first * LANES + i * SIMD_WIDTH);
    for (size_t k = 0; k < stride; k += LANES) {
        SIMD_UNROLL
        for (int i = 0; i < SIMD_VECTORS; i++) {
            vector total = v_load(sum + k + i * SIMD_WIDTH);
            SIMD_UNROLL
            for (int t = 0; t < steps; t++)
                total =
                    v_fma(alpha[t * SIMD_VECTORS + i],
                          v_load(in + t * stride + k + i * SIMD_WIDTH), total);
            v_store(sum + k + i * SIMD_WIDTH, total);
        }
    }
}

SIMD_INLINE void weighted_sum(const attention_pass *pass, const real *weight,
                              real *sum)
{
    int t = 0;
    memset(sum, 0, sizeof(real) * pass->inputs * LANES);
    for (; t + GATES <= pass->steps; t += GATES)
        weighted_tile(pass, weight, t, GATES, sum);
    for (; t < pass->steps; t++)
        weighted_tile(pass, weight, t, 1, sum);
}

SIMD_KERNEL void simd_attention_forward(const attention_pass *pass)
{
    scores(pass, pass->context, 0, pass->weight);
    for (int lane = 0; lane < LANES; lane += SIMD_WIDTH)
        softmax(pass->steps, pass->weight + lane);
    weighted_sum(pass, pass->weight, pass->out);
}

/* From the derivatives by alpha to those by the scores. */
SIMD_INLINE void softmax_back(int steps, const real *weight, real *dweight)
{
    vector mean = v_set1(0);
    for (int t = 0; t < steps; t++)
        mean = v_fma(v_load(weight + t * LANES), v_load(dweight + t * LANES),
                     mean);
    for (int t = 0; t < steps; t++)
        v_store(dweight + t * LANES, v_load(weight + t * LANES) *
                                         (v_load(dweight + t * LANES) - mean));
}

/* din[k] = weight dout[k] + dscore context[k], at one step */
SIMD_INLINE void attention_din(const attention_pass *pass, int t)
{
    const real *dout = pass->dout;
    real *din = pass->din + (size_t)t * pass->inputs * LANES;
    vector weight[SIMD_VECTORS], dscore[SIMD_VECTORS];
    SIMD_UNROLL
    for (int p = 0; p < SIMD_VECTORS; p++) {
        weight[p] = v_load(pass->weight + t * LANES + p * SIMD_WIDTH);
        dscore[p] = v_load(pass->dweight + t * LANES + p * SIMD_WIDTH);
    }
    for (int k = 0; k < pass->inputs; k++, dout += LANES, din += LANES) {
        const vector context = v_set1(pass->context[k]);
        SIMD_UNROLL
        for (int p = 0; p < SIMD_VECTORS; p++)
            v_store(din + p * SIMD_WIDTH,
                    v_fma(weight[p], v_load(dout + p * SIMD_WIDTH),
                          dscore[p] * context));
    }
}

SIMD_KERNEL void simd_attention_backward(const attention_pass *pass)
{
    scores(pass, pass->dout, 1, pass->dweight);
    for (int lane = 0; lane < LANES; lane += SIMD_WIDTH)
        softmax_back(pass->steps, pass->weight + lane, pass->dweight + lane);
    for (int t = 0; pass->din && t < pass->steps; t++)
        attention_din(pass, t);
    weighted_sum(pass, pass->dweight, pass->scratch);
    simd_product_outer(1, pass->inputs, 1, simd_ones, 0, pass->scratch, 0,
                       pass->dcontext);
}

#endif
