parts <- smallParts()
model <- quickLstm(parts)

test_that("a model survives saveRDS and a new session", {
    skip_if_not_installed("callr")
    file <- withr::local_tempfile(fileext = ".rds")
    saveRDS(list(model, parts$test), file)
    other <- callr::r(function(file) {
        library(AttentiveChrome)
        saved <- readRDS(file)
        predict(saved[[1L]], saved[[2L]])
    }, list(file))
    expect_identical(other, predict(model, parts$test))
})

test_that("a model prints what it is", {
    expect_snapshot(model, transform = function(x) {
        x <- sub("calibration: .*", "calibration: <line>", x)
        sub("AUROC: [0-9.]+", "AUROC: <number>",
            sub("epoch kept: [0-9]+", "epoch kept: <n>", x))
    })
    expect_output(print(summary(model)), "learningRate = 0.01")
    expect_output(print(summary(model)), "binLstm.H3K4me3.forward.weight_hh")
})

test_that("the three types of prediction agree", {
    response <- predict(model, parts$test)
    expect_identical(dimnames(response), dimnames(parts$test))
    expect_equal(stats::plogis(predict(model, parts$test, type = "link")),
                 response)
    expect_identical(predict(model, parts$test, type = "class"),
                     (response > 0.5) + 0L)
    expect_error(predict(model, parts$test, type = "prob"), "must be one of")
})

test_that("predictions do not depend on order, company or other marks", {
    test <- parts$test
    response <- predict(model, test)
    reordered <- test[rev(seq_len(nrow(test))), ]
    expect_identical(predict(model, reordered),
                     response[rev(seq_len(nrow(test))), , drop = FALSE])
    expect_equal(predict(model, test[3L, ]), response[3L, , drop = FALSE],
                 tolerance = 1e-6)
    swapped <- test
    assays(swapped) <- rev(assays(test))
    expect_identical(predict(model, swapped), response)
})

test_that("signal of other marks or bins is refused", {
    without <- parts$test
    assay(without, "H3K9me3") <- NULL
    expect_error(predict(model, without),
                 "`newdata` must have the model's marks.*Missing.*H3K9me3")
    other <- simulateChromatin(20, bins = 10, seed = 1,
                               causal = list(H3K4me3 = 4:6),
                               scenario = "blocks")
    expect_error(predict(model, other), "20 bins of 100 bp.*10 bins of 100")
    wide <- simulateChromatin(20, bins = 20, binWidth = 200, seed = 1,
                              causal = list(H3K4me3 = 9:12),
                              scenario = "blocks")
    expect_error(attention(model, wide), "20 bins of 200 bp")
    expect_error(predict(model, matrix(1, 3, 3)),
                 "`newdata` must be a signal.*matrix")
    expect_error(trainingHistory(1), "`model` must be a model")
})

test_that("values that are not finite numbers are refused in R", {
    broken <- parts$test
    assay(broken, "H3K4me1")[2L, 1L, 5L] <- NA
    expect_error(predict(model, broken),
                 "must be finite.*H3K4me1.*1 value that is not.*bin 5")
    assay(broken, "H3K4me1")[2L, 1L, 5L] <- Inf
    expect_error(attention(model, broken), "must be finite")
})

test_that("tidy, glance and augment are data frames of the model", {
    terms <- tidy(model)
    expect_identical(sum(terms$rows * terms$columns),
                     sum(lengths(coef(model))))
    expect_identical(nrow(glance(model)), 1L)
    expect_identical(glance(model)$validationAuroc,
                     max(trainingHistory(model)$validationAuroc))
    table <- augment(model, parts$test)
    expect_identical(nrow(table), nrow(parts$test))
    expect_identical(table$.fitted, as.vector(predict(model, parts$test)))
    expect_identical(table$.label, as.vector(expressionLabel(parts$test)))
})

test_that("parameters keep PyTorch's shapes", {
    own <- coef(model)
    expect_identical(dim(own$binLstm.H3K4me3.forward.weight_ih), c(16L, 1L))
    expect_identical(dim(own$markLstm.reverse.weight_ih), c(12L, 8L))
    expect_length(own$binAttention.H3K27me3.context, 8L)
    block <- .blockOf(own)
    shapes <- .parameterShapes(.modelStages(model), marks(model))
    expect_identical(.listParameters(block, shapes), own)
})

test_that("a model whose parameters do not fit is not valid", {
    broken <- model
    broken@parameters$head.bias <- c(1, 2)
    expect_error(validObject(broken), "do not fit")
})
