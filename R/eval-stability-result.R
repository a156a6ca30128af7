# Printing, table and figure of the stability of explanations.

.stabilityTitles <- c(rank = "rank correlation", top = "overlap of the top",
                      mark = "same top mark")

#' @rdname stability
#' @param x The result of `stability()`.
#' @param ... Not used.
#' @export
print.explanationStability <- function(x, ...) {
    cat(sprintf("Agreement of %d models of different seeds, %s\n",
                x$table$models[1L], .nGenes(x$genes)))
    shown <- x$table[setdiff(names(x$table), "models")]
    shown$explanation <- .seedTitles(shown$explanation)
    shown[-1L] <- lapply(shown[-1L], function(v) {
        ifelse(is.na(v), "-", sprintf("%.2f", v))
    })
    names(shown) <- c("explanation", "rank", "top", "mark", "lowest rank",
                      "shuffled rank", "shuffled top", "shuffled mark")
    if (all(is.na(x$table$shuffledRank))) shown <- shown[1:5]
    print(shown, row.names = FALSE)
    cat(sprintf(paste0("rank: Spearman's correlation over the bins; top: ",
                       "overlap of the top %d bins;\nmark: same top mark; ",
                       "means over genes and pairs of models\n"), x$size))
    if (x$states && "alpha" %in% x$table$explanation) {
        writeLines(strwrap(.stateNote, 78L))
    }
    invisible(x)
}

.seedTitles <- function(names) {
    own <- c(alpha = "alpha", beta = "beta", .explanationTitles(
        names(.explanations)))
    unname(own[names])
}

#' @rdname stability
#' @param row.names,optional Not used.
#' @method as.data.frame explanationStability
#' @export
as.data.frame.explanationStability <- function(x, row.names = NULL,
                                               optional = FALSE, ...) {
    x$table
}

#' @rdname stability
#' @export
plot.explanationStability <- function(x, ...) {
    figures <- names(.stabilityTitles)
    rows <- lapply(figures, function(figure) {
        data.frame(x$pairs[c("explanation", "of")], figure = figure,
                   value = x$pairs[[figure]])
    })
    rows <- do.call(rbind, rows)
    rows <- rows[!is.na(rows$value), ]
    rows$figure <- factor(rows$figure, figures, .stabilityTitles)
    shown <- unique(x$pairs$explanation)
    rows$explanation <- factor(rows$explanation, rev(shown))
    rows$of <- factor(rows$of, c("seeds", "shuffled"))
    ggplot2::ggplot(rows, ggplot2::aes(.data$value, .data$explanation,
                                       colour = .data$of)) +
        ggplot2::geom_point(
            position = ggplot2::position_dodge(width = 0.5), size = 1.6,
            alpha = 0.7) +
        ggplot2::facet_wrap(ggplot2::vars(.data$figure),
                            labeller = ggplot2::label_wrap_gen(12)) +
        ggplot2::scale_y_discrete(labels = .seedTitles) +
        ggplot2::scale_colour_manual(
            NULL, values = c(seeds = "#0072B2", shuffled = "grey55"),
            labels = c(seeds = "seeds", shuffled = "shuffled labels"),
            drop = TRUE) +
        ggplot2::scale_x_continuous(breaks = c(0, 0.5, 1)) +
        ggplot2::labs(x = "Agreement of two models,\nmean over the genes",
                      y = NULL) +
        .themeChrome()
}
