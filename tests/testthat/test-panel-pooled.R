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

test_that("the table has the baselines of the held-out cell types", {
    pooled <- train()
    expect_named(pooled$table, c("cellTypes", "group", "genes", "pooled",
                                 "heldOut", "baseline", "geneMean",
                                 "networkGeneMean"))
    expect_identical(pooled$table$group, pooled$table$cellTypes)
    others <- c("cellType1", "cellType3")
    held <- parts$test[, "cellType2"]
    best <- trainBaseline(parts$train,
                          pooled$models[["without cellType2"]]@baseline$best,
                          others)
    expect_identical(pooled$table$baseline[2L], evaluate(best, held)$auroc)
    # The mean of the two others; a logistic regression on it keeps the order,
    # if the slope is positive.
    mean <- rowMeans(log2(1 + assay(parts$test, "expression")[, others]))
    label <- expressionLabel(held)[, 1L]
    expect_equal(pooled$table$geneMean[2L], .auroc(label, mean))
    expression <- do.call(rbind, lapply(unname(unclass(parts)), assay,
                                        "expression"))
    both <- trainBaseline(parts$validation, "networkGeneMean", others,
                          network = pooled$models[["without cellType2"]],
                          expression = expression[, others])
    expect_identical(pooled$table$networkGeneMean[2L],
                     suppressMessages(evaluate(both, held))$auroc)
    variable <- .areVariable(expressionLabel(parts$test))
    expect_identical(pooled$variable$genes, rep(sum(variable), 3L))
    expect_equal(pooled$variable$geneMean[2L],
                 .auroc(label[variable], mean[variable]))
    expect_equal(pooled$variable$heldOut[2L], evaluate(
        pooled$models[["without cellType2"]], parts$test,
        genes = "variable")$auroc[2L])
})

test_that("related cell types are held out together", {
    pooled <- train(groups = c(cellType1 = "stem", cellType2 = "stem"))
    expect_named(pooled$models, c("pooled", "without stem",
                                  "without cellType3"))
    expect_identical(pooled$models[["without stem"]]@training$cellTypes,
                     "cellType3")
    expect_identical(pooled$table$group, c("stem", "stem", "cellType3"))
    expect_identical(pooled$table$heldOut[2L], evaluate(
        pooled$models[["without stem"]], parts$test)$auroc[2L])
    # The training cell types are all of one group.
    expect_true(all(is.na(pooled$table$geneMean)))
    expect_error(train(groups = c(cellType1 = "a", cellType2 = "a",
                                  cellType3 = "a")), "at least two groups")
})

test_that("a split by chromosome holds out the cell type and the chromosome", {
    signal <- simulateChromatin(90, cellTypes = 3, bins = 20, seed = 1,
                                causal = list(H3K4me3 = 9:12))
    on <- function(x) unique(as.character(seqnames(rowRanges(x))))
    test <- on(signal)[1:8]
    parts <- suppressMessages(splitGenes(signal, "chromosome",
        chromosomes = list(test = test)))
    pooled <- trainPooled(parts, epochs = 1, filters = 4, context = 4,
                          seed = 1, progress = FALSE)
    expect_identical(sum(pooled$table$genes), 3L * nrow(parts$test))
    expect_length(intersect(on(parts$train), test), 0L)
    model <- pooled$models[["without cellType1"]]
    expect_identical(model@training$genes, 2L * nrow(parts$train))
})

test_that("wrong input is reported", {
    one <- lapply(parts, function(p) p[, 1L])
    expect_error(trainPooled(one), "at least two cell types")
    expect_error(train(cellTypes = "cellType1"), "set for each cell type")
})
