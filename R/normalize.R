# Signal of different sources made comparable, and the record of it.

#' Normalise signal
#'
#' Makes the signal of samples comparable. What was done is kept in the signal,
#' and by a model that is trained on it: the model then refuses signal that was
#' treated otherwise.
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
#' @param signal A signal with counts ([countReads()]).
#' @param method `"cpm"`, `"subtract"`, `"logRatio"` or `"quantile"`. To do
#'   several, call the function again.
#' @param control For `"subtract"` and `"logRatio"`, the assay that holds the
#'   control.
#' @param pseudocount For `"logRatio"`, what is added to signal and control.
#' @return The signal with its marks normalised. `metadata(x)$normalization`
#'   names the steps in their order.
#' @seealso [chromatinExperiment()]
#' @export
#' @examples
#' folder <- system.file("extdata", "reads", package = "AttentiveChrome")
#' windows <- tssWindows(file.path(folder, "genes.tsv"))
#' file <- file.path(folder, "S1-H3K4me3.tagAlign.gz")
#' signal <- countReads(c(H3K4me3 = file), windows)
#' perMillion <- normalizeSignal(signal, "cpm")
#' metadata(perMillion)$normalization
normalizeSignal <- function(signal,
                            method = c("cpm", "subtract", "logRatio",
                                       "quantile"),
                            control = "Input", pseudocount = 1) {
    .checkSignal(signal)
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
    if (method %in% metadata(signal)$normalization) {
        .stop("{.arg signal} is normalised by {.val {method}} already")
    }
    signal <- switch(method, cpm = .perMillion(signal),
                     quantile = .sameQuantiles(signal),
                     .overControl(signal, method, control, pseudocount))
    metadata(signal)$normalization <- c(metadata(signal)$normalization, step)
    signal
}

.perMillion <- function(signal) {
    for (mark in marks(signal)) {
        perMillion <- .readDepth(signal, mark) / 1e6
        assay(signal, mark) <- sweep(assay(signal, mark), 2L, perMillion, `/`)
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

.overControl <- function(signal, method, control, pseudocount) {
    background <- assay(signal, control)
    raw <- !"cpm" %in% metadata(signal)$normalization
    for (mark in setdiff(marks(signal), control)) {
        scale <- rep(1, ncol(signal))
        if (raw) {
            scale <- .readDepth(signal, mark) / .readDepth(signal, control)
        }
        expected <- sweep(background, 2L, scale, `*`)
        values <- assay(signal, mark)
        assay(signal, mark) <- if (method == "subtract") {
            pmax(values - expected, 0)
        } else {
            log2((values + pseudocount) / (expected + pseudocount))
        }
    }
    assays(signal) <- assays(signal)[setdiff(assayNames(signal), control)]
    signal
}

.sameQuantiles <- function(signal) {
    .needs("limma", "for quantile normalisation")
    if (ncol(signal) < 2L) {
        .stop("{.code method = \"quantile\"} needs several cell types",
              x = "{.arg signal} has one.")
    }
    for (mark in marks(signal)) {
        values <- as.array(assay(signal, mark))
        byBin <- aperm(values, c(1L, 3L, 2L))
        same <- limma::normalizeQuantiles(matrix(byBin, ncol = ncol(signal)))
        same <- aperm(array(same, dim(byBin)), c(1L, 3L, 2L))
        dimnames(same) <- dimnames(values)
        assay(signal, mark) <- same
    }
    signal
}

# ---- what a model was trained on -------------------------------------------

.treatmentOf <- function(signal) {
    list(counting = metadata(signal)$counting,
         normalization = metadata(signal)$normalization)
}

.describeSteps <- function(steps) {
    if (length(steps) == 0L) "not normalised"
    else paste("normalised by", paste(steps, collapse = ", then "))
}

# Another normalisation makes a model's predictions worthless; another way to
# count may only shift them, and is not known of every signal.
.checkTreatment <- function(signal, treatment, arg) {
    own <- .treatmentOf(signal)
    if (!identical(own$normalization, treatment$normalization)) {
        .stop("{.arg {arg}} must be treated as the signal that the model was
               trained on, which was
               {(.describeSteps(treatment$normalization))}",
              x = "It is {(.describeSteps(own$normalization))}.",
              i = "See {.fn normalizeSignal}.")
    }
    counted <- c(own$counting, treatment$counting)
    if (length(unique(counted)) == 2L) {
        cli::cli_warn(c(
            "{.arg {arg}} was made by {.val {own$counting}}, the signal that the
             model was trained on by {.val {treatment$counting}}",
            i = "Its values may be on another scale."))
    }
}
