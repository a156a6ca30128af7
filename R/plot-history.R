# Plots the loss and, if there were validation genes, their AUROC by epoch. A
# dashed line marks the epoch whose parameters the model has.
.plotHistory <- function(model) {
    history <- trainingHistory(model)
    if (nrow(history) == 0L) {
        .stop("{.arg model} has no training history",
              i = "It was not trained by this package, or it was interrupted in
                   its first epoch.")
    }
    curves <- .historyCurves(.memberHistories(model))
    kept <- curves[curves$kept, ]
    many <- .isEnsemble(model)
    colours <- c(training = "#0072B2", validation = "#D55E00")
    ggplot2::ggplot(curves, ggplot2::aes(.data$epoch, .data$value,
                                         colour = .data$set,
                                         group = .data$line)) +
        (if (!many) ggplot2::geom_vline(xintercept = kept$epoch[1L],
                                        linetype = "dashed",
                                        colour = "grey50", linewidth = 0.4)) +
        .historyLines(curves, many) +
        ggplot2::geom_point(data = kept, size = if (many) 2 else 2.6) +
        ggplot2::facet_wrap(ggplot2::vars(.data$panel), ncol = 1L,
                            scales = "free_y") +
        ggplot2::scale_x_continuous("Epoch", breaks = .wholeBreaks) +
        ggplot2::scale_colour_manual("Genes", values = colours) +
        ggplot2::labs(y = NULL, caption = .keptCaption(model)) +
        .themeChrome()
}

# One row per epoch and curve; epochs without a value are dropped.
.historyCurves <- function(history) {
    score <- .scoreColumnIn(history)
    panels <- c(if (score == "validationAuroc") {
        "Loss (mean binary cross-entropy)"
    } else {
        "Loss (standardised)"
    }, paste("Validation", .scoreTitles[[score]]))
    curve <- function(value, set, panel) {
        data.frame(epoch = history$epoch, value = value, set = set,
                   panel = factor(panels[panel], panels),
                   kept = history$kept, line = paste(set, history$member))
    }
    curves <- rbind(curve(history$loss, "training", 1L),
                    curve(history$validationLoss, "validation", 1L),
                    curve(history[[score]], "validation", 2L))
    curves[is.finite(curves$value), ]
}

# A line needs two points; with few epochs, points are shown too. Many lines are
# thin.
.historyLines <- function(curves, many) {
    epochs <- length(unique(curves$epoch))
    list(if (epochs > 1L)
             ggplot2::geom_line(linewidth = if (many) 0.3 else 0.6,
                                alpha = if (many) 0.7 else 1),
         if (epochs <= 50L && !many) ggplot2::geom_point(size = 1))
}

.wholeBreaks <- function(limits) {
    breaks <- pretty(limits)
    breaks[breaks >= 1 & breaks == round(breaks)]
}

.keptCaption <- function(model) {
    if (.isEnsemble(model)) {
        return(sprintf("Lines: %d members. Points: their selected epochs.",
                       length(model)))
    }
    row <- .keptRow(model)
    if (is.na(row$epoch)) return(NULL)
    score <- .scoreColumnIn(row)
    title <- .scoreTitles[[score]]
    if (is.na(row[[score]])) {
        return(sprintf("Dashed: the selected epoch, %d (no validation %s).",
                       row$epoch, title))
    }
    sprintf("Dashed: the selected epoch, %d (validation %s %.4f).",
            row$epoch, title, row[[score]])
}
