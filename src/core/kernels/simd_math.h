/* The activations, all from 2^t = 2^n 2^f with an integer n and |f| <= 1/2, for
 * which there are minimax polynomials. Adding EXPONENT_SHIFT leaves n + 127,
 * the exponent of a float, in the low bits of the sum. Additions, comparisons
 * and shifts run beside the multiplications, not in their place.
 *
 * Each activation is a long chain of dependent operations, so a bundle of
 * vectors passes through it step by step: a processor does not look far enough
 * ahead to find the next chain. */
#ifndef AC_SIMD_MATH_H
#define AC_SIMD_MATH_H

#include "kernels/simd.h"

/* 1.5 2^23, beyond which floats are integers, and the exponent's bias. */
#define EXPONENT_SHIFT (12582912.0f + 127)

/* log2(e) as a float, and what the float lacks. */
#define LOG2_E_HIGH 1.442695041f
#define LOG2_E_LOW 1.925963033e-8f

/* Units whose activations fill a bundle. */
#define SIMD_UNITS (SIMD_BUNDLE / SIMD_VECTORS)

/* 2^f, to 1e-7 */
static const float power_terms[] = {
    0.001326938858255744f, 0.009671295061707497f, 0.0555071122944355f,
    0.24022246897220612f,  0.6931470036506653f,   1};

/* (2^f - 1) / f, to 2e-8 */
static const float slope_terms[] = {
    0.00015382448327727616f, 0.0013387390645220876f, 0.009618310257792473f,
    0.05550367385149002f,    0.24022649228572845f,   0.6931471824645996f};

SIMD_INLINE void polynomial(int count, const float *coefficient,
                            const vector *x, vector *value)
{
    SIMD_EACH (i, count) {
        value[i] = v_set1(coefficient[0]);
    }
    SIMD_UNROLL
    for (int degree = 1; degree < 6; degree++) {
        SIMD_EACH (i, count) {
            value[i] = v_fma(value[i], x[i], v_set1(coefficient[degree]));
        }
    }
}

/* t becomes f, and power 2^n; t is held within the limits. */
SIMD_INLINE void split_exponent(int count, float limit, vector *t,
                                vector *power)
{
    const vector magic = v_set1(EXPONENT_SHIFT);
    SIMD_EACH (i, count) {
        t[i] = v_max(v_set1(-limit), v_min(v_set1(limit), t[i]));
        const vector shifted = t[i] + magic;
        t[i] = t[i] - (shifted - magic);
        power[i] = v_exponent(shifted);
    }
}

/* a / b by one Newton step, which costs much less than a division. */
SIMD_INLINE vector vector_divide(vector a, vector b)
{
    const vector inverse = v_inverse(b), quotient = a * inverse;
    return v_fma(v_fnma(b, quotient, a), inverse, quotient);
}

/* 1 / (1 + 2^t): the sigmoid of x = -t / log2 e */
SIMD_INLINE void vector_sigmoid(int count, vector *t)
{
    const vector one = v_set1(1);
    vector power[SIMD_BUNDLE], value[SIMD_BUNDLE];
    split_exponent(count, 125, t, power);
    polynomial(count, power_terms, t, value);
    SIMD_EACH (i, count) {
        value[i] = v_fma(value[i], power[i], one);
    }
    SIMD_EACH (i, count) {
        t[i] = vector_divide(one, value[i]);
    }
}

/* (2^t - 1) / (2^t + 1): tanh of x = t / (2 log2 e). The numerator does not
 * cancel, so small arguments keep their precision. */
SIMD_INLINE void vector_tanh(int count, vector *t)
{
    vector power[SIMD_BUNDLE], value[SIMD_BUNDLE];
    split_exponent(count, 27, t, power);
    polynomial(count, slope_terms, t, value);
    SIMD_EACH (i, count) {
        value[i] = v_fma(value[i] * t[i], power[i], power[i] - v_set1(1));
    }
    SIMD_EACH (i, count) {
        t[i] = vector_divide(value[i], value[i] + v_set1(2));
    }
}

/* e^x for x <= 0; x is held at -86. */
SIMD_INLINE void vector_exp(int count, vector *x)
{
    const vector magic = v_set1(EXPONENT_SHIFT);
    const vector log2_e = v_set1(LOG2_E_HIGH);
    const vector rest = v_set1(LOG2_E_LOW);
    vector power[SIMD_BUNDLE], value[SIMD_BUNDLE];
    SIMD_EACH (i, count) {
        x[i] = v_max(v_set1(-86), x[i]);
        const vector shifted = v_fma(x[i], log2_e, magic);
        power[i] = v_exponent(shifted);
        x[i] = v_fma(x[i], rest, v_fma(x[i], log2_e, magic - shifted));
    }
    polynomial(count, power_terms, x, value);
    SIMD_EACH (i, count) {
        x[i] = value[i] * power[i];
    }
}

#endif
