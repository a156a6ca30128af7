# Table, printing and figures of a comparison of explanations.

#' Table and figures of a comparison of explanations
#'
#' @param x The result of [compareExplanations()].
#' @param type `"scores"`: a point with its interval for each explanation, a
#'   grey band up to the 97.5th percentile of random orders of the bins, and
#'   crosses for models with shuffled labels. `"profiles"`: the mean importance
#'   along the bins, and the reference as an area, each scaled to its maximum
#'   (the paper's figure 2b).
#' @param row.names,optional,... Not used.
#' @return `as.data.frame()`: the table described in [compareExplanations()].
#'   `plot()`: a `ggplot`.
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 200, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12)))
#' model <- attentiveChrome(parts$train, epochs = 5, filters = 4,
#'     context = 4, learningRate = 0.01, transform = "log1p", seed = 1)
#' found <- compareExplanations(model, parts$test, list(H3K4me3 = 9:12),
#'     explanations = c("attention", "occlusion"), draws = 100, seed = 1)
#' as.data.frame(found)[, c("explanation", "score", "lower", "upper")]
#' plot(found, "profiles")
#' @name plot.explanationComparison
NULL

#' @rdname plot.explanationComparison
#' @method as.data.frame explanationComparison
#' @export
as.data.frame.explanationComparison <- function(x, row.names = NULL,
                                                optional = FALSE, ...) {
    x$table
}

.measureTitles <- c(
    correlation = "Correlation with the reference over the bins",
    auprc = "AUPRC of finding the causal bins")

.panelsOf <- function(table) {
    several <- length(unique(table$cellType)) > 1L
    panel <- if (several) paste(table$model, table$cellType, sep = ", ")
             else table$model
    factor(panel, unique(panel))
}

#' @rdname plot.explanationComparison
#' @export
print.explanationComparison <- function(x, ...) {
    cat(.measureTitles[[x$measure]], "\n", sep = "")
    numbers <- c("score", "lower", "upper", "permutedUpper", "shuffledMean",
                 "geneMedian")
    titles <- c(explanation = "explanation", score = "score", lower = "lower",
                upper = "upper", permutedUpper = "by chance",
                shuffledMean = "shuffled", geneMedian = "gene by gene")
    for (own in split(x$table, .panelsOf(x$table))) {
        cat(sprintf("\n%s in %s, %s predicted high\n", own$model[1L],
                    own$cellType[1L], .nGenes(own$genes[1L])))
        shown <- own[names(titles)]
        shown[numbers] <- lapply(shown[numbers], function(v) {
            ifelse(is.na(v), "-", sprintf("%.3f", v))
        })
        names(shown) <- titles
        if (anyNA(own$shuffledMean)) shown$shuffled <- NULL
        print(shown, row.names = FALSE)
        writeLines(strwrap(.bestScore(own), 78L))
    }
    .printVerdicts(x$verdicts)
    if (x$states && "attention" %in% x$table$explanation) {
        writeLines(strwrap(.stateNote, 78L))
    }
    cat(sprintf(paste0("\nlower, upper: %g%% interval; by chance: 97.5th ",
                       "percentile of random orders of bins%s\n"),
                100 * x$level, if (is.null(x$shuffled)) "" else
                    ";\nshuffled: mean of models with shuffled labels"))
    invisible(x)
}

# The best explanation with its null.
.bestScore <- function(table) {
    best <- table[which.max(table$score), ]
    sprintf("Best: %s, %.3f (by chance up to %.3f).",
            .explanationTitles(best$explanation), best$score,
            best$permutedUpper)
}

.printVerdicts <- function(verdicts) {
    if (is.null(verdicts)) return()
    panel <- .panelsOf(verdicts)
    for (own in split(verdicts, panel)) {
        cat(sprintf("\nVerdict on %s in %s, %d model%s\n", own$model[1L],
                    own$cellType[1L], own$models[1L],
                    if (own$models[1L] == 1L) "" else "s of different seeds"))
        writeLines(strwrap(.verdictLines(own), 78L, exdent = 2L))
    }
}

#' @rdname plot.explanationComparison
#' @export
plot.explanationComparison <- function(x, type = c("scores", "profiles"),
                                       ...) {
    type <- .checkChoice(type, "type", c("scores", "profiles"))
    if (type == "scores") .plotScores(x) else .plotProfiles(x)
}

.plotScores <- function(x) {
    table <- x$table
    order <- rev(names(.explanations))
    table$panel <- .panelsOf(table)
    table$explanation <- factor(table$explanation, order)
    shuffled <- if (!is.null(x$shuffled)) {
        others <- x$shuffled
        others$panel <- .panelsOf(others)
        others$explanation <- factor(others$explanation, order)
        ggplot2::geom_point(ggplot2::aes(.data$score), others, shape = 4,
                            size = 1.8, colour = "grey45")
    }
    start <- if (x$measure == "auprc") 0 else -1
    ggplot2::ggplot(table, ggplot2::aes(y = .data$explanation)) +
        ggplot2::geom_linerange(
            ggplot2::aes(xmin = start, xmax = .data$permutedUpper),
            linewidth = 5, colour = "grey90") +
        shuffled +
        ggplot2::geom_pointrange(
            ggplot2::aes(.data$score, xmin = .data$lower, xmax = .data$upper,
                         colour = .data$explanation), size = 0.4) +
        ggplot2::facet_wrap(ggplot2::vars(.data$panel)) +
        ggplot2::scale_y_discrete(labels = .explanationTitles) +
        .explanationColours() +
        ggplot2::scale_x_continuous(limits = c(start, 1)) +
        ggplot2::labs(
            x = .measureTitles[[x$measure]], y = NULL,
            caption = paste0(
                "Band: 97.5 % of random orders of the bins score less.",
                if (!is.null(shuffled)) {
                    "\nCrosses: models with shuffled labels."
                })) +
        .themeChrome() + ggplot2::theme(legend.position = "none")
}

.explanationColours <- function() {
    ggplot2::scale_colour_manual(
        NULL, values = vapply(.explanations, `[[`, "", "colour"),
        labels = .explanationTitles)
}

.plotProfiles <- function(x) {
    rows <- x$profiles
    rows$panel <- .panelsOf(rows)
    one <- paste(rows$panel, rows$explanation)
    toTop <- function(v) v / max(v)
    rows$importance <- stats::ave(rows$importance, one, FUN = toTop)
    rows$reference <- stats::ave(rows$reference, one, FUN = toTop)
    rows$explanation <- factor(rows$explanation, names(.explanations))
    rows$mark <- factor(rows$mark, unique(rows$mark))
    colours <- .markColours(levels(rows$mark))
    ggplot2::ggplot(rows, ggplot2::aes(.data$position)) +
        .referenceBars(x$measure, min(diff(unique(rows$position)))) +
        ggplot2::geom_line(ggplot2::aes(y = .data$importance,
                                        colour = .data$mark)) +
        ggplot2::facet_grid(
            ggplot2::vars(.data$explanation), ggplot2::vars(.data$panel),
            labeller = ggplot2::labeller(explanation = .explanationTitles)) +
        ggplot2::scale_colour_manual(NULL, values = colours) +
        ggplot2::scale_fill_manual(NULL, values = colours) +
        ggplot2::scale_x_continuous(breaks = .innerBreaks) +
        ggplot2::scale_y_continuous(breaks = c(0, 1)) +
        ggplot2::labs(x = "Position from TSS (bp)",
                      y = "Mean importance, scaled to its maximum",
                      caption = if (x$measure == "auprc") {
                          "Areas: the causal bins."
                      } else {
                          "Grey: the reference mark."
                      }) +
        .themeChrome() +
        ggplot2::theme(strip.text.y = ggplot2::element_text(angle = 0))
}

# Causal bins have the colour of their mark. A reference mark is grey, as it is
# not one of the marks shown.
.referenceBars <- function(measure, width) {
    if (measure == "auprc") {
        return(ggplot2::geom_col(
            ggplot2::aes(y = .data$reference, fill = .data$mark),
            width = width, position = "identity", alpha = 0.25))
    }
    ggplot2::geom_col(ggplot2::aes(y = .data$reference), width = width,
                      fill = "grey85")
}
