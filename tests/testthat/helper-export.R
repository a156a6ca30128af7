# A signal of two genes whose windows overlap, one on each strand, with bins
# from 5' to 3' or along the genome. The value of a bin is 10 times the number
# of the gene, plus that of the bin in the signal.
overlappingSignal <- function(orient = "transcript", lengths = c(chr1 = 1000)) {
    genes <- data.frame(gene_id = c("A", "B"), chr = "chr1",
                        start = c(401, 300), end = c(900, 550),
                        strand = c("+", "-"))
    windows <- tssWindows(genes, upstream = 200, downstream = 200,
                          binWidth = 100, orient = orient,
                          seqlengths = lengths)
    values <- outer(10 * 1:2, 1:4, `+`)
    rownames(values) <- c("A", "B")
    signal <- AttentiveChrome:::.makeSignal(
        list(H3K4me3 = array(values, c(2, 1, 4),
                             list(c("A", "B"), "E003", NULL))),
        metadata(windows)$bins, windows)
    signal
}

# An attention of a quick model, with ranges and lengths of chromosomes.
quickAttention <- function(cellTypes = 1) {
    signal <- quietly(simulateChromatin(40, cellTypes = cellTypes, bins = 20,
                                        seed = 2, scenario = "blocks",
                                        causal = list(H3K4me3 = 9:12)))
    model <- quietModel(signal[, 1], epochs = 1, filters = 4, context = 4)
    x <- attention(model, signal)
    GenomeInfoDb::seqlengths(x) <- rep(2e8, 22)
    GenomeInfoDb::genome(x) <- "hg19"
    x
}
