/* Every table of kernels that runs here against the plain one and against the
 * truth in double precision; and the vectors' exp, sigmoid and tanh over all
 * floats.
 * With an argument it leaves the last out, which take seconds.
 */
#include <stdio.h>

#include "network/single.c"

#include "counts.h"
#include "test_run.h"

static int failures, checks;
static double worst_ratio, worst_error;

static double largest(const double *values, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

/* NaN where one of them is NaN. */
static double distance(const double *a, const double *b, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        if (!(fabs(a[i] - b[i]) <= most))
            most = fabs(a[i] - b[i]);
    return most;
}

/* A vector kernel may err a few times as much as the plain one in the same
 * precision, or a few units in the last place of the largest number. */
static void compare(const char *what, const test_result *fast,
                    const test_result *plain, const test_result *truth)
{
    for (int i = 0; i < truth->arrays; i++) {
        const size_t n = truth->count[i];
        const double size = largest(truth->values[i], n);
        const double error = distance(fast->values[i], truth->values[i], n);
        const double usual = distance(plain->values[i], truth->values[i], n);
        checks++;
        if (size > 0)
            worst_error = fmax(worst_error, error / size);
        if (usual > 1e-7 * size)
            worst_ratio = fmax(worst_ratio, error / usual);
        if (error <= 4 * usual + 1e-6 * size + 1e-6)
            continue;
        failures++;
        printf("FAILED %s %s: error %.3g, plain %.3g, size %.3g\n", what,
               truth->name[i], error, usual, size);
    }
}

static void release(test_result *result)
{
    for (int i = 0; i < result->arrays; i++)
        free(result->values[i]);
}

#define CHECK(kind, table, c, what)                                            \
    do {                                                                       \
        test_result fast = {.arrays = 0}, plain = fast;                        \
        test_result truth = fast;                                              \
        run_##kind(table, c, &fast);                                           \
        run_##kind(&kernels_plain, c, &plain);                                 \
        truth_##kind(c, &truth);                                               \
        compare(what, &fast, &plain, &truth);                                  \
        release(&fast);                                                        \
        release(&plain);                                                       \
        release(&truth);                                                       \
    } while (0)

static void test_lstm(const kernels *table)
{
    static const int inputs[] = {1, 3, 5, 64};
    static const int units[] = {1, 4, 7, 8, 16, 32, 33};
    static const int steps[] = {1, 2, 5, 20, 100};
    char what[100];
    for (int shape = 0; shape < 4 * 7 * 5; shape++)
        for (int way = 0; way < 6; way++) {
            const lstm_case c = {.steps = steps[shape % 5],
                                 .inputs = inputs[shape / 35],
                                 .units = units[shape / 5 % 7],
                                 .reverse = way % 2,
                                 .keep = way / 2 > 0,
                                 .want_din = way / 2 > 1,
                                 .scale = shape % 5 < 3 && shape % 2 ? 2 : 0.25,
                                 .seed = shape * 7 + way};
            snprintf(what, sizeof what,
                     "%s lstm steps %d inputs %d units %d way %d", table->name,
                     c.steps, c.inputs, c.units, way);
            CHECK(lstm, table, &c, what);
        }
}

static void test_attention(const kernels *table)
{
    static const int inputs[] = {1, 2, 7, 14, 32, 64, 66};
    static const int steps[] = {1, 2, 3, 5, 20, 100};
    char what[100];
    for (int i = 0; i < 7; i++)
        for (int s = 0; s < 6; s++) {
            const attention_case c = {steps[s], inputs[i], (i + s) % 3 != 0,
                                      s % 2 ? 5 : 0.5, 10 * i + s};
            snprintf(what, sizeof what, "%s attention steps %d inputs %d",
                     table->name, c.steps, c.inputs);
            CHECK(attention, table, &c, what);
        }
}

static void test_product(const kernels *table, const product_case *c)
{
    char what[100];
    snprintf(what, sizeof what, "%s product %d x %d, %d steps %d apart",
             table->name, c->units, c->inputs, c->steps, c->x_step);
    CHECK(product, table, c, what);
}

/* One step, as in a dense layer, and steps that overlap, as in a convolution:
 * around whole vectors, tiles and chunks of steps. */
static void test_products(const kernels *table)
{
    static const int units[] = {1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 50, 64};
    static const int steps[] = {1, 3, 8, 9, 17};
    for (int u = 0; u < 12; u++)
        for (int inputs = 1; inputs < 40; inputs += 6) {
            const int n = (u + inputs) % 5, apart = 1 + (u + inputs) % inputs;
            const product_case one = {units[u], inputs, 1, 1, 40 * u + inputs};
            const product_case many = {units[u], inputs, steps[n], apart,
                                       50 * u + inputs};
            test_product(table, &one);
            test_product(table, &many);
        }
}

static void test_adam(const kernels *table)
{
    char what[100];
    for (size_t count = 1; count < 70; count++) {
        const adam_case c = {count, (unsigned)count};
        snprintf(what, sizeof what, "%s adam %d", table->name, (int)count);
        CHECK(adam, table, &c, what);
    }
}

/* ---- activations ------------------------------------------------------- *
 *
 * Largest errors over every 61st float of either sign, denormals, zeros,
 * infinities and NaN among them (70 million arguments):
 *            exp (x <= 0)        sigmoid             tanh
 *   avx512   2.2 ulp, 1.2e-7     3.2 ulp, 9.0e-8     3.0 ulp, 1.5e-7
 *   avx2     2.2 ulp, 1.2e-7     3.6 ulp, 1.5e-7     3.6 ulp, 2.0e-7
 * in units of the last place and absolute. The ulps leave out where exp and
 * sigmoid are held at their limits: below e^-86. */

#define ACTIVATION_TESTS(isa, width, features)                                 \
    __attribute__((target(features))) static void isa##_activations(           \
        int which, const float *x, float *y)                                   \
    {                                                                          \
        for (int i = 0; i < LANES; i += width) {                               \
            isa##_vector v;                                                    \
            memcpy(&v, x + i, sizeof v);                                       \
            if (which == 0)                                                    \
                isa##_exp(1, &v);                                              \
            else if (which == 1)                                               \
                isa##_sigmoid(1, &v);                                          \
            else                                                               \
                isa##_tanh(1, &v);                                             \
            memcpy(y + i, &v, sizeof v);                                       \
        }                                                                      \
    }

#ifdef AC_HAVE_AVX512
ACTIVATION_TESTS(avx512, 16, "avx512f")
#endif
#ifdef AC_HAVE_AVX2
ACTIVATION_TESTS(avx2, 8, "avx2,fma")
#endif

static double true_activation(int which, double x)
{
    if (which == 0)
        return exp(x);
    if (which == 1) /* x is -log2(e) times the argument */
        return 1 / (1 + exp2(x));
    return tanh(x * 0.34657359027997264); /* x: 2 log2(e) times */
}

static double ulp(double y)
{
    const float magnitude = (float)fabs(y);
    return magnitude < 1.2e-38f
               ? 1.4e-45
               : (double)(nextafterf(magnitude, INFINITY) - magnitude);
}

static void test_activation(const char *name, int which,
                            void (*run)(int, const float *, float *))
{
    /* Where the error is counted in ulps: beyond, only as absolute. */
    const double from = which == 0 ? -86 : -INFINITY;
    const double to = which == 0 ? 0 : which == 1 ? 125 : INFINITY;
    double ulps = 0, absolute = 0;
    /* Negative floats only for exp; the last is -inf. */
    const uint32_t last = 0xff800000u;
    uint32_t bits = which == 0 ? 0x80000000u : 0;
    for (;;) {
        float x[LANES], y[LANES];
        for (int i = 0; i < LANES; i++) {
            memcpy(&x[i], &bits, sizeof bits);
            bits = bits < 0xff800000u - 61 ? bits + 61 : 0xff800000u;
        }
        run(which, x, y);
        for (int i = 0; i < LANES; i++) {
            if (isnan(x[i])) {
                if (!isnan(y[i])) {
                    failures++;
                    printf("FAILED %s(NaN)\n", name);
                    return;
                }
                continue;
            }
            const double truth = true_activation(which, x[i]);
            const double error = fabs(y[i] - truth);
            if (!(error <= absolute))
                absolute = error;
            if (x[i] >= from && x[i] <= to && error / ulp(truth) > ulps)
                ulps = error / ulp(truth);
        }
        if (bits >= last)
            break;
    }
    checks++;
    if (!(absolute < 3e-7) || ulps > 5)
        failures++;
    printf("%-16s largest error %.2f ulp, %.3g absolute\n", name, ulps,
           absolute);
}

static void test_activations(void)
{
#ifdef AC_HAVE_AVX512
    if (find_kernels("avx512")) {
        test_activation("avx512 exp", 0, avx512_activations);
        test_activation("avx512 sigmoid", 1, avx512_activations);
        test_activation("avx512 tanh", 2, avx512_activations);
    }
#endif
#ifdef AC_HAVE_AVX2
    if (find_kernels("avx2")) {
        test_activation("avx2 exp", 0, avx2_activations);
        test_activation("avx2 sigmoid", 1, avx2_activations);
        test_activation("avx2 tanh", 2, avx2_activations);
    }
#endif
}

int main(int argc, char **argv)
{
    for (int i = 0; i < KERNEL_TABLES; i++) {
        const kernels *table = kernel_tables[i].table;
        if (!kernel_tables[i].runs_here())
            continue;
        worst_ratio = worst_error = 0;
        test_lstm(table);
        test_attention(table);
        test_products(table);
        test_adam(table);
        printf("%-8s worst error %.3g of the largest number; %.2f times the "
               "plain kernels'\n",
               table->name, worst_error, worst_ratio);
    }
    (void)argv;
    if (argc < 2)
        test_activations();
    return report_counts("kernels", checks - failures, failures);
}
