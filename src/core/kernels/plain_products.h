/* The three products that every layer consists of, over a block, in plain C. In
 * double precision BLAS computes them, if the core was given its dgemm. */
#ifndef AC_PLAIN_PRODUCTS_H
#define AC_PLAIN_PRODUCTS_H

#include "kernels/bfloat16.h"
#include "kernels/kernels.h"

#ifdef AC_DOUBLE
#include "attentive.h"

static ac_gemm blas_gemm;

void ac_use_gemm(ac_gemm gemm)
{
    blas_gemm = gemm;
}

int ac_uses_gemm(void)
{
    return blas_gemm != NULL;
}

/* BLAS gains nothing for a single row. */
#define HAVE_BLAS(units) (blas_gemm && (units) > 1)
#else
#define HAVE_BLAS(units) 0
#define blas_gemm(...) (void)0
#endif

/* A number that goes into a product; in mixed precision it is rounded first. */
static inline real rounded(int mixed, real x)
{
#ifdef AC_MIXED
    return mixed ? bfloat16_round(x) : x;
#else
    (void)mixed;
    return x;
#endif
}

static void plain_step(int mixed, int units, int inputs, const real *w,
                       const real *x, real *y)
{
    if (HAVE_BLAS(units)) {
        blas_gemm(0, 1, LANES, units, inputs, x, LANES, w, units, y, LANES);
        return;
    }
    for (int r = 0; r < units; r++) {
        real sum[LANES];
        memcpy(sum, y + r * LANES, sizeof sum);
        for (int k = 0; k < inputs; k++) {
            const real w_rk = rounded(mixed, w[(size_t)k * units + r]);
            const real *x_k = x + k * LANES;
            LANE_LOOP
            for (int l = 0; l < LANES; l++) {
                sum[l] += w_rk * rounded(mixed, x_k[l]);
            }
        }
        memcpy(y + r * LANES, sum, sizeof sum);
    }
}

static void plain_product(int units, int inputs, int steps, const real *w,
                          const real *x, size_t x_step, real *y, size_t y_step)
{
    for (int t = 0; t < steps; t++)
        plain_step(mixes(units, inputs, steps), units, inputs, w,
                   x + t * x_step, y + t * y_step);
}

static void plain_step_back(int mixed, int units, int inputs, const real *w,
                            const real *y, real *x)
{
    if (HAVE_BLAS(units)) {
        blas_gemm(0, 0, LANES, inputs, units, y, LANES, w, units, x, LANES);
        return;
    }
    for (int k = 0; k < inputs; k++) {
        real sum[LANES];
        memcpy(sum, x + k * LANES, sizeof sum);
        for (int r = 0; r < units; r++) {
            const real w_rk = rounded(mixed, w[(size_t)k * units + r]);
            const real *y_r = y + r * LANES;
            LANE_LOOP
            for (int l = 0; l < LANES; l++) {
                sum[l] += w_rk * rounded(mixed, y_r[l]);
            }
        }
        memcpy(x + k * LANES, sum, sizeof sum);
    }
}

static void plain_product_back(int units, int inputs, int steps, const real *w,
                               const real *y, size_t y_step, real *x,
                               size_t x_step)
{
    for (int t = 0; t < steps; t++)
        plain_step_back(mixes(units, inputs, steps), units, inputs, w,
                        y + t * y_step, x + t * x_step);
}

static void plain_step_outer(int mixed, int units, int inputs, const real *y,
                             const real *x, real *w)
{
    if (HAVE_BLAS(units)) {
        blas_gemm(1, 0, units, inputs, LANES, y, LANES, x, LANES, w, units);
        return;
    }
    for (int k = 0; k < inputs; k++)
        for (int r = 0; r < units; r++) {
            const real *x_k = x + k * LANES, *y_r = y + r * LANES;
            real products[LANES], sum = 0;
            LANE_LOOP
            for (int l = 0; l < LANES; l++) {
                products[l] = rounded(mixed, y_r[l]) * rounded(mixed, x_k[l]);
            }
            for (int l = 0; l < LANES; l++)
                sum += products[l];
            w[(size_t)k * units + r] += sum;
        }
}

static void plain_product_outer(int units, int inputs, int steps, const real *y,
                                size_t y_step, const real *x, size_t x_step,
                                real *w)
{
    for (int t = 0; t < steps; t++)
        plain_step_outer(mixes(units, inputs, steps), units, inputs,
                         y + t * y_step, x + t * x_step, w);
}

#endif
