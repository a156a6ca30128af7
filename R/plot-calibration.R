#' Calibration of predicted probabilities
#'
#' Draws the share of high genes among genes with similar predicted probability.
#' For a calibrated model, the points lie on the diagonal: of the genes with
#' probability 0.8, 80% are high.
#'
#' Each point is a group of equally many genes, at their mean probability, with
#' a 95% binomial interval of the share (Clopper-Pearson). The bars show the
#' numbers of high genes (above) and of low genes (below) by predicted
#' probability, in steps of 0.02. The caption gives the calibration slope, which
#' is below 1 if probabilities are too extreme, and the expected calibration
#' error (ECE) of ten groups, as [evaluate()][evaluate.AttentiveChromeModel]
#' measures them.
#'
#' @inheritParams plotROC
#' @param bins Number of groups of genes (points).
#' @return A `ggplot` object with one panel for each model and cell type. It is
#'   an error if all genes of a cell type have the same label.
#' @references Van Calster et al. (2019), BMC Medicine 17, 230.
#' @seealso [plotROC()], [plotPR()], and `calibrated` and `prior` of
#'   [predict()][predict.AttentiveChromeModel]
#' @export
#' @examples
#' parts <- splitGenes(roadmapGenes[1:150, "E123"])
#' model <- attentiveChrome(parts, epochs = 2, filters = 4, context = 4)
#' zones <- trainBaseline(parts, "zones")
#' plotCalibration(list(network = model, zones = zones), parts$test, bins = 5)
plotCalibration <- function(x, signal, cellTypes = NULL, bins = 10,
                            threads = NULL) {
    .checkNumber(bins, "bins", 2, 1000, whole = TRUE)
    scores <- .scoredGenes(x, signal, cellTypes, threads)
    points <- .rowsOf(scores, function(label, logit) {
        .reliability(label, logit, bins)
    })
    ggplot2::ggplot(points, ggplot2::aes(.data$probability, .data$high)) +
        ggplot2::geom_abline(linetype = "dashed", colour = "grey60",
                             linewidth = 0.4) +
        .predictionBars(.rowsOf(scores, .predictionCounts)) +
        ggplot2::geom_line(colour = "#0072B2", linewidth = 0.4) +
        ggplot2::geom_linerange(ggplot2::aes(ymin = .data$lower,
                                             ymax = .data$upper),
                                colour = "#0072B2") +
        ggplot2::geom_point(colour = "#0072B2", size = 1.6) +
        ggplot2::scale_y_continuous(breaks = seq(0, 1, 0.25)) +
        ggplot2::coord_equal(xlim = c(0, 1)) +
        ggplot2::labs(x = "Predicted probability of high expression",
                      y = "Share of high genes",
                      caption = .calibrationCaption(scores)) +
        .scorePanels(scores) + .themeChrome()
}

.calibrationCaption <- function(scores) {
    lines <- .scoreLines(scores, "Calibration", function(label, logit) {
        sprintf("slope %.2f, ECE %.3f",
                .calibrationMetrics(label, logit)[["slope"]],
                .ece(label, logit))
    })
    paste0(lines, "\nLines: 95% intervals.",
           "\nBars: numbers of high genes (above) and low genes (below).")
}

.scorePanels <- function(scores) {
    panels <- c(if (nlevels(scores$model) > 1L) "model",
                if (nlevels(scores$cellType) > 1L) "cellType")
    if (length(panels) > 0L) ggplot2::facet_wrap(panels)
}

# ---- bins --------------------------------------------------------------------

# The mean probability and the share of high genes of each bin.
.reliability <- function(label, logit, bins) {
    bin <- .calibrationBins(logit, bins)
    sums <- rowsum(cbind(1, stats::plogis(logit), label), bin)
    genes <- sums[, 1L]
    high <- sums[, 3L]
    data.frame(genes = genes, probability = sums[, 2L] / genes,
               high = high / genes,
               lower = stats::qbeta(0.025, high, genes - high + 1),
               upper = stats::qbeta(0.975, high + 1, genes - high))
}

# The numbers of high and low genes by predicted probability, in steps of 0.02.
.predictionCounts <- function(label, logit, step = 0.02) {
    at <- pmin(floor(stats::plogis(logit) / step), 1 / step - 1)
    counts <- as.data.frame(table(at = at, label = label),
                            stringsAsFactors = FALSE)
    data.frame(from = as.numeric(counts$at) * step,
               to = (as.numeric(counts$at) + 1) * step,
               high = counts$label == 1, genes = counts$Freq)
}

# Bars above 1 and below 0, the highest of each panel 0.15 high.
.predictionBars <- function(counts) {
    most <- stats::ave(counts$genes, counts$model, counts$cellType, FUN = max)
    height <- 0.15 * counts$genes / most
    base <- ifelse(counts$high, 1.03, -0.03)
    counts$y <- base + ifelse(counts$high, height, -height)
    counts$base <- base
    ggplot2::geom_rect(
        ggplot2::aes(xmin = .data$from, xmax = .data$to, ymin = .data$base,
                     ymax = .data$y), counts, inherit.aes = FALSE,
        fill = "grey70")
}
