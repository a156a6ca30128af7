countedSignal <- function() {
    bed <- function(n) {
        textFile(sprintf("chr1\t%d\t%d", 20000L + 50L * seq_len(n),
                         20036L + 50L * seq_len(n)), env = parent.frame(2))
    }
    sheet <- expand.grid(cellType = c("K", "L"), mark = c("M", "Input"),
                         stringsAsFactors = FALSE)
    sheet$file <- c(bed(40), bed(80), bed(20), bed(10))
    countReads(sheet, tssWindows(fewGenes()), progress = FALSE)
}

test_that("counts per million go by the depth", {
    signal <- countedSignal()
    cpm <- normalizeSignal(signal, "cpm")
    expect_equal(binMatrix(cpm, "M", "L"),
                 binMatrix(signal, "M", "L") / 80 * 1e6)
    expect_identical(preprocessing(cpm)$normalization, c("cpm", "cpm"))
    expect_error(normalizeSignal(cpm, "cpm"), "already normalised by \"cpm\"")
    expect_error(normalizeSignal(simulateChromatin(5), "cpm"),
                 "have the read depth of \"H3K27me3\"")
})

test_that("a control is scaled to the depth of the mark, and left out", {
    signal <- countedSignal()
    counts <- binMatrix(signal, "M", "L")
    expected <- binMatrix(signal, "Input", "L") * 80 / 10
    less <- normalizeSignal(signal, "subtract")
    expect_identical(marks(less), "M")
    expect_equal(binMatrix(less, "M", "L"), pmax(counts - expected, 0))
    ratio <- normalizeSignal(signal, "logRatio", pseudocount = 0.5)
    expect_equal(binMatrix(ratio, "M", "L"),
                 log2((counts + 0.5) / (expected + 0.5)))
    both <- normalizeSignal(normalizeSignal(signal, "cpm"), "subtract")
    expect_equal(binMatrix(both, "M", "L"),
                 binMatrix(less, "M", "L") / 80 * 1e6)
    expect_identical(preprocessing(both)$normalization,
                     rep("cpm then subtract(control = Input)", 2))
    expect_error(normalizeSignal(signal, "subtract", control = "IgG"),
                 "Missing: IgG")
})

test_that("quantile normalisation gives all cell types one distribution", {
    skipWithout("limma")
    signal <- simulateChromatin(20, cellTypes = 3, seed = 1,
                                scenario = "blocks")
    same <- normalizeSignal(signal, "quantile")
    flat <- function(x) {
        vapply(colnames(x), function(cellType) {
            as.vector(binMatrix(x, "H3K4me3", cellType))
        }, numeric(2000))
    }
    expect_equal(flat(same), limma::normalizeQuantiles(flat(signal)))
    expect_gt(stats::sd(colMeans(flat(signal))),
              10 * stats::sd(colMeans(flat(same))))
    expect_error(normalizeSignal(signal[, 1], "quantile"),
                 "needs several cell types")
})

test_that("a model refuses signal that was preprocessed differently", {
    signal <- simulateChromatin(60, cellTypes = 2, bins = 10,
                                causal = list(), seed = 1)
    colData(signal)$depth <- matrix(
        1e5, 2, 5, dimnames = list(colnames(signal), marks(signal)))
    cpm <- normalizeSignal(signal, "cpm")
    model <- attentiveChrome(cpm, epochs = 1, filters = 2, context = 2,
                             seed = 1)
    expect_identical(dim(predict(model, cpm)), c(60L, 2L))
    expect_error(predict(model, signal),
                 paste0("whose normalization is \"cpm\".*",
                        "cellType1, cellType2: \"none\""))
    expect_error(attention(model, signal), "whose normalization is \"cpm\"")
    expect_error(attentiveChrome(cpm, signal, epochs = 1),
                 "`validation` was preprocessed differently")
    colnames(signal) <- c("raw1", "raw2")
    mixed <- cbind(signal, cpm)
    expect_error(predict(model, mixed), "Cell types raw1, raw2: \"none\"")
    expect_error(attentiveChrome(mixed, epochs = 1),
                 "same normalization.*\"none\", but \"cpm\" in cellType1")
    expect_error(trainBaseline(mixed), "same normalization")
    preprocessing(cpm)$counting <- "fivePrime"
    counted <- attentiveChrome(cpm, epochs = 1, filters = 2, context = 2)
    preprocessing(cpm)$counting <- "overlap"
    expect_error(predict(counted, cpm),
                 "whose counting is \"fivePrime\".*\"overlap\"")
    preprocessing(cpm)$counting <- NA
    expect_identical(dim(predict(counted, cpm)), c(60L, 2L))
    cpm@bins$orient <- "genome"
    expect_error(predict(model, cpm), "along the transcript.*along the genome")
})

test_that("log1p is refused for log ratios", {
    signal <- simulateChromatin(20, bins = 5, causal = list(), seed = 1)
    assay(signal, "H3K4me3")[1, 1, 1] <- -2
    expect_error(attentiveChrome(signal, epochs = 1, transform = "log1p"),
                 "minimum of \"H3K4me3\" is -2")
    expect_error(attentiveChrome(signal), "transform = \"none\"")
    expect_s4_class(attentiveChrome(signal, epochs = 1, filters = 2,
                                    context = 2, transform = "none"),
                    "AttentiveChromeModel")
})
