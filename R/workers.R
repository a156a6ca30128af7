# Independent work, shared among the workers of a BiocParallelParam.

# What `work` returns of each task. All tasks are tried; the first fault then
# stops, or, with `keepErrors`, stands in the place of what is missing.
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
    parts <- tryCatch(
        BiocParallel::bptry(BiocParallel::bplapply(
            tasks, .tryWork, work = work, ..., BPPARAM = BPPARAM)),
        error = .stopWorkers)
    if (keepErrors) return(as.list(parts))
    faults <- Filter(function(part) inherits(part, "condition"), parts)
    # Tasks not begun because of a fault are no faults themselves.
    begun <- Filter(function(f) !inherits(f, "unevaluated_error"), faults)
    for (fault in c(begun, faults)) stop(fault)
    parts
}

# BiocParallel's own words for a forked worker's death say nothing of it.
.stopWorkers <- function(e) {
    .stop("The workers of {.arg BPPARAM} failed",
          x = "{conditionMessage(e)}",
          i = "One may have been killed, or have run out of memory. What was
               written to a run folder is kept: the same call goes on.")
}

# A worker's error comes back as a value, so that it keeps its words.
.tryWork <- function(task, work, ...) {
    tryCatch(work(task, ...), error = function(e) e)
}
