# Which mark to assay next: what each would add to the predictions of a model
# that answers for any subset of its marks.

#' The mark to assay next
#'
#' Measures how much each mark would improve the predictions of a model if it
#' were assayed in addition to the marks in `have`. The model must be trained
#' with `markDropout` (see [attentiveChrome()]), so that it predicts from any
#' subset of its marks. It predicts the genes of `signal` from `have` alone, and
#' from `have` and one more mark.
#'
#' The gain in AUROC has DeLong's interval for paired predictions of the same
#' genes. The gain in log loss is its mean decrease over the genes, with a
#' normal interval. As the model is calibrated with all of its marks, the logits
#' of each subset are first calibrated on the genes of `signal` (Platt), each
#' tenth by the other nine; with fewer than 10 high or 10 low genes they are
#' not. Both intervals describe the choice of the genes, and neither the
#' training nor the choice of the cell type. They cover 94 to 96% from 200 genes
#' on; with 60 genes, that of the log loss covers 90%
#' (`bench/results/missing-marks.md`).
#'
#' The gain is that of this model in the cell types of `signal`. Use genes that
#' it was not trained on, and a cell type that resembles the one to be assayed.
#'
#' @param model A model trained with `markDropout`.
#' @param signal A signal ([chromatinSignal()]) with labels and all marks of the
#'   model, or a split ([splitGenes()]), whose test genes are used.
#' @param have Names of the marks that are assayed already, or `NULL` for none.
#'   The gain is then that over a model without signal, which predicts the share
#'   of high genes for all genes and has an AUROC of 0.5.
#' @param level Level of the intervals.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A data frame of class `markGain` with one row for each cell type and
#'   mark that is not in `have`, the largest gain in AUROC first: `cellType`,
#'   `mark`, `genes` (with a label); `auroc` and `logLoss` (in nats) with the
#'   mark added; `aurocGain`, `aurocGainLower`, `aurocGainUpper`, the increase
#'   in AUROC and its interval; `logLossGain`, `logLossGainLower` and
#'   `logLossGainUpper`, the decrease of the log loss. AUROC is `NA` if all
#'   labels of a cell type are equal. `print()` shows it as a table, `plot()` as
#'   a `ggplot` of gains and intervals.
#' @references DeLong et al. (1988), Biometrics 44, 837.
#' @seealso [attentiveChrome()], [evaluate.AttentiveChromeModel()]
#' @export
#' @examples
#' parts <- splitGenes(roadmapGenes[, "E123"])
#' model <- attentiveChrome(parts$train, epochs = 2, filters = 4, context = 4,
#'     markDropout = 0.5, seed = 1)
#' gain <- whichMark(model, parts$test, have = "H3K4me3")
#' gain
#' plot(gain)
whichMark <- function(model, signal, have = NULL, level = 0.95,
                      threads = NULL) {
    .checkModel(model)
    .checkClasses(model)
    .checkNumber(level, "level", 0.5, 0.9999)
    if (.markDropoutOf(model) == 0) {
        .stop("{.arg model} must be trained with {.arg markDropout}",
              x = "It needs all of its marks.",
              i = "For example {.code attentiveChrome(markDropout = 0.5)}.")
    }
    signal <- .partOf(signal, "test", "signal")
    .checkFits(signal, .modelFormat(model))
    have <- .checkHave(have, model@marks)
    label <- expressionLabel(signal)
    before <- .logitWith(model, signal, have, threads)
    rows <- lapply(setdiff(model@marks, have), function(mark) {
        after <- .logitWith(model, signal, c(have, mark), threads)
        gains <- lapply(colnames(signal), function(cellType) {
            .markGain(label[, cellType], before[, cellType], after[, cellType],
                      level)
        })
        data.frame(cellType = colnames(signal), mark = mark,
                   do.call(rbind, gains))
    })
    rows <- do.call(rbind, rows)
    rows <- rows[order(match(rows$cellType, colnames(signal)),
                       -rows$aurocGain), ]
    rownames(rows) <- NULL
    structure(rows, class = c("markGain", "data.frame"), have = have,
              level = level)
}

.checkHave <- function(have, marks) {
    if (is.null(have)) return(character())
    unknown <- setdiff(have, marks)
    if (!is.character(have) || length(unknown) > 0L || anyDuplicated(have) ||
        length(have) >= length(marks)) {
        .stop("{.arg have} must name some of the model's marks
               {.val {marks}}, and not all",
              x = "It is {.val {have}}.")
    }
    have
}

# genes x cell types; without marks NA.
.logitWith <- function(model, signal, marks, threads) {
    if (length(marks) == 0L) {
        return(matrix(NA_real_, nrow(signal), ncol(signal),
                      dimnames = dimnames(signal)))
    }
    marks(signal) <- marks
    .forward(model, signal, threads)$logit
}

# The gain from the logits `before` to those `after` a mark was added.
.markGain <- function(label, before, after, level) {
    known <- !is.na(label)
    label <- label[known]
    after <- after[known]
    # Without any mark, all genes have the share of high genes.
    none <- all(is.na(before))
    before <- if (none) {
        rep(stats::qlogis(mean(label)), length(label))
    } else {
        before[known]
    }
    auroc <- .aurocDifference(label, after, before, level)
    own <- .recalibrated(after, label)
    if (!none) before <- .recalibrated(before, label)
    loss <- .meanInterval(.geneLosses(label, before) -
                              .geneLosses(label, own), level)
    data.frame(genes = length(label), auroc = .auroc(label, after),
               aurocGain = auroc[[1L]], aurocGainLower = auroc[[2L]],
               aurocGainUpper = auroc[[3L]], logLoss = .logLoss(label, own),
               logLossGain = loss[1L], logLossGainLower = loss[2L],
               logLossGainUpper = loss[3L])
}

# The calibration of the model is that of all its marks. With fewer of them, a
# mark would seem to gain what a calibration alone does.
.recalibrated <- function(logit, label) {
    if (min(sum(label == 1), sum(label == 0)) < .calibratedClass) return(logit)
    .heldOutLogit(.calibrationMethods$platt, logit, label)
}

# The mean and its normal interval.
.meanInterval <- function(x, level) {
    error <- stats::sd(x) / sqrt(length(x))
    mean(x) + c(0, -1, 1) * stats::qnorm((1 + level) / 2) * error
}

# ---- printing ---------------------------------------------------------------

#' @rdname whichMark
#' @param x The result of `whichMark()`.
#' @param digits Number of decimal places to print.
#' @param ... Not used.
#' @export
print.markGain <- function(x, digits = 3L, ...) {
    number <- function(column) {
        formatC(x[[column]], digits, format = "f")
    }
    gain <- function(of) {
        sprintf("%s (%s to %s)", number(of), number(paste0(of, "Lower")),
                number(paste0(of, "Upper")))
    }
    have <- attr(x, "have")
    cat(sprintf("Gain of one more mark beside %s (%g%% intervals over genes)\n",
                .someOrNone(have),
                100 * attr(x, "level")))
    print(data.frame(cellType = x$cellType, mark = x$mark, genes = x$genes,
                     AUROC = number("auroc"), gain = gain("aurocGain"),
                     logLoss = number("logLoss"),
                     decrease = gain("logLossGain")), row.names = FALSE)
    invisible(x)
}

# A subset is a plain data frame.
#' @export
`[.markGain` <- function(x, ...) as.data.frame(x)[...]

#' @method as.data.frame markGain
#' @export
as.data.frame.markGain <- function(x, ...) {
    class(x) <- "data.frame"
    attributes(x)[c("have", "level")] <- NULL
    x
}

#' @rdname whichMark
#' @export
plot.markGain <- function(x, ...) {
    have <- attr(x, "have")
    rows <- .gainRows(as.data.frame(x))
    ggplot2::ggplot(rows, ggplot2::aes(.data$gain, .data$mark,
                                       colour = .data$mark)) +
        ggplot2::geom_vline(xintercept = 0, colour = "grey75",
                            linewidth = 0.4) +
        ggplot2::geom_pointrange(ggplot2::aes(xmin = .data$lower,
                                              xmax = .data$upper),
                                 na.rm = TRUE) +
        ggplot2::facet_grid(ggplot2::vars(.data$cellType),
                            ggplot2::vars(.data$measure), scales = "free_x") +
        ggplot2::scale_colour_manual(values = .markColours(levels(rows$mark)),
                                     guide = "none") +
        ggplot2::labs(
            x = "Gain of one more mark", y = NULL,
            caption = sprintf("Assayed: %s. Lines: %g%% intervals over genes.",
                              .someOrNone(have), 100 * attr(x, "level"))) +
        .themeChrome() +
        ggplot2::theme(panel.spacing.x = ggplot2::unit(1.5, "lines"))
}

.someOrNone <- function(have) {
    if (length(have) > 0L) paste(have, collapse = ", ") else "none"
}

# One row per gain and measure; the mark with the largest gain is at the top.
.gainRows <- function(x) {
    measures <- c(aurocGain = "Increase in AUROC",
                  logLossGain = "Decrease of the log loss")
    rows <- lapply(names(measures), function(of) {
        data.frame(x[c("cellType", "mark")], measure = measures[[of]],
                   gain = x[[of]], lower = x[[paste0(of, "Lower")]],
                   upper = x[[paste0(of, "Upper")]])
    })
    rows <- do.call(rbind, rows)
    rows$measure <- factor(rows$measure, measures)
    rows$mark <- stats::reorder(factor(rows$mark), rows$gain)
    rows
}
