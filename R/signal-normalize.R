# Normalisation of signal.

#' Normalise signal
#'
#' Makes the signal of different samples comparable. The method is recorded in
#' the signal ([preprocessing()]) and in any model that is trained on it. The
#' model then rejects signal that was normalised differently.
#'
#' * `"cpm"`: counts per million reads, using the read depth stored by
#'   [countReads()].
#' * `"subtract"`: subtracts the control (input) of the same cell type; negative
#'   values become 0.
#' * `"logRatio"`: log2 ratio to the control, with `pseudocount` added to both.
#' * `"quantile"`: gives each mark the same distribution in all cell types
#'   ([limma::normalizeQuantiles()]).
#'
#' Raw counts of a control are first scaled to the read depth of the mark. The
#' control is an assay like a mark; it is removed from the result.
#'
#' Signal in HDF5 files is not loaded into memory. All methods except
#' `"quantile"` are delayed operations. `"quantile"` reads one cell type at a
#' time and writes its result to a new HDF5 file in the folder set by
#' [HDF5Array::setHDF5DumpDir()].
#'
#' @param signal A signal with counts ([countReads()]).
#' @param method `"cpm"`, `"subtract"`, `"logRatio"` or `"quantile"`. To
#'   combine methods, call the function repeatedly.
#' @param control For `"subtract"` and `"logRatio"`, the assay that holds the
#'   control.
#' @param pseudocount For `"logRatio"`, the value added to signal and control.
#' @return The signal with normalised marks. [preprocessing()] lists the steps
#'   in order.
#' @seealso [chromatinExperiment()]
#' @export
#' @examples
#' folder <- system.file("extdata", "reads", package = "AttentiveChrome")
#' windows <- tssWindows(file.path(folder, "genes.tsv"))
#' file <- file.path(folder, "S1-H3K4me3.tagAlign.gz")
#' signal <- countReads(c(H3K4me3 = file), windows)
#' perMillion <- normalizeSignal(signal, "cpm")
#' preprocessing(perMillion)
normalizeSignal <- function(signal,
                            method = c("cpm", "subtract", "logRatio",
                                       "quantile"),
                            control = "Input", pseudocount = 1) {
    .checkSignal(signal, kind = "signal")
    method <- .checkChoice(method, "method", c("cpm", "subtract", "logRatio",
                                               "quantile"))
    .checkNumber(pseudocount, "pseudocount", .Machine$double.eps)
    step <- method
    if (method %in% c("subtract", "logRatio")) {
        .checkMarks(signal, control, "control")
        step <- sprintf("%s(control = %s%s)", method, control,
                        if (method == "subtract") ""
                        else paste0(", pseudocount = ", pseudocount))
    }
    .checkOnePreprocessing(preprocessing(signal), "signal")
    steps <- .splitSteps(preprocessing(signal)$normalization[1L])
    if (method %in% steps) {
        .stop("{.arg signal} is already normalised by {.val {method}}")
    }
    signal <- switch(method, cpm = .perMillion(signal),
                     quantile = .sameQuantiles(signal),
                     .overControl(signal, method, control, pseudocount,
                                  raw = !"cpm" %in% steps))
    preprocessing(signal)$normalization <- rep(.pasteSteps(c(steps, step)),
                                               ncol(signal))
    signal
}

# Applies an operator to values and one number per cell type; delayed if the
# values are.
.sweepColumns <- function(values, by, operator) {
    if (!is(values, "DelayedArray")) return(sweep(values, 2L, by, operator))
    aperm(operator(aperm(values, c(2L, 1L, 3L)), by), c(2L, 1L, 3L))
}

.notBelowZero <- function(values) {
    if (is(values, "DelayedArray")) DelayedArray::pmax2(values, 0)
    else pmax(values, 0)
}

.perMillion <- function(signal) {
    for (mark in marks(signal)) {
        assay(signal, mark) <- .sweepColumns(
            assay(signal, mark), .readDepth(signal, mark) / 1e6, `/`)
    }
    signal
}

# The number of reads of a mark in each cell type, or an error.
.readDepth <- function(signal, mark) {
    depth <- colData(signal)$depth
    if (is.null(depth) || !mark %in% colnames(depth) ||
        anyNA(depth[, mark])) {
        .stop("{.arg signal} must have the read depth of {.val {mark}}",
              i = "{.fn countReads} stores it in {.code colData(x)$depth}, a
                   matrix of cell types x marks; tracks have no depth.")
    }
    depth[, mark]
}

.overControl <- function(signal, method, control, pseudocount, raw) {
    background <- assay(signal, control)
    for (mark in setdiff(marks(signal), control)) {
        scale <- rep(1, ncol(signal))
        if (raw) {
            scale <- .readDepth(signal, mark) / .readDepth(signal, control)
        }
        expected <- .sweepColumns(background, scale, `*`)
        values <- assay(signal, mark)
        assay(signal, mark) <- if (method == "subtract") {
            .notBelowZero(values - expected)
        } else {
            log2((values + pseudocount) / (expected + pseudocount))
        }
    }
    assays(signal) <- assays(signal)[setdiff(assayNames(signal), control)]
    signal
}

# ---- quantiles --------------------------------------------------------------

.sameQuantiles <- function(signal) {
    if (ncol(signal) < 2L) {
        .stop("{.code method = \"quantile\"} needs several cell types",
              x = "{.arg signal} has one.")
    }
    for (mark in marks(signal)) {
        values <- assay(signal, mark, withDimnames = FALSE)
        assay(signal, mark, withDimnames = FALSE) <-
            if (is(values, "DelayedArray")) .quantilesInFile(values)
            else .quantilesInMemory(values)
    }
    signal
}

.quantilesInMemory <- function(values) {
    .needs("limma", "for quantile normalisation")
    byBin <- aperm(values, c(1L, 3L, 2L))
    same <- limma::normalizeQuantiles(matrix(byBin, ncol = ncol(values)))
    same <- aperm(array(same, dim(byBin)), c(1L, 3L, 2L))
    dimnames(same) <- dimnames(values)
    same
}

# The same, one cell type at a time: first the mean of the sorted values, then
# the value at the rank of each original value (ties get their mean rank, as in
# limma).
.quantilesInFile <- function(values) {
    .needs("HDF5Array", "to normalise signal in HDF5 files")
    column <- function(j) as.vector(as.array(values[, j, , drop = FALSE]))
    target <- 0
    for (j in seq_len(ncol(values))) {
        target <- target + sort(column(j)) / ncol(values)
    }
    sink <- HDF5Array::HDF5RealizationSink(dim(values), type = "double")
    places <- seq_along(target)
    for (j in seq_len(ncol(values))) {
        same <- stats::approx(places, target, rank(column(j)))$y
        block <- DelayedArray::ArrayViewport(
            dim(values), IRanges::IRanges(c(1L, j, 1L), c(
                nrow(values), j, dim(values)[3L])))
        sink <- DelayedArray::write_block(
            sink, block, array(same, dim(block)))
    }
    DelayedArray::close(sink)
    as(sink, "DelayedArray")
}
