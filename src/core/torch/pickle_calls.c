/* The names and calls that a PyTorch state dict is made of: what they stand
 * for, as nothing is called. */
#include "torch/pickle.h"

#include <string.h>

/* ---- names --------------------------------------------------------------- */

static const char *const global_names[AC_GLOBALS] = {
    [AC_ORDERED_DICT] = "collections\nOrderedDict\n",
    [AC_REBUILD_TENSOR] = "torch._utils\n_rebuild_tensor_v2\n",
    [AC_REBUILD_PARAMETER] = "torch._utils\n_rebuild_parameter\n",
    [AC_FLOAT_STORAGE] = "torch\nFloatStorage\n",
    [AC_DOUBLE_STORAGE] = "torch\nDoubleStorage\n",
    [AC_HALF_STORAGE] = "torch\nHalfStorage\n",
    [AC_BFLOAT16_STORAGE] = "torch\nBFloat16Storage\n",
    [AC_LONG_STORAGE] = "torch\nLongStorage\n",
};

/* Whether a name `length` bytes on is the class of an object, as a whole model
 * is: made of an empty tuple, or, in old files, told as a ('module', ...). */
static int is_object(reader *r, size_t length)
{
    const unsigned char *next = r->bytes + r->at + length;
    size_t left = r->size - r->at - length;
    const size_t memo = left > 0 && *next == 'q'   ? 2
                        : left > 0 && *next == 'r' ? 5
                                                   : 0;
    if (left >= memo + 2 && next[memo] == ')' && next[memo + 1] == 0x81)
        return 1;
    const ac_pickle *p = r->p;
    if (p->n_stack == 0)
        return 0;
    const ac_pickle_value *last = &p->values[p->stack[p->n_stack - 1]];
    return last->kind == AC_STRING && last->count == 6 &&
           memcmp(last->text, "module", 6) == 0;
}

static int read_global(reader *r)
{
    const char *from = (const char *)r->bytes + r->at;
    size_t length = 0;
    for (int lines = 0; lines < 2; length++) {
        if (length >= r->size - r->at)
            return refuse_plain(r, "the pickle is cut");
        lines += from[length] == '\n';
    }
    for (int g = 0; g < AC_GLOBALS; g++)
        if (length == strlen(global_names[g]) &&
            memcmp(from, global_names[g], length) == 0) {
            r->at += length;
            return push_new(r, AC_GLOBAL, g);
        }
    /* "posix\nsystem\n" is shown as posix.system */
    char shown[80];
    size_t n = 0;
    for (size_t i = 0; i + 1 < length && n + 1 < sizeof shown; i++) {
        const char c = from[i];
        shown[n++] = (char)(c == '\n' ? '.' : c >= ' ' && c <= '~' ? c : '?');
    }
    return refuse(r,
                  is_object(r, length)
                      ? "it is a whole model, not its weights: in Python, save "
                        "model.state_dict(); it asks for "
                      : "it asks for what no state dict needs: ",
                  shown, n);
}

/* ---- what stands for a call ---------------------------------------------- */

static int is_storage_type(const ac_pickle_value *v)
{
    return v->kind == AC_GLOBAL && v->number >= AC_FLOAT_STORAGE;
}

/* ('storage', type, key, location, count), in old files and one more: None */
static int make_storage(reader *r)
{
    ac_pickle *p = r->p;
    const ac_pickle_value *id = top(r, 0);
    if (!id)
        return 0;
    if (id->kind != AC_TUPLE || id->count < 5 || id->count > 6)
        return refuse_plain(r, "a storage is not told as PyTorch does");
    const ac_pickle_value *type = item(p, id, 1), *key = item(p, id, 2),
                          *count = item(p, id, 4);
    if (item(p, id, 0)->kind != AC_STRING || !is_storage_type(type) ||
        key->kind != AC_STRING || count->kind != AC_INT || count->number < 0)
        return refuse_plain(r, "a storage is not told as PyTorch does");
    if (id->count == 6 && item(p, id, 5)->kind != AC_NONE)
        return refuse_plain(r, "a storage is a view of another");
    if (!GROW(p, storages))
        return refuse_plain(r, "out of memory");
    const ac_pickle_storage storage = {(int)type->number, key->text, key->count,
                                       count->number};
    p->storages[p->n_storages] = storage;
    p->n_stack--;
    return push_new(r, AC_STORAGE, (int64_t)p->n_storages++);
}

/* (storage, offset, size, stride, ...) */
static int make_tensor(reader *r, const ac_pickle_value *arguments)
{
    ac_pickle *p = r->p;
    if (arguments->count < 4)
        return refuse_plain(r, "a tensor is not told as PyTorch does");
    const ac_pickle_value *storage = item(p, arguments, 0),
                          *offset = item(p, arguments, 1),
                          *size = item(p, arguments, 2),
                          *stride = item(p, arguments, 3);
    if (storage->kind != AC_STORAGE || offset->kind != AC_INT ||
        size->kind != AC_TUPLE || stride->kind != AC_TUPLE ||
        size->count != stride->count || size->count > AC_MAX_DIMS)
        return refuse_plain(r, "a tensor is not told as PyTorch does");
    ac_pickle_tensor tensor = {
        (int)storage->number, (int)size->count, offset->number, {0}, {0}};
    for (size_t i = 0; i < size->count; i++) {
        const ac_pickle_value *s = item(p, size, i), *t = item(p, stride, i);
        if (s->kind != AC_INT || t->kind != AC_INT)
            return refuse_plain(r, "a tensor's shape is no numbers");
        tensor.size[i] = s->number;
        tensor.stride[i] = t->number;
    }
    if (!GROW(p, tensors))
        return refuse_plain(r, "out of memory");
    p->tensors[p->n_tensors] = tensor;
    return push_new(r, AC_TENSOR, (int64_t)p->n_tensors++);
}

/* The call of the name below the topmost value on this tuple. */
static int reduce(reader *r)
{
    ac_pickle *p = r->p;
    const ac_pickle_value *arguments = top(r, 0), *name = top(r, 1);
    if (!arguments || !name)
        return 0;
    if (name->kind != AC_GLOBAL || arguments->kind != AC_TUPLE)
        return refuse_plain(r, "it calls what is no name");
    const ac_pickle_value copy = *arguments; /* values may move */
    const int64_t called = name->number;
    p->n_stack -= 2;
    if (called == AC_ORDERED_DICT && copy.count == 0)
        return push_new(r, AC_DICT, -1);
    if (called == AC_REBUILD_TENSOR)
        return make_tensor(r, &copy);
    if (called == AC_REBUILD_PARAMETER && copy.count > 0 &&
        item(p, &copy, 0)->kind == AC_TENSOR)
        return push(r, p->cells[copy.number].value);
    return refuse_plain(r, "it calls a name as no state dict does");
}

/* State of an object: torch's _metadata of a state dict, of no account here. */
static int build(reader *r)
{
    const ac_pickle_value *state = top(r, 0), *object = top(r, 1);
    if (!state || !object)
        return 0;
    if (object->kind != AC_DICT || state->kind != AC_DICT)
        return refuse_plain(r, "it sets the state of what is no dict");
    r->p->n_stack--;
    return 1;
}
