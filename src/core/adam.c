/* Adam (Kingma & Ba, 2015) and clipping by the norm of the whole gradient,
 * both as PyTorch does them. */
#include "real.h"

typedef struct {
    real *first_moment, *second_moment;
    double steps;
} adam;

static void clip_gradient(size_t count, real *gradient, double clip)
{
    double squares = 0;
    if (clip <= 0)
        return;
    for (size_t i = 0; i < count; i++)
        squares += (double)gradient[i] * gradient[i];
    const double scale = clip / (sqrt(squares) + 1e-6);
    if (scale < 1)
        for (size_t i = 0; i < count; i++)
            gradient[i] *= (real)scale;
}

static void adam_step(adam *self, size_t count, const real *gradient,
                      double learning_rate, real *parameters)
{
    const real decay1 = (real)0.9, decay2 = (real)0.999;
    self->steps += 1;
    const real rate =
        (real)(learning_rate / (1 - pow(0.9, self->steps)));
    const real root = (real)sqrt(1 - pow(0.999, self->steps));
    for (size_t i = 0; i < count; i++) {
        real *m = &self->first_moment[i], *v = &self->second_moment[i];
        *m = decay1 * *m + (1 - decay1) * gradient[i];
        *v = decay2 * *v + (1 - decay2) * gradient[i] * gradient[i];
        parameters[i] -= rate * *m / (real_sqrt(*v) / root + (real)1e-8);
    }
}
