# Bins of genes as ranges of the genome that do not overlap.

#' Signal, attention and attribution along the genome
#'
#' `trackRanges()` returns the bins of all genes as ranges that do not overlap,
#' with one numeric column per track. `exportTracks()` writes the tracks to
#' bigWig or bedGraph files, or to a track hub for the UCSC Genome Browser.
#'
#' @section What a track has:
#' A track is one kind of value of one mark in one cell type. Of a signal,
#' `what` is `"signal"`; of an attribution, `"attribution"`; of an attention,
#' `"alpha"`, `"beta"` and `"share"` as in [attention()], whichever it has. Beta
#' is one value for all bins of a gene.
#'
#' Tracks are in genome coordinates and have no strand. In a signal with bins
#' from 5' to 3' (see `orient` of [tssWindows()]), the bins of genes on the
#' minus strand are put back in the order of the chromosome.
#'
#' @section Genes whose windows overlap:
#' A genome browser shows one value at each base. The bins are cut where other
#' bins begin or end, and each piece gets one value:
#' * `overlaps = "nearest"`: that of the gene whose TSS is nearest to the middle
#'   of the piece; of two at the same distance, that of the first gene of `x`.
#' * `overlaps = "mean"`: the mean over all genes with a bin there.
#'
#' Bins and parts of bins outside the chromosome have no range.
#'
#' @param x A [ChromatinSignal-class] whose genes have ranges: a signal, an
#'   attention or an attribution.
#' @param what The kinds of value; by default all that `x` has.
#' @param marks,cellTypes Names of marks and cell types; by default all.
#' @param genes Ids or symbols of genes; by default all.
#' @param overlaps `"nearest"` or `"mean"`: see below.
#' @return `trackRanges()`: a sorted [GenomicRanges::GRanges] with one numeric
#'   column per track, called `cellType.mark.what`. `metadata(x)$tracks` is a
#'   data frame with one row per track: `track`, `cellType`, `mark` and `what`.
#' @seealso [attention()], [attribution()], [summarizeTracks()], which reads
#'   tracks.
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
#' alpha <- attention(model, signal[1:5, ])
#' trackRanges(alpha, "alpha", "H3K4me3")
#' if (requireNamespace("rtracklayer", quietly = TRUE)) {
#'     exportTracks(alpha, tempfile("tracks"), marks = "H3K4me3")
#' }
trackRanges <- function(x, what = NULL, marks = NULL, cellTypes = NULL,
                        genes = NULL, overlaps = c("nearest", "mean")) {
    overlaps <- .checkChoice(overlaps, "overlaps", c("nearest", "mean"))
    .checkSignal(x, "x")
    tracks <- .chooseExports(x, what, marks, cellTypes)
    if (!is.null(genes)) x <- x[.findGenes(x, genes), ]
    pieces <- .cutBins(x, overlaps)
    out <- pieces$ranges
    mcols(out) <- DataFrame(lapply(seq_len(nrow(tracks)), function(i) {
        pieces$value(.trackMatrix(x, tracks[i, ]))
    }))
    colnames(mcols(out)) <- tracks$track
    metadata(out)$tracks <- tracks
    out
}

# ---- tracks -----------------------------------------------------------------

# A data frame of the tracks: track, cellType, mark, what.
.chooseExports <- function(x, what, marks, cellTypes) {
    known <- .valuesOf(x)
    what <- unique(what %||% known)
    if (!all(what %in% known) || length(what) == 0L) {
        .stop("{.arg what} must be among {.or {.val {known}}}",
              x = "It is {.val {what}}.")
    }
    marks <- .chooseMarks(x, marks)
    cellTypes <- .checkCellTypes(x, cellTypes %||% colnames(x), "cellTypes")
    tracks <- expand.grid(mark = marks, cellType = unique(cellTypes),
                          what = what, stringsAsFactors = FALSE)
    tracks$track <- make.unique(paste(tracks$cellType, tracks$mark,
                                      tracks$what, sep = "."))
    tracks[c("track", "cellType", "mark", "what")]
}

# The kinds of value that a signal, attention or attribution has.
.valuesOf <- function(x) {
    if (x@kind != "attention") return(x@kind)
    c("alpha", intersect(c("beta", "share"), assayNames(x)))
}

# Genes x bins of one track.
.trackMatrix <- function(x, track) {
    if (!track$what %in% c("beta", "share")) {
        return(unname(binMatrix(x, track$mark, track$cellType)))
    }
    own <- assay(x, track$what, withDimnames = FALSE)
    mark <- match(track$mark, dimnames(own)[[3L]])
    cell <- match(track$cellType, colnames(x))
    if (track$what == "share") {
        return(matrix(own[, cell, mark, ], nrow(x)))
    }
    matrix(own[, cell, mark], nrow(x), length(binOffsets(x)))
}

# ---- ranges -----------------------------------------------------------------

# list(ranges, value = a function that takes genes x bins to a value for each
# range).
.cutBins <- function(x, overlaps) {
    bins <- .placedBins(x)
    ranges <- GenomicRanges::disjoin(bins$ranges)
    hits <- GenomicRanges::findOverlaps(ranges, bins$ranges)
    piece <- S4Vectors::queryHits(hits)
    bin <- bins$index[S4Vectors::subjectHits(hits)]
    if (overlaps == "mean") {
        genes <- tabulate(piece, length(ranges))
        value <- function(m) as.vector(rowsum(m[bin], piece)) / genes
        return(list(ranges = ranges, value = value))
    }
    gene <- (bin - 1L) %% nrow(x) + 1L
    middle <- (GenomicRanges::start(ranges) + GenomicRanges::end(ranges)) / 2
    distance <- abs(middle[piece] - rowRanges(x)$tss[gene])
    nearest <- order(piece, distance, gene)
    nearest <- nearest[!duplicated(piece[nearest])]
    list(ranges = ranges, value = function(m) m[bin[nearest]])
}

# The bins on chromosomes, trimmed, and their index in genes x bins.
.placedBins <- function(x) {
    windows <- rowRanges(x)
    if (!is(windows, "GenomicRanges") || length(windows) == 0L) {
        .stop("{.arg x} must have genes with ranges",
              x = if (nrow(x) == 0L) "It has no genes."
                  else "Its genes have none, as in the authors' tables.",
              i = "{.fn chromatinExperiment} and {.fn countReads} make signal
                   with ranges.")
    }
    first <- .binStarts(windows, x@bins)
    index <- which(!missingBins(x))
    row <- (index - 1L) %% nrow(x) + 1L
    chromosome <- GenomicRanges::seqnames(windows)[row]
    lengths <- GenomeInfoDb::seqlengths(windows)
    length <- unname(lengths[as.character(chromosome)])
    ranges <- GenomicRanges::GRanges(
        chromosome, IRanges::IRanges(
            pmax(first[index], 1),
            pmin(first[index] + x@bins$width - 1, length, na.rm = TRUE)),
        seqinfo = GenomeInfoDb::seqinfo(windows))
    list(ranges = ranges, index = index)
}
