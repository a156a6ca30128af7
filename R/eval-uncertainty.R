# How sure an AUROC and a difference of AUROCs are. Genes and fits (trainings of
# one model) are crossed random effects: all fits score the same genes, and each
# fit belongs to one model.

# The AUROC of each fit, and the covariance of these AUROCs over draws of genes:
# DeLong's, or with clusters of genes Obuchowski's (1997), which is DeLong's if
# each gene is its own cluster. `scores`: one vector per fit.
.aurocCovariance <- function(label, scores, clusters = seq_along(label)) {
    placements <- lapply(scores, .placements, label = label)
    isHigh <- label == 1
    high <- .clusterSums(lapply(placements, `[[`, "high"), clusters, isHigh)
    low <- .clusterSums(lapply(placements, `[[`, "low"), clusters, !isHigh)
    either <- length(unique(clusters))
    both <- crossprod(high$sums, low$sums) * either / (either - 1)
    list(value = high$mean,
         covariance = high$covariance + low$covariance +
             (both + t(both)) / sum(isHigh) / sum(!isHigh))
}

# The sums over clusters of the placements of one side, less their mean.
.clusterSums <- function(placements, clusters, own) {
    genes <- do.call(cbind, placements)
    mean <- colMeans(genes)
    sums <- matrix(0, length(unique(clusters)), ncol(genes))
    one <- rowsum(sweep(genes, 2L, mean), clusters[own])
    sums[match(rownames(one), unique(clusters)), ] <- one
    list(mean = mean, sums = sums,
         covariance = crossprod(sums) * nrow(one) / (nrow(one) - 1) /
             nrow(genes)^2)
}

# The variance of a weighted sum of the mean values of groups of fits, after
# Obuchowski and Rockette (1995), for readers (here fits) nested in tests (here
# models). Each group has a variance of its own, as some models train less
# stably than others. Of a single fit, the variance of training is unknown and
# not counted. `geneDf`: the degrees of freedom of the variance over genes.
.crossedVariance <- function(fits, groups, weights, geneDf = Inf) {
    count <- lengths(groups)
    training <- vapply(groups, function(group) {
        if (length(group) < 2L) return(0)
        stats::var(fits$value[group]) / length(group)
    }, 0) * weights^2
    between <- function(a, b) {
        block <- fits$covariance[a, b, drop = FALSE]
        same <- identical(a, b) && length(a) > 1L
        if (same) (sum(block) - sum(diag(block))) / (length(block) - length(a))
        else mean(block)
    }
    means <- vapply(groups, function(a) {
        vapply(groups, between, 0, a = a)
    }, weights)
    genes <- max(0, drop(weights %*% means %*% weights))
    squares <- .trainingSquares(training, count) + genes^2 / geneDf
    total <- sum(training) + genes
    list(fits = sum(training), genes = genes,
         df = if (squares > 0) total^2 / squares else Inf)
}

# For the degrees of freedom: Hillis' (2014) if all groups have equally many
# fits, when a t test tolerates unequal variances; otherwise Satterthwaite's.
.trainingSquares <- function(training, count) {
    several <- count > 1L
    if (!any(several)) return(0)
    if (length(unique(count[several])) == 1L) {
        return(sum(training)^2 / sum(count[several] - 1))
    }
    sum(training[several]^2 / (count[several] - 1))
}

# The variance of the mean over folds, whose training genes overlap, after
# Nadeau and Bengio (2003). `ratio`: genes tested on per gene trained on.
.resampledVariance <- function(values, ratio) {
    (1 / length(values) + ratio) * stats::var(values)
}

# An interval of an AUROC that is symmetric on the logit scale and so stays
# within 0 and 1. NA for an AUROC of 0 or 1, whose variance is estimated as 0,
# and if the error is unknown, as of the AUROC of a single high gene.
.logitInterval <- function(auroc, error, level, df = Inf) {
    if (is.na(auroc) || auroc %in% c(0, 1) || is.na(error)) {
        return(c(NA_real_, NA_real_))
    }
    half <- stats::qt((1 + level) / 2, df) * error / auroc / (1 - auroc)
    stats::plogis(stats::qlogis(auroc) + c(-1, 1) * half)
}

# Two-sided. 1 for models that order all pairs equally; the difference is then
# 0 but for rounding.
.differenceTest <- function(difference, error, df) {
    if (is.na(difference)) return(NA_real_)
    if (abs(difference) < 1e-12) return(1)
    if (error == 0) return(NA_real_)
    2 * stats::pt(-abs(difference) / error, df)
}
