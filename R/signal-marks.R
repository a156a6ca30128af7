# The standard marks: to add one, add it here. checkSignal() knows their names
# and, where it is the same at all genes, the sign of their correlation with
# expression; the figures know their colours.

# Colours are Okabe and Ito's palette for colour-blind readers: warm for active
# promoters and enhancers, green for gene bodies, cold for repression. The
# yellow is darkened to be visible on white.
.standardMarks <- list(
    H3K4me3 = list(colour = "#D55E00", sign = 1),
    H3K4me1 = list(colour = "#E69F00"),
    H3K36me3 = list(colour = "#009E73", sign = 1),
    H3K27me3 = list(colour = "#0072B2", sign = -1),
    H3K9me3 = list(colour = "#CC79A7", sign = -1),
    H3K27ac = list(colour = "#56B4E9"),
    H3K9ac = list(colour = "#B5A700"),
    H2A.Z = list(), H3K4me2 = list(), H3K9me1 = list(), H3K9me2 = list(),
    H3K79me2 = list(), H4K20me1 = list())

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
