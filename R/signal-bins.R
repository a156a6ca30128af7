# The bins of a signal, windows or a model: a list of `width`, `offsets` from
# the TSS and, if known, `orient`.

.makeBins <- function(bins, binWidth, upstream) {
    .checkNumber(binWidth, "binWidth", lower = 1)
    upstream <- upstream %||% (bins * binWidth / 2)
    .checkNumber(upstream, "upstream")
    list(width = binWidth, offsets = binWidth * (seq_len(bins) - 1) - upstream)
}

# The orientation may be unknown; an unknown one matches any other.
.sameBins <- function(a, b) {
    place <- c("width", "offsets")
    isTRUE(all.equal(a[place], b[place])) &&
        length(unique(c(a$orient, b$orient))) < 2L
}

.describeBins <- function(bins) {
    ends <- range(bins$offsets) + c(0, bins$width)
    paste0(sprintf("%d bins of %g bp, %+g to %+g bp from the TSS",
                   length(bins$offsets), bins$width, ends[1L], ends[2L]),
           if (!is.null(bins$orient)) paste(", along the", bins$orient))
}

.binsFault <- function(bins) {
    good <- is.numeric(bins$width) && length(bins$width) == 1L &&
        isTRUE(bins$width > 0) && is.numeric(bins$offsets) &&
        length(bins$offsets) > 0L && all(is.finite(bins$offsets)) &&
        all(abs(diff(bins$offsets) - bins$width) < 1e-6 * bins$width)
    if (!good) {
        return("bins must have a width and the offsets of adjacent bins")
    }
    if (!is.null(bins$orient) &&
        !isTRUE(bins$orient %in% c("transcript", "genome"))) {
        "the bins' orient must be \"transcript\" or \"genome\""
    }
}
