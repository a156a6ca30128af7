/* How many threads a run may use. In a forked child only one: the OpenMP
 * threads of the parent do not exist there, and using them hangs. */
#include "attentive.h"

#ifdef _OPENMP
#include <omp.h>

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

int ac_usable_threads(int wanted)
{
    const int limit = omp_get_thread_limit();
    if (wanted < 1 || in_child())
        return 1;
    return wanted < limit ? wanted : limit;
}

#else

void ac_watch_forks(void)
{
}

int ac_usable_threads(int wanted)
{
    (void)wanted;
    return 1;
}
#endif
