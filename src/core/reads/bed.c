/* Reads from BED and tagAlign text, as a stream: one buffer of whole lines at a
 * time, so memory does not grow with the file. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "reads/bins.h"
#include "reads/gzip.h"

enum { BUFFER = 1 << 19 };

typedef struct {
    const char *at, *end;
} text;

typedef struct {
    const char *name;
    size_t length;
    int chromosome;
} chromosome_name;

typedef struct {
    ac_counter *counter;
    chromosome_name *names; /* sorted */
    int name_count;
    int needs_strand;
    char previous[AC_TEXT]; /* the chromosome of the read before */
    size_t previous_length;
    int previous_chromosome;
    ac_bed_report *report;
} bed;

/* ---- chromosomes ----------------------------------------------------------
 */

static int compare_names(const void *a, const void *b)
{
    const chromosome_name *x = a, *y = b;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return memcmp(x->name, y->name, x->length);
}

static void copy_text(char *to, text from)
{
    const size_t length = (size_t)(from.end - from.at);
    const size_t copied = length < AC_TEXT ? length : AC_TEXT - 1;
    memcpy(to, from.at, copied);
    to[copied] = '\0';
}

static void note_unmatched(ac_bed_report *report, text name)
{
    char copy[AC_TEXT];
    copy_text(copy, name);
    for (int i = 0; i < report->unmatched_count; i++)
        if (strcmp(report->unmatched[i], copy) == 0)
            return;
    if (report->unmatched_count < AC_MAX_UNMATCHED)
        strcpy(report->unmatched[report->unmatched_count++], copy);
}

/* Most files are sorted, so most reads are on the chromosome of the one
 * before. */
static int find_chromosome(bed *b, text name)
{
    const chromosome_name wanted = {name.at, (size_t)(name.end - name.at), 0};
    if (wanted.length == b->previous_length &&
        memcmp(wanted.name, b->previous, wanted.length) == 0)
        return b->previous_chromosome;
    const chromosome_name *found = bsearch(
        &wanted, b->names, (size_t)b->name_count, sizeof *found, compare_names);
    if (!found)
        note_unmatched(b->report, name);
    b->previous_chromosome = found ? found->chromosome : -1;
    b->previous_length = 0;
    if (wanted.length < AC_TEXT) {
        memcpy(b->previous, wanted.name, wanted.length);
        b->previous_length = wanted.length;
    }
    return b->previous_chromosome;
}

/* ---- a line ---------------------------------------------------------------
 */

/* The text up to the separator or the line's end; moves `line` behind it. */
static text next_field(text *line, char separator)
{
    text field = *line;
    while (field.at < line->end && *field.at == separator && separator == ' ')
        field.at++; /* several spaces are one separator */
    const char *p = field.at;
    while (p < line->end && *p != separator)
        p++;
    field.end = p;
    line->at = p < line->end ? p + 1 : p;
    return field;
}

/* A position, or -1. */
static int as_position(text field)
{
    long long value = 0;
    if (field.at == field.end || field.end - field.at > 10)
        return -1;
    for (const char *p = field.at; p < field.end; p++) {
        if (*p < '0' || *p > '9')
            return -1;
        value = 10 * value + (*p - '0');
    }
    return value <= INT_MAX ? (int)value : -1;
}

static char separator_of(text line)
{
    for (const char *p = line.at; p < line.end; p++)
        if (*p == '\t' || *p == ' ')
            return *p;
    return '\t';
}

static int starts_with(text line, const char *word)
{
    const size_t length = strlen(word);
    if ((size_t)(line.end - line.at) < length ||
        memcmp(line.at, word, length) != 0)
        return 0;
    return line.at + length == line.end || line.at[length] == ' ' ||
           line.at[length] == '\t';
}

static int is_header(text line)
{
    return line.at == line.end || *line.at == '#' ||
           starts_with(line, "track") || starts_with(line, "browser");
}

static ac_file_status fail(bed *b, ac_file_status status, text field)
{
    copy_text(b->report->field, field);
    return status;
}

/* Strand '+' or '-' in the sixth field. */
static ac_file_status parse_strand(bed *b, text rest, char separator,
                                   ac_read *read)
{
    next_field(&rest, separator);
    next_field(&rest, separator);
    const text strand = next_field(&rest, separator);
    const int known =
        strand.end - strand.at == 1 && (*strand.at == '+' || *strand.at == '-');
    if (!known && b->needs_strand)
        return fail(b, AC_FILE_STRAND, strand);
    read->minus = known && *strand.at == '-';
    return AC_FILE_OK;
}

static ac_file_status parse_read(bed *b, text line, ac_read *read)
{
    const text whole = line;
    const char separator = separator_of(line);
    const text name = next_field(&line, separator);
    const text start = next_field(&line, separator);
    const text end = next_field(&line, separator);
    if (name.at == name.end || end.at == end.end)
        return fail(b, AC_FILE_FIELDS, whole);
    read->start = as_position(start);
    read->end = as_position(end);
    if (read->start < 0)
        return fail(b, AC_FILE_START, start);
    if (read->end < 0)
        return fail(b, AC_FILE_END, end);
    const text both = {start.at, end.end};
    if (read->end <= read->start)
        return fail(b, AC_FILE_ORDER, both);
    read->chromosome = find_chromosome(b, name);
    return parse_strand(b, line, separator, read);
}

static void count_read(bed *b, const ac_read *read)
{
    ac_bed_report *report = b->report;
    report->reads++;
    if (read->chromosome < 0) {
        report->unmatched_reads++;
        return;
    }
    report->reads_per_chromosome[read->chromosome]++;
    if (read->end > report->max_end[read->chromosome])
        report->max_end[read->chromosome] = read->end;
    ac_counter_add(b->counter, read);
}

static ac_file_status parse_line(bed *b, text line)
{
    ac_read read = {-1, 0, 0, 0};
    b->report->line++;
    if (is_header(line))
        return AC_FILE_OK;
    const ac_file_status status = parse_read(b, line, &read);
    if (status == AC_FILE_OK)
        count_read(b, &read);
    return status;
}

/* ---- the stream -----------------------------------------------------------
 */

/* The next `c` of the text, or its end; `known` is the one found before. */
static const char *next_char(char c, const char *known, text rest)
{
    if (known && known >= rest.at)
        return known;
    const char *found = memchr(rest.at, c, (size_t)(rest.end - rest.at));
    return found ? found : rest.end;
}

/* Parses the whole lines of the buffer, and its last one at the file's end. A
 * line ends in \n, \r\n or, as on old Macs, \r; a \r at the buffer's end may be
 * half of \r\n. `used` is the end of what was parsed. */
static ac_file_status parse_lines(bed *b, text buffer, int at_end,
                                  const char **used)
{
    ac_file_status status = AC_FILE_OK;
    const char *lf = NULL, *cr = NULL;
    while (buffer.at < buffer.end && status == AC_FILE_OK) {
        lf = next_char('\n', lf, buffer);
        cr = next_char('\r', cr, buffer);
        const text line = {buffer.at, cr < lf ? cr : lf};
        const size_t left = (size_t)(buffer.end - line.end);
        if (!at_end && (left == 0 || (cr < lf && left == 1)))
            break;
        status = parse_line(b, line);
        const size_t width = left > 1 && cr < lf && cr[1] == '\n' ? 2 : 1;
        buffer.at = line.end + (width < left ? width : left);
    }
    *used = buffer.at;
    return status;
}

/* Some editors write it before UTF-8 text; it is not part of a name. */
static size_t byte_order_mark(const char *text, size_t length)
{
    return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static ac_file_status read_stream(bed *b, ac_stream *stream, char *buffer,
                                  ac_poll poll)
{
    size_t held = 0;
    for (int first = 1;; first = 0) {
        const size_t room = BUFFER - held;
        const long got = ac_stream_read(stream, buffer + held, room);
        if (got < 0)
            return AC_FILE_BROKEN;
        if (poll.stop && poll.stop(poll.data))
            return AC_FILE_INTERRUPTED;
        const int at_end = (size_t)got < room;
        held += (size_t)got;
        const size_t mark = first ? byte_order_mark(buffer, held) : 0;
        const text all = {buffer + mark, buffer + held};
        const char *used = buffer;
        const ac_file_status status = parse_lines(b, all, at_end, &used);
        if (status != AC_FILE_OK || at_end)
            return status;
        if (used == all.at)
            return AC_FILE_LONG_LINE;
        held = (size_t)(all.end - used);
        memmove(buffer, used, held);
    }
}

static ac_file_status read_file(bed *b, const char *path, ac_poll poll)
{
    char *buffer = malloc(BUFFER);
    if (!buffer)
        return AC_FILE_NO_MEMORY;
    ac_stream *stream = ac_stream_open(path);
    const ac_file_status status =
        stream ? read_stream(b, stream, buffer, poll) : AC_FILE_NOT_OPENED;
    ac_stream_close(stream);
    free(buffer);
    return status;
}

static chromosome_name *sort_names(const char *const *names, int count)
{
    chromosome_name *sorted = malloc(((size_t)count + 1) * sizeof *sorted);
    if (!sorted)
        return NULL;
    for (int c = 0; c < count; c++) {
        const chromosome_name name = {names[c], strlen(names[c]), c};
        sorted[c] = name;
    }
    qsort(sorted, (size_t)count, sizeof *sorted, compare_names);
    return sorted;
}

ac_file_status ac_count_bed(const char *path, const char *const *names,
                            const ac_windows *windows,
                            const ac_counting *counting, ac_poll poll,
                            int *counts, ac_bed_report *report)
{
    bed b = {
        .counter = ac_counter_open(windows, counting, counts),
        .names = sort_names(names, windows->chromosomes),
        .name_count = windows->chromosomes,
        .needs_strand = counting->by == AC_FIVE_PRIME || counting->length > 0,
        .report = report,
    };
    const ac_file_status status =
        b.counter && b.names ? read_file(&b, path, poll) : AC_FILE_NO_MEMORY;
    ac_counter_close(b.counter);
    free(b.names);
    return status;
}
