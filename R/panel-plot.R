#' Figures of a panel
#'
#' @param x A panel ([trainCellTypes()]).
#' @param type `"auroc"`: the AUROC on the test genes of each cell type, sorted,
#'   with the 95% interval of
#'   [evaluate()][evaluate.AttentiveChromePanel]; crosses are the published
#'   AUROCs of DeepChrome for the cell types of [roadmapCellTypes]. `"pearson"`:
#'   the same figure of a panel of numbers. By default, that of the panel's
#'   target. `"history"`: the validation AUROC or correlation by epoch, with one
#'   line per cell type.
#' @param ... Not used.
#' @return A `ggplot` object.
#' @seealso [plotMarkAttention()], with `cluster = TRUE`, for beta by cell type
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 90, cellTypes = 3, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12))
#' panel <- trainCellTypes(signal, epochs = 3, filters = 4, context = 4,
#'     learningRate = 0.01, BPPARAM = BiocParallel::SerialParam())
#' plot(panel)
#' plot(panel, "history")
plot.AttentiveChromePanel <- function(x, type = NULL, ...) {
    .checkPanel(x, "x")
    measure <- .measureOf(.panelTarget(x))
    type <- .checkChoice(type %||% measure, "type", c(measure, "history"))
    if (type == measure) .plotPanelScores(x, measure)
    else .plotPanelHistory(x)
}

# As the stored evaluation has them, so that figures and tables agree.
.panelIntervals <- function(panel, measure) {
    found <- as.data.frame(evaluate(panel))
    bound <- function(end) found[[paste0(measure, end)]] %||% NA_real_
    data.frame(cellType = names(panel), lower = bound("Lower"),
               upper = bound("Upper"), value = found[[measure]],
               published = if (measure == "auroc")
                   .publishedAuroc(names(panel)) else NA_real_)
}

.plotPanelScores <- function(panel, measure) {
    rows <- .panelIntervals(panel, measure)
    rows$cellType <- stats::reorder(rows$cellType, rows$value)
    known <- rows[!is.na(rows$published), ]
    ggplot2::ggplot(rows, ggplot2::aes(.data$value, .data$cellType)) +
        ggplot2::geom_linerange(ggplot2::aes(xmin = .data$lower,
                                             xmax = .data$upper),
                                colour = "grey65", na.rm = TRUE) +
        ggplot2::geom_point(colour = "#D55E00", size = 2) +
        ggplot2::geom_point(ggplot2::aes(x = .data$published), known,
                            shape = 4, size = 2) +
        ggplot2::geom_vline(xintercept = mean(rows$value), colour = "grey50",
                            linetype = "dashed", linewidth = 0.4) +
        ggplot2::labs(
            x = paste(.performanceTitles[[measure]], "on the test genes"),
            y = NULL,
            caption = paste0(
                "Lines: 95% intervals. Dashed: mean.",
                if (nrow(known) > 0L) " Crosses: DeepChrome, published.")) +
        .themeChrome()
}

.plotPanelHistory <- function(panel) {
    rows <- lapply(names(panel), function(cellType) {
        cbind(cellType = cellType, .memberHistories(panel[[cellType]]))
    })
    rows <- do.call(rbind, rows)
    column <- .scoreColumnIn(rows)
    title <- paste("Validation", .scoreTitles[[column]])
    rows$score <- rows[[column]]
    if (all(is.na(rows$score))) {
        .stop("The models of {.arg x} were trained without validation",
              i = "There is no score of validation genes to show.")
    }
    rows$line <- paste(rows$cellType, rows$member)
    best <- rows[rows$kept, ]
    ggplot2::ggplot(rows, ggplot2::aes(.data$epoch, .data$score,
                                       group = .data$line)) +
        ggplot2::geom_line(colour = "grey55", alpha = 0.7) +
        ggplot2::geom_point(data = best, colour = "#D55E00") +
        ggplot2::scale_x_continuous("Epoch", breaks = .wholeBreaks) +
        ggplot2::labs(y = title,
                      caption = paste(
                          if (any(rows$member > 1L)) "Lines: members."
                          else "Lines: cell types.", "Points: best epochs.")) +
        .themeChrome()
}
