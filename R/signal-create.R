# Signal from matrices, arrays or a SummarizedExperiment.

#' Create histone mark signal around transcription start sites
#'
#' Creates a [ChromatinSignal-class], the class that all functions of
#' AttentiveChrome use, from the signal of histone marks in bins around the
#' transcription start sites (TSS) of genes. Genes are rows, cell types are
#' columns, and each mark is an assay of genes x cell types x bins.
#'
#' The assay `label` holds the label of each gene in each cell type: high (1)
#' or low (0) expression. If only `expression` is given, high means above the
#' median of the given genes in that cell type, as in the paper (section 4).
#'
#' @param signal One of: a named list with a genes x bins matrix for each mark
#'   (one cell type); an array of genes x bins x marks with the marks named in
#'   its dimnames (one cell type); a named list with an array of genes x cell
#'   types x bins for each mark; or a `SummarizedExperiment` with such arrays
#'   as assays, whose other assays and data are preserved. Values are counts or
#'   coverage, finite and not negative. Row names are the gene ids.
#' @param genes The genes: a [GenomicRanges::GRanges] with names or a column
#'   `gene_id`, or a character vector of gene ids. A `GRanges` is matched to the
#'   row names of `signal`; if either has no ids, the genes must be in the same
#'   order. Its ranges are the windows that the bins cover ([tssWindows()]);
#'   other ranges give a warning.
#' @param expression Expression values: a vector (one cell type) or a matrix
#'   of genes x cell types.
#' @param labels High or low expression, with the same shape as `expression`:
#'   0/1, -1/+1, FALSE/TRUE, or the text or factor values `low` and `high`. `NA`
#'   if unknown.
#' @param cellTypes Names of the cell types, if `signal` does not have them.
#' @param binWidth Width of a bin in base pairs.
#' @param upstream Distance in base pairs from the start of the first bin to
#'   the TSS; by default half of the window.
#' @param orient The direction of the bins of genes on the minus strand, if
#'   known: `"transcript"` (from 5' to 3') or `"genome"` (along the
#'   chromosome).
#' @param marks For a `SummarizedExperiment`, the assays that are marks; by
#'   default all assays that are arrays of genes x cell types x bins.
#' @return A [ChromatinSignal-class]. Its `rowRanges` are empty if `genes` has
#'   no ranges.
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
                            upstream = NULL, orient = NULL, marks = NULL) {
    if (!is.null(orient)) {
        .checkChoice(orient, "orient", c("transcript", "genome"))
    }
    if (is(signal, "SummarizedExperiment")) {
        given <- list(genes, expression, labels, cellTypes)
        return(.signalOfExperiment(signal, given, binWidth, upstream, orient,
                                   marks))
    }
    if (!is.null(marks)) {
        .stop("{.arg marks} is only for a {.cls SummarizedExperiment}",
              i = "For other {.arg signal}, the names are the marks.")
    }
    assays <- .asMarkArrays(signal, cellTypes)
    ids <- .geneIds(assays[[1L]], genes)
    dims <- list(ids, dimnames(assays[[1L]])[[2L]], NULL)
    assays <- lapply(assays, `dimnames<-`, dims)
    .checkCounts(assays)
    bins <- c(.makeBins(dim(assays[[1L]])[3L], binWidth, upstream),
              orient = orient %||% .orientOf(genes))
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
    .makeSignal(assays, bins, .geneRanges(genes, ids, bins))
}

# From the user's experiment, whose other data are preserved.
.signalOfExperiment <- function(experiment, given, binWidth, upstream, orient,
                                marks) {
    if (!all(vapply(given, is.null, NA))) {
        .stop("A {.cls SummarizedExperiment} already has genes, expression,
               labels and cell types",
              i = "Set its rowRanges, assays and column names instead.")
    }
    arrays <- vapply(assays(experiment, withDimnames = FALSE), function(a) {
        length(dim(a)) == 3L
    }, NA)
    marks <- marks %||% setdiff(names(arrays)[arrays], .reservedNames)
    absent <- setdiff(marks, names(arrays)[arrays])
    if (length(marks) == 0L || length(absent) > 0L) {
        .stop("{.arg marks} must name assays of genes x cell types x bins",
              x = "Found {.val {marks}}.",
              i = "Available: {.val {names(arrays)[arrays]}}.")
    }
    .checkMarkNames(marks)
    values <- as.list(assays(experiment)[marks])
    .checkSameShape(values)
    .checkCounts(values)
    bins <- c(.makeBins(dim(values[[1L]])[3L], binWidth, upstream),
              orient = orient)
    experiment <- as(experiment, "RangedSummarizedExperiment")
    .asClass(experiment, marks, bins, .newColumns(ncol(experiment)))
}

# ---- forms of signal ----------------------------------------------------

# Converts any form to a named list of genes x cell types x bins arrays.
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
        anyDuplicated(names) || any(names %in% .reservedNames)) {
        .stop("The marks of {.arg signal} must have unique names",
              x = "Found the names {.val {names}}.",
              i = "{.val {(.reservedNames)}} are reserved names.")
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
        inFile <- is(x, "DelayedArray")
        type <- if (inFile) DelayedArray::type(x) else typeof(x)
        if (!type %in% c("integer", "double")) {
            .stop("The counts of {.val {mark}} must be numbers",
                  x = "They are {.cls {type}}.")
        }
        blocks <- if (inFile) DelayedArray::blockApply(x, .areCounts) else
            .areCounts(x)
        if (!all(unlist(blocks))) .stopCounts(mark, as.array(x))
    }
}

# Whether all values are finite and not negative.
.areCounts <- function(x) {
    facts <- .arrayFacts(x)
    facts$finite && facts$least >= 0
}

.stopCounts <- function(mark, x) {
    kinds <- list(missing = is.na(x), infinite = is.infinite(x),
                  negative = !is.na(x) & x < 0)
    kind <- names(Filter(any, kinds))[1L]
    at <- which(kinds[[kind]], arr.ind = TRUE)
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
        .stop("{.arg genes} must have one entry per gene of
               {.arg signal}",
              x = "Found {length(ids)} for {nrow(x)} gene{?s}.")
    }
    .checkUniqueGenes(ids)
    ids
}

.rangesIds <- function(genes) {
    if (is(genes, "GenomicRanges")) names(genes) %||% mcols(genes)$gene_id
}

.geneRanges <- function(genes, ids, bins) {
    if (is.null(genes) || is.character(genes)) return(NULL)
    if (!is(genes, "GenomicRanges")) {
        .stop("{.arg genes} must be a GRanges or a vector of gene ids",
              x = "It is of class {.cls {class(genes)[1]}}.")
    }
    given <- .rangesIds(genes)
    if (!is.null(given)) {
        missing <- setdiff(ids, given)
        if (length(missing) > 0L) {
            .stop("{.arg genes} must contain every gene of {.arg signal}",
                  x = "Missing: {(.some(missing))}.")
        }
        genes <- genes[match(ids, given)]
    }
    names(genes) <- ids
    mcols(genes)$gene_id <- ids
    .checkGivenWindows(genes, bins)
    metadata(genes)$bins <- NULL
    genes
}

# The orientation that windows carry; NULL for genes that are no windows.
.orientOf <- function(genes) {
    if (is(genes, "GRanges")) metadata(genes)$bins$orient
}

# Windows must match the bins; other ranges give a warning.
.checkGivenWindows <- function(genes, bins) {
    if (!is.null(genes$tss)) {
        own <- metadata(genes)$bins %||% bins
        if (!.sameBins(own, bins)) {
            .stop("{.arg genes} must be windows with the same bins as
                   {.arg signal}: {(.describeBins(bins))}",
                  x = "They have {(.describeBins(own))}.")
        }
        return(.checkWindows(genes, bins, "genes"))
    }
    width <- bins$width * length(bins$offsets)
    odd <- which(GenomicRanges::width(genes) != width)
    if (length(odd) > 0L) {
        cli::cli_warn(c(
            "{length(odd)} range{?s} of {.arg genes} {?does/do} not have the
             width of the window of {.arg signal}, {width} bp",
            x = "The first is of gene {.val {names(genes)[odd[1]]}}, of
                 {GenomicRanges::width(genes)[odd[1]]} bp.",
            i = "{.fn tssWindows} creates windows from genes."))
    }
}

# ---- expression and labels --------------------------------------------------

.asGeneMatrix <- function(x, shape, arg) {
    if (is.null(dim(x))) {
        x <- matrix(if (is.factor(x)) as.character(x) else x, ncol = 1L,
                    dimnames = list(names(x), NULL))
    }
    x <- as.matrix(x)
    if (!identical(dim(x), lengths(shape))) {
        .stop("{.arg {arg}} must have one value per gene and cell type
               ({lengths(shape)[1]} x {lengths(shape)[2]})",
              x = "It has {nrow(x)} x {ncol(x)}.")
    }
    if (!is.null(rownames(x)) && !identical(rownames(x), shape[[1L]])) {
        .stop("The names of {.arg {arg}} must be the gene ids, in the same
               order")
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
