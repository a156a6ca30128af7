/* Binary cross-entropy of a logit z and a label y, without overflow:
 *   loss = max(z, 0) - z y + log(1 + exp(-|z|)),  dloss/dz = sigmoid(z) - y */
#include "kernels/real.h"

static double loss_forward(real z, real y)
{
    const real positive = z > 0 ? z : 0;
    return (double)(positive - z * y + real_log1p(real_exp(-real_fabs(z))));
}

static real loss_backward(real z, real y)
{
    return sigmoid(z) - y;
}
