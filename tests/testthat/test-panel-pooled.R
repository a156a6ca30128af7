parts <- smallParts(90, cellTypes = 3)
train <- function(..., seed = 1) {
    trainPooled(parts, epochs = 2, filters = 4, context = 4,
                learningRate = 0.01, ..., seed = seed, progress = FALSE,
                BPPARAM = BiocParallel::SerialParam())
}

test_that("a model of all, and of all others, for each cell type", {
    pooled <- train()
    own <- attentiveChrome(parts$train, parts$validation, epochs = 2,
        filters = 4, context = 4, learningRate = 0.01,
        cellTypes = c("cellType1", "cellType3"),
        seed = .seedOf(1L, c("cellType1", "cellType3")))
    expect_identical(coef(pooled$models[["without cellType2"]]), coef(own))
    expect_identical(pooled$table$heldOut[2L],
                     evaluate(own, parts$test)$auroc[2L])
    expect_equal(pooled$table$pooled,
                 evaluate(pooled$models$pooled, parts$test)$auroc)
})

test_that("wrong input is reported", {
    one <- lapply(parts, function(p) p[, 1L])
    expect_error(trainPooled(one), "at least two cell types")
    expect_error(train(cellTypes = "cellType1"), "set for each cell type")
})
