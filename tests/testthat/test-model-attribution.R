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
    for (architecture in names(.architectures)) {
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

test_that("integrated gradients are complete", {
    for (architecture in names(.architectures)) {
        model <- trained(architecture, epochs = 20)
        expect_silent(why <- attribution(model, genes, "integratedGradients"))
        sum <- Reduce(`+`, lapply(marks(genes), function(mark) {
            rowSums(assay(why, mark), dims = 2)
        }))
        empty <- genes
        for (mark in marks(genes)) assay(empty, mark)[] <- 0
        gain <- predict(model, genes, type = "link") -
            predict(model, empty, type = "link")
        expect_lt(max(abs(sum - gain)), 1e-3)
        expect_equal(assay(why, "completeness"), sum - gain)
    }
    expect_message(.incompleteness(model, array(0, c(12, 5, 24)),
                                   rep(9, 24), 1e-3, NULL),
                   "differ from the change")
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
    for (method in .attributionMethods) {
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
        attribution(model, genes, "integratedGradients", steps = 0)
        attribution(model, genes[, , drop = FALSE][0, ])
        classOptimum(model, "middle")
        classOptimum(genes)
    })
})
