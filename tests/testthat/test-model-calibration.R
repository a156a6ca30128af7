# Logits, and labels of which the line is known.
drawn <- function(n, intercept, slope, seed, shift = 0) {
    withr::with_seed(seed, {
        logit <- stats::rnorm(n, shift, 2)
        list(logit = logit, label = stats::rbinom(
            n, 1L, stats::plogis(intercept + slope * logit)))
    })
}
fitted <- function(d) .fitCalibration(d$logit, d$label)

parts <- smallParts()
model <- quickModel(parts)
# A calibration that is seen in every result.
model@calibration <- list(method = "platt", slope = 0.5, intercept = 1,
                          high = 0.6, scores = list(high = seq(-1, 3, 0.5),
                                                    low = seq(-3, 1, 0.5)))
raw <- predict(model, parts$test, type = "link", calibrated = FALSE)

# ---- the line ----------------------------------------------------------------

test_that("a simulated line is found", {
    found <- fitted(drawn(20000, -0.5, 0.7, 1))
    expect_identical(found$method, "platt")
    # Standard errors are 0.017 and 0.012
    expect_equal(c(found$intercept, found$slope), c(-0.5, 0.7),
                 tolerance = 0.08)
    temperature <- fitted(drawn(20000, 0, 1.6, 1))
    expect_identical(temperature$method, "temperature")
    expect_identical(temperature$intercept, 0)
    expect_equal(temperature$slope, 1.6, tolerance = 0.05)
})

test_that("calibrated logits are mostly left alone", {
    methods <- vapply(1:30, function(seed) {
        fitted(drawn(300, 0, 1, seed))$method
    }, "")
    expect_gt(sum(methods == "none"), 15L)
    expect_lt(sum(methods == "platt"), 9L)
    one <- fitted(drawn(300, 0, 1, which(methods == "none")[1L]))
    expect_identical(.calibrate(c(-1, 2), one), c(-1, 2))
})

test_that("classes that are separate have a finite line, by hand", {
    label <- rep(0:1, each = 10)
    logit <- 2 * label - 1
    # Platt's targets are 1 / 12 and 11 / 12, whose logits are -log(11), log(11)
    expect_equal(.calibrationLine(logit, label, TRUE),
                 c(intercept = 0, slope = log(11)), tolerance = 1e-6)
    expect_equal(.calibrationLine(logit + 1, label, TRUE),
                 c(intercept = -log(11), slope = log(11)), tolerance = 1e-6)
})

test_that("the slope stays positive, so that the order does not change", {
    d <- drawn(200, 0, -1, 1)
    found <- fitted(d)
    expect_equal(found$slope, 0.05)
    expect_equal(rank(.calibrate(d$logit, found)), rank(d$logit))
})

test_that("few genes, one class and none are not fitted", {
    expect_identical(.fitCalibration(numeric(), numeric()), list())
    expect_identical(.fitCalibration(c(NA, Inf), c(1, 0)), list())
    one <- .fitCalibration(c(3, 1, 2), c(1, 1, 1))
    expect_identical(one$method, "none")
    expect_identical(one$scores, list(high = c(1, 2, 3), low = numeric()))
    few <- drawn(30, 2, 3, 1)
    few$label[] <- rep(c(1, 0), c(21, 9))
    expect_identical(fitted(few)$method, "none")
    few$label[1L] <- 0
    expect_length(fitted(few)$loss, 3L)
    expect_identical(.calibrate(c(-1, 2), list()), c(-1, 2))
})

test_that("training fits it to the validation genes", {
    trained <- quickModel(parts)
    logit <- predict(trained, parts$validation, "link", calibrated = FALSE)
    label <- as.vector(expressionLabel(parts$validation))
    expect_equal(trained@calibration, .fitCalibration(as.vector(logit), label))
    expect_identical(trained@training$high,
                     mean(expressionLabel(parts$train)))
    none <- quietModel(parts$train, filters = 4, context = 4, epochs = 1,
                       seed = 1)
    expect_identical(none@calibration, list())
    expect_identical(predict(none, parts$test),
                     predict(none, parts$test, calibrated = FALSE))
    expect_output(print(none), "calibration: none, without validation genes")
})

test_that("models of earlier versions and of files have no calibration", {
    old <- model
    attr(old, "calibration") <- NULL
    expect_identical(predict(old, parts$test, "link"), raw)
    expect_error(predict(old, parts$test, "set"), "validation genes")
    expect_identical(updateObject(old)@calibration, list())
    expect_true(methods::validObject(updateObject(old)))
    expect_no_error(attention(old, parts$test[1:2, ]))
    file <- withr::local_tempfile()
    writeTorchWeights(model, file)
    read <- readTorchWeights(file, marks(model), 20, architecture = "additive",
                             transform = "log1p", scale = model@scale,
                             filters = 4, context = 4)
    expect_identical(read@calibration, list())
    expect_error(predict(read, parts$test, prior = 0.5), "read from a file")
})

# ---- where it is used --------------------------------------------------------

test_that("predictions are calibrated, in all types", {
    link <- predict(model, parts$test, type = "link")
    expect_equal(link, 1 + 0.5 * raw)
    expect_equal(predict(model, parts$test), stats::plogis(link))
    expect_equal(predict(model, parts$test, "class"), (link > 0) + 0L)
    expect_error(predict(model, parts$test, calibrated = NA), "calibrated")
})

test_that("all that tells a probability tells the calibrated one", {
    test <- parts$test[1:5, ]
    response <- predict(model, test)
    expect_equal(assay(attention(model, test), "probability"), response)
    why <- attribution(model, test, "occlusion")
    expect_equal(assay(why, "probability"), response)
    expect_equal(augment(model, test)$.fitted, as.vector(response))
    edits <- predictEdits(model, test, list(none = identity))
    expect_equal(edits$before, as.vector(response))
    expect_equal(edits$after, as.vector(response))
    flips <- smallestFlip(model, test, unit = "marks")
    expect_equal(flips$before, as.vector(response))
})

test_that("shares and attributions explain the logit of the network", {
    test <- parts$test[1:5, ]
    att <- attention(model, test)
    sums <- apply(assay(att, "share"), c(1, 2), sum) + metadata(att)$bias
    expect_equal(sums, raw[1:5, , drop = FALSE], tolerance = 1e-5,
                 ignore_attr = TRUE)
    other <- model
    other@calibration <- list()
    expect_identical(
        assay(attribution(model, test, "saliency"), "H3K4me3"),
        assay(attribution(other, test, "saliency"), "H3K4me3"))
})

test_that("panels store and predict calibrated logits", {
    panel <- suppressMessages(trainCellTypes(
        parts, epochs = 2, filters = 4, context = 4, learningRate = 0.01,
        BPPARAM = BiocParallel::SerialParam()))
    own <- panel[[1L]]
    expect_length(own@calibration$loss, 3L)
    expect_equal(panel@records[[1L]]$test$logit,
                 predict(own, parts$test, "link")[, 1L], ignore_attr = TRUE)
    panel@records[[1L]]$model <- model
    expect_equal(predict(panel, parts$test, prior = 0.2),
                 predict(model, parts$test, prior = 0.2))
    expect_identical(predict(panel, parts$test, "set", level = 0.8),
                     predict(model, parts$test, "set", level = 0.8))
    expect_equal(evaluate(panel, parts$test, prior = 0.2, draws = 0)$brier,
                 evaluate(model, parts$test, prior = 0.2, draws = 0)$brier)
    expect_error(evaluate(panel, prior = 0.2), "need `signal`")
})

# ---- another share of high genes ---------------------------------------------

test_that("the prior moves the logit by the difference of the logits", {
    logit <- matrix(0, 1L, 2L, dimnames = list("g", c("a", "b")))
    expect_equal(.changePrior(logit, 0.5, 0.2)[1L, ],
                 c(a = log(1 / 4), b = log(1 / 4)))
    expect_equal(.changePrior(logit, 0.6, 0.6)[1L, "a"], 0)
    moved <- .changePrior(logit, 0.5, c(0.2, 0.5))
    expect_equal(moved[1L, ], c(a = log(1 / 4), b = 0))
    expect_identical(attr(moved, "prior"), c(a = 0.2, b = 0.5))
    # The share of the validation genes, or of the training genes
    link <- predict(model, parts$test, "link", prior = 0.3)
    expect_equal(link, 1 + 0.5 * raw + stats::qlogis(0.3) - stats::qlogis(0.6),
                 ignore_attr = TRUE)
    link <- predict(model, parts$test, "link", calibrated = FALSE, prior = 0.3)
    expect_equal(link, raw + stats::qlogis(0.3) -
                     stats::qlogis(model@training$high), ignore_attr = TRUE)
    zones <- trainBaseline(parts$train, "zones")
    expect_equal(predict(zones, parts$test, "link", prior = 0.3),
                 predict(zones, parts$test, "link") + stats::qlogis(0.3) -
                     stats::qlogis(zones@training$high), ignore_attr = TRUE)
})

test_that("the EM estimate finds another share", {
    # Two normals, of which the logit is known: calibrated at half of each
    share <- function(high, n = 4000) {
        class <- rep(1:0, c(high * n, (1 - high) * n))
        logit <- withr::with_seed(1, 2 * stats::rnorm(n, ifelse(class, 1, -1)))
        c(.estimatePrior(logit, 0.5), mean(stats::plogis(logit)))
    }
    # The standard error is about 0.009; without the estimate, 0.26
    expect_equal(share(0.1)[1L], 0.1, tolerance = 0.3)
    expect_equal(share(0.8)[1L], 0.8, tolerance = 0.04)
    expect_gt(share(0.1)[2L], 0.2)
    # A fixed point of the EM algorithm
    logit <- withr::with_seed(2, stats::rnorm(100))
    prior <- .estimatePrior(logit, 0.4)
    change <- stats::qlogis(prior) - stats::qlogis(0.4)
    expect_equal(mean(stats::plogis(logit + change)), prior, tolerance = 1e-4)
    # Of genes that are all alike, not quite 0
    expect_equal(.estimatePrior(rep(-9, 50), 0.5), 0.01, tolerance = 1e-3)
})

test_that("each cell type has an estimate of its own", {
    link <- predict(model, parts$test, "link", prior = "estimate")
    expect_named(attr(link, "prior"), colnames(parts$test))
    own <- 1 + 0.5 * raw[, 1L]
    expect_equal(attr(link, "prior")[[1L]], .estimatePrior(own, 0.6))
})

test_that("bad priors are errors", {
    for (prior in list(0, 1, -1, NA_real_, "guess", c(0.1, 0.2, 0.3))) {
        expect_error(predict(model, parts$test, prior = prior),
                     "must be .*estimate")
    }
    expect_error(predict(model, parts$test[1:5, ], prior = "estimate"),
                 "20 or more genes")
})

# ---- prediction sets ---------------------------------------------------------

test_that("sets are of the extreme genes of each class, by hand", {
    logit <- matrix(c(-2, -1, 0, 1, 2), dimnames = list(letters[1:5], "E1"))
    nine <- list(scores = list(high = seq(-1, 7), low = seq(-7, 1)))
    # One of ten may be left out: high from -1, low up to 1
    sets <- .conformalSets(logit, nine, 0.9)
    expect_identical(sets[, 1L], c(a = "low", b = "high or low",
                                   c = "high or low", d = "high or low",
                                   e = "high"))
    expect_identical(dimnames(sets), dimnames(logit))
    # Three of ten: high from 1, low up to -1
    expect_identical(unname(.conformalSets(logit, nine, 0.7)[, 1L]),
                     c("low", "low", "none", "high", "high"))
    expect_error(.conformalSets(logit, nine, 0.95), "needs 19 validation")
    eight <- lapply(nine$scores, utils::head, 8L)
    expect_error(.conformalSets(logit, list(scores = eight), 0.9),
                 "needs 9 validation.*8 high and\\s+8 low")
})

test_that("predict() has the sets of the logits", {
    sets <- predict(model, parts$test, "set", level = 0.8)
    expect_identical(sets, .conformalSets(raw, model@calibration, 0.8))
    expect_error(predict(model, parts$test, "set", level = 2), "level")
})

test_that("the cover of sets is exact", {
    # Of 24 genes, floor(0.1 x 25) = 2 are left out: 1 - 2 / 25 = 0.92
    covered <- withr::with_seed(1, vapply(seq_len(4000), function(i) {
        scores <- list(high = sort(stats::rnorm(24, 1)),
                       low = sort(stats::rexp(24)))
        new <- matrix(c(stats::rnorm(1, 1), stats::rexp(1)))
        sets <- .conformalSets(new, list(scores = scores), 0.9)
        c(grepl("high", sets[1L]), grepl("low", sets[2L]))
    }, logical(2)))
    # The standard error is 0.0043
    expect_lt(max(abs(rowMeans(covered) - 0.92)), 0.015)
})
