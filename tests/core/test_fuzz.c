/* The fuzz targets on changed inputs of a fixed seed: a small, repeatable share
 * of what `make fuzz` does, by any compiler. A target that finds a fault
 * aborts. */
#define LLVMFuzzerTestOneInput fuzz_torch
#include "fuzz_torch.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_bed
#include "fuzz_bed.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_bins
#include "fuzz_bins.c"
#undef LLVMFuzzerTestOneInput

#include "counts.h"
#include "torch_files.h"

enum { ROOM = 4096, ROUNDS = 4000 };

static uint32_t state = 12345;

static unsigned below(unsigned limit)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % limit;
}

static unsigned char odd_byte(void)
{
    static const unsigned char odd[] = {0,    1,    0x7f, 0x80,
                                        0xff, '\r', '\n', '\t'};
    return below(2) ? odd[below(sizeof odd)] : (unsigned char)below(256);
}

/* Changes, takes away, doubles or puts in some bytes. */
static size_t change(unsigned char *bytes, size_t size)
{
    for (unsigned changes = 1 + below(4); changes > 0; changes--) {
        const size_t at = size > 0 ? below((unsigned)size) : 0;
        const size_t left = size - at;
        const size_t some = left > 0 ? 1 + below(left < 16 ? left : 16) : 0;
        switch (below(4)) {
        case 0:
            memmove(bytes + at, bytes + at + some, left - some);
            size -= some;
            break;
        case 1:
            if (size + some > ROOM)
                break;
            memmove(bytes + at + some, bytes + at, left);
            size += some;
            break;
        default:
            if (size > 0)
                bytes[at] = odd_byte();
        }
    }
    return size;
}

typedef int target(const unsigned char *bytes, size_t size);

/* As many bytes as the block has, so that a sanitizer sees one too far. */
static void run(target *fuzz, const unsigned char *bytes, size_t size)
{
    unsigned char *exact = malloc(size ? size : 1);
    memcpy(exact, bytes, size);
    fuzz(exact, size);
    free(exact);
}

static int run_changed(target *fuzz, const void *seed, size_t seed_size,
                       int rounds)
{
    unsigned char bytes[ROOM];
    for (int i = 0; i < rounds; i++) {
        memcpy(bytes, seed, seed_size);
        run(fuzz, bytes, i == 0 ? seed_size : change(bytes, seed_size));
    }
    return rounds;
}

/* Archives whose checksums fit what was changed within. */
static int run_zips(int rounds)
{
    unsigned char pickle[ROOM];
    zip_file zip;
    for (int i = 0; i < rounds; i++) {
        memcpy(pickle, torch_pickle, sizeof torch_pickle - 1);
        size_t size = change(pickle, sizeof torch_pickle - 1);
        size = size < ROOM / 4 ? size : ROOM / 4;
        make_zip(&zip, pickle, size, torch_numbers, sizeof torch_numbers);
        run(fuzz_torch, zip.bytes, zip.size);
    }
    return rounds;
}

static int run_random(target *fuzz, int rounds)
{
    unsigned char bytes[300];
    for (int i = 0; i < rounds; i++) {
        const size_t size = below(sizeof bytes);
        for (size_t k = 0; k < size; k++)
            bytes[k] = (unsigned char)below(256);
        run(fuzz, bytes, size);
    }
    return rounds;
}

int main(void)
{
    static const char bed[] = "\2\xef\xbb\xbftrack name=x\r\n#a\rchr1\t5\t60\tn"
                              "\t0\t+\r\nchr10 1 2 n 0 -\nchrUn\t7\t9\tn\t0\t+";
    unsigned char old[OLD_SIZE];
    zip_file zip;
    int inputs = 0;
    make_old(old);
    make_good_zip(&zip);
    inputs += run_changed(fuzz_torch, old, sizeof old, ROUNDS);
    inputs += run_changed(fuzz_torch, zip.bytes, zip.size, ROUNDS);
    inputs += run_zips(ROUNDS);
    for (char how = 0; how < 4; how++) {
        char text[sizeof bed];
        memcpy(text, bed, sizeof bed);
        text[0] = (char)(how + 16 * (how % 2));
        inputs += run_changed(fuzz_bed, text, sizeof bed - 1, ROUNDS / 4);
    }
    inputs += run_random(fuzz_bins, 2 * ROUNDS);
    return report_counts("fuzz", inputs, 0);
}
