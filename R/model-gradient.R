# The logit and its derivatives as functions of the network's input.

# Inputs x samples.
.inputMatrix <- function(model, signal) {
    .inputNumbers(.modelInput(signal, model@marks, colnames(signal),
                              model@transform, .scaleOf(model))$x)
}

.inputLogit <- function(model, x, threads) {
    .predictInput(model, list(x = as.vector(x), y = NULL), threads)$logit
}

.inputGradient <- function(model, x, threads) {
    .overMembers(model, function(member) {
        .responseGradient(.modelNetwork(member, threads),
                          .blockOf(member@parameters),
                          list(x = as.vector(x), y = NULL))
    })
}

# The derivatives of what is predicted with respect to the input, as
# .logitGradient() has those of one output.
.responseGradient <- function(network, parameters, genes) {
    target <- network$target
    if (!.isTwoStage(target)) return(.logitGradient(network, parameters, genes))
    outputs <- .predictGenes(network, parameters, genes)$outputs
    p <- stats::plogis(outputs[1L, ])
    rates <- list(p * (1 - p) * .amountOf(target, outputs),
                  p * target$amount$spread)
    parts <- lapply(1:2, function(i) {
        network$outputs <- lapply(network$outputs, `[`, i)
        dx <- .logitGradient(network, parameters, genes)
        dx * rep(rates[[i]], each = length(dx) / length(p))
    })
    (parts[[1L]] + parts[[2L]]) / target$spread
}
