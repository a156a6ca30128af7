skip_if_not_installed("limma")
signal <- simulateChromatin(60, cellTypes = 4, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12), scenario = "blocks")
model <- quietModel(signal, epochs = 2, filters = 4, context = 4)
groups <- list(a = c("cellType1", "cellType2"),
               b = c("cellType3", "cellType4"))
att <- attention(model, signal)

# The difference of a row, b less a, centred by hand. `x`: genes x cell types.
byHand <- function(x, gene) {
    shift <- apply(x - rowMeans(x), 2L, median)
    values <- x[gene, ] - shift
    mean(values[groups$b]) - mean(values[groups$a])
}

test_that("beta is compared as a centred log-ratio", {
    found <- differentialAttention(model, signal, groups)
    expect_identical(nrow(found), 60L * 5L)
    row <- found[7L, ]
    beta <- as.array(assay(att, "beta"))
    expect_equal(row$first, mean(beta[row$gene, groups$a, row$mark]))
    expect_equal(row$second, mean(beta[row$gene, groups$b, row$mark]))
    clr <- log(beta[, , row$mark]) - apply(log(beta), 1:2, mean)
    expect_equal(row$effect, byHand(clr, row$gene))
    expect_equal(found$fdr, p.adjust(found$pValue, "BH"))
    expect_equal(found$signalFdr, p.adjust(found$signalPValue, "BH"))
    expect_false(is.unsorted(found$pValue))
})

test_that("alpha is compared as the logit of the part in the range", {
    found <- differentialAttention(model, signal, groups, "alpha",
                                   within = c(-300, 500))
    row <- found[3L, ]
    bins <- as.character(seq(-300, 400, 100))
    part <- vapply(colnames(att), function(cell) {
        rowSums(binMatrix(att, row$mark, cell)[, bins])
    }, numeric(60))
    expect_equal(row$second, mean(part[row$gene, groups$b]))
    expect_equal(row$effect, byHand(qlogis(part), row$gene))
    sums <- rowSums(assay(signal, row$mark)[, , 8:15], dims = 2L)
    expect_equal(row$signalEffect, byHand(log2(sums + 0.5), row$gene))
})

test_that("shares are summed over bins and compared as they are", {
    found <- differentialAttention(model, signal, groups, "share")
    row <- found[1L, ]
    share <- rowSums(assay(att, "share"), dims = 3L)[, , row$mark]
    expect_equal(row$first, mean(share[row$gene, groups$a]))
    expect_equal(row$effect, byHand(share, row$gene))
    expect_output(print(found), "share of the logit")
    expect_match(plot(found)$labels$y, "share of the logit")
})

test_that("marks are chosen before p-values are adjusted", {
    all <- differentialAttention(model, signal, groups)
    one <- differentialAttention(model, signal, groups, marks = "H3K4me3")
    same <- all[all$mark == "H3K4me3", ]
    expect_equal(one$pValue, same$pValue)
    expect_equal(one$fdr, p.adjust(same$pValue, "BH"))
})

test_that("the signal is tested beside the attention", {
    genes <- rownames(signal)[1:5]
    edited <- editSignal(signal, "scale", "H3K9me3", amount = 30,
                         genes = genes, cellTypes = groups$b)
    found <- differentialAttention(model, edited, groups)
    planted <- found[found$gene %in% genes & found$mark == "H3K9me3", ]
    expect_true(all(abs(planted$signalEffect - log2(30)) < 2))
    expect_true(all(planted$signalPValue < 0.01))
    others <- found[!found$gene %in% genes, ]
    expect_lt(mean(others$signalPValue < 0.05), 0.12)
})

test_that("planted differences are found, whatever all genes of a sample do", {
    n <- 500
    x <- .withSeed(1L, matrix(rnorm(n * 6, 1, 0.1), n))
    x[1:20, 4:6] <- x[1:20, 4:6] + 1
    second <- rep(c(FALSE, TRUE), each = 3L)
    found <- .moderatedTest(x, second)
    expect_setequal(order(found$pValue)[1:20], 1:20)
    fdr <- p.adjust(found$pValue, "BH")
    expect_true(all(fdr[1:20] < 0.01))
    rest <- found$pValue[-(1:20)]
    expect_gt(mean(rest < 0.05), 0.02)
    expect_lt(mean(rest < 0.05), 0.08)
    shifted <- sweep(x, 2L, c(0, 5, -1, 3, 3, 4), `+`)
    expect_equal(.moderatedTest(shifted, second)$t, found$t)
    expect_equal(.moderatedTest(x, !second)$t, -found$t)
})

test_that("values that are tied or equal in all samples are no error", {
    second <- rep(c(FALSE, TRUE), each = 3L)
    x <- matrix(0, 60, 6)
    expect_true(all(is.na(.moderatedTest(x, second)$pValue)))
    x[1:40, ] <- .withSeed(1L, rep(rnorm(6), each = 40))
    x[41:55, ] <- .withSeed(2L, rnorm(90))
    found <- suppressWarnings(.moderatedTest(x, second))
    expect_identical(which(is.na(found$pValue)), 56:60)
})

test_that("signal of zeros has an offset, log ratios have none", {
    zero <- signal
    assay(zero, "H3K4me3") <- assay(zero, "H3K4me3") * 0
    bins <- 1:20
    expect_true(all(.logSignal(zero, "H3K4me3", bins) == -1))
    assay(zero, "H3K4me3")[] <- 0.001
    expect_equal(unique(c(.logSignal(zero, "H3K4me3", bins))), log2(0.03))
    assay(zero, "H3K4me3")[] <- -1.5
    expect_true(all(.logSignal(zero, "H3K4me3", bins) == -1.5))
})

test_that("one sample in a group gives effects without p-values", {
    two <- list(a = "cellType1", b = c("cellType3", "cellType4"))
    found <- differentialAttention(model, signal, two)
    expect_false(anyNA(found$effect))
    expect_true(all(is.na(found[c("t", "pValue", "fdr", "signalFdr")])))
    expect_false(is.unsorted(-abs(found$effect)))
    expect_output(print(found), "No p-values")
    expect_s3_class(plot(found), "ggplot")
})

test_that("joint attention has no signal beside it", {
    joint <- quietModel(signal, architecture = "cnn-attn", epochs = 1)
    found <- differentialAttention(joint, signal, groups, "alpha",
                                   within = 300)
    expect_identical(unique(found$mark), "allMarks")
    expect_false(anyNA(found$pValue))
    expect_true(all(is.na(found$signalEffect)))
    expect_error(differentialAttention(joint, signal, groups), "beta")
})

test_that("a model that knows one group only is warned about", {
    half <- quietModel(signal[, groups$a], epochs = 1, filters = 4, context = 4)
    expect_warning(differentialAttention(half, signal, groups),
                   class = "AttentiveChrome_partlyTrained")
    both <- quietModel(signal, cellTypes = "cellType1", members = 2, epochs = 1,
                       filters = 4, context = 4, seed = 1)
    expect_warning(differentialAttention(both, signal, groups),
                   class = "AttentiveChrome_partlyTrained")
    other <- signal
    colnames(other) <- c("c", "d", "e", "f")
    expect_no_warning(differentialAttention(
        half, other, list(a = c("c", "d"), b = c("e", "f"))))
})

test_that("the result prints its best rows, and plots both effects", {
    found <- differentialAttention(model, signal, groups, "share")
    expect_identical(class(as.data.frame(found)), "data.frame")
    found$fdr[] <- found$signalFdr[] <- 1
    found$fdr[1:5] <- 0.01
    found$signalFdr[4:10] <- 0.01
    lines <- capture.output(print(found, n = 3))
    expect_match(lines[1L], "contribution of the mark")
    expect_match(lines[2L], "first: a, cellType1, cellType2")
    expect_match(lines[4L], "of 300 genes x marks: 5 in attention, 7 in signal")
    expect_match(lines[5L], "^2 in both")
    expect_match(lines[10L], "297 more")
    expect_length(lines, 10L)
    expect_lte(max(nchar(lines)), 80L)
    expect_output(print(found[1:2]), "gene")
    figure <- plot(found)
    expect_identical(c(table(figure$data$found)),
                     c(both = 2L, attention = 3L, signal = 5L, neither = 290L))
    built <- ggplot2::ggplot_build(figure)
    expect_setequal(built$data[[3L]]$y, found$effect)
    expect_setequal(built$data[[4L]]$label, found$gene[1:5])
})

test_that("wrong input is reported", {
    panel <- methods::new("AttentiveChromePanel")
    expect_snapshot(error = TRUE, {
        differentialAttention(panel, signal, groups)
        differentialAttention(1, signal, groups)
        differentialAttention(model, signal, c("cellType1", "cellType2"))
        differentialAttention(model, signal,
                              list(a = "cellType1", b = "cellType1"))
        differentialAttention(model, signal, list(a = "K562", b = "E003"))
        differentialAttention(model, signal[1:9, ], groups)
        differentialAttention(model, signal, groups, "alpha", within = 10)
        differentialAttention(model, signal, groups, "alpha", within = 1000)
        differentialAttention(model, signal, groups, marks = "H3K27ac")
    })
})

test_that("models of numbers are compared, but not those of a difference", {
    number <- quietModel(signal, target = "expression", epochs = 1,
                         filters = 4, context = 4)
    expect_output(print(differentialAttention(number, signal, groups, "share")),
                  "share of the prediction")
    two <- quietModel(signal, target = "difference", epochs = 1, filters = 4,
                      context = 4, cellTypes = c("cellType1", "cellType2"))
    expect_error(differentialAttention(two, signal, groups),
                 "single cell types")
})
