# A network stacked with the gene's expression in other cell types.

# What the stack stores: the network, and what .otherExpression() does.
.networkAndExpression <- function(samples, label, network = NULL, ...) {
    if (is.null(network)) {
        .stop("{.arg network} must be a trained model",
              i = "{.code method = \"networkGeneMean\"} stacks it with the
                   expression of the genes in other cell types.")
    }
    c(list(network = network), .otherExpression(samples, label, ...))
}

.networkAndGeneMean <- function(samples, fit) {
    cbind(network = .networkLogit(samples, fit$network),
          .geneMeans(samples, fit))
}

# The logit of samples as .samplesOf() has them.
.networkLogit <- function(samples, network) {
    values <- lapply(network@marks, function(mark) {
        values <- samples$signal[[mark]]
        if (network@transform == "log1p") .checkNotNegative(values, mark)
        t(.transforms[[network@transform]](values, .scaleOf(network)))
    })
    # Bins x samples x marks as bins x marks x samples.
    x <- aperm(simplify2array(values), c(1L, 3L, 2L))
    .predictInput(network, list(x = as.vector(x), y = NULL), NULL)$logit
}
