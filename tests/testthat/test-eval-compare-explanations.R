causal <- list(H3K4me3 = 9:12)
parts <- smallParts(300, marks = c("H3K27me3", "H3K36me3", "H3K4me3",
                                   "H3K27ac"))
read <- c("H3K27me3", "H3K36me3", "H3K4me3")
without <- function(x) {
    assays(x) <- assays(x)[setdiff(assayNames(x), "H3K27ac")]
    x
}
bare <- lapply(parts, without)
fit <- function(architecture, ...) {
    quietModel(bare$train, bare$validation, architecture,
               recipe = "published", epochs = 8, learningRate = 0.01,
               transform = "log1p", seed = 1, ...)
}
model <- fit("lstm-alpha-beta", hidden = 6, markHidden = 4)
cnn <- fit("deepchrome", filters = 8, dense1 = 16, dense2 = 8)
quick <- function(models = model, reference = "H3K27ac", ...) {
    compareExplanations(models, parts$test, reference, ..., draws = 50,
                        seed = 1, progress = FALSE)
}
found <- quick()
truth <- quick(list(attentive = model, cnn = cnn), causal)

test_that("the paper's table 3 is the correlation of two mean profiles", {
    on <- predict(model, parts$test) > 0.5
    alpha <- binMatrix(attention(model, parts$test), "H3K4me3")
    active <- expressionLabel(parts$test) == 1
    other <- binMatrix(parts$test, "H3K27ac")
    wanted <- colMeans(other[active, ])
    score <- function(values) cor(colMeans(values[on, ]), wanted)
    row <- function(name) found$table[found$table$explanation == name, ]
    expect_equal(row("attention")$score, score(alpha), tolerance = 1e-6)
    expect_identical(row("attention")$genes, sum(on))
    saliency <- binMatrix(attribution(model, parts$test), "H3K4me3")
    expect_equal(row("saliency")$score, score(saliency), tolerance = 1e-6)
    raw <- binMatrix(parts$test, "H3K4me3")
    expect_equal(row("signal")$score, score(raw))
    expect_equal(row("attention")$difference, score(alpha) - score(raw),
                 tolerance = 1e-6)
    genes <- vapply(which(on), function(i) cor(alpha[i, ], other[i, ]), 0)
    expect_equal(row("attention")$geneMedian, median(genes),
                 tolerance = 1e-6)
    expect_identical(found$measure, "correlation")
    expect_identical(as.data.frame(found), found$table)
})

test_that("a reference mark may come as a signal of its own, in any order", {
    other <- parts$test
    assays(other) <- assays(other)[c("H3K27ac", "label")]
    expect_equal(quick(reference = other[rev(rownames(other)), ])$table,
                 found$table)
})

test_that("known causal bins are found by every attribution", {
    expect_identical(truth$measure, "auprc")
    # Of so small a convolution the bare gradients are noise.
    table <- truth$table[truth$table$model == "attentive" |
                         !truth$table$explanation %in% "saliency", ]
    expect_true(all(table$score > table$permutedUpper))
    expect_true(all(table$permutedP < 0.05))
    own <- table[table$explanation == "occlusion" & table$model == "cnn", ]
    on <- predict(cnn, parts$test) > 0.5
    values <- attribution(cnn, parts$test[on[, 1L], ], "occlusion")
    mean <- unlist(lapply(read, function(mark) {
        colMeans(abs(binMatrix(values, mark)))
    }))
    label <- c(rep(0, 40), seq_len(20) %in% 9:12)
    expect_equal(own$score, .auprc(label, mean), tolerance = 1e-6)
    expect_true(own$lower <= own$score && own$score <= own$upper)
})

test_that("a profile in random orders or shifted scores as it should", {
    a <- matrix(c(1, 2, 4, 8, 3), 1L)
    expect_equal(.rowScores(a, a[, 5:1, drop = FALSE], "correlation"),
                 cor(a[1L, ], rev(a[1L, ])))
    expect_identical(.rowScores(a, a * 0, "correlation"), NA_real_)
    shifts <- .shifts(5L)
    expect_identical(sort(shifts[1L, ]), 1:5)
    expect_true(all(apply(shifts, 2L, function(s) all(diff(s) %% 5 == 1))))
    expect_true(any(apply(shifts, 2L, identical, 1:5)))
})

test_that("models of shuffled labels do not find the bins", {
    null <- quick(list(cnn = cnn), causal, training = bare$train,
                  shuffles = 2, explanations = "gradientInput")
    row <- null$table[null$table$explanation == "gradientInput", ]
    expect_gt(row$score, row$shuffledMean)
    expect_identical(nrow(null$shuffled), 4L)
    own <- null$shuffled$score[null$shuffled$explanation == "gradientInput"]
    expect_equal(row$shuffledMean, mean(own))
    # The signal is the same, whatever the labels.
    same <- null$table[null$table$explanation == "signal", ]
    expect_equal(same$shuffledMean, same$score)
    forked <- withForks(function() {
        quick(list(cnn = cnn), causal, training = bare$train, shuffles = 2,
              explanations = "gradientInput",
              BPPARAM = BiocParallel::MulticoreParam(2))
    }, quick = quick, cnn = cnn, causal = causal, bare = bare, parts = parts)
    expect_identical(forked, null)
})

test_that("the same seed gives the same table", {
    expect_identical(quick(), found)
})

test_that("explanations are those that a model has", {
    expect_false("attention" %in%
                 truth$table$explanation[truth$table$model == "cnn"])
    some <- quick(explanations = "saliency")
    expect_identical(some$table$explanation, c("saliency", "signal"))
})

test_that("importance is alpha times beta among marks", {
    value <- .importance("attention", model, bare$test, NULL)
    expect_equal(colSums(value, dims = 2L), rep(1, nrow(bare$test)),
                 tolerance = 1e-5)
    alone <- .importance("attention", model, bare$test, NULL, beta = FALSE)
    expect_equal(alone[, 3L, ], t(binMatrix(attention(model, bare$test),
                                            "H3K4me3")), ignore_attr = TRUE)
    one <- .importance("attention", fit("lstm-attn", hidden = 4), bare$test,
                       NULL)
    expect_identical(one[, 1L, ], one[, 3L, ])
    expect_equal(dim(one), c(20L, 3L, nrow(bare$test)))
})

# Rows of a table of three models that pass all conditions.
passing <- function(n = 3L) {
    data.frame(group = "a", model = paste0("m", seq_len(n)), cellType = "cell",
               explanation = "attention", score = 0.9,
               baselineDifferenceLower = 0.01, differenceLower = 0.1,
               differenceUpper = 0.3, shuffledMax = 0.5)
}
verdictOf <- function(own, shuffles = 20) .judgeGroup(own, shuffles, 0.02)

test_that("better needs seeds, shuffled labels, the baseline and the signal", {
    expect_identical(verdictOf(passing())$verdict, "better")
    expect_identical(verdictOf(passing())$missing, NA_character_)
    expect_match(verdictOf(passing(2L))$missing, "3 seeds .there are 2")
    expect_match(verdictOf(passing(), 19)$missing, "20 models with shuffled")
    without <- function(column, value) {
        own <- passing()
        own[[column]][1L] <- value # most models still pass
        expect_identical(verdictOf(own)$verdict, "better")
        own[[column]][2L] <- value
        found <- verdictOf(own)
        expect_identical(found$verdict, "not shown")
        found$missing
    }
    expect_match(without("baselineDifferenceLower", -0.01), "baseline .1 of 3")
    expect_match(without("baselineDifferenceLower", NA), "baseline .1 of 3")
    expect_match(without("differenceLower", 0.01), "signal's by 0.02")
    expect_match(without("shuffledMax", 0.89), "all shuffled labels' by 0.02")
    own <- passing() # each condition by most models, all by one
    own$baselineDifferenceLower[1L] <- -1
    own$shuffledMax[2L] <- 1
    expect_match(verdictOf(own)$missing, "no majority")
    own$differenceLower <- own$differenceUpper <- -0.1
    expect_identical(verdictOf(own)$verdict, "worse")
})

test_that("models of several seeds share a verdict", {
    other <- model
    other@training$seed <- 7L
    expect_identical(.seedGroups(list(a = model, b = cnn, c = other)),
                     c(a = "a", b = "b", c = "a"))
    several <- quick(list(a = model, b = other, c = other), causal,
                     explanations = "saliency", shuffled = list(model, other))
    expect_identical(several$verdicts$models, 3L)
    expect_identical(several$verdicts$shuffles, 2L)
    expect_match(several$verdicts$missing, "20 models with shuffled labels")
    expect_equal(several$table$shuffledMax, several$table$score)
    seen <- evaluate(model, parts$test)
    expect_equal(several$table$baselineDifferenceLower[1L],
                 seen$baselineDifferenceLower)
})

test_that("print() states the verdicts, and what is missing", {
    expect_output(print(truth), "Best: .*by chance")
    expect_output(print(found), "Not shown to be better than the signal:")
    expect_output(print(found), "Each state has seen all")
    lines <- .verdictLines(rbind(verdictOf(passing()), verdictOf(passing(2L))))
    expect_identical(lines[1L],
                     "Attention explains better than the signal itself.")
    expect_match(lines[2L], "^Not shown .* attention. Missing: models of 3")
})

test_that("the figures show the table and the profiles", {
    figure <- plot(truth)
    expect_s3_class(figure, "ggplot")
    built <- ggplot2::ggplot_build(figure)
    expect_equal(sort(built$data[[2L]]$x), sort(truth$table$score))
    profiles <- ggplot2::ggplot_build(plot(truth, "profiles"))
    expect_equal(max(profiles$data[[2L]]$y), 1)
    expect_s3_class(ggplot2::ggplot_build(plot(found, "profiles")),
                    "ggplot_built")
})

test_that("wrong input is reported", {
    only <- parts$test
    assays(only) <- assays(only)["H3K27ac"]
    expect_snapshot(error = TRUE, {
        quick(list(model))
        quick(list(a = 1))
        quick(reference = "H3K4me3")
        quick(reference = "DNase")
        quick(reference = parts$test)
        quick(reference = only[1:3, ])
        quick(reference = list(H3K4me1 = 1))
        quick(reference = list())
        quick(mark = "H3K9me3")
        quick(cnn, explanations = "attention")
        quick(explanations = "lime")
        quick(training = parts$train[1:4, 0])
        quick(shuffled = list())
        quick(shuffled = list(cnn))
        compareExplanations(trainBaseline(bare$train), parts$test)
        compareExplanations(model, bare$test)
    })
})
