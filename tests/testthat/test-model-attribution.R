genes <- simulateChromatin(12, bins = 12, cellTypes = 2, seed = 1,
                           causal = list(H3K4me3 = 5:8))
sizes <- list(
    "lstm-alpha-beta" = list(hidden = 3, markHidden = 2),
    "lstm-alpha" = list(hidden = 3, perceptron = 4),
    "lstm-attn" = list(hidden = 3), "lstm" = list(hidden = 3),
    "deepchrome" = list(filters = 4, kernel = 3, pool = 2, dense1 = 5,
                        dense2 = 4),
    "cnn-attn" = list(filters = 4, kernel = 3),
    "cnn-alpha-beta" = list(filters = 4, kernel = 3, markFilters = 3))
trained <- function(architecture, transform = "log1p", epochs = 3, ...) {
    do.call(attentiveChrome, c(
        list(genes, architecture = architecture, epochs = epochs,
             learningRate = 0.02, transform = transform, seed = 1,
             precision = "double"), sizes[[architecture]], list(...)))
}

# Central differences of the logit by the signal of one bin.
differences <- function(model, signal, mark, bin, by = 1e-4) {
    moved <- function(by) {
        assay(signal, mark)[, , bin] <- assay(signal, mark)[, , bin] + by
        predict(model, signal, type = "link")
    }
    (moved(by) - moved(-by)) / (2 * by)
}

test_that("derivatives are those of finite differences, all architectures", {
    shifted <- genes # away from 0, where a step to the left would be negative
    for (mark in marks(genes)) {
        assay(shifted, mark) <- assay(genes, mark) + 0.37
    }
    for (architecture in listArchitectures()$architecture) {
        for (transform in c("none", "log1p")) {
            model <- trained(architecture, transform)
            saliency <- attribution(model, shifted)
            product <- attribution(model, shifted, "gradientInput")
            for (at in list(list("H3K4me3", 6L), list("H3K9me3", 1L))) {
                slope <- differences(model, shifted, at[[1]], at[[2]])
                pick <- function(x) assay(x, at[[1]])[, , at[[2]]]
                expect_equal(pick(saliency), abs(slope), tolerance = 1e-5,
                             info = architecture)
                expect_equal(pick(product), slope * pick(shifted),
                             tolerance = 1e-5, info = architecture)
            }
        }
    }
})

total <- function(why) {
    Reduce(`+`, lapply(marks(why), function(mark) {
        rowSums(assay(why, mark), dims = 2)
    }))
}
logitOf <- function(model, signal) predict(model, signal, type = "link")
silenced <- function(signal) {
    editSignal(signal, "silence", marks = marks(signal))
}

test_that("integrated gradients are complete, in both precisions", {
    for (architecture in listArchitectures()$architecture) {
        model <- trained(architecture, epochs = 20)
        for (precision in c("single", "double")) {
            model@training$precision <- precision
            expect_silent(why <- attribution(model, genes,
                                             "integratedGradients"))
            gain <- logitOf(model, genes) - logitOf(model, silenced(genes))
            expect_lt(max(abs(total(why) - gain) / pmax(abs(gain), 0.1)), 0.01)
            expect_equal(assay(why, "completeness"), total(why) - gain)
        }
    }
})

test_that("single precision goes on in double where only rounding is left", {
    model <- trained("lstm-alpha-beta", epochs = 20)
    model@training$precision <- "single"
    expect_silent(why <- attribution(model, genes, "integratedGradients",
                                     tolerance = 1e-7))
    model@training$precision <- "double"
    gain <- logitOf(model, genes) - logitOf(model, silenced(genes))
    expect_lt(max(abs(total(why) - gain) / pmax(abs(gain), 0.1)), 1.01e-7)
})

test_that("a smaller tolerance is approached with many points, up to a cap", {
    model <- trained("deepchrome", epochs = 20) # has kinks
    whys <- lapply(c(1e-2, 1e-5), function(tolerance) {
        attribution(model, genes, "integratedGradients", tolerance = tolerance,
                    maxPoints = 1e5)
    })
    worst <- vapply(whys, function(w) max(abs(assay(w, "completeness"))), 0)
    expect_lt(worst[2L], worst[1L] / 10)
    expect_message(why <- attribution(model, genes, "integratedGradients",
                                      tolerance = 1e-5, maxPoints = 12),
                   "of 24 genes did not reach the tolerance of 1e-05")
    # Four parts of three points: the sum of the derivatives, by hand
    at <- as.vector(outer((0.5 + c(-1, 0, 1) * sqrt(0.15)) / 4, 0:3 / 4, `+`))
    slope <- Reduce(`+`, Map(function(at, weight) {
        scaled <- genes
        for (mark in marks(genes)) assay(scaled, mark) <-
            .inverses$log1p(at * log1p(.scaleOf(model) * assay(genes, mark)),
                            .scaleOf(model))
        x <- attribution(model, scaled, "gradientInput")
        # by the signal to by the network's input, from zero to the gene's
        own <- assay(scaled, "H3K4me3")
        input <- log1p(.scaleOf(model) * own)
        own <- assay(x, "H3K4me3") / own / .scaleOf(model) * exp(input)
        weight * own * input / at
    }, at, rep(c(5, 8, 5) / 18, 4) / 4))
    seen <- assay(genes, "H3K4me3") > 0
    expect_equal(assay(why, "H3K4me3")[seen], slope[seen], tolerance = 1e-6)
})

test_that("expected gradients are the mean over the background", {
    model <- trained("lstm-attn", epochs = 20)
    base <- genes[5:7, ]
    why <- attribution(model, genes[1:3, ], "expectedGradients",
                       tolerance = 1e-5, background = base)
    expect_identical(metadata(why)$attribution$background, 6L)
    gain <- logitOf(model, genes[1:3, ]) - mean(logitOf(model, base))
    expect_lt(max(abs(total(why) - gain) / pmax(abs(gain), 0.1)), 1e-5)
    # By brute force: 400 midpoints of each line
    x <- .inputMatrix(model, genes[1:3, ])
    from <- .inputMatrix(model, base)
    at <- (seq_len(400) - 0.5) / 400
    brute <- vapply(seq_len(ncol(x)), function(i) {
        rowMeans(vapply(seq_len(ncol(from)), function(k) {
            move <- x[, i] - from[, k]
            slope <- .inputGradient(model, from[, k] + outer(move, at), 1)
            move * rowMeans(matrix(slope, length(move)))
        }, x[, 1L]))
    }, x[, 1L])
    own <- matrix(.importanceArray(why[, 1L], marks(genes)), nrow(x))
    expect_equal(own, brute[, 1:3], tolerance = 1e-4)
})

test_that("the default background depends on the seed alone", {
    model <- trained("additive")
    expected <- function(seed) {
        attribution(model, genes, "expectedGradients", seed = seed)
    }
    expect_identical(expected(1), expected(1))
    many <- combineRows(genes, {
        more <- genes
        rownames(more) <- paste0("more", seq_len(nrow(more)))
        more
    })
    some <- function(seed) {
        .withSeed(seed, .backgroundInput(model, NULL,
                                         .inputMatrix(model, many)))
    }
    expect_identical(some(1), some(1))
    expect_false(identical(some(1), some(2)))
})

test_that("the result does not depend on the chunks, nor on other genes", {
    model <- trained("cnn-attn")
    for (method in c("integratedGradients", "occlusion")) {
        all <- attribution(model, genes, method)
        alone <- attribution(model, genes[3, ], method)
        expect_equal(assay(all, "H3K4me3")[3, , ],
                     assay(alone, "H3K4me3")[1, , ])
    }
    expect_identical(.inChunks(7L, 3), list(1:3, 4:6, 7L))
    expect_identical(.inChunks(2L, 0.5), list(1L, 2L))
})

test_that("occlusion is predicting on edited copies", {
    for (architecture in c("lstm-alpha-beta", "deepchrome")) {
        model <- trained(architecture)
        before <- predict(model, genes, type = "link")
        one <- attribution(model, genes, "occlusion")
        three <- attribution(model, genes, "occlusion", window = 3)
        hide <- function(mark, bins) {
            assay(genes, mark)[, , bins] <- 0
            before - predict(model, genes, type = "link")
        }
        expect_equal(assay(one, "H3K4me3")[, , 6], hide("H3K4me3", 6))
        expect_equal(assay(three, "H3K4me1")[, , 6], hide("H3K4me1", 5:7))
        expect_equal(assay(three, "H3K4me1")[, , 12], hide("H3K4me1", 11:12))
    }
})

# Area under the precision-recall curve of the causal bins among all bins of
# all marks, by mean absolute attribution.
findsBins <- function(why, causal) {
    score <- unlist(lapply(marks(why), function(mark) {
        colMeans(abs(assay(why, mark)[, 1, ]))
    }))
    truth <- unlist(lapply(marks(why), function(mark) {
        seq_along(binOffsets(why)) %in% causal[[mark]]
    }))
    c(found = .auprc(as.numeric(truth), score), chance = mean(truth))
}

test_that("every attribution finds the causal bins", {
    truth <- list(H3K4me3 = 9:12)
    signal <- simulateChromatin(300, bins = 20, seed = 1, effect = 1.5,
                                causal = truth)
    model <- attentiveChrome(signal, filters = 8, context = 8, epochs = 25,
                             learningRate = 0.01, transform = "log1p",
                             seed = 1)
    for (method in setdiff(.attributionMethods, "expectedGradients")) {
        area <- findsBins(attribution(model, signal[1:60, ], method), truth)
        expect_gt(area[["found"]], 5 * area[["chance"]])
    }
})

test_that("the class optimum is what the model likes", {
    model <- trained("lstm-attn", epochs = 30)
    high <- classOptimum(model, "high")
    low <- classOptimum(model, "low")
    expect_gt(predict(model, high), predict(model, low))
    expect_gt(diff(metadata(high)$score[c(1, 200)]), 0)
    expect_true(all(assay(high, "H3K4me3") >= 0))
    bigger <- classOptimum(model, "high", penalty = 0.001)
    size <- function(x) {
        sum(vapply(marks(x), function(m) sum(log1p(assay(x, m))^2), 0))
    }
    expect_gt(size(bigger), size(high))
})

test_that("attributions come in the signal's container, and are drawn", {
    why <- attribution(trained("deepchrome"), genes, "gradientInput")
    expect_identical(marks(why), marks(genes))
    expect_identical(dimnames(why), dimnames(genes))
    expect_identical(expressionLabel(why), expressionLabel(genes))
    expect_identical(metadata(why)$attribution$method, "gradientInput")
    figure <- plotAttention(why)
    expect_match(figure$scales$get_scales("y")$name, "gradient x signal")
    expect_false(grepl("uniform", figure$labels$caption))
})

test_that("unsuitable requests get a clear error", {
    model <- trained("lstm")
    expect_snapshot(error = TRUE, {
        attribution(model, genes, "gradient")
        attribution(model, genes, "occlusion", window = 2)
        attribution(model, genes, "integratedGradients", maxPoints = 3)
        attribution(model, genes, "expectedGradients", background = 1)
        attribution(model, genes, "expectedGradients",
                    background = genes[0, ])
        attribution(model, genes[, , drop = FALSE][0, ])
        classOptimum(model, "middle")
        classOptimum(genes)
    })
})
