# Signal edited by hand, and what a model makes of it.

#' Edit signal
#'
#' Changes the signal of marks as an experiment might: what would the model say
#' of K562 if H3K4me3 were lost at the start sites, or if it had the H3K27me3
#' of another cell type? The answer is the model's, not the cell's: it tells
#' what the predictions rest on.
#'
#' * `"silence"`: the signal becomes 0.
#' * `"scale"`: it is multiplied by `by`.
#' * `"shift"`: the values move along the bins by `by` base pairs. What leaves
#'   the range is lost, what comes in is 0.
#' * `"copy"`: it is replaced by that of the cell type `from`, gene by gene.
#'
#' In signal that is a log ratio 0 means no more than the control has.
#'
#' @param signal A signal ([chromatinSignal()]).
#' @param edit `"silence"`, `"scale"`, `"shift"` or `"copy"`. To do several,
#'   call the function again.
#' @param marks Names of the marks to edit.
#' @param within The range to edit, in base pairs from the transcription start
#'   site (TSS): from and to (negative: upstream), or one number, the distance
#'   on both sides. The bins that lie in it as a whole are edited; by default
#'   all.
#' @param by For `"scale"`, the factor, at least 0. For `"shift"`, base pairs,
#'   whole bins of them: above 0 towards the last bin, which is downstream
#'   where bins run from 5' to 3' (`orient = "transcript"`).
#' @param from For `"copy"`, the cell type of the signal to copy from.
#' @param genes Row names or symbols of the genes to edit; by default all.
#' @param cellTypes Names of the cell types to edit; by default all.
#' @return The signal with the edit made and all else as it was.
#'   `metadata(x)$edits` tells the edits in their order, as text. A model takes
#'   it as it takes the signal. An error where a mark, gene or cell type is not
#'   in the signal, or `within` or `by` do not go with its bins.
#' @seealso [predictEdits()], [smallestFlip()]
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 20, cellTypes = 2, seed = 1)
#' colnames(signal) <- c("K562", "H1")
#' # H3K4me3 is lost within 1 kb of the TSS in K562
#' lost <- editSignal(signal, "silence", "H3K4me3", within = 1000,
#'     cellTypes = "K562")
#' # and K562 has the H3K27me3 of H1
#' both <- editSignal(lost, "copy", "H3K27me3", from = "H1",
#'     cellTypes = "K562")
#' metadata(both)$edits
#' # from 1 kb upstream to 2 kb downstream, 500 bp further downstream
#' moved <- editSignal(signal, "shift", "H3K4me3", c(-1000, 2000), by = 500)
#' stronger <- editSignal(signal, "scale", "H3K36me3", by = 2)
editSignal <- function(signal, edit, marks, within = NULL, by = NULL,
                       from = NULL, genes = NULL, cellTypes = NULL) {
    .checkSignal(signal)
    edit <- .checkChoice(edit, "edit", names(.editors))
    .checkEditArguments(edit, by, from)
    marks <- unique(.checkMarks(signal, marks))
    bins <- .binsWithin(signal, within)
    if (edit == "scale") .checkNumber(by, "by", lower = 0)
    if (edit == "shift") .checkWholeBins(by, binWidth(signal), "by")
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
        # What of `by` and of `from` an edit needs, in its own units.
        with <- switch(edit, scale = by, shift = by / binWidth(signal),
                       copy = as.array(values[rows, match(from,
                           colnames(signal)), bins, drop = FALSE]))
        values[rows, columns, bins] <- .editors[[edit]](old, with)
        assay(signal, mark, withDimnames = FALSE) <- values
    }
    record <- .describeEdit(signal, edit, marks, bins, by, from,
                            if (!is.null(genes)) rownames(signal)[rows],
                            cellTypes)
    metadata(signal)$edits <- c(metadata(signal)$edits, record)
    signal
}

# Each takes the values to edit, genes x cell types x bins, and what it needs.
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

.describeEdit <- function(signal, edit, marks, bins, by, from, genes,
                          cellTypes) {
    edges <- range(binOffsets(signal)[bins]) + c(0, binWidth(signal))
    how <- switch(edit, silence = "", scale = sprintf(" by %g", by),
                  shift = sprintf(" by %+g bp", by),
                  copy = paste(" from", from))
    paste0(edit, " ", paste(marks, collapse = ", "), how,
           sprintf(", %+g to %+g bp from the TSS", edges[1L], edges[2L]),
           if (!is.null(genes)) paste0(", of ", .some(genes)),
           ", in ", .some(cellTypes))
}

# ---- what editSignal() takes ------------------------------------------------

.checkEditArguments <- function(edit, by, from) {
    given <- c(by = !is.null(by), from = !is.null(from))
    needed <- c(by = edit %in% c("scale", "shift"), from = edit == "copy")
    for (arg in names(given)[given != needed]) {
        .stop(if (needed[[arg]]) "{.code edit = \"{edit}\"} needs {.arg {arg}}"
              else "{.arg {arg}} is not for {.code edit = \"{edit}\"}",
              i = "{.arg by} goes with {.val scale} (a factor) and {.val shift}
                   (base pairs), {.arg from} with {.val copy} (a cell type).")
    }
}

# All that `from` can be copied to, by default.
.editedCellTypes <- function(signal, cellTypes, from) {
    others <- setdiff(colnames(signal), from)
    if (length(others) == 0L) {
        .stop("{.arg from} must leave a cell type to copy to",
              x = "{.arg signal} has only {.val {from}}.")
    }
    unique(.checkCellTypes(signal, cellTypes %||% others, "cellTypes"))
}

.checkWholeBins <- function(x, width, arg, lower = -Inf) {
    .checkNumber(x, arg, lower = lower)
    if (x %% width != 0) {
        .stop("{.arg {arg}} must be whole bins of {width} bp",
              x = "It is {x} bp.",
              i = "{floor(x / width) * width} or {ceiling(x / width) * width}
                   would do.")
    }
    x
}

# Numbers of the bins that lie in a range as a whole.
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
        .stop("{.arg within} must hold a whole bin of {binWidth(signal)} bp",
              x = "It goes from {range[1]} to {range[2]}.")
    }
    bins
}
