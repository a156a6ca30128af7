/* The core by itself: gradients, determinism, edges. Run under sanitizers by
 * `make asan`. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "attentive.h"

#include "counts.h"
#include "expect.h"

/* ---- a network with data ------------------------------------------------ */

typedef struct {
    ac_stage stages[12];
    ac_network network;
    ac_genes genes;
    ac_array *array; /* the one of the genes */
    size_t parameters;
    double *block, *x, *y;
    int *present;
} fixture;

/* A small generator, so that the test is the same everywhere. */
static double uniform(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (1 << 24);
}

static fixture fill_fixture(const ac_stage *stages, int count, int genes)
{
    const size_t inputs =
        (size_t)stages[0].copies * stages[0].steps * stages[0].inputs;
    fixture f;
    unsigned seed = 1;
    memcpy(f.stages, stages, count * sizeof *stages);
    const ac_network network = {f.stages, count, 1, NULL, 0, 0, 0, 0, NULL, 0};
    f.network = network;
    f.parameters = ac_double.parameter_count(&network);
    f.block = malloc(f.parameters * sizeof(double));
    f.x = malloc(sizeof(double) * genes * inputs);
    f.y = malloc(sizeof(double) * genes);
    for (size_t i = 0; i < f.parameters; i++)
        f.block[i] = uniform(&seed) - 0.5;
    for (size_t i = 0; i < genes * inputs; i++)
        f.x[i] = floor(6 * uniform(&seed));
    for (int i = 0; i < genes; i++)
        f.y[i] = i % 2;
    f.array = malloc(sizeof *f.array);
    const ac_array array = {f.x, AC_DOUBLES, inputs, 1};
    *f.array = array;
    const ac_genes data = {
        (size_t)genes, {f.array, 1, NULL, 0, NULL, 0}, f.y, NULL};
    f.genes = data;
    f.present = NULL;
    return f;
}

static fixture make_fixture(int marks, int bins, int hidden, int mark_hidden,
                            int genes)
{
    const ac_stage stages[5] = {
        {AC_LSTM, marks, bins, 1, hidden, 0, 0, 0, 0, 0},
        {AC_ATTENTION, marks, bins, 2 * hidden, 0, 0, 0, 0, 0, AC_MARK_COPIES},
        {AC_LSTM, 1, marks, 2 * hidden, mark_hidden, 0, 0, 0, 0, 0},
        {AC_ATTENTION, 1, marks, 2 * mark_hidden, 0, 0, 0, 0, 0, AC_MARK_STEPS},
        {AC_DENSE, 1, 1, 2 * mark_hidden, 1, 0, 0, 0, 0, 0},
    };
    return fill_fixture(stages, 5, genes);
}

/* Four outputs, slices of what is kept, and copies that share weights. */
static fixture make_pair_fixture(int genes)
{
    static const ac_output outputs[] = {{0, AC_SQUARED, 1},
                                        {1, AC_HUBER, 0.5},
                                        {2, AC_CROSS_ENTROPY, 2},
                                        {37, AC_CONTRASTIVE, 4}};
    const ac_stage stages[] = {
        {AC_LSTM, 10, 3, 1, 1, .tied = 2},
        {AC_ATTENTION, 10, 3, 2, .tied = 2},
        {AC_DISTANCE, 1, 2, 4, .offset = 12, .keep = 1},
        {AC_LSTM, 1, 10, 2, 1, .offset = 1, .keep = 1},
        {AC_ATTENTION, 1, 10, 2, .keep = 1},
        {AC_LSTM, 2, 2, 2, 1, .offset = 35, .keep = 1},
        {AC_ATTENTION, 2, 2, 2, .keep = 1},
        {AC_DENSE, 2, 1, 2, 1, .keep = 1},
        {AC_DENSE, 1, 1, 2, 1, .offset = 14, .keep = 1},
    };
    fixture f = fill_fixture(stages, 9, genes);
    f.network.outputs = outputs;
    f.network.output_count = 4;
    f.y = realloc(f.y, sizeof(double) * genes * 4);
    for (int i = 0; i < 4 * genes; i++)
        f.y[i] = i % 7 == 0 ? NAN : i % 3 == 0;
    f.genes.y = f.y;
    return f;
}

/* All other layers in one network, which drops if it is asked to. */
static fixture make_conv_fixture(int marks, int bins, int filters, int genes)
{
    const int pooled = bins / 2;
    const ac_stage stages[] = {
        {AC_TRANSPOSE, 1, marks, bins, 0, 0, 0, 0, 0, 0},
        {AC_PAD, 1, bins, marks, 0, 4, 0, 0, 0, 0},
        {AC_CONV, 1, bins + 3, marks, filters, 4, 0, 0, 0, 0},
        {AC_RELU, 1, bins, filters, 0, 0, 0, 0, 0, 0},
        {AC_POOL, 1, bins, filters, 0, 2, 0, 0, 0, 0},
        {AC_DROPOUT, 1, pooled, filters, 0, 0, 0.25, 0, 0, 0},
        {AC_TRANSPOSE, 1, pooled, filters, 0, 0, 0, 0, 0, 0},
        {AC_CONV, filters, pooled, 1, 2, 2, 0, 0, 0, 0},
        {AC_LSTM, 1, pooled - 1, 2 * filters, 3, 0, 0, 0, 0, 0},
        {AC_FINAL_STATE, 1, pooled - 1, 6, 0, 0, 0, 0, 0, 0},
        {AC_DENSE, 1, 1, 6, 1, 0, 0, 0, 0, 0},
    };
    return fill_fixture(stages, sizeof stages / sizeof *stages, genes);
}

/* Two branches and a gate. Bins are left over after the last place. */
static fixture make_gate_fixture(int marks, int bins, int genes)
{
    const int places = bins / 2;
    const ac_stage stages[] = {
        {AC_TRANSPOSE, 1, marks, bins, 0, 0, 0, 0, 0, 0},
        {AC_AVERAGE, 1, bins, marks, 0, 2, 0, 0, 0, 0},
        {AC_CONV, 1, places, marks, 3, 1, 0, 0, 0, 0},
        {AC_PAD, marks, bins, 1, 0, 3, 0, 1, 0, 0},
        {AC_CONV, marks, bins + 2, 1, 2, 3, 0, 0, 0, 0},
        {AC_DROPOUT, marks, bins, 2, 0, 2, 0.25, 0, 0, 0},
        {AC_VALUE, marks, bins, 2, 2, 2, 0, 0, 0, 0},
        {AC_GATE, 1, bins, marks, 4, 2, 0, 0, 3, 0},
    };
    return fill_fixture(stages, sizeof stages / sizeof *stages, genes);
}

/* Genes that lack marks: the first none, the others all but one or two. */
static fixture without_marks(fixture f, int marks)
{
    const int genes = (int)f.genes.count;
    f.network.marks = marks;
    f.present = malloc(sizeof(int) * genes * marks);
    for (int g = 0; g < genes; g++)
        for (int j = 0; j < marks; j++)
            f.present[g * marks + j] =
                g == 0 || j == g % marks || (g % 2 && j == (g + 1) % marks);
    f.genes.present = f.present;
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
    free(f->array);
    free(f->y);
    free(f->present);
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

static void test_gradient(fixture f)
{
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

/* Each gene's logit by its own input; 31 genes, so that a block is not full. */
static void test_logit_gradient(fixture f)
{
    settle(&f);
    const size_t inputs =
        (size_t)f.stages[0].copies * f.stages[0].steps * f.stages[0].inputs;
    const size_t count = f.genes.count;
    double *dx = malloc(count * inputs * sizeof(double));
    double *up = malloc(count * sizeof(double));
    double *down = malloc(count * sizeof(double));
    expect(ac_double.logit_gradient(&f.network, &f.genes, f.block, never, dx) ==
               AC_OK,
           "the logit's gradient is computed");
    double worst = 0, largest = 0;
    for (size_t i = 0; i < inputs; i++) {
        const double step = 1e-5;
        for (size_t g = 0; g < count; g++)
            f.x[g * inputs + i] += step;
        ac_double.predict(&f.network, &f.genes, f.block, never, up, NULL);
        for (size_t g = 0; g < count; g++)
            f.x[g * inputs + i] -= 2 * step;
        ac_double.predict(&f.network, &f.genes, f.block, never, down, NULL);
        for (size_t g = 0; g < count; g++) {
            const double own = dx[g * inputs + i];
            f.x[g * inputs + i] += step;
            worst = fmax(worst, fabs((up[g] - down[g]) / (2 * step) - own));
            largest = fmax(largest, fabs(own));
        }
    }
    expect(largest > 1e-4, "the logit's gradient is not nothing");
    expect(worst < 1e-8, "the logit's gradient equals finite differences");
    free(dx);
    free(up);
    free(down);
    free_fixture(&f);
}

static void test_gradients(void)
{
    fixture dropping = make_conv_fixture(3, 12, 4, 18);
    dropping.network.dropout_on = 1;
    dropping.network.seed = 7;
    test_gradient(make_fixture(3, 5, 4, 3, 18));
    test_gradient(make_conv_fixture(3, 12, 4, 18));
    test_gradient(dropping);
    test_gradient(make_gate_fixture(3, 7, 18));
    test_gradient(make_pair_fixture(18));
    test_gradient(without_marks(make_fixture(3, 5, 4, 3, 18), 3));
    test_gradient(without_marks(make_conv_fixture(3, 12, 4, 18), 3));
    test_gradient(without_marks(make_gate_fixture(3, 7, 18), 3));
}

static double *train(const ac_engine *engine, fixture *f, int threads,
                     size_t batch)
{
    const int genes = (int)f->genes.count;
    int *order = malloc(sizeof(int) * genes);
    double *blocks = calloc(3 * f->parameters, sizeof(double)), loss;
    for (int i = 0; i < genes; i++)
        order[i] = (i * 7) % genes;
    memcpy(blocks, f->block, f->parameters * sizeof(double));
    ac_state state = {f->parameters, blocks, blocks + f->parameters,
                      blocks + 2 * f->parameters, 0};
    double *rates = malloc(sizeof(double) * genes);
    double *decay = calloc(f->parameters, sizeof(double));
    for (int i = 0; i < genes; i++)
        rates[i] = 1e-2 / (i + 1);
    decay[0] = 0.01;
    const ac_settings settings = {.batch_size = batch,
                                  .learning_rates = rates,
                                  .weight_decay = decay,
                                  .clip = 1};
    f->network.threads = threads;
    for (int epoch = 0; epoch < 3; epoch++)
        engine->train(&f->network, &f->genes, order, &settings, &state, never,
                      &loss);
    free(order);
    free(rates);
    free(decay);
    return blocks;
}

static void test_threads(const ac_engine *engine, fixture f, size_t batch)
{
    settle(&f);
    double *one = train(engine, &f, 1, batch);
    const int counts[] = {2, 3, 8};
    expect(memcmp(one, f.block, f.parameters * sizeof(double)) != 0,
           "training changes the parameters");
    for (int i = 0; i < 3; i++) {
        double *many = train(engine, &f, counts[i], batch);
        expect(memcmp(one, many, 3 * f.parameters * sizeof(double)) == 0,
               "any number of threads gives the same bits");
        free(many);
    }
    free(one);
    free_fixture(&f);
}

/* ---- dropout ------------------------------------------------------------ */

/* The derivatives by the weights of a dense layer on nothing but ones, before
 * which there is dropout: each is the mean over the genes of a factor, 0 or
 * 1 / (1 - rate), times what all genes share. */
static void dropped(double rate, unsigned seed, int genes, double *gradient)
{
    const ac_stage stages[] = {
        {AC_DROPOUT, 1, 1, 200, 0, 0, rate, 0, 0, 0},
        {AC_DENSE, 1, 1, 200, 1, 0, 0, 0, 0, 0},
    };
    fixture f = fill_fixture(stages, 2, genes);
    double loss;
    settle(&f);
    f.network.dropout_on = 1;
    f.network.seed = seed;
    for (int i = 0; i < 200 * genes; i++)
        f.x[i] = 1;
    for (int i = 0; i < genes; i++)
        f.y[i] = 0;
    memset(f.block, 0, f.parameters * sizeof(double));
    ac_double.gradient(&f.network, &f.genes, f.block, never, &loss, gradient,
                       NULL);
    for (int i = 0; i < 200; i++)
        gradient[i] *= 2; /* sigmoid(0) = 1/2 */
    free_fixture(&f);
}

static void test_dropout(double rate)
{
    enum { GENES = 500 };
    double factor[201], again[201], other[201], sum = 0, squares = 0;
    dropped(rate, 1, GENES, factor);
    dropped(rate, 1, GENES, again);
    dropped(rate, 2, GENES, other);
    for (int i = 0; i < 200; i++) {
        sum += factor[i];
        squares += (factor[i] - 1) * (factor[i] - 1);
    }
    /* One factor's mean is 1, its variance rate / (1 - rate). */
    const double variance = rate / (1 - rate) / GENES;
    expect(fabs(sum / 200 - 1) < 4 * sqrt(variance / 200),
           "dropout keeps the mean");
    expect(fabs(squares / 200 / variance - 1) < 0.4,
           "dropout has its variance, gene by gene");
    expect(memcmp(factor, again, sizeof factor) == 0,
           "the same seed drops the same");
    expect(memcmp(factor, other, sizeof factor) != 0,
           "another seed drops others");
}

/* ---- marks that are not there ------------------------------------------- */

/* `at`: the stage that tells beta; `first`: where it is. */
static void test_missing(const ac_engine *engine, fixture f, int at, int first)
{
    enum { MARKS = 3, GENES = 31, TOLD = 60 };
    double logit[GENES], other[GENES], told[GENES * TOLD];
    double *attention[12] = {NULL};
    f = without_marks(f, MARKS);
    settle(&f);
    const size_t count = engine->exported_count(&f.stages[at]);
    const size_t bins = (size_t)f.stages[0].copies * f.stages[0].steps *
                        f.stages[0].inputs / MARKS;
    attention[at] = told;
    expect(count <= TOLD && engine->predict(&f.network, &f.genes, f.block,
                                            never, logit, attention) == AC_OK,
           "genes may lack marks");
    int nothing = 1, whole = 1;
    for (int g = 0; g < GENES; g++) {
        double sum = 0;
        for (int j = 0; j < MARKS; j++) {
            const double beta = told[g * count + first + j];
            const int there = f.present[g * MARKS + j];
            sum += beta;
            nothing = nothing && (there ? beta > 0 : beta == 0);
            for (size_t t = 0; !there && t < bins; t++)
                f.x[((size_t)g * MARKS + j) * bins + t] += 100;
        }
        whole = whole && fabs(sum - 1) < 1e-5;
    }
    expect(nothing, "beta of a mark is 0 where it is not there");
    expect(whole, "beta sums to 1 over the marks that are");
    engine->predict(&f.network, &f.genes, f.block, never, other, NULL);
    expect(memcmp(logit, other, sizeof logit) == 0,
           "the signal of a mark that is not there has no effect");
    f.genes.present = NULL;
    engine->predict(&f.network, &f.genes, f.block, never, other, NULL);
    expect(memcmp(logit, other, sizeof logit) != 0, "a missing mark matters");
    free_fixture(&f);
}

/* Which of four marks of one gene training reads: the derivatives by the
 * weights of a dense layer on ones. */
static void dropped_marks(double rate, unsigned seed, double *gradient)
{
    const ac_stage stage = {AC_DENSE, 1, 4, 1, 1, 0, 0, 0, 0, 0};
    fixture f = fill_fixture(&stage, 1, 1);
    double loss;
    settle(&f);
    f.network.dropout_on = 1;
    f.network.seed = seed;
    f.network.marks = 4;
    f.network.mark_dropout = rate;
    for (int j = 0; j < 4; j++)
        f.x[j] = 1;
    ac_double.gradient(&f.network, &f.genes, f.block, never, &loss, gradient,
                       NULL);
    free_fixture(&f);
}

static void test_mark_dropout(double rate)
{
    enum { SEEDS = 2000 };
    int read[4] = {0}, none = 0;
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        double gradient[5];
        int left = 0;
        dropped_marks(rate, seed, gradient);
        for (int j = 0; j < 4; j++) {
            read[j] += gradient[j] != 0;
            left += gradient[j] != 0;
        }
        none += left == 0;
    }
    /* If all were dropped, one of them stays. */
    const double share = 1 - rate + pow(rate, 4) / 4;
    const double error = sqrt(share * (1 - share) / SEEDS);
    for (int j = 0; j < 4; j++)
        expect(fabs((double)read[j] / SEEDS - share) <= 4 * error,
               "marks are dropped at their rate");
    expect(none == 0, "a gene never loses all marks");
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
    const double rates[] = {1e-2, 1e-2, 1e-2};
    const ac_settings settings = {
        .batch_size = 16, .learning_rates = rates, .clip = 1};
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
    free_fixture(&f);
    f = make_conv_fixture(2, 6, 3, 4);
    settle(&f);
    f.stages[4].window = 7;
    expect(ac_single.predict(&f.network, &f.genes, f.block, never, logit,
                             NULL) == AC_BAD_NETWORK,
           "a window longer than the sequence is refused");
    f.stages[4].window = 2;
    f.stages[5].rate = 1;
    expect(ac_single.predict(&f.network, &f.genes, f.block, never, logit,
                             NULL) == AC_BAD_NETWORK,
           "dropping everything is refused");
    f.stages[5].rate = 0;
    f.stages[0].layer = AC_LAYER_TYPES;
    expect(ac_single.predict(&f.network, &f.genes, f.block, never, logit,
                             NULL) == AC_BAD_NETWORK,
           "an unknown layer is refused");
    free_fixture(&f);
}

/* ---- sizes ----------------------------------------------------------------
 */

static void test_bad_marks(void)
{
    fixture f = without_marks(make_fixture(3, 4, 3, 2, 4), 3);
    settle(&f);
    double logit[4];
    f.network.marks = 2;
    expect(ac_single.predict(&f.network, &f.genes, f.block, never, logit,
                             NULL) == AC_BAD_NETWORK,
           "attention over other marks than those of the genes is refused");
    free_fixture(&f);
}

static int count_polls(void *data)
{
    ++*(int *)data;
    return 0;
}

/* A long block asks again and again, and stops where it is told to. */
static void test_polls(const ac_engine *engine)
{
    fixture f = make_fixture(40, 400, 16, 4, 3);
    settle(&f);
    int polls = 0;
    const ac_poll counting = {count_polls, &polls};
    double loss, *gradient = malloc(f.parameters * sizeof(double));
    double *again = malloc(f.parameters * sizeof(double));
    engine->gradient(&f.network, &f.genes, f.block, counting, &loss, gradient,
                     NULL);
    expect(polls > 3, "a poll comes within a block of genes");
    for (int threads = 1; threads < 4; threads += 2) {
        f.network.threads = threads;
        engine->gradient(&f.network, &f.genes, f.block, never, &loss, again,
                         NULL);
        expect(memcmp(gradient, again, f.parameters * sizeof(double)) == 0,
               "polls and threads change no bit");
    }
    f.network.threads = 1;
    for (int stop = 0; stop < polls; stop++) {
        int left = stop;
        const ac_poll soon = {stop_after, &left};
        expect(engine->gradient(&f.network, &f.genes, f.block, soon, &loss,
                                gradient, NULL) == AC_INTERRUPTED,
               "each poll can stop the work");
        expect(left == -1, "nothing is asked after that");
    }
    free(gradient);
    free(again);
    free_fixture(&f);
}

static void test_memory(const ac_engine *engine, size_t number)
{
    fixture f = make_fixture(3, 8, 6, 4, 4);
    settle(&f);
    size_t last = 0;
    for (int use = AC_PREDICT; use <= AC_GRADIENT_AND_DX; use++) {
        const size_t bytes = engine->memory(&f.network, (ac_use)use);
        expect(bytes > last, "what computes more takes more");
        last = bytes;
    }
    const size_t training = engine->memory(&f.network, AC_TRAIN);
    expect(training >= engine->memory(&f.network, AC_GRADIENT) +
                           2 * f.parameters * number,
           "training takes two moments more");
    f.stages[1].inputs++;
    expect(engine->memory(&f.network, AC_TRAIN) == 0, "of a bad network");
    free_fixture(&f);
}

/* Sizes that an int of the kernels does not hold. */
static void test_giants(const ac_engine *engine)
{
    const int big = 2147483647;
    const ac_stage stages[][2] = {
        {{AC_DENSE, 1, 65536, 32769, 1, 0, 0, 0, 0, 0}},
        {{AC_CONV, 1, 65536, 32769, 1, 65536, 0, 0, 0, 0}},
        {{AC_LSTM, 1, 100, 1, 100000, 0, 0, 0, 0, 0}},
        {{AC_LSTM, big, big, big, big, 0, 0, 0, 0, 0}},
        {{AC_PAD, 1, 1, 1, 0, big, 0, 0, 0, 0}},
        {{AC_ATTENTION, big, big, big, 0, 0, 0, 0, 0, 0}},
    };
    double x = 0, logit;
    const ac_array array = {&x, AC_DOUBLES, 1, 1};
    const ac_genes none = {0, {&array, 1, NULL, 0, NULL, 0}, NULL, NULL};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        const ac_network network = {stages[i], 1, 1, NULL, 0, 0, 0, 0, NULL, 0};
        expect(engine->parameter_count(&network) == 0, "no parameters");
        expect(engine->memory(&network, AC_TRAIN) == SIZE_MAX,
               "a giant takes more than there is");
        expect(engine->predict(&network, &none, &x, never, &logit, NULL) ==
                   AC_NO_MEMORY,
               "a giant is refused");
    }
    const ac_network empty = {NULL, 0, 1, NULL, 0, 0, 0, 0, NULL, 0};
    expect(engine->memory(&empty, AC_TRAIN) == 0 &&
               engine->predict(&empty, &none, &x, never, &logit, NULL) ==
                   AC_BAD_NETWORK,
           "a network without stages is refused");
}

/* ---- the input where it is stored --------------------------------------- */

/* The same numbers with one array for each mark, genes innermost, in reversed
 * rows and among others. The first mark is doubles, the others are ints. */
static ac_input scatter(const fixture *f, int marks, int bins, size_t genes,
                        ac_array *arrays, int *rows)
{
    const size_t stored = genes + 5;
    for (size_t g = 0; g < genes; g++)
        rows[g] = (int)(stored - 1 - g);
    for (int j = 0; j < marks; j++) {
        double *doubles = calloc(stored * bins, sizeof *doubles);
        int *ints = calloc(stored * bins, sizeof *ints);
        for (size_t g = 0; g < genes; g++)
            for (int t = 0; t < bins; t++) {
                const double x = f->x[(g * marks + j) * bins + t];
                doubles[t * stored + rows[g]] = x;
                ints[t * stored + rows[g]] = (int)x;
            }
        free(j == 0 ? (void *)ints : (void *)doubles);
        const ac_array array = {j == 0 ? (void *)doubles : (void *)ints,
                                j == 0 ? AC_DOUBLES : AC_INTS, 1, stored};
        arrays[j] = array;
    }
    const ac_input input = {arrays, (size_t)marks, rows, 0, NULL, 0};
    return input;
}

/* A scale, and the logarithms of the whole numbers below 3: to the others,
 * 3 to 5, and to fractions, the engine applies it. */
static void test_stored(const ac_engine *engine)
{
    enum { MARKS = 3, BINS = 8, GENES = 31 };
    fixture f = make_fixture(MARKS, BINS, 6, 4, GENES);
    double plain[GENES], logit[GENES], logs[3];
    ac_array arrays[MARKS];
    int rows[GENES];
    const double scale = 0.37;
    settle(&f);
    engine->predict(&f.network, &f.genes, f.block, never, plain, NULL);
    ac_genes stored = f.genes;
    stored.x = scatter(&f, MARKS, BINS, GENES, arrays, rows);
    engine->predict(&f.network, &stored, f.block, never, logit, NULL);
    expect(memcmp(logit, plain, sizeof plain) == 0,
           "the input is read where it is stored");
    for (int k = 0; k < 3; k++)
        logs[k] = log1p(scale * k);
    stored.x.scale = scale;
    stored.x.logs = logs;
    stored.x.log_count = 3;
    ((double *)(void *)arrays[0].values)[rows[0]] = f.x[0] = 1.5;
    for (size_t i = 0; i < (size_t)GENES * MARKS * BINS; i++)
        f.x[i] = log1p(scale * f.x[i]);
    engine->predict(&f.network, &f.genes, f.block, never, plain, NULL);
    engine->predict(&f.network, &stored, f.block, never, logit, NULL);
    expect(memcmp(logit, plain, sizeof plain) == 0,
           "and scaled where it is read");
    for (size_t i = 0; i < (size_t)GENES * MARKS * BINS; i++)
        f.x[i] *= i / BINS % MARKS != 1;
    arrays[1].type = AC_ZEROS;
    engine->predict(&f.network, &f.genes, f.block, never, plain, NULL);
    engine->predict(&f.network, &stored, f.block, never, logit, NULL);
    expect(memcmp(logit, plain, sizeof plain) == 0,
           "an array without values is 0");
    for (int j = 0; j < MARKS; j++)
        free((void *)arrays[j].values);
    free_fixture(&f);
}

int main(void)
{
    const ac_engine *engines[] = {&ac_single, &ac_double};
    test_gradients();
    test_logit_gradient(make_fixture(3, 8, 6, 4, 31));
    test_logit_gradient(make_conv_fixture(3, 12, 5, 31));
    test_logit_gradient(make_gate_fixture(3, 9, 31));
    test_dropout(0.5);
    test_dropout(0.2);
    test_logit_gradient(without_marks(make_fixture(3, 8, 6, 4, 31), 3));
    test_logit_gradient(without_marks(make_gate_fixture(3, 9, 31), 3));
    test_mark_dropout(0.5);
    test_mark_dropout(0.8);
    for (int i = 0; i < 2; i++) {
        fixture dropping = make_conv_fixture(3, 12, 5, 31);
        dropping.network.dropout_on = 1;
        test_threads(engines[i], make_fixture(3, 8, 6, 4, 31), 9);
        test_threads(engines[i], make_fixture(3, 8, 6, 4, 90), 81);
        test_threads(engines[i], dropping, 9);
        test_threads(engines[i], make_gate_fixture(3, 9, 31), 9);
        fixture losing = without_marks(make_gate_fixture(3, 9, 31), 3);
        losing.network.dropout_on = 1;
        losing.network.mark_dropout = 0.4;
        test_threads(engines[i], losing, 9);
        test_missing(engines[i], make_fixture(3, 8, 6, 4, 31), 3, 0);
        test_missing(engines[i], make_gate_fixture(3, 9, 31), 7, 27);
        test_shapes(engines[i]);
        test_extremes(engines[i]);
        test_polls(engines[i]);
        test_memory(engines[i], i == 0 ? sizeof(float) : sizeof(double));
        test_giants(engines[i]);
        test_stored(engines[i]);
    }
    /* Blocks of more than 8 MB. */
    test_threads(&ac_single, make_fixture(4, 90, 32, 2, 34), 34);
    test_interrupt();
    test_bad_networks();
    test_bad_marks();
    return report_counts("core", passed, failed);
}
