parts <- smallParts(cellTypes = 2)
model <- quickModel(parts)
zones <- trainBaseline(parts$train, "zones")
both <- list(network = model, zones = zones)
one <- parts$test[, 1L]
label <- expressionLabel(one)[, 1L]

layersOf <- function(figure) ggplot2::ggplot_build(figure)$data

test_that("the ROC curve has a point for each score, ties together", {
    curve <- .rocCurve(c(1, 0, 1, 0), c(3, 2, 2, 1))
    expect_equal(curve$falsePositive, c(0, 0, 0.5, 1))
    expect_equal(curve$truePositive, c(0, 0.5, 1, 1))
    area <- function(x, y) sum(diff(x) * (y[-1L] + y[-length(y)]) / 2)
    logit <- round(predict(model, one, "link")[, 1L], 1L)
    curve <- .rocCurve(label, logit)
    expect_equal(area(curve$falsePositive, curve$truePositive),
                 .auroc(label, logit))
})

test_that("the area under the steps of precision is AUPRC", {
    logit <- round(predict(model, one, "link")[, 1L], 1L)
    curve <- .precisionCurve(label, logit)
    expect_equal(sum(diff(curve$recall) * curve$precision[-1L]),
                 .auprc(label, logit))
    # By hand: 1 of 1, 2 of 3, 2 of 4
    curve <- .precisionCurve(c(1, 0, 1, 0), c(3, 2, 2, 1))
    expect_equal(curve$precision, c(1, 1, 2 / 3, 2 / 4))
    expect_equal(curve$recall, c(0, 0.5, 1, 1))
})

test_that("curves are of models and cell types, with areas and prevalence", {
    figure <- plotROC(both, parts$test)
    drawn <- layersOf(figure)[[2L]]
    expect_length(unique(drawn$colour), 2L)
    expect_length(unique(drawn$PANEL), 2L)
    score <- evaluate(model, parts$test, draws = 0)
    expect_match(figure$labels$caption, sprintf(
        "AUROC in cellType2: network %.3f; zones", score$auroc[2L]))
    figure <- plotPR(model, one)
    expect_equal(layersOf(figure)[[1L]]$yintercept, mean(label))
    expect_identical(unique(layersOf(figure)[[2L]]$PANEL), factor(1L))
    expect_match(figure$labels$caption,
                 sprintf("AUPRC: %.3f\nDashed", score$auprc[1L]))
})

test_that("points of calibration are shares of bins with their intervals", {
    points <- .reliability(rep(0:1, c(8, 12)), rep(c(-1, 1), each = 10), 2)
    expect_equal(points$genes, c(10, 10))
    expect_equal(points$high, c(0.2, 1))
    expect_equal(points$probability, stats::plogis(c(-1, 1)))
    expect_equal(c(points$lower[1L], points$upper[1L]),
                 as.vector(stats::binom.test(2, 10)$conf.int))
    expect_equal(c(points$lower[2L], points$upper[2L]),
                 as.vector(stats::binom.test(10, 10)$conf.int))
})

test_that("bars count genes by label and probability", {
    counts <- .predictionCounts(c(1, 0, 0, 1), stats::qlogis(c(
        0.01, 0.03, 0.039, 1 - 1e-17)))
    shown <- counts[counts$genes > 0L, ]
    expect_equal(shown$from[shown$high], c(0, 0.98))
    expect_equal(shown$from[!shown$high], 0.02)
    expect_equal(shown$genes[!shown$high], 2L)
})

test_that("the figure of calibration has a panel for each model", {
    figure <- plotCalibration(both, one, bins = 4)
    points <- layersOf(figure)[[5L]]
    expect_identical(as.vector(table(points$PANEL)), c(4L, 4L))
    row <- evaluate(model, one, draws = 0)
    expect_match(figure$labels$caption, sprintf(
        "network slope %.2f, ECE %.3f; zones", row$slope, row$ece))
    link <- predict(model, one, "link")[, 1L]
    expect_equal(points$x[1:4], .reliability(label, link, 4)$probability)
    four <- plotCalibration(both, parts, bins = 3)
    expect_identical(nlevels(layersOf(four)[[5L]]$PANEL), 4L)
    expect_error(plotCalibration(model, one, bins = 1), "bins")
})

test_that("genes without a label do not count, models need names", {
    some <- one
    assay(some, "label")[1:5, 1L] <- NA
    expect_identical(nrow(.scoredGenes(model, some, NULL, NULL)),
                     nrow(some) - 5L)
    chosen <- .scoredGenes(both, parts$test, "cellType2", NULL)
    expect_identical(levels(chosen$cellType), "cellType2")
    expect_error(plotROC(list(model, zones), one), "its own name")
    expect_error(plotROC(1, one), "must be a model")
    expect_error(plotROC(list(a = 1), one), "must be a model")
    low <- one[label == 0, ]
    expect_error(plotPR(model, low), "high and with low")
})
