#' @importFrom generics evaluate
#' @export
generics::evaluate

#' Evaluate a model
#'
#' Measures the performance of the predictions for the genes of a signal that
#' have a label, separately for each cell type. The same measures are given for
#' a baseline: a logistic regression on the mean log count of each mark, fitted
#' to the model's training genes. With few genes the baseline is often as good
#' as the model, so a high AUROC alone is not evidence of a good model.
#'
#' A warning of class `AttentiveChrome_seen` says if genes of `signal` trained
#' the model in the same cell type, or are the validation genes that chose its
#' epoch: the performance is then too high. A message of the same class says if
#' they are training genes in another cell type, whose expression is often
#' similar. Genes are the same if they have the same id, on the same chromosome
#' if both have one. Models from PyTorch's files do not know their genes.
#'
#' @param x A model ([attentiveChrome()]) or a baseline ([trainBaseline()]).
#' @param signal A signal ([chromatinSignal()]) with labels and the model's
#'   marks and bins, or a split ([splitGenes()]), whose test genes are used.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param ... Not used.
#' @return A data frame of class `evaluation`, with its own print method and one
#'   row per cell type: `cellType`; `genes`, the number of genes with a label;
#'   `high`, the fraction of them with high expression; `auroc`, the area under
#'   the ROC curve (ties count half); `auprc`, the area under the
#'   precision-recall curve as average precision; `accuracy` and `f1` at
#'   probability 0.5; `brier`, the mean squared error of the probability;
#'   `logLoss`, the mean binary cross-entropy in nats; and the same six measures
#'   of the baseline, `baselineAuroc` and so on. AUROC is `NA` if all labels of
#'   a cell type are equal. The attribute `seen`, which is printed, has a row for
#'   each cell type with the number of `genes` and how many of them the model has
#'   seen: `training`, `validation`, and `otherCellType` (training genes, but in
#'   another cell type); it is `NULL` if the model does not know its genes.
#' @export
#' @examples
#' parts <- splitGenes(roadmapGenes[1:90, "E123"])
#' model <- attentiveChrome(parts$train, parts$validation, epochs = 2,
#'     filters = 4, context = 4)
#' evaluate(model, parts$test)
evaluate.AttentiveChromeModel <- function(x, signal, threads = NULL, ...) {
    signal <- .partOf(signal, "test", "signal")
    .tellSeen(.evaluateLogit(x, signal, .forward(x, signal, threads)$logit))
}

# Works for any model that has marks and the coefficients of the baseline.
.evaluateLogit <- function(model, signal, logit) {
    label <- expressionLabel(signal)
    rows <- lapply(colnames(signal), function(cellType) {
        baseline <- .baselineLogit(model@baseline, signal, model@marks,
                                   cellType)
        .evaluateCellType(cellType, label[, cellType], logit[, cellType],
                          baseline)
    })
    .asEvaluation(do.call(rbind, rows), .seenGenes(model, signal))
}

.asEvaluation <- function(table, seen) {
    structure(table, class = c("evaluation", "data.frame"), seen = seen)
}

# Evaluations of several models as one.
.bindEvaluations <- function(evaluations) {
    evaluations <- unname(evaluations)
    .asEvaluation(do.call(rbind, lapply(evaluations, as.data.frame)),
                  do.call(rbind, lapply(evaluations, attr, "seen")))
}

.evaluationTitles <- c(auroc = "AUROC", auprc = "AUPRC", accuracy = "accuracy",
                    f1 = "F1", brier = "Brier", logLoss = "log loss")

#' @rdname evaluate.AttentiveChromeModel
#' @param digits Number of decimal places to print.
#' @export
print.evaluation <- function(x, digits = 3L, ...) {
    if (nrow(x) > 4L) {
        short <- c("cellType", "genes", "high", "auroc", "auprc", "brier",
                   "baselineAuroc")
        print(format(x[short], digits = digits), row.names = FALSE)
        .printSeen(attr(x, "seen"))
        return(invisible(x))
    }
    own <- names(.evaluationTitles)
    other <- paste0("baseline", toupper(substr(own, 1L, 1L)),
                    substring(own, 2L))
    for (i in seq_len(nrow(x))) {
        cat(sprintf("%s: %d genes, %.0f%% high\n", x$cellType[i], x$genes[i],
                    100 * x$high[i]))
        table <- rbind(model = unlist(x[i, own]),
                       baseline = unlist(x[i, other]))
        colnames(table) <- .evaluationTitles
        print(round(table, digits))
    }
    .printSeen(attr(x, "seen"))
    invisible(x)
}

# A subset is a plain data frame.
#' @export
`[.evaluation` <- function(x, ...) {
    class(x) <- "data.frame"
    attr(x, "seen") <- NULL
    x[...]
}

.evaluateCellType <- function(cellType, label, logit, baseline) {
    known <- !is.na(label)
    if (!any(known)) {
        .stop("{.arg signal} has no gene with a label in cell type
               {.val {cellType}}")
    }
    own <- .metrics(label[known], logit[known])
    other <- .metrics(label[known], baseline[known])
    initial <- substring(names(other), 1L, 1L)
    names(other) <- paste0("baseline", toupper(initial),
                           substring(names(other), 2L))
    data.frame(cellType = cellType, genes = sum(known),
               high = mean(label[known]), as.list(own), as.list(other))
}

#' @rdname evaluate.AttentiveChromeModel
#' @export
evaluate.BaselineModel <- function(x, signal, ...) {
    signal <- .partOf(signal, "test", "signal")
    .tellSeen(.evaluateLogit(x, signal, .logitOfBaseline(x, signal, "signal")))
}
