# What a prediction rests on: derivatives by the input, from the core's backward
# pass, and predictions of altered input.

.attributionMethods <- c("saliency", "gradientInput", "integratedGradients",
                         "expectedGradients", "occlusion", "share")

#' Attribution of a prediction
#'
#' Computes how much each bin of each mark contributes to the predicted logit of
#' a gene. This works for every architecture, including those without attention.
#' Attention shows where a model looks; attribution shows the effect of a change
#' there.
#'
#' * `"saliency"`: the absolute derivative of the logit with respect to the
#'   signal of the bin, as in the paper (section 4, saliency maps).
#' * `"gradientInput"`: the derivative times the signal.
#' * `"integratedGradients"`: the derivative with respect to the input of the
#'   network (the signal or its logarithm: see `transform` of
#'   [attentiveChrome()]), averaged along the straight line from no signal to
#'   the signal of the gene, times this input. The sum over all bins and marks
#'   is the logit minus the logit of a gene without signal. The assay
#'   `completeness` is the remaining difference.
#' * `"expectedGradients"`: the mean of integrated gradients whose lines start
#'   from the genes of `background` instead of no signal, an approximation of
#'   SHAP values. The sum is the logit minus the mean logit of the background.
#'   A gene without any signal is unlike real genes; a background shows what
#'   sets a gene apart from others. The time is proportional to the number of
#'   background genes.
#' * `"share"`: for `"additive"` models, the bin's share of the logit (see
#'   [attention()]) minus the share that it would have with the same alpha and
#'   beta but no signal. The sum over all bins and marks is the logit minus the
#'   logit that alpha and beta would give without signal. This is the model's
#'   own computation, not an approximation.
#' * `"occlusion"`: the logit minus the logit with the bins of a window set to
#'   0, for one mark and window at a time.
#'
#' The logit can change abruptly along a line. So the line is divided into
#' parts, and the derivatives are computed at three points of each. Parts whose
#' integral differs most from the change of the logit are halved until the error
#' is within `tolerance`. Where rounding in single precision prevents this, the
#' computation continues in double precision.
#'
#' Positive values increase the probability of high expression, except for
#' saliency, which has no sign. All methods explain the logit of the network,
#' before calibration (see [predict()][predict.AttentiveChromeModel]).
#'
#' @param model A model or an ensemble ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the marks and bins of the
#'   model.
#' @param method The attribution method.
#' @param tolerance For integrated and expected gradients, the tolerated error,
#'   as a fraction of the change of the gene's logit, or of 0.1 if the change is
#'   smaller.
#' @param maxPoints For integrated and expected gradients, the maximum number of
#'   points on a line. A message reports the genes for which this was not
#'   enough.
#' @param background For expected gradients, a signal with the marks and bins of
#'   the model, such as 50 to 100 of the training genes. All its genes in all
#'   its cell types are used. By default up to 50 random genes of `signal`.
#' @param window For occlusion, the number of bins that are set to 0 at once, an
#'   odd number: the bin and its neighbours.
#' @param seed Whole number that seeds the choice of a default background;
#'   `NULL` uses the current state of R's random number generator.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param progress Show a progress bar, for integrated and expected gradients
#'   and occlusion.
#' @param ... For methods.
#' @return A [ChromatinSignal-class] like that of [attention()]: one assay per
#'   mark (genes x cell types x bins), `probability`, `label` if `signal` has
#'   it, and, for integrated and expected gradients, `completeness` (genes x
#'   cell types): the sum of the attributions minus the change of the logit.
#'   `metadata(x)$attribution` has the method and its settings. A mark that
#'   `signal` lacks (see `markDropout` of [attentiveChrome()]) contributes
#'   nothing and has no assay.
#'
#'   For an ensemble, these are the means over its members. The assay `spread`
#'   (genes x cell types x marks x bins) is the standard deviation over the
#'   members. The means are also the attributions of the mean logit, which the
#'   ensemble predicts, except for saliency: the mean of absolute values is not
#'   the absolute value of the mean.
#' @references Simonyan et al. (2014), <https://arxiv.org/abs/1312.6034>;
#'   Sundararajan et al. (2017), <https://arxiv.org/abs/1703.01365>;
#'   Erion et al. (2021), <https://arxiv.org/abs/1906.10670>;
#'   Zeiler and Fergus (2014), <https://arxiv.org/abs/1311.2901>.
#' @seealso [attention()], [classOptimum()], [plotAttention()]
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4,
#'     transform = "log1p", seed = 1)
#' why <- attribution(model, signal[1:10, ], "integratedGradients")
#' dim(binMatrix(why, "H3K4me3"))
#' range(assay(why, "completeness"))
#' others <- attribution(model, signal[1:2, ], "expectedGradients",
#'     background = signal[11:30, ])
#' range(assay(others, "completeness"))
#' @name attribution
NULL

#' @rdname attribution
#' @export
setMethod("attribution", "AttentiveChromeModel",
          function(model, signal, method = c("saliency", "gradientInput",
                                             "integratedGradients",
                                             "expectedGradients", "occlusion",
                                             "share"),
                   tolerance = 0.01, maxPoints = 2000, background = NULL,
                   window = 1, seed = NULL, threads = NULL,
                   progress = interactive(), ...) {
    method <- .checkChoice(method, "method", .attributionMethods)
    .checkNumber(tolerance, "tolerance", 1e-8)
    .checkNumber(maxPoints, "maxPoints", 12, whole = TRUE)
    .checkFlag(progress, "progress")
    if (method == "share") .checkHasShares(model)
    signal <- .readBy(model, signal)
    model <- .atMarks(model, signal)
    .checkWindow(window, length(binOffsets(model)))
    settings <- list(method = method, tolerance = tolerance,
                     maxPoints = maxPoints, window = window)
    input <- .inputMatrix(model, signal)
    logit <- .inputLogit(model, input, threads)
    if (method == "expectedGradients") {
        background <- .withSeed(seed, .backgroundInput(model, background,
                                                       input))
        settings$background <- ncol(background)
    }
    values <- .attribute(model, input, logit, background, settings, threads,
                         progress)
    assays <- .attributionAssays(values, model@marks, signal)
    shape <- function(x) {
        matrix(x, nrow(signal), dimnames = dimnames(signal))
    }
    missed <- attr(values, "missed")
    if (!is.null(missed)) assays$completeness <- shape(missed)
    out <- .explanation(model, assays, shape(logit), signal, "attribution")
    metadata(out)$attribution <- settings
    out
})

# Inputs x samples (bins x marks x samples in order). Of integrated gradients,
# the attribute `missed` is the difference from the change of the logit.
.attribute <- function(model, input, logit, background, settings, threads,
                       progress) {
    switch(
        settings$method,
        saliency = abs(.signalGradient(model, input, threads)),
        gradientInput = .signalGradient(model, input, threads) *
            .inverses[[model@transform]](input, .scaleOf(model)),
        integratedGradients = .pathGradients(
            model, input, matrix(0, nrow(input), 1L), logit, settings, threads,
            progress),
        expectedGradients = .pathGradients(model, input, background, logit,
                                           settings, threads, progress),
        occlusion = .occlude(model, input, logit, settings$window, threads,
                             progress),
        share = .shareChange(model, input, threads))
}

# The inverses of the transforms, and the derivative of each transform as a
# function of the transformed values.
.inverses <- list(none = function(x, scale) x,
                  log1p = function(x, scale) expm1(x) / scale,
                  signedLog1p = function(x, scale) {
                      sign(x) * expm1(abs(x)) / scale
                  })
.slopes <- list(none = function(x, scale) 1,
                log1p = function(x, scale) scale * exp(-x),
                signedLog1p = function(x, scale) scale * exp(-abs(x)))

.checkWindow <- function(window, bins) {
    .checkNumber(window, "window", 1, bins, whole = TRUE)
    if (window %% 2 == 0) {
        .stop("{.arg window} must be an odd number of bins",
              x = "It is {window}.",
              i = "It has the bin and the same number of neighbours on each
                   side.")
    }
}

# ---- shares ------------------------------------------------------------------

.hasShares <- function(model) {
    !is.null(.architectures[[model@architecture]]$gate)
}

.checkHasShares <- function(model) {
    if (!.hasShares(model)) .stopNoShares("model")
}

# What the signal of each bin adds, bins x marks x samples: the share is alpha
# times beta times a value, of which the value without signal is taken off.
.shareChange <- function(model, x, threads) {
    own <- .gateOf(model, x, threads)
    none <- .gateOf(model, numeric(nrow(x)), threads)
    value <- none$share / .gateWeights(none)
    value[is.nan(value)] <- 0 # of a mark that is not there
    own$share - .gateWeights(own) * as.vector(value)
}

# alpha, beta and the shares of inputs x samples.
.gateOf <- function(model, x, threads) {
    out <- .predictInput(model, list(x = as.vector(x), y = NULL), threads,
                         attention = TRUE)$attention
    layers <- vapply(.modelStages(model), `[[`, "", "layer")
    .gateParts(out[[match("gate", layers)]], model@marks)
}

.gateWeights <- function(parts) {
    parts$alpha * rep(as.vector(parts$beta), each = dim(parts$alpha)[1L])
}

# ---- gradients ---------------------------------------------------------------

.signalGradient <- function(model, x, threads) {
    .inputGradient(model, x, threads) *
        .slopes[[model@transform]](x, .scaleOf(model))
}

# ---- gradients along lines --------------------------------------------------

.defaultBackground <- 50L

.backgroundInput <- function(model, background, input) {
    if (is.null(background)) {
        samples <- ncol(input)
        some <- sample.int(samples, min(samples, .defaultBackground))
        return(input[, some, drop = FALSE])
    }
    .checkSignal(background, "background")
    background <- .readBy(model, background, "background")
    .checkFits(background, .modelFormat(model), "background")
    .inputMatrix(model, background)
}

.pathGradients <- function(model, x, from, logit, settings, threads, progress) {
    out <- .integrate(model, x, from, settings, threads, progress)
    change <- logit - mean(.inputLogit(model, from, threads))
    missed <- sum(out$missed)
    if (missed > 0L) {
        cli::cli_inform(c(
            "{missed} of {length(change)} gene{?s} did not reach the tolerance
             of {settings$tolerance} with {settings$maxPoints} points on a
             line",
            i = "See the assay {.val completeness}, and use a larger
                 {.arg maxPoints}."))
    }
    structure(out$values, missed = colSums(out$values) - change)
}

# ---- occlusion --------------------------------------------------------------

# The network's input with a window of a mark set to 0, for all windows and
# samples where this changes it.
.occlude <- function(model, x, logit, window, threads, progress) {
    bins <- length(binOffsets(model))
    near <- .windows(bins, length(model@marks), window)
    occupied <- Reduce(`|`, lapply(seq_len(ncol(near)), function(k) {
        rbind(x, 0)[near[, k], , drop = FALSE] != 0
    }))
    pairs <- which(occupied, arr.ind = TRUE)
    values <- matrix(0, nrow(x), ncol(x))
    bar <- .countBar("window", nrow(pairs), progress)
    on.exit(bar$done())
    for (i in .inChunks(nrow(pairs), 2^20 / nrow(x))) {
        pair <- pairs[i, , drop = FALSE]
        hidden <- rbind(x[, pair[, 2L], drop = FALSE], 0)
        hidden[cbind(as.vector(near[pair[, 1L], ]), seq_along(i))] <- 0
        values[pair] <- logit[pair[, 2L]] -
            .inputLogit(model, hidden[-nrow(hidden), ], threads)
        bar$tick(length(i))
    }
    values
}

# The inputs in the window around each input, inputs x window. Beyond the ends
# of a mark it is the number of inputs + 1.
.windows <- function(bins, marks, window) {
    half <- (window - 1) / 2
    bin <- outer(seq_len(bins), seq(-half, half), `+`)
    outside <- bin < 1 | bin > bins
    do.call(rbind, lapply(seq_len(marks), function(j) {
        at <- bin + bins * (j - 1)
        at[outside] <- bins * marks + 1
        at
    }))
}

# Bins x marks x samples as one assay (genes x cell types x bins) per mark.
.attributionAssays <- function(values, marks, signal) {
    samples <- nrow(signal) * ncol(signal)
    values <- array(values, c(length(values) / length(marks) / samples,
                              length(marks), samples))
    assays <- lapply(seq_along(marks), function(j) {
        .attentionAssay(values[, j, ], signal)
    })
    stats::setNames(assays, marks)
}
