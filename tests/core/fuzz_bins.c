/* A libFuzzer target: windows of any width and any reads, counted as trying
 * every bin counts them. The bytes are a sequence of numbers; see next_int().
 * `make fuzz TARGET=bins` runs it. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "reads/bins.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

enum { MAX_WINDOWS = 24, MAX_BINS = 40, CHROMOSOME_COUNT = 3 };

typedef struct {
    const unsigned char *at, *end;
} numbers;

static unsigned next_byte(numbers *from)
{
    return from->at < from->end ? *from->at++ : 0;
}

/* Any int: its first byte says how many bits of the next four it has. */
static int next_int(numbers *from)
{
    const unsigned how = next_byte(from);
    unsigned value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 8 | next_byte(from);
    value >>= how % 32;
    return how & 32 ? -(int)(value >> 1) : (int)(value >> 1);
}

/* Of a size that adds up with others without an overflow in 64 bits. */
static long long next_positive(numbers *from)
{
    const long long value = next_int(from);
    return value < 0 ? -value : value;
}

/* Half-open, in 64 bits: what a read stands for. */
static void plain_span(const ac_counting *counting, const ac_read *read,
                       long long *start, long long *end)
{
    *start = read->start;
    *end = read->end;
    if (counting->by != AC_FIVE_PRIME && counting->length > 0) {
        if (read->minus)
            *start = *end - counting->length;
        else
            *end = *start + counting->length;
    }
    if (counting->by == AC_OVERLAP)
        return;
    if (counting->by == AC_FIVE_PRIME)
        *start =
            read->minus ? *end - 1 - counting->shift : *start + counting->shift;
    else {
        const long long sum = *start + *end;
        *start = sum >= 0 ? sum / 2 : -((1 - sum) / 2);
    }
    *end = *start + 1;
}

static void plain_add(const ac_windows *windows, const ac_counting *counting,
                      const ac_read *read, int *counts)
{
    long long start, end;
    plain_span(counting, read, &start, &end);
    for (int w = 0; w < windows->count; w++)
        for (int b = 0; b < windows->bins; b++) {
            const int at = windows->reversed[w] ? windows->bins - 1 - b : b;
            const long long left =
                windows->start[w] + (long long)at * windows->bin_width;
            if (windows->chromosome[w] == read->chromosome &&
                start < left + windows->bin_width && end > left)
                counts[w * windows->bins + b]++;
        }
}

static ac_read next_read(numbers *from)
{
    ac_read read;
    read.chromosome = (int)(next_byte(from) % (CHROMOSOME_COUNT + 1)) - 1;
    read.minus = (int)(next_byte(from) % 2);
    read.start = (int)next_positive(from);
    const long long end = (long long)read.start + 1 + next_positive(from);
    read.end = end > INT_MAX ? INT_MAX : (int)end;
    if (read.start == INT_MAX)
        read.start--;
    return read;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    numbers from = {bytes, bytes + size};
    int chromosome[MAX_WINDOWS], start[MAX_WINDOWS], reversed[MAX_WINDOWS];
    int fast[MAX_WINDOWS * MAX_BINS] = {0};
    int plain[MAX_WINDOWS * MAX_BINS] = {0};
    const int count = 1 + (int)(next_byte(&from) % MAX_WINDOWS);
    const int bins = 1 + (int)(next_byte(&from) % MAX_BINS);
    const long long width = next_positive(&from);
    for (int w = 0; w < count; w++) {
        chromosome[w] = (int)(next_byte(&from) % CHROMOSOME_COUNT);
        reversed[w] = (int)(next_byte(&from) % 2);
        start[w] = next_int(&from);
    }
    const ac_windows windows = {count,
                                bins,
                                width > 0 ? (int)width : 1,
                                CHROMOSOME_COUNT,
                                chromosome,
                                start,
                                reversed};
    const ac_counting counting = {(int)(next_byte(&from) % 3), next_int(&from),
                                  (int)next_positive(&from)};
    ac_counter *counter = ac_counter_open(&windows, &counting, fast);
    if (!counter)
        abort();
    while (from.at < from.end) {
        const ac_read read = next_read(&from);
        ac_counter_add(counter, &read);
        if (read.chromosome >= 0)
            plain_add(&windows, &counting, &read, plain);
    }
    ac_counter_close(counter);
    if (memcmp(fast, plain, sizeof fast) != 0)
        abort();
    return 0;
}
