/* What both formats end in: the entries of a state dict, checked. */
#include "torch/torch.h"

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
