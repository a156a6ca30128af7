amountParts <- function(genes = 120, cellTypes = 2) {
    lapply(smallParts(genes, cellTypes = cellTypes), function(part) {
        middle <- assay(part, "H3K4me3")[, , 9:12, drop = FALSE]
        signal <- apply(log1p(middle), 1:2, mean)
        assay(part, "amount", withDimnames = FALSE) <- 10 * signal + 
            3
        part
    })
}
amounts <- modelTarget("expression", "amount", "none")
quickPanel <- function(parts, ..., target = amounts) {
    trainCellTypes(parts, ..., target = target, epochs = 5, filters = 4, 
        context = 4, learningRate = 0.01, seed = 1, progress = FALSE)
}
test_that("panels predict, evaluate, print and plot numbers", 
    {
        parts <- amountParts()
        panel <- quickPanel(parts)
        test <- parts$test
        p <- predict(panel, test)
        expect_identical(p[, "cellType2", drop = FALSE], predict(panel[["cellType2"]], 
            test[, "cellType2"]))
        y <- assay(test, "amount")
        table <- evaluate(panel, test, draws = 20)
        expect_s3_class(table, "numberEvaluation")
        expect_equal(table$pearson, c(cor(p[, 1], y[, 1]), cor(p[, 
            2], y[, 2])))
        deviation <- cor(p[, 1L] - y[, 2L], y[, 1L] - y[, 2L])
        expect_equal(table$deviation[1L], deviation)
        expect_true(all(table$deviationLower < table$deviation & 
            table$deviation < table$deviationUpper))
        expect_equal(table$geneMeanPearson, rep(cor(y[, 1L], 
            y[, 2L]), 2L))
        expect_output(print(table), "geneMean")
        expect_equal(evaluate(panel)$pearson, table$pearson)
        expect_output(print(panel), "test Pearson: mean")
        expect_output(print(panel), "predicts amount")
        expect_equal(summary(panel)$mean, mean(table$pearson))
        figure <- plot(panel)
        expect_identical(figure$labels$x, "Pearson on the test genes")
        expect_true(all(figure$data$lower < figure$data$value & 
            figure$data$value < figure$data$upper))
        expect_identical(plot(panel, "history")$labels$y, "Validation Pearson")
        expect_error(plot(panel, "auroc"), "must be one of")
        expect_error(predict(panel, test, type = "class"), "must be one of")
        expect_error(plotROC(panel, test), "must predict high or low expression")
    })
