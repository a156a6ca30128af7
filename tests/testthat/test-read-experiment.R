folder <- readsFile()
whole <- function(...) {
    skipWithout("Rsamtools", "GenomicAlignments")
    quietly(chromatinExperiment(
        file.path(folder, "samples.tsv"), file.path(folder, "genes.tsv"),
        file.path(folder, "expression.tsv"), ...))
}

test_that("one call makes a labelled signal from files", {
    signal <- whole()
    expect_identical(dim(signal), c(160L, 1L))
    expect_setequal(marks(signal), .authorMarks)
    expect_identical(unname(table(expressionLabel(signal))[["1"]]), 80L)
    expect_identical(preprocessing(signal)$counting, "overlap")
    expect_identical(rowData(signal)$symbol[1:2], c("Gene1", "Gene2"))
    expect_identical(nrow(checkSignal(signal)), 0L)
})

test_that("the shipped reads are the simulated counts", {
    signal <- whole(method = "fivePrime", shift = 75)
    simulated <- simulateChromatin(
        genes = 160, seed = 2018, effect = 1.5, noise = 0.3,
        causal = list(H3K4me3 = 46:55, H3K27me3 = 41:60), scenario = "blocks")
    for (mark in c("H3K27me3", "H3K36me3", "H3K9me3")) {
        counts <- binMatrix(simulated, mark)
        # Windows 2 kb from the next one take some of its reads too.
        ours <- unname(binMatrix(signal, mark))
        expect_true(all(ours >= counts))
        expect_lt(mean(ours != counts), 0.01)
    }
})

test_that("arguments go on to the counting, windows are taken as they are", {
    short <- whole(upstream = 1000, downstream = 500, binWidth = 50,
                   method = "midpoint")
    expect_length(binOffsets(short), 30L)
    expect_identical(preprocessing(short)$counting, "midpoint")
    windows <- tssWindows(file.path(folder, "genes.tsv"), 1000, 500, 50)
    samples <- utils::read.delim(file.path(folder, "samples.tsv"))
    samples$file <- file.path(folder, samples$file)
    again <- quietly(chromatinExperiment(samples, windows))
    expect_identical(rowRanges(again), rowRanges(short))
    again <- quietly(chromatinExperiment(samples, short, upstream = 1000))
    expect_identical(rowRanges(again), rowRanges(short))
    expect_error(chromatinExperiment(samples, windows, upstream = 2000),
                 "`upstream` contradicts `genes`.*is 2000.*have 1000")
    expect_error(chromatinExperiment(samples, windows, orient = "genome"),
                 "`orient` contradicts `genes`")
})

test_that("reads and tracks do not mix, and expression is checked first", {
    track <- textFile("chr1\t1\t2\t3", ".bedGraph")
    samples <- data.frame(
        cellType = "S1", mark = c("a", "b"),
        file = c(file.path(folder, "S1-H3K9me3.tagAlign.gz"), track))
    genes <- file.path(folder, "genes.tsv")
    expect_error(chromatinExperiment(samples, genes),
                 "all be reads or all be tracks")
    expect_error(chromatinExperiment(samples[1, ], genes, "none.tsv"),
                 "do not exist")
    skipWithout("rtracklayer")
    expect_message(chromatinExperiment(samples[2, ], genes), "is all 0")
})

test_that("a signal from files trains and predicts", {
    parts <- quietly(splitGenes(whole()))
    model <- attentiveChrome(parts$train, parts$validation, filters = 4,
                             context = 4, epochs = 3, transform = "log1p",
                             learningRate = 0.01, seed = 1)
    expect_true(all(is.finite(predict(model, parts$test))))
    expect_identical(model@preprocessing$counting, "overlap")
})
