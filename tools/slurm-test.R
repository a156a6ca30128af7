# Called by slurm-test.sh: the panel through SLURM has the same bits as without,
# also when a job of it was killed.
suppressPackageStartupMessages(library(AttentiveChrome))
signal <- simulateChromatin(300, cellTypes = 4, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12), scenario = "blocks")
work <- file.path(getwd(), "slurm-test")
unlink(work, recursive = TRUE)
dir.create(work)
template <- file.path(work, "slurm.tmpl")
writeLines(c("#!/bin/bash",
    "#SBATCH --job-name=<%= job.name %>", "#SBATCH --output=<%= log.file %>",
    "#SBATCH --error=<%= log.file %>", "#SBATCH --ntasks=1",
    sprintf("export R_LIBS='%s'", paste(.libPaths(), collapse = ":")),
    "Rscript -e 'batchtools::doJobCollection(\"<%= uri %>\")'"), template)

train <- function(folder, name) {
    slurm <- BiocParallel::BatchtoolsParam(
        4, cluster = "slurm", template = template,
        registryargs = BiocParallel::batchtoolsRegistryargs(
            file.dir = file.path(work, name), work.dir = getwd()))
    trainCellTypes(signal, folder, seed = 1, epochs = 200, filters = 8,
                   context = 8, BPPARAM = slurm, progress = FALSE)
}
weights <- function(panel) {
    lapply(stats::setNames(nm = names(panel)), function(c) coef(panel[[c]]))
}
whole <- trainCellTypes(signal, seed = 1, epochs = 200, filters = 8,
                        context = 8, progress = FALSE,
                        BPPARAM = BiocParallel::SerialParam())

folder <- file.path(work, "run")
killer <- callr::r_bg(function(folder) {
    for (i in 1:600) {
        if (length(list.files(folder, "checkpoint$")) > 0L) {
            id <- system2("squeue", c("-h", "-t", "running", "-o", "%i"),
                          stdout = TRUE)[1L]
            system2("scancel", c("--signal=KILL", "--full", id))
            return(id)
        }
        Sys.sleep(0.1)
    }
    NA
}, list(folder))
first <- tryCatch(train(folder, "first"), error = identity,
                  warning = identity)
killer$wait()
cat("killed job", killer$get_result(), "\n")
cat("finished then:", names(openPanel(folder)), "\n")
stopifnot(!is.na(killer$get_result()), length(openPanel(folder)) < 4L)
second <- train(folder, "second")
stopifnot(identical(weights(second), weights(whole)))
unlink(work, recursive = TRUE)
cat("4 cell types through SLURM, one job killed and redone: the same bits\n")
