# Reference values of PyTorch: see tools/golden.R. A golden has what it is of
# (architecture, size, numbers of marks and bins; of numbers, the name and loss
# of the target), x, y, the parameters as the core's block of numbers, and what
# PyTorch computed from them.

goldenStages <- function(golden) {
    .stagesOf(golden$architecture, paste0("mark", seq_len(golden$marks)),
              golden$bins, golden$size, goldenTarget(golden))
}

# Numbers that are not standardised, and DeepDiff's loss of them.
goldenTarget <- function(golden) {
    if (!is.null(golden$target)) {
        return(c(golden$target, list(centre = 0, spread = 1,
                                     amount = list(centre = 0, spread = 1))))
    }
    if (is.null(.architectures[[golden$architecture]]$channels)) {
        return(.classTarget)
    }
    list(name = "difference", loss = "squared", spread = 1,
         auxiliary = list(spread = c(1, 1)))
}

# The largest differences between what the core computes and a golden.
compareGolden <- function(golden, precision) {
    stages <- goldenStages(golden)
    target <- goldenTarget(golden)
    network <- .network(stages, 1L, precision, target = target)
    start <- golden$parameters
    genes <- list(x = as.double(golden$x), y = golden$y)
    predicted <- .predictGenes(network, start, genes, TRUE)
    names(predicted$attention) <- vapply(stages, `[[`, "", "name")
    gradient <- .lossGradient(network, start, genes)
    state <- list(parameters = start, first = 0 * start, second = 0 * start,
                  steps = 0)
    losses <- numeric()
    genesThere <- length(golden$x) / (golden$marks * golden$bins)
    settings <- list(batchSize = genesThere, learningRate = 1e-3,
                     weightDecay = numeric(), clip = 1)
    for (step in seq_along(golden$adamLosses)) {
        state <- .trainEpoch(network, state, genes,
                             seq_len(genesThere) - 1L, settings)
        losses[step] <- state$loss
    }
    worst <- function(own, other) max(abs(own - other))
    attention <- vapply(names(golden$attention), function(stage) {
        worst(predicted$attention[[stage]], golden$attention[[stage]])
    }, 0)
    written <- if (.isTwoStage(target)) predicted$outputs else predicted$logit
    c(logit = worst(written, golden$logit),
      attention = max(0, attention),
      loss = worst(gradient$loss, golden$loss),
      gradient = worst(gradient$gradient, golden$gradient),
      adam = worst(losses, golden$adamLosses),
      after = worst(state$parameters, golden$after))
}

hasTorch <- function() {
    system2("/usr/bin/python3", c("-c", shQuote("import torch")),
            stdout = FALSE, stderr = FALSE) == 0
}

readDoubles <- function(folder, name) {
    file <- file.path(folder, name)
    readBin(file, "double", file.size(file) / 8)
}

# ---- tools/torch_recipe.py --------------------------------------------------

recipeGolden <- function(script) {
    folder <- withr::local_tempdir()
    status <- system2("/usr/bin/python3", c("-B", script, folder))
    stopifnot(status == 0)
    c(list(architecture = "lstm-alpha-beta", marks = 3L, bins = 13L,
           size = list(hidden = 4L, markHidden = 3L),
           settings = list(epochs = 4, batchSize = 8, learningRate = 1e-2,
                           weightDecay = 0.1, schedule = "oneCycle",
                           clip = 1)),
      sapply(list.files(folder), readDoubles, folder = folder,
             simplify = FALSE))
}

# ---- tools/torch_architectures.py -------------------------------------------

torchGolden <- function(script, architecture, marks, bins, genes,
                        size = list(), scale = 0.1, target = NULL) {
    folder <- withr::local_tempdir()
    given <- c(
        if (length(size) > 0L) c("--size", paste0(names(size), "=", size)),
        if (!is.null(target)) c("--target", target$name, "--loss", target$loss))
    # it warns that padding by an odd number may cost a copy
    status <- system2("/usr/bin/python3", c("-W", "ignore", script,
        architecture, folder, "--marks", marks, "--bins", bins,
        "--genes", genes, "--scale", scale, given))
    stopifnot(status == 0)
    read <- function(name) readDoubles(folder, name)
    plain <- c("x", "y", "parameters", "logit", "loss", "gradient",
               "adamLosses", "after")
    attention <- list.files(folder, "^attention-")
    c(list(architecture = architecture, size = size, marks = marks,
           bins = bins, target = target,
           attention = stats::setNames(lapply(attention, read),
                                       sub("attention-", "", attention))),
      sapply(plain, read, simplify = FALSE))
}

# ---- the peer: shared/peers/torch_attentivechrome.py ------------------------

# Its names for our parameters. PyTorch's LSTMs name a direction by a suffix.
peerName <- function(name, marks) {
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

# Its parameters (or gradients) as the core's block of numbers.
peerBlock <- function(values, shapes, marks) {
    parts <- Map(function(name, shape) {
        value <- values[[peerName(name, marks)]]
        if (length(shape) == 2L) matrix(unlist(value), shape[1L], shape[2L],
                                        byrow = is.list(value))
        else as.double(unlist(value))
    }, names(shapes), shapes)
    unlist(parts, use.names = FALSE)
}

# Arrays come in the core's order: bins run fastest, then marks, then genes.
peerGolden <- function(peer, marks, bins, genes, size) {
    file <- withr::local_tempfile(fileext = ".json")
    status <- system2("/usr/bin/python3", c(peer, "golden", file,
        "--batch", genes, "--bins", bins, "--marks", marks,
        "--hidden", size$hidden, "--mark-hidden", size$markHidden))
    stopifnot(status == 0)
    json <- jsonlite::fromJSON(file, simplifyVector = FALSE)
    golden <- list(architecture = "lstm-alpha-beta", size = size,
                   marks = marks, bins = bins)
    names <- paste0("mark", seq_len(marks))
    shapes <- .parameterShapes(goldenStages(golden), names)
    numbers <- function(values) as.double(unlist(values))
    block <- function(values) peerBlock(values, shapes, names)
    x <- array(numbers(json$x), c(marks, bins, genes))
    c(golden, list(
        x = as.double(aperm(x, c(2L, 1L, 3L))), y = numbers(json$y),
        parameters = block(json$parameters), logit = numbers(json$logit),
        attention = list(binAttention = numbers(json$alpha),
                         markAttention = numbers(json$beta)),
        loss = json$loss, gradient = block(json$gradient),
        adamLosses = numbers(json$adam_losses), after = block(json$after)))
}
