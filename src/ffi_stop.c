/* Ctrl-C and R's time limits while the core works.
 *
 * R_CheckUserInterrupt() jumps, which the core would not survive. So the poll
 * catches what R signals, an interrupt or the error of a time limit, and puts
 * it into the list that the entry is about to return. The core then stops and
 * frees its memory, and R code raises the condition: .raiseStopped()
 * (R/network.R). */
#include <time.h>

#include "ffi.h"

/* Seconds between two questions to R, which take some microseconds each. */
static const double ask_interval = 0.1;

static double now(void)
{
#if defined(CLOCK_MONOTONIC) && !defined(_WIN32)
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
#else
    return (double)clock() / CLOCKS_PER_SEC;
#endif
}

static SEXP check_interrupt(void *data)
{
    (void)data;
    R_CheckUserInterrupt();
    return R_NilValue;
}

static SEXP keep_condition(SEXP condition, void *out)
{
    SET_VECTOR_ELT((SEXP)out, 0, condition);
    return R_NilValue;
}

static void ask(void *out)
{
    SEXP classes = PROTECT(Rf_allocVector(STRSXP, 2));
    SET_STRING_ELT(classes, 0, Rf_mkChar("interrupt"));
    SET_STRING_ELT(classes, 1, Rf_mkChar("error"));
    R_tryCatch(check_interrupt, NULL, classes, keep_condition, out, NULL, NULL);
    UNPROTECT(1);
}

/* At the top level no handler of the user's runs within the core. Any other
 * jump (an event handler's, say) counts as an interrupt. */
static int should_stop(void *out)
{
    static double last_asked = -1;
    const double time = now();
    if (time - last_asked < ask_interval && time >= last_asked)
        return 0;
    last_asked = time;
    if (!R_ToplevelExec(ask, out) && VECTOR_ELT((SEXP)out, 0) == R_NilValue)
        SET_VECTOR_ELT((SEXP)out, 0, Rf_mkString("interrupted"));
    return VECTOR_ELT((SEXP)out, 0) != R_NilValue;
}

/* `out` is protected by the caller; its first element is `stopped`. */
ac_poll stop_poll(SEXP out)
{
    const ac_poll poll = {should_stop, out};
    return poll;
}
