# What a prediction rests on: derivatives by the input, from the core's backward
# pass, and predictions of altered input.

.attributionMethods <- c("saliency", "gradientInput", "integratedGradients",
                         "occlusion", "share")

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
#' * `"share"`: for `"additive"` models, the bin's share of the logit (see
#'   [attention()]) minus the share that it would have with the same gates and
#'   no signal of its mark. The sum over all bins and marks is the logit minus
#'   what the gates alone give. This is the model's own computation, and no
#'   approximation.
#' * `"occlusion"`: the logit minus the logit with the bins of a window set to
#'   0, for one mark and window at a time.
#'
#' If a network changes abruptly along the line, integrated gradients need many
#' points, and time, for the genes concerned.
#'
#' Positive values increase the probability of high expression, except for
#' saliency, which has no sign.
#'
#' @param model A model or an ensemble ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the marks and bins of the
#'   model.
#' @param method The attribution method.
#' @param steps For integrated gradients, the initial number of points along the
#'   line.
#' @param tolerance For integrated gradients, the tolerated error of a logit.
#'   Points are added where the error is larger. A message reports genes for
#'   which this was not enough.
#' @param window For occlusion, the number of bins that are set to 0 at once, an
#'   odd number: the bin and its neighbours.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param ... For methods.
#' @return A [ChromatinSignal-class] like that of [attention()]: one assay per
#'   mark (genes x cell types x bins), `probability`, `label` if `signal` has
#'   it, and, for integrated gradients, `completeness` (genes x cell types).
#'   `metadata(x)$attribution` has the method and its settings. Of an ensemble,
#'   these are the means over its members. The assay `spread` (genes x cell
#'   types x marks x bins) is the standard deviation over the members. The means
#'   are the attribution of the mean logit, which the ensemble predicts, for all
#'   methods but saliency: the mean of absolute values is not the absolute value
#'   of the mean.
#' @references Simonyan et al. (2014), <https://arxiv.org/abs/1312.6034>;
#'   Sundararajan et al. (2017), <https://arxiv.org/abs/1703.01365>;
#'   Zeiler and Fergus (2014), <https://arxiv.org/abs/1311.2901>.
#' @seealso [attention()], [classOptimum()], [plotAttention()]
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4,
#'     transform = "log1p", seed = 1)
#' why <- attribution(model, signal[1:10, ], "integratedGradients")
#' dim(binMatrix(why, "H3K4me3"))
#' range(assay(why, "completeness"))
#' @name attribution
NULL

#' @rdname attribution
#' @export
setMethod("attribution", "AttentiveChromeModel",
          function(model, signal, method = c("saliency", "gradientInput",
                                             "integratedGradients",
                                             "occlusion", "share"),
                   steps = 16, tolerance = 1e-3, window = 1, threads = NULL,
                   ...) {
    method <- .checkChoice(method, "method", .attributionMethods)
    .checkNumber(steps, "steps", 1, whole = TRUE)
    .checkNumber(tolerance, "tolerance", 1e-5)
    if (method == "share") .checkHasShares(model)
    .checkFits(signal, .modelFormat(model))
    .checkWindow(window, length(binOffsets(model)))
    input <- .modelInput(signal, model@marks, colnames(signal),
                         model@transform, .scaleOf(model))
    logit <- .predictInput(model, input, threads)$logit
    values <- switch(
        method,
        saliency = abs(.signalGradient(model, input, threads)),
        gradientInput = .signalGradient(model, input, threads) *
            .inverses[[model@transform]](input$x, .scaleOf(model)),
        integratedGradients = .integrate(model, input$x, steps, tolerance,
                                         threads),
        occlusion = .occlude(model, input, logit, window, threads),
        share = .shareChange(model, signal, threads))
    assays <- .attributionAssays(values, model@marks, signal)
    shape <- function(x) {
        matrix(x, nrow(signal), dimnames = dimnames(signal))
    }
    if (method == "integratedGradients") {
        assays$completeness <- shape(
            .incompleteness(model, values, logit, tolerance, threads))
    }
    out <- .explanation(assays, shape(logit), signal, "attribution")
    metadata(out)$attribution <- list(method = method, steps = steps,
                                      tolerance = tolerance, window = window)
    out
})

# The inverses of the transforms, and the derivative of each transform as a
# function of the transformed values.
.inverses <- list(none = function(x, scale) x,
                  log1p = function(x, scale) expm1(x) / scale)
.slopes <- list(none = function(x, scale) 1,
                log1p = function(x, scale) scale * exp(-x))

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
    if (!.hasShares(model)) {
        .stop("{.arg model} has no shares",
              x = "Its architecture is {.val {model@architecture}}.",
              i = "Models of the architecture {.val additive} have them.")
    }
}

# What the signal of each bin adds, bins x marks x samples: the share is alpha
# times beta times a value, of which the value without signal is taken off.
.shareChange <- function(model, signal, threads) {
    own <- .forward(model, signal, threads, attention = TRUE)$attention
    inputs <- length(binOffsets(model)) * length(model@marks)
    none <- .predictInput(model, list(x = numeric(inputs), y = NULL), threads,
                          attention = TRUE)$attention
    none <- .gateParts(none[[length(none)]], model@marks)
    value <- none$share / .gateWeights(none)
    own$share - .gateWeights(own) * as.vector(value)
}

.gateWeights <- function(parts) {
    parts$alpha * rep(as.vector(parts$beta), each = dim(parts$alpha)[1L])
}

# ---- gradients ---------------------------------------------------------------

.inputGradient <- function(model, x, threads) {
    .overMembers(model, function(member) {
        .logitGradient(.modelNetwork(member, threads),
                       .blockOf(member@parameters), list(x = x, y = NULL))
    })
}

.signalGradient <- function(model, input, threads) {
    .inputGradient(model, input$x, threads) *
        .slopes[[model@transform]](input$x, .scaleOf(model))
}

# ---- integrated gradients ----------------------------------------------------

# Four-point Gauss-Legendre quadrature on 0 to 1.
.gauss <- list(at = (1 + c(-0.8611363115940526, -0.3399810435848563,
                           0.3399810435848563, 0.8611363115940526)) / 2,
               weight = c(0.3478548451374538, 0.6521451548625461,
                          0.6521451548625461, 0.3478548451374538) / 2)

# Integrates along the line from zero signal to x, in parts of four points each.
.integrate <- function(model, x, steps, tolerance, threads) {
    x <- matrix(x, length(model@marks) * length(binOffsets(model)))
    parts <- ceiling(steps / length(.gauss$at))
    values <- 0
    for (part in seq_len(parts)) {
        values <- values + .integratePart(
            model, x, (part - 1) / parts, part / parts, tolerance / 16, 22L,
            threads)
    }
    values
}

# The integral of a part should equal the change of the logit, gene by gene.
# Where the error is too large, the part is halved for these genes only.
# Networks can change abruptly near zero signal.
.integratePart <- function(model, x, from, to, tolerance, depth, threads) {
    logit <- function(at) {
        .predictInput(model, list(x = as.vector(at * x), y = NULL),
                      threads)$logit
    }
    total <- 0
    for (i in seq_along(.gauss$at)) {
        at <- from + (to - from) * .gauss$at[i]
        total <- total + .gauss$weight[i] *
            .inputGradient(model, as.vector(at * x), threads)
    }
    values <- x * total * (to - from)
    missed <- abs(colSums(values) - (logit(to) - logit(from)))
    rough <- which(missed > tolerance)
    if (length(rough) == 0L || depth == 0L) return(values)
    half <- function(from, to) {
        .integratePart(model, x[, rough, drop = FALSE], from, to, tolerance,
                       depth - 1L, threads)
    }
    middle <- (from + to) / 2
    values[, rough] <- half(from, middle) + half(middle, to)
    values
}

# The sum over a gene's bins and marks minus the change of its logit.
.incompleteness <- function(model, values, logit, tolerance, threads) {
    inputs <- length(model@marks) * length(binOffsets(model))
    none <- .predictInput(model, list(x = numeric(inputs), y = NULL),
                          threads)$logit
    missed <- colSums(matrix(values, inputs)) - (logit - none)
    worst <- max(abs(missed))
    if (worst > tolerance) {
        cli::cli_inform(c(
            "The integrated gradients differ from the change of the logit by up
             to {signif(worst, 2)}",
            i = "See the assay {.val completeness}. A model with
                 {.code precision = \"double\"} can be integrated more
                 accurately."))
    }
    missed
}

.occlude <- function(model, input, logit, window, threads) {
    bins <- length(binOffsets(model))
    marks <- length(model@marks)
    values <- array(0, c(bins, marks, length(logit)))
    x <- array(input$x, dim(values))
    for (j in seq_len(marks)) for (b in seq_len(bins)) {
        hidden <- x
        near <- abs(seq_len(bins) - b) <= (window - 1) / 2
        hidden[near, j, ] <- 0
        values[b, j, ] <- logit - .predictInput(
            model, list(x = as.vector(hidden), y = NULL), threads)$logit
    }
    values
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
