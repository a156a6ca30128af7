#' Simulate histone mark signal with a known ground truth
#'
#' Simulates counts of histone marks around the transcription start sites (TSS)
#' of genes, and expression that depends on known regions of known marks. The
#' truth is returned with the signal, for tests and for judging how far a model
#' and its explanations can be trusted.
#'
#' @section The realistic scenario:
#' Its counts, their correlations and how well they predict expression resemble
#' Roadmap Epigenomics data; `bench/results/simulator.md` in the source compares
#' the two. For gene \eqn{g}, cell type \eqn{c}, mark \eqn{m} and bin \eqn{b}:
#'
#' *State.* Each gene is active (half of the genes), bivalent, Polycomb
#' repressed, quiescent or in heterochromatin. A gene has the state of the gene
#' before it on the chromosome with probability \eqn{e^{-d/300 kb}}{exp(-d / 300
#' kb)}, where \eqn{d} is their distance, and a new one otherwise. In each cell
#' type, a gene leaves this shared state with its own probability, Beta(0.3,
#' 1.7), 0.15 on average, and draws another.
#'
#' *Counts.* The expected count is
#' \deqn{\mu_{gcmb} = (\beta_{gm} + h_{gcm} f_m(x_{gb})) \, o(x_{gb}) \,
#' e^{\epsilon_{gcmb}}}{mu = (background + h f(x)) o(x) exp(epsilon)}
#' with a profile \eqn{f_m} of the distance from the TSS (H3K4me3 and marks not
#' named here: a peak on each side, the higher one downstream; H3K4me1: two
#' shoulders; H3K36me3, H3K79me2 and H4K20me1: the gene's body, and the body of
#' the gene before it upstream; H3K27me3 and H2AK119ub: a broad hill; H3K9me3,
#' H3K9me2 and H4K20me3: flat), which is shifted and stretched for each gene;
#' the nucleosome-free region \eqn{o} at the TSS; and variation \eqn{\epsilon}
#' along the bins, normal with a correlation that falls by half in 350 bp. The
#' height \eqn{h} is log-normal around a value of the state and mark. A part of
#' it, the vigour of the gene, is common to all marks. Reads are negative
#' binomial with size 10 and mean \eqn{\mu}, and a share of
#' `min(1, 50 / binWidth)` of them is counted in the next bin, too.
#'
#' *Expression.* \eqn{z_{gcm}}, standardized, is the log of the mean of
#' \eqn{\mu} over the `causal` bins. The activity is
#' \deqn{a = \sum_m w_m z_m - w_{K4} \, s \, z_{K4}^+, \quad
#' s = \min(1, z_{K27}^+)}{a = sum(w z) - w[K4] s max(z[K4], 0), s = min(1,
#' max(z[K27], 0))}
#' standardized to variance 1, with the weights \eqn{w} 1 for H3K4me3, 0.6 for
#' H3K36me3 and -0.3 for H3K27me3. So H3K27me3 silences H3K4me3 if both are
#' causal: \eqn{s} is the share of the effect of H3K4me3 that is lost. Then
#' \deqn{\log_2 y = 1 + 3 (effect \cdot a + noise \cdot e)}{log2(y) = 1 + 3
#' (effect a + noise e)}
#' with \eqn{e} standard normal. Cell types share 0.8 of the variance of
#' \eqn{e}, 0.7 of that of the vigour and 0.6 of that of the rest of the height.
#'
#' Bins that are not causal may be good predictors here, as all marks follow the
#' state: an explanation that picks them is right about the association and
#' wrong about the cause. `cor(activity, log2(expression))` is the limit for any
#' model.
#'
#' @section The scenario of blocks:
#' The marks are independent, and each gene has an activity in each cell type,
#' normal with mean 0 and variance 1, half of it shared by the cell types. The
#' expected counts of the `causal` bins are multiplied by
#' `exp(effect * activity)`, or divided by it in H3K27me3 and H3K9me3. No other
#' bin depends on the activity. Expression is `exp(1 + activity + noise * e)`
#' with `e` standard normal. With the default values, a logistic regression on
#' the mean log count of the causal bins has an AUROC of about 0.9; knowing the
#' activity itself would give 0.94. The truth is sharp, but the data are much
#' easier to explain than real ones.
#'
#' Expected counts follow the mean profile of each mark, multiplied by a
#' gene-specific level that the cell types share, and by variation along the
#' bins that is smooth over about 500 base pairs at the default width. Counts
#' are negative binomial with size 4.
#'
#' In both scenarios the label is high if expression is above the median of the
#' cell type, a weaker `effect` or more `noise` lowers the AUROC, and
#' `causal = list()` makes it 0.5.
#'
#' @param genes Number of genes, at least 2.
#' @param cellTypes Number or names of the cell types.
#' @param marks Names of the marks.
#' @param bins Number of bins per gene.
#' @param binWidth Width of a bin in base pairs, a whole number. The TSS is in
#'   the middle of each window.
#' @param causal Named list: for each causal mark, the indices of its causal
#'   bins. By default, in the realistic scenario the bins of H3K4me3 from -500
#'   to 1,000 bp, of H3K36me3 from 1,500 to 5,000 bp and of H3K27me3 from -1,500
#'   to 2,500 bp from the TSS, or if there are none of these, the bins of the
#'   first mark within 1,000 bp of it; with blocks, `list(H3K4me3 = 46:55)`.
#' @param effect Strength of the effect of the chromatin. In the realistic
#'   scenario, the standard deviation of the part of log expression that depends
#'   on the causal bins; with blocks, the effect of activity on the log counts
#'   of the causal bins.
#' @param noise Standard deviation of the part of log expression that does not
#'   depend on any bin, where that of activity is 1; by default 0.6 in the
#'   realistic scenario and 0.5 with blocks.
#' @param seed Seed for the random numbers, a whole number; `NULL` uses the
#'   current state of R's generator.
#' @param scenario `"realistic"`, or `"blocks"` for independent marks.
#' @return A signal ([chromatinSignal()]) with the assays `expression` and
#'   `label`. The genes lie on the chromosomes `chr1` to `chr22`, on both
#'   strands, in windows that do not overlap, and have the columns `gene_id`,
#'   `symbol` and `tss`. The ground truth is in `metadata()$simulation`:
#'   `causal`, which can be the `reference` of [compareExplanations()],
#'   `effect`, `noise` and `seed`. In the realistic scenario it also has
#'   `scenario`, `weights` (of the causal marks) and `silencing` (named by the
#'   silencer, the mark that it silences), and the signal has the assays
#'   `state`, the names of the chromatin states, and `activity`, both genes x
#'   cell types.
#' @references Kundaje et al. (2015), Nature 518, 317 (marks, states and their
#'   shares); Bernstein et al. (2006), Cell 125, 315 (bivalent promoters).
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 200, seed = 1)
#' signal
#' state <- assay(signal, "state")[, 1]
#' level <- log2(assay(signal, "expression")[, 1])
#' sort(tapply(level, state, median))
#' peak <- rowMeans(log1p(binMatrix(signal, "H3K4me3")))
#' tapply(peak, state, median)
#' metadata(signal)$simulation$causal
#'
#' # only H3K4me3 within 500 bp of the TSS matters
#' simulateChromatin(genes = 60, seed = 1, scenario = "blocks")
simulateChromatin <- function(genes = 600, cellTypes = 1,
                              marks = c("H3K27me3", "H3K36me3", "H3K4me1",
                                        "H3K4me3", "H3K9me3"),
                              bins = 100, binWidth = 100, causal = NULL,
                              effect = 1, noise = NULL, seed = NULL,
                              scenario = c("realistic", "blocks")) {
    scenario <- .checkChoice(scenario, "scenario", names(.scenarios))
    .checkNumber(genes, "genes", lower = 2, whole = TRUE)
    cellTypes <- .simulatedCells(cellTypes)
    .checkNumber(bins, "bins", lower = 1, whole = TRUE)
    .checkNumber(binWidth, "binWidth", lower = 1, whole = TRUE)
    .checkNumber(effect, "effect", lower = 0)
    noise <- noise %||% .scenarios[[scenario]]$noise
    .checkNumber(noise, "noise", lower = 0)
    .checkMarkNames(marks)
    causal <- causal %||% .scenarios[[scenario]]$causal(marks, bins, binWidth)
    .checkCausal(causal, marks, bins)
    if (!is.null(seed)) .checkNumber(seed, "seed", whole = TRUE)
    signal <- .withSeed(seed, .scenarios[[scenario]]$simulate(
        genes, cellTypes, marks, bins, binWidth, causal, effect, noise))
    metadata(signal)$simulation <- c(
        list(causal = causal, effect = effect, noise = noise, seed = seed),
        metadata(signal)$simulation)
    signal
}

.scenarios <- list(
    realistic = list(
        simulate = function(...) .simulateRealistic(...),
        causal = function(...) .causalRegions(...), noise = 0.6),
    blocks = list(
        simulate = function(...) .simulateBlocks(...),
        causal = function(...) list(H3K4me3 = 46:55), noise = 0.5))

.simulatedCells <- function(cellTypes) {
    if (is.character(cellTypes) && .areNames(cellTypes)) return(cellTypes)
    .checkNumber(cellTypes, "cellTypes", lower = 1, whole = TRUE)
    paste0("cellType", seq_len(cellTypes))
}

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
