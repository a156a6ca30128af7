/* One call of a kernel table, in the precision of whoever includes this:
 * everything goes in and comes out in double precision. */
#ifndef TEST_CASES_H
#define TEST_CASES_H

#include <stddef.h>

enum { TEST_ARRAYS = 10 };

/* What a run returns: arrays of numbers, NULL where there is none. */
typedef struct {
    const char *name[TEST_ARRAYS];
    double *values[TEST_ARRAYS];
    size_t count[TEST_ARRAYS];
    int arrays;
} test_result;

typedef struct {
    int steps, inputs, units, reverse;
    int training; /* 0: prediction only                        */
    int want_din; /* of no effect in a prediction              */
    double scale; /* of the weights                            */
    unsigned seed;
} lstm_case;

typedef struct {
    int steps, inputs;
    int want_din;
    double scale;
    unsigned seed;
} attention_case;

typedef struct {
    int units, inputs;
    int steps, x_step; /* x_step in lane vectors */
    unsigned seed;
} product_case;

typedef struct {
    size_t count;
    unsigned seed;
} adam_case;

/* The plain kernels in double precision (test_reference.c). */
void reference_lstm(const lstm_case *c, test_result *result);
void reference_attention(const attention_case *c, test_result *result);
void reference_product(const product_case *c, test_result *result);
void reference_adam(const adam_case *c, test_result *result);

/* The activations of the instruction sets of this machine (test_activations.h),
 * on as many floats as a block has lanes. */
enum { ACTIVATION_EXP, ACTIVATION_SIGMOID, ACTIVATION_TANH };
typedef void activations(int which, const float *x, float *y);
activations avx512_activations, avx2_activations, neon_activations;

#endif
