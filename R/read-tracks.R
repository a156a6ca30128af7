# Signal tracks in bins, from bigWig and bedGraph files.

#' Summarise signal tracks in bins around transcription start sites
#'
#' Computes the mean or maximum of bigWig and bedGraph tracks in each bin of
#' [tssWindows()]. Files are read by \pkg{rtracklayer}, bigWig files one
#' chromosome at a time.
#'
#' Bases without a value count as 0. Values are computed exactly from single
#' bases, not from the zoom levels of a bigWig file. Tracks have no read depth:
#' `colData(x)$depth` is `NA`.
#'
#' @inheritParams countReads
#' @param files As for [countReads()], with bigWig or bedGraph files (plain or
#'   gzip-compressed).
#' @param summary `"mean"` or `"max"` over the bases of each bin.
#' @return A signal ([chromatinSignal()]) with the ranges of `windows`.
#' @seealso [countReads()], [chromatinExperiment()]
#' @export
#' @examples
#' track <- tempfile(fileext = ".bedGraph")
#' writeLines(c("chr1\t19000\t20100\t2.5", "chr1\t20100\t20150\t8"), track)
#' windows <- tssWindows(data.frame(gene_id = "A", chr = "chr1",
#'     start = 20001, end = 30000, strand = "+"))
#' if (requireNamespace("rtracklayer", quietly = TRUE)) {
#'     signal <- summarizeTracks(c(H3K4me3 = track), windows)
#'     binMatrix(signal, "H3K4me3")[, 38:54]
#' }
summarizeTracks <- function(files, windows, summary = c("mean", "max"),
                            cellType = NULL,
                            replicates = c("refuse", "combine", "separate"),
                            BPPARAM = BiocParallel::SerialParam(),
                            progress = interactive()) {
    summary <- .checkChoice(summary, "summary", c("mean", "max"))
    samples <- .asSamples(files, cellType, replicates)
    .needs("rtracklayer", "to read bigWig and bedGraph files")
    .checkFormats(samples$file, c("bigWig", "bedGraph"), "countReads")
    .checkWindows(windows, metadata(windows)$bins)
    parts <- .readSamples(samples, function(path) {
        .summarizeFile(path, windows, summary)
    }, BPPARAM, progress)
    .assembleSignal(samples, parts, windows, summary, .meanOf)
}

.summarizeFile <- function(path, windows, summary) {
    track <- .orTrackFault(.openTrack(path), path)
    chromosome <- as.character(GenomicRanges::seqnames(windows))
    start <- .binStarts(windows, metadata(windows)$bins)
    values <- array(0, dim(start))
    shared <- intersect(unique(chromosome), track$chromosomes)
    for (name in shared) {
        rows <- chromosome == name
        values[rows, ] <- .summarizeBins(
            .orTrackFault(track$read(name), path), start[rows, , drop = FALSE],
            metadata(windows)$bins$width, summary)
    }
    on <- stats::setNames(as.numeric(!track$chromosomes %in% shared),
                          track$chromosomes)
    row <- .sourceRow(track$format, on, windows, NA, NA)
    row$reads <- row$matched <- NA_real_
    if (length(shared) > 0L) row$unmatched <- ""
    list(values = values, depth = NA_real_, lengths = track$lengths,
         source = row)
}

# Adds the file to rtracklayer's error, which does not name it.
.orTrackFault <- function(expr, path) {
    tryCatch(expr, error = function(e) {
        .stop("{.file {path}} cannot be read as a track",
              x = "{conditionMessage(e)}",
              i = "It may be truncated; copy or download it again.")
    })
}

# list(format, chromosomes, lengths, read = function that returns the values
# along a chromosome as an Rle).
.openTrack <- function(path) {
    if (.fileFormat(path) == "bigWig") {
        file <- rtracklayer::BigWigFile(path)
        lengths <- GenomeInfoDb::seqlengths(file)
        read <- function(name) {
            whole <- GenomicRanges::GRanges(
                name, IRanges::IRanges(1L, lengths[[name]]))
            rtracklayer::import(file, which = whole, as = "RleList")[[name]]
        }
        return(list(format = "bigWig", chromosomes = names(lengths),
                    lengths = lengths, read = read))
    }
    ranges <- rtracklayer::import(path, format = "bedGraph")
    values <- GenomicRanges::coverage(ranges, weight = ranges$score)
    list(format = "bedGraph", chromosomes = names(values), lengths = NULL,
         read = function(name) values[[name]])
}

# Bases outside the track count as 0.
.summarizeBins <- function(values, start, width, summary) {
    from <- pmax(start, 1L)
    to <- pmin(start + width - 1L, length(values))
    inside <- which(from <= to)
    views <- IRanges::Views(values, from[inside], to[inside])
    out <- array(0, dim(start))
    out[inside] <- switch(
        summary, mean = IRanges::viewSums(views) / width,
        max = pmax(IRanges::viewMaxs(views),
                   ifelse(to - from + 1L < width, 0, -Inf)[inside]))
    out
}
