#' @rdname faithfulness
#' @param x The result of `faithfulness()`.
#' @param ... Not used.
#' @export
print.faithfulness <- function(x, ...) {
    cat(sprintf("Deletion and insertion curves of %s\n",
                .nGenes(nrow(x$genes))))
    shown <- x$table[c("explanation", "deletion", "insertion", "score",
                       "overRandom", "overSignal")]
    shown[-1L] <- lapply(shown[-1L], function(v) {
        ifelse(is.na(v), "-", sprintf("%.3f", v))
    })
    names(shown)[5:6] <- c("over random", "over signal")
    print(shown, row.names = FALSE)
    attends <- "attention" %in% x$table$explanation
    others <- setdiff(rownames(x$agreement), c("attention", "signal"))
    if (attends && length(others) > 0L) {
        cat("Rank agreement (median Spearman correlation)\n")
        print(round(x$agreement[c("attention", "signal"), others,
                                drop = FALSE], 2L))
    }
    cat(sprintf(paste0("Without signal, the %s changes by %.3f on average; ",
                       "scores are fractions of it.\n"),
                if (is.null(x$unit)) "probability" else "prediction", x$moved))
    writeLines(strwrap(.faithVerdict(x$table), 78L))
    if (x$states && attends) writeLines(strwrap(.stateNote, 78L))
    invisible(x)
}

#' @rdname faithfulness
#' @param row.names,optional Not used.
#' @method as.data.frame faithfulness
#' @export
as.data.frame.faithfulness <- function(x, row.names = NULL, optional = FALSE,
                                       ...) {
    x$table
}

# A difference in score that matters, as a fraction of what the signal moves.
.faithMargin <- 0.01

# The verdict: the best explanation, and attention compared with random order
# and the signal.
.faithVerdict <- function(table) {
    real <- table[table$explanation != "random", ]
    best <- real[which.max(real$score), ]
    first <- sprintf("Most faithful: %s.",
                     .explanationTitles(best$explanation))
    own <- table[table$explanation == "attention", ]
    if (nrow(own) == 0L) return(first)
    how <- function(lower, upper, other) {
        sprintf("%s %s", if (lower > .faithMargin) "better than"
                         else if (upper < 0) "WORSE than" else "NO BETTER than",
                other)
    }
    c(first, sprintf(
        "Attention orders the bins %s and %s.",
        how(own$overRandomLower, own$overRandomUpper, "random order"),
        how(own$overSignalLower, own$overSignalUpper, "the signal itself")))
}

#' @rdname faithfulness
#' @param type `"curves"` or `"agreement"`.
#' @export
plot.faithfulness <- function(x, type = c("curves", "agreement"), ...) {
    type <- .checkChoice(type, "type", c("curves", "agreement"))
    if (type == "curves") .plotCurves(x$curves, x$unit) else
        .plotAgreement(x$agreement)
}

.plotCurves <- function(curves, unit) {
    names(curves)[4L] <- "value"
    curves$explanation <- factor(curves$explanation,
                                 c(names(.explanations), "random"))
    colours <- c(vapply(.explanations, `[[`, "", "colour"), random = "black")
    titles <- c(.explanationTitles(names(.explanations)),
                random = "random order")
    dashed <- names(titles) %in% c("random", "signal")
    ggplot2::ggplot(curves, ggplot2::aes(
        .data$fraction, .data$value, colour = .data$explanation,
        linetype = .data$explanation)) +
        ggplot2::geom_line() +
        ggplot2::facet_wrap(
            ggplot2::vars(.data$curve),
            labeller = ggplot2::as_labeller(c(
                deletion = "Deletion: early fall is faithful",
                insertion = "Insertion: early rise is faithful"))) +
        ggplot2::scale_colour_manual(NULL, values = colours, labels = titles,
                                     drop = TRUE) +
        ggplot2::scale_linetype_manual(
            NULL, labels = titles,
            values = stats::setNames(ifelse(dashed, "dashed", "solid"),
                                     names(titles))) +
        ggplot2::labs(x = "Fraction of the bins removed or restored",
                      y = if (is.null(unit))
                              "Probability of the predicted class"
                          else paste("Change from no signal,", unit)) +
        .themeChrome()
}

.plotAgreement <- function(agreement) {
    names <- rownames(agreement)
    tiles <- expand.grid(a = factor(names, names), b = factor(names, names))
    tiles$rho <- as.vector(agreement)
    tiles$text <- ifelse(is.na(tiles$rho), "-", sprintf("%.2f", tiles$rho))
    ggplot2::ggplot(tiles, ggplot2::aes(.data$a, .data$b)) +
        ggplot2::geom_tile(ggplot2::aes(fill = .data$rho), colour = "white") +
        ggplot2::geom_text(ggplot2::aes(label = .data$text), size = 3.2) +
        ggplot2::scale_fill_gradient2("Spearman's rho", limits = c(-1, 1),
                                      low = .lowHigh[["low"]],
                                      high = .lowHigh[["high"]]) +
        ggplot2::scale_x_discrete(labels = .explanationTitles,
                                  expand = c(0, 0)) +
        ggplot2::scale_y_discrete(labels = .explanationTitles,
                                  limits = rev(names), expand = c(0, 0)) +
        ggplot2::labs(x = NULL, y = NULL,
                      caption = "Median over the genes, bins of all marks.") +
        .themeChrome() + ggplot2::theme(
            axis.text.x = ggplot2::element_text(angle = 30, hjust = 1))
}
