parts <- smallParts(120)
mixed <- parts$train
assay(mixed, "label")[] <- rev(assay(mixed, "label"))
models <- lapply(1:3, function(seed) quickLstm(parts, seed = seed))
shuffled <- lapply(4:5, function(seed) {
    quickLstm(list(train = mixed), seed = seed)
})
test <- parts$test[1:12, ]
found <- stability(models, test, shuffled, top = 5,
                   explanations = c("alpha", "beta", "gradientInput"))

flat <- function(x) {
    do.call(cbind, lapply(marks(test), function(mark) binMatrix(x, mark)))
}
pairOf <- function(name, of = "seeds", first = 1, second = 3) {
    pairs <- found$pairs
    pairs[pairs$explanation == name & pairs$of == of & pairs$first == first &
          pairs$second == second, ]
}

test_that("agreement is that of each gene, by hand", {
    values <- lapply(models[c(1, 3)], function(model) {
        flat(attribution(model, test, "gradientInput"))
    })
    genes <- seq_len(nrow(test))
    rho <- vapply(genes, function(i) {
        cor(values[[1]][i, ], values[[2]][i, ], method = "spearman")
    }, 0)
    tops <- vapply(genes, function(i) {
        best <- lapply(values, function(v) order(-abs(v[i, ]))[1:5])
        length(intersect(best[[1]], best[[2]])) / 5
    }, 0)
    largest <- function(row) which.max(colSums(matrix(abs(row), 20)))
    mark <- lapply(values, apply, 1L, largest)
    own <- pairOf("gradientInput")
    expect_equal(own$rank, mean(rho), tolerance = 1e-5)
    expect_equal(own$top, mean(tops))
    expect_equal(own$mark, mean(mark[[1]] == mark[[2]]))
})

test_that("beta is compared over the marks, alpha over all bins", {
    beta <- lapply(models[c(1, 3)], function(model) {
        assay(attention(model, test), "beta")[, 1, ]
    })
    rho <- vapply(seq_len(nrow(test)), function(i) {
        cor(beta[[1]][i, ], beta[[2]][i, ], method = "spearman")
    }, 0)
    expect_equal(pairOf("beta")$rank, mean(rho), tolerance = 1e-5)
    expect_equal(pairOf("beta")$mark,
                 mean(max.col(beta[[1]]) == max.col(beta[[2]])))
    alpha <- lapply(models[c(1, 3)], function(m) flat(attention(m, test)))
    rho <- vapply(seq_len(nrow(test)), function(i) {
        cor(alpha[[1]][i, ], alpha[[2]][i, ], method = "spearman")
    }, 0)
    expect_equal(pairOf("alpha")$rank, mean(rho), tolerance = 1e-5)
    expect_identical(pairOf("alpha")$mark, NA_real_)
})

test_that("the table has means over pairs, and those of shuffled labels", {
    own <- found$pairs[found$pairs$explanation == "beta" &
                       found$pairs$of == "seeds", ]
    row <- found$table[found$table$explanation == "beta", ]
    expect_equal(row$rank, mean(own$rank))
    expect_equal(row$rankLowest, min(own$rank))
    expect_equal(row$shuffledRank, pairOf("beta", "shuffled", 1, 2)$rank)
    expect_identical(as.data.frame(found), found$table)
    alone <- stability(models, test, top = 5, explanations = "beta")
    expect_identical(alone$table$shuffledRank, NA_real_)
    expect_equal(alone$table$rank, row$rank)
})

test_that("the members of an ensemble are models of several seeds", {
    own <- stability(modelEnsemble(models), test, modelEnsemble(shuffled),
                     top = 5, explanations = c("alpha", "beta",
                                               "gradientInput"))
    expect_equal(own$table, found$table)
    both <- list(modelEnsemble(models), modelEnsemble(models[1:2]))
    expect_gt(stability(both, test, explanations = "alpha")$table$rank, 0.5)
})

test_that("a model agrees with itself", {
    same <- stability(models[c(1, 1)], test, explanations = "beta")
    expect_equal(unlist(same$table[c("rank", "top", "mark")]),
                 c(rank = 1, top = 1, mark = 1))
})

test_that("print() and plot() show the table and the pairs", {
    expect_output(print(found), "Agreement of 3 models.*shuffled rank")
    expect_output(print(found), "Each state has seen all")
    figure <- ggplot2::ggplot_build(plot(found))
    shown <- unlist(found$pairs[c("rank", "top", "mark")])
    expect_equal(sort(figure$data[[1L]]$x), sort(unname(shown[!is.na(shown)])))
})

test_that("one of several cell types must be named", {
    both <- smallParts(90, cellTypes = 2)$test
    expect_error(stability(models, both), "^`cellType` must name one")
})

test_that("wrong input is reported", {
    expect_snapshot(error = TRUE, {
        stability(models[[1]], test)
        stability(models[1], test)
        stability(list(models[[1]], quickModel(parts)), test)
        stability(models, test, models[1])
        stability(models, test, explanations = "share")
        stability(models, test, top = 0)
    })
})
