# Reference values of PyTorch: see tools/golden.R. A golden has x, y, the
# parameters and what PyTorch computed from them.

# PyTorch's names for our parameters. Its LSTMs name a direction by a suffix.
torchName <- function(name, marks) {
    parts <- strsplit(name, ".", fixed = TRUE)[[1L]]
    leaf <- parts[length(parts)]
    suffix <- if ("reverse" %in% parts) "_l0_reverse" else "_l0"
    mark <- match(parts[2L], marks) - 1L
    switch(parts[1L],
        binLstm = sprintf("bin_lstm.%d.%s%s", mark, leaf, suffix),
        binAttention = sprintf("bin_attention.%d.u", mark),
        markLstm = sprintf("mark_lstm.%s%s", leaf, suffix),
        markAttention = "mark_attention.u",
        head = paste0("head.", leaf))
}

# A golden's parameters (or gradients) as the core's block of numbers.
goldenBlock <- function(values, shapes, marks) {
    parts <- Map(function(name, shape) {
        value <- values[[torchName(name, marks)]]
        if (length(shape) == 2L) matrix(unlist(value), shape[1L], shape[2L],
                                        byrow = is.list(value))
        else as.double(unlist(value))
    }, names(shapes), shapes)
    unlist(parts, use.names = FALSE)
}

# What the package's core computes for a golden.
compareGolden <- function(golden, precision) {
    size <- list(hidden = golden$hidden, markHidden = golden$markHidden)
    marks <- paste0("mark", seq_len(golden$marks))
    stages <- .stagesOf("lstm-alpha-beta", marks, golden$bins, size)
    shapes <- .parameterShapes(stages, marks)
    network <- .network(stages, 1L, precision)
    start <- goldenBlock(golden$parameters, shapes, marks)
    genes <- list(x = as.double(golden$x), y = golden$y)
    predicted <- .predictGenes(network, start, genes)
    gradient <- .lossGradient(network, start, genes)
    state <- list(parameters = start, first = 0 * start, second = 0 * start,
                  steps = 0)
    losses <- numeric()
    settings <- list(batchSize = length(golden$y), learningRate = 1e-3,
                     clip = 1)
    for (step in seq_along(golden$adamLosses)) {
        state <- .trainEpoch(network, state, genes,
                             seq_along(golden$y) - 1L, settings)
        losses[step] <- state$loss
    }
    worst <- function(own, other) max(abs(own - other))
    c(logit = worst(predicted$logit, golden$logit),
      alpha = worst(predicted$attention[[2L]], golden$alpha),
      beta = worst(predicted$attention[[4L]], golden$beta),
      loss = worst(gradient$loss, golden$loss),
      gradient = worst(gradient$gradient,
                       goldenBlock(golden$gradient, shapes, marks)),
      adam = worst(losses, golden$adamLosses),
      after = worst(state$parameters,
                    goldenBlock(golden$after, shapes, marks)))
}

# The peer's JSON with its arrays in the core's order: bins run fastest, then
# marks, then genes.
readGolden <- function(file, bins, marks, hidden, markHidden) {
    json <- jsonlite::fromJSON(file, simplifyVector = FALSE)
    genes <- length(json$y)
    x <- array(unlist(json$x), c(marks, bins, genes))
    list(bins = bins, marks = marks, hidden = hidden, markHidden = markHidden,
         x = aperm(x, c(2L, 1L, 3L)), y = as.double(unlist(json$y)),
         parameters = json$parameters, logit = as.double(unlist(json$logit)),
         alpha = array(unlist(json$alpha), c(bins, marks, genes)),
         beta = array(unlist(json$beta), c(marks, 1L, genes)),
         loss = json$loss, gradient = json$gradient,
         adamLosses = as.double(unlist(json$adam_losses)), after = json$after)
}
