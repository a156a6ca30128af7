# What loading AttentiveChrome adds to loading SummarizedExperiment: seconds and
# resident memory of fresh processes, in turn. Writes bench/results/loading.md.
source(file.path("bench", "helper.R"))

rounds <- sized(10L, 1L)
packages <- c("SummarizedExperiment", "AttentiveChrome")
script <- paste(
    "resident <- function() as.numeric(gsub('[^0-9]', '', grep('VmRSS',",
    "    readLines('/proc/self/status'), value = TRUE))) / 1024;",
    "seconds <- system.time(suppressPackageStartupMessages(library(%s)));",
    "cat(seconds[['elapsed']], sum(seconds[1:2]), resident())")
load <- function(package) {
    out <- system2(file.path(R.home("bin"), "Rscript"),
                   c("-e", shQuote(sprintf(script, package))), stdout = TRUE)
    as.numeric(strsplit(out, " ")[[1L]])
}
runs <- vapply(seq_len(rounds), function(i) vapply(packages, load, c(0, 0, 0)),
               matrix(0, 3L, 2L))
least <- apply(runs, c(1L, 2L), min)
table <- data.frame(
    what = c(sprintf("library(%s)", packages), "the difference"),
    rbind(t(least), least[, 2L] - least[, 1L]))
names(table) <- c("what", "seconds", "processor seconds", "MB")
writeResult("loading.md", c("## Loading", "", sprintf(paste(
    "%s; fresh processes in turn, the least of %d. Memory is what the process",
    "holds afterwards, R included."), machine(), rounds), "",
    markdown(table, 2), ""))
