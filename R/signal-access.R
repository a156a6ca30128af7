# Accessors of a signal.

#' Marks, bins and labels of a signal or a model
#'
#' * `marks()` returns the names of the histone marks; `marks(x) <- ` chooses
#'   which assays are marks.
#' * `binOffsets()` returns the start of each bin in base pairs from the
#'   transcription start site (TSS); negative values are upstream.
#' * `binWidth()` returns the width of a bin in base pairs.
#' * `expressionLabel()` returns the label of each gene: high (1) or low (0)
#'   expression.
#' * `binMatrix()` returns one mark in one cell type as an ordinary matrix of
#'   genes x bins, for signal as well as attention.
#'
#' @param x A signal ([chromatinSignal()]), an attention ([attention()]), or,
#'   for `marks()`, `binOffsets()` and `binWidth()`, a model
#'   ([attentiveChrome()]).
#' @param value Names of assays that are arrays of genes x cell types x bins.
#' @param mark The name of a mark.
#' @param cellType The name of a cell type. Optional if `x` has only one.
#' @return `marks()`: a character vector. `binOffsets()`: a numeric vector with
#'   one element per bin. `binWidth()`: one number. `expressionLabel()`: an
#'   integer matrix of genes x cell types, `NA` where the label is unknown; an
#'   error if the signal has no labels. `binMatrix()`: a numeric matrix of
#'   genes x bins.
#' @examples
#' signal <- roadmapGenes[, "E123"]
#' marks(signal)
#' range(binOffsets(signal))
#' binWidth(signal)
#' table(expressionLabel(signal))
#' binMatrix(signal, "H3K4me3")[1:3, 48:53]
#'
#' marks(signal) <- c("H3K4me3", "H3K27me3") # ignores the other marks
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
              i = "Available: {.val {assayNames(x)}}.")
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
              i = "Pass {.arg labels} or {.arg expression} to
                   {.fn chromatinSignal}.")
    }
    .assayMatrix(x, "label")
}

# An assay of genes x cell types as a matrix. The names are those of the
# signal; assay() would set those of all assays to return one.
.assayMatrix <- function(x, name) {
    values <- as.matrix(assay(x, name, withDimnames = FALSE))
    dimnames(values) <- dimnames(x)
    values
}

# The bins of one gene, without a signal of it alone.
.binsOf <- function(x, gene, mark, cellType) {
    values <- assay(x, mark, withDimnames = FALSE)
    as.vector(values[match(gene, rownames(x)), match(cellType, colnames(x)), ])
}

#' @rdname marks
#' @export
binMatrix <- function(x, mark, cellType = NULL) {
    .checkSignal(x, "x")
    if (length(mark) != 1L) .stop("{.arg mark} must name one mark")
    .checkMarks(x, mark, "mark")
    cellType <- .checkCellType(x, cellType)
    column <- match(cellType, colnames(x))
    values <- assay(x, mark, withDimnames = FALSE)[, column, , drop = FALSE]
    values <- as.array(values)
    matrix(values, nrow(x), dim(values)[3L],
           dimnames = list(rownames(x), binOffsets(x)))
}
