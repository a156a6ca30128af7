/* The numeric kernels: one table of functions for each way to compute them.
 *
 * Genes are worked on in blocks of LANES. The gene is the innermost index of
 * every array (the "lane"), so that whatever is done for one gene is done for
 * the whole block at once: x[step][unit][LANES]. A block with fewer genes
 * than lanes is padded with zeros and its surplus lanes get no gradient.
 *
 * Weight matrices are column-major, as R keeps them, and have PyTorch's
 * shapes: units x inputs.
 */
#ifndef AC_KERNELS_H
#define AC_KERNELS_H

#include "kernels/real.h"

enum { LANES = 16 };

static size_t round_up(size_t count, size_t to)
{
    return (count + to - 1) / to * to;
}

/* One direction of one LSTM on one block. `kept_stride` is the distance
 * between the steps of what forward keeps; 0 keeps only the last step, which
 * is all that a prediction needs. */
typedef struct {
    int steps, inputs, units;
    int reverse; /* reads the steps from last to first */

    const real *weight_ih; /* [4 units x inputs], gates i, f, g, o    */
    const real *weight_hh; /* [4 units x units]                       */
    const real *bias_ih;   /* [4 units]                               */
    const real *bias_hh;   /* [4 units]                               */
    real *prepared;        /* the weights as the kernels want them    */

    const real *in; /* [steps][inputs][LANES]                         */
    real *out;      /* [steps] of [units][LANES], out_stride apart    */
    size_t out_stride;

    /* What forward keeps: 6 units lane vectors a step, the gates after their
     * activations, c and tanh(c), in whatever order suits the kernels. */
    real *kept;
    size_t kept_stride;

    const real *dout; /* as out                                       */
    real *din;        /* as in; NULL where not wanted                 */
    real *scratch;    /* backward's, as long as the kernels want      */
    real *dweight_ih, *dweight_hh, *dbias_ih, *dbias_hh;
} lstm_way;

/* Attention over the steps of one sequence, on one block. */
typedef struct {
    int steps, inputs;
    const real *context; /* [inputs]                                  */
    const real *in;      /* [steps][inputs][LANES]                    */
    real *out;           /* [inputs][LANES]                           */
    real *weight;        /* [steps][LANES]: alpha                     */
    real *dweight;       /* [steps][LANES]: scratch of backward       */
    const real *dout;    /* as out                                    */
    real *din;           /* as in; NULL where not wanted              */
    real *dcontext;      /* [inputs]                                  */
    real *scratch;       /* [inputs][LANES]: backward's               */
} attention_way;

/* One step of Adam:
 *   m = decay1 m + (1 - decay1) g,  v = decay2 v + (1 - decay2) g^2,
 *   p -= rate m / (sqrt(v) inverse_root + epsilon),  g = scale gradient */
typedef struct {
    real scale, decay1, decay2, rate, inverse_root, epsilon;
} adam_rates;

typedef struct {
    const char *name;

    /* y += W x, x += W' y and W += y x' over a block:
     * x [inputs][LANES], y [units][LANES], w [units x inputs]. The last is
     * summed over steps, whose x and y lie x_step and y_step apart; steps
     * of x may overlap. */
    void (*product)(int units, int inputs, const real *w, const real *x,
                    real *y);
    void (*product_back)(int units, int inputs, const real *w, const real *y,
                         real *x);
    void (*product_outer)(int units, int inputs, int steps, const real *y,
                          size_t y_step, const real *x, size_t x_step, real *w);

    /* Numbers that `prepared` and `scratch` hold (multiples of LANES);
     * filling the first: once a mini-batch. */
    size_t (*lstm_prepared)(int inputs, int units);
    size_t (*lstm_scratch)(int inputs, int units);
    void (*lstm_prepare)(const lstm_way *way);
    void (*lstm_forward)(const lstm_way *way);
    void (*lstm_backward)(const lstm_way *way);

    void (*attention_forward)(const attention_way *way);
    void (*attention_backward)(const attention_way *way);

    void (*adam)(size_t count, const adam_rates *rates, const real *gradient,
                 real *first, real *second, real *parameter);
} kernels;

#endif
