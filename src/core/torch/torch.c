/* Reading a state dict in either format, and its numbers. What the formats
 * share and each of them is a file of its own, all static. */
#include "torch/torch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "torch/state_dict.c"

#include "torch/legacy.c"
#include "torch/zip.c"

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
