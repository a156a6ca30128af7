# What a signal says of itself.

#' Marks, bins and labels of a signal or a model
#'
#' `marks()` gives the names of the histone marks, and `marks(x) <- ` chooses
#' which assays are marks; `binOffsets()` gives the start of each bin in base
#' pairs from the transcription start site (negative: upstream); `binWidth()`
#' the width of a bin in base pairs; `expressionLabel()` whether a gene is highly
#' (1) or lowly (0) expressed; `binMatrix()` the plain genes x bins matrix of one
#' mark in one cell type, of signal and of attention alike.
#'
#' @param x A signal ([chromatinSignal()]), an attention ([attention()]), or,
#'   for marks and bins, a model ([attentiveChrome()]).
#' @param value Names of assays of genes x cell types x bins.
#' @param mark The name of a mark.
#' @param cellType The name of a cell type; may be left out where there is
#'   only one.
#' @return `marks()`: a character vector. `binOffsets()`: a numeric vector with
#'   an element for each bin. `binWidth()`: one number. `expressionLabel()`: an
#'   integer matrix of genes x cell types, `NA` where not known, or an error
#'   where the signal has no labels. `binMatrix()`: a numeric matrix of
#'   genes x bins.
#' @examples
#' signal <- simulateChromatin(genes = 20, seed = 1)
#' marks(signal)
#' range(binOffsets(signal))
#' binWidth(signal)
#' table(expressionLabel(signal))
#' binMatrix(signal, "H3K4me3")[1:3, 48:53]
#'
#' marks(signal) <- c("H3K4me3", "H3K27me3") # leaves the others aside
#' signal
#' @name marks
NULL

#' @rdname marks
#' @export
setMethod("marks", "ChromatinSignal", function(x) x@marks)

#' @rdname marks
#' @export
setReplaceMethod("marks", "ChromatinSignal", function(x, value) {
    .checkMarkNames(value, "value")
    absent <- setdiff(value, assayNames(x))
    if (length(absent) > 0L) {
        .stop("{.arg value} must name assays of the signal",
              x = "Missing: {.val {absent}}.",
              i = "There are {.val {assayNames(x)}}.")
    }
    x@marks <- value
    methods::validObject(x)
    x
})

#' @rdname marks
#' @export
setMethod("binOffsets", "ChromatinSignal", function(x) x@bins$offsets)

#' @rdname marks
#' @export
setMethod("binWidth", "ChromatinSignal", function(x) x@bins$width)

#' @rdname marks
#' @export
expressionLabel <- function(x) {
    .checkSignal(x, "x")
    if (!"label" %in% assayNames(x)) {
        .stop("{.arg x} has no labels",
              i = "Give {.arg labels} or {.arg expression} to
                   {.fn chromatinSignal}.")
    }
    as.matrix(assay(x, "label"))
}

#' @rdname marks
#' @export
binMatrix <- function(x, mark, cellType = NULL) {
    .checkSignal(x, "x")
    if (length(mark) != 1L) .stop("{.arg mark} must name one mark")
    .checkMarks(x, mark, "mark")
    cellType <- .checkCellType(x, cellType)
    values <- as.array(assay(x, mark)[, cellType, , drop = FALSE])
    matrix(values, nrow(x), dim(values)[3L],
           dimnames = list(rownames(x), binOffsets(x)))
}
