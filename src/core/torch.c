#include "torch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int size;
} types[AC_GLOBALS] = {
    [AC_FLOAT_STORAGE] = {"float", 4}, [AC_DOUBLE_STORAGE] = {"double", 8},
    [AC_HALF_STORAGE] = {"half", 2},   [AC_BFLOAT16_STORAGE] = {"bfloat16", 2},
    [AC_LONG_STORAGE] = {"long", 8},
};

static int refuse(ac_torch *file, const char *what)
{
    snprintf(file->message, sizeof file->message, "%s", what);
    return 0;
}

static uint64_t little(const unsigned char *bytes, int count)
{
    uint64_t number = 0;
    for (int i = count; i-- > 0;)
        number = number << 8 | bytes[i];
    return number;
}

/* ---- what both formats end in -------------------------------------------- */

/* Where the numbers of a storage are, by its key; NULL if they are not there
 * or fewer than it says. */
typedef const unsigned char *find_storage(const void *source,
                                          const ac_pickle_storage *storage);

/* The numbers of a tensor, -1 if it reaches out of its storage or names one
 * number twice, by which a small file could ask for much memory. */
static int64_t checked_count(const ac_pickle_tensor *tensor, int64_t stored)
{
    if (tensor->offset < 0 || tensor->offset > stored)
        return -1;
    int64_t count = 1, last = tensor->offset;
    for (int d = 0; d < tensor->dims; d++) {
        const int64_t size = tensor->size[d], stride = tensor->stride[d];
        if (size < 0 || stride < 0 || size > stored)
            return -1;
        if (size == 0)
            return 0;
        if (size == 1)
            continue;
        if (count > stored / size)
            return -1;
        count *= size;
        if (stride > 0 && size - 1 > (stored - last) / stride)
            return -1;
        last += (size - 1) * stride;
    }
    return last < stored ? count : -1;
}

static int same_text(const char *a, size_t a_length, const char *b,
                     size_t b_length)
{
    return a_length == b_length && memcmp(a, b, a_length) == 0;
}

static int add_entry(ac_torch *file, const ac_pickle_cell *cell, size_t size,
                     const void *source, find_storage *find)
{
    const ac_pickle *p = &file->pickle;
    const ac_pickle_value *name = &p->values[cell->key],
                          *value = &p->values[cell->value];
    if (name->kind != AC_STRING || value->kind != AC_TENSOR)
        return refuse(file, "it is no state dict: an entry is no tensor");
    for (int i = 0; i < file->count; i++)
        if (same_text(file->entries[i].name, file->entries[i].name_length,
                      name->text, name->count))
            return refuse(file, "it has a name twice");
    const ac_pickle_tensor *tensor = &p->tensors[value->number];
    const ac_pickle_storage *storage = &p->storages[tensor->storage];
    const int64_t bytes = types[storage->type].size;
    if (storage->count > (int64_t)(size / (size_t)bytes))
        return refuse(file, "a storage is larger than the file");
    const int64_t count = checked_count(tensor, storage->count);
    if (count < 0)
        return refuse(file, "a tensor reaches out of its storage");
    const unsigned char *data = find(source, storage);
    if (!data)
        return refuse(file, "a storage is missing or cut");
    const ac_torch_entry entry = {name->text, name->count, tensor,
                                  storage,    data,        count};
    file->entries[file->count++] = entry;
    return 1;
}

/* All tensors together have no more numbers than the file has bytes. */
static int add_entries(ac_torch *file, size_t size, const void *source,
                       find_storage *find)
{
    const ac_pickle *p = &file->pickle;
    const ac_pickle_value *dict = &p->values[p->result];
    if (dict->kind != AC_DICT)
        return refuse(file, "it is no state dict");
    if (dict->count > 4096)
        return refuse(file, "it has more than 4096 entries");
    file->entries = calloc(dict->count + 1, sizeof *file->entries);
    int *cells = calloc(dict->count + 1, sizeof *cells);
    int fine = file->entries && cells;
    if (!fine)
        refuse(file, "out of memory");
    int64_t at = dict->number, total = 0;
    for (size_t i = dict->count; fine && i-- > 0; at = p->cells[at].before)
        cells[i] = (int)at;
    for (size_t i = 0; fine && i < dict->count; i++) {
        fine = add_entry(file, &p->cells[cells[i]], size, source, find);
        if (fine)
            total += file->entries[i].count;
        if (fine && total > (int64_t)size)
            fine = refuse(file, "its tensors share their storages too often");
    }
    free(cells);
    return fine;
}

static size_t read_pickle(ac_torch *file, const unsigned char *bytes,
                          size_t size)
{
    const size_t used = ac_pickle_read(&file->pickle, bytes, size);
    if (!used)
        refuse(file, file->pickle.message);
    return used;
}

/* ---- before 1.6: pickles, then storages ---------------------------------- */

/* protocol 2, a long of ten bytes, stop */
static const unsigned char legacy_magic[] = {0x80, 0x02, 0x8a, 0x0a, 0x6c,
                                             0xfc, 0x9c, 0x46, 0xf9, 0x20,
                                             0x6a, 0xa8, 0x50, 0x19, '.'};

static const ac_pickle_storage *storage_of_key(const ac_pickle *p,
                                               const ac_pickle_value *key)
{
    for (size_t i = 0; i < p->n_storages; i++)
        if (same_text(p->storages[i].key, p->storages[i].key_length, key->text,
                      key->count))
            return &p->storages[i];
    return NULL;
}

/* Storages stand one after the other, each a count and its numbers, in the
 * order of a list of keys, the last pickle. */
typedef struct {
    const ac_pickle *pickle;
    const ac_pickle_value *keys;
    const unsigned char **data; /* of each key in the list's order */
} legacy_storages;

/* Two that tell of one key must agree: only the first was placed. */
static const unsigned char *find_legacy(const void *source,
                                        const ac_pickle_storage *storage)
{
    const legacy_storages *all = source;
    const ac_pickle_value told = {AC_STRING, 0, storage->key,
                                  storage->key_length};
    const ac_pickle_storage *placed = storage_of_key(all->pickle, &told);
    if (placed->type != storage->type || placed->count != storage->count)
        return NULL;
    int64_t at = all->keys->number;
    for (size_t i = all->keys->count; i-- > 0;
         at = all->pickle->cells[at].before) {
        const ac_pickle_value *key =
            &all->pickle->values[all->pickle->cells[at].value];
        if (same_text(key->text, key->count, storage->key, storage->key_length))
            return all->data[i];
    }
    return NULL;
}

static int place_storages(ac_torch *file, legacy_storages *all,
                          const unsigned char *bytes, size_t size)
{
    const ac_pickle *p = &file->pickle;
    const size_t count = all->keys->count;
    const ac_pickle_value **keys = calloc(count + 1, sizeof *keys);
    if (!keys)
        return refuse(file, "out of memory");
    int64_t at = all->keys->number;
    for (size_t i = count; i-- > 0; at = p->cells[at].before)
        keys[i] = &p->values[p->cells[at].value];
    int fine = 1;
    for (size_t i = 0; fine && i < count; i++) {
        const ac_pickle_storage *storage =
            keys[i]->kind == AC_STRING ? storage_of_key(p, keys[i]) : NULL;
        if (!storage || size < 8 ||
            little(bytes, 8) != (uint64_t)storage->count) {
            fine = refuse(file, "its storages are not those it tells of");
            break;
        }
        const uint64_t numbers = (size - 8) / (size_t)types[storage->type].size;
        if ((uint64_t)storage->count > numbers) {
            fine = refuse(file, "a storage is larger than the file");
            break;
        }
        const size_t length =
            8 + (size_t)storage->count * (size_t)types[storage->type].size;
        all->data[i] = bytes + 8;
        bytes += length;
        size -= length;
    }
    free(keys);
    return fine;
}

static int read_legacy(ac_torch *file, const unsigned char *bytes, size_t size)
{
    const ac_pickle *p = &file->pickle;
    size_t at = sizeof legacy_magic, used = 0;
    int result = -1;
    for (int part = 0; part < 4; part++, at += used) {
        used = read_pickle(file, bytes + at, size - at);
        if (!used)
            return 0;
        const ac_pickle_value *value = &p->values[p->result];
        if (part == 0 && (value->kind != AC_INT || value->number != 1001))
            return refuse(file, "it is of another version of the old format");
        if (part == 1) {
            const ac_pickle_value *little_endian =
                value->kind == AC_DICT
                    ? ac_pickle_get(p, p->result, "little_endian")
                    : NULL;
            if (!little_endian || little_endian->number != 1)
                return refuse(file, "its numbers are not little-endian");
        }
        if (part == 2)
            result = p->result;
        if (part == 3 && value->kind != AC_LIST)
            return refuse(file, "it has no list of storages");
    }
    legacy_storages all = {p, &p->values[p->result], NULL};
    all.data = calloc(all.keys->count + 1, sizeof *all.data);
    if (!all.data)
        return refuse(file, "out of memory");
    file->pickle.result = result;
    const int fine = place_storages(file, &all, bytes + at, size - at) &&
                     add_entries(file, size, &all, find_legacy);
    free(all.data);
    return fine;
}

/* ---- since 1.6: a zip archive, stored, not compressed -------------------- */

enum { END_SIZE = 22, DIRECTORY_SIZE = 46, LOCAL_SIZE = 30 };

typedef struct {
    const unsigned char *bytes;
    size_t size;
    size_t at; /* of the directory */
    uint64_t entries;
    const char *prefix; /* of all names */
    size_t prefix_length;
} zip_archive;

typedef struct {
    const char *name;
    size_t name_length;
    const unsigned char *data;
    size_t size;
    size_t next; /* where the next entry of the directory begins */
} zip_entry;

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
    zip->entries = little(zip->bytes + at + 10, 2);
    zip->at = (size_t)little(zip->bytes + at + 16, 4);
    return 1;
}

static int find_entry(ac_torch *file, const zip_archive *zip, const char *name,
                      size_t length, zip_entry *entry)
{
    size_t at = zip->at;
    for (uint64_t i = 0; i < zip->entries; i++, at = entry->next) {
        if (!zip_at(file, zip, at, entry))
            return 0;
        if (entry->name_length == zip->prefix_length + length &&
            memcmp(entry->name, zip->prefix, zip->prefix_length) == 0 &&
            memcmp(entry->name + zip->prefix_length, name, length) == 0)
            return 1;
    }
    return 0;
}

static const unsigned char *find_zipped(const void *source,
                                        const ac_pickle_storage *storage)
{
    const zip_archive *zip = source;
    ac_torch unused;
    zip_entry entry;
    char name[64];
    if (storage->key_length > 32)
        return NULL;
    memcpy(name, "data/", 5);
    memcpy(name + 5, storage->key, storage->key_length);
    if (!find_entry(&unused, zip, name, 5 + storage->key_length, &entry))
        return NULL;
    const size_t bytes = (size_t)types[storage->type].size;
    return (uint64_t)storage->count <= entry.size / bytes ? entry.data : NULL;
}

/* Names are FOLDER/data.pkl and so on, of one folder, each once. */
static int check_names(ac_torch *file, zip_archive *zip)
{
    zip_entry entry, other;
    size_t at = zip->at;
    for (uint64_t i = 0; i < zip->entries; i++, at = entry.next) {
        if (!zip_at(file, zip, at, &entry))
            return 0;
        const char *slash = memchr(entry.name, '/', entry.name_length);
        const size_t folder = slash ? (size_t)(slash - entry.name) + 1 : 0;
        if (folder < 2 || memchr(entry.name, '\\', entry.name_length) ||
            (entry.name[0] == '.' && entry.name[1] == '.'))
            return refuse(file, "a name in the archive is no PyTorch's");
        if (i == 0) {
            zip->prefix = entry.name;
            zip->prefix_length = folder;
        }
        if (!same_text(entry.name, folder, zip->prefix, zip->prefix_length))
            return refuse(file, "the archive has several folders");
        for (size_t k = folder; k + 1 < entry.name_length; k++)
            if (entry.name[k] == '.' && entry.name[k + 1] == '.')
                return refuse(file, "a name in the archive is no PyTorch's");
        size_t before = zip->at;
        for (uint64_t j = 0; j < i; j++, before = other.next)
            if (!zip_at(file, zip, before, &other) ||
                same_text(other.name, other.name_length, entry.name,
                          entry.name_length))
                return refuse(file, "the archive has a name twice");
    }
    return 1;
}

static int read_zip(ac_torch *file, const unsigned char *bytes, size_t size)
{
    zip_archive zip = {bytes, size, 0, 0, NULL, 0};
    if (!find_end(file, &zip))
        return 0;
    if (zip.entries == 0 || zip.entries > 8192)
        return refuse(file, "the archive has no entries, or too many");
    if (!check_names(file, &zip))
        return 0;
    zip_entry entry;
    if (find_entry(file, &zip, "byteorder", 9, &entry) &&
        !same_text((const char *)entry.data, entry.size, "little", 6))
        return refuse(file, "its numbers are not little-endian");
    if (!find_entry(file, &zip, "data.pkl", 8, &entry))
        return refuse(file, "the archive has no data.pkl");
    return read_pickle(file, entry.data, entry.size) &&
           add_entries(file, size, &zip, find_zipped);
}

/* ---- the face ------------------------------------------------------------ */

int ac_torch_read(ac_torch *file, const unsigned char *bytes, size_t size)
{
    memset(file, 0, sizeof *file);
    if (size >= sizeof legacy_magic &&
        memcmp(bytes, legacy_magic, sizeof legacy_magic) == 0)
        return read_legacy(file, bytes, size);
    if (size >= 4 && little(bytes, 4) == 0x04034b50)
        return read_zip(file, bytes, size);
    return refuse(file, "it begins as no file of PyTorch does");
}

static double from_half(uint64_t bits)
{
    const double sign = bits >> 15 ? -1 : 1;
    const int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    if (exponent == 31)
        return fraction ? NAN : sign * INFINITY;
    if (exponent == 0)
        return sign * ldexp(fraction, -24);
    return sign * ldexp(1024 + fraction, exponent - 25);
}

static double from_float(uint64_t bits)
{
    const uint32_t narrow = (uint32_t)bits;
    float number;
    memcpy(&number, &narrow, sizeof number);
    return number;
}

static double number_at(const ac_torch_entry *entry, int64_t at)
{
    const int type = entry->storage->type;
    const uint64_t bits =
        little(entry->data + at * types[type].size, types[type].size);
    double number;
    switch (type) {
    case AC_FLOAT_STORAGE:
        return from_float(bits);
    case AC_HALF_STORAGE:
        return from_half(bits);
    case AC_BFLOAT16_STORAGE:
        return from_float(bits << 16);
    case AC_LONG_STORAGE:
        return (double)(int64_t)bits;
    default:
        memcpy(&number, &bits, sizeof number);
        return number;
    }
}

void ac_torch_numbers(const ac_torch_entry *entry, double *to)
{
    const ac_pickle_tensor *tensor = entry->tensor;
    int64_t index[AC_MAX_DIMS] = {0};
    for (int64_t i = 0; i < entry->count; i++) {
        int64_t at = tensor->offset;
        for (int d = 0; d < tensor->dims; d++)
            at += index[d] * tensor->stride[d];
        to[i] = number_at(entry, at);
        for (int d = tensor->dims; d-- > 0;) {
            if (++index[d] < tensor->size[d])
                break;
            index[d] = 0;
        }
    }
}

const char *ac_torch_type(const ac_torch_entry *entry)
{
    return types[entry->storage->type].name;
}

void ac_torch_free(ac_torch *file)
{
    ac_pickle_free(&file->pickle);
    free(file->entries);
    file->entries = NULL;
}
