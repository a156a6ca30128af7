# The core's backward passes against finite differences, in double precision:
# each layer in the smallest network that has it, then the whole architecture.

expectGradient <- function(stages, genes = 19L, seed = 1L) {
    network <- .network(stages, 1L, "double")
    count <- sum(unlist(lapply(stages, function(s) {
        s$copies * sum(vapply(.layerTypes[[s$layer]]$parameters(s), prod, 0))
    })))
    first <- stages[[1L]]
    inputs <- first$copies * first$steps * first$inputs
    data <- withr::with_seed(seed, list(
        parameters = stats::runif(count, -0.5, 0.5),
        x = stats::rnorm(inputs * genes),
        y = as.double(stats::rbinom(genes, 1L, 0.5))))
    loss <- function(parameters, x) {
        .lossGradient(network, parameters, list(x = x, y = data$y))$loss
    }
    difference <- function(f, at, i, step = 1e-5) {
        up <- down <- at
        up[i] <- up[i] + step
        down[i] <- down[i] - step
        (f(up) - f(down)) / (2 * step)
    }
    numeric <- vapply(seq_len(count), function(i) {
        difference(function(p) loss(p, data$x), data$parameters, i)
    }, 0)
    some <- withr::with_seed(seed, sample.int(length(data$x), 40L, TRUE))
    numericX <- vapply(some, function(i) {
        difference(function(x) loss(data$parameters, x), data$x, i)
    }, 0)
    own <- .lossGradient(network, data$parameters, data[c("x", "y")])
    expect_gt(max(abs(numeric)), 1e-3)
    expect_lt(max(abs(own$gradient - numeric)), 1e-9)
    expect_gt(max(abs(numericX)), 1e-6)
    expect_lt(max(abs(own$dx[some] - numericX)), 1e-9)
}

test_that("the dense layer's gradient is right", {
    expectGradient(list(.stage("dense", "hidden", 1L, 3L, 2L, 4L),
                        .stage("dense", "head", 1L, 1L, 4L, 1L)))
})

test_that("the attention layer's gradient is right", {
    expectGradient(list(.stage("attention", "a", 1L, 7L, 5L),
                        .stage("dense", "head", 1L, 1L, 5L, 1L)))
})

test_that("the LSTM's gradient is right", {
    expectGradient(list(.stage("lstm", "l", 1L, 6L, 3L, 5L),
                        .stage("dense", "head", 1L, 6L, 10L, 1L)))
})

test_that("copies side by side have gradients of their own", {
    expectGradient(list(.stage("lstm", "l", 3L, 4L, 1L, 2L),
                        .stage("attention", "a", 3L, 4L, 4L),
                        .stage("dense", "head", 1L, 3L, 4L, 1L)))
})

test_that("the whole network's gradient is right", {
    size <- list(hidden = 3L, markHidden = 2L)
    expectGradient(.stagesOf("lstm-alpha-beta", c("a", "b", "c"), 6L, size))
})

test_that("a network whose stages do not fit is refused", {
    stages <- list(.stage("lstm", "l", 1L, 4L, 1L, 2L),
                   .stage("dense", "head", 1L, 4L, 5L, 1L))
    network <- .network(stages, 1L, "double")
    expect_error(.predictGenes(network, numeric(101), list(x = numeric(4),
                                                          y = NULL)),
                 "do not fit")
})
