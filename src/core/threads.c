/* How many threads a run may have. Only one in a forked child: the parent's
 * OpenMP threads do not exist there, and asking for them hangs. */
#include "attentive.h"

#ifdef _OPENMP
#include <omp.h>

static int in_child;

#ifndef _WIN32
#include <pthread.h>

static void note_child(void)
{
    in_child = 1;
}

void ac_watch_forks(void)
{
    pthread_atfork(NULL, NULL, note_child);
}
#else
void ac_watch_forks(void)
{
}
#endif

int ac_usable_threads(int wanted)
{
    const int limit = omp_get_thread_limit();
    if (in_child || wanted < 1)
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
