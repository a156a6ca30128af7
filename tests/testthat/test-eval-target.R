# What takes models of classes takes those of numbers.
amountParts <- function(genes = 120, cellTypes = 2) {
    lapply(smallParts(genes, cellTypes = cellTypes), function(part) {
        middle <- assay(part, "H3K4me3")[, , 9:12, drop = FALSE]
        signal <- apply(log1p(middle), 1:2,
                        mean)
        assay(part, "amount", withDimnames = FALSE) <- 10 * signal + 3
        part
    })
}

amounts <- modelTarget("expression", "amount", "none")

quickPanel <- function(parts, ..., target = amounts) {
    trainCellTypes(parts, ..., target = target, epochs = 5, filters = 4,
                   context = 4, learningRate = 0.01, seed = 1,
                   progress = FALSE)
}

test_that("panels predict, evaluate, print and plot numbers", {
    parts <- amountParts()
    panel <- quickPanel(parts)
    test <- parts$test
    p <- predict(panel, test)
    expect_identical(p[, "cellType2", drop = FALSE],
                     predict(panel[["cellType2"]], test[, "cellType2"]))
    y <- assay(test, "amount")
    table <- evaluate(panel, test, draws = 20)
    expect_s3_class(table, "numberEvaluation")
    expect_equal(table$pearson, c(cor(p[, 1], y[, 1]), cor(p[, 2], y[, 2])))
    deviation <- cor(p[, 1L] - y[, 2L], y[, 1L] - y[, 2L])
    expect_equal(table$deviation[1L], deviation)
    expect_true(all(table$deviationLower < table$deviation &
                    table$deviation < table$deviationUpper))
    expect_equal(table$geneMeanPearson, rep(cor(y[, 1L], y[, 2L]), 2L))
    expect_output(print(table), "geneMean")
    expect_equal(evaluate(panel)$pearson, table$pearson)
    expect_output(print(panel), "test Pearson: mean")
    expect_output(print(panel), "predicts amount")
    expect_equal(summary(panel)$mean, mean(table$pearson))
    figure <- plot(panel)
    expect_identical(figure$labels$x, "Pearson on the test genes")
    expect_equal(figure$data[c("lower", "upper")],
                 as.data.frame(evaluate(panel))[c("pearsonLower",
                                                  "pearsonUpper")],
                 ignore_attr = TRUE)
    expect_true(all(figure$data$lower < figure$data$value &
                    figure$data$value < figure$data$upper))
    expect_identical(plot(panel, "history")$labels$y, "Validation Pearson")
    expect_error(plot(panel, "auroc"), "must be one of")
    expect_error(predict(panel, test, type = "class"), "must be one of")
    expect_error(plotROC(panel, test), "must predict high or low expression")
})

test_that("run folders keep the target", {
    parts <- amountParts(60, 1)
    folder <- withr::local_tempfile()
    panel <- quickPanel(parts, folder)
    again <- quickPanel(parts, folder)
    expect_identical(coef(again[[1L]]), coef(panel[[1L]]))
    expect_output(print(openPanel(folder)), "test Pearson")
    expect_error(quickPanel(parts, folder, target = "class"), "target")
})

test_that("models of numbers are applied to other cell types", {
    parts <- amountParts()
    panel <- quickPanel(parts)
    cross <- crossCellTypes(panel, parts$test)
    p <- predict(panel[["cellType1"]], parts$test[, "cellType2"])
    expect_equal(cross[["cellType1", "cellType2"]],
                 cor(p, assay(parts$test, "amount")[, "cellType2"])[1L])
    expect_output(print(cross), "^Pearson of 2 models")
    expect_named(as.data.frame(cross),
                 c("model", "cellType", "pearson", "distance"))
    expect_s3_class(plot(cross), "ggplot")
})

test_that("pooled models of numbers are evaluated by Pearson", {
    parts <- amountParts(90, 3)
    pooled <- trainPooled(parts, target = amounts, epochs = 2, filters = 4,
                          context = 4, learningRate = 0.01, seed = 1,
                          progress = FALSE)
    p <- predict(pooled$models$pooled, parts$test[, "cellType3"])
    expect_equal(pooled$table$pooled[3L],
                 cor(p, assay(parts$test, "amount")[, "cellType3"])[1L])
    expect_true(all(is.finite(pooled$table$heldOut)))
})

test_that("comparisons of numbers have paired bootstrap intervals", {
    parts <- amountParts(150, 1)
    table <- compareModels(parts, "deepchrome", c("meanLogCount", "zones"),
                           seeds = 1:2, epochs = 4, learningRate = 0.01,
                           target = amounts, progress = FALSE,
                           sizes = list(deepchrome = list(filters = 4,
                                                          dense1 = 8)))
    expect_named(table$runs, c("fold", "cellType", "model", "seed", "pearson",
                               "r2", "rmse", "seconds"))
    zones <- trainBaseline(parts$train, "zones", target = amounts)
    y <- assay(parts$test, "amount")[, 1L]
    p <- predict(zones, parts$test)[, 1L]
    run <- table$runs[table$runs$model == "zones", ]
    expect_equal(c(run$pearson, run$rmse), c(cor(y, p), sqrt(mean((y - p)^2))))
    cells <- as.data.frame(table, reference = "meanLogCount")
    expect_equal(cells$pearson[cells$model == "zones"], cor(y, p))
    expect_true(all(cells$lower < cells$pearson & cells$pearson < cells$upper))
    row <- cells[cells$model == "zones", ]
    expect_identical(row$test, "paired bootstrap")
    # The bootstrap by hand, of the difference.
    other <- predict(trainBaseline(parts$train, target = amounts),
                     parts$test)[, 1L]
    drawn <- withr::with_seed(2, replicate(500, {
        i <- sample(length(y), replace = TRUE)
        cor(y[i], p[i]) - cor(y[i], other[i])
    }))
    half <- (row$differenceUpper - row$differenceLower) / 2
    expect_equal(half, 1.96 * sd(drawn), tolerance = 0.15)
    expect_output(print(table), "Pearson of 3 models")
    expect_identical(tidy(table)$method[3L], "paired bootstrap")
    expect_identical(plot(table)$labels$x, "Pearson on the test genes")
})

test_that("trained models of numbers are compared, by any measure", {
    parts <- amountParts(150, 1)
    fits <- list(zones = trainBaseline(parts$train, "zones", target = amounts),
                 means = trainBaseline(parts$train, target = amounts))
    table <- compareModels(parts$test, models = fits, measure = "rmse")
    cells <- as.data.frame(table)
    expect_true(all(cells$lower < cells$rmse & cells$rmse < cells$upper))
    expect_identical(summary(table)$better[2L],
                     as.integer(cells$rmse[2L] < cells$rmse[1L]))
    expect_output(print(table), "RMSE of 2 models")
    fits$class <- trainBaseline(parts$train)
    expect_error(compareModels(parts$test, models = fits),
                 "must predict the same")
})

test_that("faithfulness of numbers is by the change of the prediction", {
    parts <- amountParts(150, 1)
    model <- quickModel(parts, target = amounts, epochs = 10)
    test <- parts$test[1:20, ]
    faith <- faithfulness(model, test, c("integratedGradients", "share"),
                          draws = 2, seed = 1)
    none <- editSignal(test, "silence", marks = marks(test))
    change <- mean(abs(predict(model, test) - predict(model, none)))
    expect_equal(faith$moved, change, tolerance = 1e-6)
    for (name in unique(faith$curves$explanation)) {
        own <- faith$curves[faith$curves$explanation == name, ]
        ends <- own$change[own$curve == "deletion"][c(1L, 21L)]
        expect_equal(ends, c(change, 0), tolerance = 1e-5)
    }
    score <- faith$table$score
    names(score) <- faith$table$explanation
    expect_gt(score[["integratedGradients"]], score[["random"]] + 0.1)
    expect_lt(abs(score[["random"]]), 0.15)
    expect_output(print(faith), "the prediction changes by")
    expect_match(plot(faith)$labels$y, "Change from no signal, amount")
})
