/* The numeric kernels: one table of functions for each way to compute them.
 * Each table of single precision is a translation unit of its own; dispatch.c
 * chooses among them.
 *
 * Genes are processed in blocks of LANES. The gene is the innermost index of
 * every array (the "lane"), so that each operation applies to the whole block
 * at once: x[step][unit][LANES]. A block with fewer genes than lanes is padded
 * with zeros, and its surplus lanes get no gradient.
 *
 * Weight matrices are column-major, as in R, and have PyTorch's shapes:
 * units x inputs. */
#ifndef AC_KERNELS_H
#define AC_KERNELS_H

#include "kernels/real.h"

enum { LANES = 16 };

static inline size_t round_up(size_t count, size_t multiple)
{
    return (count + multiple - 1) / multiple * multiple;
}

/* One direction of an LSTM on one block. */
typedef struct {
    int steps, inputs, units;
    int reverse; /* reads the steps from last to first */

    const real *weight_ih; /* [4 units x inputs], gates i, f, g, o    */
    const real *weight_hh; /* [4 units x units]                       */
    const real *bias_ih;   /* [4 units]                               */
    const real *bias_hh;   /* [4 units]                               */
    real *packed;          /* the weights in the order of the kernels */

    const real *in; /* [steps][inputs][LANES]                         */
    real *out;      /* [steps] of [units][LANES], out_stride apart    */
    size_t out_stride;

    /* What forward leaves for backward: 6 units lane vectors per step (the
     * gates after their activations, c and tanh(c), in the order of the
     * kernels), cache_stride apart. A stride of 0 caches the last step only,
     * which is all that a prediction needs. */
    real *cache;
    size_t cache_stride;

    const real *dout; /* as out                                       */
    real *din;        /* as in; NULL where not wanted                 */
    real *scratch;    /* of backward                                  */
    real *dweight_ih, *dweight_hh, *dbias_ih, *dbias_hh;
} lstm_pass;

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
    real *scratch;       /* [inputs][LANES]: of backward              */

    /* [steps][LANES]: 1, or 0 for a step that has no weight; NULL: all have.
     * Only the plain kernels know it. */
    const real *present;
} attention_pass;

/* One step of Adam:
 *   m = decay1 m + (1 - decay1) g,  v = decay2 v + (1 - decay2) g^2,
 *   p -= rate m / (sqrt(v) inverse_root + epsilon),  g = scale gradient */
typedef struct {
    real scale, decay1, decay2, rate, inverse_root, epsilon;
} adam_rates;

typedef struct {
    const char *name;

    /* y += W x, x += W' y and W += y x' over a block, for each of `steps`
     * steps: x [inputs][LANES], y [units][LANES], w [units x inputs]. The x and
     * y of two steps lie x_step and y_step apart; steps of x may overlap. */
    void (*product)(int units, int inputs, int steps, const real *w,
                    const real *x, size_t x_step, real *y, size_t y_step);
    void (*product_back)(int units, int inputs, int steps, const real *w,
                         const real *y, size_t y_step, real *x, size_t x_step);
    void (*product_outer)(int units, int inputs, int steps, const real *y,
                          size_t y_step, const real *x, size_t x_step, real *w);

    /* Sizes of `packed` and `scratch`, multiples of LANES. lstm_pack() fills
     * `packed`, once per mini-batch. */
    size_t (*lstm_packed_count)(int inputs, int units);
    size_t (*lstm_scratch_count)(int inputs, int units);
    void (*lstm_pack)(const lstm_pass *pass);
    void (*lstm_forward)(const lstm_pass *pass);
    void (*lstm_backward)(const lstm_pass *pass);

    void (*attention_forward)(const attention_pass *pass);
    void (*attention_backward)(const attention_pass *pass);

    void (*adam)(size_t count, const adam_rates *rates, const real *gradient,
                 real *first_moment, real *second_moment, real *parameters);
} kernels;

/* ---- mixed precision --------------------------------------------------- *
 *
 * In a table of mixed precision the factors of products are rounded to
 * bfloat16, and their sums are single, as is everything else. Products with few
 * rows, columns or steps stay single: converting them would take longer. */
static inline int mixes(int units, int inputs, int steps)
{
    return units >= 4 && inputs >= 4 && steps >= 4;
}

/* ---- the tables -------------------------------------------------------- */

#ifdef AC_DOUBLE
#define PLAIN_NAME "plain"
#define PLAIN_KERNELS ac_plain_double_kernels
extern const kernels ac_plain_double_kernels;

/* Whether the products are BLAS's: see ac_use_gemm(). */
int ac_uses_gemm(void);

#else
#ifdef AC_MIXED
#define PLAIN_NAME "plain-bf16"
#define PLAIN_KERNELS ac_plain_bf16_kernels
#else
#define PLAIN_NAME "plain"
#define PLAIN_KERNELS ac_plain_kernels
#endif
extern const kernels ac_plain_kernels, ac_plain_bf16_kernels;

#if defined(__x86_64__) && defined(__GNUC__)
#define AC_X86_KERNELS
extern const kernels ac_avx512_kernels, ac_avx2_kernels;

/* The intrinsics of AVX512-BF16 came with these compilers. */
#if defined(__clang__) || __GNUC__ >= 10
#define AC_BF16_KERNELS
extern const kernels ac_avx512_bf16_kernels;
#endif
#endif

#if defined(__aarch64__) && defined(__GNUC__)
#define AC_NEON_KERNELS
extern const kernels ac_neon_kernels;
#endif

/* The table of that name, or for NULL the fastest of single precision. NULL if
 * there is no such table or this machine cannot run it. */
const kernels *ac_find_kernels(const char *name);
#endif

#endif
