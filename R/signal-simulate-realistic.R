# The scenario "realistic" of simulateChromatin(): chromatin states in domains,
# marks that depend on them, and expression that depends on regions of several
# marks. bench/simulator.R compares it with real data.

.simulateRealistic <- function(genes, cellTypes, marks, bins, binWidth, causal,
                               effect, noise) {
    causal <- causal[lengths(causal) > 0L]
    ranges <- .placeGenes(genes, bins * binWidth)
    gene <- .drawGenes(ranges, length(cellTypes))
    drawn <- lapply(stats::setNames(nm = marks), function(mark) {
        .drawMark(mark, gene, .binMiddles(bins, binWidth), binWidth,
                  causal[[mark]])
    })
    activity <- .regionActivity(lapply(drawn[names(causal)], `[[`, "region"),
                                dim(gene$state))
    signal <- chromatinSignal(
        lapply(drawn, `[[`, "counts"),
        expression = 2^(1 + 3 * (effect * activity + noise * gene$other)),
        cellTypes = cellTypes, binWidth = binWidth, genes = ranges,
        orient = "transcript")
    assay(signal, "state", withDimnames = FALSE) <- gene$state
    assay(signal, "activity", withDimnames = FALSE) <- activity
    metadata(signal)$simulation <- list(
        scenario = "realistic",
        weights = stats::setNames(.kinds[.kindOfMark(names(causal)), "weight"],
                                  names(causal)),
        silencing = .silencing(names(causal)))
    signal
}

.binMiddles <- function(bins, binWidth) {
    .makeBins(bins, binWidth, NULL)$offsets + binWidth / 2
}

# ---- tables -----------------------------------------------------------------

# For each state, its share of the genes and the expected count at the peak of
# each kind of mark.
.states <- data.frame(
    row.names = c("active", "bivalent", "polycomb", "quiescent",
                  "heterochromatin"),
    share = c(0.50, 0.14, 0.08, 0.18, 0.10),
    promoter = c(36, 12, 3, 1, 0.5),
    flanks = c(6, 4, 1.5, 1, 0.5),
    body = c(2.7, 0.6, 0.3, 0.5, 0.5),
    polycomb = c(0.5, 8, 5, 0.6, 0.4),
    heterochromatin = c(0.6, 0.5, 0.6, 0.7, 2))

# For each kind of mark: the mean count of the background; the effect of the
# vigour on the log height; the standard deviations of the rest of the log
# height and of the variation along the bins; and the weight in the activity.
.kinds <- data.frame(
    row.names = c("promoter", "flanks", "body", "polycomb", "heterochromatin"),
    background = c(0.6, 0.6, 0.7, 0.6, 0.7),
    vigour = c(0.3, 0.3, 0.6, -0.4, -0.3),
    spread = c(0.5, 0.5, 0.5, 0.8, 0.7),
    texture = c(0.8, 0.7, 0.6, 0.6, 0.6),
    weight = c(1, 0.4, 0.6, -0.3, -0.4))

.kindOfMark <- function(marks) {
    kinds <- c(H3K4me1 = "flanks", H3K36me3 = "body", H3K79me2 = "body",
               H4K20me1 = "body", H3K27me3 = "polycomb",
               H2AK119ub = "polycomb", H3K9me2 = "heterochromatin",
               H3K9me3 = "heterochromatin", H4K20me3 = "heterochromatin")
    found <- unname(kinds[marks])
    found[is.na(found)] <- "promoter"
    found
}

# The signal above the background at x bp from the TSS, relative to its height.
.markProfile <- function(kind, x) {
    bump <- function(centre, width) exp(-((x - centre) / width)^2)
    switch(kind,
        promoter = 0.04 + 0.5 * bump(-600, 550) + bump(400, 750),
        flanks = 0.25 + 0.8 * bump(-1200, 900) + bump(1300, 900),
        body = stats::plogis((x - 1300) / 450),
        polycomb = 0.4 + 0.6 * bump(300, 2000),
        heterochromatin = 1)
}

# ---- genes ------------------------------------------------------------------

# The numbers of protein-coding genes on the human chromosomes 1 to 22.
.humanGenes <- c(2058, 1309, 1078, 752, 876, 1048, 989, 677, 786, 733, 1298,
                 1034, 327, 830, 613, 873, 1197, 270, 1472, 544, 234, 488)

# In proportion to these, but at least one on each chromosome if there are
# enough genes.
.genesPerChromosome <- function(genes) {
    least <- as.numeric(genes >= 22)
    ends <- cumsum(.humanGenes) / sum(.humanGenes) * (genes - 22 * least)
    diff(c(0, round(ends))) + least
}

# TSS-centred windows with log-normal gaps, of 40 kb in the median. Gaps are
# smaller with more genes than the human genome has.
.placeGenes <- function(genes, width) {
    chromosome <- rep(seq_len(22), .genesPerChromosome(genes))
    gap <- ceiling(stats::rlnorm(genes, log(4e4), 1.4) * min(1, 2e4 / genes))
    tss <- unlist(lapply(split(gap + width, chromosome), cumsum))
    if (max(tss) + width > .Machine$integer.max) {
        .stop("{genes} genes with windows of {width} bp do not fit on 22
               chromosomes",
              i = "Use fewer {.arg genes} or {.arg bins}, or a smaller
                   {.arg binWidth}.")
    }
    .simulatedWindows(chromosome, as.integer(tss), width)
}

# What all marks of a gene share. `other` is the part of expression that no mark
# tells.
.drawGenes <- function(ranges, cells) {
    genes <- length(ranges)
    list(state = .drawStates(ranges, cells),
         vigour = .sharedNormal(genes, cells, 0.7),
         background = stats::rlnorm(genes, 0, 0.25),
         shift = stats::rnorm(genes, 0, 150),
         stretch = stats::rlnorm(genes, 0, 0.4),
         other = .sharedNormal(genes, cells, 0.8))
}

# Standard normal, genes x cell types, with this correlation of the cell types.
.sharedNormal <- function(genes, cells, correlation) {
    sqrt(correlation) * stats::rnorm(genes) +
        sqrt(1 - correlation) * .normal(genes, cells)
}

.drawStates <- function(ranges, cells) {
    genes <- length(ranges)
    draw <- function(n) {
        sample(rownames(.states), n, replace = TRUE, prob = .states$share)
    }
    distance <- c(Inf, diff(ranges$tss))
    distance[!duplicated(as.vector(GenomicRanges::seqnames(ranges)))] <- Inf
    new <- stats::runif(genes) > exp(-distance / 3e5)
    shared <- draw(genes)[cummax(seq_len(genes) * new)]
    differs <- stats::runif(genes * cells) < stats::rbeta(genes, 0.3, 1.7)
    state <- matrix(shared, genes, cells)
    state[differs] <- draw(sum(differs))
    state
}

# ---- marks ------------------------------------------------------------------

# Returns `counts`, genes x cell types x bins, and `region`, the log of the mean
# expected count of the causal bins, genes x cell types.
.drawMark <- function(mark, gene, middles, binWidth, causal) {
    kind <- .kindOfMark(mark)
    settings <- .kinds[kind, ]
    x <- outer(1 / gene$stretch, middles) - gene$shift
    profile <- .markProfile(kind, x)
    open <- 1 - 0.6 * exp(-((x + 50) / 200)^2)
    height <- .drawHeight(gene, kind, settings)
    keep <- exp(-binWidth / 500)
    shared <- .texture(dim(x), keep)
    counts <- array(0L, c(dim(height), length(middles)))
    region <- 0 * height
    for (cell in seq_len(ncol(height))) {
        raised <- height[, cell] * profile
        if (kind == "body") raised <- raised + .bodyBefore(height[, cell], x)
        texture <- sqrt(0.5) * (shared + .texture(dim(x), keep))
        mean <- (gene$background * settings$background + raised) * open *
            exp(settings$texture * texture - settings$texture^2 / 2)
        region[, cell] <- log(rowMeans(mean[, causal, drop = FALSE]))
        counts[, cell, ] <- .drawReads(mean, min(1, 50 / binWidth))
    }
    list(counts = counts, region = region)
}

.drawHeight <- function(gene, kind, settings) {
    size <- dim(gene$state)
    rest <- .sharedNormal(size[1L], size[2L], 0.6)
    peak <- matrix(.states[gene$state, kind], size[1L])
    peak * exp(settings$vigour * gene$vigour + settings$spread * rest)
}

# Upstream of the TSS lies the body of the gene before.
.bodyBefore <- function(height, x) {
    0.3 * c(height[1L], height[-length(height)]) *
        stats::plogis(-(x + 1500) / 600)
}

# Standard normal, genes x bins. Neighbouring bins have the correlation `keep`.
.texture <- function(size, keep) {
    z <- .normal(size[1L], size[2L])
    for (bin in seq_len(size[2L])[-1L]) {
        z[, bin] <- keep * z[, bin - 1L] + sqrt(1 - keep^2) * z[, bin]
    }
    z
}

# Counts of reads, of which the share `across` also lies in the next bin.
.drawReads <- function(mean, across) {
    mean <- cbind(mean[, 1L], mean) / (1 + across)
    # Uses `prob`, as rnbinom() with `mu` returns doubles.
    reads <- stats::rnbinom(length(mean), size = 10, prob = 10 / (10 + mean))
    dim(reads) <- dim(mean)
    before <- reads[, -ncol(reads), drop = FALSE]
    reads[, -1L, drop = FALSE] +
        stats::rbinom(length(before), as.vector(before), across)
}

# ---- expression -------------------------------------------------------------

.causalRegions <- function(marks, bins, binWidth) {
    middles <- .binMiddles(bins, binWidth)
    regions <- list(H3K4me3 = c(-500, 1000), H3K36me3 = c(1500, 5000),
                    H3K27me3 = c(-1500, 2500))
    causal <- lapply(regions[intersect(names(regions), marks)], function(ends) {
        which(middles > ends[1L] & middles < ends[2L])
    })
    causal <- causal[lengths(causal) > 0L]
    if (length(causal) > 0L) return(causal)
    near <- abs(middles) <= max(1000, min(abs(middles)))
    stats::setNames(list(which(near)), marks[1L])
}

# Named by the silencer, the mark that it silences.
.silencing <- function(marks) {
    if (all(c("H3K27me3", "H3K4me3") %in% marks)) c(H3K27me3 = "H3K4me3")
    else character()
}

# `regions`: for each causal mark, the log signal of genes x cell types.
.regionActivity <- function(regions, size) {
    if (length(regions) == 0L) return(matrix(0, size[1L], size[2L]))
    z <- lapply(regions, .standardize)
    silencing <- .silencing(names(z))
    for (silencer in names(silencing)) {
        lost <- pmin(pmax(z[[silencer]], 0), 1)
        silenced <- silencing[[silencer]]
        z[[silenced]] <- z[[silenced]] - lost * pmax(z[[silenced]], 0)
    }
    weights <- .kinds[.kindOfMark(names(z)), "weight"]
    .standardize(Reduce(`+`, Map(`*`, weights, z)))
}

.standardize <- function(x) (x - mean(x)) / stats::sd(x)
