/* Which windows a read falls into, in whatever order reads come.
 *
 * Each chromosome is cut into buckets at least as wide as a window, so a
 * window lies in one or two of them, and each bucket lists its windows. A read
 * looks at the lists of the buckets that it touches: a few steps, however many
 * windows there are. A window that is listed in two of them is taken in the
 * first that it shares with the read. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bins.h"

struct ac_counter {
    ac_windows windows;
    ac_counting counting;
    int *counts;
    int bits;        /* a bucket is 2^bits wide                          */
    int *first;      /* [chromosomes + 1]: a chromosome's first bucket   */
    int *list_start; /* [buckets + 1]: where a bucket's list begins      */
    int *list;       /* windows                                          */
};

typedef struct {
    int64_t start, end;
} span;

static int64_t at_least_zero(int64_t position)
{
    return position < 0 ? 0 : position;
}

/* ---- the buckets ----------------------------------------------------------
 */

static int64_t window_width(const ac_windows *windows)
{
    return (int64_t)windows->bins * windows->bin_width;
}

/* A window's buckets, counted within its chromosome. What lies before the
 * chromosome's start has none. */
static span window_buckets(const ac_counter *counter, int w)
{
    const int64_t start = counter->windows.start[w];
    const int64_t end = start + window_width(&counter->windows);
    const span buckets = {at_least_zero(start) >> counter->bits,
                          at_least_zero(end - 1) >> counter->bits};
    return buckets;
}

static int bucket_bits(const ac_windows *windows)
{
    int bits = 4;
    while (((int64_t)1 << bits) < window_width(windows))
        bits++;
    return bits;
}

/* A chromosome's buckets reach as far as its last window. Returns how many
 * there are in all, or -1 where that is more than an int holds. */
static int place_chromosomes(ac_counter *counter)
{
    const ac_windows *windows = &counter->windows;
    int *size = counter->first + 1;
    for (int w = 0; w < windows->count; w++) {
        const int64_t buckets = window_buckets(counter, w).end + 1;
        int *own = &size[windows->chromosome[w]];
        if (buckets > *own)
            *own = (int)buckets;
    }
    int64_t all = 0;
    for (int c = 0; c < windows->chromosomes; c++) {
        all += size[c];
        if (all >= INT_MAX)
            return -1;
        size[c] = (int)all;
    }
    return (int)all;
}

static void list_windows(ac_counter *counter, int buckets)
{
    const ac_windows *windows = &counter->windows;
    int *start = counter->list_start;
    for (int w = 0; w < windows->count; w++) {
        const span own = window_buckets(counter, w);
        const int first = counter->first[windows->chromosome[w]];
        for (int64_t b = own.start; b <= own.end; b++)
            start[first + b + 1]++;
    }
    for (int b = 0; b < buckets; b++)
        start[b + 1] += start[b];
    /* Filling moves each start to its list's end, the next one's start. */
    for (int w = 0; w < windows->count; w++) {
        const span own = window_buckets(counter, w);
        const int first = counter->first[windows->chromosome[w]];
        for (int64_t b = own.start; b <= own.end; b++)
            counter->list[start[first + b]++] = w;
    }
    memmove(start + 1, start, (size_t)buckets * sizeof *start);
    start[0] = 0;
}

ac_counter *ac_counter_open(const ac_windows *windows,
                            const ac_counting *counting, int *counts)
{
    ac_counter *counter = calloc(1, sizeof *counter);
    if (!counter)
        return NULL;
    counter->windows = *windows;
    counter->counting = *counting;
    counter->counts = counts;
    counter->bits = bucket_bits(windows);
    counter->first = calloc((size_t)windows->chromosomes + 1, sizeof(int));
    const int buckets = counter->first ? place_chromosomes(counter) : -1;
    if (buckets >= 0) {
        counter->list_start = calloc((size_t)buckets + 1, sizeof(int));
        counter->list = malloc((2 * (size_t)windows->count + 1) * sizeof(int));
    }
    if (!counter->list_start || !counter->list) {
        ac_counter_close(counter);
        return NULL;
    }
    list_windows(counter, buckets);
    return counter;
}

void ac_counter_close(ac_counter *counter)
{
    if (!counter)
        return;
    free(counter->first);
    free(counter->list_start);
    free(counter->list);
    free(counter);
}

/* ---- the reads ------------------------------------------------------------
 */

static span point(int64_t position)
{
    const span one = {position, position + 1};
    return one;
}

static span fragment(const ac_counting *counting, const ac_read *read)
{
    span whole = {read->start, read->end};
    if (counting->length > 0 && read->minus)
        whole.start = whole.end - counting->length;
    else if (counting->length > 0)
        whole.end = whole.start + counting->length;
    return whole;
}

/* The bases that a read stands for. */
static span read_span(const ac_counting *counting, const ac_read *read)
{
    const span whole = fragment(counting, read);
    switch (counting->by) {
    case AC_FIVE_PRIME:
        return point(read->minus ? (int64_t)read->end - 1 - counting->shift
                                 : (int64_t)read->start + counting->shift);
    case AC_MIDPOINT: /* a shift, as that of a negative sum rounds down */
        return point((whole.start + whole.end) >> 1);
    default:
        return whole;
    }
}

static void add_to_window(const ac_counter *counter, int w, span bases)
{
    const ac_windows *windows = &counter->windows;
    const int64_t left = windows->start[w];
    const int64_t right = left + window_width(windows);
    const int64_t start = bases.start > left ? bases.start : left;
    const int64_t end = bases.end < right ? bases.end : right;
    if (start >= end)
        return;
    int *row = counter->counts + (size_t)w * windows->bins;
    const int from = (int)(start - left) / windows->bin_width;
    const int to = (int)(end - 1 - left) / windows->bin_width;
    const int last = windows->bins - 1;
    for (int b = from; b <= to; b++)
        row[windows->reversed[w] ? last - b : b]++;
}

void ac_counter_add(ac_counter *counter, const ac_read *read)
{
    if (read->chromosome < 0)
        return;
    const span bases = read_span(&counter->counting, read);
    const int first = counter->first[read->chromosome];
    const int buckets = counter->first[read->chromosome + 1] - first;
    const int64_t from = at_least_zero(bases.start) >> counter->bits;
    int64_t to = at_least_zero(bases.end - 1) >> counter->bits;
    if (to >= buckets)
        to = buckets - 1;
    for (int64_t b = from; b <= to; b++) {
        const int *start = &counter->list_start[first + b];
        for (int i = start[0]; i < start[1]; i++) {
            const int w = counter->list[i];
            const int64_t begins = window_buckets(counter, w).start;
            if (b == (begins > from ? begins : from))
                add_to_window(counter, w, bases);
        }
    }
}
