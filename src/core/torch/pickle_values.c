/* What the interpreter remembers: values, its stack, and the tuples, lists and
 * dicts of values. */
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
