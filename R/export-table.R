# Signal, attention and attribution as long tables.

#' Signal, attention and attribution as a long table
#'
#' One row per bin, mark, cell type and gene. `as.data.frame()` and `tidy()` are
#' the same.
#'
#' A table of all 19,800 genes of a genome with five marks and 100 bins has 10
#' million rows for each cell type. Only the chosen genes are read. Tables of
#' more than 50 million rows are refused.
#'
#' @param x A [ChromatinSignal-class]: a signal, an attention or an attribution.
#' @param genes Ids or symbols of genes; by default all.
#' @param marks,cellTypes Names of marks and cell types; by default all.
#' @param row.names,optional,... Not used.
#' @return A data frame with the columns `gene`, `cellType`, `mark`, `position`
#'   (start of the bin in bp from the TSS) and:
#'   * for a signal or an attribution, `value`;
#'   * for an attention, `alpha` and, if it has them, `beta` (the same in all
#'     bins of a gene and mark) and `share`.
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' head(as.data.frame(signal, genes = "ZC3H4"))
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
#' head(tidy(attention(model, signal), genes = "ZC3H4"))
#' @name as.data.frame.ChromatinSignal
NULL

#' @rdname as.data.frame.ChromatinSignal
#' @importFrom BiocGenerics as.data.frame
#' @export
setMethod("as.data.frame", "ChromatinSignal",
          function(x, row.names = NULL, optional = FALSE, genes = NULL,
                   marks = NULL, cellTypes = NULL, ...) {
    tidy.ChromatinSignal(x, genes, marks, cellTypes)
})

#' @rdname as.data.frame.ChromatinSignal
#' @export
tidy.ChromatinSignal <- function(x, genes = NULL, marks = NULL,
                                 cellTypes = NULL, ...) {
    marks <- .chooseMarks(x, marks)
    cellTypes <- .checkCellTypes(x, cellTypes %||% colnames(x), "cellTypes")
    rows <- if (is.null(genes)) seq_len(nrow(x)) else .findGenes(x, genes)
    bins <- length(binOffsets(x))
    .checkTableSize(length(rows) * length(cellTypes) * length(marks) * bins)
    x <- x[rows, cellTypes]
    shape <- list(bins, length(marks), ncol(x), nrow(x))
    # The k-th of bin, mark, cell type and gene, in which the bin runs fastest.
    along <- function(values, k) {
        inner <- prod(unlist(shape[seq_len(k - 1L)]))
        outer <- prod(unlist(shape[-seq_len(k)]))
        rep(rep(values, each = inner), times = outer)
    }
    out <- list(gene = along(as.character(rownames(x)), 4L),
                cellType = along(colnames(x), 3L), mark = along(marks, 2L),
                position = along(binOffsets(x), 1L))
    what <- .valuesOf(x)
    values <- lapply(stats::setNames(nm = what), .longValues, x = x,
                     marks = marks)
    if (x@kind != "attention") names(values) <- "value"
    list2DF(c(out, values))
}

.checkTableSize <- function(rows, most = 5e7) {
    if (rows > most) {
        .stop("The table would have more than {most} rows",
              x = "It would have {rows}.",
              i = "Choose genes, marks or cell types with {.arg genes},
                   {.arg marks} and {.arg cellTypes}.")
    }
}

# The values of all bins, in the order of the table.
.longValues <- function(what, x, marks) {
    shape <- c(dim(x), length(binOffsets(x)), length(marks))
    values <- array(0, shape)
    for (j in seq_along(marks)) {
        for (cell in colnames(x)) {
            track <- list(what = what, mark = marks[j], cellType = cell)
            values[, match(cell, colnames(x)), , j] <- .trackMatrix(x, track)
        }
    }
    as.vector(aperm(values, c(3L, 4L, 2L, 1L)))
}
