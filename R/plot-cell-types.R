#' Plot the signal of one gene in several cell types
#'
#' Plots the signal of each mark around the transcription start site (TSS) of
#' one gene, with one line per cell type.
#'
#' @param signal A signal ([chromatinSignal()]).
#' @param gene The row name of the gene or its `symbol`, if `rowData(signal)`
#'   has this column.
#' @param cellTypes Names of the cell types, at most six; by default all.
#' @param marks Names of the marks; by default all.
#' @return A `ggplot` object. Its `data` has one row per mark, cell type and
#'   bin: `mark`, `cellType`, `position` (centre of the bin in base pairs from
#'   the TSS) and `signal`.
#' @seealso [plotGene()], [plotMarkAttention()]
#' @export
#' @examples
#' plotCellTypes(roadmapGenes, "DNMT1")
plotCellTypes <- function(signal, gene, cellTypes = NULL, marks = NULL) {
    .checkSignal(signal, kind = "signal")
    row <- .findOneGene(signal, signal, gene)
    cellTypes <- .checkFewCellTypes(signal, cellTypes)
    marks <- .chooseMarks(signal, marks)
    one <- signal[row, ]
    lines <- do.call(rbind, lapply(marks, function(mark) {
        do.call(rbind, lapply(cellTypes, function(cellType) {
            data.frame(mark = factor(mark, marks),
                       cellType = factor(cellType, cellTypes),
                       position = .binCentres(signal),
                       signal = as.vector(binMatrix(one, mark, cellType)))
        }))
    }))
    ggplot2::ggplot(lines, ggplot2::aes(.data$position, .data$signal,
                                        colour = .data$cellType)) +
        .tssLine() +
        ggplot2::geom_line(linewidth = 0.6) +
        ggplot2::facet_wrap(ggplot2::vars(.data$mark), ncol = 1L,
                            scales = "free_y", strip.position = "left") +
        .scalePosition(signal) +
        ggplot2::scale_y_continuous(.signalTitle(signal), limits = .withZero,
                                    breaks = .lowBreaks,
                                    expand = ggplot2::expansion(c(0, 0.08))) +
        ggplot2::scale_colour_manual("Cell type", values = .cellTypeColours) +
        ggplot2::labs(title = .geneTitles(signal, row)) +
        .themeChrome() +
        ggplot2::theme(strip.placement = "outside",
                       panel.grid.major.y = ggplot2::element_blank(),
                       strip.text.y.left = ggplot2::element_text(angle = 0,
                                                                 hjust = 1))
}

# Okabe and Ito, without the light yellow: unlike the colours of the marks, and
# apart for colour-blind readers.
.cellTypeColours <- c("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9",
                      "#000000")
