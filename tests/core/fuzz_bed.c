/* A libFuzzer target: whatever a file holds, the reader of BED and tagAlign
 * text says what it read or what is wrong. The first byte chooses what becomes
 * of the others: the file as it is, two parts of gzip, or gzip with a byte
 * changed. `make fuzz TARGET=bed` runs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "reads/bins.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

enum { BED_WINDOWS = 3, BED_BINS = 4 };

static char bed_path[64];

static void remove_bed(void)
{
    unlink(bed_path);
}

/* One file for the whole run, in memory where the system has such a place. */
static const char *bed_file(void)
{
    if (bed_path[0])
        return bed_path;
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(bed_path, sizeof bed_path, "%s/fuzz_bed_XXXXXX", folder);
    const int descriptor = mkstemp(bed_path);
    if (descriptor < 0)
        abort();
    close(descriptor);
    atexit(remove_bed);
    return bed_path;
}

static void write_part(const char *mode, const unsigned char *bytes,
                       size_t size)
{
    gzFile file = gzopen(bed_file(), mode);
    if (!file || (size > 0 && gzwrite(file, bytes, (unsigned)size) == 0))
        abort();
    gzclose(file);
}

static void change_byte(unsigned seed)
{
    FILE *file = fopen(bed_file(), "r+b");
    fseek(file, 0, SEEK_END);
    const long at = (long)(seed * 40503u % (unsigned)ftell(file));
    fseek(file, at, SEEK_SET);
    const int byte = fgetc(file);
    fseek(file, at, SEEK_SET);
    fputc(byte ^ (1 + (int)(seed % 255)), file);
    fclose(file);
}

static void write_bed(int how, const unsigned char *bytes, size_t size)
{
    switch (how % 4) {
    case 0:
    case 1:
        write_part("wbT", bytes, size);
        break;
    case 2:
        write_part("wb1", bytes, size / 2);
        write_part("ab1", bytes + size / 2, size - size / 2);
        break;
    default:
        write_part("wb1", bytes, size);
        change_byte((unsigned)size + (unsigned)how);
    }
}

static void require(int holds)
{
    if (!holds)
        abort();
}

/* Each read is counted on a chromosome, or as unmatched. */
static void check_report(ac_file_status status, const ac_bed_report *report,
                         const int *counts)
{
    double reads = report->unmatched_reads, inside = 0;
    for (int c = 0; c < 2; c++)
        reads += report->reads_per_chromosome[c];
    for (int i = 0; i < BED_WINDOWS * BED_BINS; i++)
        inside += counts[i];
    require(status >= AC_FILE_OK && status <= AC_FILE_STRAND);
    require(reads == report->reads && report->reads <= report->line);
    require(inside <= reads * BED_WINDOWS * BED_BINS);
    require(report->unmatched_count >= 0 &&
            report->unmatched_count <= AC_MAX_UNMATCHED);
    require(strlen(report->field) < AC_TEXT);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    static const char *const names[] = {"chr1", "chr10"};
    static const int chromosome[] = {0, 0, 1}, start[] = {-50, 100, 0},
                     reversed[] = {0, 1, 0};
    const ac_windows windows = {BED_WINDOWS, BED_BINS, 50,      2,
                                chromosome,  start,    reversed};
    const ac_poll never = {NULL, NULL};
    if (size == 0)
        return 0;
    const ac_counting counting = {bytes[0] / 4 % 3, 0, bytes[0] / 16};
    int counts[BED_WINDOWS * BED_BINS] = {0};
    double reads[2] = {0}, max_end[2] = {0};
    ac_bed_report report;
    memset(&report, 0, sizeof report);
    report.reads_per_chromosome = reads;
    report.max_end = max_end;
    write_bed(bytes[0], bytes + 1, size - 1);
    const ac_file_status status = ac_count_bed(
        bed_file(), names, &windows, &counting, never, counts, &report);
    check_report(status, &report, counts);
    ac_check_gzip(bed_file(), never);
    ac_index_records(bytes + 1, size - 1);
    return 0;
}
