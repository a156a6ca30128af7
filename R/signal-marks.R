# The standard marks: to add one, add it here. checkSignal() knows their names
# and, where it is the same at all genes, the sign of their correlation with
# expression; the figures know their colours.

# The first five and DNase have Okabe and Ito's colours: warm for active
# promoters and enhancers, green for gene bodies, cold for repression. The
# others are as far from these and from each other, also to colour-blind
# readers, as a search found; tests/testthat/test-plot-colours.R holds the
# distance.
.standardMarks <- list(
    H3K4me3 = list(colour = "#D55E00", sign = 1),
    H3K4me1 = list(colour = "#E69F00"),
    H3K36me3 = list(colour = "#009E73", sign = 1),
    H3K27me3 = list(colour = "#0072B2", sign = -1),
    H3K9me3 = list(colour = "#CC79A7", sign = -1),
    H3K27ac = list(colour = "#CC0033"), H3K9ac = list(colour = "#880044"),
    H2A.Z = list(colour = "#4433AA"), H3K4me2 = list(colour = "#99BB66"),
    H3K9me1 = list(colour = "#8866EE"), H3K9me2 = list(colour = "#772277"),
    H3K79me2 = list(colour = "#005511"), H4K20me1 = list(colour = "#CC99FF"))

# The five marks of the paper, in the order of the authors' tables.
.authorMarks <- c("H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3")

# One property of the marks that have it, named by mark.
.ofMarks <- function(property) {
    unlist(lapply(.standardMarks, `[[`, property))
}

.repressiveMarks <- function() {
    sign <- .ofMarks("sign")
    names(sign)[sign < 0]
}
