# Independent work, shared among the workers of a BiocParallelParam.

# What `work` returns of each task. All tasks are tried, and the first fault
# stops.
.onWorkers <- function(tasks, work, ..., BPPARAM, progress) {
    .checkFlag(progress, "progress")
    if (!is(BPPARAM, "BiocParallelParam")) {
        .stop("{.arg BPPARAM} must be a parameter of {.pkg BiocParallel}",
              x = "It is of class {.cls {class(BPPARAM)[1]}}.",
              i = "For two cores: {.code BiocParallel::MulticoreParam(2)}.")
    }
    before <- BiocParallel::bpprogressbar(BPPARAM)
    on.exit(BiocParallel::bpprogressbar(BPPARAM) <- before)
    BiocParallel::bpprogressbar(BPPARAM) <- progress
    parts <- BiocParallel::bplapply(tasks, .tryWork, work = work, ...,
                                    BPPARAM = BPPARAM)
    for (part in parts) if (inherits(part, "condition")) stop(part)
    parts
}

# A worker's error comes back as a value, so that it keeps its words.
.tryWork <- function(task, work, ...) {
    tryCatch(work(task, ...), error = function(e) e)
}
