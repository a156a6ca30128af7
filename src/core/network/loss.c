/* The losses of a number z that the network writes for a gene and the target y
 * of this gene. */
#include "kernels/real.h"

typedef struct {
    double (*forward)(real z, real y);
    real (*backward)(real z, real y); /* dloss/dz */
} loss_type;

/* Binary cross-entropy of a logit and a label 0 or 1, without overflow:
 *   loss = max(z, 0) - z y + log(1 + exp(-|z|)),  dloss/dz = sigmoid(z) - y */
static double cross_entropy_forward(real z, real y)
{
    const real positive = z > 0 ? z : 0;
    return (double)(positive - z * y + real_log1p(real_exp(-real_fabs(z))));
}

static real cross_entropy_backward(real z, real y)
{
    return sigmoid(z) - y;
}

/* (z - y)^2 */
static double squared_forward(real z, real y)
{
    return (double)((z - y) * (z - y));
}

static real squared_backward(real z, real y)
{
    return 2 * (z - y);
}

/* Huber (1964) with delta 1: (z - y)^2 / 2 up to 1, |z - y| - 1/2 beyond. */
static double huber_forward(real z, real y)
{
    const real size = real_fabs(z - y);
    return (double)(size < 1 ? size * size / 2 : size - (real)0.5);
}

static real huber_backward(real z, real y)
{
    const real d = z - y;
    return d > 1 ? 1 : d < -1 ? -1 : d;
}

/* Contrastive (Hadsell et al. 2006), of a distance d: d^2 where y is 0, and
 * max(0, 2 - d)^2 where it is 1. */
static double contrastive_forward(real d, real y)
{
    const real left = d < 2 ? 2 - d : 0;
    return (double)((1 - y) * d * d + y * left * left);
}

static real contrastive_backward(real d, real y)
{
    const real left = d < 2 ? 2 - d : 0;
    return 2 * ((1 - y) * d - y * left);
}

static const loss_type loss_types[AC_LOSSES] = {
    [AC_CROSS_ENTROPY] = {cross_entropy_forward, cross_entropy_backward},
    [AC_SQUARED] = {squared_forward, squared_backward},
    [AC_HUBER] = {huber_forward, huber_backward},
    [AC_CONTRASTIVE] = {contrastive_forward, contrastive_backward},
};
