# Creates a labelled signal from files in one call.

#' Create signal and labels from files
#'
#' Reads any number of cell types and marks. Combines [tssWindows()],
#' [countReads()] or [summarizeTracks()], [addExpression()] and [checkSignal()]
#' in one call. Each file is read once, from beginning to end.
#'
#' @inheritParams tssWindows
#' @inheritParams addExpression
#' @inheritParams countReads
#' @param samples A sample sheet: a data frame with the columns `cellType`,
#'   `mark` and `file` and one row per cell type and mark (for several, see
#'   `replicates`), or the path of such a table. File names in a table are
#'   relative to its folder. All files must be aligned reads (BAM, BED,
#'   tagAlign), or all must be tracks (bigWig, bedGraph).
#' @param genes Genes, in any form that [tssWindows()] accepts, or its windows.
#' @param expression Expression values, in any form that [addExpression()]
#'   accepts; `NULL` for signal without labels.
#' @param ... Further arguments of [countReads()], such as `method`, or of
#'   [summarizeTracks()].
#' @return A signal ([chromatinSignal()]) with one assay per mark and, if
#'   `expression` is given, the assays `expression` and `label`. Findings of
#'   [checkSignal()] are printed.
#' @export
#' @examples
#' folder <- system.file("extdata", "reads", package = "AttentiveChrome")
#' read.delim(file.path(folder, "samples.tsv"))
#' if (requireNamespace("Rsamtools", quietly = TRUE) &&
#'     requireNamespace("GenomicAlignments", quietly = TRUE)) {
#'     chromatinExperiment(file.path(folder, "samples.tsv"),
#'         genes = file.path(folder, "genes.tsv"),
#'         expression = file.path(folder, "expression.tsv"))
#' }
chromatinExperiment <- function(samples, genes, expression = NULL,
                                upstream = 5000, downstream = 5000,
                                binWidth = 100,
                                orient = c("transcript", "genome"),
                                tss = c("upstream", "canonical", "given"),
                                threshold = "median",
                                ids = c("gene_id", "symbol"),
                                replicates = c("refuse", "combine",
                                               "separate"), ...,
                                BPPARAM = BiocParallel::SerialParam(),
                                progress = interactive()) {
    replicates <- .checkChoice(replicates, "replicates", .replicateWays)
    sheet <- .asSamples(samples, replicates = replicates)
    if (!is.null(expression)) expression <- .asExpression(expression, 1)
    given <- as.list(match.call(expand.dots = FALSE))
    given <- lapply(given[intersect(names(given), .windowArguments)], eval,
                    parent.frame())
    .checkAgainstWindows(genes, given)
    windows <- do.call(tssWindows, c(list(genes), given))
    read <- if (.areTracks(sheet$file)) summarizeTracks else countReads
    signal <- read(samples, windows, ..., replicates = replicates,
                   BPPARAM = BPPARAM, progress = progress)
    if (!is.null(expression)) {
        signal <- addExpression(signal, expression, threshold, ids)
    }
    findings <- checkSignal(signal)
    if (nrow(findings) > 0L) print(findings)
    signal
}

.windowArguments <- c("upstream", "downstream", "binWidth", "orient", "tss")

# Arguments must agree with `genes` that are windows already.
.checkAgainstWindows <- function(genes, given) {
    own <- .ownBins(genes)
    if (is.null(own)) return()
    own <- list(upstream = -own$offsets[1L], downstream = .downstreamOf(own),
                binWidth = own$width, orient = own$orient, tss = "given")
    for (arg in names(given)) {
        if (isTRUE(all.equal(given[[arg]], own[[arg]]))) next
        .stop("{.arg {arg}} contradicts {.arg genes}, which are windows",
              x = "{.arg {arg}} is {.val {given[[arg]]}}, the windows have
                   {.val {own[[arg]] %||% 'none'}}.",
              i = "Omit it, or create other windows with
                   {.fn tssWindows}.")
    }
}

.areTracks <- function(files) {
    track <- vapply(files, .fileFormat, "") %in% c("bigWig", "bedGraph")
    if (any(track) && !all(track)) {
        .stop("The files of {.arg samples} must all be reads or all be tracks",
              x = "{.file {files[track][1]}} is a track,
                   {.file {files[!track][1]}} is not.")
    }
    all(track)
}
