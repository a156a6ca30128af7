at <- function(ranges, position, column = 1L) {
    site <- GenomicRanges::GRanges("chr1",
                                   IRanges::IRanges(position, width = 1))
    hit <- GenomicRanges::findOverlaps(site, ranges)
    S4Vectors::mcols(ranges)[[column]][S4Vectors::subjectHits(hit)]
}

test_that("a base has the value of the gene whose TSS is nearest", {
    # A: + strand, TSS 401, bins from 201. B: - strand, TSS 550, bins 4 to 1
    # from 351.
    signal <- overlappingSignal()
    ranges <- trackRanges(signal)
    expect_true(GenomicRanges::isDisjoint(ranges))
    expect_false(is.unsorted(ranges))
    expect_identical(as.vector(BiocGenerics::strand(ranges)),
                     rep("*", length(ranges)))
    expect_identical(names(S4Vectors::mcols(ranges)), "E003.H3K4me3.signal")
    expect_identical(range(GenomicRanges::start(ranges)), c(201L, 651L))
    # Positions, and the gene and bin there.
    expect_equal(at(ranges, c(201, 300, 301, 360, 420, 460)),
                 c(11, 11, 12, 12, 13, 13))
    expect_equal(at(ranges, c(520, 560, 660, 750)), c(23, 22, 21, 21))
})

test_that("bins along the genome are not turned", {
    ranges <- trackRanges(overlappingSignal("genome"))
    # B's bins 1 to 4 from 350.
    expect_equal(at(ranges, c(201, 520, 560, 700)), c(11, 22, 23, 24))
})

test_that("the mean is that of all genes with a bin at the base", {
    ranges <- trackRanges(overlappingSignal(), overlaps = "mean")
    bins <- list(A = function(p) 10 + (p - 201) %/% 100 + 1,
                 B = function(p) 20 + 4 - (p - 351) %/% 100)
    p <- 201:750
    own <- vapply(p, function(p) {
        mean(c(if (p <= 600) bins$A(p), if (p >= 351) bins$B(p)))
    }, 0)
    expect_equal(at(ranges, p), own)
})

test_that("a chosen gene does not see the others", {
    ranges <- trackRanges(overlappingSignal(), genes = "A")
    expect_equal(S4Vectors::mcols(ranges)[[1]], 11:14)
    expect_identical(GenomicRanges::width(ranges), rep(100L, 4))
})

test_that("bins end where the chromosome ends", {
    signal <- overlappingSignal(lengths = c(chr1 = 620))
    ranges <- trackRanges(signal)
    expect_identical(max(GenomicRanges::end(ranges)), 620L)
})

test_that("attention has tracks of alpha, beta and shares", {
    x <- quickAttention()
    ranges <- trackRanges(x, marks = "H3K4me3", genes = rownames(x)[3])
    expect_identical(metadata(ranges)$tracks$what, c("alpha", "beta", "share"))
    own <- S4Vectors::mcols(ranges)
    minus <- as.vector(BiocGenerics::strand(x))[3] == "-" &&
        identical(x@bins$orient, "transcript")
    alpha <- binMatrix(x, "H3K4me3")[3, ]
    expect_equal(own[[1]], unname(if (minus) rev(alpha) else alpha))
    expect_equal(own[[2]], rep(assay(x, "beta")[3, 1, "H3K4me3"], 20),
                 ignore_attr = TRUE)
    share <- assay(x, "share")[3, 1, "H3K4me3", ]
    expect_equal(sort(own[[3]]), sort(unname(share)))
})

test_that("what cannot be placed is refused", {
    x <- overlappingSignal()
    expect_error(trackRanges(x, "alpha"), "must be among")
    expect_error(trackRanges(x[0, ]), "no genes")
    plain <- chromatinSignal(list(K = matrix(1:6, 2, dimnames =
                                      list(c("a", "b"), NULL))))
    expect_error(trackRanges(plain), "genes with ranges")
})
