/* Runs the cases of test_cases.h on a kernel table. Each array has its own
 * allocation, so that a sanitizer sees every access outside it. */
#include <stdint.h>
#include <stdlib.h>

#include "kernels/kernels.h"
#include "test_cases.h"

enum { POOL = 32 };

typedef struct {
    void *block[POOL];
    int used;
    unsigned seed;
} pool;

static real *pool_alloc(pool *from, size_t count, double fill)
{
    void *block = NULL;
    if (posix_memalign(&block, 64, count * sizeof(real)) != 0)
        abort();
    real *array = block;
    for (size_t i = 0; i < count; i++)
        array[i] = (real)fill;
    from->block[from->used++] = block;
    return array;
}

static void pool_free(pool *from)
{
    while (from->used > 0)
        free(from->block[--from->used]);
}

/* The same numbers in both precisions: in [-scale, scale], 12 bits each. */
static real *pool_random(pool *from, size_t count, double scale)
{
    real *array = pool_alloc(from, count, 0);
    for (size_t i = 0; i < count; i++) {
        from->seed = from->seed * 1664525u + 1013904223u;
        array[i] = (real)(((int)(from->seed >> 20) - 2048) / 2048.0 * scale);
    }
    return array;
}

static void report(test_result *result, const char *name, const real *array,
                   size_t count)
{
    double *values = malloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = (double)array[i];
    result->name[result->arrays] = name;
    result->values[result->arrays] = values;
    result->count[result->arrays++] = count;
}

static void run_lstm(const kernels *table, const lstm_case *c,
                     test_result *result)
{
    const size_t S = c->steps, I = c->inputs, U = c->units, L = LANES;
    const size_t cached = c->training ? S : 1;
    pool memory = {{NULL}, 0, c->seed};
    real *out = pool_alloc(&memory, S * 2 * U * L, 7);
    lstm_pass pass = {
        .steps = c->steps,
        .inputs = c->inputs,
        .units = c->units,
        .reverse = c->reverse,
        .weight_ih = pool_random(&memory, 4 * U * I, c->scale),
        .weight_hh = pool_random(&memory, 4 * U * U, c->scale),
        .bias_ih = pool_random(&memory, 4 * U, c->scale),
        .bias_hh = pool_random(&memory, 4 * U, c->scale),
        .packed = pool_alloc(
            &memory, table->lstm_packed_count(c->inputs, c->units), NAN),
        .in = pool_random(&memory, S * I * L, 1),
        .out = out + c->reverse * U * L,
        .out_stride = 2 * U * L,
        .cache = pool_alloc(&memory, cached * 6 * U * L, NAN),
        .cache_stride = c->training ? 6 * U * L : 0,
    };
    table->lstm_pack(&pass);
    table->lstm_forward(&pass);
    report(result, "out", out, S * 2 * U * L);
    if (c->training) {
        real *din = pool_alloc(&memory, S * I * L, 7);
        pass.dout = pool_random(&memory, S * 2 * U * L, 1) + c->reverse * U * L;
        pass.din = c->want_din ? din : NULL;
        pass.scratch = pool_alloc(
            &memory, table->lstm_scratch_count(c->inputs, c->units), NAN);
        pass.dweight_ih = pool_random(&memory, 4 * U * I, 1);
        pass.dweight_hh = pool_random(&memory, 4 * U * U, 1);
        pass.dbias_ih = pool_random(&memory, 4 * U, 1);
        pass.dbias_hh = pool_random(&memory, 4 * U, 1);
        table->lstm_backward(&pass);
        report(result, "din", din, S * I * L);
        report(result, "dweight_ih", pass.dweight_ih, 4 * U * I);
        report(result, "dweight_hh", pass.dweight_hh, 4 * U * U);
        report(result, "dbias_ih", pass.dbias_ih, 4 * U);
        report(result, "dbias_hh", pass.dbias_hh, 4 * U);
    }
    pool_free(&memory);
}

static void run_attention(const kernels *table, const attention_case *c,
                          test_result *result)
{
    const size_t S = c->steps, I = c->inputs, L = LANES;
    pool memory = {{NULL}, 0, c->seed};
    attention_pass pass = {
        .steps = c->steps,
        .inputs = c->inputs,
        .context = pool_random(&memory, I, c->scale),
        .in = pool_random(&memory, S * I * L, 1),
        .out = pool_alloc(&memory, I * L, NAN),
        .weight = pool_alloc(&memory, S * L, NAN),
        .dweight = pool_alloc(&memory, S * L, NAN),
        .dout = pool_random(&memory, I * L, 1),
        .din = c->want_din ? pool_alloc(&memory, S * I * L, NAN) : NULL,
        .dcontext = pool_random(&memory, I, 1),
        .scratch = pool_alloc(&memory, I * L, NAN),
    };
    table->attention_forward(&pass);
    table->attention_backward(&pass);
    report(result, "alpha", pass.weight, S * L);
    report(result, "out", pass.out, I * L);
    if (c->want_din)
        report(result, "din", pass.din, S * I * L);
    report(result, "dcontext", pass.dcontext, I);
    pool_free(&memory);
}

static void run_product(const kernels *table, const product_case *c,
                        test_result *result)
{
    const size_t U = c->units, I = c->inputs, L = LANES;
    const size_t X = (c->steps - 1) * c->x_step + I;
    pool memory = {{NULL}, 0, c->seed};
    real *w = pool_random(&memory, U * I, 1);
    const size_t x_step = c->x_step * L, y_step = U * L;
    real *x = pool_random(&memory, X * L, 1);
    real *y = pool_random(&memory, c->steps * U * L, 1);
    real *to_y = pool_random(&memory, c->steps * U * L, 1);
    real *to_x = pool_random(&memory, X * L, 1);
    table->product(c->units, c->inputs, c->steps, w, x, x_step, to_y, y_step);
    report(result, "y", to_y, c->steps * U * L);
    table->product_back(c->units, c->inputs, c->steps, w, y, y_step, to_x,
                        x_step);
    report(result, "x", to_x, X * L);
    table->product_outer(c->units, c->inputs, c->steps, y, y_step, x, x_step,
                         w);
    report(result, "w", w, U * I);
    pool_free(&memory);
}

static void run_adam(const kernels *table, const adam_case *c,
                     test_result *result)
{
    const adam_rates rates = {(real)0.5,  (real)0.9, (real)0.999,
                              (real)0.01, (real)3,   (real)1e-8};
    pool memory = {{NULL}, 0, c->seed};
    real *gradient = pool_random(&memory, c->count, 1);
    real *first = pool_random(&memory, c->count, 1);
    real *second = pool_alloc(&memory, c->count, 0.25);
    real *parameter = pool_random(&memory, c->count, 1);
    table->adam(c->count, &rates, gradient, first, second, parameter);
    report(result, "first", first, c->count);
    report(result, "second", second, c->count);
    report(result, "parameter", parameter, c->count);
    pool_free(&memory);
}
