# Ctrl-C and time limits.

# The core catches an interrupt or the error of a time limit while it runs,
# cleans up, and returns it as `stopped` (src/ffi_stop.c). It is signalled again
# here.
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

# rlang::interrupt() signals R's own interrupt; it returns if interrupts are
# suspended.
.signalInterrupt <- function() {
    rlang::interrupt()
    stop(structure(class = c("interrupt", "condition"),
                   list(message = "interrupted", call = NULL)))
}

.timeLimits <- c("reached elapsed time limit", "reached CPU time limit",
                 "reached session elapsed time limit",
                 "reached session CPU time limit")

# Recognises R's message, which may be translated.
.tellsTimeLimit <- function(text) {
    said <- vapply(.timeLimits, gettext, "", domain = "R")
    any(vapply(c(.timeLimits, said), grepl, NA, text, fixed = TRUE))
}

.isTimeLimit <- function(x) {
    inherits(x, "error") && .tellsTimeLimit(conditionMessage(x))
}
