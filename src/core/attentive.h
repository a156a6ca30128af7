/* The interface of the core: what the R boundary, the C tests and the benches
 * call.
 *
 * The core does not know R. It takes plain pointers and sizes, returns a
 * status, and never prints, exits or jumps. All numbers but the input cross
 * this interface in double precision; inside, an engine computes in its own. */
#ifndef ATTENTIVE_H
#define ATTENTIVE_H

#include <stddef.h>

typedef enum {
    AC_OK = 0,
    AC_INTERRUPTED, /* the poll of the caller asked to stop               */
    AC_NO_MEMORY,   /* the arena cannot be allocated                      */
    AC_BAD_NETWORK, /* stages do not fit each other or the parameters     */
    AC_NO_KERNELS   /* no such table, or this machine cannot run it       */
} ac_status;

typedef enum {
    AC_LSTM = 0,
    AC_ATTENTION,
    AC_DENSE,
    AC_CONV,
    AC_POOL,
    AC_RELU,
    AC_DROPOUT,
    AC_TRANSPOSE,
    AC_PAD,
    AC_FINAL_STATE,
    AC_AVERAGE,
    AC_VALUE,
    AC_GATE,
    AC_DISTANCE,
    AC_LAYER_TYPES
} ac_layer;

/* What training minimises (network/loss.c). */
typedef enum {
    AC_CROSS_ENTROPY = 0, /* binary, of a logit and a label 0 or 1 */
    AC_SQUARED,
    AC_HUBER,       /* with delta 1                              */
    AC_CONTRASTIVE, /* of a distance, and 1 where it is to be large */
    AC_LOSSES
} ac_loss;

/* What a stage has of the marks of a gene. */
typedef enum {
    AC_NO_MARKS = 0,
    AC_MARK_COPIES, /* each copy reads one mark */
    AC_MARK_STEPS   /* each step is a mark      */
} ac_mark_axis;

/* A stage is `copies` layers of one kind side by side. Each copy reads an equal
 * share of the output of the stage before it, or of a slice of it. The outputs
 * of the copies are contiguous, so the M embeddings of M marks are the M steps
 * of the next stage. */
typedef struct {
    int layer;   /* ac_layer                                            */
    int copies;  /* layers side by side, each with its own weights      */
    int steps;   /* length of the sequence that a copy reads            */
    int inputs;  /* numbers per step                                    */
    int units;   /* LSTM: hidden units per direction; dense,
                    convolution: outputs (per step)   */
    int window;  /* convolution, pooling: steps that one output reads;
                    padding: those of the convolution that follows;
                    value, gate: bins that make a place                 */
    double rate; /* dropout: share of the numbers that is dropped       */
    int branch;  /* 1: reads the input of the network, as the first stage
                    does. What the stage before wrote is for a gate.    */
    int side;    /* gate: numbers per place that the first branch wrote */
    int marks;   /* attention: ac_mark_axis                             */
    int offset;  /* first of the numbers that it reads of those that the stage
                    before wrote                                        */
    int keep;    /* 1: all that the stage before wrote follows its output */
    int tied;    /* the last copies that have the weights of those as many
                    places before                                       */
} ac_stage;

/* One of the numbers that the last stage writes. */
typedef struct {
    int at;
    int loss; /* ac_loss */
    double weight;
} ac_output;

typedef struct {
    const ac_stage *stages;
    int stage_count;
    int threads;
    const char *kernels; /* single or mixed precision: a table's name;
                            NULL: the best of single precision */
    int dropout_on;      /* in training and gradients; never in predictions */
    unsigned seed;       /* of dropout                                      */
    int marks;           /* equal parts of the input, one after the other;
                            0: none can be missing                          */
    double mark_dropout; /* share of the marks that is dropped, where dropout
                            is on: whole, gene by gene, and never all       */
    const ac_output *outputs; /* the first is what is predicted; NULL: one
                                 logit, all that the last stage writes */
    int output_count;
} ac_network;

typedef enum {
    AC_ZEROS = 0, /* no values: all are 0 */
    AC_DOUBLES,
    AC_INTS
} ac_type;

/* Numbers where their owner stores them: number i of row r is
 * values[r * row_step + i * step]. */
typedef struct {
    const void *values;
    ac_type type;
    size_t row_step, step;
} ac_array;

/* The input of all genes. Each array has an equal part of the `inputs` numbers
 * of a gene, one after the other. It is converted where a block of genes is
 * loaded, so that it needs no second copy. */
typedef struct {
    const ac_array *arrays;
    size_t array_count;
    const int *rows;    /* that of each gene, 0-based; NULL: 0, 1, 2 ...  */
    double scale;       /* above 0: the network reads log1p(scale |value|),
                           with the sign of the value                     */
    const double *logs; /* log1p(scale k) of the whole numbers k from 0   */
    size_t log_count;   /* 0: none is at hand */
} ac_input;

/* What the chosen rows of an array hold: `width` numbers each. No rows: the
 * least is infinite, the mean size 0. */
typedef struct {
    int finite;       /* whether all numbers are */
    double least;     /* of the finite ones      */
    double mean_size; /* of their absolute values */
} ac_facts;

/* `rows`: 0-based; NULL: the first `count`. */
ac_facts ac_array_facts(const ac_array *array, const int *rows, size_t count,
                        size_t width);

/* Genes: `inputs` numbers each, in the order in which the first stage reads
 * them, and a target for each output, which is a label 0 or 1 for
 * cross-entropy and a number for other losses; one that is not a number (NaN)
 * has no loss (y is NULL where none is needed). Of a mark that is
 * not present, the numbers have no effect and attention over marks is 0; each
 * gene needs one that is. */
typedef struct {
    size_t count;
    ac_input x;         /* [count][inputs]  */
    const double *y;    /* [count][outputs] */
    const int *present; /* [count][marks]: 1 or 0; NULL: all are */
} ac_genes;

/* Parameters and their Adam moments, in the order of the stages, their copies
 * and each layer's own table; matrices are column-major. */
typedef struct {
    size_t count;
    double *parameters;
    double *first_moment;
    double *second_moment;
    double steps; /* Adam steps taken so far */
} ac_state;

typedef struct {
    int batch_size;
    const double *learning_rates; /* of each mini-batch */
    const double *weight_decay; /* of each parameter; NULL: none             */
    double clip;                /* largest gradient norm; 0: no clipping     */
} ac_settings;

/* What a network is opened for: this decides the memory that it takes. */
typedef enum {
    AC_PREDICT,
    AC_GRADIENT,
    AC_GRADIENT_AND_DX, /* and the derivatives by the input */
    AC_TRAIN,
    AC_USES
} ac_use;

/* Called on the main thread before each block of genes and, where a block takes
 * long, within it. The work stops if it returns non-zero. */
typedef struct {
    int (*stop)(void *data);
    void *data;
} ac_poll;

typedef struct {
    /* 0 for stages that do not fit each other, or are too large. */
    size_t (*parameter_count)(const ac_network *network);

    /* Bytes that the network takes for a use on many genes, by all its threads.
     * SIZE_MAX: more than the core can address; 0: a bad network. */
    size_t (*memory)(const ac_network *network, ac_use use);

    /* One epoch: an AdamW step for each mini-batch, genes in the given order
     * (0-based). On AC_INTERRUPTED the state is that after the last complete
     * mini-batch. loss: mean over the genes of the complete mini-batches. */
    ac_status (*train)(const ac_network *network, const ac_genes *genes,
                       const int *order, const ac_settings *settings,
                       ac_state *state, ac_poll poll, double *loss);

    /* Numbers per gene that each copy of a stage tells of its attention; 0 for
     * most stages. Attention: alpha [steps]. Gate: alpha [marks][bins],
     * beta [marks] and shares [marks][bins]. */
    size_t (*exported_count)(const ac_stage *stage);

    /* logit: [count][outputs]. attention: a pointer for each stage, to
     * [count][copies] [exported_count], or NULL where it is not wanted. */
    ac_status (*predict)(const ac_network *network, const ac_genes *genes,
                         const double *parameters, ac_poll poll, double *logit,
                         double *const *attention);

    /* Mean loss over the genes and its derivatives: gradient is shaped as the
     * parameters, dx is [count][inputs] (NULL where not wanted). */
    ac_status (*gradient)(const ac_network *network, const ac_genes *genes,
                          const double *parameters, ac_poll poll, double *loss,
                          double *gradient, double *dx);

    /* Derivatives of each gene's first output by its own input: dx is
     * [count][inputs]. They are by what the network reads: the logarithm where
     * there is a scale. */
    ac_status (*logit_gradient)(const ac_network *network,
                                const ac_genes *genes, const double *parameters,
                                ac_poll poll, double *dx);
} ac_engine;

/* Threads (network/threads.c). Call ac_watch_forks() once, when the library
 * loads. */
void ac_watch_forks(void);
/* 1 in a forked child; no more than processors, or than OMP_THREAD_LIMIT. */
int ac_usable_threads(int wanted);

/* The name of the n-th kernel table of single (or mixed) precision that this
 * machine can run, the fastest first; NULL after the last. Mixed: products of
 * bfloat16 numbers with single-precision sums, the rest in single precision. */
const char *ac_kernels_name(int mixed, int n);

/* c [m x n] += op(a) op(b), column-major, as BLAS's dgemm. If it is
 * given, it computes the products of the double precision engine, which then
 * runs on one thread, as BLAS may have threads of its own. */
typedef void (*ac_gemm)(int transpose_a, int transpose_b, int m, int n, int k,
                        const double *a, int lda, const double *b, int ldb,
                        double *c, int ldc);
void ac_use_gemm(ac_gemm gemm);

extern const ac_engine ac_single;
extern const ac_engine ac_double;

#endif
