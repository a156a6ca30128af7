#' Evaluate models across cell types
#'
#' Shows how well a model trained on one cell type performs on another: the
#' AUROC of each model of a panel in each cell type of a signal. Use test genes.
#' With training genes, the AUROC of a model would be too high in its own cell
#' type and, for the same genes in other cell types, in all that express them
#' alike: a warning of class `AttentiveChrome_seen`, one for the whole table,
#' says so. With test genes, a high AUROC in another cell type still has two
#' causes: rules that hold in both, and genes with similar expression in both.
#' Test genes on chromosomes of their own (`splitGenes(by = "chromosome")`) hold
#' out the cell type and the chromosome.
#'
#' @param panel A panel ([trainCellTypes()]).
#' @param signal A signal with labels, and the marks and bins of the panel's
#'   models, or a split ([splitGenes()]), whose test genes are used. Its cell
#'   types need not be those of the panel.
#' @param genes `"all"`, or `"variable"` for genes that are high in some cell
#'   types of `signal` and low in others, as for
#'   [evaluate()][evaluate.AttentiveChromeModel]. A model that only knows which
#'   genes are high in most cell types does well on all genes.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param x The result of `crossCellTypes()`.
#' @param row.names,optional,... Not used.
#' @return A matrix of AUROCs (for numbers, of Pearson's correlations), models x
#'   cell types, of class `crossCellTypes`.
#'   The models' own cell types come first, in the order of the models. A matrix
#'   that is wider than the console prints as one line per model.
#'   `as.data.frame()` returns a row for each model and cell type: `model`,
#'   `cellType`, `auroc` or `pearson`, and `distance`, that of the signal from
#'   the training signal (see [unlikeTraining()]), `NA` with fewer than 100
#'   genes. `plot()` returns a heat map as a `ggplot`.
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 150, cellTypes = 3, bins = 20,
#'     causal = list(H3K4me3 = 9:12), seed = 1))
#' panel <- trainCellTypes(parts, epochs = 4, filters = 4, context = 4,
#'     learningRate = 0.01, transform = "log1p",
#'     BPPARAM = BiocParallel::SerialParam())
#' cross <- crossCellTypes(panel, parts$test)
#' cross
#' plot(cross)
crossCellTypes <- function(panel, signal, threads = NULL,
                           genes = c("all", "variable")) {
    .checkPanel(panel)
    signal <- .evaluatedGenes(signal, genes)
    .checkSignal(signal)
    signal <- signal[, .likeModels(colnames(signal), names(panel))]
    target <- .panelTarget(panel)
    measure <- .measureOf(target)
    measured <- .measuredOf(target, signal)
    .tellCrossed(panel, signal, measured)
    rows <- lapply(stats::setNames(nm = names(panel)), function(name) {
        logit <- .forward(panel[[name]], signal, threads)$logit
        vapply(colnames(signal), function(cellType) {
            .measureOne(measure, measured[, cellType], logit[, cellType])
        }, 0)
    })
    distances <- lapply(names(panel), function(name) {
        .distances(panel[[name]], signal)
    })
    structure(do.call(rbind, rows), distance = do.call(rbind, distances),
              measure = measure, class = c("crossCellTypes", "matrix", "array"))
}

# One warning for all models and cell types.
.tellCrossed <- function(panel, signal, measured) {
    used <- vapply(names(panel), function(name) {
        seen <- .seenGenes(panel[[name]], signal, measured)
        max(0L, seen$training, seen$otherCellType)
    }, 0L)
    if (all(used == 0L)) return(invisible())
    cli::cli_warn(c(
        "{max(used)} of {nrow(signal)} gene{?s} trained the models",
        x = "The values are too high: those on the diagonal are of training
             genes, the others of the same genes in another cell type.",
        i = "Use test genes."), class = "AttentiveChrome_seen")
}

# The models' own cell types first, in the order of the models, so that they are
# on the diagonal; then the others.
.likeModels <- function(cellTypes, models) {
    c(intersect(models, cellTypes), setdiff(cellTypes, models))
}

#' @rdname crossCellTypes
#' @export
print.crossCellTypes <- function(x, ...) {
    cat(sprintf("%s of %d models (rows) on %d cell types\n", .crossTitle(x),
                nrow(x), ncol(x)))
    shown <- matrix(round(x, 4L), nrow(x), dimnames = dimnames(x))
    text <- utils::capture.output(print(shown))
    if (length(text) > nrow(x) + 1L) .printModels(x) else writeLines(text)
    own <- intersect(rownames(x), colnames(x))
    if (length(own) > 1L) {
        inner <- x[own, own]
        cat(sprintf("Own cell type: mean %.4f; others: mean %.4f\n",
                    mean(diag(inner)), mean(inner[row(inner) != col(inner)])))
    }
    far <- sum(attr(x, "distance") >= .unlikeFrom, na.rm = TRUE)
    if (far > 0L) {
        cat(sprintf("In %d of %d the signal is unlike the training signal: %s",
                    far, length(x), "see distance in as.data.frame()\n"))
    }
    invisible(x)
}

# A line per model: its AUROC in its own cell type, and those in others.
.printModels <- function(x) {
    rows <- lapply(rownames(x), function(model) {
        others <- x[model, colnames(x) != model]
        own <- if (model %in% colnames(x)) x[model, model] else NA
        data.frame(model = model, own = own, others = mean(others),
                   lowest = c(sort(others), NA)[[1L]],
                   `lowest in` = c(names(sort(others)), "-")[1L],
                   check.names = FALSE)
    })
    print(do.call(rbind, rows), digits = 4L, row.names = FALSE)
}

#' @rdname crossCellTypes
#' @method as.data.frame crossCellTypes
#' @export
as.data.frame.crossCellTypes <- function(x, row.names = NULL, optional = FALSE,
                                         ...) {
    out <- data.frame(model = rownames(x)[row(x)],
                      cellType = colnames(x)[col(x)], value = as.vector(x),
                      distance = as.vector(attr(x, "distance") %||% NA))
    names(out)[3L] <- attr(x, "measure") %||% "auroc"
    out
}

.crossTitle <- function(x) .performanceTitles[[attr(x, "measure") %||% "auroc"]]

#' @rdname crossCellTypes
#' @export
plot.crossCellTypes <- function(x, ...) {
    tiles <- as.data.frame.crossCellTypes(x)
    names(tiles)[3L] <- "value"
    tiles$model <- factor(tiles$model, rev(rownames(x)))
    tiles$cellType <- factor(tiles$cellType,
                             .likeModels(colnames(x), rownames(x)))
    # White text on the dark half of the scale.
    dark <- tiles$value > mean(range(tiles$value, na.rm = TRUE))
    text <- if (length(x) <= 150L) {
        ggplot2::geom_text(ggplot2::aes(label = sprintf("%.2f", .data$value)),
                           size = 3,
                           colour = ifelse(dark %in% TRUE, "white", "black"))
    }
    ggplot2::ggplot(tiles, ggplot2::aes(.data$cellType, .data$model)) +
        ggplot2::geom_tile(ggplot2::aes(fill = .data$value),
                           colour = "white") + text +
        ggplot2::scale_fill_viridis_c(.crossTitle(x), option = "mako",
                                      direction = -1, begin = 0.35) +
        ggplot2::scale_x_discrete(expand = c(0, 0)) +
        ggplot2::scale_y_discrete(expand = c(0, 0)) +
        ggplot2::labs(x = "Evaluated on", y = "Trained on") +
        .themeChrome() + ggplot2::theme(
            legend.key.width = ggplot2::unit(1.2, "cm"),
            axis.text.x = ggplot2::element_text(angle = 90, hjust = 1,
                                                vjust = 0.5))
}
