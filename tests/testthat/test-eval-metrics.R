scores <- function(n, ties, seed) {
    withr::with_seed(seed, {
        label <- stats::rbinom(n, 1L, 0.4)
        logit <- label + stats::rnorm(n)
        list(label = label, logit = if (ties) round(logit) else logit)
    })
}

test_that("AUROC equals pROC's, with and without ties", {
    skip_if_not_installed("pROC")
    for (ties in c(FALSE, TRUE)) {
        s <- scores(200, ties, 1)
        expected <- pROC::auc(pROC::roc(s$label, s$logit, quiet = TRUE,
                                        direction = "<"))
        expect_equal(.auroc(s$label, s$logit), as.numeric(expected))
    }
})

test_that("AUROC counts pairs, ties as half", {
    s <- scores(60, TRUE, 2)
    high <- s$logit[s$label == 1]
    low <- s$logit[s$label == 0]
    pairs <- outer(high, low, function(a, b) (a > b) + (a == b) / 2)
    expect_equal(.auroc(s$label, s$logit), mean(pairs))
    expect_equal(.auroc(c(0, 1, 0, 1), rep(0, 4)), 0.5)
    expect_identical(.auroc(c(1, 1), 1:2), NA_real_)
})

test_that("AUPRC is average precision, ties entering together", {
    # precision at the thresholds 3, 2, 1: 1/1, 2/3, 2/4
    expect_equal(.auprc(c(1, 0, 1, 0), c(3, 2, 2, 1)), 0.5 + 0.5 * 2 / 3)
    # no better than chance: the share of high genes
    expect_equal(.auprc(c(1, 0, 0, 0), rep(1, 4)), 0.25)
    expect_identical(.auprc(c(0, 0), 1:2), NA_real_)
})

test_that("the other measures follow their definitions", {
    label <- c(1, 1, 0, 0, 0)
    logit <- stats::qlogis(c(0.9, 0.4, 0.6, 0.2, 0.1))
    m <- .metrics(label, logit)
    expect_equal(m[["accuracy"]], 3 / 5)
    expect_equal(m[["f1"]], 2 * 1 / (2 + 2))
    expect_equal(m[["brier"]],
                 mean(c(0.1, 0.6, 0.6, 0.2, 0.1)^2))
    expect_equal(m[["logLoss"]], -mean(log(c(0.9, 0.4, 0.4, 0.8, 0.9))))
    expect_equal(.logLoss(1, -1000), 1000)
})

test_that("the calibration line is glm's", {
    s <- scores(300, FALSE, 3)
    fit <- stats::coef(stats::glm(s$label ~ s$logit, stats::binomial()))
    expect_equal(unname(.metrics(s$label, s$logit)[c("intercept", "slope")]),
                 unname(fit), tolerance = 1e-5)
    # Far from the start of the search
    far <- 50 * s$logit - 300
    expect_equal(.calibrationMetrics(s$label, far)[["slope"]],
                 fit[[2L]] / 50, tolerance = 1e-5)
    slope <- stats::coef(stats::glm(s$label ~ s$logit - 1, stats::binomial()))
    expect_equal(.logitLine(s$label, s$logit, intercept = FALSE),
                 c(intercept = 0, slope = slope[[1L]]), tolerance = 1e-5)
})

test_that("without a finite line, slope and intercept are unknown", {
    none <- c(slope = NA_real_, intercept = NA)
    expect_identical(.calibrationMetrics(c(0, 0, 1, 1), c(1, 2, 2, 3)), none)
    expect_identical(.calibrationMetrics(c(1, 1, 0, 0), 1:4), none)
    expect_identical(.calibrationMetrics(c(1, 0), c(1, 1)), none)
    expect_identical(.calibrationMetrics(c(1, 1), 1:2), none)
})

test_that("the calibration error is that of the bins", {
    # Two bins, as equal logits are in one: |0.8 - 3/5| and |0.2 - 1/5|
    label <- c(1, 1, 1, 0, 0, 1, 0, 0, 0, 0)
    logit <- rep(stats::qlogis(c(0.8, 0.2)), each = 5)
    expect_equal(.ece(label, logit), 0.1)
    expect_equal(.ece(c(1, 1), c(0, 0)), 0.5)
    # Ten bins of two genes, of which the second is high
    p <- seq(0.025, 0.975, by = 0.05)
    missed <- abs(colMeans(matrix(p, 2L)) - 0.5)
    expect_equal(.ece(rep(0:1, 10), stats::qlogis(p)), mean(missed))
    expect_identical(as.vector(table(.calibrationBins(rnorm(100)))),
                     rep(10L, 10L))
})
