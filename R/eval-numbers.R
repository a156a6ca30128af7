# Performance of predicted numbers, with intervals.

.numberTitles <- c(pearson = "Pearson", spearman = "Spearman", r2 = "R2",
                   rmse = "RMSE", deviation = "deviation")

# `y`, `p`: measured and predicted numbers. `mean`: the mean of the genes in
# other cell types, NA if unknown.
.numberMetrics <- function(y, p, mean = NULL) {
    if (anyNA(p)) {
        return(stats::setNames(rep(NA_real_, 5L), names(.numberTitles)))
    }
    .momentMetrics(rbind(colSums(.numberTerms(y, p, mean))))[1L, ]
}

# Genes x terms, from whose sums all measures follow. Spearman's are of the
# ranks among all genes.
.numberTerms <- function(y, p, mean = NULL) {
    known <- !is.na(mean %||% rep(NA, length(y)))
    mean <- ifelse(known, mean, 0)
    moments <- function(a, b, name, weight = 1) {
        out <- weight * cbind(1, a, b, a * a, b * b, a * b)
        colnames(out) <- paste0(name, c("N", "A", "B", "AA", "BB", "AB"))
        out
    }
    centre <- mean(y) # so that squares lose no digits
    cbind(moments(y - centre, p - centre, "value"),
          moments(rank(y) / length(y), rank(p) / length(p), "rank"),
          moments(y - mean, p - mean, "deviation", as.numeric(known)),
          missed = (y - p)^2)
}

# sums: draws x terms. Returns draws x measures.
.momentMetrics <- function(sums) {
    part <- function(name, what) sums[, paste0(name, what)]
    spread <- function(name, a) {
        part(name, paste0(a, a)) - part(name, a)^2 / part(name, "N")
    }
    pearson <- function(name) {
        both <- part(name, "AB") -
            part(name, "A") * part(name, "B") / part(name, "N")
        r <- both / sqrt(spread(name, "A") * spread(name, "B"))
        ifelse(is.finite(r), r, NA)
    }
    cbind(pearson = pearson("value"), spearman = pearson("rank"),
          r2 = 1 - sums[, "missed"] / spread("value", "A"),
          rmse = sqrt(sums[, "missed"] / part("value", "N")),
          deviation = suppressWarnings(pearson("deviation")))
}

# ---- intervals --------------------------------------------------------------

# Chromosomes as whole numbers, where there are five or more; otherwise genes
# are drawn.
.numberClusters <- function(chromosome) {
    if (anyNA(chromosome) ||
        length(unique(chromosome)) < .fewestClusters) return(NULL)
    match(chromosome, unique(chromosome))
}

# The standard deviations of the measures, and of their differences from those
# of others, over draws of genes or whole clusters: t intervals, on Fisher's
# scale for correlations and on that of the logarithm for the RMSE. `terms`: a
# list of genes x terms, the model's first. Returns `bounds` (2 x measures) and
# `difference` (2 x others), of Pearson's r.
.numberIntervals <- function(terms, clusters, draws, seed, level = 0.95) {
    own <- clusters %||% seq_len(nrow(terms[[1L]]))
    sums <- lapply(terms, function(x) {
        if (is.null(clusters)) x else rowsum(x, own)
    })
    count <- nrow(sums[[1L]])
    all <- lapply(sums, function(x) .momentMetrics(rbind(colSums(x)))[1L, ])
    if (draws == 0 || count < 2L) return(NULL)
    drawn <- .withSeed(seed, .drawMoments(sums, count, draws))
    t <- stats::qt((1 + level) / 2, count - 1) * sqrt(count / (count - 1))
    around <- function(value, drawn, to = identity, from = identity) {
        spread <- stats::sd(to(drawn), na.rm = TRUE)
        from(to(value) + c(-1, 1) * t * spread)
    }
    measures <- names(.numberTitles)
    bounds <- vapply(measures, function(measure) {
        scale <- .numberScales[[measure]]
        around(all[[1L]][[measure]], drawn[[1L]][, measure], scale$to,
               scale$from)
    }, numeric(2L))
    difference <- vapply(seq_along(terms)[-1L], function(i) {
        around(all[[1L]][["pearson"]] - all[[i]][["pearson"]],
               drawn[[1L]][, "pearson"] - drawn[[i]][, "pearson"])
    }, numeric(2L))
    list(bounds = bounds, difference = difference)
}

.numberScales <- list(
    pearson = list(to = atanh, from = tanh),
    spearman = list(to = atanh, from = tanh),
    r2 = list(to = identity, from = identity),
    rmse = list(to = log, from = exp),
    deviation = list(to = atanh, from = tanh))

# A list of draws x measures, of the same draws.
.drawMoments <- function(sums, count, draws) {
    parts <- split(seq_len(draws), (seq_len(draws) - 1L) %/% 100L)
    drawn <- lapply(parts, function(part) {
        counts <- .drawCounts(count, length(part))
        lapply(sums, function(x) .momentMetrics(crossprod(counts, x)))
    })
    lapply(seq_along(sums), function(i) {
        do.call(rbind, lapply(drawn, `[[`, i))
    })
}

# ---- evaluate() -------------------------------------------------------------

# As .evaluateLogit(), for predicted numbers in the units of the target.
# `means`: of the genes in other cell types, if the signal does not have them.
.evaluateNumbers <- function(model, signal, predicted, baselines = list(),
                             draws = 500, seed = 1, means = NULL) {
    .checkNumber(draws, "draws", 0, 1e6, whole = TRUE)
    .checkNumber(seed, "seed", whole = TRUE)
    target <- .targetOf(model)
    measured <- .measuredValues(target, signal)
    chromosome <- .genePlaces(signal)$chromosome
    baselines <- .checkBaselines(baselines)
    for (name in names(baselines)) .checkSameTarget(baselines[[name]], target)
    added <- lapply(baselines, .logitOfBaseline, signal, "signal")
    means <- means %||% .meansElsewhere(target, signal, baselines)
    # What the gene's mean elsewhere predicts belongs into every table.
    if (!"geneMean" %in% names(added) && !all(is.na(means))) {
        added$geneMean <- means
    }
    rows <- lapply(colnames(signal), function(cellType) {
        stored <- .storedLogit(model@baseline, signal, model@marks, cellType)
        others <- c(lapply(stored, `[[`, "logit"),
                    lapply(added, function(x) x[, cellType]))
        .evaluateNumbersOf(cellType, measured[, cellType],
                           predicted[, cellType], means[, cellType],
                           stored$baseline$name, others, chromosome, draws,
                           seed)
    })
    evaluation <- .asEvaluation(do.call(rbind, rows),
                                .seenGenes(model, signal, measured))
    class(evaluation) <- c("numberEvaluation", class(evaluation))
    attr(evaluation, "unit") <- .unitOf(target)
    evaluation
}

.evaluateNumbersOf <- function(cellType, y, p, mean, baseline, others,
                               chromosome, draws, seed) {
    known <- !is.na(y)
    if (sum(known) < 3L) {
        .stop("{.arg signal} has {sum(known)} gene{?s} with a measured number in
               cell type {.val {cellType}}; three are needed")
    }
    y <- y[known]
    p <- p[known]
    mean <- mean[known]
    others <- lapply(others, function(x) x[known])
    there <- !vapply(others, anyNA, NA)
    terms <- lapply(c(list(p), others[there]), .numberTerms, y = y, mean = mean)
    intervals <- .numberIntervals(terms, .numberClusters(chromosome[known]),
                                  draws, seed)
    own <- .numberMetrics(y, p, mean)
    row <- data.frame(cellType = cellType, genes = length(y), as.list(own),
                      baseline = baseline)
    for (name in names(others)) {
        values <- .numberMetrics(y, others[[name]], mean)
        bounds <- if (there[[name]] && !is.null(intervals))
            intervals$difference[, match(name, names(others)[there])]
        values <- c(values,
                    difference = own[["pearson"]] - values[["pearson"]],
                    differenceLower = bounds[1L] %||% NA,
                    differenceUpper = bounds[2L] %||% NA)
        row[.prefixed(name, names(values))] <- as.list(values)
    }
    bounds <- intervals$bounds %||% matrix(NA_real_, 2L, length(own))
    row[paste0(names(own), "Lower")] <- as.list(bounds[1L, ])
    row[paste0(names(own), "Upper")] <- as.list(bounds[2L, ])
    clusters <- .numberClusters(chromosome[known])
    row$chromosomes <- if (is.null(clusters)) NA_integer_ else max(clusters)
    row
}

# The mean of each gene in cell types other than its own, genes x cell types: of
# a baseline that has a table of expression or, without one, of the other cell
# types of the signal. NA where there is none.
.meansElsewhere <- function(target, signal, baselines = list()) {
    measured <- .measuredValues(target, signal)
    tables <- Filter(function(b) !is.null(b@fit$expression), baselines)
    means <- measured
    means[] <- NA_real_
    if (.isDifference(target)) return(means)
    if (length(tables) > 0L && identical(target$transform, "log2")) {
        samples <- list(gene = rep(rownames(signal), ncol(signal)),
                        cellType = rep(colnames(signal), each = nrow(signal)))
        means[] <- .geneMeans(samples, tables[[1L]]@fit)
    } else if (ncol(signal) > 1L) {
        for (j in seq_len(ncol(signal))) {
            means[, j] <- rowMeans(measured[, -j, drop = FALSE], na.rm = TRUE)
        }
        means[is.nan(means)] <- NA
    }
    means
}

# ---- printing ---------------------------------------------------------------

#' @section Numbers:
#' For models of numbers (see [modelTarget()]), the columns are `cellType`;
#' `genes`, those with a measured number; `pearson` and `spearman`, the
#' correlations of measured and predicted numbers; `r2`, 1 minus the squared
#' errors divided by the squared deviations from the mean; `rmse`, in the units
#' of the target; and `deviation`, Pearson's correlation after the gene's mean
#' in other cell types is subtracted from both: what a model of chromatin must
#' explain. The mean is that of the table of a baseline that has one
#' (`"geneMean"`), otherwise over the other cell types of `signal`, and `NA`
#' without any. What this mean itself predicts is always shown, as `geneMean`.
#' Intervals are those of a bootstrap of genes or, on five or more chromosomes,
#' of chromosomes, on Fisher's scale for correlations and on that of the
#' logarithm for the RMSE. Differences from baselines are those of `pearson`, of
#' the same draws. In simulations of 500 genes or more, their coverage is 94 to
#' 95% on average (90 to 98% in single settings, each with a standard error of
#' 1.5%). It is lower for seven chromosomes (90 to 94% for correlations and R2),
#' for 60 genes (90 to 96%), and where neighbouring genes are similar but genes
#' are drawn (90 to 95%); see `bench/results/number-intervals.md`.
#'
#' @rdname evaluate.AttentiveChromeModel
#' @export
print.numberEvaluation <- function(x, digits = 3L, ...) {
    if (nrow(x) > 4L) {
        short <- c("cellType", "genes", "pearson", "spearman", "r2", "rmse",
                   "deviation", "baseline", "baselinePearson")
        print(format(as.data.frame(x)[short], digits = digits),
              row.names = FALSE)
    } else {
        for (i in seq_len(nrow(x))) .printNumbers(x, i, digits)
    }
    .printSeen(attr(x, "seen"))
    invisible(x)
}

.printNumbers <- function(x, i, digits) {
    row <- as.data.frame(x)[i, ]
    cat(sprintf("%s: %s, %s\n", row$cellType, .nGenes(row$genes),
                attr(x, "unit")))
    table <- .evaluationTable(row, .numberTitles)
    print(round(table[, colSums(!is.na(table)) > 0L, drop = FALSE], digits),
          na.print = "-")
    cat(.verdicts(row, digits, "Pearson"), sep = "\n")
    if (!is.na(row$deviation)) {
        cat("deviation: Pearson of the deviations from the gene's mean in",
            "other cell types\n")
    }
}
