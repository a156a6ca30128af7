# Whether models of several seeds explain the same genes alike.

#' Stability of explanations over seeds
#'
#' Compares the explanations of models that differ in their seeds alone, gene by
#' gene. Networks that predict equally well may attend to different bins and
#' marks. A pattern that appears with only one seed is not a finding. If models
#' that were trained on shuffled labels (`shuffled`) agree as well with each
#' other, the agreement comes from the signal or the architecture rather than
#' from expression.
#'
#' For each pair of models and each gene:
#' * `rank`: Spearman's correlation of the values over the bins of all marks
#'   (of beta: over the marks). Signed values keep their sign;
#' * `top`: the overlap of the `top` bins with the largest absolute values, as a
#'   fraction of `top` (of beta: whether the mark with the largest beta is the
#'   same);
#' * `mark`: whether the mark with the largest sum of absolute values is the
#'   same. It is `NA` for alpha, which sums to 1 for each mark.
#'
#' The table has the means over the genes and pairs, from 0 to 1 (`rank`: from
#' -1).
#'
#' @param models An ensemble ([attentiveChrome()] with `members`), whose members
#'   are compared, or a list of at least two models or ensembles of one
#'   architecture with the same marks and bins, which differ in their seeds.
#' @param signal A signal ([chromatinSignal()]) with the models' marks and bins:
#'   the genes to explain, in one cell type.
#' @param shuffled As `models`, but trained on shuffled labels; or `NULL`.
#' @param explanations Any of `"alpha"`, `"beta"` and the names for
#'   [compareExplanations()], other than `"classOptimum"` and `"signal"`. By
#'   default alpha, beta and shares, if the models have them, and integrated
#'   gradients.
#' @param top Number of bins with the largest absolute values to compare.
#' @param cellType The name of a cell type; may be omitted if there is only one.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A list of class `explanationStability`. `table` has one row per
#'   explanation: `models`, their number; `rank`, `top`, `mark`; `rankLowest`,
#'   the lowest `rank` of a pair; and `shuffledRank`, `shuffledTop` and
#'   `shuffledMark`, the same of `shuffled` (`NA` without). `pairs` has one
#'   row per explanation and pair: `of`, `"seeds"` or `"shuffled"`; `first`,
#'   `second`, the numbers of the models; `rank`, `top` and `mark`. `genes` and
#'   `size` are the numbers of genes and of top bins. `as.data.frame()` returns
#'   `table`, and `plot()` a `ggplot` of `pairs`.
#' @references Adebayo et al. (2018), Sanity checks for saliency maps,
#'   <https://arxiv.org/abs/1810.03292>.
#' @seealso [compareExplanations()], [faithfulness()]
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' train <- function(seed, signal) attentiveChrome(signal, epochs = 2,
#'     filters = 4, context = 4, seed = seed)
#' models <- lapply(1:3, train, signal)
#' mixed <- signal
#' assay(mixed, "label")[] <- rev(assay(signal, "label"))
#' found <- stability(models, signal[1:20, ], lapply(4:5, train, mixed))
#' found
#' plot(found)
stability <- function(models, signal, shuffled = NULL, explanations = NULL,
                      top = 10, cellType = NULL, threads = NULL) {
    models <- .seedsOf(models)
    shuffled <- .seedsOf(shuffled)
    .checkSeedModels(models, "models", models)
    if (!is.null(shuffled)) .checkSeedModels(shuffled, "shuffled", models)
    first <- models[[1L]]
    signal <- .readBy(first, signal)
    .checkFits(signal, .modelFormat(first))
    cellType <- .checkCellType(signal, cellType)
    signal <- signal[, cellType]
    inputs <- length(first@marks) * length(binOffsets(first))
    .checkNumber(top, "top", 1, inputs, whole = TRUE)
    explanations <- .stableExplanations(first, explanations)
    pairs <- lapply(explanations, function(name) {
        size <- if (name == "beta") 1L else top
        of <- function(models, what) {
            values <- lapply(models, .seedValues, name, signal, threads)
            cbind(explanation = name, of = what, .comparePairs(
                values, length(first@marks), size, name))
        }
        rbind(of(models, "seeds"),
              if (!is.null(shuffled)) of(shuffled, "shuffled"))
    })
    pairs <- do.call(rbind, pairs)
    structure(list(table = .stabilityTable(pairs, length(models)),
                   pairs = pairs, genes = nrow(signal), size = top,
                   states = .attendsToStates(first)),
              class = "explanationStability")
}

.seedsOf <- function(models) {
    if (.isEnsemble(models)) .membersOf(models) else models
}

.checkSeedModels <- function(models, arg, all) {
    if (!is.list(models) || length(models) < 2L) {
        .stop("{.arg {arg}} must be a list of at least two models")
    }
    for (model in models) .checkModel(model, arg)
    for (model in models) {
        if (model@architecture != all[[1L]]@architecture ||
            !identical(model@marks, all[[1L]]@marks) ||
            !.sameBins(model@bins, all[[1L]]@bins)) {
            .stop("The models must have one architecture, with the same marks
                   and bins",
                  i = "They may differ in their seed, and the labels.")
        }
    }
}

.stableExplanations <- function(model, wanted) {
    architecture <- .architectures[[model@architecture]]
    own <- c(if (!is.null(architecture$alpha) || !is.null(architecture$joint))
                 "alpha", if (!is.null(architecture$beta)) "beta",
             setdiff(.explanationsOf(model, general = FALSE), "signal"))
    if (is.null(wanted)) {
        return(intersect(c("alpha", "beta", "share", "integratedGradients"),
                         own))
    }
    for (name in wanted) .checkChoice(name, "explanations", own)
    unique(wanted)
}

# Values x genes.
.seedValues <- function(model, name, signal, threads) {
    if (name == "beta") {
        weights <- assay(attention(model, signal, threads), "beta",
                         withDimnames = FALSE)
        return(t(matrix(weights, nrow(signal))))
    }
    values <- if (name == "alpha") {
        .overMembers(model, .attentionImportance, signal, threads,
                     beta = FALSE)
    } else {
        .importance(name, model, signal, threads)
    }
    matrix(values, ncol = nrow(signal))
}

# ---- pairs -------------------------------------------------------------------

.comparePairs <- function(values, marks, size, name) {
    ranks <- lapply(values, function(v) t(apply(v, 2L, rank)))
    tops <- lapply(values, function(v) {
        apply(-abs(v), 2L, rank, ties.method = "first") <= size
    })
    best <- lapply(values, function(v) {
        sums <- colSums(array(abs(v), c(nrow(v) / marks, marks, ncol(v))))
        max.col(t(sums), "first")
    })
    pairs <- utils::combn(length(values), 2L)
    rows <- apply(pairs, 2L, function(pair) {
        a <- pair[1L]
        b <- pair[2L]
        rank <- .rowScores(ranks[[a]], ranks[[b]], "correlation")
        data.frame(first = a, second = b, rank = mean(rank, na.rm = TRUE),
                   top = mean(colSums(tops[[a]] & tops[[b]])) / size,
                   mark = if (name == "alpha") NA_real_
                          else mean(best[[a]] == best[[b]]))
    }, simplify = FALSE)
    do.call(rbind, rows)
}

.stabilityTable <- function(pairs, models) {
    figures <- c("rank", "top", "mark")
    rows <- lapply(unique(pairs$explanation), function(name) {
        means <- function(of) {
            colMeans(pairs[pairs$explanation == name & pairs$of == of, figures])
        }
        own <- pairs[pairs$explanation == name & pairs$of == "seeds", ]
        other <- means("shuffled")
        other[is.nan(other)] <- NA_real_
        names(other) <- .prefixed("shuffled", figures)
        data.frame(explanation = name, models = models, t(means("seeds")),
                   rankLowest = min(own$rank), t(other))
    })
    do.call(rbind, rows)
}
