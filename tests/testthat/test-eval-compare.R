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
    base <- evaluate(trainBaseline(parts$train, "zones", "cellType1"),
                     parts$test[, "cellType1"])
    run <- table$runs$model == "zones" & table$runs$cellType == "cellType1"
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
    other <- summary(table, reference = "zones")
    expect_equal(other$difference, own$mean - own$mean[own$model == "zones"])
})

test_that("tests are pROC's DeLong's where there is one fit", {
    skip_if_not_installed("pROC")
    cells <- as.data.frame(table, reference = "meanLogCount")
    of <- function(model) {
        run <- table$runs$model == model & table$runs$cellType == "cellType1"
        pROC::roc(table$folds[[1L]]$labels[, "cellType1"],
                  table$scores[[which(run)]], quiet = TRUE, direction = "<")
    }
    row <- cells[cells$model == "zones" & cells$cellType == "cellType1", ]
    auroc <- as.numeric(of("zones")$auc)
    half <- stats::qnorm(0.975) * sqrt(pROC::var(of("zones"))) /
        auroc / (1 - auroc)
    expect_equal(c(row$lower, row$auroc, row$upper),
                 stats::plogis(stats::qlogis(auroc) + c(-half, 0, half)))
    test <- pROC::roc.test(of("zones"), of("meanLogCount"), paired = TRUE,
                           method = "delong")
    expect_equal(row$pValue, as.numeric(test$p.value))
    expect_identical(row$test, "DeLong")
    expect_true(row$trainingCounted) # logistic regression does not vary
})

test_that("fits and genes are counted, unless there is one fit", {
    own <- as.data.frame(table)
    own <- own[own$cellType == "cellType1", ]
    expect_identical(own$fits, c(2L, 2L, 1L, 1L))
    expect_identical(own$test, c("Obuchowski-Rockette", NA,
                                 "Obuchowski-Rockette", "Obuchowski-Rockette"))
    expect_identical(own$trainingCounted, c(TRUE, NA, TRUE, TRUE))
    pairs <- tidy(table)
    expect_identical(nrow(pairs), 2L * 6L)
    expect_equal(pairs$std.error^2,
                 pairs$std.error.genes^2 + pairs$std.error.training^2)
    pair <- pairs[pairs$cellType == "cellType1" & pairs$model == "lstm" &
                  pairs$other == "deepchrome", ]
    expect_equal(pair$p.value, own$pValue[1L])
    expect_equal(pair$estimate, own$difference[1L])
    runs <- table$runs[table$runs$cellType == "cellType1", ]
    expect_equal(pair$std.error.training^2, sum(tapply(
        runs$auroc, runs$model, var)[c("lstm", "deepchrome")] / 2))
    expect_equal(tidy(table)$adj.p.value, p.adjust(pairs$p.value, "holm"))
    lone <- compareModels(parts, "lstm", "zones", seeds = 1, epochs = 1,
                          cellTypes = "cellType1", sizes = small["lstm"],
                          adjust = "BH", progress = FALSE)
    expect_identical(tidy(lone)$method, "DeLong")
    expect_false(tidy(lone)$trainingCounted)
    expect_output(print(lone), "NOT COUNTED.*training of lstm")
    expect_output(print(lone), "Benjamini-Hochberg")
})

test_that("trained models are compared as they are", {
    own <- table$runs$cellType == "cellType1"
    fits <- lapply(1:2, function(seed) {
        attentiveChrome(parts$train, parts$validation, "lstm", "cellType1",
            hidden = 4, epochs = 2, learningRate = 0.01, transform = "log1p",
            seed = seed)
    })
    base <- trainBaseline(parts$train, "zones", "cellType1")
    found <- compareModels(parts, models = list(lstm = fits, zones = base),
                           cellTypes = "cellType1")
    runs <- table$runs[own & table$runs$model %in% c("lstm", "zones"), ]
    expect_equal(found$runs[c("fold", "cellType", "model", "seed", "auroc")],
                 runs[c("fold", "cellType", "model", "seed", "auroc")],
                 ignore_attr = TRUE)
    pairs <- tidy(table)
    pair <- pairs[pairs$cellType == "cellType1" & pairs$model == "lstm" &
                  pairs$other == "zones", ]
    pair$adj.p.value <- pair$p.value # of one
    expect_equal(tidy(found), pair, ignore_attr = TRUE)
    # names that repeat, on the signal itself
    mixed <- compareModels(parts$test[, "cellType1"], models = list(
        lstm = fits[[1L]], zones = base, lstm = fits[[2L]]))
    expect_equal(as.data.frame(mixed), as.data.frame(found))
    expect_snapshot(error = TRUE, {
        compareModels(parts, models = fits)
        compareModels(parts, models = list(lstm = fits[c(1, 1)]))
        compareModels(parts, models = list(lstm = list()))
        compareModels(parts, "lstm", seeds = 1, models = list(lstm = fits))
    })
    expect_warning(compareModels(parts$train, models = list(lstm = fits),
                                 cellTypes = "cellType1"),
                   "cellType1: 30 of 30 genes are training genes",
                   class = "AttentiveChrome_seen")
    expect_error(compareModels(parts, NULL, "geneMean"), "table of expression")
})

test_that("clusters widen what copies of genes would narrow", {
    test <- parts$test[, "cellType1"]
    copies <- test[rep(seq_len(nrow(test)), 2), ]
    rownames(copies) <- paste0("gene", seq_len(nrow(copies)))
    both <- list(deep = trainBaseline(parts$train, "zones", "cellType1"),
                 mean = trainBaseline(parts$train, cellTypes = "cellType1"))
    once <- tidy(compareModels(test, models = both))
    naive <- tidy(compareModels(copies, models = both))
    gene <- rep(rownames(test), 2)
    counted <- tidy(compareModels(copies, models = both, clusters = gene))
    expect_lt(naive$std.error, 0.75 * once$std.error)
    expect_equal(counted$std.error, once$std.error)
    expect_equal(counted$df, nrow(test) - 1)
    byName <- compareModels(copies, models = both, clusters = rev(
        stats::setNames(gene, rownames(copies))))
    expect_equal(tidy(byName), counted)
    # the copies are the only windows that overlap
    overlap <- compareModels(copies, models = both, clusters = "overlap")
    expect_equal(tidy(overlap), counted)
})

test_that("chromosomes are clusters and folds", {
    on <- as.character(GenomicRanges::seqnames(rowRanges(parts$test)))
    both <- list(a = trainBaseline(parts$train, "zones", "cellType1"),
                 b = trainBaseline(parts$train, cellTypes = "cellType1"))
    found <- compareModels(parts$test[, "cellType1"], models = both,
                           clusters = "chromosome")
    expect_identical(found$folds[[1L]]$clusters, match(on, unique(on)))
    expect_equal(tidy(found)$df, length(unique(on)) - 1)
    signal <- simulateChromatin(genes = 120, bins = 20, seed = 1,
                                causal = list(H3K4me3 = 9:12))
    folds <- .chromosomeFolds(signal, 5)
    tests <- lapply(folds, function(parts) rownames(parts$test))
    expect_setequal(unlist(tests), rownames(signal))
    expect_identical(anyDuplicated(unlist(tests)), 0L)
    expect_true(all(abs(lengths(tests) - 24) < 6))
    expect_setequal(rownames(folds[[5L]]$validation), tests[[1L]])
    chromosomes <- lapply(folds, function(parts) {
        unique(as.character(GenomicRanges::seqnames(rowRanges(parts$test))))
    })
    expect_identical(anyDuplicated(unlist(chromosomes)), 0L)
})

test_that("several splits have the corrected resampled t test", {
    signal <- simulateChromatin(genes = 120, bins = 20, seed = 1,
                                causal = list(H3K4me3 = 9:12))
    found <- compareModels(signal, NULL, folds = 5, progress = FALSE)
    folds <- .chromosomeFolds(signal, 5)
    auroc <- vapply(folds, function(parts) {
        evaluate(trainBaseline(parts$train, "zones"), parts$test)$auroc
    }, 0)
    own <- found$runs$model == "zones"
    expect_equal(found$runs$auroc[own], auroc)
    expect_identical(found$runs$fold[own], 1:5)
    less <- auroc - found$runs$auroc[!own]
    ratio <- mean(vapply(folds, function(f) nrow(f$test) / nrow(f$train), 0))
    row <- tidy(found)
    statistic <- mean(less) / sqrt((1 / 5 + ratio) * var(less))
    expect_equal(row$statistic, -statistic)
    expect_equal(row$p.value, 2 * pt(-abs(statistic), 4))
    expect_identical(row$method, "corrected resampled t")
    expect_equal(as.data.frame(found)$auroc[2L], mean(auroc))
    given <- compareModels(folds, NULL, progress = FALSE)
    given$runs$seconds <- found$runs$seconds
    expect_identical(given, found)
    expect_snapshot(print(found))
    expect_snapshot(error = TRUE, {
        compareModels(signal, NULL, folds = 2)
        compareModels(signal, NULL, folds = 30)
        compareModels(folds[[1L]], NULL, folds = 5)
        compareModels(signal, NULL, folds = 5, clusters = "chromosome")
    })
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
    own <- compareModels(some, NULL, "zones", cellTypes = "cellType1",
                         progress = FALSE)
    fit <- trainBaseline(parts$train, "zones", "cellType1")
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
        compareModels(parts, clusters = "gene")
        compareModels(parts, clusters = c(1, NA))
        compareModels(parts, NULL, clusters = rep(1, 30))
        compareModels(parts, adjust = "fdr")
    })
})

test_that("print() is the paper's table, or that of the cell type", {
    shown <- compareModels(parts, NULL, progress = FALSE)
    expect_snapshot(shown)
    shown <- compareModels(parts, NULL, cellTypes = "cellType1",
                           clusters = "chromosome", progress = FALSE)
    expect_snapshot(shown)
    lines <- capture.output(print(table))
    expect_lte(max(nchar(lines)), 80L)
})

test_that("the figure has a point per run, and the means", {
    figure <- plot(table)
    expect_s3_class(figure, "ggplot")
    built <- ggplot2::ggplot_build(figure)
    expect_equal(built$data[[1L]]$xintercept,
                 summary(table)$mean[table$models == "deepchrome"])
    expect_equal(sort(built$data[[2L]]$x), sort(table$runs$auroc))
    expect_equal(built$data[[3L]]$x, summary(table)$mean)
    built <- ggplot2::ggplot_build(plot(table, "differences"))$data[[2L]]
    rows <- as.data.frame(table)
    rows <- rows[rows$model != "deepchrome", ]
    expect_equal(sort(built$x), sort(rows$difference))
    expect_equal(sort(built$xmax), sort(rows$differenceUpper))
})
