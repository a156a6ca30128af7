# A small simulated data set and a quick model of it.
smallParts <- function(genes = 90, ...) {
    suppressMessages(splitGenes(simulateChromatin(genes, bins = 20, ...,
        causal = list(H3K4me3 = 9:12), seed = 1, scenario = "blocks")))
}

# Without the notes on models that are trained for too short a time.
quietModel <- function(...) {
    suppressMessages(attentiveChrome(...), classes = "AttentiveChrome_note")
}

quickModel <- function(parts, ..., epochs = 3, learningRate = 0.01, seed = 1) {
    quietModel(parts$train, parts$validation, filters = 4, context = 4,
               epochs = epochs, learningRate = learningRate, seed = seed, ...)
}

# A model of the paper's architecture.
quickLstm <- function(parts, ..., epochs = 3, learningRate = 0.01, seed = 1) {
    quietModel(parts$train, parts$validation, "lstm-alpha-beta", hidden = 4,
               markHidden = 3, epochs = epochs, learningRate = learningRate,
               seed = seed, ...)
}

# Sizes that let a finite difference of each parameter take no time.
smallSizes <- list(hidden = 3, markHidden = 2, perceptron = 4, filters = 4,
                   kernel = 3, pool = 2, dense1 = 5, dense2 = 3,
                   markFilters = 3, markKernel = 2, dropout = 0.5,
                   detectors = 2, places = 3, context = 3, contextKernel = 3,
                   placeKernel = 2, valueDropout = 0.3)

# Marks of which a small network has a suitable number: those with auxiliary
# parts read channels of one mark.
smallMarks <- function(architecture) {
    entry <- .architectures[[architecture]]
    if (is.null(entry$auxiliary)) c("a", "b", "c")
    else paste0("mark", seq_along(entry$channels))
}

# The first and last derivatives of a loss at some parameters are those of its
# definition in R, by finite differences.
expectDerivatives <- function(gradient, loss, at) {
    some <- c(1:5, length(at) - 0:8)
    numeric <- vapply(some, function(i) {
        step <- replace(0 * at, i, 1e-5)
        (loss(at + step) - loss(at - step)) / 2e-5
    }, 0)
    expect_gt(max(abs(numeric)), 1e-3)
    expect_lt(max(abs(gradient[some] - numeric)), 1e-9)
}
