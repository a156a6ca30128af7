#' Print and plot differential attention
#'
#' @param x The result of [differentialAttention()].
#' @param n Number of rows to print.
#' @param ... Not used.
#' @return `plot()`: a `ggplot` of the effect in attention against the effect in
#'   signal, with a panel for each mark and the best genes by name. The colour
#'   shows where the false discovery rate is below 0.05: in attention, in
#'   signal, in both or in neither. `print()`: `x`, invisibly.
#' @examplesIf requireNamespace("limma", quietly = TRUE)
#' signal <- simulateChromatin(genes = 90, cellTypes = 4, bins = 20,
#'     binWidth = 500, seed = 1)
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
#' found <- differentialAttention(model, signal, list(
#'     stem = c("cellType1", "cellType2"),
#'     blood = c("cellType3", "cellType4")))
#' print(found, n = 3)
#' plot(found)
#' @name plot.differentialAttention
NULL

#' @rdname plot.differentialAttention
#' @export
print.differentialAttention <- function(x, n = 10L, ...) {
    if (!all(c("fdr", "signalFdr") %in% names(x))) return(NextMethod())
    between <- attr(x, "between")
    entry <- .differences[[attr(x, "what")]]
    cat(sprintf("Difference in %s (%s)\n", entry$title, attr(x, "unit")),
        sprintf("%s: %s, %s\n", c("first", "second"), names(between),
                vapply(between, .some, "")), sep = "")
    if (min(lengths(between)) < 2L) {
        cat("No p-values: these need two samples in each group\n")
    } else {
        found <- table(.significantIn(x))
        cat(sprintf("FDR below 0.05, of %s genes x marks: %d in attention, ",
                    format(nrow(x), big.mark = ","),
                    found[["attention"]] + found[["both"]]),
            sprintf("%d in signal,\n%d in both\n",
                    found[["signal"]] + found[["both"]], found[["both"]]),
            sep = "")
    }
    shown <- utils::head(as.data.frame(x), n)
    shown <- shown[c("gene", "mark", "first", "second", "effect", "pValue",
                     "fdr", "signalEffect", "signalFdr")]
    print(shown, digits = 2L, row.names = FALSE)
    if (nrow(x) > n) cat(sprintf("... and %d more rows\n", nrow(x) - n))
    invisible(x)
}

# Which of the tests finds each row.
.significantIn <- function(x) {
    own <- !is.na(x$fdr) & x$fdr < 0.05
    other <- !is.na(x$signalFdr) & x$signalFdr < 0.05
    names <- c("neither", "attention", "signal", "both")
    factor(names[1L + own + 2L * other],
           c("both", "attention", "signal", "neither"))
}

#' @rdname plot.differentialAttention
#' @export
plot.differentialAttention <- function(x, ...) {
    between <- names(attr(x, "between"))
    table <- as.data.frame(x)
    table$found <- .significantIn(x)
    # What is found is drawn last, on top.
    table <- table[order(table$found, decreasing = TRUE), ]
    best <- utils::head(as.data.frame(x)[which(x$fdr < 0.05), ], 8L)
    ggplot2::ggplot(table, ggplot2::aes(.data$signalEffect, .data$effect)) +
        ggplot2::geom_hline(yintercept = 0, colour = "grey80") +
        ggplot2::geom_vline(xintercept = 0, colour = "grey80") +
        ggplot2::geom_point(ggplot2::aes(colour = .data$found), size = 1.2,
                            alpha = 0.8) +
        ggplot2::geom_text(ggplot2::aes(label = .data$gene), best, size = 3,
                           hjust = "inward", vjust = "inward",
                           check_overlap = TRUE) +
        ggplot2::facet_wrap(ggplot2::vars(.data$mark)) +
        ggplot2::scale_x_continuous(breaks = .innerBreaks) +
        ggplot2::scale_colour_manual(
            "FDR below 0.05 in", drop = FALSE,
            values = .foundColours) +
        ggplot2::labs(x = sprintf("Difference in signal (log2, %s less %s)",
                                  between[2L], between[1L]),
                      y = sprintf("Difference in %s", attr(x, "unit"))) +
        .themeChrome()
}

.foundColours <- c(both = "#332288", attention = "#CC6677", signal = "#6699CC",
                   neither = "grey75")
