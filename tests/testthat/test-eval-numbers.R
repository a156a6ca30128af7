test_that("the measures are those of base R", {
    withr::local_seed(1)
    y <- rnorm(50, 100)
    p <- y + rnorm(50)
    mean <- y + rnorm(50)
    own <- .numberMetrics(y, p, mean)
    expect_equal(own[["pearson"]], cor(y, p))
    expect_equal(own[["spearman"]], cor(y, p, method = "spearman"))
    expect_equal(own[["r2"]],
                 1 - sum((y - p)^2) / sum((y - mean(y))^2))
    expect_equal(own[["rmse"]], sqrt(mean((y - p)^2)))
    expect_equal(own[["deviation"]], cor(y - mean, p - mean))
    expect_identical(.numberMetrics(y, p)[["deviation"]], NA_real_)
    mean[1:10] <- NA
    expect_equal(.numberMetrics(y, p, mean)[["deviation"]],
                 cor((y - mean)[-(1:10)], (p - mean)[-(1:10)]))
})

test_that("drawn measures are those of the drawn genes", {
    withr::local_seed(1)
    y <- rnorm(30)
    p <- y + rnorm(30)
    terms <- .numberTerms(y, p, NULL)
    counts <- .drawCounts(30, 3)
    drawn <- .momentMetrics(crossprod(counts, terms))
    for (i in 1:3) {
        rows <- rep(1:30, counts[, i])
        expect_equal(drawn[[i, "pearson"]], cor(y[rows], p[rows]))
        expect_equal(drawn[[i, "rmse"]],
                     sqrt(mean((y[rows] - p[rows])^2)))
    }
})

# bench/results/number-intervals.md has more cases and more data sets.
test_that("intervals of the measures and of a difference cover the truth", {
    withr::local_seed(1)
    truth <- c(pearson = 0.6, r2 = 0.2, rmse = sqrt(0.8))
    inside <- rowMeans(replicate(300, {
        y <- rnorm(100)
        p <- 0.6 * y + 0.8 * rnorm(100)
        q <- 0.5 * y + sqrt(0.75) * rnorm(100)
        found <- .numberIntervals(list(.numberTerms(y, p), .numberTerms(y, q)),
                                  NULL, 100, sample.int(1e6, 1))
        bounds <- cbind(found$bounds[, names(truth)], found$difference)
        bounds[1L, ] < c(truth, 0.1) & bounds[2L, ] > c(truth, 0.1)
    }))
    expect_true(all(inside > 0.91 & inside < 0.985)) # 95% by 3 errors
})

test_that("evaluate() compares numbers with baselines", {
    parts <- splitGenes(simulateChromatin(genes = 150, cellTypes = 2, seed = 1))
    zones <- trainBaseline(parts, "zones", target = "expression")
    gene <- trainBaseline(parts, "geneMean", target = "expression")
    model <- quickModel(parts, target = "expression")
    out <- evaluate(model, parts, baselines = list(zones = zones, gene = gene),
                    draws = 50)
    expect_s3_class(out, "numberEvaluation")
    y <- log2(assay(parts$test, "expression") + 1)
    p <- predict(model, parts$test)
    expect_equal(out$pearson, unname(c(cor(y[, 1], p[, 1]),
                                       cor(y[, 2], p[, 2]))))
    expect_equal(out$zonesPearson[1L],
                 cor(y[, 1], predict(zones, parts$test)[, 1]))
    expect_equal(out$zonesDifference, out$pearson - out$zonesPearson)
    expect_equal(out$deviation[1L], cor(y[, 1] - y[, 2], p[, 1] - y[, 2]))
    expect_true(all(out$pearsonLower < out$pearson &
                        out$pearson < out$pearsonUpper))
    expect_output(print(out), "Pearson: .* baseline zones")
    expect_output(print(out), "deviation: Pearson of")
})

test_that("baselines of numbers are least squares", {
    parts <- splitGenes(simulateChromatin(genes = 150, seed = 1))
    y <- log2(assay(parts$train, "expression")[, 1L] + 1)
    x <- .markMeans(.samplesOf(parts$train, marks(parts$train),
                               colnames(parts$train)), list())
    own <- trainBaseline(parts$train, "meanLogCount", target = "expression")
    expect_equal(unname(own@fit$coefficients),
                 unname(coef(lm(y ~ x))))
    expect_output(print(own), "linear regression on the mean log count")
    for (method in c("bestBin", "shallowChrome", "zones")) {
        fit <- trainBaseline(parts$train, method, target = "expression")
        expect_gt(cor(y, predict(fit, parts$train)[, 1L]), 0.6)
    }
    skip_if_not_installed("ranger")
    forest <- trainBaseline(parts$train, "randomForest", target = "expression",
                            seed = 1)
    expect_gt(cor(y, predict(forest, parts$train)[, 1L]), 0.9)
    skip_if_not_installed("glmnet")
    net <- trainBaseline(parts, "elasticNet", target = "expression", seed = 1)
    expect_gt(cor(y, predict(net, parts$train)[, 1L]), 0.7)
})
