/* Adam (Kingma & Ba, 2015) with decoupled weight decay (Loshchilov & Hutter,
 * 2019), and clipping by the norm of the whole gradient, all as in PyTorch. */
#include "kernels/kernels.h"

typedef struct {
    real *first_moment, *second_moment;
    double steps;
} adam;

/* Four independent sums, always the same ones: a single sum would wait for each
 * addition. */
static double sum_of_squares(size_t count, const real *x)
{
    double sum[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (int j = 0; j < 4; j++)
            sum[j] += (double)x[i + j] * x[i + j];
    for (; i < count; i++)
        sum[0] += (double)x[i] * x[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* The factor that reduces the norm of the gradient to `clip`. */
static double clip_scale(size_t count, const real *gradient, double clip)
{
    if (clip <= 0)
        return 1;
    const double scale = clip / (sqrt(sum_of_squares(count, gradient)) + 1e-6);
    return scale < 1 ? scale : 1;
}

/* Independent of the gradient: p -= rate decay p. */
static void decay_weights(size_t count, const double *decay, double rate,
                          real *parameters)
{
    for (size_t i = 0; i < count; i++)
        parameters[i] *= (real)(1 - rate * decay[i]);
}

static void adam_step(adam *self, const kernels *kernels, size_t count,
                      const real *gradient, double scale, double learning_rate,
                      real *parameters)
{
    self->steps += 1;
    const adam_rates rates = {
        .scale = (real)scale,
        .decay1 = (real)0.9,
        .decay2 = (real)0.999,
        .rate = (real)(learning_rate / (1 - pow(0.9, self->steps))),
        .inverse_root = (real)(1 / sqrt(1 - pow(0.999, self->steps))),
        .epsilon = (real)1e-8,
    };
    kernels->adam(count, &rates, gradient, self->first_moment,
                  self->second_moment, parameters);
}
