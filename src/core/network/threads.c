/* How many threads a run may use: what OpenMP's variable allows, as batch
 * systems set it, and in a forked child one, as there are other children. */
#include <stdlib.h>

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

int ac_usable_threads(int wanted)
{
    const char *limit = getenv("OMP_THREAD_LIMIT");
    const int most = limit ? atoi(limit) : 0;
    if (wanted < 1 || in_child())
        return 1;
    return most > 0 && most < wanted ? most : wanted;
}
