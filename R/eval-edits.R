# Compares the predictions for edited signal with those for the original.

#' Predict the effect of edits
#'
#' Shows how edits of the signal change a model's predictions, gene by gene.
#'
#' @param model A model ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the model's marks and
#'   bins.
#' @param edits A named list of edits. Each is a list with the arguments of
#'   [editSignal()] after the first, such as
#'   `list("silence", "H3K4me3", within = 1000)`, or a function that takes the
#'   signal and returns the edited signal. Each edit starts from the original
#'   `signal`. For a model of the difference of two cell types, edit one of them
#'   (`cellTypes` of [editSignal()]), or copy the signal of one to the other.
#'   Editing a mark that the model does not read has no effect.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A data frame of class `editPredictions` with one row per edit, cell
#'   type and gene: `gene`, `cellType`, `edit` (a factor in the order of
#'   `edits`), `before` and `after` (the probability of high expression),
#'   `change` (after minus before), `flipped` (whether the predicted class
#'   changes; `NA` for models of numbers, whose `before` and `after` are
#'   numbers). More than 20 rows print as their means by edit.
#'   `plot()` returns a `ggplot` of the changes by edit.
#'   It is an error if an edit is invalid or changes the genes or cell types.
#' @seealso [editSignal()], [smallestFlip()]
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 300, bins = 20,
#'     causal = list(H3K4me3 = 9:12), seed = 1)
#' model <- attentiveChrome(signal, epochs = 15, filters = 6, context = 6,
#'     learningRate = 0.01, transform = "log1p", seed = 1)
#' changes <- predictEdits(model, signal, list(
#'     "no H3K4me3 at the TSS" = list("silence", "H3K4me3", within = 300),
#'     "twice H3K27me3" = list("scale", "H3K27me3", amount = 2),
#'     "both" = function(x) {
#'         x <- editSignal(x, "silence", "H3K4me3", within = 300)
#'         editSignal(x, "scale", "H3K27me3", amount = 2)
#'     }))
#' head(changes)
#' aggregate(cbind(change, flipped) ~ edit, changes, mean)
#' plot(changes)
predictEdits <- function(model, signal, edits, threads = NULL) {
    .checkModel(model)
    read <- .readBy(model, signal)
    .checkFits(read, .modelFormat(model))
    .checkEdits(edits)
    before <- .predictedLogit(model, .forward(model, read, threads)$logit)
    rows <- lapply(names(edits), function(name) {
        edited <- .applyEdit(signal, edits[[name]], name)
        after <- .predictedLogit(
            model, .forward(model, .readBy(model, edited), threads,
                            "edits")$logit)
        of <- function(predicted) as.vector(.responseOf(model, predicted))
        data.frame(gene = rep(rownames(read), ncol(read)),
                   cellType = rep(colnames(read), each = nrow(read)),
                   edit = factor(name, names(edits)),
                   before = of(before), after = of(after),
                   change = of(after) - of(before),
                   flipped = if (.hasClasses(model))
                       as.vector((after > 0) != (before > 0)) else NA)
    })
    out <- do.call(rbind, rows)
    class(out) <- c("editPredictions", class(out))
    attr(out, "unit") <- if (!.hasClasses(model)) .unitOf(.targetOf(model))
    out
}

.checkEdits <- function(edits) {
    if (!is.list(edits) || !.areNames(names(edits))) {
        .stop("{.arg edits} must be a list of edits, each with its own name",
              x = if (is.null(names(edits)))
                      "It is of class {.cls {class(edits)[1]}}, without names."
                  else "It has the names {.val {names(edits)}}.",
              i = "For example {.code list(lost = list(\"silence\",
                   \"H3K4me3\"))}.")
    }
    bad <- !vapply(edits, function(e) is.list(e) || is.function(e), NA)
    if (any(bad)) {
        .stop("Each of {.arg edits} must be a list of arguments of
               {.fn editSignal} or a function of the signal",
              x = "Invalid: {.val {names(edits)[bad]}}.")
    }
}

.applyEdit <- function(signal, edit, name) {
    edited <- if (is.function(edit)) edit(signal)
              else do.call(editSignal, c(list(signal), edit))
    .checkSignal(edited, "edits")
    if (!identical(dimnames(edited), dimnames(signal))) {
        .stop("{.arg edits} must not change the genes and cell types of
               {.arg signal}",
              x = "{.val {name}} returns {nrow(edited)} gene{?s} in
                   {ncol(edited)} cell type{?s}, possibly with other names.")
    }
    edited
}

#' @rdname predictEdits
#' @param x The result of `predictEdits()`.
#' @param ... Not used.
#' @export
print.editPredictions <- function(x, ...) {
    numbers <- all(is.na(x$flipped))
    columns <- c("before", "after", "change", if (!numbers) "flipped")
    groups <- c("edit", "cellType")
    if (nrow(x) <= 20L || !all(c(columns, groups) %in% names(x))) {
        return(NextMethod())
    }
    means <- stats::aggregate(as.data.frame(x)[columns],
                              as.data.frame(x)[groups], mean)
    means[columns] <- lapply(means[columns], sprintf, fmt = "%.3f")
    cat(sprintf("Edits of %s: means over the genes\n",
                .nGenes(length(unique(x$gene)))))
    print(means, row.names = FALSE)
    if (!numbers) {
        cat("flipped: share of the genes whose predicted class changes\n")
    }
    invisible(x)
}

#' @rdname predictEdits
#' @export
plot.editPredictions <- function(x, ...) {
    unit <- attr(x, "unit") %||% "probability of high expression"
    figure <- ggplot2::ggplot(x, ggplot2::aes(.data$change, .data$edit)) +
        ggplot2::geom_vline(xintercept = 0, colour = "grey75",
                            linewidth = 0.4) +
        ggplot2::geom_boxplot(fill = "grey93", outlier.size = 0.6) +
        ggplot2::scale_y_discrete(NULL, limits = rev) +
        ggplot2::labs(x = paste0("Effect on the predicted\n", unit)) +
        .themeChrome()
    if (length(unique(x$cellType)) > 1L) {
        figure <- figure + ggplot2::facet_wrap(ggplot2::vars(.data$cellType))
    }
    figure
}
