test_that("the table of a signal has each value where it belongs", {
    signal <- quietly(simulateChromatin(10, cellTypes = 2, bins = 5, seed = 1))
    table <- as.data.frame(signal)
    expect_named(table, c("gene", "cellType", "mark", "position", "value"))
    expect_identical(nrow(table), 10L * 2L * length(marks(signal)) * 5L)
    expect_identical(table, tidy(signal))
    own <- mapply(function(gene, cell, mark, position) {
        binMatrix(signal, mark, cell)[gene, as.character(position)]
    }, table$gene, table$cellType, table$mark, table$position)
    expect_equal(table$value, unname(own))
})

test_that("the table of an attention has alpha, beta and shares", {
    x <- quickAttention(2)
    genes <- rownames(x)[c(7, 3)]
    table <- tidy(x, genes = genes, marks = "H3K4me3", cellTypes =
                      colnames(x)[2])
    expect_identical(unique(table$gene), genes)
    expect_identical(table$position, rep(binOffsets(x), 2))
    cell <- colnames(x)[2]
    expect_equal(table$alpha, as.vector(t(
        binMatrix(x, "H3K4me3", cell)[genes, ])))
    expect_equal(table$beta, rep(unname(
        assay(x, "beta")[genes, cell, "H3K4me3"]), each = 20))
    expect_equal(table$share, as.vector(t(
        assay(x, "share")[genes, cell, "H3K4me3", ])))
})

test_that("a table that is too large is refused before it is made", {
    expect_error(.checkTableSize(6e7), "Choose genes")
    expect_null(.checkTableSize(5e7))
})
