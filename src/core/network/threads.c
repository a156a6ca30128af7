/* How many threads a run may use: no more than there are processors for this
 * process, or than OpenMP's variable allows; in a forked child one, as there
 * are other children. */
#define _GNU_SOURCE /* sched_getaffinity() */
#include <stdlib.h>
#ifdef __linux__
#include <sched.h>
#endif

#include "attentive.h"

#ifndef _WIN32
#include <unistd.h>

/* The process that loaded the library. (A handler of pthread_atfork() would
 * outlive the library when that is unloaded.) */
static pid_t loaded_by;

void ac_watch_forks(void)
{
    loaded_by = getpid();
}

static int in_child(void)
{
    return loaded_by != 0 && getpid() != loaded_by;
}
#else
void ac_watch_forks(void)
{
}

static int in_child(void)
{
    return 0;
}
#endif

/* Those that the process may run on, as under taskset or in a batch job; 0
 * where that is not known. (The tests define it, to have threads anywhere.) */
#ifdef AC_PROCESSORS
static int processors(void)
{
    return AC_PROCESSORS;
}
#elif defined(__linux__)
static int processors(void)
{
    cpu_set_t own;
    return sched_getaffinity(0, sizeof own, &own) == 0 ? CPU_COUNT(&own) : 0;
}
#elif defined(_WIN32)
static int processors(void)
{
    const char *count = getenv("NUMBER_OF_PROCESSORS");
    return count ? atoi(count) : 0;
}
#else
static int processors(void)
{
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}
#endif

static int within(int limit, int threads)
{
    return limit > 0 && limit < threads ? limit : threads;
}

int ac_usable_threads(int wanted)
{
    const char *limit = getenv("OMP_THREAD_LIMIT");
    if (wanted < 1 || in_child())
        return 1;
    return within(limit ? atoi(limit) : 0, within(processors(), wanted));
}
