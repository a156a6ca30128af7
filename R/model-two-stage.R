# Numbers in two stages: whether a gene is expressed, and how much. The network
# has two outputs, the logit of expressed and the standardised amount, which
# only expressed genes train. What is predicted is their product.

# Both outputs are where the logit was. Of a gate, each is a line in the sum of
# its shares, so that this remains the only score of the gene.
.twoHeads <- function(stages) {
    last <- length(stages)
    if (stages[[last]]$layer == "gate") {
        stages <- c(stages, list(.stage("dense", "heads", 1L, 1L, 1L, 2L)))
    } else {
        stages[[last]]$units <- 2L
    }
    structure(stages, outputs = 0:1)
}

# ---- targets ----------------------------------------------------------------

# Of values in the units of the target.
.isExpressed <- function(target, y) {
    y > .targetTransforms[[target$transform]]$of(target$threshold)
}

# Values that both stages can learn.
.checkTwoStages <- function(target, y, arg) {
    expressed <- .isExpressed(target, y)
    if (min(y) < 0) {
        .stop("{.code target = \"twoStage\"} requires values that are not
               negative",
              x = "The minimum of {.val {target$assay}} is
                   {signif(min(y), 3)}.")
    }
    if (all(expressed) || length(unique(y[expressed])) < 2L) {
        .stop("{.arg {arg}} must have genes that are expressed and genes that
               are not, for {.code target = \"twoStage\"}",
              x = "{sum(expressed)} of {length(y)} gene{?s} {?is/are} above
                   {target$threshold}.",
              i = "Use another {.arg threshold} of {.fn modelTarget}, or
                   {.code target = \"expression\"}.")
    }
}

# The target with the mean and the standard deviation of the expressed genes.
.withAmount <- function(target, y, arg) {
    .checkTwoStages(target, y, arg)
    y <- y[.isExpressed(target, y)]
    target$amount <- list(centre = mean(y), spread = stats::sd(y))
    target
}

# Samples x outputs, of values in the units of the target: expressed, and the
# amount, which genes that are not expressed lack.
.twoStageTargets <- function(target, y) {
    expressed <- .isExpressed(target, y)
    amount <- (y - target$amount$centre) / target$amount$spread
    cbind(as.numeric(expressed), ifelse(expressed, amount, NA_real_))
}

# As the core: the mean over all genes of the sum of both losses.
.twoStageLoss <- function(target, wanted, outputs) {
    amount <- .lossesOf[[target$loss]](wanted[, 2L], outputs[2L, ])
    amount[is.na(amount)] <- 0
    mean(.geneLosses(wanted[, 1L], outputs[1L, ]) + amount)
}

# ---- predictions ------------------------------------------------------------

.amountOf <- function(target, outputs) {
    target$amount$centre + target$amount$spread * outputs[2L, ]
}

# The expected number, standardised like all numbers of networks.
.expectedNumber <- function(target, outputs) {
    .standardise(target, stats::plogis(outputs[1L, ]) *
                     .amountOf(target, outputs))
}

# A part of a prediction, genes x cell types, from what .forward() returns.
.twoStagePart <- function(target, out, type) {
    part <- if (type == "expressed") stats::plogis(out$outputs[1L, ])
            else .amountOf(target, out$outputs)
    matrix(part, nrow(out$logit), dimnames = dimnames(out$logit))
}
