# Tables, printing and figures of a comparison of models.

#' Tables and figures of a comparison of models
#'
#' @param object,x The result of [compareModels()].
#' @param reference The model to compare the others with; by default the
#'   reference of the comparison.
#' @param level Level of the confidence intervals.
#' @param type `"runs"`: a point for each fit, a diamond at the mean over fits
#'   and cell types, and a dashed line at the mean of the reference.
#'   `"differences"`: the difference from the reference with its interval, for
#'   each cell type.
#' @param row.names,optional,... Not used.
#' @return `summary()`: a data frame with one row per model, as in the paper's
#'   table 2: `model`; `mean`, `median`, `max` and `min`, over the cell types,
#'   of the AUROC averaged over the fits; `better`, the number of cell types in
#'   which this AUROC is above that of the reference (`NA` for the reference
#'   itself); `auprc`, the mean over the cell types; `seedSd`, the standard
#'   deviation of the AUROC over the fits, averaged over the cell types (`NA`
#'   with one fit); `difference`, the mean AUROC minus that of the reference;
#'   `pValue`, Wilcoxon's signed rank test over the cell types (`NA` with fewer
#'   than six), and `pAdjusted`.
#'
#'   `as.data.frame()`: a data frame with one row per model and cell type:
#'   `cellType`, `model`, `fits` (per split), `auroc` with its interval `lower`
#'   and `upper` (`NA` if the AUROC is 0 or 1), `auprc`, `seedSd` (of several
#'   splits, the mean over them), `difference` from the reference with
#'   `differenceLower` and `differenceUpper`, its `pValue` and `pAdjusted`, the
#'   name of the `test` (with clusters of genes, it begins with "clustered") and
#'   `trainingCounted` (all `NA` for the reference).
#'
#'   `tidy()`: a data frame with one row per pair of models and cell type, with
#'   the names of the broom package: `cellType`, `model`, `other`; `estimate`,
#'   the AUROC of `model` minus that of `other`; `std.error`, and its parts
#'   `std.error.genes` and `std.error.training` (`NA` for several splits), which
#'   tell whether more genes or more fits would help; `statistic`, `df`,
#'   `p.value`, `adj.p.value`, `conf.low`, `conf.high`, `method` and
#'   `trainingCounted`.
#'
#'   Intervals of an AUROC are symmetric on the logit scale, those of a
#'   difference on the scale of the AUROC. P-values are adjusted for all tests
#'   of the same table: against the reference in `as.data.frame()`, of all pairs
#'   in `tidy()`. For the tests see [compareModels()].
#'
#'   For numbers, `pearson`, `r2` or `rmse`, the measure of the comparison,
#'   stands in the place of `auroc`, without `auprc`; its intervals are
#'   symmetric on Fisher's scale, the scale of R2, or that of the logarithm.
#'
#'   `plot()`: a `ggplot`.
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 90, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12)))
#' table <- compareModels(parts, "deepchrome", epochs = 2, seeds = 1:3,
#'     sizes = list(deepchrome = list(filters = 8)))
#' summary(table, reference = "zones")
#' as.data.frame(table)[, c("model", "auroc", "lower", "upper", "pAdjusted")]
#' tidy(table)[, c("model", "other", "estimate", "adj.p.value", "method")]
#' plot(table, "differences")
#' @name summary.modelComparison
NULL

#' @rdname summary.modelComparison
#' @export
summary.modelComparison <- function(object, reference = object$reference,
                                    ...) {
    .checkOne(reference, object$models)
    cells <- as.data.frame.modelComparison(object, reference = reference)
    measure <- .comparedMeasure(object)
    base <- cells[[measure]][cells$model == reference]
    rows <- lapply(object$models, function(model) {
        own <- cells[cells$model == model, ]
        value <- own[[measure]]
        other <- model != reference
        row <- data.frame(
            model = model, mean = mean(value), median = stats::median(value),
            max = max(value), min = min(value),
            better = if (other) sum(.isBetter(measure, value, base))
                     else NA_integer_)
        if (measure == "auroc") row$auprc <- mean(own$auprc)
        cbind(row, seedSd = mean(own$seedSd), difference = mean(value - base),
              pValue = if (other) .pairedTest(value, base) else NA_real_)
    })
    rows <- do.call(rbind, rows)
    rows$pAdjusted <- stats::p.adjust(rows$pValue, object$adjust)
    rows
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
    rows <- lapply(.comparedCellTypes(x), function(cellType) {
        cell <- .comparedCell(x, cellType)
        do.call(rbind, lapply(x$models, .modelRow, x = x, cell = cell,
                              reference = reference, level = level))
    })
    rows <- do.call(rbind, rows)
    rows$pAdjusted <- stats::p.adjust(rows$pValue, x$adjust)
    last <- c("pAdjusted", "test", "trainingCounted")
    rows[c(setdiff(names(rows), last), last)]
}

.modelRow <- function(model, x, cell, reference, level) {
    runs <- x$runs[x$runs$cellType == cell$cellType & x$runs$model == model, ]
    own <- .contrast(cell, model)
    measure <- .comparedMeasure(x)
    interval <- .measureInterval(measure, own$estimate, own$error, level,
                                 own$df)
    less <- .pairRow(cell, model, reference, level)
    if (model == reference) less[-1L] <- NA
    row <- data.frame(cellType = cell$cellType, model = model,
                      fits = sum(runs$fold == 1L), value = own$estimate,
                      lower = interval[1L], upper = interval[2L])
    names(row)[4L] <- measure
    if (measure == "auroc") row$auprc <- mean(runs$auprc)
    cbind(row, seedSd = mean(tapply(runs[[measure]], runs$fold, stats::sd)),
          difference = less$estimate, differenceLower = less$conf.low,
          differenceUpper = less$conf.high, pValue = less$p.value,
          test = less$method, trainingCounted = less$trainingCounted)
}

.comparedMeasure <- function(x) x$measure %||% "auroc"

.comparedTitle <- function(x) .performanceTitles[[.comparedMeasure(x)]]

#' @rdname summary.modelComparison
#' @export
tidy.modelComparison <- function(x, level = 0.95, ...) {
    .checkNumber(level, "level", 0.5, 0.9999)
    if (length(x$models) < 2L) {
        .stop("{.arg x} must compare two models or more",
              x = "It has only {.val {x$models}}.")
    }
    pairs <- utils::combn(x$models, 2L)
    rows <- lapply(.comparedCellTypes(x), function(cellType) {
        cell <- .comparedCell(x, cellType)
        do.call(rbind, lapply(seq_len(ncol(pairs)), function(i) {
            row <- .pairRow(cell, pairs[1L, i], pairs[2L, i], level)
            cbind(cellType = cellType, model = pairs[1L, i],
                  other = pairs[2L, i], row)
        }))
    })
    rows <- do.call(rbind, rows)
    adjusted <- stats::p.adjust(rows$p.value, x$adjust)
    before <- seq_len(match("p.value", names(rows)))
    cbind(rows[before], adj.p.value = adjusted, rows[-before])
}

# ---- estimates --------------------------------------------------------------

.comparedCellTypes <- function(x) colnames(x$folds[[1L]]$labels)

# One cell type: what .contrast() needs. `groups`: for each model, the indices
# of its fits; `counted`: whether the variation of its training is known.
.comparedCell <- function(x, cellType) {
    runs <- which(x$runs$cellType == cellType)
    model <- factor(x$runs$model[runs], x$models)
    cell <- list(cellType = cellType)
    if (length(x$folds) > 1L) {
        cell$values <- tapply(x$runs[[.comparedMeasure(x)]][runs],
                              list(x$runs$fold[runs], model), mean)
        cell$ratio <- mean(vapply(x$folds, function(fold) {
            fold$genes[["test"]] / fold$genes[["train"]]
        }, 0))
        return(cell)
    }
    fold <- x$folds[[1L]]
    label <- fold$labels[, cellType]
    known <- !is.na(label)
    clusters <- (fold$clusters %||% seq_along(label))[known]
    cell$bootstrap <- .comparedMeasure(x) != "auroc"
    cell$fits <- .measureCovariance(.comparedMeasure(x), label[known],
                                    lapply(x$scores[runs], `[`, known),
                                    clusters)
    cell$groups <- split(seq_along(runs), model)
    cell$geneDf <- if (is.null(fold$clusters)) Inf
                   else length(unique(clusters)) - 1
    cell$fixed <- !x$random
    cell
}

# The measure of a model, or that of a model minus that of another.
.contrast <- function(cell, models) {
    weights <- c(1, -1)[seq_along(models)]
    if (!is.null(cell$values)) {
        values <- drop(cell$values[, models, drop = FALSE] %*% weights)
        return(list(
            estimate = mean(values), genes = NA_real_, training = NA_real_,
            error = sqrt(.resampledVariance(values, cell$ratio)),
            df = length(values) - 1, test = "corrected resampled t",
            counted = TRUE))
    }
    groups <- cell$groups[models]
    mean <- vapply(groups, function(i) mean(cell$fits$value[i]), 0)
    variance <- .crossedVariance(cell$fits, groups, weights, cell$geneDf)
    several <- lengths(groups) > 1L
    list(estimate = sum(weights * mean), genes = sqrt(variance$genes),
         training = sqrt(variance$fits),
         error = sqrt(variance$genes + variance$fits), df = variance$df,
         test = paste0(if (is.finite(cell$geneDf)) "clustered ",
                       if (any(several)) "Obuchowski-Rockette"
                       else if (cell$bootstrap) "paired bootstrap"
                       else "DeLong"),
         counted = all(several | cell$fixed[models]))
}

.pairRow <- function(cell, model, other, level) {
    own <- .contrast(cell, c(model, other))
    half <- stats::qt((1 + level) / 2, own$df) * own$error
    data.frame(estimate = own$estimate, std.error = own$error,
               std.error.genes = own$genes,
               std.error.training = own$training,
               statistic = own$estimate / own$error, df = own$df,
               p.value = .differenceTest(own$estimate, own$error, own$df),
               conf.low = own$estimate - half, conf.high = own$estimate + half,
               method = own$test, trainingCounted = own$counted)
}

# ---- printing ---------------------------------------------------------------

#' @rdname summary.modelComparison
#' @export
print.modelComparison <- function(x, ...) {
    cellTypes <- .comparedCellTypes(x)
    one <- length(cellTypes) == 1L
    genes <- vapply(x$folds, function(fold) nrow(fold$labels), 0L)
    cat(sprintf("%s of %d models on %s%s, %s\n", .comparedTitle(x),
                length(x$models),
                if (length(genes) == 1L) .nGenes(genes)
                else sprintf("%d to %d genes", min(genes), max(genes)),
                if (length(genes) == 1L) ""
                else sprintf(" of each of %d splits", length(genes)),
                if (one) cellTypes
                else sprintf("over %d cell types", length(cellTypes))))
    if (one) .printCell(x) else .printCells(x)
    .printTests(x)
    invisible(x)
}

# Each model beside the reference.
.printCell <- function(x) {
    table <- as.data.frame.modelComparison(x)
    number <- function(v, form) ifelse(is.na(v), "-", sprintf(form, v))
    both <- function(lower, upper, form) {
        ifelse(is.na(lower), "-", paste(sprintf(form, lower),
                                        sprintf(form, upper)))
    }
    shown <- data.frame(
        model = table$model, fits = table$fits,
        value = sprintf("%.3f", table[[.comparedMeasure(x)]]),
        `95% interval` = both(table$lower, table$upper, "%.3f"),
        difference = ifelse(table$model == x$reference, "-",
                            sprintf("%+.3f", table$difference)),
        `95% interval` = both(table$differenceLower, table$differenceUpper,
                              "%+.3f"),
        p = number(table$pAdjusted, "%.3f"), check.names = FALSE)
    names(shown)[3L] <- .comparedTitle(x)
    print(shown, row.names = FALSE)
}

# The paper's table 2.
.printCells <- function(x) {
    table <- summary.modelComparison(x)
    shown <- table[c("model", "mean", "median", "max", "min", "better")]
    numbers <- vapply(shown, is.double, NA)
    shown[numbers] <- lapply(shown[numbers], sprintf, fmt = "%.4f")
    shown$better <- ifelse(is.na(shown$better), "-", shown$better)
    print(shown, row.names = FALSE)
    cat(sprintf("better: cell types with a %s %s than %s\n",
                if (.comparedMeasure(x) == "rmse") "lower" else "higher",
                .comparedTitle(x), x$reference))
}

# How the tests were made, and what they do not count.
.printTests <- function(x) {
    table <- as.data.frame.modelComparison(x)
    lines <- c(
        if (length(.comparedCellTypes(x)) > 1L) {
            "In each cell type: as.data.frame(); tests over them: summary()."
        } else if (length(x$models) > 1L) {
            sprintf("Differences from %s: %s test, p %s.", x$reference,
                    paste(unique(stats::na.omit(table$test)),
                          collapse = " or "),
                    switch(x$adjust, none = "not adjusted",
                           holm = "adjusted by Holm's method",
                           BH = "adjusted by Benjamini-Hochberg"))
        },
        .describeClusters(x$folds[[1L]]$clusters),
        .uncounted(x, table),
        "All pairs of models: tidy().")
    writeLines(strwrap(lines, 80L))
}

.describeClusters <- function(clusters) {
    if (!is.null(clusters)) {
        sprintf("The test genes are in %d clusters.", length(unique(clusters)))
    }
}

.uncounted <- function(x, table) {
    single <- unique(table$model[table$fits < 2L & x$random[table$model]])
    if (length(single) == 0L || length(x$folds) > 1L) return(NULL)
    sprintf(paste("NOT COUNTED: the variation of the training of %s, with one",
                  "fit. Other seeds may differ by more than these intervals",
                  "tell; use several seeds."), .some(single))
}

# ---- figures ----------------------------------------------------------------

#' @rdname summary.modelComparison
#' @export
plot.modelComparison <- function(x, type = c("runs", "differences"), ...) {
    type <- .checkChoice(type, "type", c("runs", "differences"))
    if (type == "runs") .plotRuns(x) else .plotDifferences(x)
}

.plotRuns <- function(x) {
    runs <- x$runs
    runs$model <- factor(runs$model, rev(x$models))
    runs$value <- runs[[.comparedMeasure(x)]]
    means <- summary.modelComparison(x)
    line <- means$mean[means$model == x$reference]
    few <- length(.comparedCellTypes(x)) <= 8L
    # No colours if there are too many cell types to distinguish.
    points <- if (few) {
        ggplot2::geom_point(ggplot2::aes(colour = .data$cellType), size = 1.6,
                            alpha = 0.8)
    } else {
        ggplot2::geom_point(colour = "grey60", size = 1, alpha = 0.6)
    }
    ggplot2::ggplot(runs, ggplot2::aes(.data$value, .data$model)) +
        ggplot2::geom_vline(xintercept = line, linetype = "dashed",
                            colour = "grey50", linewidth = 0.4) +
        points +
        ggplot2::geom_point(ggplot2::aes(.data$mean, .data$model), means,
                            shape = 18, size = 3.6) +
        ggplot2::scale_colour_manual("Cell type", values = .otherColours) +
        ggplot2::scale_x_continuous(breaks = .innerBreaks) +
        ggplot2::labs(x = paste(.comparedTitle(x), "on the test genes"),
                      y = NULL,
                      caption = sprintf(paste("Points: fits. Diamonds: means.",
                                              "Dashed: mean of %s."),
                                        x$reference)) +
        .themeChrome()
}

.plotDifferences <- function(x) {
    table <- as.data.frame.modelComparison(x)
    table <- table[table$model != x$reference, ]
    if (nrow(table) == 0L) {
        .stop("{.arg x} must compare two models or more",
              x = "It has only {.val {x$models}}.")
    }
    table$model <- factor(table$model, rev(x$models))
    ggplot2::ggplot(table, ggplot2::aes(.data$difference, .data$model)) +
        ggplot2::geom_vline(xintercept = 0, linetype = "dashed",
                            colour = "grey50", linewidth = 0.4) +
        ggplot2::geom_pointrange(
            ggplot2::aes(xmin = .data$differenceLower,
                         xmax = .data$differenceUpper), size = 0.4) +
        ggplot2::facet_wrap(ggplot2::vars(.data$cellType)) +
        ggplot2::labs(x = sprintf("%s less that of %s", .comparedTitle(x),
                                  x$reference),
                      y = NULL, caption = "Lines: 95% intervals.") +
        .themeChrome()
}
