parts <- suppressMessages(splitGenes(simulateChromatin(
    150, cellTypes = c("a", "b"), bins = 20, binWidth = 500, seed = 1)))
model <- quietModel(parts, target = "difference", epochs = 10, filters = 4,
                    context = 4, learningRate = 0.01, seed = 1)

test_that("the table has the predictions and what carries them", {
    out <- differentialExpression(model, parts$test, points = 64)
    predicted <- predict(model, parts$test)[, 1L]
    expect_setequal(out$gene, names(predicted))
    expect_equal(out$predicted, unname(predicted[out$gene]))
    expect_false(is.unsorted(-abs(out$predicted)))
    expect_true(all(out$lower < out$predicted & out$predicted < out$upper))
    pair <- pairCellTypes(parts$test)
    expect_equal(out$measured, unname(assay(pair, "change")[out$gene, 1L]))
    # the marks sum to the change from a gene whose B is as A
    same <- predict(model, editSignal(parts$test, "copy", marks(parts$test),
                                      from = "a", cellTypes = "b"))[out$gene,
                                                                    1L]
    expect_equal(vapply(out$marks, sum, 0), unname(out$predicted - same),
                 tolerance = 0.02)
    expect_identical(out$carried, unname(mapply(function(marks, mark) {
        marks[[mark]]
    }, out$marks, out$mark)))
    expect_true(all(out$position %in% .binCentres(pair)))
})

test_that("the table prints and plots", {
    out <- differentialExpression(model, parts$test,
                                  genes = rownames(parts$test)[1:12])
    expect_output(print(out), "a to b: 12 genes")
    expect_output(print(out), "and 2 more")
    expect_s3_class(plot(out), "ggplot")
})

test_that("limma's or edgeR's answer is beside the prediction", {
    skip_if_not_installed("limma")
    withr::local_seed(1)
    genes <- rownames(parts$test)
    mean <- assay(parts$test, "expression") * 20 + 20
    counts <- do.call(cbind, lapply(c("a", "a", "b", "b"), function(cell) {
        rpois(length(genes), mean[, cell])
    }))
    dimnames(counts) <- list(genes, c("a1", "a2", "b1", "b2"))
    groups <- list(c("a1", "a2"), c("b1", "b2"))
    out <- differentialExpression(model, parts$test, counts = counts,
                                  groups = groups)
    expect_gt(cor(out$limmaChange, out$measured), 0.8)
    expect_true(all(out$limmaFdr >= out$limmaP))
    expect_error(differentialExpression(model, parts$test, counts = counts),
                 "groups")
    expect_error(differentialExpression(model, parts$test, counts = counts,
                                        groups = groups, test = "DESeq2"),
                 "must be one of")
    expect_error(differentialExpression(model, parts$test, counts = 1:3,
                                        groups = groups), "matrix of read")
    skip_if_not_installed("edgeR")
    other <- differentialExpression(model, parts$test, counts = counts,
                                    groups = groups, test = "edgeR")
    expect_identical(other$gene, out$gene)
    expect_gt(cor(other$edgeRChange, out$limmaChange), 0.99)
    direct <- edgeR::glmQLFTest(edgeR::glmQLFit(edgeR::estimateDisp(
        edgeR::calcNormFactors(edgeR::DGEList(counts)),
        stats::model.matrix(~ c(0, 0, 1, 1))), stats::model.matrix(
            ~ c(0, 0, 1, 1))))
    expect_equal(other$edgeRP, direct$table[other$gene, "PValue"],
                 tolerance = 1e-6)
})

test_that("other models are refused", {
    other <- quickModel(smallParts())
    expect_error(differentialExpression(other, parts$test),
                 "difference of two cell types")
})
