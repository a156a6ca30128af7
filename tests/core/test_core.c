/* The core by itself: gradients, determinism, edges. Run under sanitizers by
 * `make asan`. */
#include <math.h>
#include <string.h>

#include "attentive.h"

#include "counts.h"

static int passed, failed;

static void expect(int good, const char *what)
{
    if (good)
        passed++;
    else
        failed++;
    if (!good)
        printf("FAILED: %s\n", what);
}

/* ---- a network with data ------------------------------------------------ */

typedef struct {
    ac_stage stages[5];
    ac_network network;
    ac_genes genes;
    size_t parameters;
    double *block, *x, *y;
} fixture;

/* A small generator, so that the test is the same everywhere. */
static double uniform(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (1 << 24);
}

static fixture make_fixture(int marks, int bins, int hidden, int mark_hidden,
                            int genes)
{
    const ac_stage stages[5] = {
        {AC_LSTM, marks, bins, 1, hidden},
        {AC_ATTENTION, marks, bins, 2 * hidden, 0},
        {AC_LSTM, 1, marks, 2 * hidden, mark_hidden},
        {AC_ATTENTION, 1, marks, 2 * mark_hidden, 0},
        {AC_DENSE, 1, 1, 2 * mark_hidden, 1},
    };
    fixture f;
    unsigned seed = 1;
    memcpy(f.stages, stages, sizeof stages);
    const ac_network network = {f.stages, 5, 1, NULL};
    f.network = network;
    f.parameters = ac_double.parameter_count(&network);
    f.block = malloc(f.parameters * sizeof(double));
    f.x = malloc(sizeof(double) * genes * marks * bins);
    f.y = malloc(sizeof(double) * genes);
    for (size_t i = 0; i < f.parameters; i++)
        f.block[i] = uniform(&seed) - 0.5;
    for (int i = 0; i < genes * marks * bins; i++)
        f.x[i] = floor(6 * uniform(&seed));
    for (int i = 0; i < genes; i++)
        f.y[i] = i % 2;
    const ac_genes data = {(size_t)genes, f.x, f.y};
    f.genes = data;
    return f;
}

/* A fixture is returned by value: its stages move with it. */
static void settle(fixture *f)
{
    f->network.stages = f->stages;
}

static void free_fixture(fixture *f)
{
    free(f->block);
    free(f->x);
    free(f->y);
}

static const ac_poll never = {NULL, NULL};

/* ---- tests --------------------------------------------------------------- */

static double loss_at(const fixture *f, const double *block)
{
    double loss;
    double *gradient = malloc(f->parameters * sizeof(double));
    ac_double.gradient(&f->network, &f->genes, block, never, &loss, gradient,
                       NULL);
    free(gradient);
    return loss;
}

static void test_gradient(void)
{
    fixture f = make_fixture(3, 5, 4, 3, 18);
    settle(&f);
    double loss, worst = 0, largest = 0;
    double *gradient = malloc(f.parameters * sizeof(double));
    expect(ac_double.gradient(&f.network, &f.genes, f.block, never, &loss,
                              gradient, NULL) == AC_OK,
           "the gradient is computed");
    for (size_t i = 0; i < f.parameters; i++) {
        const double step = 1e-5, at = f.block[i];
        f.block[i] = at + step;
        const double up = loss_at(&f, f.block);
        f.block[i] = at - step;
        const double down = loss_at(&f, f.block);
        f.block[i] = at;
        worst = fmax(worst, fabs((up - down) / (2 * step) - gradient[i]));
        largest = fmax(largest, fabs(gradient[i]));
    }
    expect(largest > 1e-3, "the gradient is not nothing");
    expect(worst < 1e-9, "the gradient equals finite differences");
    free(gradient);
    free_fixture(&f);
}

static double *train(const ac_engine *engine, fixture *f, int threads)
{
    const int genes = (int)f->genes.count;
    int *order = malloc(sizeof(int) * genes);
    double *blocks = calloc(3 * f->parameters, sizeof(double)), loss;
    for (int i = 0; i < genes; i++)
        order[i] = (i * 7) % genes;
    memcpy(blocks, f->block, f->parameters * sizeof(double));
    ac_state state = {f->parameters, blocks, blocks + f->parameters,
                      blocks + 2 * f->parameters, 0};
    const ac_settings settings = {9, 1e-2, 1};
    f->network.threads = threads;
    for (int epoch = 0; epoch < 3; epoch++)
        engine->train(&f->network, &f->genes, order, &settings, &state, never,
                      &loss);
    free(order);
    return blocks;
}

static void test_threads(const ac_engine *engine)
{
    fixture f = make_fixture(3, 8, 6, 4, 31);
    settle(&f);
    double *one = train(engine, &f, 1);
    const int counts[] = {2, 3, 8};
    expect(memcmp(one, f.block, f.parameters * sizeof(double)) != 0,
           "training changes the parameters");
    for (int i = 0; i < 3; i++) {
        double *many = train(engine, &f, counts[i]);
        expect(memcmp(one, many, 3 * f.parameters * sizeof(double)) == 0,
               "any number of threads gives the same bits");
        free(many);
    }
    free(one);
    free_fixture(&f);
}

static void test_shapes(const ac_engine *engine)
{
    const int shapes[][5] = {{1, 1, 1, 1, 1},
                             {1, 2, 3, 5, 16},
                             {2, 3, 17, 2, 17},
                             {5, 20, 32, 16, 33},
                             {4, 7, 33, 9, 15}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const int *s = shapes[i];
        fixture f = make_fixture(s[0], s[1], s[2], s[3], s[4]);
        settle(&f);
        double *logit = malloc(sizeof(double) * s[4]), total = 0;
        double *alpha = calloc((size_t)s[4] * s[0] * s[1], sizeof(double));
        double *attention[5] = {NULL, alpha, NULL, NULL, NULL};
        expect(engine->predict(&f.network, &f.genes, f.block, never, logit,
                               attention) == AC_OK,
               "a prediction is made");
        for (int k = 0; k < s[4] * s[0] * s[1]; k++)
            total += alpha[k];
        expect(fabs(total - s[4] * s[0]) < 1e-4 * s[4] * s[0],
               "alpha sums to 1 over the bins");
        expect(isfinite(logit[s[4] - 1]), "the logit is finite");
        free(alpha);
        free(logit);
        free_fixture(&f);
    }
}

/* Inputs far outside of what was seen must not overflow into NaN. */
static void test_extremes(const ac_engine *engine)
{
    fixture f = make_fixture(2, 10, 8, 4, 20);
    settle(&f);
    double loss, *gradient = malloc(f.parameters * sizeof(double));
    for (int i = 0; i < 20 * 2 * 10; i++)
        f.x[i] = i % 3 == 0 ? 1e6 : 0;
    expect(engine->gradient(&f.network, &f.genes, f.block, never, &loss,
                            gradient, NULL) == AC_OK,
           "huge counts are taken");
    int finite = isfinite(loss);
    for (size_t i = 0; i < f.parameters; i++)
        finite = finite && isfinite(gradient[i]);
    expect(finite, "huge counts give a finite gradient");
    free(gradient);
    free_fixture(&f);
}

static int stop_after(void *data)
{
    return --*(int *)data < 0;
}

static void test_interrupt(void)
{
    fixture f = make_fixture(2, 4, 3, 2, 40);
    settle(&f);
    int order[40], polls = 1;
    double *blocks = calloc(3 * f.parameters, sizeof(double)), loss = 0;
    for (int i = 0; i < 40; i++)
        order[i] = i;
    memcpy(blocks, f.block, f.parameters * sizeof(double));
    ac_state state = {f.parameters, blocks, blocks + f.parameters,
                      blocks + 2 * f.parameters, 0};
    const ac_settings settings = {16, 1e-2, 1};
    const ac_poll once = {stop_after, &polls};
    expect(ac_single.train(&f.network, &f.genes, order, &settings, &state, once,
                           &loss) == AC_INTERRUPTED,
           "training can be interrupted");
    expect(state.steps == 1 && isfinite(loss),
           "an interrupt keeps the whole mini-batches");
    polls = 0;
    state.steps = 0;
    memcpy(blocks, f.block, f.parameters * sizeof(double));
    ac_double.train(&f.network, &f.genes, order, &settings, &state, once,
                    &loss);
    expect(memcmp(blocks, f.block, f.parameters * sizeof(double)) == 0,
           "an interrupt in the first mini-batch changes nothing");
    free(blocks);
    free_fixture(&f);
}

static void test_bad_networks(void)
{
    fixture f = make_fixture(2, 4, 3, 2, 4);
    settle(&f);
    double logit[4];
    f.stages[2].inputs++;
    expect(ac_single.predict(&f.network, &f.genes, f.block, never, logit,
                             NULL) == AC_BAD_NETWORK,
           "stages that do not fit are refused");
    f.stages[2].inputs--;
    f.stages[0].layer = AC_LAYER_TYPES;
    expect(ac_single.predict(&f.network, &f.genes, f.block, never, logit,
                             NULL) == AC_BAD_NETWORK,
           "an unknown layer is refused");
    free_fixture(&f);
}

int main(void)
{
    const ac_engine *engines[] = {&ac_single, &ac_double};
    test_gradient();
    for (int i = 0; i < 2; i++) {
        test_threads(engines[i]);
        test_shapes(engines[i]);
        test_extremes(engines[i]);
    }
    test_interrupt();
    test_bad_networks();
    return report_counts("core", passed, failed);
}
