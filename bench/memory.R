# Peak memory of training on the paper's 6,601 genes, above R with the package
# loaded. Writes bench/results/memory.md. The signal is made in one process and
# trained on in another, whose peak Linux tells.
source(file.path("bench", "helper.R"))

file <- tempfile(fileext = ".rds")
signal <- simulateChromatin(genes = sized(6601, 100), seed = 1)
saveRDS(signal, file, compress = FALSE)

script <- tempfile(fileext = ".R")
writeLines(c(
    "suppressPackageStartupMessages(library(AttentiveChrome))",
    "status <- function(field) {",
    "    line <- grep(field, readLines('/proc/self/status'), value = TRUE)",
    "    as.numeric(gsub('[^0-9]', '', line)) / 1024",
    "}",
    "invisible(gc())",
    "before <- status('VmRSS')",
    sprintf("signal <- readRDS('%s')", file),
    "model <- attentiveChrome(signal, epochs = 1, recipe = 'published',",
    "                         seed = 1, progress = FALSE)",
    "cat(before, status('VmHWM'))"), script)
out <- system2(file.path(R.home("bin"), "Rscript"), script, stdout = TRUE)
peak <- as.numeric(strsplit(out[length(out)], " ")[[1L]])
writeResult("memory.md", c("## Memory", "",
    sprintf(paste("Training on 6,601 genes x 100 bins x 5 marks peaks at %.0f",
        "MB; R with the package loaded has %.0f MB, so reading the signal and",
        "training take %.0f MB."), peak[2L], peak[1L], diff(peak)), ""))
