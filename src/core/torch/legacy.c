/* Files from before PyTorch 1.6: pickles, then storages. */
#include "torch/torch.h"

#include <stdlib.h>

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
