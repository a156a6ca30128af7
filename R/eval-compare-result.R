# Tables, printing and figure of a comparison of models.

#' Tables and figure of a comparison of models
#'
#' @param object,x The result of [compareModels()].
#' @param reference The model to compare the others with; by default the
#'   reference of the comparison.
#' @param level Level of the confidence intervals.
#' @param row.names,optional,... Not used.
#' @return `summary()`: a data frame with one row per model, as in the paper's
#'   table 2: `model`; `mean`, `median`, `max` and `min`, over the cell types,
#'   of the AUROC averaged over the seeds; `better`, the number of cell types in
#'   which this AUROC is above that of the reference (`NA` for the reference
#'   itself); `auprc`, the mean over the cell types; `seedSd`, the standard
#'   deviation of the AUROC over the seeds, averaged over the cell types (`NA`
#'   with one seed); `difference`, the mean AUROC minus that of the reference;
#'   `pValue`, Wilcoxon's signed rank test over the cell types (`NA` with fewer
#'   than six).
#'
#'   `as.data.frame()`: a data frame with one row per model and cell type:
#'   `cellType`, `model`, `auroc` with its interval `lower` and `upper`,
#'   `auprc`, `seedSd`, `difference` from the reference with `differenceLower`
#'   and `differenceUpper`, and `pValue`, DeLong's paired test (`NA` for the
#'   reference). Intervals and tests are for the mean over the seeds; see
#'   [compareModels()].
#'
#'   `plot()`: a `ggplot` of the AUROC by model, with one point per run, a
#'   diamond at the mean over seeds and cell types, and a dashed line at the
#'   mean of the reference.
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 90, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12)))
#' table <- compareModels(parts, "deepchrome", epochs = 2, seeds = 1:2,
#'     sizes = list(deepchrome = list(filters = 8)))
#' summary(table, reference = "bestBin")
#' as.data.frame(table)[, c("model", "auroc", "lower", "upper", "pValue")]
#' plot(table)
#' @name summary.modelComparison
NULL

#' @rdname summary.modelComparison
#' @export
summary.modelComparison <- function(object, reference = object$reference,
                                    ...) {
    .checkOne(reference, object$models)
    cells <- as.data.frame.modelComparison(object, reference = reference)
    base <- cells$auroc[cells$model == reference]
    rows <- lapply(object$models, function(model) {
        own <- cells[cells$model == model, ]
        auroc <- own$auroc
        other <- model != reference
        data.frame(model = model, mean = mean(auroc),
                   median = stats::median(auroc), max = max(auroc),
                   min = min(auroc),
                   better = if (other) sum(auroc > base) else NA_integer_,
                   auprc = mean(own$auprc), seedSd = mean(own$seedSd),
                   difference = mean(auroc - base),
                   pValue = if (other) .pairedTest(auroc, base) else NA_real_)
    })
    do.call(rbind, rows)
}

# The smallest possible p-value of n pairs is 2 / 2^n. With ties or zeros R uses
# an approximation and warns.
.pairedTest <- function(a, b) {
    if (length(a) < 6L || all(a == b)) return(NA_real_)
    suppressWarnings(stats::wilcox.test(a, b, paired = TRUE)$p.value)
}

#' @rdname summary.modelComparison
#' @method as.data.frame modelComparison
#' @export
as.data.frame.modelComparison <- function(x, row.names = NULL,
                                          optional = FALSE, ...,
                                          reference = x$reference,
                                          level = 0.95) {
    .checkOne(reference, x$models)
    .checkNumber(level, "level", 0.5, 0.9999)
    rows <- lapply(colnames(x$labels), function(cellType) {
        placements <- lapply(stats::setNames(nm = x$models), .runPlacements,
                             x = x, cellType = cellType)
        do.call(rbind, lapply(x$models, function(model) {
            .compareCell(x$runs[x$runs$cellType == cellType &
                                x$runs$model == model, ],
                         placements[[model]], placements[[reference]],
                         level, model == reference)
        }))
    })
    do.call(rbind, rows)
}

# The mean over the seeds, as placements.
.runPlacements <- function(model, x, cellType) {
    label <- x$labels[, cellType]
    known <- !is.na(label)
    runs <- which(x$runs$model == model & x$runs$cellType == cellType)
    .meanPlacements(lapply(x$scores[runs], function(score) {
        .placements(label[known], score[known])
    }))
}

.compareCell <- function(runs, own, base, level, isReference) {
    auroc <- .delongInterval(own, level)
    less <- .delongInterval(.combinePlacements(list(own, base), c(1, -1)),
                            level)
    if (isReference) less[-1L] <- NA
    data.frame(cellType = runs$cellType[1L], model = runs$model[1L],
               auroc = auroc[["estimate"]],
               lower = max(auroc[["lower"]], 0),
               upper = min(auroc[["upper"]], 1), auprc = mean(runs$auprc),
               seedSd = stats::sd(runs$auroc),
               difference = less[["estimate"]],
               differenceLower = less[["lower"]],
               differenceUpper = less[["upper"]],
               pValue = if (isReference) NA_real_ else .delongTest(own, base))
}

#' @rdname summary.modelComparison
#' @export
print.modelComparison <- function(x, ...) {
    seeds <- unique(stats::na.omit(x$runs$seed))
    cells <- ncol(x$labels)
    cat(sprintf("AUROC of %d models on %s, over %d cell %s\n",
                length(x$models), .nGenes(nrow(x$labels)), cells,
                if (cells == 1L) "type" else "types"))
    if (length(seeds) > 0L) {
        cat(sprintf("Mean over the seeds %s for models that use a seed\n",
                    .some(seeds)))
    }
    table <- summary.modelComparison(x)
    shown <- table[c("model", "mean", "median", "max", "min", "better")]
    numbers <- vapply(shown, is.double, NA)
    shown[numbers] <- lapply(shown[numbers], sprintf, fmt = "%.4f")
    shown$better <- ifelse(is.na(shown$better), "-", shown$better)
    print(shown, row.names = FALSE)
    cat(sprintf("better: cell types with a higher AUROC than %s\n",
                x$reference),
        "Intervals and tests: as.data.frame() and summary()\n", sep = "")
    invisible(x)
}

#' @rdname summary.modelComparison
#' @export
plot.modelComparison <- function(x, ...) {
    runs <- x$runs
    runs$model <- factor(runs$model, rev(x$models))
    means <- summary.modelComparison(x)
    line <- means$mean[means$model == x$reference]
    few <- ncol(x$labels) <= 8L
    # No colours if there are too many cell types to distinguish.
    points <- if (few) {
        ggplot2::geom_point(ggplot2::aes(colour = .data$cellType), size = 1.6,
                            alpha = 0.8)
    } else {
        ggplot2::geom_point(colour = "grey60", size = 1, alpha = 0.6)
    }
    ggplot2::ggplot(runs, ggplot2::aes(.data$auroc, .data$model)) +
        ggplot2::geom_vline(xintercept = line, linetype = "dashed",
                            colour = "grey50", linewidth = 0.4) +
        points +
        ggplot2::geom_point(ggplot2::aes(.data$mean, .data$model), means,
                            shape = 18, size = 3.6) +
        ggplot2::scale_colour_manual("Cell type", values = .otherColours) +
        ggplot2::labs(x = "AUROC on the test genes", y = NULL,
                      caption = sprintf(paste("Points: runs. Diamonds: means.",
                                              "Dashed: mean of %s."),
                                        x$reference)) +
        .themeChrome()
}
