# Genes of which some are not expressed: the amount is a line of the signal of
# H3K4me3, and genes with little of it are silent.
stageParts <- function(genes = 120) {
    parts <- smallParts(genes)
    signalOf <- function(part) {
        rowMeans(log1p(binMatrix(part, "H3K4me3")[, 9:12]))
    }
    least <- quantile(signalOf(parts$train), 0.4)
    lapply(parts, function(part) {
        signal <- signalOf(part)
        value <- ifelse(signal > least, 2^(2 * signal), 0)
        assay(part, "expression") <- matrix(value, nrow(part), 1L,
                                            dimnames = dimnames(part))
        part
    })
}

twoStage <- function(...) modelTarget("twoStage", ...)

test_that("the target is checked, and prints", {
    expect_output(print(twoStage(threshold = 0.5)),
                  "cross-entropy of expression > 0.5, and squared error")
    expect_error(twoStage(threshold = -1), "at least 0")
    parts <- stageParts()
    expect_error(quickModel(parts, target = twoStage(threshold = 1e6)),
                 "expressed and genes that are\\s+not")
    assay(parts$train, "expression") <- assay(parts$train, "expression") + 1
    expect_error(quickModel(parts, target = "twoStage"), "above 0")
    expect_error(attentiveChrome(parts, architecture = "raw_d",
                                 target = "twoStage"),
                 "difference")
})

test_that("the loss and its gradient are those of the definition", {
    parts <- stageParts(60)
    for (loss in c("squared", "huber")) {
        model <- quickModel(parts, target = twoStage(loss = loss),
                            precision = "double", epochs = 1)
        target <- model@target
        known <- .labelledInput(parts$test, model@marks, colnames(parts$test),
                                model@transform, model@scale, "signal", target)
        network <- .modelNetwork(model, 1L)
        at <- .blockOf(model@parameters)
        y <- log2(assay(parts$test, "expression")[, 1L] + 1)
        train <- log2(assay(parts$train, "expression")[, 1L] + 1)
        own <- function(parameters) {
            z <- .predictGenes(network, parameters, known)$outputs
            d <- z[2L, ] - (y - mean(train[train > 0])) / sd(train[train > 0])
            amount <- if (loss == "squared") d^2
                      else ifelse(abs(d) < 1, d^2 / 2, abs(d) - 0.5)
            p <- plogis(z[1L, ])
            mean(ifelse(y > 0, -log(p) + amount, -log(1 - p)))
        }
        core <- .lossGradient(network, at, known)
        expect_equal(core$loss, own(at), tolerance = 1e-12)
        expect_equal(.validationLoss(target, known, .predictGenes(
            network, at, known)), own(at), tolerance = 1e-12)
        expectDerivatives(core$gradient, own, at)
    }
})

test_that("every architecture of cell types has two heads", {
    names <- .architecturesOf(list(name = "expression"))
    for (name in names) {
        size <- .architectures[[name]]$size
        size[] <- smallSizes[names(size)]
        one <- .stagesOf(name, letters[1:3], 6L, size)
        two <- .stagesOf(name, letters[1:3], 6L, size, list(name = "twoStage"))
        network <- .network(two, 1L, "double", target = list(
            name = "twoStage", loss = "squared",
            amount = list(centre = 0, spread = 1), centre = 0, spread = 1))
        shapes <- .parameterShapes(two, letters[1:3])
        genes <- list(x = seq(0, 1, length.out = 18 * 4), y = NULL)
        start <- withr::with_seed(1, runif(sum(vapply(shapes, prod, 0))))
        out <- .predictGenes(network, start, genes)
        expect_identical(dim(out$outputs), c(2L, 4L))
        expect_equal(out$logit, plogis(out$outputs[1L, ]) * out$outputs[2L, ])
        expect_gt(length(start), sum(vapply(.parameterShapes(
            one, letters[1:3]), prod, 0)))
    }
})

test_that("a network learns both stages, in the units of the target", {
    parts <- stageParts(300)
    y <- log2(assay(parts$test, "expression")[, 1L] + 1)
    for (name in c("additive", "deepchrome")) {
        size <- if (name == "additive") list(context = 4)
        model <- do.call(quietModel, c(
            list(parts$train, parts$validation, name, filters = 4, epochs = 20,
                 learningRate = 0.01, seed = 1, target = "twoStage"), size))
        number <- predict(model, parts$test)
        p <- predict(model, parts$test, type = "expressed")
        amount <- predict(model, parts$test, type = "amount")
        expect_equal(number, p * amount, tolerance = 1e-10)
        expect_identical(dimnames(p), dimnames(number))
        expect_gt(.auroc(y > 0, p), 0.85)
        expect_gt(cor(y[y > 0], amount[y > 0]), 0.75)
        expect_lt(abs(mean(y[y > 0]) - mean(amount[y > 0])), sd(y[y > 0]) / 2)
        expect_gt(cor(y, number[, 1L]), 0.8)
    }
    expect_error(predict(model, parts$test, type = "class"), "must be one of")
    one <- quickModel(parts, target = "expression")
    expect_error(predict(one, parts$test, type = "amount"), "must be one of")
})

test_that("some genes keep their own targets", {
    parts <- stageParts(60)
    model <- quickModel(parts, target = "twoStage", epochs = 1)
    known <- .labelledInput(parts$test, model@marks, colnames(parts$test),
                            model@transform, model@scale, "signal",
                            model@target)
    some <- .someInput(known, c(2L, 5L))
    expect_identical(some$auxiliary, known$auxiliary[c(2L, 5L), ])
    network <- .modelNetwork(model, 1L)
    at <- .blockOf(model@parameters)
    expect_identical(.predictGenes(network, at, some)$logit,
                     .predictGenes(network, at, known)$logit[c(2L, 5L)])
})

test_that("genes that are not expressed have no loss of the amount", {
    parts <- stageParts()
    silent <- assay(parts$train, "expression")[, 1L] < 3
    assay(parts$train, "expression")[silent] <- 1
    fit <- function(parts) {
        quickModel(parts, target = twoStage(threshold = 2), keep = "last")
    }
    other <- parts
    assay(other$train, "expression")[silent] <- 0.25
    expect_identical(coef(fit(other)), coef(fit(parts)))
})

test_that("ensembles are mixtures, and their intervals cover", {
    parts <- stageParts()
    ensemble <- quickModel(parts, target = "twoStage", members = 2)
    of <- function(type) {
        vapply(1:2, function(i) predict(ensemble[[i]], parts$test, type = type),
               numeric(nrow(parts$test)))
    }
    number <- predict(ensemble, parts$test)
    p <- predict(ensemble, parts$test, type = "expressed")
    expect_equal(as.vector(number), rowMeans(of("response")))
    expect_equal(as.vector(p), rowMeans(of("expressed")))
    expect_equal(p * predict(ensemble, parts$test, type = "amount"), number)
    expect_true(is.finite(ensemble@training$validationLoss))
    expect_output(print(ensemble), "in two stages")
    bounds <- predict(ensemble, parts$test, type = "interval", level = 0.8)
    expect_equal(rowMeans(bounds[, 1L, ]), number[, 1L])
})

test_that("explanations are of the expected number", {
    parts <- stageParts()
    model <- quickModel(parts, target = "twoStage", epochs = 10)
    test <- parts$test
    target <- model@target
    none <- test
    for (mark in marks(test)) assay(none, mark)[] <- 0
    change <- (predict(model, test) - predict(model, none)) / target$spread
    why <- attribution(model, test, "integratedGradients", progress = FALSE)
    sums <- Reduce(`+`, lapply(marks(test), function(mark) {
        rowSums(binMatrix(why, mark))
    }))
    expect_equal(sums - assay(why, "completeness")[, 1L], change[, 1L],
                 tolerance = 1e-4)
    x <- .inputMatrix(model, test[1:3, ])
    slope <- matrix(.inputGradient(model, x, 1L), nrow(x))
    for (i in c(4L, 30L, 51L)) {
        up <- down <- x
        up[i, ] <- x[i, ] + 1e-2
        down[i, ] <- x[i, ] - 1e-2
        numeric <- (.inputLogit(model, up, 1L) - .inputLogit(model, down, 1L)) /
            0.02
        expect_equal(slope[i, ], numeric, tolerance = 0.02)
    }
    # The outputs are lines in the sum of the shares.
    alpha <- attention(model, test)
    score <- rowSums(assay(alpha, "share")) + coef(model)$gate.bias
    odds <- qlogis(predict(model, test, type = "expressed")[, 1L])
    heads <- coef(model)
    expect_equal(odds, heads$heads.weight[1L] * score + heads$heads.bias[1L],
                 tolerance = 1e-4)
    expect_equal(assay(alpha, "prediction"), predict(model, test))
    share <- attribution(model, test, "share", progress = FALSE)
    expect_true(all(is.finite(assay(share, "H3K4me3"))))
})

test_that("files, updates, checkpoints and evaluations keep the target", {
    parts <- stageParts()
    model <- quickLstm(parts, target = twoStage(threshold = 0.5))
    file <- withr::local_tempfile(fileext = ".pt")
    writeTorchWeights(model, file)
    amount <- model@target$amount
    again <- readTorchWeights(
        file, marks(model), bins = 20, transform = "log1p", scale = model@scale,
        target = twoStage(threshold = 0.5), centre = amount$centre,
        spread = amount$spread)
    expect_equal(predict(again, parts$test), predict(model, parts$test),
                 tolerance = 1e-5)
    expect_equal(predict(again, parts$test, type = "expressed"),
                 predict(model, parts$test, type = "expressed"),
                 tolerance = 1e-5)
    saved <- withr::local_tempfile()
    saveRDS(model, saved)
    expect_identical(predict(readRDS(saved), parts$test),
                     predict(model, parts$test))
    more <- update(model, parts$train, parts$validation, epochs = 1, seed = 2)
    expect_identical(more@target, model@target)
    kept <- withr::local_tempfile()
    expect_identical(
        coef(quickModel(parts, target = "twoStage", checkpoint = kept)),
        coef(quickModel(parts, target = "twoStage")))
    expect_error(quickModel(parts, target = twoStage(threshold = 0.1),
                            checkpoint = kept), "same data|settings|differ")
    zones <- trainBaseline(parts$train, "zones", target = "twoStage")
    expect_identical(predict(zones, parts$test), predict(trainBaseline(
        parts$train, "zones", target = "expression"), parts$test))
    expect_true(is.finite(evaluate(model, parts$test, baselines = zones,
                                   draws = 20)$zonesDifference))
})

test_that("panels and pools take both stages, also beside the gene's mean", {
    parts <- smallParts(90, cellTypes = 3)
    target <- twoStage(threshold = stats::quantile(
        assay(parts$train, "expression"), 0.3))
    few <- list(target = target, epochs = 1, filters = 4, context = 4, seed = 1,
                progress = FALSE)
    pooled <- suppressMessages(do.call(trainPooled, c(list(parts), few)))
    expect_true(all(is.finite(pooled$table$networkGeneMean)))
    network <- quickModel(parts, target = target)
    stacked <- trainBaseline(parts, "networkGeneMean", network = network,
                             target = target)
    number <- stacked@fit$coefficients
    expected <- number[["network"]] * .standardise(
        network@target, predict(network, parts$test)[, 1L])
    mean <- rowMeans(log2(1 + assay(parts$test, "expression")[, -1L]))
    expect_equal(predict(stacked, parts$test)[, 1L], number[["(Intercept)"]] +
                     expected + number[["geneMean"]] * mean)
    expect_error(trainBaseline(parts, "networkGeneMean", target = "class",
                               network = network),
                 "`network` must predict `target`")
    panel <- suppressMessages(do.call(trainCellTypes, c(list(parts), few)))
    expect_identical(dim(predict(panel, parts$test, type = "amount")),
                     dim(parts$test))
})
