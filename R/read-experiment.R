# From files to labelled signal in one call.

#' Signal and labels of any number of cell types and marks, from files
#'
#' Puts [tssWindows()], [countReads()] or [summarizeTracks()],
#' [addExpression()] and [checkSignal()] into one call. Each file is read once,
#' from beginning to end.
#'
#' @inheritParams tssWindows
#' @inheritParams addExpression
#' @inheritParams countReads
#' @param samples A sample sheet: a data frame with the columns `cellType`,
#'   `mark` and `file`, each mark of each cell type once (see `replicates`), or
#'   the path of such a table, whose file names then count from its folder. The files are all
#'   aligned reads (BAM, BED, tagAlign), or all tracks (bigWig, bedGraph).
#' @param genes Genes, in any form that [tssWindows()] takes, or its windows.
#' @param expression Expression values, in any form that [addExpression()]
#'   takes; `NULL` for signal without labels.
#' @param ... Further arguments of [countReads()], such as `method`, or of
#'   [summarizeTracks()].
#' @return A signal ([chromatinSignal()]) with an assay for each mark and, where
#'   `expression` is given, `expression` and `label`. Findings of
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
                                by = c("gene_id", "symbol"),
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
        signal <- addExpression(signal, expression, threshold, by)
    }
    findings <- checkSignal(signal)
    if (nrow(findings) > 0L) print(findings)
    signal
}

.windowArguments <- c("upstream", "downstream", "binWidth", "orient", "tss")

# Windows are counted in as they are.
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
              i = "Leave it out, or make other windows with
                   {.fn tssWindows}.")
    }
}

.areTracks <- function(files) {
    track <- vapply(files, .fileFormat, "") %in% c("bigWig", "bedGraph")
    if (any(track) && !all(track)) {
        .stop("The files of {.arg samples} must be all reads or all tracks",
              x = "{.file {files[track][1]}} is a track,
                   {.file {files[!track][1]}} is not.")
    }
    all(track)
}
