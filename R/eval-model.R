#' @importFrom generics evaluate
#' @export
generics::evaluate

#' Evaluate a model
#'
#' Measures the performance of the predictions for the genes of a signal that
#' have a label, separately for each cell type, and compares it with baselines.
#' A simple baseline is often as good as a network, so a high AUROC alone is not
#' evidence of a good model.
#'
#' Every model stores two baselines, fitted to its training genes. The first is
#' the best of the simple methods of [trainBaseline()], by the log loss in
#' cross-validation on the training genes (if the cell types together have more
#' than 16,384, on that many, evenly spread); no other genes choose it. The
#' second, the reference, is the same for all models: a logistic regression on
#' the mean log count of each mark. `baselines` adds others.
#'
#' The difference in AUROC is that of the model minus that of the baseline on
#' the same genes, with DeLong's 95% interval for paired predictions. Its
#' coverage is 93 to 97% from 60 genes on (`bench/results/baselines.md`).
#'
#' Each measure of the model has a 95% interval. If the high genes, and the low
#' genes, lie on five or more chromosomes, whole chromosomes are drawn, because
#' neighbouring genes are similar; otherwise genes are drawn. The interval of
#' the AUROC is DeLong's on the logit scale or, with chromosomes, Obuchowski's.
#' The others use the standard error of a bootstrap, with t quantiles for the
#' number of chromosomes: on the logit scale for AUPRC, accuracy, F1 and Brier
#' score, on the log scale for the log loss. In each draw, slope and intercept
#' are updated by one Newton step, and the bins of the calibration error remain
#' the same. The interval of this error is corrected for the bias of the
#' bootstrap. In simulations the coverage is 92 to 97%, also with few
#' chromosomes. That of the calibration error is 89 to 94% for 200 genes or
#' more, and 79% for 60 (`bench/results/calibration.md`). If neighbouring genes
#' are similar and genes are drawn, some intervals are too narrow. All intervals
#' describe the choice of the evaluated genes, and neither the training, which
#' differs between seeds, nor the choice of the training genes.
#'
#' A warning of class `AttentiveChrome_seen` reports genes of `signal` that
#' trained the model in the same cell type, or that are its validation genes:
#' the performance is then too high. A message of the same class reports
#' training genes in another cell type, where the expression is often similar.
#' Genes are the same if they have the same id, on the same chromosome if both
#' have one. Models from PyTorch's files do not know their genes.
#'
#' @param x A model or an ensemble ([attentiveChrome()]) or a baseline
#'   ([trainBaseline()]).
#' @param signal A signal ([chromatinSignal()]) with labels and the model's
#'   marks and bins, or a split ([splitGenes()]), whose test genes are used.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param baselines Further baselines ([trainBaseline()]) to compare with: one,
#'   or a list. They are named by the list or, without names, by their methods.
#' @param genes `"all"`, or `"variable"` for the genes that are high in at least
#'   a tenth of the cell types of `signal` in which they have a label, and low
#'   in at least a tenth. A gene that is high or low everywhere can be predicted
#'   without any signal; variable genes show what chromatin adds. They need two
#'   or more cell types.
#' @param calibrated,prior Which probabilities of the model are evaluated, as
#'   for [predict()][predict.AttentiveChromeModel]. Those of the baselines
#'   remain the same.
#' @param draws Number of bootstrap samples; with 0, only the AUROC has an
#'   interval.
#' @param seed Whole number that seeds the draws, so that the same evaluation
#'   has the same intervals.
#' @param ... Not used.
#' @return A data frame of class `evaluation`, with its own print method and one
#'   row per cell type: `cellType`; `genes`, the number of genes with a label;
#'   `high`, the fraction of them with high expression; `auroc`, the area under
#'   the ROC curve (ties count half); `auprc`, the area under the
#'   precision-recall curve as average precision; `accuracy` and `f1` at
#'   probability 0.5; `brier`, the mean squared error of the probability;
#'   `logLoss`, the mean binary cross-entropy in nats; `slope` and `intercept`
#'   of the logistic regression of the label on the logit, 1 and 0 for a
#'   calibrated model; `ece`, the expected calibration error: the mean over
#'   genes of the absolute difference between the mean probability and the share
#'   of high genes in ten bins of equally many genes. Chance alone makes it
#'   about 0.01 for 6,000 genes, and more for fewer. The same nine measures are
#'   given for the best baseline (`baselineAuroc` and so on), for the reference
#'   (`referenceAuroc`) and for each of `baselines` (`forestAuroc` for one named
#'   `forest`). Each baseline has a difference in AUROC with its interval, as in
#'   `baselineDifference`, `baselineDifferenceLower` and
#'   `baselineDifferenceUpper`. `baseline` is the name of the best baseline. The
#'   last columns are the 95% intervals of the model's measures (`aurocLower`,
#'   `aurocUpper` and so on), and `chromosomes`, the number of chromosomes that
#'   were drawn, `NA` if genes were.
#'
#'   AUROC, slope and intercept are `NA` if all labels of a cell type are equal,
#'   slope and intercept also if the logit separates high from low. Baselines
#'   are `NA` if the model's weights were read from a file, and so are the
#'   stored baselines if `signal` lacks one of the model's marks: pass
#'   `baselines` that were trained without it. The attribute `seen`, which is
#'   printed, has a row for each cell type with the number of `genes` and how
#'   many of them the model has seen: `training`, `validation`, and
#'   `otherCellType` (training genes, but in another cell type); it is `NULL` if
#'   the model does not know its genes.
#' @references DeLong et al. (1988), Biometrics 44, 837; Obuchowski (1997),
#'   Biometrics 53, 567 (clusters); Moulton and Zeyen (1991), Computational
#'   Statistics and Data Analysis 11, 53 (one-step bootstrap); Schreiber et al.
#'   (2020), Genome Biology 21, 282 (genes that vary between cell types).
#' @seealso [plotCalibration()], [plotROC()], [plotPR()]
#' @export
#' @examples
#' parts <- splitGenes(roadmapGenes[1:90, "E123"])
#' model <- attentiveChrome(parts$train, parts$validation, epochs = 2,
#'     filters = 4, context = 4)
#' evaluate(model, parts$test, draws = 100)
#' bins <- trainBaseline(parts$train, "bestBin")
#' evaluate(model, parts$test, baselines = list(bins = bins))
evaluate.AttentiveChromeModel <- function(x, signal, threads = NULL,
                                          baselines = list(),
                                          genes = c("all", "variable"),
                                          calibrated = TRUE, prior = NULL,
                                          draws = 500, seed = 1, ...) {
    signal <- .readBy(x, .evaluatedGenes(signal, genes))
    logit <- .predictedLogit(x, .forward(x, signal, threads)$logit, calibrated,
                             prior)
    .tellEvaluation(.evaluateBy(x, signal, logit, baselines, draws, seed))
}

#' @rdname evaluate.AttentiveChromeModel
#' @export
evaluate.AttentiveChromeEnsemble <- evaluate.AttentiveChromeModel

#' @rdname evaluate.AttentiveChromeModel
#' @export
evaluate.BaselineModel <- function(x, signal, baselines = list(),
                                   genes = c("all", "variable"), prior = NULL,
                                   draws = 500, seed = 1, ...) {
    signal <- .readBy(x, .evaluatedGenes(signal, genes))
    logit <- .logitOfBaseline(x, signal, "signal")
    if (!.hasClasses(x)) {
        .checkNoPrior(prior, x)
    } else {
        logit <- .predictedLogit(x, logit, prior = prior)
    }
    .tellEvaluation(.evaluateBy(x, signal, logit, baselines, draws, seed))
}

.tellEvaluation <- function(evaluation) {
    .tellSeen(attr(evaluation, "seen"))
    evaluation
}

.evaluateBy <- function(model, signal, predicted, ...) {
    evaluateOf <- if (.hasClasses(model)) .evaluateLogit else .evaluateNumbers
    evaluateOf(model, signal, predicted, ...)
}

# Works for any model that has marks and stored baselines.
.evaluateLogit <- function(model, signal, logit, baselines = list(),
                           draws = 500, seed = 1) {
    .checkNumber(draws, "draws", 0, 1e6, whole = TRUE)
    .checkNumber(seed, "seed", whole = TRUE)
    label <- expressionLabel(signal)
    chromosome <- .genePlaces(signal)$chromosome
    baselines <- .checkBaselines(baselines)
    for (name in names(baselines)) {
        .checkSameTarget(baselines[[name]], .classTarget)
    }
    added <- lapply(baselines, .logitOfBaseline, signal, "signal")
    rows <- lapply(colnames(signal), function(cellType) {
        stored <- .storedLogit(model@baseline, signal, model@marks, cellType)
        others <- c(lapply(stored, `[[`, "logit"),
                    lapply(added, function(logit) logit[, cellType]))
        row <- .evaluateCellType(cellType, label[, cellType],
                                 logit[, cellType], stored$baseline$name,
                                 others)
        cbind(row, .intervalColumns(label[, cellType], logit[, cellType],
                                    chromosome, draws, seed))
    })
    .asEvaluation(do.call(rbind, rows), .seenGenes(model, signal))
}

# ---- variable genes ---------------------------------------------------------

.evaluatedGenes <- function(signal, genes) {
    genes <- .checkChoice(genes, "genes", c("all", "variable"))
    signal <- .partOf(signal, "test", "signal")
    if (genes == "all") return(signal)
    .checkSignal(signal)
    if (ncol(signal) < 2L) {
        .stop("{.code genes = \"variable\"} needs a signal with two or more
               cell types",
              x = "{.arg signal} has {ncol(signal)}.")
    }
    variable <- .areVariable(expressionLabel(signal))
    if (!any(variable)) {
        .stop("{.arg signal} has no variable genes",
              x = "None of its {nrow(signal)} gene{?s} is high in some cell
                   types and low in others.")
    }
    signal[variable, ]
}

# label: genes x cell types.
.areVariable <- function(label) {
    high <- rowMeans(label, na.rm = TRUE)
    !is.nan(high) & high > 0 & high < 1 & pmin(high, 1 - high) >= 0.1
}

# ---- measures ---------------------------------------------------------------

# others: the logits of the baselines, by the names of their columns.
.evaluateCellType <- function(cellType, label, logit, baseline, others) {
    known <- !is.na(label)
    if (!any(known)) {
        .stop("{.arg signal} has no gene with a label in cell type
               {.val {cellType}}")
    }
    label <- label[known]
    columns <- lapply(names(others), function(name) {
        other <- others[[name]][known]
        values <- c(.metrics(label, other),
                    .aurocDifference(label, logit[known], other))
        names(values) <- .prefixed(name, names(values))
        as.list(values)
    })
    data.frame(cellType = cellType, genes = length(label),
               high = mean(label), as.list(.metrics(label, logit[known])),
               baseline = baseline, do.call(c, columns), check.names = FALSE)
}

.intervalColumns <- function(label, logit, chromosome, draws, seed) {
    known <- !is.na(label)
    clusters <- .drawnClusters(chromosome[known], label[known])
    intervals <- .metricIntervals(label[known], logit[known], clusters, draws,
                                  seed)
    data.frame(as.list(intervals),
               chromosomes = if (is.null(clusters)) NA_integer_
                             else max(clusters))
}

.aurocDifference <- function(label, logit, other, level = 0.95) {
    out <- rep(NA_real_, 3L)
    if (length(unique(label)) == 2L && !anyNA(logit) && !anyNA(other)) {
        both <- .aurocCovariance(label, list(logit, other))
        weights <- c(1, -1)
        error <- sqrt(max(0, weights %*% both$covariance %*% weights))
        out <- sum(weights * both$value) +
            c(0, -1, 1) * stats::qnorm((1 + level) / 2) * error
    }
    stats::setNames(out, c("difference", "differenceLower", "differenceUpper"))
}
