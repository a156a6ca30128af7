pairParts <- function(genes = 120) {
    suppressMessages(splitGenes(simulateChromatin(genes, cellTypes = c(
        "blood", "skin"), bins = 20, binWidth = 500, seed = 1)))
}

quickDifference <- function(parts, ..., epochs = 3) {
    quietModel(parts$train, parts$validation, filters = 4, context = 4,
               epochs = epochs, learningRate = 0.01, seed = 1,
               target = "difference", ...)
}

test_that("a pair has the channels and the change", {
    signal <- pairParts()$test
    pair <- pairCellTypes(signal, c("skin", "blood"))
    expect_identical(colnames(pair), "skin to blood")
    expect_length(marks(pair), 15L)
    skin <- binMatrix(signal, "H3K4me3", "skin")
    blood <- binMatrix(signal, "H3K4me3", "blood")
    expect_equal(binMatrix(pair, "H3K4me3.A"), skin)
    expect_equal(binMatrix(pair, "H3K4me3.B"), blood)
    expect_equal(binMatrix(pair, "H3K4me3.A-B"), skin - blood)
    y <- assay(signal, "expression")
    expect_equal(assay(pair, "change")[, 1L],
                 log2((y[, "blood"] + 1) / (y[, "skin"] + 1)))
    expect_error(pairCellTypes(signal, "skin"), "two cell types")
    expect_error(pairCellTypes(signal, channels = "C"), "must be some of")
})

test_that("a pair keeps the preprocessing and the files of both", {
    signal <- pairParts()$test
    signal@columns$sources <- lapply(colnames(signal), function(cell) {
        data.frame(mark = "H3K4me3", file = paste0(cell, ".bed"))
    })
    for (counting in list(c("overlap", NA), c(NA, "overlap"))) {
        preprocessing(signal)$counting <- counting
        pair <- pairCellTypes(signal, c("skin", "blood"))
        expect_identical(preprocessing(pair)$counting, "overlap")
        expect_identical(sources(pair)$file, c("skin.bed", "blood.bed"))
    }
    preprocessing(signal)$counting <- c("overlap", "fivePrime")
    expect_error(pairCellTypes(signal), "must have the same counting")
})

test_that("a difference is learned, and predicted from a signal or a pair", {
    parts <- pairParts(240)
    model <- quickDifference(parts, epochs = 20)
    change <- assay(pairCellTypes(parts$test), "change")
    predicted <- predict(model, parts$test)
    expect_gt(cor(change, predicted)[1], 0.4)
    expect_identical(predict(model, pairCellTypes(parts$test)), predicted)
    # By the names of the training, whatever their order; other two in order.
    expect_identical(predict(model, parts$test[, 2:1]), predicted)
    other <- parts$test
    colnames(other) <- c("x", "y")
    expect_equal(as.vector(predict(model, other)), as.vector(predicted))
    expect_error(predict(model, parts$test[, 1L]), "two cell types")
    expect_output(print(model), "change of log2(expression + 1)", fixed = TRUE)
    lm <- trainBaseline(parts$train, "zones", target = "difference")
    out <- evaluate(model, parts, baselines = lm, draws = 20)
    expect_equal(out$pearson, cor(change, predicted)[1])
    expect_equal(out$zonesPearson, cor(change, predict(lm, parts$test))[1])
})

test_that("a difference has no mean of the gene in other cell types", {
    parts <- pairParts()
    for (method in c("geneMean", "zonesGeneMean", "networkGeneMean")) {
        expect_error(trainBaseline(parts, method, target = "difference"),
                     "says nothing of a\\s+difference")
    }
})

test_that("the order of the cell types is the sign of the change", {
    parts <- pairParts()
    one <- pairCellTypes(parts$test, c("skin", "blood"))
    other <- pairCellTypes(parts$test, c("blood", "skin"))
    expect_equal(as.vector(assay(one, "change")),
                 -as.vector(assay(other, "change")))
})

test_that("attention and attribution have all channels", {
    parts <- pairParts()
    model <- quickDifference(parts)
    alpha <- attention(model, parts$test)
    expect_identical(marks(alpha), marks(model))
    expect_equal(dim(assay(alpha, "beta")), c(nrow(parts$test), 1L, 15L))
    expect_s3_class(plotAttention(alpha, marks = c("H3K4me3.A", "H3K4me3.B")),
                    "ggplot")
    pair <- pairCellTypes(parts$test)
    expect_s3_class(plotGene(pair, alpha, rownames(pair)[1L],
                             marks = "H3K4me3.A-B"), "ggplot")
    why <- attribution(model, parts$test, "share")
    expect_identical(marks(why), marks(model))
})

test_that("an edit of B that makes it as A ends at no change of signal", {
    parts <- pairParts()
    model <- quickDifference(parts)
    all <- predictEdits(model, parts$test, list(same = function(x) {
        editSignal(x, "copy", marks(x), from = "blood", cellTypes = "skin")
    }))
    same <- parts$test[, c("blood", "blood")]
    colnames(same) <- c("blood", "skin")
    for (mark in marks(same)) {
        a <- assay(parts$test, mark)[, "blood", ]
        assay(same, mark, withDimnames = FALSE)[, 1, ] <- a
        assay(same, mark, withDimnames = FALSE)[, 2, ] <- a
    }
    expect_equal(all$after, as.vector(predict(model, same)), tolerance = 1e-6)
})

test_that("the smallest set of marks makes a change vanish", {
    parts <- pairParts(240)
    model <- quickDifference(parts, epochs = 20)
    predicted <- predict(model, parts$test)[, 1L]
    top <- order(-abs(predicted))[1:5]
    found <- smallestFlip(model, parts$test[top, ], threshold = 0.5)
    expect_equal(found$before, unname(predicted[top]), tolerance = 1e-5)
    for (i in which(found$flipped)) {
        expect_lt(sign(found$before[i]) * found$after[i], 0.5)
        edited <- editSignal(parts$test[top[i], ], "copy",
                             marks = found$members[[i]]$mark,
                             from = "blood", cellTypes = "skin")
        expect_equal(found$after[i], predict(model, edited)[1],
                     tolerance = 1e-5)
    }
    expect_true(any(found$flipped))
    expect_error(smallestFlip(model, parts$test, unit = "bins"), "marks")
})

test_that("training further and ensembles take pairs", {
    parts <- pairParts()
    model <- quickDifference(parts)
    again <- update(model, parts$train, parts$validation, epochs = 1, seed = 2)
    expect_identical(again@target, model@target)
    both <- quickDifference(parts, members = 2, epochs = 1)
    expect_equal(predict(both, parts$test),
                 (predict(both[[1]], parts$test) +
                      predict(both[[2]], parts$test)) / 2)
})

test_that("a gene is drawn with the signal of channels that come again", {
    parts <- pairParts()
    model <- quietModel(parts, architecture = "raw_aux", hidden = 2,
                        markHidden = 2, target = "difference", epochs = 1)
    pair <- pairCellTypes(parts$test)
    alpha <- attention(model, parts$test)
    rows <- plotGene(pair, alpha, rownames(pair)[1L])$data
    expect_identical(levels(rows$mark), marks(model))
    bars <- function(mark) {
        rows$value[rows$track == "signal" & rows$mark == mark]
    }
    expect_gt(max(bars("H3K4me3.B1")), 0)
    expect_identical(bars("H3K4me3.B1"), bars("H3K4me3.B"))
    expect_identical(bars("H3K4me3.B1"),
                     as.numeric(binMatrix(pair, "H3K4me3.B")[1L, ]))
})
