causalMean <- function(signal, mark, bins) {
    rowMeans(log1p(binMatrix(signal, mark)[, bins, drop = FALSE]))
}

# The chance that a high gene has more than a low one.
auroc <- function(label, score) {
    high <- sum(label == 1)
    (sum(rank(score)[label == 1]) - high * (high + 1) / 2) /
        (high * sum(label == 0))
}

test_that("the signal has the shape asked for, labels and places", {
    signal <- simulateChromatin(genes = 50, cellTypes = 3, bins = 40,
                                binWidth = 25, marks = c("H3K4me3", "ATAC"),
                                causal = list(ATAC = 3), seed = 1)
    expect_identical(dim(assay(signal, "ATAC")), c(50L, 3L, 40L))
    expect_identical(assayNames(signal),
                     c("H3K4me3", "ATAC", "expression", "label"))
    expect_type(assay(signal, "H3K4me3"), "integer")
    expect_equal(range(binOffsets(signal)), c(-500, 475))
    ranges <- rowRanges(signal)
    expect_true(all(BiocGenerics::width(ranges) == 1000))
    expect_true(all(ranges$tss - BiocGenerics::start(ranges) %in% 499:500))
    expect_identical(ranges$gene_id, rownames(signal))
    expect_setequal(as.character(BiocGenerics::strand(ranges)), c("+", "-"))
    expect_length(unique(GenomicRanges::seqnames(ranges)), 22L)
    expect_false(any(IRanges::overlapsAny(ranges[-1], ranges[1])))
    expect_equal(unname(colMeans(expressionLabel(signal))), rep(0.5, 3))
    expect_identical(
        expressionLabel(signal)[, 2] == 1,
        assay(signal, "expression")[, 2] >
            median(assay(signal, "expression")[, 2]))
})

test_that("a model of the causal bins reaches an AUROC near 0.9", {
    signal <- simulateChromatin(genes = 2000, seed = 1)
    label <- expressionLabel(signal)[, 1]
    score <- causalMean(signal, "H3K4me3", 46:55)
    expect_gt(auroc(label, score), 0.86)
    expect_lt(auroc(label, score), 0.93)
})

test_that("no other bin or mark predicts the label", {
    signal <- simulateChromatin(genes = 2000, seed = 2)
    label <- expressionLabel(signal)[, 1]
    for (mark in marks(signal)) {
        bins <- if (mark == "H3K4me3") c(1:45, 56:100) else 1:100
        # Four standard errors of an AUROC of 0.5 with 2000 genes.
        expect_lt(abs(auroc(label, causalMean(signal, mark, bins)) - 0.5),
                  0.052)
    }
    each <- apply(binMatrix(signal, "H3K4me3"), 2, auroc, label = label)
    expect_identical(unname(which(abs(each - 0.5) > 0.15)), 46:55)
})

test_that("repressive marks act negatively, and effect and noise matter", {
    low <- simulateChromatin(genes = 500, seed = 3,
                             causal = list(H3K27me3 = 31:70))
    label <- expressionLabel(low)[, 1]
    expect_lt(auroc(label, causalMean(low, "H3K27me3", 31:70)), 0.2)
    of <- function(...) {
        signal <- simulateChromatin(genes = 1000, seed = 4, ...)
        auroc(expressionLabel(signal)[, 1],
              causalMean(signal, "H3K4me3", 46:55))
    }
    expect_gt(of(), of(noise = 2) + 0.1)
    expect_gt(of(), of(effect = 0.2) + 0.1)
    expect_lt(abs(of(causal = list()) - 0.5), 0.075)
})

test_that("cell types differ but share a part of the activity", {
    signal <- simulateChromatin(genes = 2000, cellTypes = 2, seed = 5)
    log <- log(assay(signal, "expression"))
    expect_equal(cor(log)[1, 2], 0.5 / 1.25, tolerance = 0.15)
    label <- expressionLabel(signal)
    own <- causalMean(signal[, 2], "H3K4me3", 46:55)
    expect_gt(auroc(label[, 2], own), auroc(label[, 1], own) + 0.1)
})

test_that("profiles are those of the marks", {
    signal <- simulateChromatin(genes = 500, seed = 6)
    at <- function(mark, bins) mean(binMatrix(signal, mark)[, bins])
    expect_gt(at("H3K4me3", 48:53), 4 * at("H3K4me3", 1:20))
    expect_gt(at("H3K4me1", 36:38), 1.3 * at("H3K4me1", 49:52))
    expect_gt(at("H3K36me3", 80:100), 1.5 * at("H3K36me3", 1:40))
    expect_lt(at("H3K27me3", 1:100), 4)
})

test_that("the seed determines the result and is recorded with the truth", {
    one <- simulateChromatin(genes = 5, seed = 1)
    expect_equal(simulateChromatin(genes = 5, seed = 1), one)
    expect_false(identical(assay(one),
                           assay(simulateChromatin(genes = 5, seed = 2))))
    expect_identical(metadata(one)$simulation,
                     list(causal = list(H3K4me3 = 46:55), effect = 1,
                          noise = 0.5, seed = 1))
    withr::local_seed(9)
    before <- .Random.seed
    simulateChromatin(genes = 5, seed = 1)
    expect_identical(.Random.seed, before)
    simulateChromatin(genes = 5)
    expect_false(identical(.Random.seed, before))
})

test_that("wrong arguments are named", {
    expect_error(simulateChromatin(genes = 1), "genes.*at least 2")
    expect_error(simulateChromatin(cellTypes = 0), "cellTypes")
    expect_error(simulateChromatin(noise = -1), "noise")
    expect_error(simulateChromatin(marks = "label"), "reserved names")
    expect_error(simulateChromatin(bins = 20), "causal.*from 1 to 20")
    expect_error(simulateChromatin(causal = list(H2A = 1)), "\"H2A\"")
    expect_error(simulateChromatin(causal = 46:55), "must be a list")
})

test_that("the shipped tables have the truth that their README states", {
    folder <- system.file("extdata", "simulated", package = "AttentiveChrome")
    skip_if(folder == "", "not installed")
    files <- file.path(folder, paste0(c("train", "valid", "test"), ".csv.gz"))
    expect_lt(sum(file.size(files)), 3e5)
    signal <- readChromeTable(files)
    expect_identical(nrow(signal), 400L)
    label <- expressionLabel(signal)[, 1]
    expect_gt(auroc(label, causalMean(signal, "H3K4me3", 46:55)), 0.75)
    expect_lt(auroc(label, causalMean(signal, "H3K27me3", 41:60)), 0.25)
    expect_lt(abs(auroc(label, causalMean(signal, "H3K36me3", 1:100)) -
                      0.5), 0.12)
})
