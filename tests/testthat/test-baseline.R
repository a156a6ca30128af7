parts <- smallParts(120, cellTypes = 2)
methods <- names(.baselines)

fitAll <- function(...) {
    skip_if_not_installed("glmnet")
    skip_if_not_installed("ranger")
    lapply(stats::setNames(nm = methods), function(method) {
        trainBaseline(parts$train, method, ..., seed = 1)
    })
}

test_that("log counts mirror what is below 0, as of a log ratio", {
    expect_equal(.logCount(c(-3, -0.5, 0, 0.5, 3)),
                 c(-log(4), -log(1.5), 0, log(1.5), log(4)))
})

test_that("a unanimous forest is as sure as half a vote lets it be", {
    skip_if_not_installed("ranger")
    high <- rep(0:1, each = 20)
    counts <- matrix(100 * high + withr::with_seed(1, stats::runif(40)), 40, 3)
    signal <- chromatinSignal(list(M = counts), labels = high)
    forest <- trainBaseline(signal, "randomForest", num.trees = 10, seed = 1)
    logit <- as.vector(predict(forest, signal, type = "link"))
    expect_equal(range(logit), c(-1, 1) * stats::qlogis(1 - 0.5 / 10))
})

test_that("baselines predict in the shape of a model, and find the signal", {
    for (fit in fitAll()) {
        p <- predict(fit, parts$test)
        expect_identical(dimnames(p), dimnames(parts$test))
        link <- predict(fit, parts$test, type = "link")
        expect_equal(p, plogis(link))
        expect_equal(predict(fit, parts$test, type = "class"), (p > 0.5) + 0L)
        expect_true(all(is.finite(link)))
        expect_gt(min(evaluate(fit, parts$test)$auroc), 0.7)
        expect_identical(augment(fit, parts$test)$.fitted, as.vector(p))
    }
})

test_that("evaluate() has the columns of a network's table", {
    network <- evaluate(quickModel(parts), parts$test)
    fits <- fitAll()
    for (fit in fits) {
        table <- evaluate(fit, parts$test)
        expect_named(table, names(network))
        expect_equal(table$baselineAuroc, network$baselineAuroc)
    }
    own <- evaluate(fits$meanLogCount, parts$test)
    expect_equal(own$auroc, own$baselineAuroc)
    expect_equal(own$brier, own$baselineBrier)
})

test_that("the best bin is the one that separates best, found by hand", {
    fit <- trainBaseline(parts$train, "bestBin", cellTypes = "cellType2")
    x <- log1p(binMatrix(parts$train, "H3K4me3", "cellType2"))
    y <- expressionLabel(parts$train)[, "cellType2"]
    distance <- vapply(seq_len(ncol(x)), function(b) {
        abs(.auroc(y, x[, b]) - 0.5)
    }, 0)
    expect_identical(fit@fit$bestBins[["H3K4me3"]], which.max(distance))
    expect_true(fit@fit$bestBins[["H3K4me3"]] %in% 9:12)
    picked <- vapply(marks(parts$train), function(m) {
        log1p(binMatrix(parts$train, m, "cellType2"))[, fit@fit$bestBins[[m]]]
    }, numeric(nrow(parts$train)))
    glm <- stats::glm(y ~ picked, family = stats::binomial())
    expect_equal(unname(predict(fit, parts$train)[, "cellType2"]),
                 unname(stats::fitted(glm)))
})

test_that("the kept coefficients predict as glmnet does", {
    skip_if_not_installed("glmnet")
    fit <- trainBaseline(parts$train, "elasticNet", seed = 3)
    x <- .allBins(.logCounts(parts$train, marks(parts$train),
                             colnames(parts$train)))
    y <- as.vector(expressionLabel(parts$train))
    own <- .withSeed(3L, glmnet::cv.glmnet(x, y, family = "binomial",
                                           alpha = 0.5))
    expect_equal(as.vector(predict(fit, parts$train)),
                 as.vector(stats::predict(own, x, s = "lambda.min",
                                          type = "response")))
})

test_that("the same seed gives the same baseline, and saveRDS() keeps it", {
    file <- withr::local_tempfile()
    again <- fitAll()
    for (fit in fitAll()) {
        expect_identical(predict(fit, parts$test),
                         predict(again[[fit@method]], parts$test))
        saveRDS(fit, file)
        expect_identical(predict(readRDS(file), parts$test),
                         predict(fit, parts$test))
    }
    other <- trainBaseline(parts$train, "randomForest", seed = 2)
    expect_false(identical(predict(other, parts$test),
                           predict(again$randomForest, parts$test)))
})

test_that("settings reach the packages", {
    skip_if_not_installed("ranger")
    fit <- trainBaseline(parts$train, "randomForest", seed = 1, num.trees = 7)
    expect_identical(as.integer(fit@fit$trees), 7L)
})

test_that("a pure forest vote is still a finite logit", {
    skip_if_not_installed("ranger")
    fit <- trainBaseline(parts$train, "randomForest", seed = 1, num.trees = 3)
    link <- predict(fit, parts$train, type = "link")
    expect_equal(max(abs(link)), stats::qlogis(1 - 0.5 / 3))
    expect_warning(own <- evaluate(fit, parts$train),
                   class = "AttentiveChrome_seen")
    expect_true(all(is.finite(own$logLoss)))
})

test_that("genes without a label are left out", {
    some <- parts$train
    assay(some, "label")[1:5, 1L] <- NA
    fit <- trainBaseline(some, "bestBin")
    expect_identical(fit@training$genes, 2L * nrow(some) - 5L)
    kept <- trainBaseline(some[-(1:5), ], "bestBin", cellTypes = "cellType1")
    expect_equal(predict(trainBaseline(some, "bestBin",
                                       cellTypes = "cellType1"), parts$test),
                 predict(kept, parts$test))
})

test_that("wrong input is reported", {
    fit <- trainBaseline(parts$train)
    fewer <- parts$test
    assays(fewer) <- assays(fewer)[setdiff(assayNames(fewer), "H3K4me3")]
    other <- simulateChromatin(10, bins = 10, causal = list(), seed = 1)
    treated <- parts$test
    preprocessing(treated)$normalization <- "cpm"
    same <- parts$train
    assay(same, "label")[] <- 1L
    expect_snapshot(error = TRUE, {
        predict(fit, fewer)
        evaluate(fit, other)
        predict(fit, treated)
        trainBaseline(same)
        trainBaseline(parts$train, "svm")
        trainBaseline(parts$train, "bestBin", alpha = 1)
    })
})

test_that("a baseline prints what it is", {
    expect_snapshot(trainBaseline(parts$train, "bestBin"))
})
