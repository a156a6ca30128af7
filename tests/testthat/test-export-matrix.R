# The attributes that EnrichedHeatmap 1.28's normalizeToMatrix() gives a matrix
# around single points.
test_that("a matrix has the structure that EnrichedHeatmap makes", {
    m <- normalizedMatrix(overlappingSignal(), "H3K4me3")
    expect_s3_class(m, c("normalizedMatrix", "matrix"), exact = TRUE)
    expect_setequal(names(attributes(m)), c(
        "dim", "dimnames", "class", "upstream_index", "target_index",
        "downstream_index", "extend", "smooth", "signal_name", "target_name",
        "target_is_single_point", "background", "signal_is_categorical"))
    expect_identical(attr(m, "upstream_index"), 1:2)
    expect_identical(attr(m, "downstream_index"), 3:4)
    expect_identical(attr(m, "target_index"), integer())
    expect_identical(attr(m, "extend"), c(200, 200))
    expect_identical(colnames(m), c("u1", "u2", "d1", "d2"))
    expect_equal(unname(m["B", ]), 21:24)
})

test_that("bins along the genome are turned for genes on the minus strand", {
    m <- normalizedMatrix(overlappingSignal("genome"), "H3K4me3")
    expect_equal(unname(m["A", ]), 11:14)
    expect_equal(unname(m["B", ]), 24:21)
    x <- overlappingSignal("genome")
    x@bins$offsets <- x@bins$offsets + 100
    expect_error(normalizedMatrix(x, "H3K4me3"), "turned from 5' to 3'")
})
