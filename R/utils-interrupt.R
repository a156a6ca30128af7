# Ctrl-C and time limits.

# The core takes Ctrl-C to leave cleanly; R code sees it as if R had.
.signalInterrupt <- function() {
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

# The core learns that it must end, not why: a time limit that R reaches then
# looks like Ctrl-C, and is over. R's last error message tells the two apart.
.watchTimeLimit <- function() {
    if (.tellsTimeLimit(geterrmessage())) {
        try(stop("no time limit"), silent = TRUE) # that one was another's
    }
    list(stopIfReached = function() {
        said <- geterrmessage()
        if (!.tellsTimeLimit(said)) return()
        reason <- trimws(sub("^[^:]*: *", "", said))
        .stop("Training took longer than {.fn setTimeLimit} allows",
              x = "R {reason}.", class = "AttentiveChrome_timeLimit")
    })
}
