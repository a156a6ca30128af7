parts <- smallParts()
model <- quickModel(parts)
looked <- attention(model, parts$test)

test_that("attention comes in the signal's container", {
    expect_s4_class(looked, "RangedSummarizedExperiment")
    expect_identical(dimnames(looked), dimnames(parts$test))
    expect_identical(marks(looked), marks(parts$test))
    expect_identical(binOffsets(looked), binOffsets(parts$test))
    expect_identical(rowRanges(looked), rowRanges(parts$test))
    expect_identical(dim(binMatrix(looked, "H3K4me3")), c(30L, 20L))
    expect_identical(dimnames(assay(looked, "beta"))[[3L]], marks(model))
})

test_that("alpha sums to 1 over the bins and beta over the marks", {
    for (mark in marks(looked)) {
        expect_equal(unname(rowSums(binMatrix(looked, mark))), rep(1, 30),
                     tolerance = 1e-6)
    }
    expect_equal(unname(rowSums(assay(looked, "beta")[, 1L, ])), rep(1, 30),
                 tolerance = 1e-6)
    expect_equal(assay(looked, "probability"), predict(model, parts$test))
})

test_that("genes, cell types and marks keep their places", {
    two <- simulateChromatin(20, cellTypes = 2, bins = 20, seed = 4,
                             causal = list(H3K4me3 = 9:12), scenario = "blocks")
    both <- attention(model, two)
    for (cellType in colnames(two)) {
        alone <- attention(model, two[, cellType])
        expect_equal(binMatrix(both, "H3K36me3", cellType),
                     binMatrix(alone, "H3K36me3"), tolerance = 1e-6)
        expect_equal(assay(both, "beta")[, cellType, ],
                     assay(alone, "beta")[, 1L, ], tolerance = 1e-6)
    }
    expect_identical(assay(both[3:4, 2L], "beta"),
                     assay(both, "beta")[3:4, 2L, , drop = FALSE])
})
