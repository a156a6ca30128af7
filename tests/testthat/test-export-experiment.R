test_that("an experiment of matrices has predictions and beta", {
    x <- quickAttention(2)
    flat <- flattenSignal(x)
    expect_s4_class(flat, "RangedSummarizedExperiment")
    expect_false(is(flat, "ChromatinSignal"))
    shapes <- vapply(as.list(assays(flat)), function(a) length(dim(a)), 0L)
    expect_true(all(shapes == 2L))
    expect_equal(assay(flat, "beta.H3K4me3"), assay(x, "beta")[, , "H3K4me3"])
    expect_identical(assay(flat, "probability"), assay(x, "probability"))
    shares <- Reduce(`+`, lapply(marks(x), function(m) {
        assay(flat, paste0("share.", m))
    }))
    link <- stats::qlogis(assay(x, "probability"))
    expect_gt(cor(as.vector(shares), as.vector(link)), 0.999)
    alpha <- binMatrix(x, "H3K4me3", colnames(x)[1])
    expect_equal(assay(flat, "peak.H3K4me3")[, 1],
                 binOffsets(x)[apply(alpha, 1, which.max)],
                 ignore_attr = TRUE)
    expect_equal(colData(flat)$probability,
                 colMeans(assay(x, "probability")), ignore_attr = TRUE)
    expect_equal(rowRanges(flat)$tss, rowRanges(x)$tss)
})

test_that("signal has means", {
    flat <- flattenSignal(roadmapGenes)
    expect_equal(assay(flat, "mean.H3K4me3")[, "E003"],
                 rowMeans(binMatrix(roadmapGenes, "H3K4me3", "E003")))
    expect_true("expression" %in% assayNames(flat))
})

test_that("assays of text have no means", {
    signal <- quietly(simulateChromatin(20, cellTypes = 2, bins = 5, seed = 1))
    assay(signal, "text") <- matrix("a", 20, 2, dimnames = dimnames(signal))
    flat <- flattenSignal(signal)
    expect_true("text" %in% assayNames(flat))
    expect_null(colData(flat)$text)
    expect_equal(rowData(flat)$mean.H3K4me3,
                 unname(rowMeans(assay(flat, "mean.H3K4me3"))))
})
