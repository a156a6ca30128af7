/* Threads: pieces that depend on each other, interrupts, and the same bits from
 * any number of threads. Run under the thread sanitizer by `make tsan`. */
#include <stdlib.h>
#include <string.h>

#include "network/pool.h"

#include "counts.h"
#include "expect.h"

/* ---- the pool ------------------------------------------------------------ */

enum { WIDTH = 12, DEPTH = 30 };

/* A grid of pieces: those of a row can run when the row before is done, in odd
 * rows, or when the piece above is. */
typedef struct {
    long value[DEPTH][WIDTH];
    int left[DEPTH];
    int workers, begun;
} grid;

static void grid_run(void *data, const piece *piece, int worker)
{
    grid *g = data;
    long sum = piece->at + 1;
    if (piece->kind > 0 && piece->kind % 2)
        for (int i = 0; i < WIDTH; i++)
            sum += (i + 1) * g->value[piece->kind - 1][i];
    else if (piece->kind > 0)
        sum += 3 * g->value[piece->kind - 1][piece->at];
    g->value[piece->kind][piece->at] = sum % 1000003;
    __atomic_fetch_or(&g->workers, 1 << worker, __ATOMIC_RELAXED);
}

static void add_to_row(pool *pool, int row, int at)
{
    const piece next = {NULL, row, at, 0};
    pool_add(pool, next);
}

static void grid_done(void *data, const piece *piece, pool *pool)
{
    grid *g = data;
    const int row = piece->kind + 1;
    g->left[piece->kind]--;
    if (row == DEPTH)
        return;
    if (row % 2 == 0)
        add_to_row(pool, row, piece->at);
    else if (g->left[piece->kind] == 0)
        for (int i = 0; i < WIDTH; i++)
            add_to_row(pool, row, i);
}

static const ac_poll never = {NULL, NULL};

static long run_grid(int threads, ac_poll poll, int rounds, ac_status *status)
{
    grid *g = calloc(1, sizeof *g);
    pool *pool = pool_open(threads, 2 * WIDTH, poll);
    const pool_work work = {grid_run, grid_done, g};
    for (int round = 0; round < rounds; round++) {
        for (int row = 0; row < DEPTH; row++)
            g->left[row] = WIDTH;
        for (int i = 0; i < WIDTH; i++)
            add_to_row(pool, 0, i);
        *status = pool_run(pool, &work);
    }
    pool_close(pool);
    long last = 0;
    for (int i = 0; i < WIDTH; i++)
        last = (last * 31 + g->value[DEPTH - 1][i]) % 1000003;
    expect(g->workers < 1 << threads, "there are no more workers than asked");
    free(g);
    return last;
}

static void test_pool(void)
{
    ac_status status;
    const long one = run_grid(1, never, 1, &status);
    for (int threads = 1; threads <= 16; threads++) {
        expect(run_grid(threads, never, 40, &status) == one && status == AC_OK,
               "each piece runs once, after those that it needs");
    }
}

static void ask_run(void *data, const piece *piece, int worker)
{
    (void)piece;
    pool_should_stop(*(pool **)data, worker, 1e300);
}

static int stop_after(void *data)
{
    return --*(int *)data < 0;
}

static void test_stop(void)
{
    for (int threads = 1; threads <= 8; threads += 7) {
        int left = 3;
        const ac_poll poll = {stop_after, &left};
        pool *pool = pool_open(threads, 4, poll);
        const pool_work work = {ask_run, NULL, &pool};
        ac_status status = AC_OK;
        int runs = 0;
        for (; runs < 100000 && status == AC_OK; runs++) {
            for (int i = 0; i < 4; i++)
                add_to_row(pool, 0, i);
            status = pool_run(pool, &work);
        }
        expect(status == AC_INTERRUPTED && runs > 0, "the caller can stop");
        expect(left == -1, "nothing is asked after that");
        pool_close(pool);
    }
}

/* ---- networks ------------------------------------------------------------ */

enum { MARKS = 3, BINS = 8, GENES = 300, MOST_STAGES = 8 };

typedef struct {
    const char *name;
    ac_stage stages[MOST_STAGES];
    int count;
    ac_output outputs[2]; /* none: one logit */
} shape;

static const shape shapes[] = {
    {"marks and bins",
     {{AC_LSTM, MARKS, BINS, 1, 4, 0, 0, 0, 0, 0},
      {AC_ATTENTION, MARKS, BINS, 8, 0, 0, 0, 0, 0, AC_MARK_COPIES},
      {AC_LSTM, 1, MARKS, 8, 3, 0, 0, 0, 0, 0},
      {AC_ATTENTION, 1, MARKS, 6, 0, 0, 0, 0, 0, AC_MARK_STEPS},
      {AC_DENSE, 1, 1, 6, 1, 0, 0, 0, 0, 0}},
     5},
    {"gate",
     {{AC_TRANSPOSE, 1, MARKS, BINS, 0, 0, 0, 0, 0, 0},
      {AC_AVERAGE, 1, BINS, MARKS, 0, 2, 0, 0, 0, 0},
      {AC_CONV, 1, BINS / 2, MARKS, 3, 1, 0, 0, 0, 0},
      {AC_PAD, MARKS, BINS, 1, 0, 3, 0, 1, 0, 0},
      {AC_CONV, MARKS, BINS + 2, 1, 2, 3, 0, 0, 0, 0},
      {AC_DROPOUT, MARKS, BINS, 2, 0, 2, 0.25, 0, 0, 0},
      {AC_VALUE, MARKS, BINS, 2, 2, 2, 0, 0, 0, 0},
      {AC_GATE, 1, BINS, MARKS, 4, 2, 0, 0, 3, 0}},
     8},
    {"convolution",
     {{AC_TRANSPOSE, 1, MARKS, BINS, 0, 0, 0, 0, 0, 0},
      {AC_PAD, 1, BINS, MARKS, 0, 4, 0, 0, 0, 0},
      {AC_CONV, 1, BINS + 3, MARKS, 5, 4, 0, 0, 0, 0},
      {AC_RELU, 1, BINS, 5, 0, 0, 0, 0, 0, 0},
      {AC_POOL, 1, BINS, 5, 0, 2, 0, 0, 0, 0},
      {AC_LSTM, 1, BINS / 2, 5, 3, 0, 0, 0, 0, 0},
      {AC_FINAL_STATE, 1, BINS / 2, 6, 0, 0, 0, 0, 0, 0},
      {AC_DENSE, 1, 1, 6, 1, 0, 0, 0, 0, 0}},
     8},
    {"two outputs, what is kept, and shared weights",
     {{AC_LSTM, MARKS, BINS, 1, 1, .tied = 1},
      {AC_ATTENTION, MARKS, BINS, 2, .tied = 1},
      {AC_DISTANCE, 1, 2, 2, .offset = 2 * MARKS - 4, .keep = 1},
      {AC_LSTM, 1, MARKS, 2, 1, .offset = 1, .keep = 1},
      {AC_ATTENTION, 1, MARKS, 2, .keep = 1},
      {AC_DENSE, 1, 1, 2, 1, .keep = 1}},
     6,
     {{0, AC_HUBER, 1}, {3 + 2 * MARKS, AC_CONTRASTIVE, 0.5}}},
};

/* The number of outputs; that of a network without a list is 1. */
static int outputs_of(const shape *shape)
{
    return shape->outputs[0].weight > 0 ? 2 : 1;
}

static ac_network network_of(const shape *shape, int threads)
{
    ac_network network = {shape->stages, shape->count, threads};
    if (outputs_of(shape) > 1) {
        network.outputs = shape->outputs;
        network.output_count = 2;
    }
    return network;
}

typedef struct {
    size_t count, size;
    double *numbers; /* what all entries return, one after the other */
} results;

static double uniform(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (1 << 24);
}

/* Two epochs, then a prediction and both gradients of the last parameters. */
static results run_all(const ac_engine *engine, const shape *shape, int threads,
                       int batch)
{
    static double x[GENES * MARKS * BINS], y[2 * GENES], rates[GENES];
    static int order[GENES], present[GENES * MARKS];
    unsigned seed = 5;
    for (int i = 0; i < GENES * MARKS * BINS; i++)
        x[i] = 5 * uniform(&seed);
    for (int i = 0; i < GENES; i++) {
        y[i] = i % 2;
        y[GENES + i] = i % 3 == 0;
        rates[i] = 0.01;
        order[i] = i * 7 % GENES;
        for (int j = 0; j < MARKS; j++)
            present[i * MARKS + j] = i % 5 == 0 || j == i % MARKS;
    }
    ac_network network = network_of(shape, threads);
    network.dropout_on = 1;
    network.seed = 9;
    network.marks = MARKS;
    network.mark_dropout = 0.2;
    const ac_array array = {x, AC_DOUBLES, MARKS * BINS, 1};
    const ac_genes genes = {GENES, {&array, 1, NULL, 0, NULL, 0}, y, present};
    const size_t p = engine->parameter_count(&network), inputs = MARKS * BINS;
    const size_t outputs = outputs_of(shape);
    const size_t size = 4 * p + 3 + GENES * (outputs + 2 * inputs);
    double *out = calloc(size, sizeof(double)), *next = out + 3 * p;
    for (size_t i = 0; i < p; i++)
        out[i] = uniform(&seed) - 0.5;
    ac_state state = {p, out, out + p, out + 2 * p, 0};
    const ac_settings settings = {batch, rates, NULL, 1};
    int good = 1;
    for (int epoch = 0; epoch < 2; epoch++)
        good &= engine->train(&network, &genes, order, &settings, &state, never,
                              next++) == AC_OK;
    good &= engine->predict(&network, &genes, out, never, next, NULL) == AC_OK;
    next += GENES * outputs;
    good &= engine->logit_gradient(&network, &genes, out, never, next) == AC_OK;
    next += GENES * inputs;
    good &= engine->gradient(&network, &genes, out, never, next, next + 1,
                             next + 1 + p) == AC_OK;
    expect(good, "everything runs");
    const results all = {p, size, out};
    return all;
}

static void test_bits(const ac_engine *engine, const shape *shape)
{
    const int batches[] = {16, 40, 64, 256};
    const int threads[] = {2, 3, 5, 8, 16};
    for (int b = 0; b < 4; b++) {
        const results one = run_all(engine, shape, 1, batches[b]);
        for (int t = 0; t < 5; t++) {
            const results many = run_all(engine, shape, threads[t], batches[b]);
            const int same = memcmp(one.numbers, many.numbers,
                                    one.size * sizeof(double)) == 0;
            if (!same)
                printf("%s, batch %d, %d threads\n", shape->name, batches[b],
                       threads[t]);
            expect(same, "any number of threads gives the same bits");
            free(many.numbers);
        }
        free(one.numbers);
    }
}

/* After any poll, with several threads at work. */
static void test_interrupt(const ac_engine *engine, const shape *shape)
{
    static double x[GENES * MARKS * BINS], y[2 * GENES], rates[GENES];
    static int order[GENES];
    const ac_network network = network_of(shape, 4);
    const ac_array array = {x, AC_DOUBLES, MARKS * BINS, 1};
    const ac_genes genes = {GENES, {&array, 1, NULL, 0, NULL, 0}, y, NULL};
    const size_t p = engine->parameter_count(&network);
    const ac_settings settings = {64, rates, NULL, 1};
    double *blocks = malloc(3 * p * sizeof(double)), loss;
    int stopped = 0;
    for (int i = 0; i < GENES; i++) {
        order[i] = i;
        rates[i] = 0.01;
    }
    for (int polls = 0; polls < 12; polls++) {
        int left = polls;
        const ac_poll soon = {stop_after, &left};
        memset(blocks, 0, 3 * p * sizeof(double));
        ac_state state = {p, blocks, blocks + p, blocks + 2 * p, 0};
        const ac_status status = engine->train(&network, &genes, order,
                                               &settings, &state, soon, &loss);
        stopped += status == AC_INTERRUPTED;
        expect(status == AC_INTERRUPTED ? state.steps < 5 && left == -1
                                        : state.steps == 5,
               "an interrupt leaves whole mini-batches");
    }
    expect(stopped > 0, "training is interrupted");
    free(blocks);
}

int main(void)
{
    const ac_engine *engines[] = {&ac_single, &ac_double};
    test_pool();
    test_stop();
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int e = 0; e < 2; e++) {
            test_bits(engines[e], &shapes[s]);
            test_interrupt(engines[e], &shapes[s]);
        }
    return report_counts("threads", passed, failed);
}
