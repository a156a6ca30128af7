skip_if_not_installed("limma")
signal <- simulateChromatin(60, cellTypes = 4, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12), scenario = "blocks")
train <- function(seed) {
    trainCellTypes(signal, epochs = 2, filters = 4, context = 4, seed = seed,
                   learningRate = 0.01, progress = FALSE,
                   BPPARAM = BiocParallel::SerialParam())
}
panels <- lapply(1:3, train)
groups <- list(a = c("cellType1", "cellType2"),
               b = c("cellType3", "cellType4"))

test_that("cell types are the replicates where there are enough", {
    found <- differentialAttention(panels, signal, groups)
    expect_identical(nrow(found), 60L * 5L)
    beta <- Reduce(`+`, lapply(panels, function(p) {
        as.array(assay(attention(p, signal), "beta"))
    })) / 3
    row <- found[7L, ]
    values <- beta[row$gene, , row$mark]
    expect_equal(row$first, mean(values[groups$a]))
    expect_equal(row$difference, mean(values[groups$b]) -
                 mean(values[groups$a]))
    expect_equal(found$fdr, p.adjust(found$pValue, "BH"))
    expect_false(is.unsorted(found$pValue))
})

test_that("seeds are the replicates between two cell types", {
    two <- list(a = "cellType1", b = "cellType4")
    found <- differentialAttention(panels, signal, two, "alpha", within = 300)
    row <- found[3L, ]
    near <- c("-300", "-200", "-100", "0", "100", "200")
    shares <- vapply(panels, function(p) {
        att <- attention(p, signal)
        sum(binMatrix(att, row$mark, "cellType4")[row$gene, near])
    }, 0)
    expect_equal(row$second, mean(shares))
})

test_that("planted differences are found, and few others", {
    n <- 500
    x <- .withSeed(1L, matrix(rnorm(n * 6, 0.2, 0.01), n))
    x[1:20, 4:6] <- x[1:20, 4:6] + 0.1
    values <- list(list(values = x, gene = seq_len(n), mark = "m"))
    found <- .differences(values, list(a = 1:3, b = 1:3))
    expect_setequal(found$gene[1:20], 1:20)
    expect_true(all(found$fdr[1:20] < 0.01))
    expect_lt(mean(found$pValue[-(1:20)] < 0.05), 0.1)
})

test_that("the result prints its best rows and plots as a volcano", {
    found <- differentialAttention(panels, signal, groups)
    lines <- capture.output(print(found, n = 3))
    expect_match(lines[1L], "attention to the mark")
    expect_match(lines[2L], "first: a, cellType1, cellType2")
    expect_match(lines[4L], sprintf("^%d of 300", sum(found$fdr < 0.05)))
    expect_length(lines, 9L)
    expect_match(lines[9L], "297 more")
    expect_lte(max(nchar(lines)), 80L)
    expect_output(print(found[1:2]), "gene")
    seeds <- differentialAttention(panels, signal, list(a = "cellType1",
                                                        b = "cellType4"))
    expect_output(print(seeds), "Replicates are seeds")
    found$fdr[] <- 1
    expect_length(ggplot2::ggplot_build(plot(found))$data, 2L)
    found$fdr[1:5] <- 0.01
    built <- ggplot2::ggplot_build(plot(found))
    expect_equal(built$data[[1]]$y, -log10(found$pValue))
    expect_identical(built$data[[2]]$label, found$gene[1:5])
    expect_equal(built$data[[3]]$yintercept, -log10(found$pValue[5]))
})

test_that("wrong input is reported", {
    expect_snapshot(error = TRUE, {
        differentialAttention(panels[[1]], signal, c("cellType1", "cellType2"))
        differentialAttention(panels[[1]], signal,
                              list(a = "cellType1", b = "cellType2"))
        differentialAttention(panels, signal,
                              list(a = "cellType1", b = "cellType1"))
        differentialAttention(panels, signal, list(a = "K562", b = "E003"))
        differentialAttention(1, signal, groups)
        differentialAttention(panels, signal, groups, "alpha", within = 10)
    })
})
