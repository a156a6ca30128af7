/* Every kernel table that runs here against the plain one and against the plain
 * one in double precision; those of mixed precision also against the plain one
 * that rounds as they do; and the exp, sigmoid and tanh of the vectors over
 * all floats, which take seconds and are left out if there is an argument. */
#include <stdio.h>

#include "attentive.h"

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
                    const test_result *plain, const test_result *reference)
{
    for (int i = 0; i < reference->arrays; i++) {
        const size_t n = reference->count[i];
        const double size = largest(reference->values[i], n);
        const double error = distance(fast->values[i], reference->values[i], n);
        const double usual =
            distance(plain->values[i], reference->values[i], n);
        checks++;
        if (size > 0)
            worst_error = fmax(worst_error, error / size);
        if (usual > 1e-7 * size)
            worst_ratio = fmax(worst_ratio, error / usual);
        if (error <= 4 * usual + 1e-6 * size + 1e-6)
            continue;
        failures++;
        printf("FAILED %s %s: error %.3g, plain %.3g, size %.3g\n", what,
               reference->name[i], error, usual, size);
    }
}

/* The plain table that rounds to bfloat16 has the same products, but for the
 * order of their sums. Where products follow each other, as in an LSTM, a
 * number in the middle between two of bfloat16 may be rounded to either: then
 * the tables may differ by a share of what rounding costs. */
static void compare_mixed(const char *what, const test_result *fast,
                          const test_result *plain,
                          const test_result *reference, double share)
{
    for (int i = 0; i < reference->arrays; i++) {
        const size_t n = reference->count[i];
        const double size = largest(reference->values[i], n);
        const double error = distance(fast->values[i], plain->values[i], n);
        const double usual =
            distance(plain->values[i], reference->values[i], n);
        checks++;
        worst_error = fmax(worst_error, usual / fmax(size, 1e-3));
        if (usual > 1e-5 * size)
            worst_ratio = fmax(worst_ratio, error / usual);
        if (usual <= 0.06 * size + 1e-6 &&
            error <= share * usual + 1e-5 * size + 1e-6)
            continue;
        failures++;
        printf("FAILED %s %s: rounding %.3g, between tables %.3g, size %.3g\n",
               what, reference->name[i], usual, error, size);
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
        test_result reference = fast;                                          \
        run_##kind(table, c, &fast);                                           \
        run_##kind(&ac_plain_kernels, c, &plain);                              \
        reference_##kind(c, &reference);                                       \
        compare(what, &fast, &plain, &reference);                              \
        release(&fast);                                                        \
        release(&plain);                                                       \
        release(&reference);                                                   \
    } while (0)

#define CHECK_MIXED(kind, table, c, what, share)                               \
    do {                                                                       \
        test_result fast = {.arrays = 0}, plain = fast;                        \
        test_result reference = fast;                                          \
        run_##kind(table, c, &fast);                                           \
        run_##kind(&ac_plain_bf16_kernels, c, &plain);                         \
        reference_##kind(c, &reference);                                       \
        compare_mixed(what, &fast, &plain, &reference, share);                 \
        release(&fast);                                                        \
        release(&plain);                                                       \
        release(&reference);                                                   \
    } while (0)

/* Whether the table is one of mixed precision. */
static int mixed;

static void test_lstm(const kernels *table)
{
    static const int inputs[] = {1, 3, 5, 64};
    static const int units[] = {1, 4, 7, 8, 16, 32, 33};
    static const int steps[] = {1, 2, 5, 20, 100};
    char what[100];
    for (int shape = 0; shape < 4 * 7 * 5; shape++)
        for (int variant = 0; variant < 6; variant++) {
            const lstm_case c = {.steps = steps[shape % 5],
                                 .inputs = inputs[shape / 35],
                                 .units = units[shape / 5 % 7],
                                 .reverse = variant % 2,
                                 .training = variant / 2 > 0,
                                 .want_din = variant / 2 > 1,
                                 .scale = shape % 5 < 3 && shape % 2 ? 2 : 0.25,
                                 .seed = shape * 7 + variant};
            snprintf(what, sizeof what,
                     "%s lstm steps %d inputs %d units %d variant %d",
                     table->name, c.steps, c.inputs, c.units, variant);
            if (mixed)
                CHECK_MIXED(lstm, table, &c, what, c.steps > 20 ? 1 : 0.5);
            else
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
    if (mixed)
        CHECK_MIXED(product, table, c, what, 0);
    else
        CHECK(product, table, c, what);
}

/* One step, as in a dense layer, and steps that overlap, as in a convolution:
 * around whole vectors, tiles and chunks of steps. */
static void test_products(const kernels *table)
{
    static const int units[] = {1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 50, 64};
    static const int steps[] = {1, 3, 8, 9, 17};
    static const product_case large[] = {
        {8, 300, 7, 60, 1}, {300, 8, 6, 3, 2},   {5, 1100, 5, 200, 3},
        {1030, 5, 4, 5, 4}, {16, 10, 120, 1, 5}, {64, 50, 100, 5, 6},
    };
    for (int i = 0; i < 6; i++)
        test_product(table, &large[i]);
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

static double true_activation(int which, double x)
{
    if (which == ACTIVATION_EXP)
        return exp(x);
    if (which == ACTIVATION_SIGMOID) /* x is -log2(e) times the argument */
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

static void test_activation(const char *name, int which, activations *run)
{
    /* Where the error is counted in ulps: beyond, only as absolute. */
    const double from = which == ACTIVATION_EXP ? -86 : -INFINITY;
    const double to = which == ACTIVATION_EXP       ? 0
                      : which == ACTIVATION_SIGMOID ? 125
                                                    : INFINITY;
    double ulps = 0, absolute = 0;
    /* Negative floats only for exp; the last is -inf. */
    const uint32_t last = 0xff800000u;
    uint32_t bits = which == ACTIVATION_EXP ? 0x80000000u : 0;
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
            const double reference = true_activation(which, x[i]);
            const double error = fabs(y[i] - reference);
            if (!(error <= absolute))
                absolute = error;
            if (x[i] >= from && x[i] <= to && error / ulp(reference) > ulps)
                ulps = error / ulp(reference);
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

static void test_activations(const char *name, activations *run)
{
    static const char *const functions[] = {"exp", "sigmoid", "tanh"};
    char what[40];
    for (int which = ACTIVATION_EXP; which <= ACTIVATION_TANH; which++) {
        snprintf(what, sizeof what, "%s %s", name, functions[which]);
        test_activation(what, which, run);
    }
}

static void test_vectors(void)
{
#ifdef AC_X86_KERNELS
    if (ac_find_kernels("avx512"))
        test_activations("avx512", avx512_activations);
    if (ac_find_kernels("avx2"))
        test_activations("avx2", avx2_activations);
#endif
#ifdef AC_NEON_KERNELS
    test_activations("neon", neon_activations);
#endif
}

/* Tables of mixed precision are never found without their name. */
static void test_mixed(void)
{
    for (int n = 0; ac_kernels_name(1, n); n++) {
        const kernels *table = ac_find_kernels(ac_kernels_name(1, n));
        test_attention(table);
        test_adam(table);
        worst_ratio = worst_error = 0;
        mixed = 1;
        test_lstm(table);
        test_products(table);
        mixed = 0;
        checks++;
        failures += table == ac_find_kernels(NULL);
        printf("%-12s rounding costs up to %.3g of the largest number; the "
               "plain kernels differ by %.2g of it\n",
               table->name, worst_error, worst_ratio);
    }
}

int main(int argc, char **argv)
{
    for (int n = 0; ac_kernels_name(0, n); n++) {
        const kernels *table = ac_find_kernels(ac_kernels_name(0, n));
        worst_ratio = worst_error = 0;
        test_lstm(table);
        test_attention(table);
        test_products(table);
        test_adam(table);
        printf("%-8s worst error %.3g of the largest number; %.2f times the "
               "plain kernels'\n",
               table->name, worst_error, worst_ratio);
    }
    test_mixed();
    (void)argv;
    if (argc < 2)
        test_vectors();
    return report_counts("kernels", checks - failures, failures);
}
