genes <- function(n, chromosomes = n, seed = 1, ties = FALSE, spread = 0) {
    withr::with_seed(seed, {
        cluster <- sort(rep_len(seq_len(chromosomes), n))
        own <- stats::rnorm(chromosomes, sd = spread)[cluster]
        logit <- stats::rnorm(n, sd = 2)
        list(logit = if (ties) round(logit) else logit, clusters = cluster,
             label = stats::rbinom(n, 1L, stats::plogis(0.9 * logit + own)))
    })
}

test_that("a draw has the measures of the genes drawn", {
    for (ties in c(FALSE, TRUE)) {
        d <- genes(120, ties = ties)
        order <- order(d$logit, decreasing = TRUE)
        label <- d$label[order]
        logit <- d$logit[order]
        counts <- withr::with_seed(1, .drawCounts(120, 20))
        expect_identical(colSums(counts), rep(120, 20))
        line <- .calibrationMetrics(label, logit)
        own <- cbind(
            auprc = .drawnAuprc(.precisionPlaces(label, logit), counts),
            .drawnMeasures(crossprod(counts, .metricTerms(label, logit, line)),
                           line))
        again <- t(apply(counts, 2L, function(count) {
            rows <- rep(seq_along(count), count)
            .metrics(label[rows], logit[rows])
        }))
        exact <- c("auprc", "accuracy", "f1", "brier", "logLoss")
        expect_equal(own[, exact], again[, exact])
        # One Newton step is not quite the line
        for (name in c("slope", "intercept")) {
            expect_gt(stats::cor(own[, name], again[, name]), 0.97)
            expect_lt(mean(abs(own[, name] - again[, name])), 0.1)
        }
    }
})

test_that("chromosomes are drawn whole", {
    d <- genes(60, 6)
    drawn <- withr::with_seed(1, .drawMetrics(d$label, d$logit, d$clusters,
                                              300))
    counts <- withr::with_seed(1, .drawCounts(6, 100))
    rows <- unlist(lapply(1:6, function(cluster) {
        rep(which(d$clusters == cluster), counts[cluster, 7L])
    }))
    again <- .metrics(d$label[rows], d$logit[rows])
    for (name in c("auprc", "accuracy", "f1", "brier", "logLoss")) {
        expect_equal(drawn[7L, name], again[name], ignore_attr = TRUE)
    }
    expect_identical(dim(drawn), c(300L, 8L))
})

test_that("the error of a mean is that of the clusters", {
    d <- genes(300, 10, spread = 1)
    square <- (stats::plogis(d$logit) - d$label)^2
    means <- tapply(square, d$clusters, mean)
    half <- stats::qt(0.975, 9) * stats::sd(means) / sqrt(10)
    brier <- mean(square)
    expected <- stats::plogis(stats::qlogis(brier) +
                                  c(-1, 1) * half / brier / (1 - brier))
    found <- .metricIntervals(d$label, d$logit, d$clusters, 4000, 1)
    expect_equal(found[c("brierLower", "brierUpper")], expected,
                 ignore_attr = TRUE, tolerance = 0.02)
})

test_that("the AUROC has DeLong's interval on the logit scale", {
    skip_if_not_installed("pROC")
    d <- genes(400)
    found <- .metricIntervals(d$label, d$logit, NULL, 0, 1)
    roc <- pROC::roc(d$label, d$logit, quiet = TRUE, direction = "<")
    error <- sqrt(pROC::var(roc))
    auroc <- as.numeric(roc$auc)
    expected <- .logitInterval(auroc, error, 0.95, 399)
    expect_equal(found[c("aurocLower", "aurocUpper")], expected,
                 ignore_attr = TRUE)
    expect_true(all(is.na(found[-(1:2)])))
    # Of chromosomes, Obuchowski's
    clustered <- .metricIntervals(d$label, d$logit, rep_len(1:8, 400), 0, 1)
    covariance <- .aurocCovariance(d$label, list(d$logit),
                                   rep_len(1:8, 400))$covariance
    expect_equal(clustered[1:2], .logitInterval(auroc, sqrt(drop(covariance)),
                                                0.95, 7), ignore_attr = TRUE)
})

test_that("chromosomes count if there are five with genes of each class", {
    label <- rep(0:1, 10)
    chromosome <- paste0("chr", rep(1:5, each = 4))
    expect_identical(.drawnClusters(chromosome, label), rep(1:5, each = 4L))
    expect_null(.drawnClusters(rep("chr1", 20), label))
    expect_null(.drawnClusters(replace(chromosome, 1L, NA), label))
    expect_null(.drawnClusters(chromosome, rep(0:1, c(16, 4))))
})

test_that("intervals cover the truth", {
    truth <- .metrics(genes(2e5, 2000, spread = 0.4)$label,
                      genes(2e5, 2000, spread = 0.4)$logit)
    covered <- vapply(seq_len(100), function(seed) {
        d <- genes(400, 8, seed, spread = 0.4)
        found <- matrix(.metricIntervals(d$label, d$logit, d$clusters, 100, 1),
                        2L)
        found[1L, ] <= truth & truth <= found[2L, ]
    }, logical(9))
    # 95 of 100, with a standard error of 2.2
    expect_gt(min(rowSums(covered)), 84)
})

test_that("what cannot be known is NA", {
    found <- .metricIntervals(c(1, 1, 1), 1:3, NULL, 50, 1)
    unknown <- c("aurocLower", "slopeLower", "interceptUpper", "accuracyLower")
    expect_true(all(is.na(found[unknown])))
    expect_false(anyNA(found[c("brierLower", "logLossUpper", "eceLower")]))
    expect_no_error(.metricIntervals(1, 2, NULL, 50, 1))
    expect_true(all(is.na(.metricIntervals(c(1, 0), c(NA, 1), NULL, 50, 1))))
    # A single high gene
    expect_no_error(.metricIntervals(c(1, 0, 0), 1:3, NULL, 50, 1))
    # Wholly right: no error is seen
    right <- .metricIntervals(rep(0:1, 20), rep(c(-9, 9), 20), NULL, 50, 1)
    expect_true(all(is.na(right[c("aurocLower", "accuracyLower")])))
    expect_true(all(right[c("eceLower", "eceUpper")] >= 0))
})
