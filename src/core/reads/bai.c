/* The number of records of a BAM file, from its index (SAM specification,
 * section 5.2). Bin 37450 of each chromosome is not a bin, but holds counts. */
#include "reads/bins.h"

enum { COUNTS_BIN = 37450, CHUNK_BYTES = 16 };

typedef struct {
    const unsigned char *at, *end;
    int truncated;
} bytes;

static uint64_t read_number(bytes *b, int count)
{
    uint64_t number = 0;
    if (b->end - b->at < count) {
        b->truncated = 1;
        return 0;
    }
    for (int i = count; i-- > 0;)
        number = number << 8 | b->at[i];
    b->at += count;
    return number;
}

static void skip(bytes *b, uint64_t items, int size)
{
    if (items > (uint64_t)(b->end - b->at) / (uint64_t)size)
        b->truncated = 1;
    else
        b->at += items * (uint64_t)size;
}

/* The records of one chromosome; any number if the index is damaged. */
static uint64_t read_chromosome(bytes *b)
{
    uint64_t records = 0;
    const uint64_t bins = read_number(b, 4);
    for (uint64_t i = 0; i < bins && !b->truncated; i++) {
        const uint64_t bin = read_number(b, 4), chunks = read_number(b, 4);
        if (bin == COUNTS_BIN && chunks == 2) {
            skip(b, 1, CHUNK_BYTES);
            records += read_number(b, 8);
            records += read_number(b, 8);
        } else {
            skip(b, chunks, CHUNK_BYTES);
        }
    }
    skip(b, read_number(b, 4), 8);
    return records;
}

double ac_index_records(const unsigned char *index, size_t size)
{
    bytes b = {index, index + size, 0};
    if (read_number(&b, 4) != 0x01494142) /* BAI\1 */
        return -1;
    uint64_t records = 0;
    const uint64_t chromosomes = read_number(&b, 4);
    for (uint64_t c = 0; c < chromosomes && !b.truncated; c++)
        records += read_chromosome(&b);
    if (b.at < b.end)
        records += read_number(&b, 8); /* those without a place */
    return b.truncated || b.at < b.end ? -1 : (double)records;
}
