# Signal and explanations as an experiment of plain matrices.

#' An experiment of genes x cell types
#'
#' Most tools for a `SummarizedExperiment`, such as \pkg{iSEE}, take matrices
#' alone, while the marks of a [ChromatinSignal-class] are arrays with bins.
#' `flattenSignal()` keeps what is a matrix and has one matrix per mark instead
#' of each array.
#'
#' @param x A [ChromatinSignal-class]: a signal, an attention or an attribution.
#' @return A [SummarizedExperiment::RangedSummarizedExperiment-class] with the
#'   ranges, `rowData` and `colData` of `x`, and assays of genes x cell types:
#'   * those of `x` that are matrices, such as `probability`, `label` and
#'     `expression`;
#'   * of a signal, `mean.MARK`: the mean over the bins;
#'   * of an attribution, `sum.MARK`: the sum over the bins;
#'   * of an attention, `beta.MARK`, and `share.MARK`, the sum of the shares of
#'     the bins, if it has them, and `peak.MARK`, the position in bp from the
#'     TSS of the bin with the highest alpha.
#'
#'   The mean of each numeric assay over the cell types is a column of
#'   `rowData`, and its mean over the genes one of `colData`, with the assay's
#'   name.
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
#' flat <- flattenSignal(attention(model, signal))
#' assayNames(flat)
#' # iSEE::iSEE(flat)
flattenSignal <- function(x) {
    .checkSignal(x, "x")
    matrices <- Filter(function(a) length(dim(a)) == 2L,
                       as.list(assays(x, withDimnames = FALSE)))
    values <- c(lapply(matrices, as.matrix), .markMatrices(x))
    values <- lapply(values, function(v) {
        matrix(v, nrow(x), ncol(x), dimnames = dimnames(x))
    })
    out <- SummarizedExperiment(values, rowRanges = rowRanges(x),
                                colData = colData(x), metadata = metadata(x))
    for (name in names(Filter(is.numeric, values))) {
        rowData(out)[[name]] <- unname(rowMeans(values[[name]], na.rm = TRUE))
        colData(out)[[name]] <- unname(colMeans(values[[name]], na.rm = TRUE))
    }
    out
}

# Genes x cell types of each mark, named.
.markMatrices <- function(x) {
    of <- function(prefix, what, marks, summary) {
        out <- lapply(marks, function(mark) {
            vapply(colnames(x), function(cell) {
                summary(.trackMatrix(x, list(what = what, mark = mark,
                                             cellType = cell)))
            }, numeric(nrow(x)))
        })
        stats::setNames(out, paste0(prefix, ".", marks))
    }
    if (x@kind == "signal") return(of("mean", "signal", marks(x), rowMeans))
    if (x@kind == "attribution") {
        return(of("sum", "attribution", marks(x), rowSums))
    }
    has <- .valuesOf(x)
    peak <- function(alpha) binOffsets(x)[max.col(alpha, "first")]
    c(if ("beta" %in% has) of("beta", "beta", marks(x), function(b) b[, 1L]),
      if ("share" %in% has) of("share", "share", marks(x), rowSums),
      of("peak", "alpha", marks(x), peak))
}
