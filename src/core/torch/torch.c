#include "torch/torch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

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
    int empty = 0;
    for (int d = 0; d < tensor->dims; d++) {
        const int64_t size = tensor->size[d];
        if (size < 0 || tensor->stride[d] < 0 || size > INT32_MAX)
            return -1;
        empty |= size == 0;
    }
    if (empty)
        return 0;
    int64_t count = 1, last = tensor->offset;
    for (int d = 0; d < tensor->dims; d++) {
        const int64_t size = tensor->size[d], stride = tensor->stride[d];
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

/* A name, and the number of what it names. Tables of them are sorted, so that
 * a file of many names takes no long time. */
typedef struct {
    const char *text;
    size_t length, item;
} label;

static int compare_texts(const label *a, const label *b)
{
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return a->length == 0 ? 0 : memcmp(a->text, b->text, a->length);
}

static int compare_labels(const void *a, const void *b)
{
    const label *x = a, *y = b;
    const int order = compare_texts(x, y);
    if (order != 0)
        return order;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* The first of a sorted table that has the text; NULL if none has. */
static label *find_label(label *table, size_t count, const char *text,
                         size_t length)
{
    const label wanted = {text, length, 0};
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_texts(&table[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && compare_texts(&table[low], &wanted) == 0 ? &table[low]
                                                                   : NULL;
}

static int has_twins(const label *table, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (compare_texts(&table[i - 1], &table[i]) == 0)
            return 1;
    return 0;
}

static int add_entry(ac_torch *file, const ac_pickle_cell *cell, size_t size,
                     const void *source, find_storage *find)
{
    const ac_pickle *p = &file->pickle;
    const ac_pickle_value *name = &p->values[cell->key],
                          *value = &p->values[cell->value];
    if (name->kind != AC_STRING || value->kind != AC_TENSOR)
        return refuse(file, "it is no state dict: an entry is no tensor");
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

static int check_twins(ac_torch *file)
{
    const size_t count = (size_t)file->count;
    label *names = calloc(count + 1, sizeof *names);
    if (!names)
        return refuse(file, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const ac_torch_entry *entry = &file->entries[i];
        const label name = {entry->name, entry->name_length, i};
        names[i] = name;
    }
    qsort(names, count, sizeof *names, compare_labels);
    const int twins = has_twins(names, count);
    free(names);
    return twins ? refuse(file, "it has a name twice") : 1;
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
    return fine && check_twins(file);
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

/* Storages stand one after the other, each a count and its numbers, in the
 * order of a list of keys, the last pickle. */
typedef struct {
    const ac_pickle *pickle;
    label *table;               /* of the storages, by key */
    const unsigned char **data; /* of each of the table, NULL: not placed */
} legacy_storages;

static label *find_key(const legacy_storages *all, const char *key,
                       size_t length)
{
    return find_label(all->table, all->pickle->n_storages, key, length);
}

/* Two that tell of one key must agree: only the first was placed. */
static const unsigned char *find_legacy(const void *source,
                                        const ac_pickle_storage *storage)
{
    const legacy_storages *all = source;
    const label *found = find_key(all, storage->key, storage->key_length);
    const ac_pickle_storage *placed = &all->pickle->storages[found->item];
    if (placed->type != storage->type || placed->count != storage->count)
        return NULL;
    return all->data[found - all->table];
}

/* The storage at the bytes, which has this key. The bytes it takes, or 0. */
static size_t place_storage(ac_torch *file, legacy_storages *all,
                            const ac_pickle_value *key,
                            const unsigned char *bytes, size_t size)
{
    const label *found =
        key->kind == AC_STRING ? find_key(all, key->text, key->count) : NULL;
    const ac_pickle_storage *storage =
        found ? &all->pickle->storages[found->item] : NULL;
    if (!storage || size < 8 || little(bytes, 8) != (uint64_t)storage->count)
        return (size_t)refuse(file, "its storages are not those it tells of");
    const size_t number = (size_t)types[storage->type].size;
    if ((uint64_t)storage->count > (size - 8) / number)
        return (size_t)refuse(file, "a storage is larger than the file");
    all->data[found - all->table] = bytes + 8;
    return 8 + (size_t)storage->count * number;
}

/* A list is linked from its end. */
static int place_storages(ac_torch *file, legacy_storages *all,
                          const ac_pickle_value *list,
                          const unsigned char *bytes, size_t size)
{
    const ac_pickle *p = &file->pickle;
    const ac_pickle_value **keys = calloc(list->count + 1, sizeof *keys);
    if (!keys)
        return refuse(file, "out of memory");
    int64_t at = list->number;
    for (size_t i = list->count; i-- > 0; at = p->cells[at].before)
        keys[i] = &p->values[p->cells[at].value];
    int fine = 1;
    for (size_t i = 0, used; fine && i < list->count; i++) {
        used = place_storage(file, all, keys[i], bytes, size);
        fine = used > 0;
        bytes += used;
        size -= used;
    }
    free(keys);
    return fine;
}

static label *storage_table(const ac_pickle *p)
{
    label *table = calloc(p->n_storages + 1, sizeof *table);
    if (!table)
        return NULL;
    for (size_t i = 0; i < p->n_storages; i++) {
        const label key = {p->storages[i].key, p->storages[i].key_length, i};
        table[i] = key;
    }
    qsort(table, p->n_storages, sizeof *table, compare_labels);
    return table;
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
    const ac_pickle_value *keys = &p->values[p->result];
    legacy_storages all = {p, storage_table(p),
                           calloc(p->n_storages + 1, sizeof *all.data)};
    file->pickle.result = result;
    const int fine =
        all.table && all.data
            ? place_storages(file, &all, keys, bytes + at, size - at) &&
                  add_entries(file, size, &all, find_legacy)
            : refuse(file, "out of memory");
    free(all.table);
    free(all.data);
    return fine;
}

/* ---- since 1.6: a zip archive, stored, not compressed -------------------- */

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
