# Runs `body` in an R process of its own, and returns what it returns. Forked
# workers (the package parallel) and processes of callr each replace the
# handler of the other for dead children, so one process cannot use both.
# `body` finds there the package and what is given by name; functions among
# these find each other.
withForks <- function(body, ...) {
    testthat::skip_on_os("windows")
    testthat::skip_if_not_installed("callr")
    move <- function(x) {
        if (is.function(x)) environment(x) <- globalenv()
        x
    }
    callr::r(function(body, values) {
        suppressPackageStartupMessages(library(AttentiveChrome))
        list2env(values, globalenv())
        body()
    }, list(move(body), lapply(list(...), move)), libpath = .libPaths())
}
