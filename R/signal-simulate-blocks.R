# The scenario "blocks" of simulateChromatin(): independent marks, of which some
# bins depend on a latent activity.

.simulateBlocks <- function(genes, cellTypes, marks, bins, binWidth, causal,
                            effect, noise) {
    offsets <- .makeBins(bins, binWidth, NULL)$offsets + binWidth / 2
    activity <- .latentActivity(genes, length(cellTypes))
    expression <- exp(1 + activity + noise * .normal(genes, length(cellTypes)))
    counts <- lapply(stats::setNames(nm = marks), function(mark) {
        sign <- if (mark %in% .repressiveMarks()) -1 else 1
        .simulateMark(.meanProfile(mark, offsets), causal[[mark]],
                      sign * effect * activity)
    })
    chromatinSignal(counts, expression = expression, cellTypes = cellTypes,
                    binWidth = binWidth,
                    genes = .spreadGenes(genes, bins * binWidth),
                    orient = "transcript")
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
        # Uses `prob`, as rnbinom() with `mu` returns doubles, as it does with
        # counts above those of an integer; hence at most a million.
        mean <- exp(pmin(logMean, log(1e6)))
        stats::rnbinom(bins * genes, size = 4, prob = 4 / (4 + mean))
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
.spreadGenes <- function(genes, width) {
    chromosome <- sort(rep_len(seq_len(22), genes))
    position <- sequence(tabulate(chromosome))
    tss <- as.integer((position + 1) * max(1e5, 2 * width))
    .simulatedWindows(chromosome, tss, width)
}
