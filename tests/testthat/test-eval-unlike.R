signal <- simulateChromatin(500, cellTypes = 2, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12))
parts <- suppressMessages(splitGenes(signal, "random", seed = 1,
    fractions = c(train = 0.5, validation = 0.25, test = 0.25)))
model <- quickModel(parts, cellTypes = "cellType1", epochs = 1)
some <- parts$test[1:120, ]

deeper <- function(x, times) {
    for (mark in marks(x)) {
        assay(x, mark, withDimnames = FALSE) <-
            times * assay(x, mark, withDimnames = FALSE)
    }
    x
}

swapped <- function(x, one, other) {
    kept <- assay(x, one)
    assay(x, one) <- assay(x, other)
    assay(x, other) <- kept
    x
}

test_that("the energy distance is that of its definition", {
    withr::local_seed(1)
    x <- matrix(stats::rnorm(40), 10)
    y <- matrix(stats::rnorm(60, 1), 15)
    mean <- function(a, b, pairs) {
        sum(apply(a, 1, function(u) {
            sum(apply(b, 1, function(v) sqrt(sum((u - v)^2))))
        })) / pairs
    }
    between <- 2 * mean(x, y, 150)
    expect_equal(.energyDistance(x, y),
                 (between - mean(x, x, 90) - mean(y, y, 210)) / between)
})

test_that("the p-value of the same distribution is uniform", {
    withr::local_seed(1)
    p <- replicate(200, {
        z <- matrix(stats::rnorm(120), 40)
        .energyTest(z[1:20, ], z[21:40, ], 39)[["pValue"]]
    })
    expect_gt(mean(p <= 0.1), 0.05)
    expect_lt(mean(p <= 0.1), 0.16)
    x <- matrix(stats::rnorm(60), 20)
    expect_identical(.energyTest(x, x + 3, 39)[["pValue"]], 1 / 40)
})

test_that("genes of the same sample are like it, errors are not", {
    expect_no_warning(predict(model, some[, 1L]))
    errors <- list(deeper(some, 4L), swapped(some, "H3K4me3", "H3K36me3"))
    for (wrong in errors) {
        expect_warning(predict(model, wrong[, 1L]), "cellType1",
                       class = "AttentiveChrome_unlike")
    }
    # Too few to tell.
    expect_no_warning(predict(model, deeper(some, 4L)[1:50, 1L]))
    both <- unlikeTraining(model, cbind(some[, 1L],
                                        deeper(some[, 2L], 4L)), draws = 39)
    expect_identical(both$cellTypes$unlike, c(FALSE, TRUE))
    expect_identical(both$cellTypes$pValue[2L], 1 / 40)
    expect_equal(both$cellTypes$distance,
                 unname(.distances(model, cbind(some[, 1L],
                                                deeper(some[, 2L], 4L)))))
    expect_identical(as.data.frame(both), both$cellTypes)
    expect_s3_class(plot(both), "ggplot")
    expect_output(print(both), "1 of 2 cell types unlike")
})

test_that("the zone that differs most is named", {
    other <- some[, 1L]
    x <- assay(other, "H3K9me3")
    x[, , 5:6] <- x[, , 5:6] + 20L
    assay(other, "H3K9me3") <- x
    found <- unlikeTraining(model, other, draws = 19)
    top <- found$cellTypes
    expect_identical(top$mark, "H3K9me3")
    expect_identical(c(top$from, top$to),
                     binOffsets(signal)[5] + c(0, 2 * binWidth(signal)))
    # By hand, in standard deviations of the training genes.
    zone <- function(x) {
        rowMeans(log1p(model@training$reference$scale *
                           assay(x, "H3K9me3")[, 1L, 5:6]))
    }
    train <- zone(parts$train[, "cellType1"])
    expect_equal(top$difference,
                 (mean(zone(other)) - mean(train)) / stats::sd(train))
    expect_identical(nrow(found$zones), 50L)
})

test_that("the score of a gene is a difference of Mahalanobis distances", {
    reference <- model@training$reference
    z <- .zonesLike(.referenceFor(model, some), some, "cellType1")
    inverse <- function(x) solve(0.95 * x + 0.05 * diag(nrow(x)))
    squared <- function(u, covariance) drop(u %*% inverse(covariance) %*% u)
    own <- vapply(1:2, function(class) {
        squared(z[7, ] - reference$classes[class, ], reference$within)
    }, 0)
    genes <- unlikeTraining(model, some[, 1L], draws = 19)$genes
    expect_equal(genes$score[7], min(own) - squared(z[7, ], reference$total))
    wrong <- unlikeTraining(model, swapped(some[, 1L], "H3K4me3", "H3K36me3"),
                            draws = 19)$genes
    expect_gt(mean(wrong$percentile), mean(genes$percentile))
})

test_that("models that do not know their training signal say so", {
    expect_error(unlikeTraining(model, some[1:5, ]), "at least 20 genes")
    model@training$reference <- NULL
    expect_error(unlikeTraining(model, some), "does not know its training")
    expect_no_warning(predict(model, deeper(some, 4L)))
})

test_that("a table across cell types has the distances", {
    panel <- suppressMessages(trainCellTypes(parts, epochs = 1, filters = 4,
        context = 4, seed = 1, BPPARAM = BiocParallel::SerialParam()))
    wrong <- deeper(parts$test[, 2L], 4L)
    cross <- crossCellTypes(panel, cbind(parts$test[, 1L], wrong))
    table <- as.data.frame(cross)
    expect_equal(table$distance[table$model == "cellType1"],
                 unname(.distances(panel[["cellType1"]],
                                   cbind(parts$test[, 1L], wrong))))
    expect_output(print(cross), "In 2 of 4 the signal is unlike")
})
