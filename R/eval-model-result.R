# What evaluate() returns.

.asEvaluation <- function(table, seen = NULL) {
    structure(table, class = c("evaluation", "data.frame"), seen = seen)
}

# Evaluations of several models as one.
.bindEvaluations <- function(evaluations) {
    evaluations <- unname(evaluations)
    out <- .asEvaluation(do.call(rbind, lapply(evaluations, as.data.frame)),
                         do.call(rbind, lapply(evaluations, attr, "seen")))
    class(out) <- class(evaluations[[1L]])
    attr(out, "unit") <- attr(evaluations[[1L]], "unit")
    out
}

# ---- printing ---------------------------------------------------------------

.evaluationTitles <- c(
    auroc = "AUROC", auprc = "AUPRC", accuracy = "accuracy", f1 = "F1",
    brier = "Brier", logLoss = "log loss", slope = "slope",
    intercept = "intercept", ece = "ECE")

#' @rdname evaluate.AttentiveChromeModel
#' @param digits Number of decimal places to print.
#' @export
print.evaluation <- function(x, digits = 3L, ...) {
    if (nrow(x) > 4L) {
        short <- c("cellType", "genes", "high", "auroc", "auprc", "brier",
                   "baseline", "baselineAuroc")
        print(format(x[short], digits = digits), row.names = FALSE)
        cat(.countVerdicts(x), sep = "\n")
        .printSeen(attr(x, "seen"))
        return(invisible(x))
    }
    for (i in seq_len(nrow(x))) {
        cat(sprintf("%s: %d genes, %.0f%% high\n", x$cellType[i], x$genes[i],
                    100 * x$high[i]))
        print(round(.evaluationTable(x[i, ]), digits), na.print = "-")
        cat(.verdicts(x[i, ], digits), sep = "\n")
    }
    .printSeen(attr(x, "seen"))
    invisible(x)
}

# The prefixes of the columns of the baselines, named by what they are called.
.shownBaselines <- function(row) {
    prefixes <- sub("Difference$", "", grep("Difference$", names(row),
                                            value = TRUE))
    called <- prefixes
    called[prefixes == "baseline"] <- row$baseline
    called[prefixes == "reference"] <- "meanLogCount"
    prefixes <- stats::setNames(prefixes, called)[!is.na(called)]
    # The best may be the reference, or one of those added.
    prefixes[!duplicated(names(prefixes))]
}

# Evaluations of earlier versions have fewer measures, without intervals.
.evaluationTable <- function(row, titles = .evaluationTitles) {
    measures <- intersect(names(titles), names(row))
    of <- function(columns) unlist(row[columns])
    rows <- lapply(.shownBaselines(row), function(prefix) {
        of(.prefixed(prefix, measures))
    })
    table <- do.call(rbind, c(list(
        model = of(measures),
        `  95% from` = if ("chromosomes" %in% names(row))
            of(paste0(measures, "Lower")),
        `  95% to` = if ("chromosomes" %in% names(row))
            of(paste0(measures, "Upper"))), rows))
    colnames(table) <- titles[measures]
    table
}

# A line for each baseline but the reference, unless that is all there is.
.verdicts <- function(row, digits, measure = "AUROC") {
    shown <- .shownBaselines(row)
    shown <- shown[shown != "reference"]
    vapply(names(shown), function(name) {
        values <- unlist(row[paste0(shown[[name]], c(
            "Difference", "DifferenceLower", "DifferenceUpper"))])
        .aurocVerdict(name, values, digits, measure)
    }, "")
}

.aurocVerdict <- function(name, values, digits, measure = "AUROC") {
    if (anyNA(values)) {
        return(sprintf("%s: no comparison with %s", measure, name))
    }
    found <- if (values[3L] < 0) {
        values <- -values[c(1L, 3L, 2L)]
        sprintf("the baseline %s is better by", name)
    } else if (values[2L] > 0) {
        sprintf("the model is better than the baseline %s by", name)
    } else {
        sprintf("no clear difference from the baseline %s:", name)
    }
    number <- formatC(values, digits, format = "f")
    sprintf("%s: %s %s (95%% interval %s to %s)", measure, found, number[1L],
            number[2L], number[3L])
}

.countVerdicts <- function(x) {
    better <- sum(x$baselineDifferenceLower > 0, na.rm = TRUE)
    worse <- sum(x$baselineDifferenceUpper < 0, na.rm = TRUE)
    sprintf(paste("AUROC: in %d of %d cell types the model is better than the",
                  "baseline, in %d worse (95%% intervals)"),
            better, nrow(x), worse)
}

#' @method as.data.frame evaluation
#' @export
as.data.frame.evaluation <- function(x, ...) {
    class(x) <- "data.frame"
    attr(x, "seen") <- NULL
    x
}

# A subset is a plain data frame.
#' @export
`[.evaluation` <- function(x, ...) as.data.frame(x)[...]
