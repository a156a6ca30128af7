signal <- simulateChromatin(60, cellTypes = 2, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12), scenario = "blocks")
parts <- suppressMessages(splitGenes(signal))
model <- quickModel(parts)

test_that("evaluate() has a row per cell type, with the baseline", {
    table <- evaluate(model, parts$test)
    expect_identical(table$cellType, colnames(signal))
    own <- c("auroc", "auprc", "accuracy", "f1", "brier", "logLoss", "slope",
             "intercept", "ece")
    other <- c("Auroc", "Auprc", "Accuracy", "F1", "Brier", "LogLoss", "Slope",
               "Intercept", "Ece", "Difference", "DifferenceLower",
               "DifferenceUpper")
    expect_named(table, c("cellType", "genes", "high", own, "baseline",
                          paste0("baseline", other),
                          paste0("reference", other),
                          paste0(rep(own, each = 2L), c("Lower", "Upper")),
                          "chromosomes"))
    label <- expressionLabel(parts$test)
    expect_equal(table$high, unname(colMeans(label)))
    score <- predict(model, parts$test)
    expect_equal(table$auroc[2L], .auroc(label[, 2L], score[, 2L]))
})

test_that("the reference is glm's, fitted to the training genes", {
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
    expect_equal(evaluate(model, parts$test)$referenceAuroc[1L], expected)
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

test_that("the best baseline is that of the training genes, as trained", {
    table <- evaluate(model, parts$test)
    best <- model@baseline$best
    expect_identical(table$baseline, rep(best, 2))
    fit <- trainBaseline(parts$train, best)
    own <- evaluate(fit, parts$test)
    expect_identical(table$baselineAuroc, own$auroc)
    expect_identical(table$baselineBrier, own$brier)
})

test_that("the difference has DeLong's paired interval", {
    skip_if_not_installed("pROC")
    bins <- trainBaseline(parts$train, "bestBin")
    table <- evaluate(model, parts$test, baselines = bins)
    roc <- function(fit) {
        pROC::roc(expressionLabel(parts$test)[, 2L],
                  predict(fit, parts$test)[, 2L], quiet = TRUE,
                  direction = "<")
    }
    test <- pROC::roc.test(roc(model), roc(bins), paired = TRUE,
                           method = "delong")
    expect_equal(c(table$bestBinDifferenceLower[2L],
                   table$bestBinDifferenceUpper[2L]),
                 as.vector(test$conf.int))
    expect_equal(table$bestBinDifference, table$auroc - table$bestBinAuroc)
})

test_that("further baselines have columns by their names", {
    bins <- trainBaseline(parts$train, "bestBin")
    zones <- trainBaseline(parts$train, "zones")
    table <- evaluate(model, parts$test, baselines = list(a = bins, b = zones))
    expect_identical(table$aAuroc, evaluate(bins, parts$test)$auroc)
    expect_identical(table$bLogLoss, evaluate(zones, parts$test)$logLoss)
    expect_error(evaluate(model, parts$test, baselines = model),
                 "must be a baseline of")
    expect_error(evaluate(model, parts$test, baselines = list(bins, bins)),
                 "must have different names")
    expect_error(evaluate(model, parts$test,
                          baselines = list(reference = bins)), "other than")
})

test_that("variable genes are high in some cell types and low in others", {
    label <- rbind(c(1, 1, NA), c(1, 0, 1), c(NA, NA, NA), c(0, 0, 0),
                   c(NA, 1, 0))
    expect_identical(.areVariable(label), c(FALSE, TRUE, FALSE, FALSE, TRUE))
    # In at least a tenth of the cell types
    many <- matrix(0, 3L, 20L)
    many[1L, 1L] <- many[2L, 1:2] <- 1
    expect_identical(.areVariable(many), c(FALSE, TRUE, FALSE))
    kept <- .areVariable(expressionLabel(parts$test))
    table <- evaluate(model, parts, genes = "variable")
    expect_identical(table$genes, rep(sum(kept), 2L))
    expect_equal(table, evaluate(model, parts$test[kept, ]))
    expect_equal(evaluate(trainBaseline(parts$train), parts,
                          genes = "variable")$genes, table$genes)
    expect_error(evaluate(model, parts$test[, 1L], genes = "variable"),
                 "two or more")
    expect_error(evaluate(model, parts$test[!kept, ], genes = "variable"),
                 "no variable genes")
})

test_that("models of earlier versions have the reference alone", {
    old <- model
    attr(old, "baseline") <- model@baseline$fits$meanLogCount$coefficients
    table <- evaluate(old, parts$test)
    expect_identical(table$baseline, rep("meanLogCount", 2))
    expect_equal(table$referenceAuroc,
                 evaluate(model, parts$test)$referenceAuroc)
    expect_identical(table$baselineAuroc, table$referenceAuroc)
    new <- updateObject(old)
    expect_true(methods::validObject(new))
    expect_equal(evaluate(new, parts$test), table)
    attr(old, "baseline") <- rep(NA_real_, 6L)
    expect_identical(updateObject(old)@baseline, list())
})

test_that("print() says plainly which is better", {
    values <- c(difference = 0.012, lower = 0.004, upper = 0.02)
    expect_snapshot({
        cat(.aurocVerdict("zones", values, 3L))
        cat(.aurocVerdict("zones", -values[c(1, 3, 2)], 3L))
        cat(.aurocVerdict("zones", c(0.001, -0.02, 0.022), 3L))
        cat(.aurocVerdict("zones", c(NA, NA, NA), 3L))
    })
    table <- data.frame(
        cellType = "E003", genes = 100L, high = 0.5, auroc = 0.8, auprc = 0.81,
        accuracy = 0.7, f1 = 0.71, brier = 0.15, logLoss = 0.4, slope = 0.9,
        intercept = -0.123, ece = 0.02, baseline = "zones")
    for (name in c("baseline", "reference", "forest")) {
        table[.prefixed(name, names(.evaluationTitles))] <- 9:1 / 10
        table[.prefixed(name, c("difference", "differenceLower",
                                "differenceUpper"))] <- c(0.2, 0.1, 0.3)
    }
    table$baselineDifferenceLower <- -0.05
    table$forestDifference <- -0.02
    table$forestDifferenceLower <- -0.03
    table$forestDifferenceUpper <- -0.01
    expect_snapshot(print(.asEvaluation(table)))
    # With intervals, of which that of F1 is unknown
    measures <- names(.evaluationTitles)
    table[paste0(measures, "Lower")] <- unlist(table[measures]) - 0.02
    table[paste0(measures, "Upper")] <- unlist(table[measures]) + 0.02
    table[c("f1Lower", "f1Upper")] <- NA
    table$chromosomes <- 20L
    expect_snapshot(print(.asEvaluation(table)))
    # The same line is not printed twice if the reference is the best.
    table$baseline <- "meanLogCount"
    table[grep("^forest", names(table))] <- NULL
    expect_snapshot(print(.asEvaluation(table)))
    many <- table[rep(1L, 5L), ]
    many$baselineDifferenceUpper[1:2] <- -0.01
    many$baselineDifferenceLower[3L] <- 0.01
    expect_snapshot(print(.asEvaluation(many)))
})

test_that("evaluate() is of the probabilities that predict() returns", {
    label <- expressionLabel(parts$test)[, 1L]
    measured <- function(table) unlist(table[1L, names(.evaluationTitles)])
    expect_equal(measured(evaluate(model, parts$test, draws = 0)),
                 .metrics(label, predict(model, parts$test, "link")[, 1L]))
    raw <- predict(model, parts$test, "link", calibrated = FALSE, prior = 0.3)
    table <- evaluate(model, parts$test, calibrated = FALSE, prior = 0.3,
                      draws = 0)
    expect_equal(measured(table), .metrics(label, raw[, 1L]))
    zones <- trainBaseline(parts$train, "zones")
    expect_equal(measured(evaluate(zones, parts$test, prior = 0.3, draws = 0)),
                 .metrics(label, predict(zones, parts$test, "link",
                                         prior = 0.3)[, 1L]))
})

test_that("intervals are of whole chromosomes if there are five", {
    on <- as.character(GenomicRanges::seqnames(rowRanges(parts$test)))
    expect_gt(length(unique(on)), 5L)
    table <- evaluate(model, parts$test, draws = 50)
    label <- expressionLabel(parts$test)[, 1L]
    logit <- predict(model, parts$test, "link")[, 1L]
    own <- .drawnClusters(on, label)
    expect_identical(table$chromosomes[1L],
                     if (is.null(own)) NA_integer_ else max(own))
    expect_equal(unlist(table[1L, c("brierLower", "brierUpper")]),
                 .metricIntervals(label, logit, own, 50,
                                  1)[c("brierLower", "brierUpper")])
    expect_identical(evaluate(model, parts$test, draws = 50), table)
    other <- evaluate(model, parts$test, draws = 50, seed = 2)
    expect_false(identical(other$brierLower, table$brierLower))
    none <- evaluate(model, parts$test, draws = 0)
    expect_true(anyNA(none$brierLower))
    expect_identical(none$aurocLower, table$aurocLower)
    expect_error(evaluate(model, parts$test, draws = -1), "draws")
})
