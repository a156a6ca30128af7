parts <- smallParts()
model <- quickModel(parts)
looked <- attention(model, parts$test)

test_that("attention comes in the signal's container", {
    expect_s4_class(looked, "RangedSummarizedExperiment")
    expect_identical(dimnames(looked), dimnames(parts$test))
    expect_identical(marks(looked), marks(parts$test))
    expect_identical(binOffsets(looked), binOffsets(parts$test))
    expect_identical(rowRanges(looked), rowRanges(parts$test))
    expect_identical(dim(binMatrix(looked, "H3K4me3")), c(30L, 20L))
    expect_identical(dimnames(assay(looked, "beta"))[[3L]], marks(model))
})

test_that("attention and attribution keep what is known of the cell types", {
    signal <- parts$test
    colData(signal)$donor <- "D1"
    colData(signal)$depth <- matrix(1e6, 1L, 1L, dimnames = list(NULL, "M"))
    expect_identical(colData(attention(model, signal)), colData(signal))
    expect_identical(colData(attribution(model, signal)), colData(signal))
})

test_that("alpha sums to 1 over the bins and beta over the marks", {
    for (mark in marks(looked)) {
        expect_equal(unname(rowSums(binMatrix(looked, mark))), rep(1, 30),
                     tolerance = 1e-6)
    }
    expect_equal(unname(rowSums(assay(looked, "beta")[, 1L, ])), rep(1, 30),
                 tolerance = 1e-6)
    expect_equal(assay(looked, "probability"), predict(model, parts$test))
})

test_that("genes, cell types and marks keep their places", {
    two <- simulateChromatin(20, cellTypes = 2, bins = 20, seed = 4,
                             causal = list(H3K4me3 = 9:12), scenario = "blocks")
    both <- attention(model, two)
    for (cellType in colnames(two)) {
        alone <- attention(model, two[, cellType])
        expect_equal(binMatrix(both, "H3K36me3", cellType),
                     binMatrix(alone, "H3K36me3"), tolerance = 1e-6)
        expect_equal(assay(both, "beta")[, cellType, ],
                     assay(alone, "beta")[, 1L, ], tolerance = 1e-6)
    }
    expect_identical(assay(both[3:4, 2L], "beta"),
                     assay(both, "beta")[3:4, 2L, , drop = FALSE])
})

# ---- shares -----------------------------------------------------------------

test_that("the shares of additive attention and the bias sum to the logit", {
    limit <- c(single = 1e-5, double = 1e-12)
    for (precision in names(limit)) {
        model <- quickModel(parts, precision = precision, epochs = 10)
        looked <- attention(model, parts$test)
        logit <- predict(model, parts$test, type = "link")
        total <- apply(assay(looked, "share"), c(1L, 2L), sum) +
            metadata(looked)$bias
        expect_gt(stats::sd(logit), 0.01)
        expect_lt(max(abs(total - logit)), limit[[precision]])
    }
})

test_that("an attribution by shares is what the signal of a bin adds", {
    model <- quickModel(parts, precision = "double", epochs = 10)
    own <- parts$test
    silent <- marks(model)[2L]
    assay(own, silent)[] <- 0L
    change <- attribution(model, own, "share")
    expect_lt(max(abs(binMatrix(change, silent))), 1e-12)
    # Bins without signal nearby add nothing, nor does a gene of nothing.
    lone <- own[1L, ]
    for (mark in marks(model)) assay(lone, mark)[] <- 0L
    assay(lone, "H3K4me3")[1L, 1L, 2L] <- 9L
    adds <- binMatrix(attribution(model, lone, "share"), "H3K4me3")
    expect_gt(max(abs(adds[1:4])), 1e-4)
    expect_lt(max(abs(adds[14:20])), 1e-12)
    # The rest of the logit is the bias and what the gates give without signal.
    assay(lone, "H3K4me3")[] <- 0L
    nothing <- attention(model, lone)
    looked <- attention(model, own)
    rest <- Reduce(`+`, lapply(marks(model), function(mark) {
        weight <- function(x) binMatrix(x, mark) * assay(x, "beta")[, 1L, mark]
        value <- assay(nothing, "share")[1L, 1L, mark, ] /
            weight(nothing)[1L, ]
        rowSums(sweep(weight(looked), 2L, value, `*`)) +
            rowSums(binMatrix(change, mark))
    }))
    expect_equal(unname(rest) + metadata(looked)$bias,
                 unname(predict(model, own, type = "link")[, 1L]),
                 tolerance = 1e-10)
})

test_that("a share is alpha, beta and a value of the mark alone", {
    model <- quickModel(parts, precision = "double", epochs = 10)
    value <- function(signal) {
        looked <- attention(model, signal)
        mark <- marks(model)[1L]
        assay(looked, "share")[, 1L, mark, ] /
            (binMatrix(looked, mark) * assay(looked, "beta")[, 1L, mark])
    }
    other <- parts$test
    last <- marks(model)[5L]
    assay(other, last) <- assay(other, last) + 3
    expect_equal(value(other), value(parts$test), tolerance = 1e-8)
    expect_gt(max(abs(assay(attention(model, other), "share") -
                          assay(attention(model, parts$test), "share"))), 1e-4)
})

test_that("figures show the shares with their sign", {
    looked <- attention(model, parts$test)
    figure <- plotAttention(looked, what = "share", spread = "none")
    # Compared with the average training gene: the means of both states, each
    # with its number of genes, are near 0 where these genes are alike.
    average <- attention(model, parts$train)
    drawn <- plotAttention(average, what = "share", spread = "none")$data
    expect_lt(max(abs(vapply(split(drawn, drawn[c("mark", "position")]),
                             function(d) sum(d$genes * d$mean), 0))), 1e-5)
    expect_lt(min(figure$data$mean), 0)
    gene <- rownames(parts$test)[1L]
    tracks <- plotGene(parts$test, looked, gene)$data
    expect_setequal(as.character(tracks$track), c("signal", "share"))
    expect_equal(tracks$value[tracks$track == "share" &
                                  tracks$mark == "H3K4me3"],
                 assay(looked, "share")[1L, 1L, "H3K4me3", ] -
                     metadata(looked)$meanShare[, 4L])
    alpha <- plotGene(parts$test, looked, gene, what = "alpha")$data
    expect_setequal(as.character(alpha$track), c("signal", "alpha"))
})

renamed <- function(signal, cellType) {
    colnames(signal) <- cellType
    signal
}

test_that("models without shares say so", {
    lstm <- quickLstm(parts)
    expect_error(attribution(lstm, parts$test, "share"), "no shares")
    looked <- attention(model, parts$test)
    metadata(looked)$meanShare <- NULL
    expect_error(plotAttention(looked, what = "share"), "knows the mean share")
    # Attention of two models: whose mean would it be?
    other <- quickModel(parts, seed = 2)
    of <- function(model, cellType) {
        attention(model, renamed(parts$test, cellType))
    }
    same <- cbind(of(model, "a"), of(model, "b"))
    expect_s3_class(plotAttention(same, what = "share"), "ggplot")
    both <- cbind(of(model, "a"), of(other, "b"))
    expect_error(plotAttention(both, what = "share"), "of one model")
    expect_s3_class(plotAttention(both[, "a"]), "ggplot")
    expect_error(plotAttention(attention(lstm, parts$test), what = "share"),
                 "no shares")
})
