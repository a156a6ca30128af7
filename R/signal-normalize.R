# Signal of different sources made comparable, and the record of it.

#' Normalise signal
#'
#' Makes the signal of samples comparable. The signal records what was done
#' ([preprocessing()]), and so does a model that is trained on it: the model then
#' refuses signal that was normalised differently.
#'
#' * `"cpm"`: counts per million reads, by the read depth that [countReads()]
#'   keeps.
#' * `"subtract"`: minus the control (input) of the same cell type, not below 0.
#' * `"logRatio"`: log2 of the ratio to the control, both plus `pseudocount`.
#' * `"quantile"`: the same distribution in all cell types, for each mark
#'   ([limma::normalizeQuantiles()]).
#'
#' Raw counts of a control are first scaled to the read depth of the mark. The
#' control, an assay like a mark, is left out of the result.
#'
#' Signal in HDF5 files is not read into memory: all but `"quantile"` are
#' delayed operations; `"quantile"` reads one cell type at a time and writes its
#' result to a new HDF5 file in the folder that
#' [HDF5Array::setHDF5DumpDir()] names.
#'
#' @param signal A signal with counts ([countReads()]).
#' @param method `"cpm"`, `"subtract"`, `"logRatio"` or `"quantile"`. To do
#'   several, call the function again.
#' @param control For `"subtract"` and `"logRatio"`, the assay that holds the
#'   control.
#' @param pseudocount For `"logRatio"`, what is added to signal and control.
#' @return The signal with its marks normalised. [preprocessing()] names the
#'   steps in their order.
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

# Values by a number for each cell type, delayed where the values are.
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

# Reads of a mark in each cell type, or an error.
.readDepth <- function(signal, mark) {
    depth <- colData(signal)$depth
    if (is.null(depth) || !mark %in% colnames(depth) ||
        anyNA(depth[, mark])) {
        .stop("{.arg signal} must know the read depth of {.val {mark}}",
              i = "{.fn countReads} keeps it in {.code colData(x)$depth}, a
                   matrix of cell types x marks; tracks have none.")
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

# ---- quantiles ----------------------------------------------------------------

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

# The same, of one cell type at a time: the mean of the sorted values first,
# then each value's place in it (ties by their mean place, as limma does).
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
