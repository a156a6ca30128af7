#' @rdname marks
#' @export
setGeneric("marks", function(x) standardGeneric("marks"))

#' @rdname marks
#' @export
setGeneric("binOffsets", function(x) standardGeneric("binOffsets"))

#' @rdname marks
#' @export
setGeneric("binWidth", function(x) standardGeneric("binWidth"))

#' @rdname marks
#' @export
setGeneric("marks<-", function(x, value) standardGeneric("marks<-"))

#' @rdname preprocessing
#' @export
setGeneric("preprocessing", function(x) standardGeneric("preprocessing"))

#' @rdname preprocessing
#' @export
setGeneric("preprocessing<-", function(x, value) {
    standardGeneric("preprocessing<-")
})

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
#' @return A [ChromatinSignal-class] with the rows, columns and `colData` of
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

#' What a prediction rests on
#'
#' How much each bin of each mark has to do with the predicted logit of a gene:
#' for every architecture, also those without attention. Unlike attention, which
#' says where a model looks, an attribution says what a change there does.
#'
#' * `"saliency"`: the absolute derivative of the logit by the signal of the
#'   bin, as in the paper (section 4, saliency maps).
#' * `"gradientInput"`: the derivative times the signal.
#' * `"integratedGradients"`: the derivative by what the network reads (the
#'   signal, or its logarithm: see `transform` of [attentiveChrome()]), averaged
#'   along the straight line from no signal to that of the gene, times what it
#'   reads. Over all bins and marks they sum to the logit less that of a gene
#'   without signal; what they miss of it is the assay `completeness`.
#' * `"occlusion"`: the logit less that of the gene with the bins of a window
#'   set to 0, one mark and window at a time.
#'
#' Where a network changes abruptly along the line, integrated gradients take
#' many points, and time, for the genes concerned.
#'
#' Positive values speak for high expression, but for saliency, which has no
#' sign.
#'
#' @param model A model ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the model's marks and
#'   bins.
#' @param method The way to attribute.
#' @param steps For integrated gradients, points along the line to begin with.
#' @param tolerance For integrated gradients, what they may miss of a logit:
#'   parts of the line where they miss more have more points. A message tells
#'   where that was not enough.
#' @param window For occlusion, bins that are set to 0 together, an odd number:
#'   the bin and its neighbours.
#' @param threads Threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param ... For methods.
#' @return A [ChromatinSignal-class] like that of [attention()]: an assay
#'   for each mark, genes x cell types x bins, the assays `probability`, `label`
#'   where `signal` has it, and `completeness` (genes x cell types) for
#'   integrated gradients. `metadata(x)$attribution` has the method.
#' @references Simonyan et al. (2014), <https://arxiv.org/abs/1312.6034>;
#'   Sundararajan et al. (2017), <https://arxiv.org/abs/1703.01365>;
#'   Zeiler and Fergus (2014), <https://arxiv.org/abs/1311.2901>.
#' @seealso [attention()], [classOptimum()], [plotAttention()]
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' model <- attentiveChrome(signal, epochs = 2, hidden = 4, markHidden = 4,
#'     transform = "log1p", seed = 1)
#' why <- attribution(model, signal[1:10, ], "integratedGradients")
#' dim(binMatrix(why, "H3K4me3"))
#' range(assay(why, "completeness"))
setGeneric("attribution", function(model, signal, ...) {
    standardGeneric("attribution")
})
