#' Simulate histone mark signal with a known ground truth
#'
#' Simulates counts that resemble the Roadmap Epigenomics cell types, with
#' labels that depend only on known bins of known marks. The result is a ground
#' truth for tests and for judging how far explanations of a model can be
#' trusted.
#'
#' Each gene has a latent activity in each cell type, normal with mean 0 and
#' variance 1. Half of the variance is shared by the cell types. The expected
#' counts of the `causal` bins are multiplied by `exp(effect * activity)`, or
#' divided by it in the repressive marks H3K27me3 and H3K9me3. No other bin
#' depends on the activity. Expression is `exp(1 + activity + noise * e)` with
#' `e` standard normal. The label is high if expression is above the median of
#' the cell type.
#'
#' Expected counts follow the mean profile of each mark (H3K4me3: a peak at the
#' TSS with a dip; H3K4me1: two shoulders; H3K36me3: rising into the gene;
#' others: broad and low), multiplied by a gene-specific level that the cell
#' types share, and by variation along the bins that is smooth over about 500
#' base pairs at the default width. Counts are negative binomial with these
#' means.
#'
#' With the default values, a logistic regression on the mean log count of the
#' causal bins has an AUROC of about 0.9; knowing the activity itself would give
#' 0.94. A weaker `effect` or more `noise` lowers the AUROC; `causal = list()`
#' makes it 0.5. These are rough figures for hundreds of genes or more.
#'
#' @param genes Number of genes, at least 2.
#' @param cellTypes Number or names of the cell types.
#' @param marks Names of the marks.
#' @param bins Number of bins per gene.
#' @param binWidth Width of a bin in base pairs, a whole number. The
#'   transcription start site (TSS) is in the middle of each window.
#' @param causal Named list: for each causal mark, the indices of its causal
#'   bins.
#' @param effect Strength of the effect of activity on the causal bins, on the
#'   log scale.
#' @param noise Standard deviation of the part of the log expression that does
#'   not depend on any bin; that of activity is 1.
#' @param seed Seed for the random numbers, a whole number; `NULL` uses the
#'   current state of R's generator.
#' @return A signal ([chromatinSignal()]) with the assays `expression` and
#'   `label`. The genes lie on the chromosomes `chr1` to `chr22`, on both
#'   strands, and have the columns `gene_id`, `symbol` and `tss`. The ground
#'   truth (`causal`, `effect`, `noise` and `seed`) is in
#'   `metadata()$simulation`.
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 100, seed = 1)
#' signal
#' label <- expressionLabel(signal)[, 1]
#' peak <- rowMeans(log1p(binMatrix(signal, "H3K4me3")[, 46:55]))
#' tapply(peak, label, summary)
#' metadata(signal)$simulation$causal
simulateChromatin <- function(genes = 600, cellTypes = 1,
                              marks = c("H3K27me3", "H3K36me3", "H3K4me1",
                                        "H3K4me3", "H3K9me3"),
                              bins = 100, binWidth = 100,
                              causal = list(H3K4me3 = 46:55), effect = 1,
                              noise = 0.5, seed = NULL) {
    .checkNumber(genes, "genes", lower = 2, whole = TRUE)
    cellTypes <- .simulatedCells(cellTypes)
    .checkNumber(bins, "bins", lower = 1, whole = TRUE)
    .checkNumber(binWidth, "binWidth", lower = 1, whole = TRUE)
    .checkNumber(effect, "effect", lower = 0)
    .checkNumber(noise, "noise", lower = 0)
    .checkMarkNames(marks)
    .checkCausal(causal, marks, bins)
    if (!is.null(seed)) .checkNumber(seed, "seed", whole = TRUE)
    offsets <- .makeBins(bins, binWidth, NULL)$offsets + binWidth / 2
    signal <- .withSeed(seed, {
        activity <- .latentActivity(genes, length(cellTypes))
        expression <- exp(1 + activity +
                          noise * .normal(genes, length(cellTypes)))
        counts <- lapply(stats::setNames(nm = marks), function(mark) {
            sign <- if (mark %in% .repressiveMarks) -1 else 1
            .simulateMark(.meanProfile(mark, offsets), causal[[mark]],
                          sign * effect * activity)
        })
        chromatinSignal(counts, expression = expression, cellTypes = cellTypes,
                        binWidth = binWidth,
                        genes = .simulateGenes(genes, bins * binWidth),
                        orient = "transcript")
    })
    metadata(signal)$simulation <- list(causal = causal, effect = effect,
                                        noise = noise, seed = seed)
    signal
}

.simulatedCells <- function(cellTypes) {
    if (is.character(cellTypes) && .areNames(cellTypes)) return(cellTypes)
    .checkNumber(cellTypes, "cellTypes", lower = 1, whole = TRUE)
    paste0("cellType", seq_len(cellTypes))
}

.repressiveMarks <- c("H3K27me3", "H3K9me3")

.checkCausal <- function(causal, marks, bins, arg = "causal") {
    good <- is.list(causal) &&
        (length(causal) == 0L || .areNames(names(causal))) &&
        all(names(causal) %in% marks) &&
        all(unlist(causal) %in% seq_len(bins))
    if (!good) {
        .stop("{.arg {arg}} must be a list of bins from 1 to {bins}, named by
               some of the marks {.val {marks}}",
              x = "Found the marks {.val {names(causal)}} and the bins
                   {(.some(unlist(causal)))}.",
              i = "For example {.code list({marks[1]} = 1:{min(bins, 10)})}.")
    }
}

.normal <- function(rows, columns) {
    matrix(stats::rnorm(rows * columns), rows)
}

# Genes x cell types, with variance 1, half of it shared by the cell types.
.latentActivity <- function(genes, cellTypes) {
    shared <- stats::rnorm(genes)
    sqrt(0.5) * (shared + .normal(genes, cellTypes))
}

# Mean count at each distance from the TSS, modelled on K562 (E123).
.meanProfile <- function(mark, offsets) {
    bump <- function(centre, width) exp(-((offsets - centre) / width)^2)
    switch(mark,
        H3K4me3 = 1.5 + 18 * bump(0, 900) * (1 - 0.4 * bump(0, 200)),
        H3K4me1 = 2.5 + 3 * (bump(-1300, 800) + bump(1300, 800)),
        H3K36me3 = 1 + 1.3 * stats::plogis((offsets - 800) / 400),
        H3K27me3 = 1.1 + 0.3 * bump(0, 2500),
        rep(1.4, length(offsets)))
}

# Returns genes x cell types x bins. `shift` (genes x cell types) is added to
# the log means of the causal bins.
.simulateMark <- function(profile, causal, shift) {
    bins <- length(profile)
    genes <- nrow(shift)
    level <- stats::rnorm(genes, sd = 0.3)
    counts <- vapply(seq_len(ncol(shift)), function(cell) {
        logMean <- outer(log(profile), level, `+`) + .smoothNoise(bins, genes)
        logMean[causal, ] <- logMean[causal, ] +
            rep(shift[, cell], each = length(causal))
        # Uses `prob`, as rnbinom() with `mu` returns doubles.
        stats::rnbinom(bins * genes, size = 4, prob = 4 / (4 + exp(logMean)))
    }, integer(bins * genes))
    counts <- array(counts, c(bins, genes, ncol(shift)))
    aperm(counts, c(2L, 3L, 1L))
}

# Bins x genes: a moving average over five bins, with standard deviation 0.4.
.smoothNoise <- function(bins, genes) {
    wide <- .normal(bins + 4L, genes)
    total <- 0
    for (lag in 0:4) total <- total + wide[seq_len(bins) + lag, , drop = FALSE]
    0.4 * total / sqrt(5)
}

# TSS-centred windows, spread as evenly as possible over chr1 to chr22.
.simulateGenes <- function(genes, width) {
    chromosome <- sort(rep_len(seq_len(22), genes))
    position <- sequence(tabulate(chromosome))
    tss <- as.integer((position + 1) * max(1e5, 2 * width))
    strand <- sample(c("+", "-"), genes, replace = TRUE)
    upstream <- width %/% 2L
    start <- ifelse(strand == "+", tss - upstream, tss + upstream - width + 1L)
    id <- sprintf("SIM%05d", seq_len(genes))
    GenomicRanges::GRanges(
        factor(paste0("chr", chromosome), paste0("chr", seq_len(22))),
        IRanges::IRanges(start, width = width, names = id), strand,
        gene_id = id, symbol = paste0("Gene", seq_len(genes)), tss = tss)
}
