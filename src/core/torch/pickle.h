/* The part of Python's pickle that a PyTorch state dict needs. A pickle is a
 * program; this interpreter knows a few of its instructions and a few names,
 * and refuses everything else. It never calls anything: the names stand for
 * values.
 *
 * Memory is in proportion to the bytes read. Values refer to each other by
 * index, and no function follows them to an unknown depth, so a structure that
 * contains itself does no harm. */
#ifndef AC_PICKLE_H
#define AC_PICKLE_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    AC_NONE,
    AC_BOOL,
    AC_INT,
    AC_STRING,
    AC_TUPLE,
    AC_LIST,
    AC_DICT,
    AC_GLOBAL,
    AC_STORAGE,
    AC_TENSOR,
    AC_MARK
} ac_pickle_kind;

typedef enum {
    AC_ORDERED_DICT,
    AC_REBUILD_TENSOR,
    AC_REBUILD_PARAMETER,
    AC_FLOAT_STORAGE, /* and on: types of numbers */
    AC_DOUBLE_STORAGE,
    AC_HALF_STORAGE,
    AC_BFLOAT16_STORAGE,
    AC_LONG_STORAGE,
    AC_GLOBALS
} ac_pickle_global;

typedef struct {
    ac_pickle_kind kind;
    int64_t number;   /* the integer, the truth, the global, or an index into
                       * cells (list, dict: the last; tuple: the first),
                       * storages or tensors; -1: empty                     */
    const char *text; /* of a string, within the bytes read */
    size_t count;     /* its length; the items of a tuple   */
} ac_pickle_value;

typedef struct {
    int key, value; /* key: -1 in a list or tuple */
    int before;     /* the cell before it, or -1  */
} ac_pickle_cell;

typedef struct {
    int type; /* ac_pickle_global */
    const char *key;
    size_t key_length;
    int64_t count;
} ac_pickle_storage;

enum { AC_MAX_DIMS = 4 };

typedef struct {
    int storage;
    int dims;
    int64_t offset, size[AC_MAX_DIMS], stride[AC_MAX_DIMS];
} ac_pickle_tensor;

typedef struct {
    ac_pickle_value *values;
    ac_pickle_cell *cells;
    ac_pickle_storage *storages;
    ac_pickle_tensor *tensors;
    int *stack, *memo;
    size_t n_values, n_cells, n_storages, n_tensors, n_stack, n_memo;
    size_t max_values, max_cells, max_storages, max_tensors, max_stack,
        max_memo;
    int result; /* of the last pickle read: an index into values */
    char message[200];
} ac_pickle;

/* Reads one pickle from the start of `bytes`; what was read before stays. The
 * bytes it took, or 0: see `message`. `bytes` must outlive the pickle. */
size_t ac_pickle_read(ac_pickle *pickle, const unsigned char *bytes,
                      size_t size);

/* What a dict has under a string, or NULL. */
const ac_pickle_value *ac_pickle_get(const ac_pickle *pickle, int dict,
                                     const char *key);

void ac_pickle_free(ac_pickle *pickle);

#endif
