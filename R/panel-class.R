#' @rdname AttentiveChromePanel-class
#' @param object,x A panel.
#' @export
setMethod("show", "AttentiveChromePanel", function(object) {
    settings <- object@settings
    cat(sprintf("Panel of %d cell %s (%s)\n", length(object),
                if (length(object) == 1L) "type" else "types",
                settings$architecture))
    if (length(object) > 0L) {
        target <- .panelTarget(object)
        values <- .panelScores(object)
        cat(if (!.isClass(target))
                sprintf("predicts %s\n", .describeTarget(target)),
            sprintf("cell types: %s\n", .some(names(object), 8L)),
            sprintf("test %s: mean %.4f, from %.4f to %.4f\n",
                    .performanceTitles[[.measureOf(target)]], mean(values),
                    min(values), max(values)), sep = "")
    }
    if (length(object@errors) > 0L) {
        cat(sprintf("failed: %s\n", .some(names(object@errors), 8L)))
    }
    if (nzchar(object@folder)) cat(sprintf("folder: %s\n", object@folder))
})

#' @rdname AttentiveChromePanel-class
#' @export
setMethod("names", "AttentiveChromePanel", function(x) {
    as.character(names(x@records))
})

#' @rdname AttentiveChromePanel-class
#' @export
setMethod("length", "AttentiveChromePanel", function(x) length(x@records))

#' @rdname AttentiveChromePanel-class
#' @param i The name or number of a cell type.
#' @export
setMethod("[[", "AttentiveChromePanel", function(x, i) {
    if (length(i) != 1L || (is.character(i) && !i %in% names(x)) ||
        (is.numeric(i) && !i %in% seq_along(x@records))) {
        .stop("{.arg i} must name one cell type of the panel",
              x = "It is {.val {i}}.",
              i = "The panel has {(.some(names(x)))}.")
    }
    x@records[[i]]$model
})

# All models of a panel have the same.
.panelTarget <- function(panel) .targetOf(panel@records[[1L]]$model)

# The AUROC or the correlation of each cell type on its test genes.
.panelScores <- function(panel) {
    vapply(panel@records, function(record) {
        record$metrics[[.measureOf(.panelTarget(panel))]]
    }, 0)
}

.checkPanel <- function(x, arg = "panel") {
    if (!is(x, "AttentiveChromePanel") || length(x) == 0L) {
        .stop("{.arg {arg}} must be a panel made by {.fn trainCellTypes}, with
               at least one model",
              x = "It is of class {.cls {class(x)[1]}}{
                   if (is(x, 'AttentiveChromePanel')) ', without models'}.")
    }
    invisible(x)
}

# The cell types of a signal. The panel must have a model of each.
.checkPanelSignal <- function(panel, signal, arg = "signal") {
    .checkPanel(panel, "object")
    .checkSignal(signal, arg)
    missing <- setdiff(colnames(signal), names(panel))
    if (length(missing) > 0L || ncol(signal) == 0L) {
        .stop("{.arg {arg}} must have cell types for which the panel has a
               model",
              x = "Without a model: {(.some(missing))}.",
              i = "The panel has {(.some(names(panel)))}.")
    }
    colnames(signal)
}

#' Predictions, performance and summary of a panel
#'
#' Each model is applied to its own cell type. See [crossCellTypes()] to apply
#' it to the others.
#'
#' @param object,x A panel ([trainCellTypes()]).
#' @param newdata,signal A signal with cell types of the panel, and the marks
#'   and bins of its models.
#' @param type,threads,calibrated,prior,level,... As for
#'   [predict()][predict.AttentiveChromeModel]. Without `signal`, `evaluate()`
#'   uses the calibrated probabilities.
#' @param draws,seed With `signal`, as for
#'   [evaluate()][evaluate.AttentiveChromeModel].
#' @param genes With `signal`, `"all"` genes or the `"variable"` ones, as for
#'   [evaluate()][evaluate.AttentiveChromeModel].
#' @return `predict()`: a matrix of genes x cell types, of intervals an array of
#'   genes x cell types x 2. `evaluate()`: the data frame described in
#'   [evaluate()][evaluate.AttentiveChromeModel], with one
#'   row per cell type; without `signal`, for the test genes. The deviations of
#'   numbers from the gene's mean need `signal`, with several cell types.
#'   `coef()`: a list with the parameters of each model, by cell type.
#'   `summary()`: a data frame of class `panelSummary` with one row for the
#'   panel and, if cell types have ids from [roadmapCellTypes], one row for the
#'   published results of DeepChrome in the same cell types: `model`,
#'   `cellTypes` (the number of cell types), `mean`, `median`, `max` and `min`
#'   of the test AUROC (for numbers, of Pearson's correlation, without published
#'   results), and `better`, the number of cell types in which the panel's AUROC
#'   is above DeepChrome's, which was published with two decimal places.
#' @examples
#' signal <- roadmapGenes[1:90, ]
#' panel <- trainCellTypes(signal, epochs = 2, filters = 4, context = 4,
#'     BPPARAM = BiocParallel::SerialParam())
#' head(predict(panel, signal))
#' evaluate(panel)[, c("cellType", "auroc", "baselineAuroc")]
#' summary(panel)
#' attention(panel, signal)
#' @name evaluate.AttentiveChromePanel
NULL

#' @rdname evaluate.AttentiveChromePanel
#' @export
predict.AttentiveChromePanel <- function(object, newdata,
                                         type = c("response", "link", "class",
                                                  "set", "interval",
                                                  "expressed", "amount"),
                                         threads = NULL, calibrated = TRUE,
                                         prior = NULL, level = 0.9, ...) {
    .checkPanel(object, "object")
    type <- .checkType(type, object[[1L]], c("set", "interval", "expressed",
                                             "amount"))
    cells <- .checkPanelSignal(object, newdata, "newdata")
    if (!is.null(prior)) .checkPrior(prior, length(cells), nrow(newdata))
    columns <- lapply(seq_along(cells), function(i) {
        own <- if (length(prior) > 1L) prior[i] else prior
        predict.AttentiveChromeModel(object[[cells[i]]], newdata[, cells[i]],
                                     type, threads, calibrated, own, level)
    })
    if (type == "interval") {
        bounds <- lapply(columns, function(p) matrix(p, nrow(p)))
        return(.stackValues(bounds, list(rownames(newdata), cells,
                                         dimnames(columns[[1L]])[[3L]])))
    }
    structure(do.call(cbind, columns),
              prior = unlist(lapply(columns, attr, "prior")))
}

#' @rdname evaluate.AttentiveChromePanel
#' @export
evaluate.AttentiveChromePanel <- function(x, signal = NULL, threads = NULL,
                                          genes = c("all", "variable"),
                                          calibrated = TRUE, prior = NULL,
                                          draws = 500, seed = 1, ...) {
    .checkPanel(x, "x")
    genes <- .checkChoice(genes, "genes", c("all", "variable"))
    if (is.null(signal)) {
        if (genes != "all" || !identical(calibrated, TRUE) ||
            !is.null(prior)) {
            .stop("{.arg genes}, {.arg calibrated} and {.arg prior} need
                   {.arg signal}",
                  i = "Pass the test genes of all cell types.")
        }
        return(.bindEvaluations(lapply(x@records, `[[`, "metrics")))
    }
    signal <- .evaluatedGenes(signal, genes)
    cellTypes <- .checkPanelSignal(x, signal)
    means <- if (!.isClass(.panelTarget(x))) {
        .meansElsewhere(.panelTarget(x), signal)
    }
    rows <- lapply(cellTypes, function(c) {
        own <- signal[, c]
        predicted <- .predictedLogit(
            x[[c]], .forward(x[[c]], own, threads)$logit, calibrated, prior)
        if (is.null(means)) {
            .evaluateLogit(x[[c]], own, predicted, draws = draws, seed = seed)
        } else {
            .evaluateNumbers(x[[c]], own, predicted, draws = draws, seed = seed,
                             means = means[, c, drop = FALSE])
        }
    })
    .tellEvaluation(.bindEvaluations(rows))
}

#' @rdname attention
#' @export
setMethod("attention", "AttentiveChromePanel",
          function(model, signal, threads = NULL, ...) {
    columns <- lapply(.checkPanelSignal(model, signal), function(c) {
        attention(model[[c]], signal[, c], threads = threads)
    })
    do.call(SummarizedExperiment::cbind, columns)
})

#' @rdname evaluate.AttentiveChromePanel
#' @export
coef.AttentiveChromePanel <- function(object, ...) {
    lapply(stats::setNames(nm = names(object)), function(cellType) {
        stats::coef(object[[cellType]])
    })
}

.publishedAuroc <- function(cellTypes) {
    table <- AttentiveChrome::roadmapCellTypes
    table$deepchromeAuroc[match(cellTypes, table$id)]
}

#' @rdname evaluate.AttentiveChromePanel
#' @export
summary.AttentiveChromePanel <- function(object, ...) {
    .checkPanel(object, "object")
    auroc <- .panelScores(object)
    published <- .publishedAuroc(names(object))
    if (!.isClass(.panelTarget(object))) published[] <- NA
    row <- function(model, values, better) {
        data.frame(model = model, cellTypes = length(values),
                   mean = mean(values), median = stats::median(values),
                   max = max(values), min = min(values), better = better)
    }
    known <- !is.na(published)
    out <- row(object@settings$architecture, auroc,
               if (any(known)) sum(auroc[known] > published[known]) else NA)
    if (any(known)) {
        out <- rbind(out, row("DeepChrome, published", published[known], NA))
    }
    class(out) <- c("panelSummary", class(out))
    out
}

#' @rdname evaluate.AttentiveChromePanel
#' @export
print.panelSummary <- function(x, ...) {
    shown <- as.data.frame(x)
    numbers <- c("mean", "median", "max", "min")
    shown[numbers] <- lapply(shown[numbers], sprintf, fmt = "%.4f")
    shown$better <- ifelse(is.na(x$better), "-", x$better)
    print.data.frame(shown, row.names = FALSE)
    invisible(x)
}
