/* State dicts that PyTorch wrote: names and tensors, from the bytes of a file
 * in either format, the one before version 1.6 (a run of pickles, then the
 * storages) or the zip archive since. All sizes are checked against the
 * file's; nothing in it is executed (see pickle.h). */
#ifndef AC_TORCH_H
#define AC_TORCH_H

#include "torch/pickle.h"

typedef struct {
    const char *name;
    size_t name_length;
    const ac_pickle_tensor *tensor;
    const ac_pickle_storage *storage;
    const unsigned char *data; /* of the storage */
    int64_t count;             /* numbers in the tensor */
} ac_torch_entry;

typedef struct {
    ac_pickle pickle;
    ac_torch_entry *entries; /* in the order of the dict */
    int count;
    char message[256];
} ac_torch;

/* 1, or 0 with a message; free it in either case. The bytes must outlive it. */
int ac_torch_read(ac_torch *file, const unsigned char *bytes, size_t size);

/* The tensor's numbers, the last dimension running first. */
void ac_torch_numbers(const ac_torch_entry *entry, double *to);

/* "float", "double", "half", "bfloat16" or "long" */
const char *ac_torch_type(const ac_torch_entry *entry);

void ac_torch_free(ac_torch *file);

#endif
