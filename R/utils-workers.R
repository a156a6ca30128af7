# Independent work, shared among the workers of a BiocParallelParam.

# What `work` returns of each task. All tasks are tried; the first fault then
# stops, or, with `keepErrors`, stands in the place of what is missing. Ctrl-C
# and a time limit end it all.
.onWorkers <- function(tasks, work, ..., BPPARAM, progress,
                       keepErrors = FALSE) {
    .checkFlag(progress, "progress")
    if (!is(BPPARAM, "BiocParallelParam")) {
        .stop("{.arg BPPARAM} must be a parameter of {.pkg BiocParallel}",
              x = "It is of class {.cls {class(BPPARAM)[1]}}.",
              i = "For two cores: {.code BiocParallel::MulticoreParam(2)}.")
    }
    before <- BiocParallel::bpprogressbar(BPPARAM)
    on.exit(BiocParallel::bpprogressbar(BPPARAM) <- before)
    BiocParallel::bpprogressbar(BPPARAM) <- progress
    master <- .signOfLife()
    on.exit(master$end(), add = TRUE)
    parts <- tryCatch(
        BiocParallel::bptry(BiocParallel::bplapply(
            tasks, .tryWork, work = work, ..., master = master$facts,
            BPPARAM = BPPARAM)),
        error = .stopWorkers)
    for (limit in Filter(.isTimeLimit, parts)) stop(limit)
    if (keepErrors) return(as.list(parts))
    faults <- Filter(function(part) inherits(part, "condition"), parts)
    # Tasks not begun because of a fault are no faults themselves.
    begun <- Filter(function(f) !inherits(f, "unevaluated_error"), faults)
    for (fault in c(begun, faults)) stop(fault)
    parts
}

# BiocParallel's own words for a forked worker's death say nothing of it.
.stopWorkers <- function(e) {
    if (.isTimeLimit(e)) stop(e)
    .stop("The workers of {.arg BPPARAM} failed",
          x = "{conditionMessage(e)}",
          i = "One may have been killed, or have run out of memory. What was
               written to a run folder is kept: the same call goes on.")
}

# A worker's error comes back as a value, so that it keeps its words. A model of
# an interrupted training is no result: in the master's own process the
# interrupt goes on, a worker's is an error of its task.
.tryWork <- function(task, work, ..., master) {
    own <- Sys.getpid() == master$pid
    if (!own) {
        .worker$master <- master
        on.exit(.worker$master <- NULL)
    }
    interrupted <- function(e) {
        if (own) .signalInterrupt()
        simpleError("The worker was interrupted")
    }
    tryCatch(work(task, ...), AttentiveChrome_interrupted = interrupted,
             interrupt = interrupted, error = function(e) {
        if (inherits(e, "AttentiveChrome_orphan")) .endOrphan()
        if (.isTimeLimit(e)) stop(e)
        e
    })
}

# ---- workers whose master is gone -------------------------------------------

.worker <- new.env()

# A file that is locked while the master waits for its workers. They see by it
# that it was killed, was interrupted, or has given up, without asking it.
.signOfLife <- function() {
    path <- tempfile("master-", fileext = ".lock")
    lock <- .lockFile(path)
    list(facts = list(pid = Sys.getpid(), machine = .thisMachine(),
                      lock = path),
         end = function() {
             filelock::unlock(lock)
             unlink(path)
         })
}

# Called between epochs and before a result is written. Workers of another
# machine cannot see the file; they finish their tasks.
.stopOrphan <- function() {
    master <- .worker$master
    if (is.null(master) || master$machine != .thisMachine()) return()
    if (isFALSE(.Call(ffi_is_locked, master$lock))) {
        .stop("The R process that waited for this worker is gone",
              class = "AttentiveChrome_orphan")
    }
}

# A forked worker does not see that its master is dead: the other workers hold
# the master's end of its connection, and it would wait for ever. R's own quit()
# would remove the master's temporary folder and stop the others.
.endOrphan <- function() {
    master <- .worker$master
    isFork <- identical(dirname(master$lock), tempdir())
    if (isFork && !.Call(ffi_is_running, master$pid)) {
        tools::pskill(Sys.getpid(), tools::SIGKILL)
    }
}
