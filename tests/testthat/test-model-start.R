test_that("profiles start from Legendre polynomials", {
    at <- seq(-1, 1, length.out = 7)
    expect_equal(.polynomials(7L, 4L), unname(cbind(
        1, at, (3 * at^2 - 1) / 2, (5 * at^3 - 3 * at) / 2)))
    expect_identical(.polynomials(1L, 1L), matrix(1))
})

test_that("additive attention starts without an opinion", {
    parts <- smallParts()
    model <- quickModel(parts, epochs = 1, learningRate = 0)
    high <- mean(expressionLabel(parts$train))
    expect_equal(range(predict(model, parts$test, calibrated = FALSE)),
                 rep(high, 2), tolerance = 1e-6)
    looked <- attention(model, parts$test)
    expect_equal(range(assay(looked, "beta")), rep(1 / 5, 2), tolerance = 1e-6)
    expect_equal(range(binMatrix(looked, "H3K4me3")), rep(1 / 20, 2),
                 tolerance = 1e-6)
    other <- quickModel(parts, epochs = 1, learningRate = 0, seed = 2)
    same <- grep("^binValue|^gate[.](query|position|weight2|bias2|bias)$",
                 names(coef(model)))
    expect_identical(coef(other)[same], coef(model)[same])
    expect_false(identical(coef(other), coef(model)))
})

test_that("the paper's architectures start within a tenth of 0", {
    model <- quickLstm(smallParts(), epochs = 1, learningRate = 0)
    expect_lte(max(abs(unlist(coef(model)))), 0.1)
    expect_gt(max(abs(unlist(coef(model)))), 0.09)
})
