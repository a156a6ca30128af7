# The values of the parameters from which training starts.

# As many numbers as the core's block has, by the function `start` of the
# architecture, if it has one. Draws from R's random numbers.
.startValues <- function(start, stages, shapes, labels) {
    if (!is.null(start)) return(start(stages, labels))
    stats::runif(sum(vapply(shapes, prod, 0)), -0.1, 0.1)
}

# Additive attention starts as a model without an opinion: all values are 0, the
# gates are equal, and the logit is that of the share of high genes (0 for
# standardised numbers). Only the features of bins and of the context are
# random, with PyTorch's variance. So models of different seeds have the same
# meaning of alpha, beta and the shares.
.startAdditive <- function(stages, labels) {
    unlist(lapply(stages, function(s) {
        shapes <- .layerTypes[[s$layer]]$parameters(s)
        one <- function(copy) Map(.startOne, list(s), names(shapes), shapes)
        if (length(shapes) == 0L) NULL
        else if (s$layer == "gate") .startGate(one(1L), shapes, labels)
        else lapply(seq_len(s$copies), one)
    }), use.names = FALSE)
}

.startOne <- function(stage, name, shape) {
    size <- prod(shape)
    near <- function(inputs) stats::runif(size, -1, 1) / sqrt(inputs)
    switch(paste(stage$layer, name),
           "conv weight" = , "conv bias" = near(stage$inputs * stage$window),
           "gate weight1" = , "gate bias1" = near(stage$side),
           "value profile" = .polynomials(shape[1L], shape[2L]),
           "dense weight" = rep(1, size), # of the lines of two stages
           numeric(size))
}

.startGate <- function(values, shapes, labels) {
    start <- if (all(labels %in% 0:1)) stats::qlogis(mean(labels)) else 0
    values[[match("bias", names(shapes))]] <- start
    values
}

# The first `count` Legendre polynomials at places from -1 to 1, the first being
# constant: places x count.
.polynomials <- function(places, count) {
    at <- if (places == 1L) 0 else seq(-1, 1, length.out = places)
    out <- matrix(1, places, count)
    for (n in seq_len(count - 1L)) {
        before <- if (n > 1L) out[, n - 1L] else 0
        out[, n + 1L] <- ((2 * n - 1) * at * out[, n] - (n - 1) * before) / n
    }
    out
}
