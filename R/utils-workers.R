# Independent tasks on the workers of a BiocParallelParam.

# Returns the result of `work` for each task. All tasks are tried, and then the
# first error is raised; with `keepErrors`, errors are returned instead of the
# results. Ctrl-C and time limits stop all tasks.
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
    # Tasks that were not started because of an error are not errors themselves.
    begun <- Filter(function(f) !inherits(f, "unevaluated_error"), faults)
    for (fault in c(begun, faults)) stop(fault)
    parts
}

# BiocParallel's message does not explain the death of a forked worker.
.stopWorkers <- function(e) {
    if (.isTimeLimit(e)) stop(e)
    .stop("The workers of {.arg BPPARAM} failed",
          x = "{conditionMessage(e)}",
          i = "A worker may have been killed or have run out of memory. With a
               run folder, repeat the call to resume.")
}

# Returns an error as a value, so that its message is preserved. The model of an
# interrupted training is not a result: in the master process the interrupt is
# signalled again; in a worker it is an error of the task.
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

# A file that is locked while the master waits for its workers. The lock shows
# them whether the master is still there.
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

# Called between epochs and before a result is written. Workers on other
# machines cannot see the file and finish their tasks.
.stopOrphan <- function() {
    master <- .worker$master
    if (is.null(master) || master$machine != .thisMachine()) return()
    if (isFALSE(.Call(ffi_is_locked, master$lock))) {
        .stop("The R process that started this worker has ended",
              class = "AttentiveChrome_orphan")
    }
}

# A forked worker does not notice the death of its master, as the other workers
# hold the master's end of its connection; it would wait forever. quit() would
# remove the master's temporary folder and stop the other workers.
.endOrphan <- function() {
    master <- .worker$master
    isFork <- identical(dirname(master$lock), tempdir())
    if (isFork && !.Call(ffi_is_running, master$pid)) {
        tools::pskill(Sys.getpid(), tools::SIGKILL)
    }
}
