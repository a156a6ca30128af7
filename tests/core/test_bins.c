/* Reads into bins: the counter against one that tries every bin, and the text
 * reader on what files can hold. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "reads/bins.h"

#include "counts.h"
#include "expect.h"

static unsigned state = 1;

static int below(int limit)
{
    state = state * 1664525u + 1013904223u;
    return (int)((state >> 8) % (unsigned)limit);
}

/* ---- the counter ----------------------------------------------------------
 */

enum { WINDOWS = 60, CHROMOSOMES = 3, READS = 4000 };

typedef struct {
    int chromosome[WINDOWS], start[WINDOWS], reversed[WINDOWS];
    ac_windows windows;
} place;

static void fill_place(place *p, int bins, int width)
{
    for (int w = 0; w < WINDOWS; w++) {
        p->chromosome[w] = below(CHROMOSOMES);
        p->start[w] = below(20000) - 1000;
        p->reversed[w] = below(2);
    }
    const ac_windows windows = {WINDOWS,     bins,          width,
                                CHROMOSOMES, p->chromosome, p->start,
                                p->reversed};
    p->windows = windows;
}

/* 1 where the read counts in the bin that begins at `left`. */
static int counts_in(const ac_counting *counting, const ac_read *read, int left,
                     int width)
{
    int start = read->start, end = read->end;
    if (counting->by == AC_FIVE_PRIME) {
        start =
            read->minus ? end - 1 - counting->shift : start + counting->shift;
        return start >= left && start < left + width;
    }
    if (counting->length > 0 && read->minus)
        start = end - counting->length;
    else if (counting->length > 0)
        end = start + counting->length;
    if (counting->by == AC_OVERLAP)
        return start < left + width && end > left;
    const int sum = start + end;
    const int middle = sum >= 0 ? sum / 2 : -((1 - sum) / 2);
    return middle >= left && middle < left + width;
}

static void count_plainly(const ac_windows *windows,
                          const ac_counting *counting, const ac_read *read,
                          int *counts)
{
    for (int w = 0; w < windows->count; w++)
        for (int b = 0; b < windows->bins; b++) {
            const int at = windows->reversed[w] ? windows->bins - 1 - b : b;
            const int left = windows->start[w] + at * windows->bin_width;
            if (windows->chromosome[w] == read->chromosome)
                counts[w * windows->bins + b] +=
                    counts_in(counting, read, left, windows->bin_width);
        }
}

static ac_read random_read(void)
{
    ac_read read = {below(CHROMOSOMES + 1) - 1, below(21000), 0, below(2)};
    const int length = below(20) == 0 ? 5000 : 40; /* some span introns */
    read.end = read.start + 1 + below(length);
    return read;
}

static void test_counter(int by, int shift, int length, int bins, int width)
{
    const ac_counting counting = {by, shift, length};
    place p;
    fill_place(&p, bins, width);
    const size_t cells = (size_t)WINDOWS * bins;
    int *fast = calloc(cells, sizeof(int)), *plain = calloc(cells, sizeof(int));
    ac_counter *counter = ac_counter_open(&p.windows, &counting, fast);
    expect(counter != NULL, "a counter opens");
    for (int i = 0; i < READS; i++) {
        const ac_read read = random_read();
        ac_counter_add(counter, &read);
        count_plainly(&p.windows, &counting, &read, plain);
    }
    ac_counter_close(counter);
    expect(memcmp(fast, plain, cells * sizeof(int)) == 0,
           "the counter agrees with trying every bin");
    free(fast);
    free(plain);
}

/* A window of 2^31 bp and wider than any chromosome: each read falls into it.
 */
static void test_wide(int left, int bins, int width)
{
    const int chromosome[] = {0, 1}, start[] = {left, 5}, reversed[] = {0, 1};
    const ac_windows windows = {2, bins, width, 2, chromosome, start, reversed};
    const ac_counting counting = {AC_MIDPOINT, 0, 0};
    int *counts = calloc(2 * (size_t)bins, sizeof *counts);
    ac_counter *counter = ac_counter_open(&windows, &counting, counts);
    for (int i = 0; i < 2000; i++) {
        const ac_read read = {i % 2, 10 + i * 1000000, 11 + i * 1000000, 0};
        ac_counter_add(counter, &read);
    }
    ac_counter_close(counter);
    for (int w = 0; w < 2; w++) {
        int total = 0;
        for (int b = 0; b < bins; b++)
            total += counts[w * bins + b];
        expect(total == 1000, "wide windows count every read");
    }
    free(counts);
}

/* Narrow windows far out, on many chromosomes. */
static void test_far(void)
{
    enum { PLACES = 40 };
    int chromosome[PLACES], start[PLACES], reversed[PLACES] = {0},
                                           counts[PLACES] = {0};
    for (int w = 0; w < PLACES; w++) {
        chromosome[w] = w;
        start[w] = 2147483000 + w;
    }
    const ac_windows windows = {PLACES,     1,     1,       PLACES,
                                chromosome, start, reversed};
    const ac_counting counting = {AC_OVERLAP, 0, 0};
    ac_counter *counter = ac_counter_open(&windows, &counting, counts);
    expect(counter != NULL, "memory is in proportion to the windows");
    if (!counter)
        return;
    for (int w = 0; w < PLACES; w++) {
        const ac_read read = {w, 2147483000 + w, 2147483001 + w, 0};
        ac_counter_add(counter, &read);
    }
    ac_counter_close(counter);
    int total = 0;
    for (int w = 0; w < PLACES; w++)
        total += counts[w];
    expect(total == PLACES, "each read is in its window");
}

/* ---- the text -------------------------------------------------------------
 */

static char path[] = "/tmp/test_bins_XXXXXX";

static void write_text(const char *mode, const char *content, size_t length)
{
    gzFile file = gzopen(path, mode);
    if (length > 0 && gzwrite(file, content, (unsigned)length) == 0)
        abort();
    gzclose(file);
}

typedef struct {
    ac_file_status status;
    ac_bed_report report;
    double reads_per_chromosome[2], max_end[2];
    int counts[10];
} outcome;

static int stop_at_once(void *data)
{
    (void)data;
    return 1;
}

/* One window of ten 100 bp bins at the start of each of "chr1" and "chr10". */
static outcome count_file(int by, int (*stop)(void *))
{
    static const char *const names[] = {"chr1", "chr10"};
    static const int chromosome[] = {0}, start[] = {0}, reversed[] = {0};
    const ac_windows windows = {1, 10, 100, 2, chromosome, start, reversed};
    const ac_counting counting = {by, 0, 0};
    const ac_poll poll = {stop, NULL};
    outcome out;
    memset(&out, 0, sizeof out);
    out.report.reads_per_chromosome = out.reads_per_chromosome;
    out.report.max_end = out.max_end;
    out.status = ac_count_bed(path, names, &windows, &counting, poll,
                              out.counts, &out.report);
    return out;
}

static outcome count_text(const char *content, int by)
{
    write_text("wT", content, strlen(content));
    return count_file(by, NULL);
}

static void test_text(void)
{
    outcome o = count_text("track name=x\n#a\n\nchr1\t0\t10\tn\t0\t+\r\n"
                           "chr1 150 250\nchr10\t5\t6\nchrUn\t1\t2\n"
                           "chr1\t0\t10\ta name\t0\t-",
                           AC_OVERLAP);
    expect(o.status == AC_FILE_OK && o.report.reads == 5, "all lines are read");
    expect(o.counts[0] == 2 && o.counts[1] == 1 && o.counts[2] == 1,
           "reads fall into their bins");
    expect(o.reads_per_chromosome[0] == 3 && o.reads_per_chromosome[1] == 1 &&
               o.max_end[0] == 250,
           "reads are told by chromosome");
    expect(o.report.unmatched_reads == 1 && o.report.unmatched_count == 1 &&
               strcmp(o.report.unmatched[0], "chrUn") == 0,
           "other chromosomes are named");
    o = count_text("", AC_OVERLAP);
    expect(o.status == AC_FILE_OK && o.report.reads == 0, "an empty file");
}

/* Line ends of all kinds, also mixed, and across two buffers. */
static void test_line_ends(void)
{
    outcome o =
        count_text("track name=x\rchr1\t0\t10\rchr1\t150\t250\r", AC_OVERLAP);
    expect(o.status == AC_FILE_OK && o.report.reads == 2 && o.report.line == 3,
           "line ends of an old Mac");
    o = count_text("chr1\t0\t10\rchr1\t0\t10\nchr1\t0\t10\r\nchr1\t0\t10\r\r\n"
                   "chr1\t0\t10",
                   AC_OVERLAP);
    expect(o.status == AC_FILE_OK && o.report.reads == 5 && o.counts[0] == 5 &&
               o.report.line == 6,
           "mixed line ends");
    o = count_text("chr1\t0\t10\rchr1\tx\t10\r", AC_OVERLAP);
    expect(o.status == AC_FILE_START && o.report.line == 2,
           "a fault in a line of an old Mac");
    o = count_text("\xef\xbb\xbf"
                   "chr1\t0\t10\nchr1\t0\t10\n",
                   AC_OVERLAP);
    expect(o.status == AC_FILE_OK && o.report.unmatched_reads == 0 &&
               o.reads_per_chromosome[0] == 2,
           "a byte order mark is no part of a name");
    o = count_text("\xef\xbb\xbf", AC_OVERLAP);
    expect(o.status == AC_FILE_OK && o.report.reads == 0, "only a mark");
}

static void test_long_text(const char *line_end)
{
    char *text = malloc(3000000);
    size_t at = 0;
    int lines = 0;
    for (; at < 2900000; lines++)
        at += (size_t)sprintf(text + at, "chr1\t%d\t160%s", lines % 150,
                              line_end);
    write_text("w6", text, at);
    const outcome o = count_file(AC_MIDPOINT, NULL);
    expect(o.status == AC_FILE_OK && o.report.reads == lines &&
               o.report.line == lines,
           "each line counts once, wherever a buffer ends");
    free(text);
}

/* ---- the index of a BAM file ----------------------------------------------
 */

static void test_index(void)
{
    static const unsigned char whole[] =
        "BAI\1\2\0\0\0"
        "\2\0\0\0"                             /* two bins */
        "\x49\x12\0\0\1\0\0\0________________" /* a chunk  */
        "\x4a\x92\0\0\2\0\0\0________________" /* counts   */
        "\7\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
        "\1\0\0\0________"
        "\0\0\0\0\0\0\0\0"
        "\5\0\0\0\0\0\0\0";
    const size_t size = sizeof whole - 1;
    expect(ac_index_records(whole, size) == 13, "an index tells its records");
    expect(ac_index_records(whole, size - 8) == 8, "none that lie nowhere");
    for (size_t cut = 0; cut < size - 8; cut++) {
        unsigned char *exact = malloc(cut + 1);
        memcpy(exact, whole, cut);
        expect(ac_index_records(exact, cut) < 0, "a cut index tells nothing");
        free(exact);
    }
    for (size_t at = 0; at < size; at++)
        for (int value = 0; value < 256; value++) {
            unsigned char *changed = malloc(size);
            memcpy(changed, whole, size);
            changed[at] = (unsigned char)value;
            ac_index_records(changed, size);
            free(changed);
        }
}

static void test_faults(void)
{
    static const struct {
        const char *text;
        ac_file_status status;
        int by;
    } faults[] = {
        {"chr1\t1\n", AC_FILE_FIELDS, AC_OVERLAP},
        {"\t1\t2\n", AC_FILE_FIELDS, AC_OVERLAP},
        {"chr1\tx\t2\n", AC_FILE_START, AC_OVERLAP},
        {"chr1\t-5\t2\n", AC_FILE_START, AC_OVERLAP},
        {"chr1\t1\t2e5\n", AC_FILE_END, AC_OVERLAP},
        {"chr1\t1\t2147483648\n", AC_FILE_END, AC_OVERLAP},
        {"chr1\t1\t99999999999\n", AC_FILE_END, AC_OVERLAP},
        {"chr1\t7\t7\n", AC_FILE_ORDER, AC_OVERLAP},
        {"chr1\t7\t3\n", AC_FILE_ORDER, AC_OVERLAP},
        {"chr1\t7\t9\tn\t0\n", AC_FILE_STRAND, AC_FIVE_PRIME},
        {"chr1\t7\t9\tn\t0\t.\n", AC_FILE_STRAND, AC_FIVE_PRIME},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char text[200];
        snprintf(text, sizeof text, "chr1\t1\t2\tn\t0\t+\n%s", faults[i].text);
        const outcome o = count_text(text, faults[i].by);
        expect(o.status == faults[i].status && o.report.line == 2,
               faults[i].text);
    }
}

/* Files of several parts, as bgzip writes: garbage between parts is a fault,
 * zeros behind the last are not. */
static void test_parts(const char *text, size_t length)
{
    const ac_poll never = {NULL, NULL};
    write_text("w6", text, length);
    write_text("a6", text, length);
    const outcome both = count_file(AC_OVERLAP, NULL);
    expect(both.status == AC_FILE_OK && both.counts[1] == 300000,
           "a file of two parts");
    FILE *file = fopen(path, "ab");
    fwrite("\0\0\0", 1, 3, file);
    fclose(file);
    expect(ac_check_gzip(path, never) == AC_FILE_OK, "padding is no fault");
    write_text("w6", text, length);
    file = fopen(path, "ab");
    fputs("garbage", file);
    fclose(file);
    expect(ac_check_gzip(path, never) == AC_FILE_BROKEN, "garbage is a fault");
    write_text("a6", text, length);
    expect(count_file(AC_OVERLAP, NULL).status == AC_FILE_BROKEN,
           "garbage between parts is a fault");
}

static void test_stream(void)
{
    const size_t line = strlen("chr1\t000000150\t160\n");
    const size_t length = line * 150000;
    char *text = malloc(length + 1);
    for (size_t at = 0; at < length; at += line)
        memcpy(text + at, "chr1\t000000150\t160\n", line);
    write_text("w6", text, length);
    const outcome whole = count_file(AC_OVERLAP, NULL);
    expect(whole.status == AC_FILE_OK && whole.counts[1] == 150000,
           "lines across buffers");
    expect(count_file(AC_OVERLAP, stop_at_once).status == AC_FILE_INTERRUPTED,
           "an interrupt");
    const ac_poll never = {NULL, NULL};
    expect(ac_check_gzip(path, never) == AC_FILE_OK, "a whole file");
    FILE *file = fopen(path, "rb");
    fseek(file, 0, SEEK_END);
    const long size = ftell(file);
    fclose(file);
    const long cuts[] = {size - 1, size - 8, size - 9, size / 2, 30};
    for (int i = 0; i < 5; i++) {
        expect(truncate(path, cuts[i]) == 0, "cutting");
        expect(count_file(AC_OVERLAP, NULL).status == AC_FILE_BROKEN,
               "a cut file is told");
        expect(ac_check_gzip(path, never) == AC_FILE_BROKEN,
               "a cut file is told by its check");
    }
    test_parts(text, length);
    memset(text, 'x', length);
    write_text("wT", text, length);
    expect(count_file(AC_OVERLAP, NULL).status == AC_FILE_LONG_LINE,
           "a line without an end");
    free(text);
}

/* Anything at all: no crash, and a status. */
static void test_noise(void)
{
    static const char letters[] = "chr10\t\t\t -+.\r\n\n#0123456789ex\0\xff";
    char text[600];
    for (int round = 0; round < 3000; round++) {
        const int length = below((int)sizeof text);
        for (int i = 0; i < length; i++)
            text[i] = letters[below((int)sizeof letters)];
        write_text("wT", text, (size_t)length);
        const outcome o = count_file(round % 3, NULL);
        expect(o.report.reads >= 0 && o.status <= AC_FILE_STRAND, "noise");
    }
}

int main(void)
{
    const int descriptor = mkstemp(path);
    if (descriptor < 0)
        return 1;
    close(descriptor);
    test_counter(AC_OVERLAP, 0, 0, 20, 100);
    test_counter(AC_OVERLAP, 0, 200, 7, 33);
    test_counter(AC_FIVE_PRIME, 75, 0, 20, 100);
    test_counter(AC_FIVE_PRIME, -300, 0, 1, 200);
    test_counter(AC_MIDPOINT, 0, 151, 20, 100);
    test_counter(AC_MIDPOINT, 0, 0, 1, 1);
    test_wide(-1500000000, 3600, 1000000);
    test_wide(-5, 1, 2147483647);
    test_wide(-2147483647, 2000, 2147483647);
    test_far();
    test_text();
    test_line_ends();
    test_long_text("\n");
    test_long_text("\r");
    test_long_text("\r\n");
    test_index();
    test_faults();
    test_stream();
    test_noise();
    unlink(path);
    return report_counts("bins", passed, failed);
}
