#' Figures of a panel
#'
#' @param x A panel ([trainCellTypes()]).
#' @param type `"auroc"`: the AUROC on the test genes of each cell type, sorted,
#'   with its interval, DeLong's on the logit scale; crosses are the published
#'   AUROCs of DeepChrome for the cell types of [roadmapCellTypes]. `"pearson"`:
#'   the same figure of a panel of numbers, with intervals by the bootstrap of
#'   genes. By default, that of the panel's target. `"history"`: the validation
#'   AUROC or correlation by epoch, with one line per cell type.
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
plot.AttentiveChromePanel <- function(x, type = NULL, level = 0.95, ...) {
    .checkPanel(x, "x")
    measure <- .measureOf(.panelTarget(x))
    type <- .checkChoice(type %||% measure, "type", c(measure, "history"))
    .checkNumber(level, "level", 0.5, 0.9999)
    if (type == measure) .plotPanelScores(x, measure, level)
    else .plotPanelHistory(x)
}

.panelIntervals <- function(panel, measure, level) {
    interval <- list(auroc = .testAurocInterval,
                     pearson = .testPearsonInterval)[[measure]]
    rows <- lapply(names(panel), function(cellType) {
        test <- panel@records[[cellType]]$test
        test <- test[!is.na(test$label), ]
        bounds <- interval(test, level)
        data.frame(cellType = cellType, lower = bounds[1L], upper = bounds[2L],
                   value = .measureOne(measure, test$label, test$logit))
    })
    rows <- do.call(rbind, rows)
    rows$published <- if (measure == "auroc") .publishedAuroc(rows$cellType)
                      else NA_real_
    rows
}

# `test`: genes with a label, or a measured number, and what is predicted.
.testAurocInterval <- function(test, level) {
    own <- .aurocCovariance(test$label, list(test$logit))
    .logitInterval(own$value, sqrt(drop(own$covariance)), level)
}

.testPearsonInterval <- function(test, level) {
    .numberIntervals(list(.numberTerms(test$label, test$logit)), NULL, 500, 1,
                     level)$bounds[, "pearson"]
}

.plotPanelScores <- function(panel, measure, level) {
    rows <- .panelIntervals(panel, measure, level)
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
        ggplot2::labs(x = "Epoch", y = title,
                      caption = paste(
                          if (any(rows$member > 1L)) "Lines: members."
                          else "Lines: cell types.", "Points: best epochs.")) +
        .themeChrome()
}
