parts <- smallParts(300)
model <- attentiveChrome(parts$train, recipe = "published", hidden = 6,
    markHidden = 4, epochs = 25, learningRate = 0.01, transform = "log1p",
    seed = 1)
test <- parts$test[1:40, ]
faith <- faithfulness(model, test, draws = 3, seed = 1)

test_that("the curves go from the prediction to that of no signal, and back", {
    p <- predict(model, test)
    towards <- function(p, high) ifelse(high, p, 1 - p)
    none <- predict(model, editSignal(test, "silence", marks = marks(test)))
    ends <- c(mean(towards(p, p > 0.5)), mean(towards(none, p > 0.5)))
    for (name in unique(faith$curves$explanation)) {
        own <- faith$curves[faith$curves$explanation == name, ]
        out <- own$probability[own$curve == "deletion"]
        back <- own$probability[own$curve == "insertion"]
        expect_equal(c(out[1L], out[21L]), ends, tolerance = 1e-5)
        expect_equal(c(back[21L], back[1L]), ends, tolerance = 1e-5)
    }
})

test_that("deletion removes the most important bins, by hand", {
    name <- "occlusion"
    fractions <- c(0, 0.1, 1)
    own <- faithfulness(model, test, name, fractions = fractions, draws = 1,
                        seed = 1)
    values <- attribution(model, test, name)
    high <- predict(model, test)[, 1L] > 0.5
    removed <- test
    flat <- do.call(cbind, lapply(marks(test), function(mark) {
        binMatrix(values, mark)
    })) * ifelse(high, 1, -1)
    worst <- t(apply(-flat, 1L, rank)) <= 0.1 * ncol(flat)
    for (j in seq_along(marks(test))) {
        counts <- assay(removed, marks(test)[j])
        counts[, 1L, ][worst[, 20 * (j - 1) + 1:20]] <- 0
        assay(removed, marks(test)[j]) <- counts
    }
    p <- predict(model, removed)[, 1L]
    row <- own$curves$explanation == name & own$curves$fraction == 0.1 &
        own$curves$curve == "deletion"
    expect_equal(own$curves$probability[row], mean(ifelse(high, p, 1 - p)),
                 tolerance = 1e-5)
})

test_that("areas and differences are those of the curves", {
    own <- faith$curves[faith$curves$explanation == "saliency" &
                        faith$curves$curve == "insertion", ]
    area <- sum(diff(own$fraction) *
                (own$probability[-1L] + own$probability[-21L]) / 2)
    row <- faith$table[faith$table$explanation == "saliency", ]
    expect_equal(row$insertion, area)
    expect_equal(row$score, (row$insertion - row$deletion) / faith$moved)
    none <- predict(model, editSignal(test, "silence", marks = marks(test)))
    expect_equal(faith$moved, mean(abs(predict(model, test) - none)),
                 tolerance = 1e-6)
    difference <- faith$genes[, "saliency"] - faith$genes[, "random"]
    test <- t.test(difference)
    expect_equal(c(row$overRandom, row$overRandomLower, row$overRandomUpper),
                 c(test$estimate, test$conf.int), ignore_attr = TRUE)
    expect_equal(row$overRandomP, wilcox.test(difference)$p.value)
})

test_that("on a known truth every explanation beats random order", {
    table <- faith$table[faith$table$explanation != "random", ]
    expect_true(all(table$overRandomLower > 0))
    expect_identical(nrow(faith$genes), 40L)
})

test_that("rank agreement is Spearman's, gene by gene", {
    flat <- function(x) {
        do.call(cbind, lapply(marks(test), function(mark) binMatrix(x, mark)))
    }
    a <- abs(flat(attribution(model, test, "occlusion")))
    b <- flat(test)
    rho <- vapply(seq_len(40), function(i) {
        cor(a[i, ], b[i, ], method = "spearman")
    }, 0)
    expect_equal(faith$agreement["occlusion", "signal"], median(rho),
                 tolerance = 1e-5)
    expect_equal(diag(faith$agreement), rep(1, 6), ignore_attr = TRUE)
})

test_that("print() states the verdict, and figures show the curves", {
    expect_output(print(faith), "Attention orders the bins .* random order")
    expect_identical(as.data.frame(faith), faith$table)
    figure <- ggplot2::ggplot_build(plot(faith))
    expect_equal(sort(figure$data[[1L]]$y), sort(faith$curves$probability))
    tiles <- ggplot2::ggplot_build(plot(faith, "agreement"))
    expect_identical(nrow(tiles$data[[1L]]), 36L)
    worse <- faith$table
    own <- worse$explanation == "attention"
    worse[own, c("overSignalLower", "overSignalUpper")] <- c(-0.2, -0.1)
    expect_match(.faithVerdict(worse)[2L], "WORSE than the signal")
    worse[own, c("overSignalLower", "overSignalUpper")] <- c(0.005, 0.02)
    expect_match(.faithVerdict(worse)[2L], "NO BETTER than the signal")
    expect_output(print(faith), "Each state has seen all")
    conv <- quickModel(list(train = parts$train))
    expect_no_match(capture.output(print(faithfulness(
        conv, test, "attention", draws = 1, seed = 1))), "Each state")
})

test_that("a model that does not read the signal has no faithfulness", {
    still <- model
    still@parameters[] <- lapply(still@parameters, `*`, 1e-4)
    expect_error(faithfulness(still, test), "do not depend on the signal")
})

test_that("the same seed gives the same curves, and labels are not needed", {
    bare <- test
    assays(bare) <- assays(bare)[marks(bare)]
    expect_identical(faithfulness(model, bare, draws = 3, seed = 1), faith)
})

test_that("wrong input is reported", {
    expect_snapshot(error = TRUE, {
        faithfulness(1, test)
        faithfulness(model, test[1, ])
        faithfulness(model, test, "classOptimum")
        faithfulness(model, test, fractions = c(0, 0.5))
        faithfulness(attentiveChrome(test, architecture = "lstm", epochs = 1,
                                     hidden = 2, seed = 1), test, "attention")
    })
})
