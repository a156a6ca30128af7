/* Files since PyTorch 1.6: a zip archive, stored, not compressed. */
#include "torch/torch.h"

#include <string.h>
#include <zlib.h>

enum { END_SIZE = 22, DIRECTORY_SIZE = 46, LOCAL_SIZE = 30 };

typedef struct {
    const char *name;
    size_t name_length;
    const unsigned char *data;
    size_t size;
    size_t next; /* where the next entry of the directory begins */
    uint32_t checksum;
} zip_entry;

typedef struct {
    const unsigned char *bytes;
    size_t size;
    size_t at; /* of the directory */
    size_t count;
    zip_entry *entries;
    label *table;       /* of the entries, by name behind the prefix */
    const char *prefix; /* of all names                              */
    size_t prefix_length;
} zip_archive;

/* The entry of the directory at `at`; 0 with a message for what PyTorch does
 * not write. */
static int zip_at(ac_torch *file, const zip_archive *zip, size_t at,
                  zip_entry *entry)
{
    if (at > zip->size || zip->size - at < DIRECTORY_SIZE ||
        little(zip->bytes + at, 4) != 0x02014b50)
        return refuse(file, "the archive's directory is damaged");
    const unsigned char *d = zip->bytes + at;
    const uint64_t flags = little(d + 8, 2), method = little(d + 10, 2),
                   packed = little(d + 20, 4), size = little(d + 24, 4),
                   local = little(d + 42, 4);
    entry->name_length = (size_t)little(d + 28, 2);
    entry->name = (const char *)d + DIRECTORY_SIZE;
    entry->next = at + DIRECTORY_SIZE + entry->name_length +
                  (size_t)little(d + 30, 2) + (size_t)little(d + 32, 2);
    if (entry->next > zip->size)
        return refuse(file, "the archive's directory is damaged");
    if (size == 0xffffffff || local == 0xffffffff)
        return refuse(file, "an entry of the archive is of 4 GB or more");
    if (method != 0 || packed != size)
        return refuse(file, "an entry of the archive is compressed, which "
                            "PyTorch does not do");
    if (flags & 1)
        return refuse(file, "an entry of the archive is encrypted");
    if (local > zip->size || zip->size - local < LOCAL_SIZE ||
        little(zip->bytes + local, 4) != 0x04034b50)
        return refuse(file, "an entry of the archive is damaged");
    const unsigned char *l = zip->bytes + local;
    const uint64_t start =
        local + LOCAL_SIZE + little(l + 26, 2) + little(l + 28, 2);
    if (start > zip->size || size > zip->size - start)
        return refuse(file, "an entry of the archive reaches past its end");
    entry->data = zip->bytes + start;
    entry->size = (size_t)size;
    entry->checksum = (uint32_t)little(d + 16, 4);
    return 1;
}

static int find_end(ac_torch *file, zip_archive *zip)
{
    if (zip->size < END_SIZE)
        return refuse(file, "the archive is cut");
    size_t at = zip->size - END_SIZE;
    const size_t last = at > 65535 ? at - 65535 : 0;
    for (;; at--) {
        if (little(zip->bytes + at, 4) == 0x06054b50)
            break;
        if (at == last)
            return refuse(file, "the archive is cut");
    }
    zip->count = (size_t)little(zip->bytes + at + 10, 2);
    zip->at = (size_t)little(zip->bytes + at + 16, 4);
    return 1;
}

static const zip_entry *find_entry(const zip_archive *zip, const char *name,
                                   size_t length)
{
    const label *found = find_label(zip->table, zip->count, name, length);
    return found ? &zip->entries[found->item] : NULL;
}

static const unsigned char *find_zipped(const void *source,
                                        const ac_pickle_storage *storage)
{
    char name[64];
    if (storage->key_length > 32)
        return NULL;
    memcpy(name, "data/", 5);
    memcpy(name + 5, storage->key, storage->key_length);
    const zip_entry *entry = find_entry(source, name, 5 + storage->key_length);
    if (!entry)
        return NULL;
    const size_t bytes = (size_t)types[storage->type].size;
    return (uint64_t)storage->count <= entry->size / bytes ? entry->data : NULL;
}

/* Names are FOLDER/data.pkl and so on, of one folder. */
static int check_name(ac_torch *file, zip_archive *zip, const zip_entry *entry)
{
    const char *slash = memchr(entry->name, '/', entry->name_length);
    const size_t folder = slash ? (size_t)(slash - entry->name) + 1 : 0;
    if (folder < 2 || memchr(entry->name, '\\', entry->name_length) ||
        (entry->name[0] == '.' && entry->name[1] == '.'))
        return refuse(file, "a name in the archive is no PyTorch's");
    if (!zip->prefix) {
        zip->prefix = entry->name;
        zip->prefix_length = folder;
    }
    if (!same_text(entry->name, folder, zip->prefix, zip->prefix_length))
        return refuse(file, "the archive has several folders");
    for (size_t k = folder; k + 1 < entry->name_length; k++)
        if (entry->name[k] == '.' && entry->name[k + 1] == '.')
            return refuse(file, "a name in the archive is no PyTorch's");
    return 1;
}

/* PyTorch itself does not look at the checksums, and can be told to leave them
 * out, which makes them 0. A fuzzer could not guess one. */
static int check_data(ac_torch *file, const zip_entry *entry)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    (void)file;
    (void)entry;
    return 1;
#else
    const size_t part = 1 << 30; /* zlib counts bytes with an unsigned int */
    uLong sum = crc32(0, NULL, 0);
    for (size_t at = 0; at < entry->size; at += part) {
        const size_t left = entry->size - at;
        sum = crc32(sum, entry->data + at, (uInt)(left < part ? left : part));
    }
    if (entry->checksum == 0 || (uint32_t)sum == entry->checksum)
        return 1;
    return refuse(file, "it is damaged: an entry of the archive does not fit "
                        "its checksum");
#endif
}

/* Entries that overlap would let a small file ask for much work. */
static int read_directory(ac_torch *file, zip_archive *zip)
{
    size_t at = zip->at, total = 0;
    for (size_t i = 0; i < zip->count; i++, at = zip->entries[i - 1].next) {
        zip_entry *entry = &zip->entries[i];
        if (!zip_at(file, zip, at, entry) || !check_name(file, zip, entry))
            return 0;
        total += entry->size;
        if (total > zip->size)
            return refuse(file, "entries of the archive overlap");
        if (!check_data(file, entry))
            return 0;
        const label name = {entry->name + zip->prefix_length,
                            entry->name_length - zip->prefix_length, i};
        zip->table[i] = name;
    }
    qsort(zip->table, zip->count, sizeof *zip->table, compare_labels);
    if (has_twins(zip->table, zip->count))
        return refuse(file, "the archive has a name twice");
    return 1;
}

static int read_entries(ac_torch *file, const zip_archive *zip)
{
    const zip_entry *order = find_entry(zip, "byteorder", 9);
    if (order &&
        !same_text((const char *)order->data, order->size, "little", 6))
        return refuse(file, "its numbers are not little-endian");
    const zip_entry *pickle = find_entry(zip, "data.pkl", 8);
    if (!pickle)
        return refuse(file, "the archive has no data.pkl");
    return read_pickle(file, pickle->data, pickle->size) &&
           add_entries(file, zip->size, zip, find_zipped);
}

static int read_zip(ac_torch *file, const unsigned char *bytes, size_t size)
{
    zip_archive zip = {.bytes = bytes, .size = size};
    if (!find_end(file, &zip))
        return 0;
    if (zip.count == 0 || zip.count > 8192)
        return refuse(file, "the archive has no entries, or too many");
    zip.entries = calloc(zip.count, sizeof *zip.entries);
    zip.table = calloc(zip.count, sizeof *zip.table);
    const int fine = zip.entries && zip.table ? read_directory(file, &zip) &&
                                                    read_entries(file, &zip)
                                              : refuse(file, "out of memory");
    free(zip.entries);
    free(zip.table);
    return fine;
}
