/* How many records a BAM file has, as its index tells: the SAM specification,
 * section 5.2. Each chromosome's bin 37450 is none, but holds counts. */
#include "reads/bins.h"

enum { COUNTS_BIN = 37450, CHUNK_BYTES = 16 };

typedef struct {
    const unsigned char *at, *end;
    int cut;
} bytes;

static uint64_t take(bytes *b, int count)
{
    uint64_t number = 0;
    if (b->end - b->at < count) {
        b->cut = 1;
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
        b->cut = 1;
    else
        b->at += items * (uint64_t)size;
}

/* The records of one chromosome; those of a damaged index may be any number. */
static uint64_t take_chromosome(bytes *b)
{
    uint64_t records = 0;
    const uint64_t bins = take(b, 4);
    for (uint64_t i = 0; i < bins && !b->cut; i++) {
        const uint64_t bin = take(b, 4), chunks = take(b, 4);
        if (bin == COUNTS_BIN && chunks == 2) {
            skip(b, 1, CHUNK_BYTES);
            records += take(b, 8);
            records += take(b, 8);
        } else {
            skip(b, chunks, CHUNK_BYTES);
        }
    }
    skip(b, take(b, 4), 8);
    return records;
}

double ac_index_records(const unsigned char *index, size_t size)
{
    bytes b = {index, index + size, 0};
    if (take(&b, 4) != 0x01494142) /* BAI\1 */
        return -1;
    uint64_t records = 0;
    const uint64_t chromosomes = take(&b, 4);
    for (uint64_t c = 0; c < chromosomes && !b.cut; c++)
        records += take_chromosome(&b);
    if (b.at < b.end)
        records += take(&b, 8); /* those that lie nowhere */
    return b.cut || b.at < b.end ? -1 : (double)records;
}
