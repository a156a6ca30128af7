/* The input of a gene: numbers in the type and the order in which their owner
 * stores them become reals. Only reads, so any number of threads may do so. */
#include "network/network.h"

/* In double precision in either engine, so that the bits are those of a caller
 * that computes it beforehand. */
static double scaled_value(const ac_input *input, double value)
{
    if (input->scale <= 0)
        return value;
    if (value >= 0 && value < (double)input->log_count) {
        const size_t whole = (size_t)value;
        if ((double)whole == value)
            return input->logs[whole];
    }
    const double size = log1p(input->scale * fabs(value));
    return value < 0 ? -size : size;
}

/* Number i of each row, for all lanes of it: neighbours in most arrays. `at`:
 * where the rows begin. */
static void load_part(const ac_input *input, const ac_array *array,
                      const size_t *at, int lanes, size_t count, real *to)
{
    const size_t step = array->step;
    if (array->type == AC_INTS) {
        const int *from = array->values;
        for (size_t i = 0; i < count; i++, from += step)
            for (int l = 0; l < lanes; l++)
                to[i * LANES + l] = (real)scaled_value(input, from[at[l]]);
    } else if (array->type == AC_DOUBLES) {
        const double *from = array->values;
        for (size_t i = 0; i < count; i++, from += step)
            for (int l = 0; l < lanes; l++)
                to[i * LANES + l] = (real)scaled_value(input, from[at[l]]);
    } else {
        memset(to, 0, sizeof(real) * count * LANES);
    }
}

/* The genes of a block into x, [inputs][LANES]; the surplus lanes are 0. */
static void input_load(const ac_genes *genes, const int *order, size_t first,
                       int lanes, size_t inputs, real *x)
{
    const ac_input *input = &genes->x;
    const size_t part = inputs / input->array_count;
    size_t row[LANES], at[LANES];
    if (lanes < LANES)
        memset(x, 0, sizeof(real) * inputs * LANES);
    for (int l = 0; l < lanes; l++) {
        const size_t gene = order ? (size_t)order[first + l] : first + l;
        row[l] = input->rows ? (size_t)input->rows[gene] : gene;
    }
    for (size_t a = 0; a < input->array_count; a++) {
        const ac_array *array = &input->arrays[a];
        for (int l = 0; l < lanes; l++)
            at[l] = row[l] * array->row_step;
        load_part(input, array, at, lanes, part, x + a * part * LANES);
    }
}
