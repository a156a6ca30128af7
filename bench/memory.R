# Peak memory of training: on the paper's 6,601 genes of a cell type, above R
# with the package loaded, and of a pooled training on 56 cell types from an
# HDF5 file, against the bytes of the signal as stored. Writes
# bench/results/memory.md. The signal is made in one process and trained on in
# another, whose peak Linux tells.
source(file.path("bench", "helper.R"))

# MB before and at the peak of what `train` does in a process of its own with
# what `read` returns, and its seconds.
peakOf <- function(read, train, path) {
    callr::r(function(read, train, path) {
        suppressPackageStartupMessages(library(AttentiveChrome))
        status <- function(field) {
            line <- grep(field, readLines("/proc/self/status"), value = TRUE)
            as.numeric(gsub("[^0-9]", "", line)) / 1024
        }
        invisible(gc())
        before <- status("VmRSS")
        seconds <- system.time(train(read(path)))[["elapsed"]]
        list(before = before, peak = status("VmHWM"), seconds = seconds)
    }, list(read, train, path))
}

# ---- one cell type ----------------------------------------------------------

file <- tempfile(fileext = ".rds")
saveRDS(simulateChromatin(genes = sized(6601, 100), seed = 1), file,
        compress = FALSE)
one <- peakOf(readRDS, function(signal) {
    AttentiveChrome::attentiveChrome(signal, epochs = 1, seed = 1,
                                     recipe = "published", progress = FALSE)
}, file)

# ---- 56 cell types, from a file ---------------------------------------------

# Simulated genes and cell types, again and again; a tenth of the samples have
# labels, which an epoch reads.
tile <- simulateChromatin(sized(1980, 60), cellTypes = sized(8, 2), seed = 1)
rows <- rep(seq_len(nrow(tile)), sized(10, 2))
columns <- rep(seq_len(ncol(tile)), sized(7, 2))
path <- tempfile("pooled", fileext = ".h5")
for (mark in marks(tile)) {
    values <- assay(tile, mark, withDimnames = FALSE)[rows, columns, ]
    HDF5Array::writeHDF5Array(values, path, mark, level = 1)
}
stored <- 4 * length(values) * length(marks(tile)) / 2^20
rm(values)
label <- expressionLabel(tile)[rows, columns]
label[seq_along(label) %% 10 != 1] <- NA
labels <- paste0(path, ".labels")
saveRDS(label, labels)

readPooled <- function(path) {
    label <- readRDS(paste0(path, ".labels"))
    dimnames(label) <- list(paste0("gene", seq_len(nrow(label))),
                            paste0("cell", seq_len(ncol(label))))
    marks <- c("H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3")
    signals <- lapply(stats::setNames(nm = marks), function(mark) {
        values <- HDF5Array::HDF5Array(path, mark)
        dimnames(values) <- c(dimnames(label), list(NULL))
        values
    })
    AttentiveChrome::chromatinSignal(signals, labels = label)
}
pooled <- peakOf(readPooled, function(signal) {
    AttentiveChrome::attentiveChrome(signal, epochs = 1, seed = 1,
                                     progress = FALSE)
}, path)
predicted <- peakOf(readPooled, function(signal) {
    model <- AttentiveChrome::attentiveChrome(
        signal[seq_len(min(2000, nrow(signal))), 1], epochs = 1, seed = 1,
        progress = FALSE)
    stats::predict(model, signal)
}, path)
unlink(c(file, path, labels))

writeResult("memory.md", c("## Memory", "",
    sprintf(paste("Training on 6,601 genes x 100 bins x 5 marks peaks at %.0f",
        "MB; R with the package loaded has %.0f MB, so reading the signal and",
        "training take %.0f MB."), one$peak, one$before,
        one$peak - one$before), "",
    sprintf(paste("A pooled training on %d cell types x %s genes x 100 bins x",
        "5 marks, integers in an HDF5 file (%.0f MB as stored in memory),",
        "peaks at %.0f MB, %.0f MB above R with the package loaded:",
        "**%.2f times the data as stored**. Reading it and one epoch of %s",
        "samples with a label",
        "took %.0f s."), ncol(label), format(nrow(label), big.mark = ","),
        stored, pooled$peak, pooled$peak - pooled$before,
        (pooled$peak - pooled$before) / stored,
        format(sum(!is.na(label)), big.mark = ","), pooled$seconds), "",
    sprintf(paste("Prediction of all %s samples from the file, in blocks of",
        "genes, peaks %.0f MB above R with the package loaded, %.2f times the",
        "data as stored, and takes %.0f s."),
        format(length(label), big.mark = ","),
        predicted$peak - predicted$before,
        (predicted$peak - predicted$before) / stored, predicted$seconds), ""))
