/* Reads into bins: windows around the start sites of genes, divided into bins,
 * and the counter that adds aligned reads to them (bins.c); reads from BED and
 * tagAlign text, plain or compressed by gzip, as a stream (bed.c); checks that
 * a file is complete (gzip.c, bai.c).
 *
 * Positions are 0-based, ends are exclusive, as in BED and BAM. */
#ifndef AC_BINS_H
#define AC_BINS_H

#include <stdint.h>

#include "attentive.h"

/* All windows have the same width, bins * bin_width. They may overlap one
 * another and reach over either end of their chromosome. */
typedef struct {
    int count; /* at most AC_MAX_WINDOWS */
    int bins;
    int bin_width;
    int chromosomes;
    const int *chromosome; /* [count], below `chromosomes`               */
    const int *start;      /* [count]                                    */
    const int *reversed;   /* [count], non-zero: bin 0 is the rightmost  */
} ac_windows;

typedef enum {
    AC_OVERLAP = 0, /* every bin that the read overlaps             */
    AC_FIVE_PRIME,  /* the bin of its 5' end, moved downstream      */
    AC_MIDPOINT     /* the bin of its middle, the right one of two  */
} ac_count_by;

typedef struct {
    int by;     /* ac_count_by                                             */
    int shift;  /* AC_FIVE_PRIME: how far downstream                       */
    int length; /* others: length of the fragment that starts at the 5' end;
                 * 0: the read as it is                                    */
} ac_counting;

typedef struct {
    int chromosome; /* negative: one that has no windows */
    int start, end;
    int minus; /* on the minus strand */
} ac_read;

/* A counter lists each window once or twice, and counts those with an int. */
enum { AC_MAX_WINDOWS = 0x3fffffff };

typedef struct ac_counter ac_counter;

/* counts: [count][bins], added to. NULL: no memory. The counter keeps the
 * pointers of `windows`. */
ac_counter *ac_counter_open(const ac_windows *windows,
                            const ac_counting *counting, int *counts);
void ac_counter_add(ac_counter *counter, const ac_read *read);
void ac_counter_close(ac_counter *counter);

typedef enum {
    AC_FILE_OK = 0,
    AC_FILE_INTERRUPTED,
    AC_FILE_NO_MEMORY,
    AC_FILE_NOT_OPENED,
    AC_FILE_BROKEN, /* cut short, or not what gzip wrote */
    AC_FILE_LONG_LINE,
    AC_FILE_FIELDS, /* fewer than three                          */
    AC_FILE_START,  /* not a whole number of 0 to 2^31 - 1       */
    AC_FILE_END,    /* the same                                  */
    AC_FILE_ORDER,  /* the end is not after the start            */
    AC_FILE_STRAND  /* the counting needs one, and there is none */
} ac_file_status;

enum { AC_TEXT = 64, AC_MAX_UNMATCHED = 5 };

/* What was read, and where the fault is. */
typedef struct {
    double reads;
    double line;                  /* the last line that was read              */
    char field[AC_TEXT];          /* the start of the faulty text             */
    double *reads_per_chromosome; /* [chromosomes], the caller's memory */
    double *max_end;              /* [chromosomes], likewise            */
    double unmatched_reads;       /* on chromosomes without windows ... */
    int unmatched_count;          /* ... and the names of the first few */
    char unmatched[AC_MAX_UNMATCHED][AC_TEXT];
} ac_bed_report;

/* Counts the reads of a file; `names` are those of the windows' chromosomes. */
ac_file_status ac_count_bed(const char *path, const char *const *names,
                            const ac_windows *windows,
                            const ac_counting *counting, ac_poll poll,
                            int *counts, ac_bed_report *report);

/* The number of records of a BAM file, from the bytes of its .bai index
 * (bai.c); -1 if they are not an index, or damaged. */
double ac_index_records(const unsigned char *index, size_t size);

/* AC_FILE_OK for a whole gzip file (gzip.c), and for a plain one. */
ac_file_status ac_check_gzip(const char *path, ac_poll poll);

#endif
