signal <- simulateChromatin(60, cellTypes = 2, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12), scenario = "blocks")
parts <- suppressMessages(splitGenes(signal))
model <- quickModel(parts)

test_that("evaluate() has a row per cell type, with the baseline", {
    table <- evaluate(model, parts$test)
    expect_identical(table$cellType, colnames(signal))
    own <- c("auroc", "auprc", "accuracy", "f1", "brier", "logLoss")
    baseline <- c("baselineAuroc", "baselineAuprc", "baselineAccuracy",
                  "baselineF1", "baselineBrier", "baselineLogLoss")
    expect_named(table, c("cellType", "genes", "high", own, baseline))
    label <- expressionLabel(parts$test)
    expect_equal(table$high, unname(colMeans(label)))
    score <- predict(model, parts$test)
    expect_equal(table$auroc[2L], .auroc(label[, 2L], score[, 2L]))
})

test_that("the baseline is glm's, fitted to the training genes", {
    mean_log <- function(s, cellType) {
        data.frame(lapply(stats::setNames(marks(s), marks(s)), function(m) {
            rowMeans(log1p(binMatrix(s, m, cellType)))
        }))
    }
    pooled <- do.call(rbind, lapply(colnames(signal), mean_log,
                                    s = parts$train))
    pooled$label <- as.vector(expressionLabel(parts$train))
    fit <- stats::glm(label ~ ., stats::binomial(), pooled)
    test <- mean_log(parts$test, "cellType1")
    expected <- .auroc(expressionLabel(parts$test)[, "cellType1"],
                       stats::predict(fit, test))
    expect_equal(evaluate(model, parts$test)$baselineAuroc[1L], expected)
})

test_that("genes without a label do not count; none at all is an error", {
    some <- parts$test
    assay(some, "label")[1:4, 1L] <- NA
    expect_identical(evaluate(model, some)$genes,
                     c(nrow(some) - 4L, nrow(some)))
    assay(some, "label")[, 1L] <- NA
    expect_error(evaluate(model, some), "no gene with a label.*cellType1")
    assay(some, "label") <- NULL
    expect_error(evaluate(model, some), "has no labels")
})
