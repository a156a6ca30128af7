/* Threads that share work in large pieces.
 *
 * A pool lives for one call of the core, so nothing is left of it where R forks
 * or unloads the library. The caller is its first worker. Helpers take pieces
 * from one stack, so that one which the system does not run holds up no piece
 * but its own; the caller does what nobody else took. Who waits sleeps, after a
 * short look whether the wait is over. */
#ifndef AC_POOL_H
#define AC_POOL_H

#include "attentive.h"

typedef struct pool pool;

/* What these say is up to whoever adds the piece. */
typedef struct {
    void *of;
    int kind, at, part;
} piece;

typedef struct {
    void (*run)(void *data, const piece *piece, int worker);
    /* After each piece, one at a time: adds the pieces that can run now. NULL:
     * none ever depends on another. */
    void (*done)(void *data, const piece *piece, pool *pool);
    void *data;
} pool_work;

/* `capacity`: pieces that can wait at a time. NULL: no memory. Where the system
 * has no more threads, there are fewer helpers. */
pool *pool_open(int threads, size_t capacity, ac_poll poll);
void pool_close(pool *self);

/* Before pool_run(), or in done(). The last one added runs first. */
void pool_add(pool *self, piece next);

/* Returns when all pieces have been done, or AC_INTERRUPTED after the caller
 * asked to stop: some have then not. */
ac_status pool_run(pool *self, const pool_work *work);

/* Asks the caller whether to stop, which only the first worker does. Afterwards
 * all workers are told to. `work` has been done since this worker last asked:
 * little of it is a question for later. */
int pool_should_stop(pool *self, int worker, double work);

#endif
