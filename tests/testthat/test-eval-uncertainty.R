drawn <- function(n = 80, ties = FALSE, fits = 5, seed = 1) {
    withr::with_seed(seed, {
        label <- stats::rbinom(n, 1L, 0.4)
        gene <- stats::rnorm(n)
        scores <- lapply(seq_len(fits), function(i) {
            score <- label + gene + stats::rnorm(n)
            if (ties) round(score) else score
        })
        list(label = label, scores = scores)
    })
}

test_that("the covariance over genes is DeLong's", {
    skip_if_not_installed("pROC")
    for (ties in c(FALSE, TRUE)) {
        d <- drawn(ties = ties)
        own <- .aurocCovariance(d$label, d$scores)
        curves <- lapply(d$scores, function(score) {
            pROC::roc(d$label, score, quiet = TRUE, direction = "<")
        })
        expect_equal(own$value, vapply(curves, function(roc) {
            as.numeric(roc$auc)
        }, 0))
        expect_equal(diag(own$covariance),
                     vapply(curves, function(roc) pROC::var(roc), 0))
        expect_equal(own$covariance[2L, 4L],
                     pROC::cov(curves[[2L]], curves[[4L]]))
    }
})

# Obuchowski (1997), equations 5 to 9, with loops over pairs and clusters.
byObuchowski <- function(label, score, cluster) {
    high <- which(label == 1)
    low <- which(label == 0)
    pairs <- outer(score[high], score[low],
                   function(a, b) (a > b) + (a == b) / 2)
    auroc <- mean(pairs)
    s10 <- s01 <- s11 <- i10 <- i01 <- 0
    for (k in unique(cluster)) {
        isHigh <- cluster[high] == k
        isLow <- cluster[low] == k
        x <- sum(rowMeans(pairs)[isHigh]) - sum(isHigh) * auroc
        y <- sum(colMeans(pairs)[isLow]) - sum(isLow) * auroc
        i10 <- i10 + any(isHigh)
        i01 <- i01 + any(isLow)
        s10 <- s10 + x^2
        s01 <- s01 + y^2
        s11 <- s11 + x * y
    }
    i <- length(unique(cluster))
    m <- length(high)
    n <- length(low)
    s10 <- s10 * i10 / (i10 - 1) / m
    s01 <- s01 * i01 / (i01 - 1) / n
    s11 <- s11 * i / (i - 1)
    s10 / m + s01 / n + 2 * s11 / m / n
}

test_that("with clusters it is Obuchowski's", {
    d <- drawn(ties = TRUE, fits = 2)
    cluster <- withr::with_seed(2, sample(letters[1:9], 80, TRUE))
    cluster[d$label == 1 & cluster == "c"] <- "d" # one has low genes alone
    own <- .aurocCovariance(d$label, d$scores, cluster)
    expect_equal(own$covariance[1L, 1L],
                 byObuchowski(d$label, d$scores[[1L]], cluster))
    expect_equal(own$covariance[2L, 2L],
                 byObuchowski(d$label, d$scores[[2L]], cluster))
    expect_identical(own$covariance[1L, 2L], own$covariance[2L, 1L])
})

test_that("fits count by Obuchowski and Rockette's formula", {
    groups <- list(1:3, 4:5)
    same <- outer(rep(1:2, 3:2), rep(1:2, 3:2), `==`)
    fits <- list(value = c(0.80, 0.84, 0.82, 0.70, 0.74),
                 covariance = ifelse(same, 0.0008, 0.0006) +
                     diag(0.0002, 5))
    own <- .crossedVariance(fits, groups, c(1, -1))
    expect_equal(own$fits, 0.0004 / 3 + 0.0008 / 2)
    expect_equal(own$genes, 0.0008 + 0.0008 - 2 * 0.0006)
    training <- c(0.0004 / 3, 0.0008 / 2)
    expect_equal(own$df, (0.0004 + sum(training))^2 /
                     sum(training^2 / c(2, 1)))
    few <- .crossedVariance(fits, groups, c(1, -1), geneDf = 7)
    expect_equal(few$df, (0.0004 + sum(training))^2 /
                     (sum(training^2 / c(2, 1)) + 0.0004^2 / 7))
    one <- .crossedVariance(fits, groups[1L], 1)
    expect_equal(one[c("fits", "genes")],
                 list(fits = 0.0004 / 3, genes = 0.0008))
})

test_that("with equal numbers of fits it is the F test of the nested design", {
    d <- drawn(fits = 6)
    fits <- .aurocCovariance(d$label, d$scores)
    own <- .crossedVariance(fits, list(1:3, 4:6), c(1, -1))
    model <- gl(2, 3)
    mean <- anova(lm(fits$value ~ model))[["Mean Sq"]]
    off <- fits$covariance[row(fits$covariance) != col(fits$covariance)]
    pair <- outer(model, model, `==`)
    pair <- pair[row(pair) != col(pair)]
    error <- mean[2L] + 3 * max(0, mean(off[pair]) - mean(off[!pair]))
    f <- mean[1L] / error
    difference <- diff(tapply(fits$value, model, mean))
    expect_equal(difference[[1L]]^2 / (own$fits + own$genes), f)
    expect_equal(own$df, error^2 / (mean[2L]^2 / (2 * (3 - 1)))) # Hillis'
})

test_that("of single fits only the genes count, as in DeLong's test", {
    skip_if_not_installed("pROC")
    d <- drawn(fits = 2)
    fits <- .aurocCovariance(d$label, d$scores)
    own <- .crossedVariance(fits, list(1L, 2L), c(1, -1))
    expect_identical(own[c("fits", "df")], list(fits = 0, df = Inf))
    test <- pROC::roc.test(d$label, d$scores[[1L]], d$scores[[2L]],
                           quiet = TRUE, paired = TRUE, method = "delong")
    expect_equal(.differenceTest(-diff(fits$value), sqrt(own$genes), Inf),
                 as.numeric(test$p.value))
})

test_that("equal models have p 1, and no variance no p-value", {
    expect_identical(.differenceTest(1e-15, 0, Inf), 1)
    expect_identical(.differenceTest(0.1, 0, Inf), NA_real_)
    expect_identical(.differenceTest(NaN, 0, Inf), NA_real_)
    expect_equal(.differenceTest(-0.04, 0.02, 4), 2 * pt(-2, 4))
})

test_that("intervals are symmetric on the logit scale", {
    own <- .logitInterval(0.9, 0.03, 0.9, 7)
    expect_equal(qlogis(own) - qlogis(0.9),
                 c(-1, 1) * qt(0.95, 7) * 0.03 / 0.09)
    expect_true(all(.logitInterval(0.99, 0.05, 0.95) < 1))
    expect_identical(.logitInterval(1, 0, 0.95), c(NA_real_, NA_real_))
})

test_that("the variance over splits is Nadeau and Bengio's", {
    less <- c(0.02, 0.05, -0.01, 0.03, 0.04)
    expect_equal(.resampledVariance(less, 0.25), 0.45 * 0.00053)
})

test_that("two sets of seeds of one architecture seldom differ", {
    # Unstable fits: DeLong's test of the means rejects in more than half.
    withr::local_seed(1)
    p <- replicate(200, {
        label <- rep(0:1, 50)
        gene <- rnorm(100)
        scores <- lapply(1:10, function(i) {
            rnorm(1, 1.3, 0.3) * label + gene + rnorm(100, sd = 0.5)
        })
        fits <- .aurocCovariance(label, scores)
        difference <- mean(fits$value[1:5]) - mean(fits$value[6:10])
        own <- .crossedVariance(fits, list(1:5, 6:10), c(1, -1))
        weights <- rep(c(0.2, -0.2), each = 5)
        genes <- sqrt(drop(weights %*% fits$covariance %*% weights))
        c(.differenceTest(difference, sqrt(own$fits + own$genes), own$df),
          .differenceTest(difference, genes, Inf))
    })
    expect_lt(mean(p[1L, ] < 0.05), 0.08)
    expect_gt(mean(p[2L, ] < 0.05), 0.3)
})
