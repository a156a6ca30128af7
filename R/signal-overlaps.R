# Where the genes of signals lie, and which of them share DNA.

# One row per gene: `gene`, `chromosome`, `strand`, `tss`, and `start` and `end`
# of its window. All but `gene` are NA if the signal has no ranges.
.genePlaces <- function(signal) {
    ranges <- rowRanges(signal)
    places <- data.frame(gene = as.character(rownames(signal)))
    if (!is(ranges, "GenomicRanges")) {
        places[c("chromosome", "strand")] <- NA_character_
        places[c("tss", "start", "end")] <- NA_integer_
        return(places)
    }
    bins <- signal@bins
    tss <- .tssOf(ranges, bins)
    if (!identical(ranges$tss, tss)) ranges$tss <- tss # takes a while
    start <- .windowStarts(ranges, bins)
    places$chromosome <- as.character(GenomicRanges::seqnames(ranges))
    places$strand <- as.character(strand(ranges))
    places$tss <- as.integer(tss)
    places$start <- .asPosition(start)
    places$end <- .asPosition(start + bins$width * length(bins$offsets) - 1)
    places
}

.asPosition <- function(x) as.integer(pmin(pmax(x, 1), .Machine$integer.max))

# From the column `tss`; otherwise from windows, by their bins; otherwise the
# first base of the gene on its own strand.
.tssOf <- function(ranges, bins) {
    if (is.numeric(ranges$tss) && !anyNA(ranges$tss)) return(ranges$tss)
    width <- bins$width * length(bins$offsets)
    first <- GenomicRanges::start(ranges)
    last <- GenomicRanges::end(ranges)
    if (all(GenomicRanges::width(ranges) == width)) {
        return(ifelse(.flipped(ranges, bins), last + bins$offsets[1L],
                      first - bins$offsets[1L]))
    }
    ifelse(as.vector(strand(ranges)) == "-", last, first)
}

# ---- pairs of genes in different parts ---------------------------------------

# Each takes places with a column `part` and returns the rows of both genes of
# each pair, the one in the earlier part first.

.overlappingPairs <- function(places) {
    .pairsApart(places, places$start, places$end, maxgap = -1L)
}

# TSS on opposite strands within `distance` bp.
.neighbourPairs <- function(places, distance = 1000L) {
    pairs <- .pairsApart(places, places$tss, places$tss,
                         maxgap = distance - 1L)
    strands <- paste0(places$strand[pairs$first], places$strand[pairs$second])
    pairs[strands %in% c("+-", "-+"), ]
}

.pairsApart <- function(places, start, end, maxgap) {
    ranges <- GenomicRanges::GRanges(places$chromosome,
                                     IRanges::IRanges(start, end))
    hits <- GenomicRanges::findOverlaps(ranges, maxgap = maxgap,
                                        drop.self = TRUE,
                                        drop.redundant = TRUE)
    .inPartOrder(places, S4Vectors::queryHits(hits),
                 S4Vectors::subjectHits(hits))
}

.inPartOrder <- function(places, a, b) {
    part <- as.integer(places$part)
    apart <- part[a] != part[b]
    a <- a[apart]
    b <- b[apart]
    swap <- part[a] > part[b]
    pairs <- data.frame(first = ifelse(swap, b, a), second = ifelse(swap, a, b))
    pairs[order(pairs$first, pairs$second), ]
}
