/* The reader of PyTorch's files: a small file of the old format, whole, cut at
 * every byte, and with every byte changed to every value. */
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "expect.h"
#include "torch/torch.h"
#include "torch_files.h"

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
    expect(ac_torch_read(&file, bytes, OLD_SIZE), "the file is read");
    expect(file.count == 1 && file.entries[0].count == 4, "one tensor of four");
    if (file.count == 1)
        ac_torch_numbers(&file.entries[0], numbers);
    /* strides 1, 2: columns first */
    const double wanted[] = {1, 3, 2, 4};
    expect(memcmp(numbers, wanted, sizeof wanted) == 0, "its numbers");
    ac_torch_free(&file);
}

/* ---- the archive ----------------------------------------------------------
 */

static void test_zip(void)
{
    zip_file zip;
    ac_torch file;
    double numbers[4] = {0};
    const double wanted[] = {1, 3, 2, 4};
    make_good_zip(&zip);
    expect(ac_torch_read(&file, zip.bytes, zip.size), "an archive is read");
    if (file.count == 1)
        ac_torch_numbers(&file.entries[0], numbers);
    expect(memcmp(numbers, wanted, sizeof wanted) == 0, "its numbers");
    ac_torch_free(&file);
    for (size_t size = 0; size < zip.size; size++)
        expect(!reads(zip.bytes, size), "a cut archive is refused");
    /* Behind the first entry's header lies its data, then the next's. */
    const size_t data = 30 + strlen("m/data.pkl");
    for (size_t at = data; at < data + sizeof torch_pickle - 1; at++)
        for (int bit = 0; bit < 8; bit++) {
            zip.bytes[at] ^= (unsigned char)(1 << bit);
            expect(!reads(zip.bytes, zip.size), "a flipped bit is found");
            zip.bytes[at] ^= (unsigned char)(1 << bit);
        }
}

/* Any bit of the file: it is refused, or the numbers are the same. */
static void test_flips(void)
{
    zip_file zip;
    make_good_zip(&zip);
    for (size_t bit = 0; bit < 8 * zip.size; bit++) {
        ac_torch file;
        double numbers[4] = {0};
        const double wanted[] = {1, 3, 2, 4};
        zip.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (ac_torch_read(&file, zip.bytes, zip.size)) {
            expect(file.count == 1 && file.entries[0].count == 4, "a shape");
            ac_torch_numbers(&file.entries[0], numbers);
            expect(memcmp(numbers, wanted, sizeof wanted) == 0,
                   "no flipped bit changes a number");
        }
        ac_torch_free(&file);
        zip.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
}

static void expect_refusal(zip_file *zip, const char *message, const char *what)
{
    ac_torch file;
    expect(!ac_torch_read(&file, zip->bytes, zip->size) &&
               strstr(file.message, message),
           what);
    ac_torch_free(&file);
}

static void test_archives(void)
{
    zip_file zip;
    make_good_zip(&zip);
    zip.bytes[zip.size - 22 - zip.directory_size - 1] ^= 1;
    expect_refusal(&zip, "checksum", "the last number is damaged");
    memset(&zip, 0, sizeof zip);
    zip_add(&zip, "m/data.pkl", torch_pickle, sizeof torch_pickle - 1);
    zip_add(&zip, "m/data/0", torch_numbers, sizeof torch_numbers);
    zip_add(&zip, "m/data/0", torch_numbers, sizeof torch_numbers);
    zip_close(&zip);
    expect_refusal(&zip, "name twice", "a name twice");
    static const unsigned char module[] = "\x80\x02"
                                          "c__main__\nNet\nq\0)\x81}b.",
                               shell[] = "\x80\x02"
                                         "cposix\nsystem\nX\x02\0\0\0ls\x85R.";
    make_zip(&zip, module, sizeof module - 1, torch_numbers, 4);
    expect_refusal(&zip, "model.state_dict(); it asks for __main__.Net",
                   "a whole model");
    make_zip(&zip, shell, sizeof shell - 1, torch_numbers, 4);
    expect_refusal(&zip, "no state dict needs: posix.system", "a program");
}

/* The checksum is left out where PyTorch was told to. */
static void test_no_checksum(void)
{
    zip_file zip;
    make_good_zip(&zip);
    for (size_t at = zip.size - 22 - zip.directory_size; at + 46 < zip.size;
         at++)
        if (memcmp(zip.bytes + at, "PK\1\2", 4) == 0)
            memset(zip.bytes + at + 16, 0, 4);
    expect(reads(zip.bytes, zip.size), "an archive without checksums is read");
}

/* ---- many storages ---------------------------------------------------------
 */

enum { STORAGES = 60000, ROOM = 80 * STORAGES + 200 };

static size_t append(unsigned char *to, const void *bytes, size_t size)
{
    memcpy(to, bytes, size);
    return size;
}

#define APPEND(text) at += append(bytes + at, text, sizeof text - 1)

static size_t append_key(unsigned char *to, int number)
{
    char key[16];
    snprintf(key, sizeof key, "X\5%c%c%c%05d", 0, 0, 0, number);
    return append(to, key, 10);
}

/* An old file with nothing but storages of no numbers. A reader that searched
 * them one by one would take minutes. */
static size_t make_many(unsigned char *bytes)
{
    size_t at = 0;
    APPEND(TORCH_START "\x80\x02");
    for (int i = 0; i < STORAGES; i++) {
        APPEND("(X\x07\0\0\0storagectorch\nFloatStorage\n");
        at += append_key(bytes + at, i);
        APPEND("X\x03\0\0\0cpuK\0tQ");
    }
    APPEND("}.\x80\x02](");
    for (int i = STORAGES; i-- > 0;)
        at += append_key(bytes + at, i);
    APPEND("e.");
    memset(bytes + at, 0, 8 * STORAGES);
    return at + 8 * STORAGES;
}

static void test_many(void)
{
    unsigned char *bytes = malloc(ROOM);
    const size_t size = make_many(bytes);
    expect(size <= ROOM && reads(bytes, size), "many storages are read");
    free(bytes);
}

int main(void)
{
    unsigned char bytes[OLD_SIZE];
    make_old(bytes);
    test_whole(bytes);
    for (size_t size = 0; size < OLD_SIZE; size++)
        expect(!reads(bytes, size), "a cut file is refused");
    for (size_t at = 0; at < OLD_SIZE; at++)
        for (int value = 0; value < 256; value++) {
            const unsigned char kept = bytes[at];
            bytes[at] = (unsigned char)value;
            reads(bytes, OLD_SIZE);
            bytes[at] = kept;
        }
    expect(reads(bytes, OLD_SIZE), "the file is as it was");
    test_zip();
    test_flips();
    test_archives();
    test_no_checksum();
    test_many();
    return report_counts("torch", passed, failed);
}
