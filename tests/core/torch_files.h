/* PyTorch's files for the tests: one of the old format, and the zip archives
 * that the new one is made of. */
#ifndef TEST_TORCH_FILES_H
#define TEST_TORCH_FILES_H

#include <stdint.h>
#include <string.h>
#include <zlib.h>

/* {"w": a 2 x 2 tensor of four floats, transposed, from the second number on}
 */
#define TORCH_STATE_DICT                                                       \
    "\x80\x02}X\x01\0\0\0w"                                                    \
    "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storage"                  \
    "ctorch\nFloatStorage\nX\x01\0\0\0"                                        \
    "0X\x03\0\0\0cpuK\x05NtQK\x01K\x02K\x02\x86K\x01K\x02\x86\x89}tRs."

/* What the old format begins with: a magic number, 1001, how the numbers lie */
#define TORCH_START                                                            \
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."                \
    "\x80\x02M\xe9\x03."                                                       \
    "\x80\x02}X\x0d\0\0\0little_endian\x88s."

static const unsigned char torch_head[] =
    TORCH_START TORCH_STATE_DICT "\x80\x02]X\x01\0\0\0"
                                 "0a."
                                 "\x05\0\0\0\0\0\0\0";

static const unsigned char torch_pickle[] = TORCH_STATE_DICT;

static const float torch_numbers[] = {9, 1, 2, 3, 4};

enum {
    OLD_HEAD = sizeof torch_head - 1,
    OLD_SIZE = OLD_HEAD + sizeof torch_numbers,
    ZIP_ROOM = 2048
};

static void make_old(unsigned char *bytes)
{
    memcpy(bytes, torch_head, OLD_HEAD);
    memcpy(bytes + OLD_HEAD, torch_numbers, sizeof torch_numbers);
}

/* An archive in the making: the entries, and the directory to follow. */
typedef struct {
    unsigned char bytes[ZIP_ROOM], directory[ZIP_ROOM];
    size_t size, directory_size;
    int entries;
} zip_file;

static void put_little(unsigned char *to, uint64_t number, int count)
{
    for (int i = 0; i < count; i++)
        to[i] = (unsigned char)(number >> 8 * i);
}

static void zip_add(zip_file *zip, const char *name, const void *data,
                    size_t size)
{
    const size_t length = strlen(name);
    unsigned char *l = zip->bytes + zip->size;
    unsigned char *d = zip->directory + zip->directory_size;
    memset(l, 0, 30);
    memset(d, 0, 46);
    put_little(l, 0x04034b50, 4);
    put_little(l + 26, length, 2);
    memcpy(l + 30, name, length);
    memcpy(l + 30 + length, data, size);
    put_little(d, 0x02014b50, 4);
    put_little(d + 16, crc32(0, data, (uInt)size), 4);
    put_little(d + 20, size, 4);
    put_little(d + 24, size, 4);
    put_little(d + 28, length, 2);
    put_little(d + 42, zip->size, 4);
    memcpy(d + 46, name, length);
    zip->size += 30 + length + size;
    zip->directory_size += 46 + length;
    zip->entries++;
}

static void zip_close(zip_file *zip)
{
    unsigned char *end = zip->bytes + zip->size + zip->directory_size;
    memcpy(zip->bytes + zip->size, zip->directory, zip->directory_size);
    memset(end, 0, 22);
    put_little(end, 0x06054b50, 4);
    put_little(end + 10, (uint64_t)zip->entries, 2);
    put_little(end + 16, zip->size, 4);
    zip->size += zip->directory_size + 22;
}

static void make_zip(zip_file *zip, const void *pickle, size_t pickle_size,
                     const void *numbers, size_t numbers_size)
{
    memset(zip, 0, sizeof *zip);
    zip_add(zip, "m/data.pkl", pickle, pickle_size);
    zip_add(zip, "m/byteorder", "little", 6);
    zip_add(zip, "m/data/0", numbers, numbers_size);
    zip_close(zip);
}

static void make_good_zip(zip_file *zip)
{
    make_zip(zip, torch_pickle, sizeof torch_pickle - 1, torch_numbers,
             sizeof torch_numbers);
}

#endif
