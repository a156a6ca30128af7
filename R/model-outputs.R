# The outputs of a network and their losses, and the targets of the auxiliary
# ones.

# As src/ffi_model.c reads them. The first is what is predicted. Auxiliary
# ones are the values of A and of B, and the distance of their embeddings. All
# losses are those of the unit of the target, divided by its variance.
.outputsOf <- function(stages, target = .classTarget) {
    at <- attr(stages, "outputs") %||% 0
    if (.isTwoStage(target)) {
        return(list(at = as.numeric(at), loss = c("crossEntropy", target$loss),
                    weight = c(1, 1)))
    }
    scale <- target$auxiliary$spread / target$spread
    weight <- c(1, scale^2, 4 / target$spread^2)
    if (length(weight) < length(at)) weight <- rep(1, length(at))
    losses <- c(target$loss, "squared", "squared", "contrastive")
    some <- seq_along(at)
    list(at = as.numeric(at), loss = losses[some],
         weight = as.numeric(weight[some]))
}

# Changes from which embeddings are to be far apart: four-fold.
.largeChange <- 2

# The targets of all outputs, as the core reads them: outputs x genes. Those of
# a plain network are the first, which it has.
.outputTargets <- function(network, genes) {
    if (.isTwoStage(network$target)) return(as.double(t(genes$auxiliary)))
    more <- length(network$outputs$at) - 1L
    as.double(rbind(genes$y, t(genes$auxiliary[, seq_len(more), drop = FALSE])))
}

# What the core predicted, with what is predicted as `logit`, and all outputs.
.withMainOutput <- function(network, out) {
    out$outputs <- matrix(out$logit, length(network$outputs$at))
    out$logit <- if (.isTwoStage(network$target)) {
        .expectedNumber(network$target, out$outputs)
    } else {
        out$outputs[1L, ]
    }
    out
}

# Samples x auxiliary outputs, of the samples with known values `y`.
.auxiliaryTargets <- function(target, signal, known, y) {
    if (.isTwoStage(target)) return(.twoStageTargets(target, y))
    if (is.null(target$auxiliary)) return(NULL)
    value <- function(name) as.vector(assay(signal, name))[known]
    centre <- target$auxiliary$centre
    spread <- target$auxiliary$spread
    cbind((value("valueA") - centre[1L]) / spread[1L],
          (value("valueB") - centre[2L]) / spread[2L],
          abs(value("change")) >= .largeChange)
}

# The target of a network with auxiliary outputs, with the means and standard
# deviations of the values of A and B.
.withAuxiliary <- function(target, signal) {
    known <- !is.na(as.vector(assay(signal, "change")))
    values <- vapply(c("valueA", "valueB"), function(name) {
        x <- as.vector(assay(signal, name))[known]
        c(mean(x), stats::sd(x))
    }, numeric(2L))
    target$auxiliary <- list(centre = unname(values[1L, ]),
                             spread = unname(values[2L, ]))
    target
}

# The target with the mean and the standard deviation of the training genes.
.fittedTarget <- function(target, y) {
    if (!.isClass(target) && is.null(target$centre)) {
        y <- y[!is.na(y)]
        target[c("centre", "spread")] <- list(mean(y), stats::sd(y))
        if (.isTwoStage(target)) target <- .withAmount(target, y, "signal")
    }
    target
}

# `known`: genes as the network reads them. `predicted`: what it wrote.
.validationLoss <- function(target, known, predicted) {
    if (.isTwoStage(target)) {
        return(.twoStageLoss(target, known$auxiliary, predicted$outputs))
    }
    mean(.lossesOf[[target$loss]](known$y, predicted$logit))
}
