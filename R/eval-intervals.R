# Intervals of the measures of evaluate(). The AUROC has DeLong's, or with
# clusters of genes Obuchowski's; the others have the bootstrap of genes or of
# whole clusters.

# The fewest chromosomes with high genes, and with low genes, of which whole
# chromosomes are drawn.
.fewestClusters <- 5L

# The chromosomes of the genes as whole numbers; NULL if genes are drawn, as a
# chromosome is unknown or there are few.
.drawnClusters <- function(chromosome, label) {
    with <- vapply(c(0, 1), function(class) {
        length(unique(chromosome[label == class]))
    }, 0L)
    if (anyNA(chromosome) || min(with) < .fewestClusters) return(NULL)
    match(chromosome, unique(chromosome))
}

# A named vector: `aurocLower`, `aurocUpper` and so on. NA without draws, but
# for the AUROC.
.metricIntervals <- function(label, logit, clusters, draws, seed,
                             level = 0.95) {
    measured <- .metrics(label, logit)
    measures <- names(measured)
    if (anyNA(logit)) draws <- 0
    bounds <- matrix(NA_real_, 2L, length(measures),
                     dimnames = list(c("Lower", "Upper"), measures))
    own <- clusters %||% seq_along(label)
    count <- length(unique(own))
    df <- count - 1
    if (!is.na(measured[["auroc"]])) {
        error <- .aurocCovariance(label, list(logit), own)$covariance
        bounds[, "auroc"] <- .logitInterval(measured[["auroc"]],
                                            sqrt(drop(error)), level, df)
    }
    if (draws > 0 && df > 0) {
        drawn <- .withSeed(seed, .drawMetrics(label, logit, clusters,
                                              draws))
        for (measure in setdiff(measures, "auroc")) {
            bounds[, measure] <- .drawnInterval(
                measure, measured[[measure]], drawn[, measure],
                sqrt(count / df), level, df)
        }
    }
    stats::setNames(as.vector(bounds), paste0(rep(measures, each = 2L),
                                              rownames(bounds)))
}

# t intervals with the standard error over draws, which holds with fewer
# clusters than percentiles need. `scale`: draws of n clusters have n - 1 of n
# parts of the variance.
.drawnInterval <- function(measure, value, drawn, scale, level, df) {
    drawn <- drawn[is.finite(drawn)]
    if (is.na(value) || length(drawn) < 2L) return(c(NA_real_, NA_real_))
    error <- stats::sd(drawn) * scale
    if (measure %in% c("auprc", "accuracy", "f1", "brier")) {
        return(.logitInterval(value, error, level, df))
    }
    half <- stats::qt((1 + level) / 2, df) * error
    if (measure == "logLoss") return(value * exp(c(-1, 1) * half / value))
    if (measure == "ece") {
        # Chance adds to the error of each bin, and a draw adds as much again.
        centre <- value - (mean(drawn) - value)
        return(pmax(centre + c(-1, 1) * half, 0))
    }
    value + c(-1, 1) * half
}

# ---- draws -------------------------------------------------------------------

# Draws x measures, of all but the AUROC. A hundred draws at a time, so that the
# counts of 100,000 genes need 80 MB. Without clusters, genes are drawn.
.drawMetrics <- function(label, logit, clusters, draws) {
    order <- order(logit, decreasing = TRUE)
    label <- label[order]
    logit <- logit[order]
    line <- .calibrationMetrics(label, logit)
    sums <- .metricTerms(label, logit, line)
    if (!is.null(clusters)) {
        clusters <- clusters[order]
        sums <- rowsum(sums, clusters)
    }
    curve <- .precisionPlaces(label, logit)
    parts <- split(seq_len(draws), (seq_len(draws) - 1L) %/% 100L)
    do.call(rbind, lapply(parts, function(part) {
        counts <- .drawCounts(nrow(sums), length(part))
        measures <- .drawnMeasures(crossprod(counts, sums), line)
        if (!is.null(clusters)) counts <- counts[clusters, , drop = FALSE]
        cbind(auprc = .drawnAuprc(curve, counts), measures)
    }))
}

# How often each cluster is drawn: clusters x draws.
.drawCounts <- function(clusters, draws) {
    vapply(seq_len(draws), function(i) {
        as.double(tabulate(sample.int(clusters, replace = TRUE), clusters))
    }, numeric(clusters))
}

# Genes x terms, from whose sums the measures follow. `line`: the slope and
# intercept of all genes, where the derivatives are taken.
.metricTerms <- function(label, logit, line) {
    p <- stats::plogis(logit)
    class <- as.integer(p > 0.5)
    fitted <- stats::plogis(line[["intercept"]] + line[["slope"]] * logit)
    weight <- fitted * (1 - fitted)
    bin <- .calibrationBins(logit)
    bins <- outer(bin, sort(unique(bin)), `==`) * (p - label)
    colnames(bins) <- paste0("bin", seq_len(ncol(bins)))
    cbind(genes = 1, high = label, class = class, both = label * class,
          correct = class == label, square = (p - label)^2,
          loss = .geneLosses(label, logit),
          d0 = label - fitted, d1 = (label - fitted) * logit,
          h00 = weight, h01 = weight * logit, h11 = weight * logit^2, bins)
}

# total: draws x terms. The line of a draw is one Newton step away from `line`.
.drawnMeasures <- function(total, line) {
    of <- function(term) total[, term]
    genes <- of("genes")
    det <- of("h00") * of("h11") - of("h01")^2
    bins <- total[, grep("^bin", colnames(total)), drop = FALSE]
    cbind(accuracy = of("correct") / genes,
          f1 = 2 * of("both") / (of("high") + of("class")),
          brier = of("square") / genes, logLoss = of("loss") / genes,
          slope = line[["slope"]] +
              (of("h00") * of("d1") - of("h01") * of("d0")) / det,
          intercept = line[["intercept"]] +
              (of("h11") * of("d0") - of("h01") * of("d1")) / det,
          ece = rowSums(abs(bins)) / genes)
}

# Of genes in decreasing order of their logits: where the high ones are, and
# where the genes with the same logit end, among all genes and among high ones.
.precisionPlaces <- function(label, logit) {
    high <- which(label == 1)
    end <- length(logit) + 1L - match(logit[high], rev(logit))
    list(high = high, end = end, endHigh = findInterval(end, high))
}

# As .auprc(), of genes that count several times or not at all. counts: genes x
# draws.
.drawnAuprc <- function(places, counts) {
    apply(counts, 2L, function(count) {
        own <- count[places$high]
        hits <- cumsum(own)
        precision <- hits[places$endHigh] /
            pmax.int(cumsum(count)[places$end], 1)
        sum(own * precision) / hits[length(hits)]
    })
}
