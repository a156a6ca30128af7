# Measures of a prediction: label 0/1, score higher for high. All are base R;
# the tests compare them with pROC and with counting by hand.

# Area under the ROC curve: the chance that a high gene scores above a low one,
# ties counting half (Mann-Whitney). NA without both kinds.
.auroc <- function(label, score) {
    high <- sum(label == 1)
    low <- sum(label == 0)
    if (high == 0L || low == 0L) return(NA_real_)
    ranks <- rank(score)
    (sum(ranks[label == 1]) - high * (high + 1) / 2) / high / low
}

# Area under the precision-recall curve as average precision: the precision at
# each score, weighted by the recall it adds; equal scores enter together.
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

# From the logit, so that no probability is rounded to 0 or 1.
.logLoss <- function(label, logit) {
    mean(pmax(logit, 0) - logit * label + log1p(exp(-abs(logit))))
}

.metrics <- function(label, logit) {
    probability <- stats::plogis(logit)
    class <- as.integer(probability > 0.5)
    c(auroc = .auroc(label, logit),
      auprc = .auprc(label, logit),
      accuracy = mean(class == label),
      f1 = .f1(label, class),
      brier = mean((probability - label)^2),
      logLoss = .logLoss(label, logit))
}
