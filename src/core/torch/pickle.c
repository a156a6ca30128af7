#include "torch/pickle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is read, and where. */
typedef struct {
    ac_pickle *p;
    const unsigned char *bytes;
    size_t size, at;
    int done;
} reader;

static int refuse(reader *r, const char *what, const char *detail,
                  size_t length)
{
    const int shown = length > 80 ? 80 : (int)length;
    snprintf(r->p->message, sizeof r->p->message, "%s%.*s", what, shown,
             detail);
    return 0;
}

static int refuse_plain(reader *r, const char *what)
{
    return refuse(r, what, "", 0);
}

/* ---- growing arrays ------------------------------------------------------ */

/* Room for one more item; *items moves. */
static int grow(void **items, size_t used, size_t *room, size_t item_size)
{
    if (used < *room)
        return 1;
    const size_t wanted = *room ? 2 * *room : 64;
    if (wanted > (size_t)INT32_MAX)
        return 0;
    void *moved = realloc(*items, wanted * item_size);
    if (!moved)
        return 0;
    *items = moved;
    *room = wanted;
    return 1;
}

#define GROW(p, array)                                                         \
    grow((void **)&(p)->array, (p)->n_##array, &(p)->max_##array,              \
         sizeof *(p)->array)

static int new_value(reader *r, ac_pickle_kind kind, int64_t number)
{
    if (!GROW(r->p, values)) {
        refuse_plain(r, "out of memory");
        return -1;
    }
    const ac_pickle_value value = {kind, number, NULL, 0};
    r->p->values[r->p->n_values] = value;
    return (int)r->p->n_values++;
}

static int new_cell(reader *r, int key, int value, int64_t before)
{
    if (!GROW(r->p, cells)) {
        refuse_plain(r, "out of memory");
        return -1;
    }
    const ac_pickle_cell cell = {key, value, (int)before};
    r->p->cells[r->p->n_cells] = cell;
    return (int)r->p->n_cells++;
}

/* ---- the stack ----------------------------------------------------------- */

static int push(reader *r, int value)
{
    if (value < 0)
        return 0;
    if (!GROW(r->p, stack))
        return refuse_plain(r, "out of memory");
    r->p->stack[r->p->n_stack++] = value;
    return 1;
}

static int push_new(reader *r, ac_pickle_kind kind, int64_t number)
{
    return push(r, new_value(r, kind, number));
}

/* The n-th value from the top, 0 the topmost; NULL and a message if the stack
 * has not so many above its last mark. */
static ac_pickle_value *top(reader *r, size_t n)
{
    ac_pickle *p = r->p;
    if (n < p->n_stack) {
        for (size_t i = 0; i <= n; i++)
            if (p->values[p->stack[p->n_stack - 1 - i]].kind == AC_MARK)
                goto missing;
        return &p->values[p->stack[p->n_stack - 1 - n]];
    }
missing:
    refuse_plain(r, "an instruction misses its arguments");
    return NULL;
}

/* Values above the topmost mark, which goes; -1 without one. */
static long pop_mark(reader *r)
{
    ac_pickle *p = r->p;
    for (size_t n = p->n_stack; n > 0; n--)
        if (p->values[p->stack[n - 1]].kind == AC_MARK) {
            const size_t above = p->n_stack - n;
            memmove(p->stack + n - 1, p->stack + n, above * sizeof *p->stack);
            p->n_stack--;
            return (long)above;
        }
    refuse_plain(r, "an instruction misses its mark");
    return -1;
}

/* ---- bytes --------------------------------------------------------------- */

static int read_bytes(reader *r, size_t count, const unsigned char **bytes)
{
    if (count > r->size - r->at)
        return refuse_plain(r, "the pickle is cut");
    *bytes = r->bytes + r->at;
    r->at += count;
    return 1;
}

/* Little-endian, unsigned. */
static int read_number(reader *r, size_t bytes, uint64_t *number)
{
    const unsigned char *from;
    if (!read_bytes(r, bytes, &from))
        return 0;
    *number = 0;
    for (size_t i = bytes; i-- > 0;)
        *number = *number << 8 | from[i];
    return 1;
}

static int read_string(reader *r, size_t length_bytes)
{
    uint64_t length;
    const unsigned char *text;
    if (!read_number(r, length_bytes, &length))
        return 0;
    if (length > r->size || !read_bytes(r, (size_t)length, &text))
        return refuse_plain(r, "a string is longer than the file");
    const int value = new_value(r, AC_STRING, 0);
    if (value < 0)
        return 0;
    r->p->values[value].text = (const char *)text;
    r->p->values[value].count = (size_t)length;
    return push(r, value);
}

static int read_integer(reader *r, size_t bytes, int is_signed)
{
    uint64_t number;
    if (!read_number(r, bytes, &number))
        return 0;
    int64_t value = (int64_t)number;
    if (is_signed && bytes < 8 && number >> (8 * bytes - 1))
        value -= (int64_t)1 << (8 * bytes);
    return push_new(r, AC_INT, value);
}

/* As many bytes as it says; only legacy's magic number needs more than 8, and
 * is told by the caller from the bytes themselves. */
static int read_long(reader *r)
{
    uint64_t length;
    const unsigned char *skipped;
    if (!read_number(r, 1, &length))
        return 0;
    if (length == 0)
        return push_new(r, AC_INT, 0);
    if (length <= 8)
        return read_integer(r, (size_t)length, 1);
    return read_bytes(r, (size_t)length, &skipped) && push_new(r, AC_INT, -1);
}

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

/* ---- tuples, lists, dicts ------------------------------------------------ */

/* The topmost `count` values as a tuple in their place. */
static int make_tuple(reader *r, size_t count)
{
    ac_pickle *p = r->p;
    if (count > 0 && !top(r, count - 1))
        return 0;
    const int64_t first = count > 0 ? (int64_t)p->n_cells : -1;
    for (size_t i = 0; i < count; i++)
        if (new_cell(r, -1, p->stack[p->n_stack - count + i], -1) < 0)
            return 0;
    p->n_stack -= count;
    const int tuple = new_value(r, AC_TUPLE, first);
    if (tuple >= 0)
        p->values[tuple].count = count;
    return push(r, tuple);
}

static const ac_pickle_value *item(const ac_pickle *p,
                                   const ac_pickle_value *tuple, size_t i)
{
    return &p->values[p->cells[tuple->number + (int64_t)i].value];
}

/* The topmost `count` values into the list below them. */
static int append(reader *r, size_t count)
{
    ac_pickle *p = r->p;
    ac_pickle_value *list = top(r, count);
    if (!list)
        return 0;
    if (list->kind != AC_LIST)
        return refuse_plain(r, "something is appended to no list");
    for (size_t i = 0; i < count; i++) {
        const int cell =
            new_cell(r, -1, p->stack[p->n_stack - count + i], list->number);
        if (cell < 0)
            return 0;
        list->number = cell;
        list->count++;
    }
    p->n_stack -= count;
    return 1;
}

/* The topmost `count` values, keys and values in turn, into the dict below. */
static int set_items(reader *r, size_t count)
{
    ac_pickle *p = r->p;
    ac_pickle_value *dict = top(r, count);
    if (!dict)
        return 0;
    if (dict->kind != AC_DICT || count % 2)
        return refuse_plain(r, "items are set in no dict");
    for (size_t i = 0; i < count; i += 2) {
        const int *pair = p->stack + p->n_stack - count + i;
        const int cell = new_cell(r, pair[0], pair[1], dict->number);
        if (cell < 0)
            return 0;
        dict->number = cell;
        dict->count++;
    }
    p->n_stack -= count;
    return 1;
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

/* ---- memo ---------------------------------------------------------------- */

/* Each entry takes bytes of the file, and entries count up. */
static int put(reader *r, uint64_t entry)
{
    ac_pickle *p = r->p;
    if (!top(r, 0))
        return 0;
    if (entry > r->size)
        return refuse_plain(r, "a memo entry is beyond the file's size");
    while (p->n_memo <= entry) {
        if (!GROW(p, memo))
            return refuse_plain(r, "out of memory");
        p->memo[p->n_memo++] = -1;
    }
    p->memo[entry] = p->stack[p->n_stack - 1];
    return 1;
}

static int get(reader *r, uint64_t entry)
{
    if (entry >= r->p->n_memo || r->p->memo[entry] < 0)
        return refuse_plain(r, "it reads a memo entry that was not written");
    return push(r, r->p->memo[entry]);
}

static int put_or_get(reader *r, size_t bytes, int (*what)(reader *, uint64_t))
{
    uint64_t entry;
    return read_number(r, bytes, &entry) && what(r, entry);
}

/* ---- instructions -------------------------------------------------------- */

static int above_mark(reader *r, int (*what)(reader *, size_t))
{
    const long count = pop_mark(r);
    return count >= 0 && what(r, (size_t)count);
}

static int stop(reader *r)
{
    if (!top(r, 0))
        return 0;
    r->p->result = r->p->stack[--r->p->n_stack];
    r->done = 1;
    return 1;
}

static int protocol(reader *r)
{
    uint64_t version;
    if (!read_number(r, 1, &version))
        return 0;
    return version == 2 || refuse_plain(r, "the pickle is not of protocol 2");
}

static int unknown(reader *r, unsigned char code)
{
    char shown[8];
    const int n = snprintf(shown, sizeof shown, "0x%02x", code);
    return refuse(r, "it has an instruction that no state dict needs: ", shown,
                  (size_t)n);
}

static int step(reader *r)
{
    const unsigned char *code;
    if (!read_bytes(r, 1, &code))
        return 0;
    switch (*code) {
    case 0x80:
        return protocol(r);
    case '.':
        return stop(r);
    case '(':
        return push_new(r, AC_MARK, 0);
    case 'N':
        return push_new(r, AC_NONE, 0);
    case 0x88:
        return push_new(r, AC_BOOL, 1);
    case 0x89:
        return push_new(r, AC_BOOL, 0);
    case 'J':
        return read_integer(r, 4, 1);
    case 'K':
        return read_integer(r, 1, 0);
    case 'M':
        return read_integer(r, 2, 0);
    case 0x8a:
        return read_long(r);
    case 'X':
        return read_string(r, 4);
    case 'T':
        return read_string(r, 4);
    case 'U':
        return read_string(r, 1);
    case 'c':
        return read_global(r);
    case ')':
        return make_tuple(r, 0);
    case 0x85:
        return make_tuple(r, 1);
    case 0x86:
        return make_tuple(r, 2);
    case 0x87:
        return make_tuple(r, 3);
    case 't':
        return above_mark(r, make_tuple);
    case ']':
        return push_new(r, AC_LIST, -1);
    case 'a':
        return append(r, 1);
    case 'e':
        return above_mark(r, append);
    case '}':
        return push_new(r, AC_DICT, -1);
    case 's':
        return set_items(r, 2);
    case 'u':
        return above_mark(r, set_items);
    case 'R':
        return reduce(r);
    case 'b':
        return build(r);
    case 'Q':
        return make_storage(r);
    case 'q':
        return put_or_get(r, 1, put);
    case 'r':
        return put_or_get(r, 4, put);
    case 'h':
        return put_or_get(r, 1, get);
    case 'j':
        return put_or_get(r, 4, get);
    default:
        return unknown(r, *code);
    }
}

size_t ac_pickle_read(ac_pickle *pickle, const unsigned char *bytes,
                      size_t size)
{
    reader r = {pickle, bytes, size, 0, 0};
    pickle->n_stack = 0;
    pickle->n_memo = 0;
    while (!r.done)
        if (!step(&r))
            return 0;
    return r.at;
}

/* Last first: of two items of one key the later holds, as in Python. */
const ac_pickle_value *ac_pickle_get(const ac_pickle *pickle, int dict,
                                     const char *key)
{
    int64_t at = pickle->values[dict].number;
    for (; at >= 0; at = pickle->cells[at].before) {
        const ac_pickle_cell *cell = &pickle->cells[at];
        const ac_pickle_value *name = &pickle->values[cell->key];
        if (name->kind == AC_STRING && name->count == strlen(key) &&
            memcmp(name->text, key, name->count) == 0)
            return &pickle->values[cell->value];
    }
    return NULL;
}

void ac_pickle_free(ac_pickle *pickle)
{
    free(pickle->values);
    free(pickle->cells);
    free(pickle->storages);
    free(pickle->tensors);
    free(pickle->stack);
    free(pickle->memo);
}
