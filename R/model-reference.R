# What a model keeps of its training signal, so that signal unlike it can be
# told: the mean log signal of ten zones of each mark (.zoneMeans()).

.keptReference <- 200L

# `train` is of .labelledSamples().
.trainingReference <- function(train) {
    scale <- .signalScale(train$samples)$scale
    zones <- .zoneMeans(train$samples, list(scale = scale))
    spread <- apply(zones, 2L, stats::sd)
    spread[is.na(spread) | spread == 0] <- 1
    reference <- list(scale = scale, centre = colMeans(zones), spread = spread)
    z <- .standardized(zones, reference)
    label <- if (train$family == "binomial") train$label
             else as.integer(train$label > stats::median(train$label))
    classes <- rowsum(z, label) / as.vector(table(label))
    own <- classes[match(label, rownames(classes)), , drop = FALSE]
    some <- .evenly(nrow(z), .keptReference)
    c(reference, list(
        classes = classes, within = crossprod(z - own) / nrow(z),
        total = crossprod(z) / nrow(z),
        zones = signif(z[some, , drop = FALSE], 4L))) # small in a file
}

.standardized <- function(zones, reference) {
    scale(zones, reference$centre, reference$spread)
}

# What the model keeps, for those of its marks that the signal has; NULL if it
# keeps nothing.
.referenceFor <- function(model, signal) {
    reference <- model@training$reference
    if (is.null(reference)) return(NULL)
    present <- model@marks %in% marks(signal)
    keep <- rep(present, each = ncol(reference$zones) / length(present))
    list(marks = model@marks[present], scale = reference$scale,
         centre = reference$centre[keep], spread = reference$spread[keep],
         classes = reference$classes[, keep, drop = FALSE],
         within = reference$within[keep, keep, drop = FALSE],
         total = reference$total[keep, keep, drop = FALSE],
         zones = reference$zones[, keep, drop = FALSE])
}

# The standardized zones of the genes of a cell type.
.zonesLike <- function(reference, signal, cellType) {
    samples <- .samplesOf(signal, reference$marks, cellType)
    .standardized(.zoneMeans(samples, reference), reference)
}

# ---- distances --------------------------------------------------------------

# Energy distance (Szekely and Rizzo 2013) of two samples, rows of x and y, as a
# share of twice the mean distance between them: 0 for samples of the same
# distribution, up to chance, and at most 1.
.energyDistance <- function(x, y) {
    all <- as.matrix(stats::dist(rbind(x, y)))
    .energyOf(all, rep(0:1, c(nrow(x), nrow(y))) == 1)
}

# `all`: distances between all rows; `second`: which are of the second sample.
# The mean within a sample is over different rows, which makes it unbiased.
.energyOf <- function(all, second) {
    first <- !second
    within <- function(own) sum(all[own, own]) / sum(own) / (sum(own) - 1)
    between <- 2 * mean(all[first, second])
    (between - within(first) - within(second)) / between
}

# The p-value of the distance, by permutation of the samples.
.energyTest <- function(x, y, draws) {
    all <- as.matrix(stats::dist(rbind(x, y)))
    second <- rep(0:1, c(nrow(x), nrow(y))) == 1
    own <- .energyOf(all, second)
    drawn <- vapply(seq_len(draws), function(i) {
        .energyOf(all, sample(second))
    }, 0)
    c(distance = own, pValue = (1 + sum(drawn >= own)) / (1 + draws))
}

# Relative Mahalanobis distance: the smallest to the mean of a class less that
# to the mean of all, each with its covariance.
.relativeMahalanobis <- function(z, reference) {
    squared <- function(centre, covariance) {
        stats::mahalanobis(z, centre, .shrunk(covariance))
    }
    own <- lapply(seq_len(nrow(reference$classes)), function(i) {
        squared(reference$classes[i, ], reference$within)
    })
    do.call(pmin, own) - squared(rep(0, ncol(z)), reference$total)
}

# Towards the identity, as zones without signal have no variance.
.shrunk <- function(covariance) {
    0.95 * covariance + 0.05 * diag(nrow(covariance))
}

# ---- the check of a prediction ----------------------------------------------

# From here on a sample is unlike the training: other cell types and swapped
# marks are at 0.03 to 0.08 on real data, other genes of the same sample below
# 0.01 (bench/results/unlike.md). Fewer genes than the minimum may
# be unlike by chance.
.unlikeFrom <- 0.02
.unlikeGenes <- 100L

# The distance of each cell type; NA if the model or the signal has too little
# to tell.
.distances <- function(model, signal) {
    reference <- .referenceFor(model, signal)
    vapply(stats::setNames(nm = colnames(signal)), function(cellType) {
        if (is.null(reference) || nrow(signal) < .unlikeGenes ||
            nrow(reference$zones) < .unlikeGenes) return(NA_real_)
        some <- .evenly(nrow(signal), .keptReference)
        .energyDistance(reference$zones,
                        .zonesLike(reference, signal[some, ], cellType))
    }, 0)
}

# Warns by name of cell types that are unlike the training signal.
.tellUnlike <- function(model, signal) {
    distance <- .distances(model, signal)
    far <- which(distance >= .unlikeFrom)
    if (length(far) == 0L) return(invisible())
    cli::cli_warn(c(
        "The signal of {.val {names(far)}} is unlike the training signal",
        x = "Energy distance {signif(distance[far], 2)}; other genes of the
             training sample are below {(.unlikeFrom)}.",
        i = "Another cell type, a selection of genes, another depth or marks in
             the wrong place can cause it. {.fn unlikeTraining} shows the marks
             and positions."), class = "AttentiveChrome_unlike")
}
