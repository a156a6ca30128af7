# What the baselines read of a signal: samples, and features of them.

# So many tell the best of the simple baselines; all of a large panel would take
# several times the memory of its signal.
.baselineSamples <- 2^14

# ---- samples ----------------------------------------------------------------

# A sample is a gene in a cell type; genes vary fastest. `signal` has, for each
# mark, a matrix of samples x bins.
# Only those are copied: all of them, or `some`, by their places.
.samplesOf <- function(signal, marks, cellTypes, some = NULL) {
    x <- .storedInput(signal, marks, cellTypes)
    rows <- if (is.null(some)) x$rows else .storedRows(x)[some]
    values <- lapply(x$marks, .markRows, rows)
    genes <- nrow(signal)
    some <- some %||% seq_len(genes * length(cellTypes))
    list(signal = stats::setNames(values, marks),
         gene = rownames(signal)[(some - 1L) %% genes + 1L],
         cellType = cellTypes[(some - 1L) %/% genes + 1L])
}

# The samples with a label, the labels, and the genes that they are of. Of more
# than `most` samples, some that are evenly spread. `family`: whether labels are
# classes or numbers.
.labelledSamples <- function(signal, marks, cellTypes, arg, most = Inf,
                             target = .classTarget) {
    label <- .targetValues(target, signal, cellTypes, arg)
    known <- !is.na(label)
    some <- which(known)
    some <- some[.evenly(length(some), most)]
    list(samples = .samplesOf(signal, marks, cellTypes, some),
         label = label[some], genes = .usedGenes(signal, cellTypes, known),
         family = if (.isClass(target)) "binomial" else "gaussian")
}

# ---- features: samples x columns --------------------------------------------

# log(1 + count). Normalized signal may be negative; then the sign is preserved.
# Counts are looked up.
.logCount <- function(x, scale = 1) {
    if (is.integer(x) && length(x) > 0L && min(x) >= 0L && max(x) < 4096L) {
        logs <- log1p(scale * (0:max(x)))[x + 1L]
        return(array(logs, dim(x) %||% length(x), dimnames(x)))
    }
    sign(x) * log1p(scale * abs(x))
}

# Counts, coverage and ratios differ by orders of magnitude, so the signal is
# multiplied by one factor for all marks, which makes its mean over the training
# samples 6. The factor hardly matters for counts (bench/baselines.R).
.signalScale <- function(samples, ...) {
    mean <- mean(vapply(samples$signal, function(x) mean(abs(x)), 0))
    list(scale = if (mean > 0) 6 / mean else 1)
}

.markMeans <- function(samples, fit) {
    do.call(cbind, lapply(samples$signal, function(x) rowMeans(.logCount(x))))
}

# For each mark, the bin whose AUROC is farthest from 0.5 or, for numbers, whose
# correlation with them is farthest from 0 (the first of ties).
.findBestBins <- function(samples, label, ...) {
    apart <- if (all(label %in% 0:1)) function(x) .auroc(label, x) - 0.5
             else function(x) .correlation(label, .logCount(x))
    list(bestBins = vapply(samples$signal, function(x) {
        which.max(abs(apply(x, 2L, apart)))
    }, 0L))
}

.pickBins <- function(samples, fit) {
    do.call(cbind, Map(function(x, bin) .logCount(x[, bin]), samples$signal,
                       fit$bestBins))
}

.allBins <- function(samples, fit) {
    all <- do.call(cbind, samples$signal)
    bins <- vapply(samples$signal, ncol, 0L)
    colnames(all) <- paste0(rep(names(bins), bins), ".", sequence(bins))
    .logCount(all, fit$scale)
}

# Ten zones of equal width, or each bin its own if there are fewer.
.zoneOfBins <- function(bins) ceiling(seq_len(bins) * min(10, bins) / bins)

# The weights of the bins in the means of the zones, bins x zones.
.zoneWeights <- function(bins) {
    zone <- .zoneOfBins(bins)
    outer(zone, unique(zone), `==`) / as.vector(table(zone)[zone])
}

# The means of the zones of each mark.
.zoneMeans <- function(samples, fit) {
    columns <- lapply(samples$signal, function(x) {
        .logCount(x, fit$scale) %*% .zoneWeights(ncol(x))
    })
    all <- do.call(cbind, columns)
    zones <- vapply(columns, ncol, 0L)
    colnames(all) <- paste0(rep(names(zones), zones), ".", sequence(zones))
    all
}

.markMaxima <- function(samples, fit) {
    do.call(cbind, lapply(samples$signal, function(x) {
        highest <- x[, 1L]
        for (bin in seq_len(ncol(x))) highest <- pmax(highest, x[, bin])
        .logCount(highest, fit$scale)
    }))
}

.zonesAndGeneMean <- function(samples, fit) {
    cbind(.zoneMeans(samples, fit), .geneMeans(samples, fit))
}

# ---- linear models --------------------------------------------------------

.linearLogit <- function(fit, x) {
    drop(fit$coefficients[1L] + x %*% fit$coefficients[-1L])
}

# The strongest first, as each fit starts from the one before.
.penalties <- c(1000, 100, 10, 1)
