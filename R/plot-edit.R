#' Plot the edited signal of one gene
#'
#' Plots the signal of each mark around the transcription start site (TSS) of
#' one gene before and after edits ([editSignal()]), one row per mark as in a
#' genome browser. Filled areas are the signal after the edits, grey lines the
#' signal before, where it differs. Each mark has its own scale, whose maximum
#' is beside its name.
#'
#' @param before,after A signal ([chromatinSignal()]) before and after edits,
#'   with the same marks and bins. Either may have additional genes and cell
#'   types. They may be the same.
#' @param gene The row name of the gene or its `symbol`, if `rowData(before)`
#'   has this column.
#' @param cellType Name of the cell type. Optional if `before` has only one.
#' @param marks Names of the marks; by default all.
#' @return A `ggplot` object with one panel. Its `data` has one row per mark and
#'   bin: `mark`, `position` (centre of the bin in base pairs from the TSS),
#'   `before`, `after`, and `base`, `low` and `high`: where the row starts, and
#'   the two signals in it, at most 1 above the row's number. The first mark is
#'   the top row. It is an error if a gene, cell type or mark is not in both
#'   signals.
#' @seealso [editSignal()], [predictEdits()], [plotGene()]
#' @export
#' @examples
#' signal <- roadmapGenes[1:20, "E123"]
#' lost <- editSignal(signal, "silence", "H3K4me3", within = 1000)
#' plotEdit(signal, lost, rownames(signal)[1])
plotEdit <- function(before, after, gene, cellType = NULL, marks = NULL) {
    .checkSignal(before, "before", "signal")
    .checkSignal(after, "after", "signal")
    .checkSameGeometry(before, after)
    row <- .findOneGene(after, before, gene)
    cellType <- .checkCellType(before, cellType)
    .checkCellTypes(after, cellType, "cellType", many = FALSE)
    marks <- .checkMarks(after, .chooseMarks(before, marks))
    rows <- .editRows(before, after, rownames(before)[row], cellType, marks)
    edited <- rows[rows$mark %in% rows$mark[rows$before != rows$after], ]
    by <- ggplot2::aes(group = .data$mark)
    ggplot2::ggplot(rows, ggplot2::aes(.data$position)) +
        .tssLine() +
        ggplot2::geom_hline(ggplot2::aes(yintercept = .data$base),
                            unique(rows["base"]), colour = "grey80",
                            linewidth = 0.3) +
        ggplot2::geom_ribbon(ggplot2::aes(ymin = .data$base, ymax = .data$high,
                                          fill = .data$mark), rows) +
        ggplot2::geom_line(ggplot2::aes(y = .data$low, group = .data$mark),
                           edited, colour = "grey35", linewidth = 0.4) +
        .scalePosition(before) +
        .scaleRows(rows) +
        ggplot2::scale_fill_manual(values = .markColours(marks)) +
        ggplot2::labs(title = paste(.geneTitles(before, row), "in", cellType),
                      caption = if (nrow(edited) > 0L)
                          "Areas: edited signal. Lines: before the edits.") +
        .themeChrome() +
        ggplot2::theme(legend.position = "none",
                       axis.ticks.y = ggplot2::element_blank(),
                       panel.grid.major.y = ggplot2::element_blank())
}

# Each mark is scaled to its row, the first mark on top. Negative log ratios
# are below the base of their row, but still inside it.
.editRows <- function(before, after, gene, cellType, marks) {
    both <- list(before, after)
    rows <- lapply(seq_along(marks), function(i) {
        values <- lapply(both, .binsOf, gene, marks[i], cellType)
        ends <- range(0, unlist(values))
        scale <- if (diff(ends) > 0) 0.85 / diff(ends) else 1
        base <- length(marks) - i + 1 - ends[1L] * scale
        data.frame(mark = factor(marks[i], marks),
                   position = .binCentres(before),
                   before = values[[1L]], after = values[[2L]], base = base,
                   low = base + values[[1L]] * scale,
                   high = base + values[[2L]] * scale)
    })
    do.call(rbind, rows)
}

.scaleRows <- function(rows) {
    first <- rows[!duplicated(rows$mark), ]
    highest <- tapply(pmax(rows$before, rows$after), rows$mark, max)
    ggplot2::scale_y_continuous(
        NULL, breaks = rev(seq_len(nrow(first))) + 0.4,
        labels = sprintf("%s\nmax. %.3g", first$mark, highest),
        limits = c(1, nrow(first) + 0.95), expand = c(0, 0.04))
}
