parts <- smallParts(90, cellTypes = 2)
small <- list(lstm = list(hidden = 4),
              deepchrome = list(filters = 4, dense1 = 8, dense2 = 4))
quick <- function(..., parts. = parts) {
    compareModels(parts., c("lstm", "deepchrome"), seeds = 1:2, epochs = 2,
                  learningRate = 0.01, transform = "log1p", sizes = small, ...,
                  progress = FALSE)
}
table <- quick()

test_that("a run is what training and evaluating by hand give", {
    expect_identical(nrow(table$runs), 2L * (2L * 2L + 2L))
    run <- which(table$runs$model == "lstm" & table$runs$seed %in% 2L &
                 table$runs$cellType == "cellType2")
    own <- attentiveChrome(parts$train, parts$validation, "lstm", "cellType2",
        hidden = 4, epochs = 2, learningRate = 0.01, transform = "log1p",
        seed = 2)
    test <- parts$test[, "cellType2"]
    expect_identical(table$scores[[run]],
                     as.vector(predict(own, test, type = "link")))
    expect_equal(table$runs[run, c("auroc", "auprc")],
                 evaluate(own, test)[c("auroc", "auprc")],
                 ignore_attr = TRUE)
    base <- evaluate(trainBaseline(parts$train, "bestBin", "cellType1"),
                     parts$test[, "cellType1"])
    run <- table$runs$model == "bestBin" & table$runs$cellType == "cellType1"
    expect_equal(table$runs$auroc[run], base$auroc)
    expect_identical(table$runs$seed[run], NA_integer_)
})

test_that("workers give the same comparison", {
    forked <- withForks(function() {
        quick(BPPARAM = BiocParallel::MulticoreParam(2))
    }, quick = quick, parts = parts, small = small)
    forked$runs$seconds <- table$runs$seconds
    expect_identical(forked, table)
})

test_that("without validation the last epoch is kept", {
    bare <- quick(parts. = parts[c("train", "test")])
    own <- attentiveChrome(parts$train, NULL, "lstm", "cellType1", hidden = 4,
        epochs = 2, learningRate = 0.01, transform = "log1p", seed = 1)
    expect_identical(bare$scores[[1L]], as.vector(
        predict(own, parts$test[, "cellType1"], type = "link")))
})

test_that("the tables count, average and test what they say", {
    runs <- table$runs
    means <- tapply(runs$auroc, list(runs$model, runs$cellType), mean)
    own <- summary(table)
    expect_identical(own$model, table$models)
    expect_equal(own$mean, unname(rowMeans(means)[own$model]))
    expect_equal(own$max, unname(apply(means, 1L, max)[own$model]))
    above <- sweep(means, 2L, means["deepchrome", ], `>`)
    expect_equal(own$better[-2L], unname(rowSums(above)[own$model[-2L]]))
    expect_identical(own$better[2L], NA_integer_)
    cells <- as.data.frame(table)
    expect_equal(cells$auroc, means[cbind(cells$model, cells$cellType)])
    expect_true(all(cells$lower <= cells$auroc & cells$auroc <= cells$upper))
    expect_equal(is.na(cells$pValue), cells$model == "deepchrome")
    other <- summary(table, reference = "bestBin")
    expect_equal(other$difference, own$mean - own$mean[own$model == "bestBin"])
})

test_that("intervals and tests are pROC's where there is one run", {
    skip_if_not_installed("pROC")
    cells <- as.data.frame(table, reference = "meanLogCount")
    of <- function(model) {
        run <- table$runs$model == model & table$runs$cellType == "cellType1"
        pROC::roc(table$labels[, "cellType1"], table$scores[[which(run)]],
                  quiet = TRUE, direction = "<")
    }
    row <- cells[cells$model == "bestBin" & cells$cellType == "cellType1", ]
    ci <- as.numeric(pROC::ci.auc(of("bestBin")))
    expect_equal(c(row$lower, row$auroc, row$upper), ci)
    test <- pROC::roc.test(of("bestBin"), of("meanLogCount"), paired = TRUE,
                           method = "delong")
    expect_equal(row$pValue, as.numeric(test$p.value))
})

test_that("Wilcoxon's test needs six cell types", {
    a <- c(0.8, 0.7, 0.9, 0.85, 0.75, 0.65)
    expect_equal(.pairedTest(a, a - (1:6) / 100), 2 / 2^6)
    expect_identical(.pairedTest(a[-1L], a[-1L] - (1:5) / 100), NA_real_)
    expect_identical(.pairedTest(a, a), NA_real_)
})

test_that("genes without a label are not used for evaluation", {
    some <- parts
    assay(some$test, "label")[1:6, 1L] <- NA
    own <- compareModels(some, NULL, "bestBin", cellTypes = "cellType1",
                         progress = FALSE)
    fit <- trainBaseline(parts$train, "bestBin", "cellType1")
    expect_equal(own$runs$auroc,
                 evaluate(fit, parts$test[-(1:6), "cellType1"])$auroc)
    expect_equal(as.data.frame(own)$auroc, own$runs$auroc)
})

test_that("an error in a task names the model, seed and cell type", {
    expect_error(
        compareModels(parts, "lstm", NULL, seeds = 7, cellTypes = "cellType2",
                      epochs = 2, learningRate = 1e300, progress = FALSE),
        "lstm.*seed 7.*cellType2.*(diverged|finite)")
})

test_that("wrong input is told before any training", {
    expect_snapshot(error = TRUE, {
        compareModels(parts$train)
        compareModels(parts, "lsmt")
        compareModels(parts, baselines = "svm")
        compareModels(parts, c("lstm", "lstm"))
        compareModels(parts, NULL, NULL)
        compareModels(parts, seeds = c(1, 1))
        compareModels(parts, cellTypes = "K562")
        compareModels(parts, reference = "best")
        compareModels(parts, threads = 2)
        compareModels(parts, sizes = list(lstm = list(filters = 2)))
        compareModels(list(train = parts$train, test = parts$train))
        compareModels(parts, BPPARAM = 2)
    })
})

test_that("print() is the paper's table", {
    shown <- compareModels(parts, NULL, progress = FALSE)
    expect_snapshot(shown)
})

test_that("the figure has a point per run, and the means", {
    figure <- plot(table)
    expect_s3_class(figure, "ggplot")
    built <- ggplot2::ggplot_build(figure)
    expect_equal(built$data[[1L]]$xintercept,
                 summary(table)$mean[table$models == "deepchrome"])
    expect_equal(sort(built$data[[2L]]$x), sort(table$runs$auroc))
    expect_equal(built$data[[3L]]$x, summary(table)$mean)
})
