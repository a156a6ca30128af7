# A target is a line of the signal of one mark, so a network can learn it.
numberParts <- function(genes = 120, seed = 1) {
    parts <- smallParts(genes)
    lapply(parts, function(part) {
        signal <- rowMeans(log1p(binMatrix(part, "H3K4me3")[, 9:12]))
        value <- matrix(10 * signal + 3, nrow(part), 1L,
                        dimnames = dimnames(part))
        assay(part, "amount", withDimnames = FALSE) <- value
        part
    })
}

amount <- function(...) {
    modelTarget("expression", assay = "amount", transform = "none", ...)
}

test_that("a target is checked, and prints", {
    expect_output(print(modelTarget("expression")),
                  "log2(expression + 1) (squared error)", fixed = TRUE)
    expect_output(print(modelTarget("class")), "high or low expression")
    expect_error(modelTarget("mood"), "must be one of")
    expect_error(modelTarget("expression", assay = 1), "name of one assay")
    parts <- smallParts()
    assay(parts$train, "expression") <- NULL
    expect_error(quickModel(parts, target = "expression"),
                 "no assay \"expression\"")
    parts <- numberParts()
    assay(parts$train, "amount")[1] <- -2
    expect_error(quickModel(parts, target = modelTarget(
        "expression", assay = "amount")), "not negative")
    assay(parts$train, "amount")[] <- 2
    expect_error(quickModel(parts, target = amount()), "different values")
})

test_that("a network learns a number, in the units of the target", {
    parts <- numberParts()
    for (loss in c("squared", "huber")) {
        model <- quickModel(parts, target = amount(loss = loss), epochs = 30)
        measured <- assay(parts$test, "amount")[, 1L]
        predicted <- predict(model, parts$test)[, 1L]
        expect_gt(cor(measured, predicted), 0.85)
        expect_lt(abs(mean(measured) - mean(predicted)), sd(measured) / 3)
        expect_gt(1 - mean((measured - predicted)^2) / var(measured), 0.65)
    }
})

test_that("the loss and its gradient are those of the definition", {
    parts <- numberParts(60)
    for (loss in c("squared", "huber")) {
        model <- quickModel(parts, target = amount(loss = loss), epochs = 1,
                            precision = "double")
        known <- .labelledInput(parts$test, model@marks, colnames(parts$test),
                                model@transform, model@scale, "signal",
                                model@target)
        network <- .modelNetwork(model, 1L)
        at <- .blockOf(model@parameters)
        train <- assay(parts$train, "amount")[, 1L]
        y <- (assay(parts$test, "amount")[, 1L] - mean(train)) / sd(train)
        own <- function(parameters) {
            d <- .predictGenes(network, parameters, known)$logit - y
            mean(if (loss == "squared") d^2
                 else ifelse(abs(d) < 1, d^2 / 2, abs(d) - 0.5))
        }
        core <- .lossGradient(network, at, known)
        expect_equal(core$loss, own(at), tolerance = 1e-12)
        expectDerivatives(core$gradient, own, at)
    }
})

test_that("the unit of the target does not matter", {
    parts <- numberParts()
    model <- quickModel(parts, target = amount())
    scaled <- lapply(parts, function(part) {
        assay(part, "amount") <- 1000 * assay(part, "amount") - 5
        part
    })
    other <- quickModel(scaled, target = amount())
    expect_equal(predict(other, parts$test),
                 1000 * predict(model, parts$test) - 5, tolerance = 1e-4)
})

test_that("genes without a number are left out", {
    parts <- numberParts()
    some <- seq(1, nrow(parts$train), 3)
    assay(parts$train, "amount")[some] <- NA
    model <- quickModel(parts, target = amount())
    expect_identical(model@training$genes, nrow(parts$train) - length(some))
    fewer <- parts
    fewer$train <- parts$train[-some, ]
    expect_identical(coef(quickModel(fewer, target = amount())), coef(model))
})

test_that("history, tables and printing name the measure", {
    parts <- numberParts()
    model <- quickModel(parts, target = amount(), keep = "pearson")
    history <- trainingHistory(model)
    expect_identical(names(history)[4L], "validationPearson")
    expect_identical(model@bestEpoch, which.max(history$validationPearson))
    expect_identical(glance(model)$validationPearson,
                     max(history$validationPearson))
    expect_output(print(model), "validation Pearson")
    expect_s3_class(plot(model), "ggplot")
    table <- augment(model, parts$test)
    expect_identical(table$.measured, as.vector(assay(parts$test, "amount")))
    expect_error(quickModel(parts, target = amount(), keep = "auroc"),
                 "must be one of")
})

test_that("intervals contain the promised share of the genes", {
    covered <- vapply(1:10, function(seed) {
        parts <- withr::with_seed(seed, {
            signal <- do.call(rbind, unname(numberParts(180)))
            signal <- signal[sample(nrow(signal)), ]
            list(train = signal[1:60, ], validation = signal[61:120, ],
                 test = signal[121:180, ])
        })
        model <- quickModel(parts, target = amount(), epochs = 2)
        bounds <- predict(model, parts$test, type = "interval", level = 0.8)
        y <- assay(parts$test, "amount")
        mean(y >= bounds[, , "lower"] & y <= bounds[, , "upper"])
    }, 0)
    expect_gt(mean(covered), 0.72)
    expect_lt(mean(covered), 0.88)
})

test_that("intervals need validation genes, and enough of them", {
    parts <- numberParts()
    model <- quickModel(parts, target = amount())
    expect_error(predict(model, parts$test, type = "interval", level = 0.99),
                 "needs 99 validation genes")
    model <- quietModel(parts$train, filters = 4, context = 4, epochs = 1,
                        target = amount())
    expect_error(predict(model, parts$test, type = "interval"),
                 "trained with validation genes")
})

test_that("functions of classes refuse numbers by name", {
    parts <- numberParts()
    model <- quickModel(parts, target = amount())
    test <- parts$test
    expect_error(plotROC(model, test), "high or low expression")
    expect_error(plotCalibration(model, test), "high or low expression")
    expect_error(classOptimum(model), "high or low expression")
    expect_error(compareExplanations(
        model, test, list(H3K4me3 = 9:12)), "high or low expression")
    expect_error(whichMark(model, test), "high or low expression")
    expect_error(predictionUncertainty(model, test), "high or low expression")
    expect_error(predict(model, test, type = "class"), "must be one of")
    expect_error(predict(model, test, prior = 0.3), "prior")
    expect_error(evaluate(model, test, baselines = trainBaseline(parts$train)),
                 "must predict what")
    expect_error(trainCellTypes(parts, target = "difference"),
                 "single cell types")
    expect_error(trainPooled(parts, target = "difference"),
                 "single cell types")
    expect_error(compareModels(parts, target = "difference"),
                 "single cell types")
    expect_error(compareModels(parts, measure = "pearson"), "must be one of")
    for (package in c("shiny", "bslib", "DT")) skip_if_not_installed(package)
    expect_error(explore(model, test), "high or low expression")
})

test_that("figures of numbers have words and units of numbers", {
    parts <- numberParts()
    model <- quickModel(parts, target = amount())
    test <- parts$test
    alpha <- attention(model, test)
    states <- c("above the median", "at or below the median")
    figure <- plotMarkAttention(alpha)
    expect_identical(levels(figure$data$panel),
                     paste("Mean of genes predicted", states))
    panels <- levels(plotAttention(alpha)$data$panel)
    expect_match(panels, paste(states, collapse = "|"))
    expect_no_match(panels, "predicted (high|low)")
    # Both figures have one median for all cell types.
    other <- alpha
    colnames(other) <- "other"
    assay(other, "prediction") <- assay(other, "prediction") + 100
    both <- cbind(alpha, other)
    tiles <- plotMarkAttention(both)$data
    known <- tiles[!is.na(tiles$beta), ]
    expect_setequal(sub(".*\n", "", known$column),
                    sprintf("n = %d", nrow(test)))
    expect_identical(as.character(known$panel == levels(known$panel)[1L]),
                     as.character(known$cellType == "other"))
    gene <- rownames(test)[1L]
    of <- plotMarkAttention(alpha, gene)
    expect_match(of$labels$caption, "predicted: amount", fixed = TRUE)
    expect_no_match(as.character(of$data$column), "high|low|p =")
    measured <- sprintf("measured %.1f, predicted ", assay(test, "amount")[1L])
    drawn <- plotGene(test, alpha, gene)
    expect_match(drawn$labels$subtitle, measured, fixed = TRUE)
    expect_match(drawn$labels$subtitle, "(amount)", fixed = TRUE)
    expect_match(drawn$labels$caption, "share of each of 20 bins in the pred")
    assay(test, "amount") <- NULL
    expect_match(plotGene(test, alpha, gene)$labels$subtitle, "^not measured")
    two <- quickModel(smallParts(90, cellTypes = 2), target = "difference")
    pair <- pairCellTypes(smallParts(90, cellTypes = 2)$test)
    change <- sprintf("measured %.1f, predicted ", assay(pair, "change")[1L])
    drawn <- plotGene(pair, attention(two, pair), rownames(pair)[1L])
    expect_match(drawn$labels$subtitle, change, fixed = TRUE)
    expect_match(drawn$labels$subtitle, "change of log2(expression + 1)",
                 fixed = TRUE)
})

test_that("ensembles, updates and checkpoints keep the target", {
    parts <- numberParts()
    ensemble <- quickModel(parts, target = amount(), members = 2)
    each <- vapply(1:2, function(i) predict(ensemble[[i]], parts$test),
                   numeric(nrow(parts$test)))
    expect_equal(as.vector(predict(ensemble, parts$test)), rowMeans(each))
    expect_output(print(ensemble), "predicts amount")
    again <- quietModel(parts$train, parts$validation, filters = 4,
                        context = 4, epochs = 1, seed = 1, target = amount())
    more <- update(again, parts$train, epochs = 1, seed = 2)
    expect_identical(more@target, again@target)
    file <- withr::local_tempfile()
    expect_identical(
        coef(quickModel(parts, target = amount(), checkpoint = file)),
        coef(quickModel(parts, target = amount())))
    expect_error(quickModel(parts, checkpoint = file), "same data")
})

test_that("attention, attribution and edits take numbers", {
    parts <- numberParts()
    model <- quickModel(parts, target = amount(), epochs = 20)
    test <- parts$test
    alpha <- attention(model, test)
    expect_equal(assay(alpha, "prediction"), predict(model, test))
    expect_s3_class(plotAttention(alpha), "ggplot")
    expect_match(plotGene(test, alpha, rownames(test)[1L])$labels$subtitle,
                 "predicted [-0-9.]+ ")
    why <- attribution(model, test, "integratedGradients", progress = FALSE)
    z <- (predict(model, test) - model@target$centre) / model@target$spread
    none <- test
    for (mark in marks(test)) assay(none, mark)[] <- 0
    zero <- (predict(model, none) - model@target$centre) / model@target$spread
    sums <- Reduce(`+`, lapply(marks(test), function(mark) {
        rowSums(binMatrix(why, mark))
    }))
    expect_equal(sums - assay(why, "completeness")[, 1L],
                 (z - zero)[, 1L], tolerance = 1e-4)
    edits <- predictEdits(model, test, list(
        off = list("silence", "H3K4me3")))
    expect_equal(edits$change, edits$after - edits$before)
    expect_lt(mean(edits$change), 0)
    expect_output(print(edits), "after +change")
    high <- order(-predict(model, test))[1:2]
    flips <- smallestFlip(model, test[high, ], unit = "marks",
                          threshold = mean(predict(model, test)))
    expect_true(all(flips$flipped))
    expect_match(flips$set, "H3K4me3")
})

test_that("weights of numbers go to PyTorch's files and back", {
    parts <- numberParts()
    model <- quickLstm(parts, target = amount())
    file <- withr::local_tempfile(fileext = ".pt")
    writeTorchWeights(model, file)
    again <- readTorchWeights(
        file, marks(model), bins = 20, transform = "log1p",
        scale = model@scale, target = amount(), centre = model@target$centre,
        spread = model@target$spread)
    expect_equal(predict(again, parts$test), predict(model, parts$test),
                 tolerance = 1e-6)
})

test_that("a model without the slot has classes", {
    model <- quickModel(smallParts())
    attr(model, "target") <- NULL
    expect_true(.hasClasses(model))
})
