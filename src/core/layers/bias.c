/* The bias of dense layers and convolutions, the same at every step:
 * bias [units], out [steps][units][LANES]. */
#include "layers/layer.h"

static const real bias_input[LANES] = {1, 1, 1, 1, 1, 1, 1, 1,
                                       1, 1, 1, 1, 1, 1, 1, 1};

/* Assigns; the products of the layer are added to it. */
static void bias_forward(int units, int steps, const real *bias, real *out)
{
    for (int t = 0; t < steps; t++)
        for (int r = 0; r < units; r++, out += LANES) {
            LANE_LOOP
            for (int l = 0; l < LANES; l++) {
                out[l] = bias[r];
            }
        }
}

/* A bias is a weight of an input that is always 1. */
static void bias_backward(const kernels *kernels, int units, int steps,
                          const real *dout, real *dbias)
{
    kernels->product_outer(units, 1, steps, dout, (size_t)units * LANES,
                           bias_input, 0, dbias);
}
