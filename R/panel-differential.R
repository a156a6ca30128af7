#' Test for differential attention
#'
#' Finds the genes and marks to which one model attends differently in two
#' groups of cell types. This looks for genes that behave like PAX5 in the
#' paper's figure 2c, without selecting them by hand. Each row also has the same
#' test of the signal itself, which shows what does not need the model.
#'
#' The model is the same for all samples, for example the pooled model of
#' [trainPooled()]. Models trained separately differ even on the same data, so a
#' panel ([trainCellTypes()]) is an error. The replicates are the samples, which
#' are the columns of `signal`: cell types, donors or biological replicates.
#' Seeds are not replicates: they show how training varies, not how samples
#' vary. With one sample in a group there are effects but no p-values.
#'
#' The values are compared on a scale where differences are additive:
#' * `"beta"`, the attention to the mark: its centred log-ratio,
#'   \eqn{\log \beta_j - \frac{1}{M} \sum_k \log \beta_k}{log(beta[j]) -
#'   mean(log(beta))}, as beta sums to 1 over the \eqn{M} marks (Aitchison
#'   1982);
#' * `"alpha"`, the part \eqn{p} of the attention to the mark's bins that is in
#'   the range `within`: its logit, \eqn{\log(p / (1 - p))}{log(p / (1 - p))};
#' * `"share"`, what the bins of the mark contribute to the logit or, for models
#'   of numbers, to the number as the network sees it, for models with the
#'   architecture `"additive"`: their sum, as it is. It follows the signal more
#'   closely than attention does;
#' * the signal: log2 of the sum over the bins, after adding 0.5, or half of the
#'   smallest positive sum if that is less. For signal with negative values,
#'   such as log ratios, the mean over the bins.
#'
#' beta is at least 1e-6 in the logarithm, and \eqn{p} at least 1e-6 and at most
#' 1 - 1e-6 in the logit.
#'
#' A sample may differ from the others at all genes, for instance in sequencing
#' depth or enrichment. For each sample and mark, the median over the genes of
#' the differences from the gene's mean is subtracted. So the test is for genes
#' that differ more than most genes do, and most genes must not differ.
#'
#' For each mark, limma's moderated t-test shares information about the variance
#' between genes, with a trend of the variance with the gene's mean (no trend
#' where many genes have the same mean). It assumes that values vary normally
#' around the mean of the group. Where cell types switch between states, this
#' holds only roughly.
#'
#' `bench/results/differential.md` in the source has the error rates and the
#' power on simulated data, with three samples in each group. There the signal
#' has the most power. Between replicates of one cell type, the shares come
#' next, and beta and alpha find little. Between different cell types, the
#' shares, beta and alpha find nothing. A difference that only the signal shows
#' is one that the model does not use, or one that is lost in the variation of
#' its attention.
#'
#' @param model One model for all the cell types, such as `models$pooled` of
#'   [trainPooled()], or an ensemble. A model that was trained on some but not
#'   all of the cell types to compare gives a warning: its attention may differ
#'   in those that it was trained on.
#' @param signal A signal with the cell types to compare and at least 10 genes.
#'   Use all genes, not only those that you expect to differ.
#' @param between Named list of two groups of cell types, such as
#'   `list(stem = c("E003", "E016"), blood = c("E116", "E062"))`.
#' @param what `"beta"`, `"alpha"` or `"share"`, as described above.
#' @param within The range of bins, in base pairs from the TSS, as for
#'   [editSignal()]. By default all bins, or for `"alpha"` 1,000 bp on both
#'   sides. The signal has the same range. With `"beta"`, it applies to the
#'   signal alone.
#' @param marks Marks to test, by default all. With fewer marks, p-values are
#'   adjusted for fewer tests. Choose the marks before you see the result.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A data frame of class `differentialAttention` with one row per gene
#'   and mark, sorted by `pValue`, or by the size of `effect` if there is none:
#'   * `gene`, `mark`;
#'   * `first`, `second`: means of the two groups of beta, of the part of alpha
#'     or of the share, neither transformed nor centred;
#'   * `effect`: the difference, second less first, of the transformed and
#'     centred values (beta and alpha: natural logarithms; share: the logit, or
#'     the number as the network sees it);
#'   * `t`, `pValue`: of the moderated t-test; `NA` with one sample in a group,
#'     for values that are equal in all samples, and for a mark where fewer than
#'     10 genes have others;
#'   * `fdr`: the p-value adjusted over all rows by the method of Benjamini and
#'     Hochberg. The marks of a gene are not independent;
#'   * `signalEffect` (log2 fold change), `signalT`, `signalPValue`,
#'     `signalFdr`: the same for the signal. `NA` for architectures that attend
#'     to all marks jointly.
#'
#'   [as.data.frame()] returns it without the class; see
#'   [plot()][plot.differentialAttention].
#' @references Singh et al. (2017), figure 2c; Smyth (2004), Statistical
#'   Applications in Genetics and Molecular Biology 3, 3; Law et al. (2014),
#'   Genome Biology 15, R29 (trend); Aitchison (1982), Journal of the Royal
#'   Statistical Society B 44, 139.
#' @seealso [trainPooled()], [attention()], [attribution()]
#' @export
#' @examplesIf requireNamespace("limma", quietly = TRUE)
#' signal <- simulateChromatin(genes = 90, cellTypes = 4, bins = 20,
#'     binWidth = 500, seed = 1)
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
#' found <- differentialAttention(model, signal, list(
#'     stem = c("cellType1", "cellType2"),
#'     blood = c("cellType3", "cellType4")), what = "share")
#' found
#' plot(found)
differentialAttention <- function(model, signal, between,
                                  what = c("beta", "alpha", "share"),
                                  within = NULL, marks = NULL,
                                  threads = NULL) {
    .needs("limma", "for the tests of differentialAttention()")
    what <- .checkChoice(what, "what", names(.differences))
    .checkOneModel(model)
    .checkNoDifference(model)
    .checkSignal(signal)
    .checkGroups(between, signal)
    if (nrow(signal) < .fewestGenes) {
        .stop("{.arg signal} must have at least {(.fewestGenes)} genes",
              x = "It has {nrow(signal)}.",
              i = "The genes are compared with each other.")
    }
    signal <- signal[, unlist(between)]
    bins <- .comparedBins(signal, what, within)
    .warnPartlyTrained(model, colnames(signal))
    att <- attention(model, signal, threads = threads)
    values <- .differences[[what]]$values(att, bins)
    # All marks are transformed together: the reference of a log-ratio is their
    # mean, whichever are tested.
    scaled <- .differences[[what]]$transform(values)
    tested <- if (is.null(marks)) dimnames(values)[[3L]] else
        unique(.checkMarks(att, marks))
    second <- rep(c(FALSE, TRUE), lengths(between))
    table <- .differenceTable(values[, , tested, drop = FALSE],
                              scaled[, , tested, drop = FALSE],
                              .logSignal(signal, tested, bins), second)
    structure(table, what = what, between = between,
              unit = .ofPrediction(att, .differences[[what]]$unit),
              class = c("differentialAttention", "data.frame"))
}

# The fewest genes over which to centre samples and share variances.
.fewestGenes <- 10L

# What can be compared. `values` makes genes x cell types x marks of an
# attention and some of its bins; `transform` makes differences additive.
.differences <- list(
    beta = list(
        title = "attention to the mark", unit = "centred log-ratio of beta",
        values = function(attention, bins) {
            .checkMarkAttention(attention)
            as.array(assay(attention, "beta"))
        },
        transform = function(x) {
            x <- log(pmax(x, .leastAttention))
            x - as.vector(rowMeans(x, dims = 2L))
        }),
    alpha = list(
        title = "attention in the range", unit = "logit of alpha",
        values = function(attention, bins) {
            .sumOverBins(attention, marks(attention), bins)
        },
        transform = function(x) {
            stats::qlogis(pmin(pmax(x, .leastAttention), 1 - .leastAttention))
        }),
    share = list(
        title = "contribution of the mark", unit = "share of the logit",
        values = function(attention, bins) {
            if (!"share" %in% assayNames(attention)) .stopNoShares("model")
            share <- as.array(assay(attention, "share"))
            rowSums(share[, , , bins, drop = FALSE], dims = 3L)
        },
        transform = identity))

.leastAttention <- 1e-6

# Genes x cell types x marks.
.sumOverBins <- function(x, marks, bins) {
    sums <- vapply(marks, function(mark) {
        rowSums(as.array(assay(x, mark)[, , bins, drop = FALSE]), dims = 2L)
    }, matrix(0, nrow(x), ncol(x)))
    dimnames(sums) <- list(rownames(x), colnames(x), marks)
    sums
}

# As .sumOverBins(), NA for marks that the signal does not have (the joint
# attention to all).
.logSignal <- function(signal, marks, bins) {
    out <- array(NA_real_, c(dim(signal), length(marks)),
                 list(rownames(signal), colnames(signal), marks))
    for (mark in intersect(marks, marks(signal))) {
        x <- .sumOverBins(signal, mark, bins)
        out[, , mark] <- if (any(x < 0, na.rm = TRUE)) x / length(bins) else
            log2(x + min(0.5, x[which(x > 0)] / 2))
    }
    out
}

.differenceTable <- function(values, scaled, signal, second) {
    means <- function(group) {
        as.vector(apply(values[, group, , drop = FALSE], c(1L, 3L), mean))
    }
    own <- .testMarks(scaled, second)
    other <- .testMarks(signal, second)
    names(other) <- c("signalEffect", "signalT", "signalPValue", "signalFdr")
    marks <- dimnames(values)[[3L]]
    out <- data.frame(gene = rep(rownames(values), length(marks)),
                      mark = rep(marks, each = nrow(values)),
                      first = means(!second), second = means(second),
                      own, other)
    out <- out[order(out$pValue, -abs(out$effect)), ]
    rownames(out) <- NULL
    out
}

# Each mark is tested by itself, as marks have different variances; p-values are
# adjusted over all.
.testMarks <- function(x, second) {
    tests <- lapply(seq_len(dim(x)[3L]), function(j) {
        .moderatedTest(x[, , j], second)
    })
    out <- do.call(rbind, tests)
    out$fdr <- stats::p.adjust(out$pValue, "BH")
    out
}

# `x`: genes x samples.
.moderatedTest <- function(x, second) {
    out <- data.frame(effect = rep(NA_real_, nrow(x)), t = NA_real_,
                      pValue = NA_real_)
    varies <- which(rowSums(x != x[, 1L]) > 0)
    x[varies, ] <- .centreSamples(x[varies, , drop = FALSE])
    out$effect <- rowMeans(x[, second, drop = FALSE]) -
        rowMeans(x[, !second, drop = FALSE])
    if (min(table(second)) < 2L || length(varies) < .fewestGenes) return(out)
    x <- x[varies, ]
    level <- rowMeans(x)
    # limma's spline needs knots that differ; attention may be tied.
    knots <- stats::quantile(level, 0:12 / 12, names = FALSE)
    fit <- limma::eBayes(limma::lmFit(x, cbind(1, second)),
                         trend = if (anyDuplicated(knots)) FALSE else level)
    out$t[varies] <- fit$t[, 2L]
    out$pValue[varies] <- fit$p.value[, 2L]
    out
}

# Removes what all genes of a sample have in common.
.centreSamples <- function(x) {
    shift <- apply(x - rowMeans(x), 2L, stats::median)
    sweep(x, 2L, shift)
}

# ---- arguments --------------------------------------------------------------

.checkOneModel <- function(model) {
    if (is(model, "AttentiveChromePanel")) {
        .stop("{.arg model} must be one model for all cell types",
              x = "It is a panel, with a model for each. Their attention
                   differs as the models do.",
              i = "{.code trainPooled()$models$pooled} is one model.")
    }
    if (!methods::hasMethod("attention", class(model))) {
        .stop("{.arg model} must be a model of {.fn attentiveChrome}",
              x = "It is of class {.cls {class(model)[1]}}.")
    }
}

.checkGroups <- function(between, signal) {
    if (!is.list(between) || length(between) != 2L ||
        !.areNames(names(between)) || !all(lengths(between) > 0L)) {
        .stop("{.arg between} must be a named list of two groups of cell types",
              i = "For example {.code list(stem = \"E003\",
                   blood = \"E116\")}.")
    }
    .checkCellTypes(signal, unlist(between), "between")
    if (anyDuplicated(unlist(between))) {
        .stop("{.arg between} must not have a cell type more than once")
    }
}

.comparedBins <- function(signal, what, within) {
    if (what != "alpha") return(.binsWithin(signal, within))
    bins <- .binsWithin(signal, within %||% 1000)
    if (length(bins) == length(binOffsets(signal))) {
        .stop("{.arg within} must leave out some bins",
              x = "The attention to all bins of a mark is 1.")
    }
    bins
}

.warnPartlyTrained <- function(model, cellTypes) {
    if (!is(model, "AttentiveChromeFit")) return(invisible())
    seen <- cellTypes %in% model@training$cellTypes
    if (any(seen) && !all(seen)) {
        cli::cli_warn(c(
            "The model was trained on some of the cell types to compare only",
            x = "Trained on {(.some(cellTypes[seen]))}; not on
                 {(.some(cellTypes[!seen]))}.",
            i = "Its attention may differ in those that it was trained on."),
            class = "AttentiveChrome_partlyTrained")
    }
}
