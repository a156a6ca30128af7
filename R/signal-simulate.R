#' Simulate histone mark signal with a known truth
#'
#' Makes counts that look like those of the Roadmap Epigenomics cell types, and
#' labels that depend on known bins of known marks and on nothing else: a
#' ground truth for tests and for trying out how far an explanation of a model
#' can be trusted.
#'
#' Each gene has a latent activity in each cell type, normal with mean 0 and
#' variance 1, half of it shared by the cell types. It multiplies the expected
#' counts of the `deciding` bins by `exp(effect * activity)`, or, in the
#' repressive marks H3K27me3 and H3K9me3, divides them; no other bin knows of
#' it. Expression is `exp(1 + activity + noise * e)` with `e` standard normal,
#' and the label tells whether it is above the cell type's median.
#'
#' Expected counts follow the mean profile of each mark (H3K4me3: a peak at the
#' TSS with a dip; H3K4me1: two shoulders; H3K36me3: rising into the gene;
#' others: broad and low), times a level of the gene, shared by the cell types,
#' and variation along the bins that is smooth over about 500 base pairs at the
#' default width. Counts are negative binomial around them.
#'
#' At the defaults a logistic regression on the mean log count of the deciding
#' bins has an AUROC of about 0.9; who knew the activity itself would have
#' 0.94. Weaker `effect` and more `noise` lower it; `deciding = list()` makes
#' it 0.5. These are rough guides, for hundreds of genes or more.
#'
#' @param genes Number of genes, at least 2.
#' @param cellTypes Number of cell types.
#' @param marks Names of the marks.
#' @param bins Number of bins a gene.
#' @param binWidth Width of a bin in base pairs, a whole number. The windows
#'   have the transcription start site (TSS) in their middle.
#' @param deciding Named list: for each mark that decides, the numbers of the
#'   bins that do.
#' @param effect How strongly activity acts on the deciding bins, on the log
#'   scale.
#' @param noise Standard deviation of the part of the log expression that no
#'   bin shows; activity has 1.
#' @param seed Whole number for the random numbers; `NULL` goes on in R's.
#' @return A signal ([chromatinSignal()]) with the assays `expression` and
#'   `label`, the genes on the chromosomes `chr1` to `chr22`, on both strands,
#'   with `gene_id`, `symbol` and `tss`, and the truth, `deciding`, `effect`,
#'   `noise` and `seed`, in `metadata()$simulation`.
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 100, seed = 1)
#' signal
#' label <- expressionLabel(signal)[, 1]
#' peak <- rowMeans(log1p(binMatrix(signal, "H3K4me3")[, 46:55]))
#' tapply(peak, label, summary)
#' metadata(signal)$simulation$deciding
simulateChromatin <- function(genes = 600, cellTypes = 1,
                              marks = c("H3K27me3", "H3K36me3", "H3K4me1",
                                        "H3K4me3", "H3K9me3"),
                              bins = 100, binWidth = 100,
                              deciding = list(H3K4me3 = 46:55), effect = 1,
                              noise = 0.5, seed = NULL) {
    .checkNumber(genes, "genes", lower = 2, whole = TRUE)
    .checkNumber(cellTypes, "cellTypes", lower = 1, whole = TRUE)
    .checkNumber(bins, "bins", lower = 1, whole = TRUE)
    .checkNumber(binWidth, "binWidth", lower = 1, whole = TRUE)
    .checkNumber(effect, "effect", lower = 0)
    .checkNumber(noise, "noise", lower = 0)
    .checkMarkNames(marks)
    .checkDeciding(deciding, marks, bins)
    if (!is.null(seed)) .checkNumber(seed, "seed", whole = TRUE)
    offsets <- .makeBins(bins, binWidth, NULL)$offsets + binWidth / 2
    signal <- .withSeed(seed, {
        activity <- .latentActivity(genes, cellTypes)
        expression <- exp(1 + activity + noise * .normal(genes, cellTypes))
        counts <- lapply(stats::setNames(nm = marks), function(mark) {
            sign <- if (mark %in% .repressiveMarks) -1 else 1
            .simulateMark(.meanProfile(mark, offsets), deciding[[mark]],
                          sign * effect * activity)
        })
        chromatinSignal(counts, expression = expression, binWidth = binWidth,
                        genes = .simulateGenes(genes, bins * binWidth),
                        orient = "transcript")
    })
    metadata(signal)$simulation <- list(deciding = deciding, effect = effect,
                                        noise = noise, seed = seed)
    signal
}

.repressiveMarks <- c("H3K27me3", "H3K9me3")

.checkDeciding <- function(deciding, marks, bins, arg = "deciding") {
    good <- is.list(deciding) &&
        (length(deciding) == 0L || .areNames(names(deciding))) &&
        all(names(deciding) %in% marks) &&
        all(unlist(deciding) %in% seq_len(bins))
    if (!good) {
        .stop("{.arg {arg}} must be a list with bins from 1 to {bins} for some
               of the marks {.val {marks}}",
              x = "Found the marks {.val {names(deciding)}} and the bins
                   {(.some(unlist(deciding)))}.",
              i = "For example {.code list({marks[1]} = 1:{min(bins, 10)})}.")
    }
}

.normal <- function(rows, columns) {
    matrix(stats::rnorm(rows * columns), rows)
}

# Genes x cell types, of variance 1: half the gene's, half the cell type's.
.latentActivity <- function(genes, cellTypes) {
    shared <- stats::rnorm(genes)
    sqrt(0.5) * (shared + .normal(genes, cellTypes))
}

# Mean count at each distance from the TSS, after the means of K562 (E123).
.meanProfile <- function(mark, offsets) {
    bump <- function(centre, width) exp(-((offsets - centre) / width)^2)
    switch(mark,
        H3K4me3 = 1.5 + 18 * bump(0, 900) * (1 - 0.4 * bump(0, 200)),
        H3K4me1 = 2.5 + 3 * (bump(-1300, 800) + bump(1300, 800)),
        H3K36me3 = 1 + 1.3 * stats::plogis((offsets - 800) / 400),
        H3K27me3 = 1.1 + 0.3 * bump(0, 2500),
        rep(1.4, length(offsets)))
}

# Genes x cell types x bins. Shift: genes x cell types, on the log scale, for
# the deciding bins.
.simulateMark <- function(profile, deciding, shift) {
    bins <- length(profile)
    genes <- nrow(shift)
    level <- stats::rnorm(genes, sd = 0.3)
    counts <- vapply(seq_len(ncol(shift)), function(cell) {
        logMean <- outer(log(profile), level, `+`) + .smoothNoise(bins, genes)
        logMean[deciding, ] <- logMean[deciding, ] +
            rep(shift[, cell], each = length(deciding))
        # By probability, as rnbinom() gives doubles with a mean.
        stats::rnbinom(bins * genes, size = 4, prob = 4 / (4 + exp(logMean)))
    }, integer(bins * genes))
    counts <- array(counts, c(bins, genes, ncol(shift)))
    aperm(counts, c(2L, 3L, 1L))
}

# Bins x genes: a moving average over five bins, of standard deviation 0.4.
.smoothNoise <- function(bins, genes) {
    wide <- .normal(bins + 4L, genes)
    total <- 0
    for (lag in 0:4) total <- total + wide[seq_len(bins) + lag, , drop = FALSE]
    0.4 * total / sqrt(5)
}

# TSS-centred windows, as near as can be evenly spread over chr1 to chr22.
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
