#' @importFrom generics evaluate
#' @export
generics::evaluate

#' How good a model's predictions are
#'
#' Measures of the predictions for the genes of a signal that have a label, a
#' row for each cell type; beside them the same measures of a baseline, the
#' logistic regression on the mean log count of each mark that was fitted to
#' the model's training genes. With few genes it is often as good: a high
#' AUROC is not by itself evidence of a good model.
#'
#' @param x A model ([attentiveChrome()]) or a baseline ([trainBaseline()]).
#' @param signal A signal ([chromatinSignal()]) with labels and the model's
#'   marks and bins, or a split ([splitGenes()]), of which the test genes are
#'   taken.
#' @param threads Threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param ... Not used.
#' @return A data frame of class `evaluation`, which prints readably, with a row
#'   for each cell type: `cellType`; `genes`, the number
#'   with a label; `high`, the share of them that is high; `auroc`, area under
#'   the ROC curve (ties count half); `auprc`, area under the precision-recall
#'   curve as average precision; `accuracy` and `f1` at probability 0.5;
#'   `brier`, mean squared error of the probability; `logLoss`, mean binary
#'   cross-entropy in nats; and the same six for the baseline, `baselineAuroc`
#'   and so on. AUROC is `NA` where all labels of a cell type are equal.
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 90, seed = 1))
#' model <- attentiveChrome(parts$train, parts$validation, epochs = 2,
#'     hidden = 4, markHidden = 4)
#' evaluate(model, parts$test)
evaluate.AttentiveChromeModel <- function(x, signal, threads = NULL, ...) {
    signal <- .partOf(signal, "test", "signal")
    .evaluateLogit(x, signal, .forward(x, signal, threads)$logit)
}

# Of any model: one that has marks and the coefficients of the baseline.
.evaluateLogit <- function(model, signal, logit) {
    label <- expressionLabel(signal)
    rows <- lapply(colnames(signal), function(cellType) {
        baseline <- .baselineLogit(model@baseline, signal, model@marks,
                                   cellType)
        .evaluateCellType(cellType, label[, cellType], logit[, cellType],
                          baseline)
    })
    .asEvaluation(do.call(rbind, rows))
}

.asEvaluation <- function(table) {
    structure(table, class = c("evaluation", "data.frame"))
}

.evaluationTitles <- c(auroc = "AUROC", auprc = "AUPRC", accuracy = "accuracy",
                    f1 = "F1", brier = "Brier", logLoss = "log loss")

#' @rdname evaluate.AttentiveChromeModel
#' @param digits Digits to print.
#' @export
print.evaluation <- function(x, digits = 3L, ...) {
    if (nrow(x) > 4L) {
        short <- c("cellType", "genes", "high", "auroc", "auprc", "brier",
                   "baselineAuroc")
        print(format(x[short], digits = digits), row.names = FALSE)
        return(invisible(x))
    }
    own <- names(.evaluationTitles)
    other <- paste0("baseline", toupper(substr(own, 1L, 1L)), substring(own, 2L))
    for (i in seq_len(nrow(x))) {
        cat(sprintf("%s: %d genes, %.0f%% high\n", x$cellType[i], x$genes[i],
                    100 * x$high[i]))
        table <- rbind(model = unlist(x[i, own]),
                       baseline = unlist(x[i, other]))
        colnames(table) <- .evaluationTitles
        print(round(table, digits))
    }
    invisible(x)
}

# Chosen columns are a plain table.
#' @export
`[.evaluation` <- function(x, ...) {
    class(x) <- "data.frame"
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
    .evaluateLogit(x, signal, .logitOfBaseline(x, signal, "signal"))
}
