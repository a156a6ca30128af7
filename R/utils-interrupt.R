# Ctrl-C and time limits.

# The core catches what R signals while it works, leaves cleanly, and returns it
# as `stopped` (src/ffi_stop.c): an interrupt, or the error of a time limit. Here
# it is raised again, as if R had raised it now.
.orStopped <- function(out) {
    if (!is.null(out$stopped)) .raiseStopped(out$stopped)
    out
}

.isInterrupt <- function(stopped) {
    !is.null(stopped) && !inherits(stopped, "error")
}

.raiseStopped <- function(stopped) {
    if (.isInterrupt(stopped)) .signalInterrupt()
    stopped["call"] <- list(NULL)
    stop(stopped)
}

# rlang's interrupt is R's own; it returns where interrupts are suspended.
.signalInterrupt <- function() {
    rlang::interrupt()
    stop(structure(class = c("interrupt", "condition"),
                   list(message = "interrupted", call = NULL)))
}

.timeLimits <- c("reached elapsed time limit", "reached CPU time limit",
                 "reached session elapsed time limit",
                 "reached session CPU time limit")

# As R says it, in its language.
.tellsTimeLimit <- function(text) {
    said <- vapply(.timeLimits, gettext, "", domain = "R")
    any(vapply(c(.timeLimits, said), grepl, NA, text, fixed = TRUE))
}

.isTimeLimit <- function(x) {
    inherits(x, "error") && (inherits(x, "AttentiveChrome_timeLimit") ||
                             .tellsTimeLimit(conditionMessage(x)))
}
