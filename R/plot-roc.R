#' ROC and precision-recall curves
#'
#' Draws how well models separate genes with high and with low expression at all
#' thresholds, with one line per model and one panel per cell type.
#'
#' A precision-recall curve depends on the share of high genes, the dashed line,
#' which is the precision of a random order. Only compare AUPRCs on the same
#' genes.
#'
#' @param x A model ([attentiveChrome()]) or a baseline ([trainBaseline()]), or
#'   a named list of them; the names are shown.
#' @param signal A signal ([chromatinSignal()]) with labels and the marks and
#'   bins of the models, or a split ([splitGenes()]), whose test genes are used.
#'   Genes without a label are left out.
#' @param cellTypes Names of the cell types to draw; by default all of `signal`.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A `ggplot` object. The caption has the area under each curve. It is
#'   an error if all genes of a cell type have the same label.
#' @references Saito and Rehmsmeier (2015), PLoS ONE 10, e0118432
#'   (precision-recall curves).
#' @seealso [plotCalibration()], [evaluate()][evaluate.AttentiveChromeModel]
#' @export
#' @examples
#' parts <- splitGenes(roadmapGenes[1:150, "E123"])
#' model <- attentiveChrome(parts, epochs = 2, filters = 4, context = 4)
#' zones <- trainBaseline(parts, "zones")
#' plotROC(list(network = model, zones = zones), parts$test)
#' plotPR(list(network = model, zones = zones), parts$test)
plotROC <- function(x, signal, cellTypes = NULL, threads = NULL) {
    scores <- .scoredGenes(x, signal, cellTypes, threads)
    curves <- .rowsOf(scores, .rocCurve)
    ggplot2::ggplot(curves, ggplot2::aes(.data$falsePositive,
                                         .data$truePositive,
                                         colour = .data$model)) +
        ggplot2::geom_abline(linetype = "dashed", colour = "grey60",
                             linewidth = 0.4) +
        ggplot2::geom_line(linewidth = 0.6) +
        ggplot2::coord_equal(xlim = c(0, 1), ylim = c(0, 1)) +
        ggplot2::labs(x = "False positive rate (low genes called high)",
                      y = "True positive rate\n(high genes called high)",
                      caption = .scoreLines(scores, "AUROC", function(...) {
                          sprintf("%.3f", .auroc(...))
                      })) +
        .scaleModels(levels(scores$model)) + .byCellType(scores) +
        .themeChrome()
}

#' @rdname plotROC
#' @export
plotPR <- function(x, signal, cellTypes = NULL, threads = NULL) {
    scores <- .scoredGenes(x, signal, cellTypes, threads)
    curves <- .rowsOf(scores, .precisionCurve)
    prevalence <- .rowsOf(scores, function(label, logit) {
        data.frame(high = mean(label))
    })
    ggplot2::ggplot(curves, ggplot2::aes(.data$recall, .data$precision,
                                         colour = .data$model)) +
        ggplot2::geom_hline(ggplot2::aes(yintercept = .data$high), prevalence,
                            linetype = "dashed", colour = "grey60",
                            linewidth = 0.4) +
        ggplot2::geom_step(direction = "vh", linewidth = 0.6) +
        ggplot2::coord_equal(xlim = c(0, 1), ylim = c(0, 1)) +
        ggplot2::labs(
            x = "Recall (high genes called high)",
            y = "Precision\n(called genes that are high)",
            caption = paste0(.scoreLines(scores, "AUPRC", function(...) {
                sprintf("%.3f", .auprc(...))
            }), "\nDashed: share of high genes.")) +
        .scaleModels(levels(scores$model)) + .byCellType(scores) +
        .themeChrome()
}

# ---- points ------------------------------------------------------------------

# The numbers of high genes and of all genes at or above each score, the highest
# first.
.countsAbove <- function(label, logit) {
    order <- order(logit, decreasing = TRUE)
    last <- which(!duplicated(logit[order], fromLast = TRUE))
    data.frame(high = cumsum(label[order] == 1)[last], all = last)
}

# A point for each score and the one where no gene is called; equal scores enter
# together, along a straight line.
.rocCurve <- function(label, logit) {
    counts <- .countsAbove(label, logit)
    low <- counts$all - counts$high
    data.frame(falsePositive = c(0, low / sum(label == 0)),
               truePositive = c(0, counts$high / sum(label == 1)))
}

# A point for each score. The area under its steps is .auprc().
.precisionCurve <- function(label, logit) {
    counts <- .countsAbove(label, logit)
    precision <- counts$high / counts$all
    data.frame(recall = c(0, counts$high / sum(label == 1)),
               precision = c(precision[1L], precision))
}
