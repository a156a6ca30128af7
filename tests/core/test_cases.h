/* One call of a kernel table, in the precision of whoever includes this:
 * everything goes in and comes out in double precision. */
#ifndef TEST_CASES_H
#define TEST_CASES_H

#include <stddef.h>

enum { TEST_ARRAYS = 10 };

/* What a run gives: arrays of numbers, NULL where there is none. */
typedef struct {
    const char *name[TEST_ARRAYS];
    double *values[TEST_ARRAYS];
    size_t count[TEST_ARRAYS];
    int arrays;
} test_result;

typedef struct {
    int steps, inputs, units, reverse;
    int keep;     /* 0: prediction only                        */
    int want_din; /* only looked at where keep                 */
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
    int steps, x_step; /* of the outer product; x_step in lane vectors */
    unsigned seed;
} product_case;

typedef struct {
    size_t count;
    unsigned seed;
} adam_case;

/* The plain kernels in double precision (test_truth.c). */
void truth_lstm(const lstm_case *c, test_result *result);
void truth_attention(const attention_case *c, test_result *result);
void truth_product(const product_case *c, test_result *result);
void truth_adam(const adam_case *c, test_result *result);

#endif
