# Matrices in the form that EnrichedHeatmap takes.

#' A mark as a matrix for EnrichedHeatmap
#'
#' Returns a mark in one cell type as a `normalizedMatrix`, the form of
#' \pkg{EnrichedHeatmap}'s `normalizeToMatrix()`, so that
#' `EnrichedHeatmap::EnrichedHeatmap()` draws it without counting again. The
#' package itself is not needed.
#'
#' Columns run from 5' to 3' for every gene: with bins along the genome (see
#' `orient` of [tssWindows()]), those of genes on the minus strand are reversed.
#'
#' @param x A [ChromatinSignal-class]: a signal, an attention or an attribution.
#' @param mark The name of a mark.
#' @param cellType The name of a cell type. Optional if `x` has only one.
#' @param what The kind of value, as for [trackRanges()].
#' @return A numeric matrix of genes x bins of class `normalizedMatrix`, with
#'   the columns `u1`, `u2`, ... before the TSS and `d1`, `d2`, ... from the TSS
#'   on, and \pkg{EnrichedHeatmap}'s attributes: `upstream_index`,
#'   `target_index` (empty, as the TSS is a single point), `downstream_index`,
#'   `extend` (bp), `smooth`, `signal_name`, `target_name`,
#'   `target_is_single_point`, `background` and `signal_is_categorical`.
#' @references Gu et al. (2018), \doi{10.1186/s12864-018-4625-x}.
#' @export
#' @examples
#' m <- normalizedMatrix(roadmapGenes, "H3K4me3", "E003")
#' attr(m, "extend")
#' # EnrichedHeatmap::EnrichedHeatmap(m, name = "H3K4me3")
normalizedMatrix <- function(x, mark, cellType = NULL, what = NULL) {
    .checkSignal(x, "x")
    if (length(mark) != 1L) .stop("{.arg mark} must name one mark")
    track <- .chooseExports(x, what %||% .valuesOf(x)[1L], mark,
                            .checkCellType(x, cellType))
    before <- binOffsets(x) < 0
    values <- .alongGenes(.trackMatrix(x, track), x)
    dimnames(values) <- list(rownames(x), c(
        sprintf("u%d", seq_len(sum(before))),
        sprintf("d%d", seq_len(sum(!before)))))
    structure(values, upstream_index = which(before),
              target_index = integer(), downstream_index = which(!before),
              extend = .extentOf(x), smooth = FALSE, signal_name = mark,
              target_name = "TSS", target_is_single_point = TRUE,
              background = 0, signal_is_categorical = FALSE,
              class = c("normalizedMatrix", "matrix"))
}

# Length in bp before the TSS, and from the TSS on.
.extentOf <- function(x) {
    c(max(-binOffsets(x)[1L], 0), max(.downstreamOf(x@bins), 0))
}

# Genes x bins from 5' to 3' of each gene.
.alongGenes <- function(values, x) {
    if (!identical(x@bins$orient, "genome")) return(values)
    windows <- rowRanges(x)
    minus <- as.vector(strand(windows)) == "-"
    extent <- .extentOf(x)
    if (any(minus) && extent[1L] != extent[2L]) {
        .stop("Bins along the genome must reach as far before the TSS as behind
               it, to be turned from 5' to 3'",
              x = "They reach {extent[1]} bp before and {extent[2]} bp behind
                   it.",
              i = "Read the signal again with
                   {.code orient = \"transcript\"}.")
    }
    values[minus, ] <- values[minus, rev(seq_len(ncol(values)))]
    values
}
