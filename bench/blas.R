# Double precision on the reference BLAS and on OpenBLAS, in turn. Their folders
# are Debian's, or those of the arguments. The table is bench/results/blas.md.
source(file.path("bench", "speed.R"))
architectures <- c("additive", "lstm-alpha-beta", "deepchrome")

# ---- in a process of one BLAS -----------------------------------------------

# CPU milliseconds a gene of a training step, and the BLAS that did it.
timeDouble <- function(architectures, genes, rounds) {
    own <- asNamespace("AttentiveChrome")
    names <- paste0("mark", 1:5)
    settings <- list(batchSize = 16, learningRate = 2e-4,
                     weightDecay = numeric(), clip = 1)
    set.seed(1)
    data <- list(x = as.double(stats::rpois(500 * genes, 3)),
                 y = as.double(stats::rbinom(genes, 1, 0.5)))
    times <- vapply(architectures, function(architecture) {
        stages <- own$.stagesOf(architecture, names, 100L, list())
        shapes <- own$.parameterShapes(stages, names)
        start <- stats::runif(sum(vapply(shapes, prod, 0)), -0.1, 0.1)
        state <- list(parameters = start, first = 0 * start,
                      second = 0 * start, steps = 0)
        network <- own$.network(stages, 1L, "double")
        stats::median(replicate(rounds, {
            started <- sum(proc.time()[1:2])
            own$.trainEpoch(network, state, data, seq_len(genes) - 1L, settings)
            1e3 * (sum(proc.time()[1:2]) - started) / genes
        }))
    }, 0)
    list(times = times, blas = AttentiveChrome::coreInfo()$blas$name)
}

runOn <- function(folder) {
    callr::r(timeDouble, list(architectures, sized(256L, 32L), sized(5L, 1L)),
             env = c(callr::rcmd_safe_env(), LD_LIBRARY_PATH = folder,
                     R_LD_LIBRARY_PATH = paste0(folder, ":",
                                                R.home("lib"))))
}

# ---- both, in turn ----------------------------------------------------------

folders <- commandArgs(TRUE)
if (length(folders) == 0L) {
    folders <- file.path(Sys.glob("/usr/lib/*-linux-gnu"),
                         c("blas", "openblas-pthread"))
}
if (length(folders) != 2L || !all(dir.exists(folders))) {
    cat("Skipped: needs Debian's libblas3 and libopenblas0-pthread, or the",
        "folders of two libblas.so.3 as arguments.\n")
    quit(status = 0)
}
runs <- lapply(rep(folders, sized(3, 1)), runOn)
name <- vapply(runs, `[[`, "", "blas")
figures <- lapply(split(runs, factor(name, unique(name))), function(own) {
    times <- vapply(own, `[[`, numeric(length(architectures)), "times")
    apply(matrix(times, length(architectures)), 1L, stats::median)
})
stopifnot(length(figures) == 2L)
table <- data.frame(architecture = architectures, figures[[1L]], figures[[2L]],
                    figures[[1L]] / figures[[2L]])
names(table) <- c("architecture", paste0(names(figures), ", ms a gene"),
                  "times as fast")
writeResult("blas.md", c("## Double precision and BLAS", "",
    sprintf(paste("A training step of 100 bins x 5 marks in double precision,",
        "batch 16, one thread: medians of CPU time, the two in turn. %s."),
        machine()), "", markdown(table), ""))
