#' Attention of a model
#'
#' Returns the attention of a model for each gene of a signal: over the bins of
#' each mark (alpha; bin-level attention, section 3 of the paper) and over the
#' marks (beta; mark-level attention). The result has the same class as the
#' signal, so [binMatrix()], subsetting and the plots work on both.
#'
#' Architectures that read all marks of a bin jointly (`"lstm-attn"`,
#' `"cnn-attn"`) have one joint attention over the bins, the assay `allMarks`.
#' Architectures without attention (`"lstm"`, `"deepchrome"`) give an error. See
#' [listArchitectures()].
#'
#' In architectures with an LSTM, alpha weights its states. Each state of a
#' bidirectional LSTM depends on all bins, so alpha is not the importance of a
#' bin: the state of one bin may carry what the network found in another. The
#' states of convolutions depend on nearby bins. See [compareExplanations()] and
#' [faithfulness()].
#'
#' @section What is stable between seeds:
#' Models with different seeds make similar predictions but attend differently.
#' In `"additive"` models, a share is alpha times beta times a value. The logit
#' determines this product but not its factors: half the beta with twice the
#' values gives the same logit. Nor does it determine a constant in a share,
#' which may as well be part of the bias. What the signal of a bin adds,
#' `attribution(method = "share")`, does not depend on either.
#'
#' On genome-wide data of one cell type, two ensembles of five models agree on
#' the mark with the highest beta for 99% of the genes (all splits of the ten
#' models: 88 to 100%; pairs of single models: 52 to 100%). But it is the same
#' mark for nearly all genes, so this is no more than chance: beta shows which
#' mark the model weights most, and hardly anything about a single gene. The
#' mark whose signal adds most to the logit differs between genes. The two
#' ensembles agree on it for 88% of the genes (82 to 95%; single models: 44 to
#' 92%). So use an ensemble (`members` of [attentiveChrome()]), look at the
#' spread, and for single genes prefer `attribution(method = "share")` or
#' integrated gradients to beta. See `bench/results/ensembles.md`.
#'
#' @param model A model or an ensemble ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the marks and bins of the
#'   model.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param ... For methods.
#' @return A [ChromatinSignal-class] with the rows, columns and `colData` of
#'   `signal` and the assays:
#'   * one per mark, or one called `allMarks` (genes x cell types x bins):
#'     alpha, which sums to 1 over the bins;
#'   * `beta` (genes x cell types x marks), which sums to 1 over the marks, for
#'     architectures that attend to marks;
#'   * `betaAux`, for `"raw_aux"` and `"raw_aux_siamese"`: that of the auxiliary
#'     parts, which sums to 1 over the marks of each cell type, as does `beta`
#'     of `"aux"` and `"aux_siamese"`;
#'   * `share` (genes x cell types x marks x bins), for `"additive"`: what each
#'     bin of each mark contributes to the logit. A gene's shares and
#'     `metadata(x)$bias` sum to the logit of the network, before calibration
#'     (`predict(type = "link", calibrated = FALSE)`), up to rounding;
#'   * `probability` (genes x cell types): the predicted probability of high
#'     expression, calibrated, as [predict()][predict.AttentiveChromeModel]
#'     returns it; for models of numbers, `prediction`, the number. Shares and
#'     attributions are then of the number as the network sees it,
#'     standardised by the training genes;
#'   * `label`, if `signal` has it;
#'   * for an ensemble, whose other assays are the means over its members: the
#'     standard deviations over the members, `spread` (of alpha; genes x cell
#'     types x marks x bins), `betaSpread` and `shareSpread` (shaped as `beta`
#'     and `share`). For `shareSpread`, the mean share over the training genes
#'     is first subtracted from the shares of each member.
#'
#'   A mark that `signal` lacks (see `markDropout` of [attentiveChrome()]) has
#'   no alpha; its beta and its shares are 0.
#' @seealso [plotAttention()], [plotMarkAttention()], [plotGene()]
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
#' alpha <- attention(model, signal)
#' alpha
#' dim(binMatrix(alpha, "H3K4me3"))
#' head(assay(alpha, "beta")[, 1, ])
#' @name attention
NULL

#' @rdname attention
#' @export
setMethod("attention", "AttentiveChromeModel",
          function(model, signal, threads = NULL, ...) {
    architecture <- .architectures[[model@architecture]]
    if (.describeAttention(architecture) == "none") .stopNoAttention(model)
    signal <- .readBy(model, signal)
    out <- .forward(model, signal, threads, attention = TRUE)
    assays <- .alphaAssays(architecture, out$attention, model@marks, signal)
    if (!is.null(architecture$beta)) {
        beta <- .attentionAssay(out$attention[[architecture$beta]], signal)
        dimnames(beta)[[3L]] <- model@marks
        assays$beta <- beta
    }
    if (!is.null(architecture$betaAux)) {
        beta <- .attentionAssay(out$attention[[architecture$betaAux]], signal)
        dimnames(beta)[[3L]] <- utils::tail(model@marks, dim(beta)[3L])
        assays$betaAux <- beta
    }
    if (is.null(architecture$gate)) {
        return(.explanation(model, assays, out$logit, signal, "attention"))
    }
    assays$share <- .shareAssay(out$attention$share, model, signal)
    out <- .explanation(model, assays, out$logit, signal, "attention")
    metadata(out)[c("bias", "meanShare")] <- list(
        model@parameters$gate.bias, model@training$meanShare)
    out
})

# The explanation of a signal, in the signal's own class: one array per mark and
# what is predicted (.responseAssay()), with the annotation of genes and cell
# types. Of numbers, the metadata tell the target, whose unit figures show.
.explanation <- function(model, assays, logit, signal, kind) {
    # Nothing is told of a mark that the signal lacks.
    assays <- assays[names(assays) %in% c(marks(signal), .reservedNames)]
    marks <- setdiff(names(assays), .otherAssays)
    assays <- c(assays, .responseAssay(model, logit))
    if ("label" %in% assayNames(signal)) {
        assays$label <- expressionLabel(signal)
    }
    out <- .makeSignal(assays, signal@bins, rowRanges(signal), colData(signal),
                       marks, signal@columns, kind)
    if (!.hasClasses(model)) metadata(out)$target <- .targetOf(model)
    out
}

# The predicted probability or number, as a list with the assay of its name.
# `logit`: what the network wrote, genes x cell types.
.responseAssay <- function(model, logit) {
    stats::setNames(list(.responseOf(model, .predictedLogit(model, logit))),
                    .responseName(model))
}

# alpha of each mark or, if the architecture reads all marks of a bin jointly,
# the joint alpha.
.alphaAssays <- function(architecture, attention, marks, signal) {
    if (!is.null(architecture$joint)) {
        alpha <- .attentionAssay(attention[[architecture$joint]], signal)
        return(stats::setNames(list(alpha), .allMarks))
    }
    alpha <- attention[[architecture$alpha]]
    assays <- lapply(seq_along(marks), function(j) {
        .attentionAssay(alpha[, j, ], signal)
    })
    stats::setNames(assays, marks)
}

# Bins x marks x samples as genes x cell types x marks x bins.
.shareAssay <- function(share, model, signal) {
    bins <- length(binOffsets(model))
    marks <- model@marks
    share <- array(share, c(bins, length(marks), dim(signal)))
    array(aperm(share, c(3L, 4L, 2L, 1L)),
          c(dim(signal), length(marks), bins),
          c(dimnames(signal), list(marks, NULL)))
}

# An attention's shares, less those of the average training gene, as the
# attribution that they are.
.sharesOf <- function(attention) {
    if (!"share" %in% assayNames(attention)) .stopNoShares("attention")
    share <- assay(attention, "share", withDimnames = FALSE)
    known <- metadata(attention)
    if (sum(names(known) == "meanShare") > 1L) {
        .stop("{.arg attention} must be of one model",
              x = "It combines those of several, each with its own mean share
                   of the training genes.",
              i = "Plot the cell types of each model by themselves.")
    }
    mean <- known$meanShare
    if (is.null(mean)) {
        .stop("{.arg attention} must be of a model that knows the mean share of
               its training genes",
              x = "Its weights were read from a file.",
              i = "{.code attribution(method = \"share\")} shows what the
                   signal of each bin adds.")
    }
    for (mark in marks(attention)) {
        j <- match(mark, dimnames(share)[[3L]])
        own <- share[, , j, , drop = FALSE]
        dim(own) <- dim(own)[-3L]
        assay(attention, mark, withDimnames = FALSE) <-
            sweep(own, 3L, mean[, j])
    }
    if ("shareSpread" %in% assayNames(attention)) {
        assay(attention, "spread", withDimnames = FALSE) <-
            assay(attention, "shareSpread", withDimnames = FALSE)
    }
    attention@kind <- "attribution"
    metadata(attention)$attribution <- list(method = "share")
    attention
}

.stopNoShares <- function(arg) {
    .stop("{.arg {arg}} has no shares",
          i = "Models of the architecture {.val additive} have them.")
}

.stopNoAttention <- function(model) {
    known <- .architecturesOf(.targetOf(model))
    attends <- vapply(.architectures[known], .describeAttention, "") != "none"
    .stop("{.arg model} has no attention",
          x = "Its architecture is {.val {model@architecture}}.",
          i = "{.fn attribution} shows what its predictions depend on. These
               architectures have attention:
               {.val {known[attends]}}.",
          class = "AttentiveChrome_noAttention")
}

# The core's [positions x samples] as genes x cell types x positions.
.attentionAssay <- function(weights, signal) {
    positions <- length(weights) / nrow(signal) / ncol(signal)
    array(t(matrix(weights, positions)), c(dim(signal), positions),
          c(dimnames(signal), list(NULL)))
}
