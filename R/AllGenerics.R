#' @rdname marks
#' @export
setGeneric("marks", function(x) standardGeneric("marks"))

#' @rdname marks
#' @export
setGeneric("binOffsets", function(x) standardGeneric("binOffsets"))

#' @rdname marks
#' @export
setGeneric("binWidth", function(x) standardGeneric("binWidth"))

#' Where a model looks
#'
#' The attention of a model for each gene of a signal: over the bins of each
#' mark (alpha; paper, section 3, bin-level attention) and over the marks
#' (beta; mark-level attention). It comes in the signal's own container, so
#' that [binMatrix()], subsetting and the figures serve both.
#'
#' An architecture that reads all marks of a bin together (`"lstm-attn"`,
#' `"cnn-attn"`) has one attention over the bins, of no mark in particular: the
#' assay `allMarks`. Those without attention (`"lstm"`, `"deepchrome"`) are an
#' error. See [listArchitectures()].
#'
#' @param model A model ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the model's marks and
#'   bins.
#' @param threads Threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param ... For methods.
#' @return A `RangedSummarizedExperiment` with the rows and columns of
#'   `signal` and the assays:
#'   * one for each mark, or one called `allMarks`, genes x cell types x bins:
#'     alpha, which sums to 1 over the bins;
#'   * `beta`, genes x cell types x marks, which sums to 1 over the marks
#'     (for architectures that attend to marks);
#'   * `probability`, genes x cell types: the predicted probability of high
#'     expression;
#'   * `label`, where `signal` has it.
#' @seealso [plotAttention()], [plotMarkAttention()], [plotGene()]
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' model <- attentiveChrome(signal, epochs = 2, hidden = 4, markHidden = 4)
#' alpha <- attention(model, signal)
#' alpha
#' dim(binMatrix(alpha, "H3K4me3"))
#' head(assay(alpha, "beta")[, 1, ])
setGeneric("attention", function(model, signal, ...) {
    standardGeneric("attention")
})
