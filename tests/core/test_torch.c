/* The reader of PyTorch's files: a small file of the old format, whole, cut at
 * every byte, and with every byte changed to every value. */
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "expect.h"
#include "torch.h"

/* {"w": a 2 x 2 tensor of four floats, transposed, from the second number on}
 */
static const unsigned char head[] =
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." /* magic */
    "\x80\x02M\xe9\x03."                                        /* 1001 */
    "\x80\x02}X\x0d\0\0\0little_endian\x88s."
    "\x80\x02}X\x01\0\0\0w"
    "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storage"
    "ctorch\nFloatStorage\nX\x01\0\0\0"
    "0X\x03\0\0\0cpuK\x05NtQK\x01K\x02K\x02\x86K\x01K\x02\x86\x89}tRs."
    "\x80\x02]X\x01\0\0\0"
    "0a."
    "\x05\0\0\0\0\0\0\0";

enum { HEAD = sizeof head - 1, SIZE = HEAD + 20 };

static void make_file(unsigned char *bytes)
{
    const float numbers[] = {9, 1, 2, 3, 4};
    memcpy(bytes, head, HEAD);
    memcpy(bytes + HEAD, numbers, sizeof numbers);
}

/* As many bytes as the heap block has, so that a sanitizer sees one too far. */
static int reads(const unsigned char *bytes, size_t size)
{
    unsigned char *exact = malloc(size ? size : 1);
    if (size)
        memcpy(exact, bytes, size);
    ac_torch file;
    const int good = ac_torch_read(&file, exact, size);
    if (good)
        for (int i = 0; i < file.count; i++) {
            double *numbers =
                malloc(((size_t)file.entries[i].count + 1) * sizeof *numbers);
            ac_torch_numbers(&file.entries[i], numbers);
            free(numbers);
        }
    else
        expect(file.message[0] != 0, "a refusal has a message");
    ac_torch_free(&file);
    free(exact);
    return good;
}

static void test_whole(const unsigned char *bytes)
{
    ac_torch file;
    double numbers[4] = {0};
    expect(ac_torch_read(&file, bytes, SIZE), "the file is read");
    expect(file.count == 1 && file.entries[0].count == 4, "one tensor of four");
    if (file.count == 1)
        ac_torch_numbers(&file.entries[0], numbers);
    /* strides 1, 2: columns first */
    const double wanted[] = {1, 3, 2, 4};
    expect(memcmp(numbers, wanted, sizeof wanted) == 0, "its numbers");
    ac_torch_free(&file);
}

int main(void)
{
    unsigned char bytes[SIZE];
    make_file(bytes);
    test_whole(bytes);
    for (size_t size = 0; size < SIZE; size++)
        expect(!reads(bytes, size), "a cut file is refused");
    for (size_t at = 0; at < SIZE; at++)
        for (int value = 0; value < 256; value++) {
            const unsigned char kept = bytes[at];
            bytes[at] = (unsigned char)value;
            reads(bytes, SIZE);
            bytes[at] = kept;
        }
    expect(reads(bytes, SIZE), "the file is as it was");
    return report_counts("torch", passed, failed);
}
