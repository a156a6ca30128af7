# Shared by the readers of a file, which return list(values = genes x bins,
# depth = reads, lengths = of its chromosomes, source = its row in sources()).

# The windows in the form that the core takes.
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
              i = if (records > 0) "Check {.arg minMapq}, {.arg pairs} and the
                   other filters.")
    }
}

# The row in sources() of a file with a list of its chromosomes.
.sourceRow <- function(format, on, windows, sorted, indexed,
                       bothMates = NA) {
    known <- names(on) %in% GenomeInfoDb::seqlevels(windows)
    data.frame(
        format = format, reads = sum(on), matched = sum(on[known]),
        unmatched = .some(names(on)[!known & on > 0]), build = "",
        bothMates = bothMates, sorted = sorted, indexed = indexed)
}
