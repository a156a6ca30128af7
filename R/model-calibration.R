# Calibrated probabilities, other shares of high genes, and prediction sets.
# These functions take logits and labels, and know no class of model.

# ---- calibration -------------------------------------------------------------

# What the logits of validation genes tell of those of other genes:
# `method`, "none", "temperature" or "platt"; `slope` and `intercept` of the
# calibrated logit; `high`, the share of high genes that the calibrated
# probabilities are for; and `scores`, the sorted logits of the high and of the
# low genes, for prediction sets. An empty list without genes.
.fitCalibration <- function(logit, label) {
    known <- is.finite(logit) & !is.na(label)
    logit <- as.vector(logit)[known]
    label <- as.vector(label)[known]
    if (length(label) == 0L) return(list())
    loss <- .calibrationLoss(logit, label)
    method <- names(loss)[which.min(loss)]
    line <- .calibrationMethods[[method]](logit, label)
    list(method = method, slope = line[["slope"]],
         intercept = line[["intercept"]], high = mean(label), loss = loss,
         scores = list(high = sort(logit[label == 1]),
                       low = sort(logit[label == 0])))
}

.calibrationSlopes <- c(0.05, 20)

# Platt's (1999) targets, which are not quite 0 and 1: the line is finite even
# if the classes are separate or one of them is missing.
.calibrationLine <- function(logit, label, intercept) {
    high <- sum(label == 1)
    low <- sum(label == 0)
    target <- ifelse(label == 1, (high + 1) / (high + 2), 1 / (low + 2))
    .logitLine(target, logit, intercept, .calibrationSlopes)
}

# The simplest first, as which.min() takes the first of ties.
.calibrationMethods <- list(
    none = function(logit, label) c(intercept = 0, slope = 1),
    temperature = function(logit, label) .calibrationLine(logit, label, FALSE),
    platt = function(logit, label) .calibrationLine(logit, label, TRUE))

# The fewest genes of each class that a calibration is fitted to.
.calibratedClass <- 10L

# The log loss of each method in ten-fold cross-validation. With few genes,
# there is only "none".
.calibrationLoss <- function(logit, label) {
    if (min(sum(label == 1), sum(label == 0)) < .calibratedClass) {
        return(c(none = .logLoss(label, logit)))
    }
    vapply(.calibrationMethods, function(fit) {
        .logLoss(label, .heldOutLogit(fit, logit, label))
    }, 0)
}

# Each tenth of the logits, calibrated on the other nine.
.heldOutLogit <- function(fit, logit, label) {
    fold <- seq_along(label) %% 10L
    held <- logit
    for (out in split(seq_along(fold), fold)) {
        line <- fit(logit[-out], label[-out])
        held[out] <- line[["intercept"]] + line[["slope"]] * logit[out]
    }
    held
}

# The calibrated logits; an empty calibration leaves them as they are.
.calibrate <- function(logit, calibration) {
    if (length(calibration) == 0L) return(logit)
    calibration$intercept + calibration$slope * logit
}

# The calibration of a model; those made before it existed have none.
.calibrationOf <- function(model) attr(model, "calibration") %||% list()

.describeCalibration <- function(calibration) {
    if (length(calibration) == 0L) return("none, without validation genes")
    if (!is.null(calibration$residuals)) return("none, of a number")
    genes <- .nGenes(sum(lengths(calibration$scores)))
    if (calibration$method == "none") {
        return(sprintf("not needed by %s", genes))
    }
    sprintf("slope %.3f, intercept %.3f (%s, %s)", calibration$slope,
            calibration$intercept, calibration$method, genes)
}

# ---- another share of high genes ---------------------------------------------

# logit: genes x cell types. from: the share that its probabilities are for.
# prior: the share in each cell type, one for all, or "estimate". The result has
# the attribute `prior`, the shares by cell type.
.changePrior <- function(logit, from, prior) {
    prior <- if (identical(prior, "estimate")) {
        apply(logit, 2L, .estimatePrior, from = from)
    } else {
        rep_len(prior, ncol(logit))
    }
    change <- stats::qlogis(prior) - stats::qlogis(from)
    structure(logit + rep(change, each = nrow(logit)),
              prior = stats::setNames(prior, colnames(logit)))
}

# The share with the highest likelihood of the genes, if high genes and low
# genes are as they were and only their share is another: what the EM algorithm
# of Saerens et al. (2002) converges to. The likelihood has one maximum.
.estimatePrior <- function(logit, from) {
    logit <- logit[!is.na(logit)]
    high <- stats::plogis(logit)
    low <- stats::plogis(-logit)
    edge <- 0.5 / length(logit)
    stats::optimize(function(share) {
        mean(log(share / from * high + (1 - share) / (1 - from) * low))
    }, c(edge, 1 - edge), maximum = TRUE, tol = 1e-8)$maximum
}

.checkPrior <- function(prior, cellTypes, genes) {
    if (identical(prior, "estimate")) {
        if (genes < 20L) {
            .stop("{.code prior = \"estimate\"} needs 20 or more genes",
                  x = "There are {genes}.",
                  i = "Give the share of high genes as a number.")
        }
        return(prior)
    }
    good <- is.numeric(prior) && length(prior) %in% c(1L, cellTypes) &&
        all(prior > 0 & prior < 1) %in% TRUE
    if (!good) {
        .stop("{.arg prior} must be {.val estimate} or the share of high genes,
               between 0 and 1: one number, or one for each cell type",
              x = "It is {.val {prior}}.")
    }
    prior
}

# ---- prediction sets ---------------------------------------------------------

# Split conformal prediction by class. A class is in the set of a gene unless
# the gene's logit is among the most extreme of this class: of n validation
# genes of the class and the gene itself, at most floor((1 - level)(n + 1)) are
# left out. A new gene of the class is then covered with probability `level` or
# more, and at most 1 / (n + 1) more if no logits are equal.
.conformalSets <- function(logit, calibration, level) {
    scores <- calibration$scores
    .checkScores(scores, level)
    left <- floor((1 - level) * (lengths(scores) + 1) + 1e-9)
    high <- logit >= scores$high[left[["high"]]]
    low <- logit <= rev(scores$low)[left[["low"]]]
    names <- c("none", "high", "low", "high or low")
    sets <- names[1L + high + 2L * low]
    matrix(sets, nrow(logit), dimnames = dimnames(logit))
}

.checkScores <- function(scores, level) {
    if (is.null(scores)) {
        .stop("Prediction sets need a model that was trained with validation
               genes",
              x = "This one has none.",
              i = "See {.arg validation} of {.fn attentiveChrome}.")
    }
    fewest <- min(lengths(scores))
    needed <- ceiling(1 / (1 - level) - 1e-9) - 1
    if (fewest < needed) {
        .stop("{.code level = {level}} needs {needed} validation genes of each
               class",
              x = "The model has {length(scores$high)} high and
                   {length(scores$low)} low ones.",
              i = "Use a lower {.arg level}.")
    }
}
