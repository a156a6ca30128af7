# The position of each bin of each gene.

.checkWindows <- function(windows, bins, arg = "windows") {
    if (!is(windows, "GenomicRanges") || is.null(bins) ||
        is.null(windows$tss)) {
        .stop("{.arg {arg}} must be windows, made by {.fn tssWindows}",
              x = "It is of class {.cls {class(windows)[1]}}{
                   if (is(windows, 'GenomicRanges')) ' without bins'}.")
    }
    .checkUniqueGenes(names(windows), "`windows`")
    own <- GenomicRanges::ranges(windows)
    whole <- GenomicRanges::ranges(.fitWindows(windows, bins))
    odd <- which(own != whole)
    if (length(odd) > 0L) {
        .stop("All of {.arg {arg}} must have the same number of bins:
               {(.describeBins(bins))}",
              x = "{length(odd)} {?has/have} a different range, the first is of
                   gene {.val {names(windows)[odd[1]]}}.",
              i = "Windows cannot be resized or combined; create them again
                   with {.fn tssWindows}.")
    }
}

# Windows trimmed to their chromosomes, as GenomicRanges warns about ranges
# outside; the bins are counted from the column `tss`.
.fitWindows <- function(windows, bins, seqlengths = NULL) {
    levels <- GenomeInfoDb::seqlevels(windows)
    lengths <- GenomeInfoDb::seqlengths(windows)
    known <- intersect(levels, names(seqlengths))
    lengths[known] <- as.integer(seqlengths[known])
    chromosome <- as.character(GenomicRanges::seqnames(windows))
    .checkTss(windows, lengths[chromosome])
    start <- .windowStarts(windows, bins)
    end <- start + bins$width * length(bins$offsets) - 1
    GenomicRanges::ranges(windows) <- IRanges::IRanges(
        pmax(start, 1), pmin(end, lengths[chromosome], na.rm = TRUE),
        names = names(windows))
    GenomeInfoDb::seqlengths(windows) <- lengths
    windows
}

.checkTss <- function(windows, length) {
    outside <- windows$tss < 1 | (!is.na(length) & windows$tss > length)
    if (any(outside)) {
        first <- which(outside)[1L]
        .stop("The TSS of each gene must lie on its chromosome",
              x = "{sum(outside)} {?does/do} not, the first of gene
                   {.val {windows$gene_id[first]}}: position
                   {windows$tss[first]} of
                   {as.character(GenomicRanges::seqnames(windows))[first]},
                   which has {length[first]} bp.",
              i = "Do the genes and the reads have the same genome build?",
              class = "anotherGenome")
    }
}

# First base of each full window, which may be outside the chromosome.
.windowStarts <- function(windows, bins) {
    tss <- windows$tss
    ifelse(.flipped(windows, bins), tss - .downstreamOf(bins) + 1,
           tss + bins$offsets[1L])
}

.downstreamOf <- function(bins) {
    bins$width * length(bins$offsets) + bins$offsets[1L]
}

.flipped <- function(windows, bins) {
    identical(bins$orient, "transcript") & as.vector(strand(windows)) == "-"
}

# First base of each bin, genes x bins, in the order of the signal's bins.
.binStarts <- function(windows, bins) {
    along <- bins$width * (seq_along(bins$offsets) - 1)
    flip <- .flipped(windows, bins)
    steps <- outer(!flip, along) + outer(flip, rev(along))
    .windowStarts(windows, bins) + steps
}

#' Bins outside the chromosome
#'
#' A window near the end of a chromosome may extend beyond it. All genes have
#' the same number of bins, so the bins outside exist but have no signal. A bin
#' is missing if it lies entirely outside the chromosome.
#'
#' @param x A signal ([countReads()]) or windows ([tssWindows()]).
#' @return A logical matrix of genes x bins. Chromosomes of unknown length are
#'   treated as having no end.
#' @export
#' @examples
#' genes <- data.frame(gene_id = c("A", "B"), chr = "chr1",
#'     start = c(2001, 60001), end = c(30000, 98000), strand = c("+", "-"))
#' windows <- tssWindows(genes, seqlengths = c(chr1 = 1e5))
#' rowSums(missingBins(windows))
missingBins <- function(x) {
    windows <- if (is(x, "SummarizedExperiment")) rowRanges(x) else x
    if (!is(windows, "GenomicRanges") || length(windows) == 0L) {
        .stop("{.arg x} must be a signal whose genes have ranges, or windows",
              x = "It is of class {.cls {class(x)[1]}}.")
    }
    bins <- if (is(x, "ChromatinSignal")) x@bins else metadata(x)$bins
    .checkWindows(windows, bins, "x")
    first <- .binStarts(windows, bins)
    lengths <- GenomeInfoDb::seqlengths(windows)
    length <- lengths[as.character(GenomicRanges::seqnames(windows))]
    missing <- first + bins$width - 1 < 1 | (!is.na(length) & first > length)
    dimnames(missing) <- list(names(windows), bins$offsets)
    missing
}

# TSS-centred windows of simulated genes, on random strands.
.simulatedWindows <- function(chromosome, tss, width) {
    strand <- sample(c("+", "-"), length(tss), replace = TRUE)
    start <- ifelse(strand == "+", tss - (width + 1L) %/% 2L,
                    tss + width %/% 2L - width + 1L)
    id <- sprintf("SIM%05d", seq_along(tss))
    GenomicRanges::GRanges(
        factor(paste0("chr", chromosome), paste0("chr", seq_len(22))),
        IRanges::IRanges(start, width = width, names = id), strand,
        gene_id = id, symbol = paste0("Gene", seq_along(tss)), tss = tss)
}
