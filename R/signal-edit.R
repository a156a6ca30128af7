# Edits of a signal, for in silico experiments.

#' Edit signal
#'
#' Changes the signal of marks as an experiment might. For example: what would
#' the model predict for K562 if H3K4me3 were lost at the TSS, or if it had the
#' H3K27me3 of another cell type? The answer describes the model, not the cell:
#' it shows what the predictions depend on.
#'
#' * `"silence"`: the signal becomes 0.
#' * `"scale"`: it is multiplied by `amount`.
#' * `"shift"`: the values move along the bins by `amount` base pairs. Values
#'   that leave the range are lost; new values are 0.
#' * `"copy"`: it is replaced by the signal of the cell type `from`, gene by
#'   gene.
#'
#' If the signal is a log ratio, 0 means the same signal as the control.
#'
#' @param signal A signal ([chromatinSignal()]).
#' @param edit `"silence"`, `"scale"`, `"shift"` or `"copy"`. For several
#'   edits, call the function repeatedly.
#' @param marks Names of the marks to edit.
#' @param within The range to edit, in base pairs from the transcription start
#'   site (TSS): two numbers, start and end (negative: upstream), or one number,
#'   the distance on both sides. Only bins that lie fully inside the range are
#'   edited. By default all bins.
#' @param amount For `"scale"`, the factor, at least 0. For `"shift"`, the
#'   distance in base pairs, a multiple of the bin width. Positive values shift
#'   towards the last bin, which is downstream if bins run from 5' to 3'
#'   (`orient = "transcript"`).
#' @param from For `"copy"`, the cell type of the signal to copy from.
#' @param genes Row names or symbols of the genes to edit; by default all.
#' @param cellTypes Names of the cell types to edit; by default all.
#' @return The edited signal, otherwise unchanged. `metadata(x)$edits`
#'   describes the edits in order, as text. It can be used like any other
#'   signal. An error if a mark, gene or cell type is not in the signal, or if
#'   `within` or `amount` does not fit its bins.
#' @seealso [predictEdits()], [smallestFlip()]
#' @export
#' @examples
#' signal <- roadmapGenes[1:20, ]
#' colnames(signal) <- c("H1", "K562")
#' # H3K4me3 is lost within 1 kb of the TSS in K562
#' lost <- editSignal(signal, "silence", "H3K4me3", within = 1000,
#'     cellTypes = "K562")
#' # and K562 has the H3K27me3 of H1
#' both <- editSignal(lost, "copy", "H3K27me3", from = "H1",
#'     cellTypes = "K562")
#' metadata(both)$edits
#' # from 1 kb upstream to 2 kb downstream, 500 bp further downstream
#' moved <- editSignal(signal, "shift", "H3K4me3", c(-1000, 2000), amount = 500)
#' stronger <- editSignal(signal, "scale", "H3K36me3", amount = 2)
editSignal <- function(signal, edit, marks, within = NULL, amount = NULL,
                       from = NULL, genes = NULL, cellTypes = NULL) {
    .checkSignal(signal)
    edit <- .checkChoice(edit, "edit", names(.editors))
    .checkEditArguments(edit, amount, from)
    marks <- unique(.checkMarks(signal, marks))
    bins <- .binsWithin(signal, within)
    if (edit == "scale") .checkNumber(amount, "amount", lower = 0)
    if (edit == "shift") .checkWholeBins(amount, binWidth(signal), "amount")
    if (edit == "copy") {
        from <- .checkCellTypes(signal, from, "from", many = FALSE)
    }
    cellTypes <- .editedCellTypes(signal, cellTypes, from)
    rows <- if (is.null(genes)) seq_len(nrow(signal))
            else .findGenes(signal, genes)
    columns <- match(cellTypes, colnames(signal))
    for (mark in marks) {
        values <- assay(signal, mark, withDimnames = FALSE)
        old <- as.array(values[rows, columns, bins, drop = FALSE])
        # The second argument of the editor, from `amount` or `from`.
        with <- switch(edit, scale = amount, shift = amount / binWidth(signal),
                       copy = as.array(values[rows, match(from,
                           colnames(signal)), bins, drop = FALSE]))
        values[rows, columns, bins] <- .editors[[edit]](old, with)
        assay(signal, mark, withDimnames = FALSE) <- values
    }
    record <- .describeEdit(signal, edit, marks, bins, amount, from,
                            if (!is.null(genes)) rownames(signal)[rows],
                            cellTypes)
    metadata(signal)$edits <- c(metadata(signal)$edits, record)
    signal
}

# Each takes the values to edit (genes x cell types x bins) and its argument.
.editors <- list(
    silence = function(values, with) array(0, dim(values)),
    scale = function(values, with) values * with,
    shift = function(values, with) .shiftBins(values, with),
    copy = function(values, with) {
        with[, rep(1L, ncol(values)), , drop = FALSE]
    })

.shiftBins <- function(values, steps) {
    bins <- dim(values)[3L]
    from <- seq_len(bins) - steps
    kept <- from >= 1 & from <= bins
    shifted <- array(0, dim(values))
    shifted[, , kept] <- values[, , from[kept]]
    shifted
}

.describeEdit <- function(signal, edit, marks, bins, amount, from, genes,
                          cellTypes) {
    edges <- range(binOffsets(signal)[bins]) + c(0, binWidth(signal))
    how <- switch(edit, silence = "", scale = sprintf(" by %g", amount),
                  shift = sprintf(" by %+g bp", amount),
                  copy = paste(" from", from))
    paste0(edit, " ", paste(marks, collapse = ", "), how,
           sprintf(", %+g to %+g bp from the TSS", edges[1L], edges[2L]),
           if (!is.null(genes)) paste0(", of ", .some(genes)),
           ", in ", .some(cellTypes))
}

# ---- arguments of editSignal() ----------------------------------------------

.checkEditArguments <- function(edit, amount, from) {
    given <- c(amount = !is.null(amount), from = !is.null(from))
    needed <- c(amount = edit %in% c("scale", "shift"), from = edit == "copy")
    for (arg in names(given)[given != needed]) {
        .stop(if (needed[[arg]]) "{.code edit = \"{edit}\"} needs {.arg {arg}}"
              else "{.arg {arg}} cannot be used with
               {.code edit = \"{edit}\"}",
              i = "{.arg amount} is for {.val scale} (a factor) and {.val shift}
                   (base pairs), {.arg from} is for {.val copy} (a cell
                   type).")
    }
}

# By default all cell types except `from`.
.editedCellTypes <- function(signal, cellTypes, from) {
    others <- setdiff(colnames(signal), from)
    if (length(others) == 0L) {
        .stop("{.arg signal} must have a cell type to copy to",
              x = "It has only {.val {from}}.")
    }
    cellTypes <- unique(.checkCellTypes(signal, cellTypes %||% others,
                                        "cellTypes"))
    # The copied values mean in the one what they mean in the other.
    if (!is.null(from)) {
        both <- union(from, cellTypes)
        .checkOnePreprocessing(preprocessing(signal)[both, ], "signal")
    }
    cellTypes
}

.checkWholeBins <- function(x, width, arg, lower = -Inf) {
    .checkNumber(x, arg, lower = lower)
    if (x %% width != 0) {
        .stop("{.arg {arg}} must be a multiple of the bin width, {width} bp",
              x = "It is {x} bp.",
              i = "For example {floor(x / width) * width} or
                   {ceiling(x / width) * width}.")
    }
    x
}

# Indices of the bins that lie fully inside a range.
.binsWithin <- function(signal, within) {
    starts <- binOffsets(signal)
    if (is.null(within)) return(seq_along(starts))
    window <- range(starts) + c(0, binWidth(signal))
    range <- if (length(within) == 1L) c(-within, within) else within
    good <- is.numeric(range) && length(range) == 2L && !anyNA(range) &&
        range[1L] < range[2L] && range[1L] >= window[1L] &&
        range[2L] <= window[2L]
    if (!good) {
        .stop("{.arg within} must be a range in base pairs from the TSS, inside
               the window of {.arg signal}",
              x = "It is {.val {within}}.",
              i = "The window goes from {window[1]} to {window[2]}.")
    }
    bins <- which(starts >= range[1L] &
                  starts + binWidth(signal) <= range[2L])
    if (length(bins) == 0L) {
        .stop("{.arg within} must contain a whole bin of {binWidth(signal)} bp",
              x = "It goes from {range[1]} to {range[2]}.")
    }
    bins
}
