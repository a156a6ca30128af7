# The container: signal and attention alike are a RangedSummarizedExperiment of
# genes x cell types, with an assay of genes x cell types x bins for each mark
# and the bins' place in metadata(x)$bins. Assays that are not a mark:
.notMarks <- c("expression", "label", "probability", "beta", "completeness")

# Name of the assay with an attention over the bins of all marks together.
.allMarks <- "allMarks"
.noMarkNames <- c(.notMarks, .allMarks)

#' Histone mark signal around the genes' start sites
#'
#' Puts the signal of histone marks in bins around the transcription start
#' sites (TSS) of genes into the container that all of AttentiveChrome works
#' on: a [RangedSummarizedExperiment][SummarizedExperiment::SummarizedExperiment]
#' with genes as rows, cell types as columns, and one assay a mark of
#' genes x cell types x bins.
#'
#' The label of a gene in a cell type, high (1) or low (0), is the assay
#' `label`. Where only `expression` is given, high means above the median of
#' the cell type over the genes given, as in the paper (section 4).
#'
#' @param signal One of: a named list with a genes x bins matrix for each mark
#'   (one cell type); an array of genes x bins x marks with the marks named in
#'   its dimnames (one cell type); a named list with an array of genes x cell
#'   types x bins for each mark. Counts or coverage: finite, not negative.
#'   Row names are the gene ids.
#' @param genes The genes' place: a [GenomicRanges::GRanges] with names or a
#'   column `gene_id` (matched to the row names of `signal`, or taken in their
#'   order where it has none), or a character vector of gene ids.
#' @param expression Expression values: a vector (one cell type) or a matrix
#'   of genes x cell types.
#' @param labels High or low, in the shape of `expression`: 0/1, -1/+1,
#'   FALSE/TRUE, or the text or factor values `low` and `high`. `NA` where not
#'   known.
#' @param cellTypes Names of the cell types, where `signal` does not have them.
#' @param binWidth Width of a bin in base pairs.
#' @param upstream Distance in base pairs from the start of the first bin to
#'   the TSS; by default half of the window.
#' @param orient How the bins of genes on the minus strand run, where it is
#'   known: `"transcript"`, from 5' to 3', or `"genome"`, along the
#'   chromosome.
#' @return A `RangedSummarizedExperiment`. Where `genes` gives no ranges its
#'   `rowRanges` are empty.
#' @seealso [marks()], [binMatrix()], [readChromeTable()], [simulateChromatin()]
#' @export
#' @examples
#' counts <- list(
#'     H3K4me3 = matrix(rpois(600, 4), 6, 100),
#'     H3K27me3 = matrix(rpois(600, 1), 6, 100)
#' )
#' signal <- chromatinSignal(counts, genes = paste0("gene", 1:6),
#'     labels = c("high", "low", "high", "low", "high", "low"))
#' signal
#' marks(signal)
#' expressionLabel(signal)
chromatinSignal <- function(signal, genes = NULL, expression = NULL,
                            labels = NULL, cellTypes = NULL, binWidth = 100,
                            upstream = NULL, orient = NULL) {
    if (!is.null(orient)) {
        .checkChoice(orient, "orient", c("transcript", "genome"))
    }
    assays <- .asMarkArrays(signal, cellTypes)
    ids <- .geneIds(assays[[1L]], genes)
    dims <- list(ids, dimnames(assays[[1L]])[[2L]], NULL)
    assays <- lapply(assays, `dimnames<-`, dims)
    .checkCounts(assays)
    bins <- c(.makeBins(dim(assays[[1L]])[3L], binWidth, upstream),
              orient = orient)
    shape <- dims[1:2]
    if (!is.null(expression)) {
        expression <- .asGeneMatrix(expression, shape, "expression")
        if (is.null(labels)) labels <- .aboveMedian(expression)
    }
    if (!is.null(labels)) {
        labels <- .asGeneMatrix(labels, shape, "labels")
        labels[] <- .asLabel(labels)
        storage.mode(labels) <- "integer"
    }
    assays <- c(assays, list(expression = expression, label = labels))
    assays <- assays[!vapply(assays, is.null, NA)]
    .makeSignal(assays, bins, .geneRanges(genes, ids))
}

# Assembles the container from checked parts.
.makeSignal <- function(assays, bins, rowRanges = NULL, rowData = NULL,
                        colData = NULL) {
    ids <- rownames(assays[[1L]])
    if (is.null(rowRanges)) {
        empty <- IRanges::PartitioningByEnd(integer(length(ids)),
                                            names = ids)
        rowRanges <- relist(GenomicRanges::GRanges(), empty)
        mcols(rowRanges) <- DataFrame(gene_id = ids)
    }
    if (is.null(colData)) {
        colData <- DataFrame(row.names = colnames(assays[[1L]]))
    }
    SummarizedExperiment(assays, rowRanges = rowRanges, colData = colData,
                         metadata = list(bins = bins))
}

# ---- what chromatinSignal() takes ---------------------------------------

# Any of the three forms as a named list of genes x cell types x bins.
.asMarkArrays <- function(signal, cellTypes) {
    if (is.array(signal) && length(dim(signal)) == 3L) {
        names <- dimnames(signal)[[3L]]
        signal <- lapply(seq_len(dim(signal)[3L]), function(j) {
            matrix(signal[, , j], dim(signal)[1L],
                   dimnames = dimnames(signal)[1:2])
        })
        names(signal) <- names
    }
    .checkMarkList(signal)
    arrays <- lapply(signal, .asMarkArray)
    .checkSameShape(arrays)
    given <- dimnames(arrays[[1L]])[[2L]]
    cellTypes <- cellTypes %||% given %||%
        paste0("cellType", seq_len(ncol(arrays[[1L]])))
    if (length(cellTypes) != ncol(arrays[[1L]]) || anyDuplicated(cellTypes)) {
        .stop("{.arg cellTypes} must name each cell type once",
              x = "Found {length(cellTypes)} name{?s} for
                   {ncol(arrays[[1]])} cell type{?s}.")
    }
    lapply(arrays, function(a) {
        dimnames(a) <- list(rownames(a), as.character(cellTypes), NULL)
        a
    })
}

.checkMarkList <- function(signal) {
    if (!is.list(signal) || length(signal) == 0L) {
        .stop("{.arg signal} must be a list with a matrix for each mark, or
               an array of genes x bins x marks",
              x = "It is of class {.cls {class(signal)[1]}}.")
    }
    names <- names(signal)
    if (is.null(names) || any(is.na(names) | names == "") ||
        anyDuplicated(names) || any(names %in% .noMarkNames)) {
        .stop("The marks of {.arg signal} must be named, each once",
              x = "Found the names {.val {names}}.",
              i = "{.val {(.noMarkNames)}} are no names for a mark.")
    }
}

.asMarkArray <- function(x) {
    if (is.data.frame(x)) x <- as.matrix(x)
    if (is.matrix(x)) {
        x <- array(x, c(nrow(x), 1L, ncol(x)), list(rownames(x), NULL, NULL))
    }
    if (length(dim(x)) != 3L) {
        .stop("Each mark of {.arg signal} must be a matrix of genes x bins or
               an array of genes x cell types x bins",
              x = "Found {.cls {class(x)[1]}}.")
    }
    x
}

.checkSameShape <- function(arrays) {
    shapes <- vapply(arrays, function(a) paste(dim(a), collapse = " x "), "")
    if (length(unique(shapes)) > 1L) {
        .stop("All marks of {.arg signal} must have the same shape",
              x = "Found (genes x cell types x bins)
                   {(.some(paste(names(arrays), shapes)))}.")
    }
    if (any(dim(arrays[[1L]]) == 0L)) {
        .stop("{.arg signal} is empty",
              x = "Found (genes x cell types x bins) {shapes[1]}.")
    }
    for (a in arrays) {
        if (!identical(rownames(a), rownames(arrays[[1L]]))) {
            .stop("All marks of {.arg signal} must have the same row names,
                   in the same order")
        }
    }
}

.checkCounts <- function(arrays) {
    for (mark in names(arrays)) {
        x <- arrays[[mark]]
        if (!is.numeric(x) && !is(x, "DelayedArray")) {
            .stop("The counts of {.val {mark}} must be numbers",
                  x = "They are {.cls {typeof(x)}}.")
        }
        for (kind in c("missing", "infinite", "negative")) {
            bad <- switch(kind, missing = is.na(x), infinite = is.infinite(x),
                          negative = x < 0)
            if (any(bad, na.rm = TRUE)) .stopCounts(mark, kind, bad, x)
        }
    }
}

.stopCounts <- function(mark, kind, bad, x) {
    at <- which(as.array(bad), arr.ind = TRUE)
    gene <- rownames(x)[at[1L, 1L]]
    .stop("The counts of {.val {mark}} must be finite and not negative",
          x = "{nrow(at)} {?is/are} {kind}, the first of gene {.val {gene}},
               bin {at[1L, 3L]}.")
}

# ---- genes ----------------------------------------------------------------

.geneIds <- function(x, genes) {
    ids <- rownames(x) %||% .rangesIds(genes) %||%
        (if (is.character(genes)) genes) %||% paste0("gene", seq_len(nrow(x)))
    if (length(ids) != nrow(x)) {
        .stop("{.arg genes} must have an entry for each gene of
               {.arg signal}",
              x = "Found {length(ids)} for {nrow(x)} gene{?s}.")
    }
    .checkUniqueGenes(ids)
    ids
}

.checkUniqueGenes <- function(ids, where = "`signal`") {
    twice <- unique(ids[duplicated(ids)])
    if (length(twice) > 0L) {
        .stop("Each gene may stand only once in {where}",
              x = "Duplicated: {(.some(twice))}.")
    }
}

.rangesIds <- function(genes) {
    if (is(genes, "GenomicRanges")) names(genes) %||% mcols(genes)$gene_id
}

.geneRanges <- function(genes, ids) {
    if (is.null(genes) || is.character(genes)) return(NULL)
    if (!is(genes, "GenomicRanges")) {
        .stop("{.arg genes} must be a GRanges or a vector of gene ids",
              x = "It is of class {.cls {class(genes)[1]}}.")
    }
    given <- .rangesIds(genes)
    if (!is.null(given)) {
        missing <- setdiff(ids, given)
        if (length(missing) > 0L) {
            .stop("{.arg genes} must have every gene of {.arg signal}",
                  x = "Missing: {(.some(missing))}.")
        }
        genes <- genes[match(ids, given)]
    }
    names(genes) <- ids
    mcols(genes)$gene_id <- ids
    genes
}

# ---- expression and labels --------------------------------------------------

.asGeneMatrix <- function(x, shape, arg) {
    if (is.null(dim(x))) {
        x <- matrix(if (is.factor(x)) as.character(x) else x, ncol = 1L,
                    dimnames = list(names(x), NULL))
    }
    x <- as.matrix(x)
    if (!identical(dim(x), lengths(shape))) {
        .stop("{.arg {arg}} must have a value for each gene and cell type
               ({lengths(shape)[1]} x {lengths(shape)[2]})",
              x = "It has {nrow(x)} x {ncol(x)}.")
    }
    if (!is.null(rownames(x)) && !identical(rownames(x), shape[[1L]])) {
        .stop("The names of {.arg {arg}} must be those of the genes,
               in the same order")
    }
    dimnames(x) <- shape
    x
}

.aboveMedian <- function(expression) {
    above <- apply(expression, 2L, function(e) {
        as.integer(e > stats::median(e, na.rm = TRUE))
    })
    matrix(above, nrow(expression), dimnames = dimnames(expression))
}

# ---- bins -------------------------------------------------------------------

.makeBins <- function(bins, binWidth, upstream) {
    .checkNumber(binWidth, "binWidth", lower = 1)
    upstream <- upstream %||% (bins * binWidth / 2)
    .checkNumber(upstream, "upstream")
    list(width = binWidth, offsets = binWidth * (seq_len(bins) - 1) - upstream)
}

`%||%` <- function(a, b) if (is.null(a)) b else a

#' Marks, bins and labels of a signal or a model
#'
#' `marks()` gives the names of the histone marks; `binOffsets()` the start of
#' each bin in base pairs from the transcription start site (negative:
#' upstream); `binWidth()` the width of a bin in base pairs;
#' `expressionLabel()` whether a gene is highly (1) or lowly (0) expressed;
#' `binMatrix()` the plain genes x bins matrix of one mark in one cell type,
#' of signal and of attention alike.
#'
#' @param x A signal ([chromatinSignal()]), an attention ([attention()]), or,
#'   for marks and bins, a model ([attentiveChrome()]).
#' @param mark The name of a mark.
#' @param cellType The name of a cell type; may be left out where there is
#'   only one.
#' @return `marks()`: a character vector. `binOffsets()`: a numeric vector, one
#'   a bin. `binWidth()`: one number. `expressionLabel()`: an integer matrix of
#'   genes x cell types, `NA` where not known, or an error where the signal has
#'   no labels. `binMatrix()`: a numeric matrix of genes x bins.
#' @examples
#' signal <- simulateChromatin(genes = 20, seed = 1)
#' marks(signal)
#' range(binOffsets(signal))
#' binWidth(signal)
#' table(expressionLabel(signal))
#' binMatrix(signal, "H3K4me3")[1:3, 48:53]
#' @name marks
NULL

#' @rdname marks
#' @export
setMethod("marks", "SummarizedExperiment", function(x) {
    setdiff(assayNames(x), .notMarks)
})

#' @rdname marks
#' @export
setMethod("binOffsets", "SummarizedExperiment", function(x) {
    .checkSignal(x, "x")
    metadata(x)$bins$offsets
})

#' @rdname marks
#' @export
setMethod("binWidth", "SummarizedExperiment", function(x) {
    .checkSignal(x, "x")
    metadata(x)$bins$width
})

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
