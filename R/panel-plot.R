#' Figures of a panel
#'
#' @param x A panel ([trainCellTypes()]).
#' @param type `"auroc"`: the AUROC on the test genes of each cell type, sorted,
#'   with its interval, DeLong's on the logit scale; crosses are the published
#'   AUROCs of DeepChrome for the cell types of [roadmapCellTypes]. `"history"`:
#'   the validation AUROC by epoch, with one line per cell type.
#' @param level Level of the intervals.
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
plot.AttentiveChromePanel <- function(x, type = c("auroc", "history"),
                                      level = 0.95, ...) {
    .checkPanel(x, "x")
    type <- .checkChoice(type, "type", c("auroc", "history"))
    .checkNumber(level, "level", 0.5, 0.9999)
    if (type == "auroc") .plotPanelAuroc(x, level) else .plotPanelHistory(x)
}

.panelIntervals <- function(panel, level) {
    rows <- lapply(names(panel), function(cellType) {
        test <- panel@records[[cellType]]$test
        test <- test[!is.na(test$label), ]
        own <- .aurocCovariance(test$label, list(test$logit))
        interval <- .logitInterval(own$auroc, sqrt(drop(own$covariance)),
                                   level)
        data.frame(cellType = cellType, auroc = own$auroc,
                   lower = interval[1L], upper = interval[2L])
    })
    rows <- do.call(rbind, rows)
    rows$published <- .publishedAuroc(rows$cellType)
    rows
}

.plotPanelAuroc <- function(panel, level) {
    rows <- .panelIntervals(panel, level)
    rows$cellType <- stats::reorder(rows$cellType, rows$auroc)
    known <- rows[!is.na(rows$published), ]
    ggplot2::ggplot(rows, ggplot2::aes(.data$auroc, .data$cellType)) +
        ggplot2::geom_linerange(ggplot2::aes(xmin = .data$lower,
                                             xmax = .data$upper),
                                colour = "grey65", na.rm = TRUE) +
        ggplot2::geom_point(colour = "#D55E00", size = 2) +
        ggplot2::geom_point(ggplot2::aes(x = .data$published), known,
                            shape = 4, size = 2) +
        ggplot2::geom_vline(xintercept = mean(rows$auroc), colour = "grey50",
                            linetype = "dashed", linewidth = 0.4) +
        ggplot2::labs(
            x = "AUROC on the test genes", y = NULL,
            caption = paste0(
                sprintf("Lines: %g%% intervals. Dashed: mean.",
                        100 * level),
                if (nrow(known) > 0L) " Crosses: DeepChrome, published.")) +
        .themeChrome()
}

.plotPanelHistory <- function(panel) {
    rows <- lapply(names(panel), function(cellType) {
        cbind(cellType = cellType, .memberHistories(panel[[cellType]]))
    })
    rows <- do.call(rbind, rows)
    if (all(is.na(rows$validationAuroc))) {
        .stop("The models of {.arg x} were trained without validation",
              i = "There is no validation AUROC to show.")
    }
    rows$line <- paste(rows$cellType, rows$member)
    best <- rows[rows$kept, ]
    ggplot2::ggplot(rows, ggplot2::aes(.data$epoch, .data$validationAuroc,
                                       group = .data$line)) +
        ggplot2::geom_line(colour = "grey55", alpha = 0.7) +
        ggplot2::geom_point(data = best, colour = "#D55E00") +
        ggplot2::labs(x = "Epoch", y = "Validation AUROC",
                      caption = paste(
                          if (any(rows$member > 1L)) "Lines: members."
                          else "Lines: cell types.", "Points: best epochs.")) +
        .themeChrome()
}
