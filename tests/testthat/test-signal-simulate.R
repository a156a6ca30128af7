causalMean <- function(signal, mark, bins) {
    rowMeans(log1p(binMatrix(signal, mark)[, bins, drop = FALSE]))
}

blocks <- function(...) simulateChromatin(..., scenario = "blocks")

# The chance that a high gene has more than a low one.
auroc <- function(label, score) {
    high <- sum(label == 1)
    (sum(rank(score)[label == 1]) - high * (high + 1) / 2) /
        (high * sum(label == 0))
}

test_that("blocks have the shape asked for, labels and places", {
    signal <- blocks(genes = 50, cellTypes = 3, bins = 40,
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

test_that("a model of the causal blocks reaches an AUROC near 0.9", {
    signal <- blocks(genes = 2000, seed = 1)
    label <- expressionLabel(signal)[, 1]
    score <- causalMean(signal, "H3K4me3", 46:55)
    expect_gt(auroc(label, score), 0.86)
    expect_lt(auroc(label, score), 0.93)
})

test_that("no other bin or mark predicts the label", {
    signal <- blocks(genes = 2000, seed = 2)
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
    low <- blocks(genes = 500, seed = 3,
                  causal = list(H3K27me3 = 31:70))
    label <- expressionLabel(low)[, 1]
    expect_lt(auroc(label, causalMean(low, "H3K27me3", 31:70)), 0.2)
    of <- function(...) {
        signal <- blocks(genes = 1000, seed = 4, ...)
        auroc(expressionLabel(signal)[, 1],
              causalMean(signal, "H3K4me3", 46:55))
    }
    expect_gt(of(), of(noise = 2) + 0.1)
    expect_gt(of(), of(effect = 0.2) + 0.1)
    expect_lt(abs(of(causal = list()) - 0.5), 0.075)
})

test_that("cell types of blocks differ but share a part of the activity", {
    signal <- blocks(genes = 2000, cellTypes = 2, seed = 5)
    log <- log(assay(signal, "expression"))
    expect_equal(cor(log)[1, 2], 0.5 / 1.25, tolerance = 0.15)
    label <- expressionLabel(signal)
    own <- causalMean(signal[, 2], "H3K4me3", 46:55)
    expect_gt(auroc(label[, 2], own), auroc(label[, 1], own) + 0.1)
})

test_that("profiles of blocks are those of the marks", {
    signal <- blocks(genes = 500, seed = 6)
    at <- function(mark, bins) mean(binMatrix(signal, mark)[, bins])
    expect_gt(at("H3K4me3", 48:53), 4 * at("H3K4me3", 1:20))
    expect_gt(at("H3K4me1", 36:38), 1.3 * at("H3K4me1", 49:52))
    expect_gt(at("H3K36me3", 80:100), 1.5 * at("H3K36me3", 1:40))
    expect_lt(at("H3K27me3", 1:100), 4)
})

# The numbers of a signal as one digest.
digest <- function(signal) {
    counts <- lapply(marks(signal), function(m) as.vector(assay(signal, m)))
    expression <- assay(signal, "expression")
    file <- withr::local_tempfile()
    writeLines(c(as.character(unlist(counts)),
                 as.character(expressionLabel(signal)),
                 sprintf("%.8e", expression), as.character(rowRanges(signal)),
                 as.character(rowRanges(signal)$tss)), file)
    unname(tools::md5sum(file))
}

test_that("blocks are what they were before there were scenarios", {
    expect_identical(digest(blocks(genes = 40, seed = 1)),
                     "8b459ce86b4fb6b19702e1ebfac1acff")
    other <- blocks(genes = 30, cellTypes = 3, bins = 20, binWidth = 50,
                    marks = c("H3K4me3", "H3K27me3", "ATAC"),
                    causal = list(H3K27me3 = 3:9, ATAC = 1), effect = 2,
                    noise = 0.2, seed = 7)
    expect_identical(digest(other), "9fe5849cbb3d4cb9cf5756a76dfcb689")
    expect_identical(metadata(blocks(genes = 5, seed = 1))$simulation,
                     list(causal = list(H3K4me3 = 46:55), effect = 1,
                          noise = 0.5, seed = 1))
})

# ---- the realistic scenario -------------------------------------------------

large <- simulateChromatin(genes = 4000, seed = 1)
expressed <- expressionLabel(large)[, 1]
logMean <- function(mark) causalMean(large, mark, 1:100)

test_that("the realistic scenario is the default, with any shape", {
    signal <- simulateChromatin(
        genes = 50, cellTypes = c("a", "b"), bins = 7, binWidth = 37,
        marks = c("H3K9me3", "ATAC"), seed = 3)
    expect_identical(dim(assay(signal, "ATAC")), c(50L, 2L, 7L))
    expect_type(assay(signal, "ATAC"), "integer")
    expect_identical(assayNames(signal), c("H3K9me3", "ATAC", "expression",
                                           "label", "state", "activity"))
    expect_identical(marks(signal), c("H3K9me3", "ATAC"))
    expect_identical(metadata(signal)$simulation$causal, list(H3K9me3 = 1:7))
    expect_identical(dim(simulateChromatin(2, bins = 1, seed = 1)), c(2L, 1L))
    expect_equal(unname(colMeans(expressionLabel(signal))), c(0.5, 0.5))
})

test_that("genes have places, and windows do not overlap", {
    expect_identical(anyDuplicated(rownames(large)), 0L)
    expect_identical(IRanges::countOverlaps(large, large, ignore.strand = TRUE),
                     stats::setNames(rep(1L, 4000), rownames(large)))
    few <- simulateChromatin(genes = 30, bins = 5, seed = 1)
    on <- table(as.vector(GenomicRanges::seqnames(rowRanges(few))))
    expect_length(on, 22)
    tss <- rowRanges(large)$tss
    gap <- diff(tss)[diff(tss) > 0]
    expect_gt(stats::median(gap), 35e3)
    expect_lt(stats::median(gap), 75e3)
    expect_gt(stats::quantile(gap, 0.95), 3e5)
})

# Real values are those of E003, E123 and E013 in bench/results/simulator.md.
test_that("counts vary as real ones", {
    sizes <- vapply(marks(large), function(mark) {
        x <- binMatrix(large, mark)
        mean(x)^2 / (stats::var(as.vector(x)) - mean(x))
    }, 0)
    expect_true(all(sizes[c("H3K4me3", "H3K27me3")] < 0.25))
    expect_true(all(sizes > 0.05 & sizes < 1.7))
    zeros <- vapply(marks(large), function(m) mean(assay(large, m) == 0), 0)
    expect_true(all(zeros > 0.2 & zeros < 0.45))
    neighbours <- vapply(marks(large), function(mark) {
        x <- log1p(binMatrix(large, mark))
        mean(diag(stats::cor(x[, -100], x[, -1])))
    }, 0)
    expect_true(all(neighbours > 0.5 & neighbours < 0.85))
    expect_gt(neighbours[["H3K4me3"]], 0.7)
})

test_that("marks are correlated as real ones", {
    r <- stats::cor(vapply(marks(large), logMean, numeric(4000)))
    expect_gt(r["H3K4me3", "H3K36me3"], 0.35)
    expect_gt(r["H3K4me3", "H3K4me1"], 0.5)
    expect_gt(r["H3K36me3", "H3K4me1"], 0.3)
    expect_lt(r["H3K27me3", "H3K36me3"], -0.15)
    expect_lt(max(r[upper.tri(r)]), 0.82)
})

test_that("profiles are those of the marks", {
    active <- assay(large, "state")[, 1] == "active"
    at <- function(mark, bins, genes = active) {
        mean(binMatrix(large, mark)[genes, bins])
    }
    expect_gt(at("H3K4me3", 53:56), at("H3K4me3", 43:46))
    expect_gt(at("H3K4me3", 43:46), 4 * at("H3K4me3", 1:20))
    expect_lt(at("H3K4me3", 49:50), 0.8 * at("H3K4me3", 53:56))
    expect_gt(at("H3K4me1", 62:66), 1.3 * at("H3K4me1", 49:51))
    expect_gt(at("H3K36me3", 80:100), 2 * at("H3K36me3", 1:40))
    polycomb <- assay(large, "state")[, 1] %in% c("bivalent", "polycomb")
    expect_gt(at("H3K27me3", 1:100, polycomb), 4 * at("H3K27me3", 1:100))
    hidden <- assay(large, "state")[, 1] == "heterochromatin"
    expect_gt(at("H3K9me3", 1:100, hidden), 1.5 * at("H3K9me3", 1:100))
})

test_that("expression is predicted as well as in real data", {
    expect_gt(auroc(expressed, logMean("H3K4me3")), 0.8)
    expect_lt(auroc(expressed, logMean("H3K4me3")), 0.91)
    expect_lt(auroc(expressed, logMean("H3K27me3")), 0.4)
    limit <- auroc(expressed, assay(large, "activity")[, 1])
    expect_gt(limit, 0.925)
    expect_lt(limit, 0.96)
    best <- trainBaseline(large[1:1000, ], "meanLogCount")
    five <- evaluate(best, large[1001:4000, ])$auroc
    expect_gt(five, 0.88)
    expect_lt(five, limit - 0.01)
})

test_that("neighbouring genes share their state", {
    active <- assay(large, "state")[, 1] == "active"
    expect_gt(stats::cor(active[-1], active[-4000]), 0.3)
    expect_lt(stats::cor(active[-1], active[-4000]), 0.6)
})

test_that("cell types share a part, and some genes are variable", {
    signal <- simulateChromatin(2000, 12, bins = 5, binWidth = 2000, seed = 2)
    state <- assay(signal, "state")
    expect_lt(abs(mean(state[, 1] == state[, 2]) - 0.82), 0.05)
    log <- log2(assay(signal, "expression"))
    expect_lt(abs(stats::median(stats::cor(log)) - 0.71), 0.06)
    label <- expressionLabel(signal)
    expect_true(all(colMeans(label) == 0.5))
    others <- vapply(1:12, function(cell) {
        auroc(label[, cell], rowMeans(log[, -cell]))
    }, 0)
    expect_gt(min(others), 0.88)
    expect_lt(max(others), 0.96)
    variable <- rowMeans(label) > 0.1 & rowMeans(label) < 0.9
    expect_gt(mean(variable), 0.3)
    # there, its own chromatin tells more than the other cell types
    expect_gt(auroc(label[variable, 1], assay(signal, "activity")[variable, 1]),
              auroc(label[variable, 1], rowMeans(log[variable, -1])) + 0.03)
})

test_that("expression depends on the causal bins, with the sign of the mark", {
    truth <- metadata(large)$simulation
    expect_identical(truth$causal, list(H3K4me3 = 46:60, H3K36me3 = 66:100,
                                        H3K27me3 = 36:75))
    expect_identical(truth$weights, c(H3K4me3 = 1, H3K36me3 = 0.6,
                                      H3K27me3 = -0.3))
    log <- log2(assay(large, "expression")[, 1])
    slope <- stats::lm(log ~ assay(large, "activity")[, 1])
    expect_equal(unname(stats::coef(slope)), c(1, 3), tolerance = 0.05)
    expect_equal(stats::sd(stats::residuals(slope)), 1.8, tolerance = 0.05)
    of <- function(...) {
        signal <- simulateChromatin(genes = 1000, seed = 4, ...)
        auroc(expressionLabel(signal)[, 1],
              causalMean(signal, "H3K9me3", 41:60))
    }
    low <- of(causal = list(H3K9me3 = 41:60))
    expect_lt(low, 0.25)
    expect_lt(low, of(causal = list(H3K9me3 = 41:60), noise = 2) - 0.1)
    expect_lt(low, of(causal = list(H3K9me3 = 41:60), effect = 0.2) - 0.1)
    expect_lt(abs(of(causal = list()) - 0.5), 0.075)
    expect_lt(abs(of(effect = 0) - 0.5), 0.075)
})

test_that("H3K27me3 silences H3K4me3, if both are causal", {
    expect_identical(metadata(large)$simulation$silencing,
                     c(H3K27me3 = "H3K4me3"))
    alone <- simulateChromatin(20, seed = 1, causal = list(H3K4me3 = 46:60))
    expect_identical(metadata(alone)$simulation$silencing, character())
    causal <- metadata(large)$simulation$causal
    h3k4 <- causalMean(large, "H3K4me3", causal$H3K4me3)
    h3k27 <- causalMean(large, "H3K27me3", causal$H3K27me3)
    activity <- assay(large, "activity")[, 1]
    slope <- function(rows) {
        stats::coef(stats::lm(activity ~ h3k4, subset = rows))[[2]]
    }
    marked <- h3k4 > mean(h3k4)
    silenced <- h3k27 > mean(h3k27) + stats::sd(h3k27)
    free <- slope(marked & h3k27 < mean(h3k27))
    expect_gt(free, 0.2)
    expect_lt(slope(marked & silenced), free / 2)
})

test_that("the truth is a reference for explanations", {
    signal <- simulateChromatin(genes = 150, bins = 20, binWidth = 500,
                                seed = 1)
    model <- suppressMessages(attentiveChrome(
        signal[1:100, ], epochs = 15, filters = 3, context = 3, seed = 1,
        progress = FALSE))
    truth <- metadata(signal)$simulation$causal
    expect_named(truth, c("H3K4me3", "H3K36me3", "H3K27me3"))
    found <- compareExplanations(list(m = model), signal[101:150, ],
                                 reference = truth, draws = 20, seed = 1,
                                 progress = FALSE)
    expect_s3_class(found, "explanationComparison")
})

test_that("the state goes with the genes and cell types", {
    signal <- simulateChromatin(30, 3, bins = 4, seed = 1)
    part <- signal[5:9, 2]
    expect_identical(assay(part, "state"), assay(signal, "state")[5:9, 2,
                                                                  drop = FALSE])
    expect_identical(dim(rbind(part, signal[1:2, 2])), c(7L, 1L))
})

# ---- both -------------------------------------------------------------------

test_that("the seed decides all, and is recorded with the truth", {
    for (scenario in c("realistic", "blocks")) {
        draw <- function(...) simulateChromatin(5, ..., scenario = scenario)
        one <- draw(seed = 1)
        expect_equal(draw(seed = 1), one)
        expect_false(identical(assay(one), assay(draw(seed = 2))))
        expect_identical(metadata(one)$simulation$seed, 1)
        withr::local_seed(9)
        before <- .Random.seed
        draw(seed = 1)
        expect_identical(.Random.seed, before)
        draw()
        expect_false(identical(.Random.seed, before))
    }
})

test_that("wrong arguments are named", {
    expect_error(simulateChromatin(genes = 1), "genes.*at least 2")
    expect_error(simulateChromatin(cellTypes = 0), "cellTypes")
    expect_error(simulateChromatin(noise = -1), "noise")
    expect_error(simulateChromatin(effect = "a"), "effect")
    expect_error(simulateChromatin(marks = "label"), "reserved names")
    expect_error(simulateChromatin(marks = "state"), "reserved names")
    expect_error(blocks(bins = 20), "causal.*from 1 to 20")
    expect_error(simulateChromatin(bins = 20, causal = list(H3K4me3 = 21)),
                 "causal.*from 1 to 20")
    expect_error(simulateChromatin(causal = list(H2A = 1)), "\"H2A\"")
    expect_error(simulateChromatin(causal = 46:55), "must be a list")
    expect_error(simulateChromatin(scenario = "real"), "scenario.*realistic")
    expect_error(simulateChromatin(2e4, bins = 10, binWidth = 1e5),
                 "do not fit on 22")
})

test_that("a huge effect gives no more than a million reads a bin", {
    signal <- simulateChromatin(50, effect = 20, scenario = "blocks", seed = 1,
                                causal = list(H3K4me3 = 9:12), bins = 20)
    expect_type(assay(signal, "H3K4me3"), "integer")
    expect_lt(max(assay(signal, "H3K4me3")), 1e7)
    expect_gt(max(assay(signal, "H3K4me3")), 1e6)
})
