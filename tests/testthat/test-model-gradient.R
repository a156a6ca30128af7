# The core's backward passes against finite differences, in double precision:
# each layer in the smallest network that has it, then the whole architecture.

expectGradient <- function(stages, genes = 19L, seed = 1L,
                           dropout = NA_integer_, loss = "crossEntropy") {
    network <- .network(stages, 1L, "double", dropout,
                        target = list(name = "any", loss = loss))
    outputs <- length(network$outputs$at)
    count <- sum(unlist(lapply(stages, function(s) {
        shapes <- .layerTypes[[s$layer]]$parameters(s)
        (s$copies - s$tied) * sum(vapply(shapes, prod, 0))
    })))
    first <- stages[[1L]]
    inputs <- first$copies * first$steps * first$inputs
    data <- withr::with_seed(seed, list(
        parameters = stats::runif(count, -0.5, 0.5),
        x = stats::rnorm(inputs * genes),
        y = as.double(stats::rbinom(genes * outputs, 1L, 0.5))))
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

test_that("layers side by side have separate gradients", {
    expectGradient(list(.stage("lstm", "l", 3L, 4L, 1L, 2L),
                        .stage("attention", "a", 3L, 4L, 4L),
                        .stage("dense", "head", 1L, 3L, 4L, 1L)))
})

test_that("the convolution's gradient is right", {
    expectGradient(list(.stage("conv", "c", 1L, 9L, 2L, 3L, window = 4L),
                        .stage("dense", "head", 1L, 6L, 3L, 1L)))
})

test_that("the gradients of pooling and rectifier are right", {
    # 11 steps: two are left over
    expectGradient(list(.stage("conv", "c", 1L, 12L, 2L, 3L, window = 2L),
                        .stage("relu", "r", 1L, 11L, 3L),
                        .stage("pool", "p", 1L, 11L, 3L, window = 3L),
                        .stage("dense", "head", 1L, 3L, 3L, 1L)))
    expectGradient(list(.stage("pool", "p", 2L, 5L, 1L, window = 5L),
                        .stage("dense", "head", 1L, 2L, 1L, 1L)))
})

test_that("the gradients of padding and swapping are right", {
    for (window in 1:4) {
        expectGradient(list(
            .stage("transpose", "s", 1L, 3L, 5L),
            .stage("pad", "p", 1L, 5L, 3L, window = window),
            .stage("conv", "c", 1L, 4L + window, 3L, 2L, window = window),
            .stage("dense", "head", 1L, 5L, 2L, 1L)))
    }
})

test_that("the gradient of the final states is right", {
    expectGradient(list(.stage("lstm", "l", 1L, 6L, 3L, 5L),
                        .stage("finalState", "e", 1L, 6L, 10L),
                        .stage("dense", "head", 1L, 1L, 10L, 1L)))
})

test_that("dropout's gradient is right, with and without a seed", {
    stages <- list(.stage("dense", "d", 1L, 3L, 4L, 8L),
                   .stage("dropout", "o", 1L, 1L, 8L, rate = 0.4),
                   .stage("dense", "head", 1L, 1L, 8L, 1L))
    expectGradient(stages)
    expectGradient(stages, dropout = 5L)
})

test_that("the gradients of all losses are right", {
    for (loss in c("crossEntropy", "squared", "huber")) {
        expectGradient(list(.stage("dense", "hidden", 1L, 3L, 2L, 4L),
                            .stage("dense", "head", 1L, 1L, 4L, 1L)),
                       loss = loss)
    }
})

test_that("every architecture's gradient is right, with and without dropout", {
    for (name in names(.architectures)) {
        size <- smallSizes[names(.architectures[[name]]$size)]
        # Those of DeepDiff have many parameters.
        bins <- if (is.null(.architectures[[name]]$channels)) 6L else 2L
        stages <- .stagesOf(name, smallMarks(name), bins, size)
        expectGradient(stages)
        if (size$dropout > 0) expectGradient(stages, dropout = 3L)
    }
})

test_that("siamese gradients are right with several marks", {
    size <- list(hidden = 1, markHidden = 1, dropout = 0)
    expectGradient(.stagesOf("raw_aux_siamese", letters[1:10], 2L, size))
})

test_that("a network whose stages do not fit is refused", {
    stages <- list(.stage("lstm", "l", 1L, 4L, 1L, 2L),
                   .stage("dense", "head", 1L, 4L, 5L, 1L))
    network <- .network(stages, 1L, "double")
    expect_error(.predictGenes(network, numeric(101), list(x = numeric(4),
                                                          y = NULL)),
                 "do not fit")
})
