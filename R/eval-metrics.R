# Performance measures of predictions. Labels are 0 or 1, and higher scores mean
# high expression. All measures use base R only; the tests compare them with
# pROC and with counts by hand.

# Area under the ROC curve: the probability that a high gene scores above a low
# one, where ties count half (Mann-Whitney). NA unless there are both high and
# low genes.
.auroc <- function(label, score) {
    high <- sum(label == 1)
    low <- sum(label == 0)
    if (high == 0L || low == 0L) return(NA_real_)
    ranks <- rank(score)
    (sum(ranks[label == 1]) - high * (high + 1) / 2) / high / low
}

# Pearson's r; NA if there is none.
.correlation <- function(x, y) {
    if (length(x) < 2L || stats::sd(x) == 0 || stats::sd(y) == 0) {
        return(NA_real_)
    }
    stats::cor(x, y)
}

# Area under the precision-recall curve as average precision: the precision at
# each score, weighted by the increase in recall. Equal scores form one step.
.auprc <- function(label, score) {
    if (sum(label == 1) == 0L) return(NA_real_)
    order <- order(score, decreasing = TRUE)
    hits <- cumsum(label[order] == 1)
    last <- !duplicated(score[order], fromLast = TRUE)
    precision <- (hits / seq_along(hits))[last]
    sum(precision * diff(c(0, hits[last]))) / sum(label == 1)
}

.f1 <- function(label, class) {
    both <- sum(label == 1 & class == 1)
    2 * both / (sum(label == 1) + sum(class == 1))
}

# Computed from the logit, so that no probability is rounded to 0 or 1.
.geneLosses <- function(label, logit) {
    pmax(logit, 0) - logit * label + log1p(exp(-abs(logit)))
}

.logLoss <- function(label, logit) mean(.geneLosses(label, logit))

# NA if there are no predictions, as for a model without a baseline.
.metrics <- function(label, logit) {
    if (anyNA(logit)) {
        return(c(auroc = NA_real_, auprc = NA, accuracy = NA, f1 = NA,
                 brier = NA, logLoss = NA, slope = NA, intercept = NA,
                 ece = NA))
    }
    probability <- stats::plogis(logit)
    class <- as.integer(probability > 0.5)
    c(auroc = .auroc(label, logit),
      auprc = .auprc(label, logit),
      accuracy = mean(class == label),
      f1 = .f1(label, class),
      brier = mean((probability - label)^2),
      logLoss = .logLoss(label, logit),
      .calibrationMetrics(label, logit),
      ece = .ece(label, logit))
}

# "baseline" and "auroc" as "baselineAuroc".
.prefixed <- function(prefix, names) {
    paste0(prefix, toupper(substr(names, 1L, 1L)), substring(names, 2L))
}

# ---- calibration ------------------------------------------------------------

# Intercept and slope of the logistic regression of the label on the logit, by
# Newton's method with bounds. `target`: labels, or numbers from 0 to 1.
.logitLine <- function(target, logit, intercept = TRUE, slopes = c(-Inf, Inf)) {
    at <- function(b) b[1L] + b[2L] * logit
    gradient <- function(b) {
        missed <- stats::plogis(at(b)) - target
        c(mean(missed), mean(missed * logit))
    }
    hessian <- function(b) {
        p <- stats::plogis(at(b))
        weight <- p * (1 - p)
        cross <- mean(weight * logit)
        matrix(c(mean(weight), cross, cross, mean(weight * logit^2)), 2L)
    }
    free <- if (intercept) Inf else 0
    line <- stats::nlminb(c(0, 1), function(b) .logLoss(target, at(b)),
                          gradient, hessian, lower = c(-free, slopes[1L]),
                          upper = c(free, slopes[2L]))$par
    c(intercept = line[1L], slope = line[2L])
}

# NA if no finite line is the best: all labels or all logits are equal, or the
# logits separate the classes.
.calibrationMetrics <- function(label, logit) {
    high <- logit[label == 1]
    low <- logit[label == 0]
    mixed <- length(high) > 0L && length(low) > 0L &&
        min(high) < max(low) && min(low) < max(high)
    if (!mixed) return(c(slope = NA_real_, intercept = NA))
    .logitLine(label, logit)[c("slope", "intercept")]
}

# The expected calibration error: the mean over the genes of the difference
# between the mean probability and the share of high genes of their bin.
.ece <- function(label, logit) {
    missed <- rowsum(stats::plogis(logit) - label, .calibrationBins(logit))
    sum(abs(missed)) / length(label)
}

# Ten bins of equally many genes. Equal logits are in one bin.
.calibrationBins <- function(logit, bins = 10) {
    ceiling(rank(logit) * bins / length(logit))
}

# ---- uncertainty of the AUROC -----------------------------------------------

# DeLong, DeLong and Clarke-Pearson (1988). The placement of a high gene is the
# fraction of low genes that it scores above; the placement of a low gene is the
# fraction of high genes that score above it. Ties count half. The mean of
# either is the AUROC.
.placements <- function(label, score) {
    high <- score[label == 1]
    low <- score[label == 0]
    ranks <- rank(c(high, low))
    first <- seq_along(high)
    list(high = (ranks[first] - rank(high)) / length(low),
         low = 1 - (ranks[-first] - rank(low)) / length(high))
}
