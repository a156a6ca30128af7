parts <- smallParts(120, cellTypes = 2)
model <- quickModel(parts, markDropout = 0.5)
gain <- whichMark(model, parts$test, have = "H3K4me3")

logitOf <- function(marks, cellType) {
    signal <- parts$test
    marks(signal) <- marks
    predict(model, signal, "link", calibrated = FALSE)[, cellType]
}

test_that("gains are those of the predictions with and without a mark", {
    expect_s3_class(gain, "markGain")
    expect_setequal(gain$mark, setdiff(marks(model), "H3K4me3"))
    row <- gain[gain$mark == "H3K27me3" & gain$cellType == "cellType2", ]
    label <- expressionLabel(parts$test)[, 2L]
    before <- logitOf("H3K4me3", 2L)
    after <- logitOf(c("H3K4me3", "H3K27me3"), 2L)
    expect_equal(row$auroc, .auroc(label, after))
    expect_equal(unlist(row[paste0("aurocGain", c("", "Lower", "Upper"))],
                        use.names = FALSE),
                 unname(.aurocDifference(label, after, before)))
    # Each is calibrated on these genes, a tenth by the others.
    before <- .recalibrated(before, label)
    after <- .recalibrated(after, label)
    expect_equal(row$logLoss, .logLoss(label, after))
    loss <- -stats::dbinom(label, 1L, stats::plogis(before), log = TRUE) +
        stats::dbinom(label, 1L, stats::plogis(after), log = TRUE)
    test <- stats::t.test(loss)
    expect_equal(row$logLossGain, mean(loss))
    expect_equal(row$logLossGainUpper - row$logLossGain,
                 stats::qnorm(0.975) * test$stderr, ignore_attr = TRUE)
})

test_that("without any mark, the gain is that over the share of high genes", {
    none <- whichMark(model, parts$test)
    expect_identical(nrow(none), 10L)
    expect_equal(none$aurocGain, none$auroc - 0.5)
    high <- mean(expressionLabel(parts$test)[, 1L])
    base <- -high * log(high) - (1 - high) * log(1 - high)
    first <- none[none$cellType == "cellType1", ]
    expect_equal(first$logLossGain, base - first$logLoss)
    expect_false(is.unsorted(rev(first$aurocGain)))
})

test_that("a calibration alone is no gain in log loss", {
    withr::local_seed(1)
    label <- rep(0:1, 500)
    logit <- label + stats::rnorm(1000)
    same <- .markGain(label, logit, 3 * logit - 1, 0.95)
    expect_lt(abs(same$logLossGain), 1e-6)
    expect_gt(.logLoss(label, 3 * logit - 1) - .logLoss(label, logit), 0.1)
    # Too few genes of a class to calibrate.
    few <- c(1:9, 11:40)
    expect_identical(.recalibrated(logit[few], as.integer(few < 10)),
                     logit[few])
})

test_that("a gain is printed and drawn", {
    expect_output(print(gain), "beside H3K4me3.*H3K27me3")
    expect_s3_class(gain[1:2, ], "data.frame")
    built <- ggplot2::ggplot_build(plot(gain))
    expect_setequal(built$data[[2L]]$x, c(gain$aurocGain, gain$logLossGain))
})

test_that("wrong arguments are refused", {
    plain <- quickModel(parts)
    expect_snapshot(whichMark(plain, parts$test), error = TRUE)
    expect_snapshot(whichMark(model, parts$test, "H3K4"), error = TRUE)
    expect_error(whichMark(model, parts$test, marks(model)), "not all")
    few <- parts$test
    marks(few) <- c("H3K4me3", "H3K27me3")
    expect_error(whichMark(model, few), "Missing")
})
