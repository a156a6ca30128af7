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
        .logitGradient(.modelNetwork(member, threads),
                       .blockOf(member@parameters),
                       list(x = as.vector(x), y = NULL))
    })
}
