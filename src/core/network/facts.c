/* What an array holds, found out without a copy of the rows that are read. */
#include <limits.h>
#include <math.h>

#include "attentive.h"

typedef struct {
    double least, size;
    size_t finite;
} sums;

static void add_value(sums *all, double value)
{
    if (!isfinite(value))
        return;
    all->finite++;
    all->size += fabs(value);
    if (value < all->least)
        all->least = value;
}

/* The least int is R's NA. */
static double int_value(int value)
{
    return value == INT_MIN ? NAN : value;
}

static void add_column(sums *all, const ac_array *array, size_t from,
                       const int *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t row = rows ? (size_t)rows[i] : i;
        const size_t at = from + row * array->row_step;
        add_value(all, array->type == AC_INTS
                           ? int_value(((const int *)array->values)[at])
                           : ((const double *)array->values)[at]);
    }
}

ac_facts ac_array_facts(const ac_array *array, const int *rows, size_t count,
                        size_t width)
{
    sums all = {INFINITY, 0, 0};
    if (array->type != AC_ZEROS)
        for (size_t w = 0; w < width; w++)
            add_column(&all, array, w * array->step, rows, count);
    const ac_facts facts = {
        .finite = array->type == AC_ZEROS || all.finite == count * width,
        .least = all.least,
        .mean_size = all.finite > 0 ? all.size / (double)all.finite : 0,
    };
    return facts;
}
