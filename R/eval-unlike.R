#' Signal unlike the training signal
#'
#' A model can be trusted only on signal that is like its training signal.
#' `unlikeTraining()` tests this for each cell type of a signal, shows the marks
#' and positions that differ most, and scores each gene. It needs no labels.
#' [predict()][predict.AttentiveChromeModel] warns of cell types whose distance
#' is 0.02 or more.
#'
#' Genes are compared by the mean log signal of ten zones of each mark, each
#' divided by its standard deviation over the training genes. The distance of a
#' cell type is the energy distance between up to 200 of its genes and up to 200
#' training genes (Szekely and Rizzo 2013), as a fraction of twice the mean
#' distance between the two. It is about 0 for other genes of the same sample
#' and at most 1. Its p-value is from permutations.
#'
#' On genome-wide data, other genes of the same sample were below 0.01, two
#' other cell types at 0.03 and 0.07, and two swapped marks at 0.035 to 0.08
#' (`bench/results/unlike.md`). So the distance does not tell a technical error
#' from another cell type; the zones may. Nor does a small distance prove a good
#' prediction: genes on the minus strand whose bins were not reversed lowered
#' the AUROC in one sample from 0.94 to 0.84 at a distance of 0.015. A selection
#' of genes, such as the high ones alone, is unlike the training signal, too.
#'
#' The score of a gene is the relative Mahalanobis distance (Ren et al. 2021):
#' the squared distance of its zones from the nearer one of the means of the
#' high and of the low training genes, minus that from the mean of all. A high
#' score is only weak evidence about a single gene.
#'
#' @param model A model or an ensemble ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the marks and bins of the
#'   model.
#' @param draws Number of permutations for the p-value, at least 19.
#' @param seed Whole number that seeds the permutations.
#' @param x The result of `unlikeTraining()`.
#' @param row.names,optional,... Not used.
#' @return A list of class `unlikeTraining` of three data frames:
#'   * `cellTypes`, one row per cell type: `cellType`, `genes` (number),
#'     `distance`, `pValue`, `unlike` (whether the distance is 0.02 or more and
#'     the p-value at most 0.05), and the zone that differs most: `mark`, `from`
#'     and `to` (bp from the TSS) and `difference`;
#'   * `zones`, one row per cell type, mark and zone: `cellType`, `mark`,
#'     `from`, `to` and `difference`, the mean minus that of the training genes,
#'     in standard deviations of the training genes;
#'   * `genes`, one row per gene and cell type: `gene`, `cellType`, `score` and
#'     `percentile`, the fraction (0 to 1) of up to 200 training genes whose
#'     score is not higher.
#'
#'   `as.data.frame()` returns `cellTypes`; `plot()` a `ggplot` of the zones.
#' @references Szekely and Rizzo (2013), Journal of Statistical Planning and
#'   Inference 143, 1249; Ren et al. (2021), <https://arxiv.org/abs/2106.09022>.
#' @seealso [checkSignal()], [crossCellTypes()]
#' @export
#' @examples
#' model <- attentiveChrome(roadmapGenes[1:150, "E123"], epochs = 2,
#'     filters = 4, context = 4)
#' unlike <- unlikeTraining(model, roadmapGenes[151:400, ])
#' unlike
#' plot(unlike)
unlikeTraining <- function(model, signal, draws = 199, seed = 1) {
    .checkModel(model)
    .checkNumber(draws, "draws", 19, whole = TRUE)
    signal <- .readBy(model, signal)
    model <- .atMarks(model, signal)
    .checkNotEmpty(signal, "signal")
    if (is.null(model@training$reference)) {
        .stop("{.arg model} must have been trained by {.fn attentiveChrome}",
              x = "It does not know its training signal.",
              i = "Models of earlier versions and of PyTorch's files do not.")
    }
    if (nrow(signal) < 20L) {
        .stop("{.arg signal} must have at least 20 genes",
              x = "It has {nrow(signal)}.")
    }
    parts <- lapply(colnames(signal), .unlikeCellType, model = model,
                    signal = signal, draws = draws, seed = .chooseSeed(seed))
    bind <- function(name) do.call(rbind, lapply(parts, `[[`, name))
    structure(list(cellTypes = bind("cellType"), zones = bind("zones"),
                   genes = bind("genes")),
              bins = model@bins, class = "unlikeTraining")
}

.unlikeCellType <- function(cellType, model, signal, draws, seed) {
    reference <- .referenceFor(model, signal)
    z <- .zonesLike(reference, signal, cellType)
    some <- .evenly(nrow(z), .keptReference)
    test <- .withSeed(seed, .energyTest(reference$zones,
                                        z[some, , drop = FALSE], draws))
    zones <- cbind(cellType = cellType, .zonePlaces(model, reference$marks),
                   difference = unname(colMeans(z)))
    most <- zones[which.max(abs(zones$difference)), ]
    score <- .relativeMahalanobis(z, reference)
    known <- .relativeMahalanobis(reference$zones, reference)
    list(cellType = data.frame(
             cellType = cellType, genes = nrow(signal),
             distance = test[["distance"]], pValue = test[["pValue"]],
             unlike = test[["distance"]] >= .unlikeFrom &
                 test[["pValue"]] <= 0.05,
             most[c("mark", "from", "to", "difference")], row.names = NULL),
         zones = zones,
         genes = data.frame(gene = rownames(signal), cellType = cellType,
                            score = unname(score),
                            percentile = stats::ecdf(known)(score)))
}

# The mark and the edges, in bp from the TSS, of the columns of .zoneMeans().
.zonePlaces <- function(model, marks) {
    offsets <- binOffsets(model)
    zone <- .zoneOfBins(length(offsets))
    from <- as.vector(tapply(offsets, zone, min))
    to <- as.vector(tapply(offsets, zone, max)) + binWidth(model)
    data.frame(mark = rep(marks, each = length(from)),
               from = rep(from, length(marks)), to = rep(to, length(marks)))
}

# ---- the result -------------------------------------------------------------

#' @rdname unlikeTraining
#' @export
print.unlikeTraining <- function(x, ...) {
    shown <- x$cellTypes
    far <- sum(shown$unlike)
    cat(sprintf("%d of %d cell type%s unlike the training signal\n", far,
                nrow(shown), if (nrow(shown) == 1L) "" else "s"))
    shown$unlike <- ifelse(shown$unlike, "yes", "no")
    shown$`differs most` <- sprintf("%s, %+d to %+d bp: %+.1f SD", shown$mark,
                                    as.integer(shown$from),
                                    as.integer(shown$to), shown$difference)
    print(shown[c("cellType", "genes", "distance", "pValue", "unlike",
                  "differs most")], digits = 2L, row.names = FALSE)
    invisible(x)
}

#' @rdname unlikeTraining
#' @method as.data.frame unlikeTraining
#' @export
as.data.frame.unlikeTraining <- function(x, row.names = NULL, optional = FALSE,
                                         ...) {
    x$cellTypes
}

#' @rdname unlikeTraining
#' @export
plot.unlikeTraining <- function(x, ...) {
    zones <- x$zones
    marks <- unique(zones$mark)
    zones$mark <- factor(zones$mark, rev(marks))
    zones$cellType <- factor(zones$cellType, x$cellTypes$cellType)
    edge <- max(1, abs(zones$difference))
    ggplot2::ggplot(zones, ggplot2::aes((.data$from + .data$to) / 2,
                                        .data$mark)) +
        ggplot2::geom_tile(ggplot2::aes(fill = .data$difference,
                                        width = .data$to - .data$from),
                           colour = "white") +
        ggplot2::facet_wrap("cellType") +
        ggplot2::scale_fill_gradient2(
            "Difference from the training genes (SD)", limits = c(-1, 1) * edge,
            low = .lowHigh[["low"]], high = .lowHigh[["high"]]) +
        ggplot2::scale_x_continuous(breaks = .innerBreaks) +
        ggplot2::scale_y_discrete(expand = c(0, 0)) +
        ggplot2::labs(x = "Position from TSS (bp)", y = NULL) +
        .themeChrome() + ggplot2::theme(
            legend.key.width = ggplot2::unit(1.2, "cm"),
            panel.grid.major = ggplot2::element_blank())
}
