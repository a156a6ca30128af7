# libFuzzer on what reads files and counts reads, under ASAN and UBSAN:
# TORTURE_SECONDS (600) for each target. Needs clang: `bash
# tools/install-deps.sh fuzz`.
source(file.path("tools", "torture", "helper.R"))
seconds <- as.integer(Sys.getenv("TORTURE_SECONDS", "600"))
targets <- c(torch = "PyTorch's files", bed = "BED and tagAlign, with gzip",
             bins = "windows of any width and reads in bins")

fuzz <- function(target) {
    out <- suppressWarnings(system2("make", c(
        "-C", file.path("tests", "core"), "fuzz", paste0("TARGET=", target),
        paste0("SECONDS=", seconds)), stdout = TRUE, stderr = TRUE))
    runs <- grep("^stat::number_of_executed_units", out, value = TRUE)
    status <- attr(out, "status")
    if (length(runs) == 0L) stop(paste(utils::tail(out, 5L), collapse = "\n"))
    data.frame(target = targets[[target]], seconds = seconds,
               inputs = as.numeric(sub(".*: *", "", runs)),
               findings = as.integer(!is.null(status)))
}

table <- do.call(rbind, lapply(names(targets), fuzz))
writeLinesOf("5-fuzz", c("## Fuzz targets under ASAN and UBSAN", "",
                         asMarkdown(table), ""))
quit("no", as.integer(sum(table$findings) > 0L))
