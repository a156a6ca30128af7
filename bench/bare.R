# What a panel would take if there were nothing but the epochs: the training
# steps and the predictions of the validation genes, in the core.

# CPU seconds of an expression, and of its children that have ended.
cpu <- function(expr) {
    started <- sum(proc.time()[c(1, 2, 4, 5)], na.rm = TRUE)
    force(expr)
    sum(proc.time()[c(1, 2, 4, 5)], na.rm = TRUE) - started
}

# Prepares the cell types of parts; the function that it returns trains them.
bareTraining <- function(parts, recipe, epochs) {
    own <- asNamespace("AttentiveChrome")
    architecture <- own$.recipeArchitectures[[recipe]]
    settings <- own$.recipeSettings(recipe, list(), architecture)
    core <- list(batchSize = settings$batchSize, learningRate = 1e-4,
                 weightDecay = numeric(), clip = 1)
    works <- lapply(colnames(parts$train), function(cellType) {
        data <- own$.trainingData(parts$train, parts$validation, cellType,
                                  settings$transform, marks(parts$train),
                                  own$.classTarget)
        stages <- own$.stagesOf(architecture, data$marks,
                                length(data$bins$offsets), list())
        shapes <- own$.parameterShapes(stages, data$marks)
        start <- stats::runif(sum(vapply(shapes, prod, 0)), -0.1, 0.1)
        list(data = data, network = own$.network(stages, 1L, "single", 1L),
             state = list(parameters = start, first = 0 * start,
                          second = 0 * start, steps = 0))
    })
    function() {
        for (work in works) for (epoch in seq_len(epochs)) {
            out <- own$.trainEpoch(work$network, work$state, work$data$train,
                                   own$.drawOrder(work$data), core)
            work$state <- out[names(work$state)]
            own$.predictGenes(work$network, out$parameters,
                              work$data$validation)
        }
    }
}

trainPanel <- function(parts, recipe, epochs) {
    panel <- trainCellTypes(parts, seed = 1, epochs = epochs, recipe = recipe,
                            progress = FALSE)
    stopifnot(length(panel) == ncol(parts$train))
    panel
}
