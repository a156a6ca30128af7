/* The interpreter of pickles: it reads bytes and follows instructions. What it
 * remembers, and what names stand for, are files of their own, all static. */
#include "torch/pickle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "torch/pickle_values.c"

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

#include "torch/pickle_calls.c"

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
