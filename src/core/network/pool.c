/* Threads that share work: see pool.h. */
#include "network/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#ifndef _WIN32
#include <signal.h>
#endif

typedef struct {
    pool *pool;
    pthread_t thread;
    int worker; /* from 1 on */
} helper;

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t wake; /* of the helpers */
    pthread_cond_t home; /* of the caller  */
    helper *helper;
    int helpers;

    /* What workers look at without the lock, as a hint */
    const pool_work *work; /* NULL while the caller does something else */
    size_t count;
    int running; /* pieces that a worker has begun */
    int stopped, closing;

    piece *pieces; /* a stack of `count` */
    int asleep;    /* helpers that no wake-up is on its way to */
    int wake_ups;  /* on their way */
    int caller_asleep;
    int looks; /* of the caller */

    ac_poll poll;
    double asked; /* work of the caller since the last poll */
};

/* How often a worker looks before it sleeps: some ten microseconds at most,
 * about what it takes to wake a thread. */
enum { MOST_LOOKS = 2048, FEWEST_LOOKS = 64 };

/* Nanoseconds that the caller sleeps before it polls. */
enum { NAP = 20000000 };

/* Multiply-adds of lane vectors between two polls: tens of milliseconds with
 * the fast kernels, hundreds with the plain ones. */
static const double poll_work = 1 << 24;

static void breathe(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* ---- pieces -------------------------------------------------------------- */

void pool_add(pool *self, piece next)
{
    self->pieces[self->count] = next;
    __atomic_store_n(&self->count, self->count + 1, __ATOMIC_RELAXED);
}

static piece take(pool *self)
{
    __atomic_store_n(&self->count, self->count - 1, __ATOMIC_RELAXED);
    return self->pieces[self->count];
}

static void set_running(pool *self, int change)
{
    __atomic_store_n(&self->running, self->running + change, __ATOMIC_RELAXED);
}

static int is_stopped(const pool *self)
{
    return __atomic_load_n(&self->stopped, __ATOMIC_RELAXED);
}

static int has_pieces(const pool *self)
{
    return __atomic_load_n(&self->count, __ATOMIC_RELAXED) > 0 &&
           __atomic_load_n(&self->work, __ATOMIC_RELAXED) && !is_stopped(self);
}

static int is_over(const pool *self)
{
    return !has_pieces(self) &&
           __atomic_load_n(&self->running, __ATOMIC_RELAXED) == 0;
}

/* Wakes workers for all pieces but the next, which the one who asks takes. */
static void wake_for(pool *self, size_t pieces)
{
    if (pieces > 0 && self->caller_asleep) {
        self->caller_asleep = 0;
        pthread_cond_signal(&self->home);
        pieces--;
    }
    for (; pieces > 0 && self->asleep > 0; pieces--) {
        self->asleep--;
        self->wake_ups++;
        pthread_cond_signal(&self->wake);
    }
}

/* Takes pieces until there are none; with the lock before and after. */
static void work_off(pool *self, int worker)
{
    while (has_pieces(self)) {
        const piece next = take(self);
        const pool_work *work = self->work;
        set_running(self, 1);
        pthread_mutex_unlock(&self->lock);
        work->run(work->data, &next, worker);
        pthread_mutex_lock(&self->lock);
        if (work->done && !is_stopped(self)) {
            const size_t before = self->count;
            work->done(work->data, &next, self);
            if (self->count > before + 1)
                wake_for(self, self->count - before - 1);
        }
        set_running(self, -1);
    }
    if (self->caller_asleep && is_over(self)) {
        self->caller_asleep = 0;
        pthread_cond_signal(&self->home);
    }
}

/* ---- waiting ------------------------------------------------------------- */

/* Looks until `over`, first without the lock, which is held before and after.
 * A worker whose looks were in vain looks less often the next time. */
static int look(pool *self, int *looks, int (*over)(const pool *self))
{
    pthread_mutex_unlock(&self->lock);
    int left = *looks;
    while (left > 0 && !over(self)) {
        breathe();
        left--;
    }
    pthread_mutex_lock(&self->lock);
    if (left > 0 && *looks < MOST_LOOKS)
        *looks *= 2;
    if (left == 0 && *looks > FEWEST_LOOKS)
        *looks /= 2;
    return over(self);
}

static int helper_goes_on(const pool *self)
{
    return has_pieces(self) ||
           __atomic_load_n(&self->closing, __ATOMIC_RELAXED);
}

static int caller_goes_on(const pool *self)
{
    return has_pieces(self) || is_over(self);
}

static void *help(void *data)
{
    helper *own = data;
    pool *self = own->pool;
    int looks = MOST_LOOKS;
    pthread_mutex_lock(&self->lock);
    while (!self->closing) {
        work_off(self, own->worker);
        if (look(self, &looks, helper_goes_on))
            continue;
        self->asleep++;
        while (self->wake_ups == 0 && !self->closing)
            pthread_cond_wait(&self->wake, &self->lock);
        if (self->wake_ups > 0)
            self->wake_ups--;
    }
    pthread_mutex_unlock(&self->lock);
    return NULL;
}

/* Sleeps for NAP at most. */
static void sleep_caller(pool *self)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += NAP;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    self->caller_asleep = 1;
    while (self->caller_asleep)
        if (pthread_cond_timedwait(&self->home, &self->lock, &until))
            self->caller_asleep = 0;
}

static void ask(pool *self)
{
    self->asked = 0;
    if (self->poll.stop && self->poll.stop(self->poll.data))
        __atomic_store_n(&self->stopped, 1, __ATOMIC_RELAXED);
}

int pool_should_stop(pool *self, int worker, double work)
{
    if (worker == 0 && !is_stopped(self)) {
        self->asked += work;
        if (self->asked >= poll_work)
            ask(self);
    }
    return is_stopped(self);
}

ac_status pool_run(pool *self, const pool_work *work)
{
    pthread_mutex_lock(&self->lock);
    __atomic_store_n(&self->work, work, __ATOMIC_RELAXED);
    if (self->count > 1)
        wake_for(self, self->count - 1);
    for (;;) {
        work_off(self, 0);
        if (is_over(self))
            break;
        if (look(self, &self->looks, caller_goes_on))
            continue;
        sleep_caller(self);
        if (caller_goes_on(self))
            continue;
        pthread_mutex_unlock(&self->lock);
        pool_should_stop(self, 0, poll_work);
        pthread_mutex_lock(&self->lock);
    }
    __atomic_store_n(&self->count, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&self->work, NULL, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&self->lock);
    return is_stopped(self) ? AC_INTERRUPTED : AC_OK;
}

/* ---- life ---------------------------------------------------------------- */

/* Signals are for the caller: R's handlers must run on its own thread. */
static int start_helper(helper *own)
{
#ifdef _WIN32
    return pthread_create(&own->thread, NULL, help, own);
#else
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int fault = pthread_create(&own->thread, NULL, help, own);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return fault;
#endif
}

pool *pool_open(int threads, size_t capacity, ac_poll poll)
{
    pool *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->pieces = malloc(capacity * sizeof *self->pieces);
    self->helper = calloc(threads, sizeof *self->helper);
    if (!self->pieces || !self->helper) {
        free(self->pieces);
        free(self->helper);
        free(self);
        return NULL;
    }
    self->poll = poll;
    self->looks = MOST_LOOKS;
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->wake, NULL);
    pthread_cond_init(&self->home, NULL);
    while (self->helpers < threads - 1) {
        helper *own = &self->helper[self->helpers];
        own->pool = self;
        own->worker = self->helpers + 1;
        if (start_helper(own))
            break;
        self->helpers++;
    }
    return self;
}

void pool_close(pool *self)
{
    if (!self)
        return;
    pthread_mutex_lock(&self->lock);
    __atomic_store_n(&self->closing, 1, __ATOMIC_RELAXED);
    pthread_cond_broadcast(&self->wake);
    pthread_mutex_unlock(&self->lock);
    for (int i = 0; i < self->helpers; i++)
        pthread_join(self->helper[i].thread, NULL);
    pthread_cond_destroy(&self->home);
    pthread_cond_destroy(&self->wake);
    pthread_mutex_destroy(&self->lock);
    free(self->pieces);
    free(self->helper);
    free(self);
}
