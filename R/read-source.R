# What the readers of a file need and return: list(values = genes x bins, depth =
# reads, lengths = of its chromosomes, source = a row that sources() shows).

# The windows as the core takes them.
.windowTable <- function(windows) {
    bins <- metadata(windows)$bins
    list(chromosome = as.integer(GenomicRanges::seqnames(windows)) - 1L,
         start = as.integer(.windowStarts(windows, bins)) - 1L,
         reversed = as.integer(.flipped(windows, bins)),
         bins = length(bins$offsets), binWidth = bins$width,
         chromosomes = GenomeInfoDb::seqlevels(windows))
}

.checkAnyReads <- function(path, reads, records) {
    if (reads == 0) {
        .stop("{.file {path}} has no read that counts",
              x = "It has {records} record{?s} or line{?s}.",
              i = if (records > 0) "Look at {.arg minMapq}, {.arg pairs} and
                   the other filters.")
    }
}

# What .countBed() says of a file, for one that knows its own chromosomes.
.sourceRow <- function(format, on, windows, sorted, indexed,
                       bothMates = NA) {
    known <- names(on) %in% GenomeInfoDb::seqlevels(windows)
    data.frame(
        format = format, reads = sum(on), matched = sum(on[known]),
        unmatched = .some(names(on)[!known & on > 0]), build = "",
        bothMates = bothMates, sorted = sorted, indexed = indexed)
}
