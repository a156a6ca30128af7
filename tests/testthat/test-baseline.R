parts <- smallParts(120, cellTypes = 2)
methods <- names(.baselines)

fitAll <- function(...) {
    skip_if_not_installed("glmnet")
    skip_if_not_installed("ranger")
    lapply(stats::setNames(nm = methods), function(method) {
        further <- if (method == "networkGeneMean") {
            list(network = quickModel(parts))
        }
        do.call(trainBaseline, c(list(parts, method, ..., seed = 1), further))
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
        expect_gt(min(evaluate(fit, parts$test)$auroc), 0.6)
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
    expect_equal(own$auroc, own$referenceAuroc)
    expect_equal(own$brier, own$referenceBrier)
    expect_equal(own$referenceDifference, c(0, 0))
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
    samples <- .samplesOf(parts$train, marks(parts$train),
                          colnames(parts$train))
    x <- .allBins(samples, fit@fit)
    y <- as.vector(expressionLabel(parts$train))
    own <- .withSeed(3L, glmnet::cv.glmnet(x, y, family = "binomial",
                                           alpha = 0.5))
    expect_equal(as.vector(predict(fit, parts$train)),
                 as.vector(stats::predict(own, x, s = "lambda.min",
                                          type = "response")))
})

test_that("validation genes choose the penalty of the elastic net", {
    skip_if_not_installed("glmnet")
    fit <- trainBaseline(parts, "elasticNet")
    expect_identical(fit@fit, trainBaseline(parts$train, "elasticNet",
        validation = parts$validation)@fit)
    loss <- function(lambda) {
        x <- function(part) {
            .allBins(.samplesOf(part, marks(part), colnames(part)), fit@fit)
        }
        net <- glmnet::glmnet(x(parts$train), family = "binomial", alpha = 0.5,
                              as.vector(expressionLabel(parts$train)))
        .logLoss(as.vector(expressionLabel(parts$validation)),
                 drop(predict(net, x(parts$validation), s = lambda)))
    }
    best <- fit@fit$penalty
    expect_lt(loss(best), loss(best * 1.5))
    expect_lt(loss(best), loss(best / 1.5))
})

# ---- zones and the ridge ----------------------------------------------------

test_that("zones are means of log signal, scaled to a mean of 6", {
    samples <- list(signal = list(A = matrix(1:24, 2), B = matrix(0, 2, 4)),
                    gene = c("g", "h"), cellType = c("c", "c"))
    fit <- .signalScale(samples)
    expect_equal(fit$scale * mean(c(mean(1:24), 0)), 6)
    zones <- .zoneMeans(samples, fit)
    # 12 bins: the zones end at 1, 2, 3, 4, 6, 7, 8, 9, 10 and 12.
    expect_identical(colnames(zones), c(paste0("A.", 1:10), paste0("B.", 1:4)))
    logs <- log1p(fit$scale * samples$signal$A)
    expect_equal(unname(zones[, "A.1"]), logs[, 1L])
    expect_equal(unname(zones[, "A.5"]), rowMeans(logs[, 5:6]))
    expect_equal(unname(zones[, "A.10"]), rowMeans(logs[, 11:12]))
    expect_identical(.signalScale(list(signal = list(matrix(0, 2, 2))))$scale,
                     1)
})

test_that("zones do not depend on the unit of the signal", {
    hundredths <- parts
    for (part in names(parts)) for (mark in marks(parts$train)) {
        assay(hundredths[[part]], mark, withDimnames = FALSE) <-
            assay(parts[[part]], mark, withDimnames = FALSE) / 100
    }
    for (method in c("zones", "shallowChrome")) {
        expect_equal(predict(trainBaseline(hundredths, method),
                             hundredths$test),
                     predict(trainBaseline(parts, method), parts$test))
    }
})

test_that("the highest bin is that of each mark", {
    samples <- list(signal = list(A = rbind(c(1, 5, 2), c(0, 0, 0)),
                                  B = rbind(c(7, 1, 1), c(2, 3, 1))))
    expect_equal(.markMaxima(samples, list(scale = 2)),
                 cbind(A = log1p(2 * c(5, 0)), B = log1p(2 * c(7, 3))))
})

test_that("the ridge minimises the penalised deviance", {
    z <- withr::with_seed(1, cbind(1, matrix(stats::rnorm(300), 100)))
    y <- rep(0:1, 50) * (z[, 2L] > -0.5)
    target <- function(b) {
        100 * .logLoss(y, drop(z %*% b)) + 5 * sum(b[-1L]^2) / 2
    }
    best <- stats::optim(numeric(4), target, method = "BFGS",
                         control = list(reltol = 1e-14))$par
    expect_equal(.ridge(z, y, c(0, 5, 5, 5), numeric(4)), best,
                 tolerance = 1e-4)
    without <- .ridge(z, y, numeric(4), numeric(4))
    expect_equal(without, unname(stats::glm.fit(
        z, y, family = stats::binomial())$coefficients), tolerance = 1e-4)
})

test_that("the ridge's coefficients are those of the columns as they are", {
    x <- withr::with_seed(2, matrix(stats::rnorm(400, 3, 5), 100))
    y <- as.integer(x[, 1L] > 3)
    fold <- rep(0:4, 20)
    fit <- .fitRidge(cbind(x, 7), y, fold) # a constant column
    z <- cbind(1, scale(x))
    standard <- .ridgePath(z, y)[, .penalties == fit$penalty]
    expect_equal(.linearLogit(fit, cbind(x, 7)), drop(z %*% standard))
})

test_that("the penalty has the lowest loss on genes that were left out", {
    noise <- withr::with_seed(3, matrix(stats::rnorm(3000), 60))
    y <- rep(0:1, 30)
    fold <- rep(0:4, 12)
    fit <- .fitRidge(noise, y, fold)
    expect_identical(fit$penalty, 1000)
    expect_equal(fit$loss, log(2), tolerance = 0.1)
    strong <- noise
    strong[, 1L] <- strong[, 1L] + 6 * y
    expect_lt(.fitRidge(strong, y, fold)$penalty, 1000)
})

test_that("labels of one kind in a fold are no error", {
    y <- c(1, rep(0, 9))
    x <- cbind(1:10, y)
    expect_true(all(is.finite(.fitRidge(x, y, c(1, rep(2, 9)))$coefficients)))
    expect_true(is.finite(.fitLogistic(x, y, c(1, rep(2, 9)))$loss))
})

test_that("all cell types of a gene are in one fold", {
    fold <- .geneFolds(rep(paste0("g", 1:12), 3))
    expect_identical(fold[1:12], fold[25:36])
    expect_identical(sort(unique(fold)), 0:4)
    expect_identical(.geneFolds(c("g", "g")), 1:2)
})

test_that("the best baseline has the lowest loss in cross-validation", {
    stored <- trainBaseline(parts$train)@baseline
    expect_named(stored$loss, c("meanLogCount", "zones", "shallowChrome"))
    expect_identical(stored$best, names(which.min(stored$loss)))
    expect_setequal(names(stored$fits), c("meanLogCount", stored$best))
    own <- trainBaseline(parts$train, stored$best)
    expect_identical(own@fit, stored$fits[[stored$best]])
    # The loss of five means, by hand.
    y <- as.vector(expressionLabel(parts$train))
    fold <- rep(seq_len(nrow(parts$train)) %% 5L, 2)
    x <- .markMeans(.samplesOf(parts$train, marks(parts$train),
                               colnames(parts$train)))
    logit <- numeric(length(y))
    for (out in 0:4) {
        fit <- stats::glm(y ~ ., stats::binomial(), data.frame(x, y),
                          subset = fold != out)
        logit[fold == out] <- stats::predict(fit, data.frame(x[fold == out, ]))
    }
    expect_equal(stored$loss[["meanLogCount"]], .logLoss(y, logit))
})

# ---- the gene's expression elsewhere ----------------------------------------

test_that("the gene's mean is that of the other cell types", {
    table <- rbind(g1 = c(a = 1, b = 3, c = 7), g2 = c(0, 0, 1))
    samples <- list(gene = c("g1", "g2.7", "g3", "g1", "g1"),
                    cellType = c("a", "a", "a", "b", "new"))
    fit <- .otherExpression(samples, NULL, table)
    expect_equal(.geneMeans(samples, fit)[, "geneMean"],
                 c(mean(c(2, 3)), mean(c(0, 1)), NA, mean(c(1, 3)),
                   mean(1:3)))
    related <- .otherExpression(samples, NULL, table,
                                groups = c(a = "x", b = "x", new = "c"))
    expect_equal(.geneMeans(samples, related)[, "geneMean"],
                 c(3, 1, NA, 3, mean(1:2)))
})

test_that("the gene's mean predicts what its name says", {
    other <- assay(rbind(parts$train, parts$test), "expression")
    fit <- trainBaseline(parts$train, "geneMean", "cellType1",
                         expression = other)
    x <- log2(1 + assay(parts$train, "expression")[, "cellType2"])
    y <- expressionLabel(parts$train)[, "cellType1"]
    glm <- stats::glm(y ~ x, stats::binomial())
    new <- data.frame(x = log2(1 + assay(parts$test,
                                         "expression")[, "cellType2"]))
    expect_equal(predict(fit, parts$test)[, "cellType1"],
                 stats::predict(glm, new, type = "response"))
    # The expression of its own cell type is not read.
    other[, "cellType1"] <- 0
    blind <- trainBaseline(parts$train, "geneMean", "cellType1",
                           expression = other)
    expect_identical(predict(blind, parts$test[, "cellType1"]),
                     predict(fit, parts$test[, "cellType1"]))
})

test_that("a network is stacked with the gene's mean on genes new to it", {
    network <- quickModel(parts)
    stack <- trainBaseline(parts, "networkGeneMean", network = network)
    columns <- function(part) {
        other <- log2(1 + assay(part, "expression")[, 2:1])
        data.frame(network = as.vector(predict(network, part, "link")),
                   mean = as.vector(other))
    }
    label <- as.vector(expressionLabel(parts$validation))
    glm <- stats::glm(label ~ network + mean, stats::binomial(),
                      columns(parts$validation))
    expect_equal(as.vector(predict(stack, parts$test, "link")),
                 unname(stats::predict(glm, columns(parts$test))))
    expect_identical(stack@baseline, network@baseline)
    # It knows the genes that trained the network, too.
    expect_warning(evaluate(stack, parts$train), class = "AttentiveChrome_seen")
    expect_no_warning(evaluate(stack, parts$test))
    expect_error(trainBaseline(parts$train, "networkGeneMean",
                               network = network,
                               expression = assay(parts$train, "expression")),
                 "did not train `network`")
    expect_error(trainBaseline(parts, "networkGeneMean"), "`network` must be")
    expect_error(trainBaseline(parts, "networkGeneMean", network = stack),
                 "`network` must be")
})

test_that("genes without expression are left out, and predicted NA", {
    other <- assay(rbind(parts$train, parts$test), "expression")
    lost <- c(rownames(parts$train)[1L], rownames(parts$test)[2L])
    few <- other[!rownames(other) %in% lost, ]
    fit <- trainBaseline(parts$train, "zonesGeneMean", expression = few)
    kept <- trainBaseline(parts$train[-1L, ], "zonesGeneMean",
                          expression = other)
    p <- predict(fit, parts$test)
    expect_true(all(is.na(p[2L, ])))
    # But for the folds and the factor before the log.
    expect_gt(stats::cor(p[-2L, 1L], predict(kept, parts$test)[-2L, 1L]), 0.99)
})

test_that("wrong expression is told", {
    none <- parts$train
    assay(none, "expression") <- NULL
    other <- assay(parts$train, "expression")
    strange <- other
    rownames(strange) <- paste0("X", seq_len(nrow(other)))
    expect_snapshot(error = TRUE, {
        trainBaseline(none, "geneMean")
        trainBaseline(none, "geneMean", expression = -other)
        trainBaseline(none, "geneMean", expression = strange)
        trainBaseline(none, "geneMean", "cellType1",
                      expression = other[, "cellType1", drop = FALSE])
        trainBaseline(none, "geneMean", expression = other, groups = 1:2)
        trainBaseline(none, "geneMean", alpha = 1)
    })
})

# ---- all --------------------------------------------------------------------

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

test_that("a baseline is not trained further", {
    expect_error(update(trainBaseline(parts$train)), "a baseline.*fits another")
})

test_that("a baseline prints what it is", {
    expect_snapshot(trainBaseline(parts$train, "bestBin"))
})
