/* Which windows a read falls into, for reads in any order.
 *
 * Each chromosome is cut into buckets at least as wide as a window, so a
 * window lies in one or two of them, and each bucket lists its windows. A read
 * visits the lists of the buckets that it touches: a few steps, for any number
 * of windows. A window in two of these lists is counted in the first that it
 * shares with the read. Buckets are wider where narrow windows
 * lie far apart, so memory grows with the windows, not with the genome.
 *
 * All arithmetic on positions is in 64 bits: a window may be as wide as an int
 * holds and begin before its chromosome does. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reads/bins.h"

enum { MIN_BUCKETS = 1 << 16, BUCKETS_PER_WINDOW = 16 };

struct ac_counter {
    ac_windows windows;
    ac_counting counting;
    int *counts;
    int64_t *last_base; /* [chromosomes]: of the windows, -1: none */
    int bits;           /* a bucket is 2^bits wide                          */
    int *first;         /* [chromosomes + 1]: a chromosome's first bucket   */
    int *list_start;    /* [buckets + 1]: where a bucket's list begins      */
    int *list;          /* windows                                          */
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

/* Of one chromosome, whose buckets reach as far as its last window. */
static int64_t bucket_count(const ac_counter *counter, int chromosome)
{
    const int64_t last = counter->last_base[chromosome];
    return last < 0 ? 0 : (last >> counter->bits) + 1;
}

static int64_t all_buckets(const ac_counter *counter)
{
    int64_t all = 0;
    for (int c = 0; c < counter->windows.chromosomes; c++)
        all += bucket_count(counter, c);
    return all;
}

/* Where the last window of each chromosome ends. */
static void find_last_bases(ac_counter *counter)
{
    const ac_windows *windows = &counter->windows;
    for (int c = 0; c < windows->chromosomes; c++)
        counter->last_base[c] = -1;
    for (int w = 0; w < windows->count; w++) {
        const int64_t end = windows->start[w] + window_width(windows);
        int64_t *last = &counter->last_base[windows->chromosome[w]];
        if (at_least_zero(end - 1) > *last)
            *last = at_least_zero(end - 1);
    }
}

/* Chooses the width of the buckets: at least a window's, and wide enough that
 * their number is in proportion to the windows. Returns how many there are. */
static int place_chromosomes(ac_counter *counter)
{
    const ac_windows *windows = &counter->windows;
    const int64_t wanted =
        MIN_BUCKETS + (int64_t)BUCKETS_PER_WINDOW * windows->count;
    const int64_t max_buckets = wanted < INT_MAX ? wanted : INT_MAX - 1;
    find_last_bases(counter);
    counter->bits = 4;
    while (((int64_t)1 << counter->bits) < window_width(windows) ||
           all_buckets(counter) > max_buckets)
        counter->bits++;
    for (int c = 0; c < windows->chromosomes; c++)
        counter->first[c + 1] =
            counter->first[c] + (int)bucket_count(counter, c);
    return counter->first[windows->chromosomes];
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
    /* Filling moves each start to the end of its list, the start of the next.
     */
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
    counter->last_base =
        malloc(((size_t)windows->chromosomes + 1) * sizeof(int64_t));
    counter->first = calloc((size_t)windows->chromosomes + 1, sizeof(int));
    const int placed = counter->last_base && counter->first;
    const int buckets = placed ? place_chromosomes(counter) : 0;
    if (placed) {
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
    free(counter->last_base);
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

/* The bases for which a read counts. */
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
    const int from = (int)((start - left) / windows->bin_width);
    const int to = (int)((end - 1 - left) / windows->bin_width);
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
