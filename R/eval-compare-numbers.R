# What a comparison of models of numbers has in the place of the AUROC and
# DeLong's covariance.

# Measures that can be compared, the first by default.
.comparedMeasures <- function(target) {
    if (.isClass(target)) "auroc" else c("pearson", "r2", "rmse")
}

.isBetter <- function(measure, a, b) if (measure == "rmse") a < b else a > b

# Comparisons are made in each cell type, so not of two at once.
.checkComparedTarget <- function(target) {
    target <- .checkTarget(target)
    if (!.isDifference(target)) return(target)
    .stop("{.fn compareModels} compares models of single cell types",
          x = "{.arg target} is {.val difference}, which is of two.",
          i = "{.fn evaluate} compares such models with baselines.")
}

# All fits must predict the same; returns what.
.commonTarget <- function(fits) {
    first <- .checkComparedTarget(.askedTarget(fits[[1L]]))
    same <- vapply(fits, function(fit) .sameTarget(.targetOf(fit), first), NA)
    if (!all(same)) {
        odd <- which(!same)[1L]
        .stop("{.arg models} must predict the same",
              x = "{.val {names(fits)[1L]}} predicts
                   {(.describeTarget(first))},
                   {.val {names(fits)[odd]}}
                   {(.describeTarget(.targetOf(fits[[odd]])))}.")
    }
    first
}

# The measures of one run, as columns of the runs.
.runMeasures <- function(target, y, p) {
    known <- !is.na(y)
    y <- y[known]
    p <- p[known]
    if (.isClass(target)) {
        return(data.frame(auroc = .auroc(y, p), auprc = .auprc(y, p)))
    }
    as.data.frame(as.list(.numberMetrics(y, p)[c("pearson", "r2", "rmse")]))
}

.measureDraws <- 500L

# The measure of each fit, and their covariance over draws of genes, or of whole
# clusters: the paired bootstrap, in which all fits have the same genes. As
# .aurocCovariance().
.measureCovariance <- function(measure, y, scores,
                               clusters = seq_along(y)) {
    if (measure == "auroc") return(.aurocCovariance(y, scores, clusters))
    sums <- lapply(scores, function(p) rowsum(.numberTerms(y, p), clusters))
    count <- nrow(sums[[1L]])
    value <- vapply(sums, function(x) {
        .momentMetrics(rbind(colSums(x)))[1L, measure]
    }, 0)
    drawn <- .withSeed(1L, .drawMoments(sums, count, .measureDraws))
    drawn <- vapply(drawn, function(x) x[, measure], numeric(.measureDraws))
    list(value = value, covariance = stats::cov(
        matrix(drawn, ncol = length(scores)), use = "complete.obs") *
            count / (count - 1))
}

# Symmetric on the scale of the measure: logit, Fisher's, or the logarithm.
.measureInterval <- function(measure, value, error, level, df = Inf) {
    if (measure == "auroc") return(.logitInterval(value, error, level, df))
    scale <- .numberScales[[measure]]
    slope <- switch(measure, pearson = 1 / (1 - value^2), r2 = 1,
                    rmse = 1 / value)
    half <- stats::qt((1 + level) / 2, df) * error * slope
    sort(scale$from(scale$to(value) + c(-1, 1) * half), na.last = TRUE)
}
