test_that("the three forms of signal give the same container", {
    a <- matrix(1:12, 3, 4)
    b <- matrix(12:1, 3, 4)
    ids <- c("x", "y", "z")
    rownames(a) <- rownames(b) <- ids
    fromList <- chromatinSignal(list(A = a, B = b))
    fromArray <- chromatinSignal(array(c(a, b), c(3, 4, 2),
        list(ids, NULL, c("A", "B"))))
    expand <- function(m) array(m, c(3, 1, 4), list(ids, NULL, NULL))
    fromArrays <- chromatinSignal(list(A = expand(a), B = expand(b)))
    expect_identical(marks(fromList), c("A", "B"))
    expect_equal(fromArray, fromList)
    expect_equal(fromArrays, fromList)
    expect_equal(unname(binMatrix(fromList, "B")), unname(b))
    expect_identical(rownames(binMatrix(fromList, "A")), ids)
    expect_identical(as.vector(rowData(fromList)$gene_id), ids)
})

test_that("several cell types have their own columns", {
    x <- array(seq_len(24), c(3, 2, 4))
    signal <- chromatinSignal(list(A = x), cellTypes = c("E003", "E123"))
    expect_identical(colnames(signal), c("E003", "E123"))
    expect_equal(unname(binMatrix(signal, "A", "E123")), x[, 2, ])
    expect_error(binMatrix(signal, "A"), "one of the signal's 2 cell types")
    expect_error(binMatrix(signal, "A", "E999"), "E999")
    expect_error(binMatrix(signal, "B", "E003"), "does not have.*B")
    expect_error(chromatinSignal(list(A = x), cellTypes = "E003"),
                 "Found 1 name for 2 cell types")
})

test_that("bins are centred on the TSS unless said otherwise", {
    x <- list(A = matrix(0, 2, 4))
    expect_identical(binOffsets(chromatinSignal(x)), c(-200, -100, 0, 100))
    near <- chromatinSignal(x, binWidth = 50, upstream = 0)
    expect_identical(binOffsets(near), c(0, 50, 100, 150))
    expect_identical(binWidth(near), 50)
})

test_that("expression above the median is high", {
    x <- list(A = matrix(0, 4, 2))
    signal <- chromatinSignal(x, expression = c(0, 5, 1, 9))
    expect_identical(as.vector(expressionLabel(signal)), c(0L, 1L, 0L, 1L))
    expect_equal(as.vector(assay(signal, "expression")), c(0, 5, 1, 9))
    expect_error(chromatinSignal(x, expression = 1:3), "`expression`.*4 x 1")
})

test_that("genes' ranges are matched by id and kept", {
    ranges <- GenomicRanges::GRanges(c("chr1", "chr2"),
        IRanges::IRanges(c(1, 5), width = 10), strand = c("+", "-"))
    names(ranges) <- c("b", "a")
    x <- matrix(0, 2, 4, dimnames = list(c("a", "b"), NULL))
    signal <- chromatinSignal(list(A = x), genes = ranges)
    expect_identical(as.character(GenomicRanges::seqnames(rowRanges(signal))),
                     c("chr2", "chr1"))
    expect_identical(rowData(signal)$gene_id, c("a", "b"))
    rownames(x) <- c("a", "c")
    expect_error(chromatinSignal(list(A = x), genes = ranges), "Missing: c")
})

test_that("signal subsets and binds as its users expect", {
    signal <- simulateChromatin(20, cellTypes = 2, seed = 1)
    part <- signal[5:9, 2]
    expect_equal(binMatrix(part, "H3K4me3"),
                 binMatrix(signal, "H3K4me3", "cellType2")[5:9, ])
    both <- cbind(signal[, 1], signal[, 2])
    expect_equal(assay(both, "H3K4me1"), assay(signal, "H3K4me1"))
    expect_identical(binOffsets(both), binOffsets(signal))
})

test_that("the orientation of windows is that of the signal", {
    genes <- GenomicRanges::GRanges("chr1", IRanges::IRanges(
        c(20000, 40000), width = 100), strand = c("+", "-"))
    names(genes) <- c("a", "b")
    for (orient in c("transcript", "genome")) {
        windows <- tssWindows(genes, 100, 100, 50, orient)
        x <- matrix(0, 2, 4, dimnames = list(c("a", "b"), NULL))
        signal <- chromatinSignal(list(H3K4me3 = x), windows, binWidth = 50)
        expect_identical(signal@bins$orient, orient)
    }
})
