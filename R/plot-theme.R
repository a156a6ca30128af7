# What the figures share: colours, theme, the axis of positions, and the
# checks and look-ups of what they show.

# Okabe and Ito's palette, which colour-blind readers tell apart: warm colours
# for active promoters and enhancers, green for gene bodies, cold ones for
# repression. The yellow is darkened to be seen on white.
.markPalette <- c(
    H3K4me3 = "#D55E00", H3K4me1 = "#E69F00", H3K36me3 = "#009E73",
    H3K27me3 = "#0072B2", H3K9me3 = "#CC79A7", H3K27ac = "#56B4E9",
    H3K9ac = "#B5A700", DNase = "#000000")

# For marks not named above: Paul Tol's muted palette.
.otherColours <- c("#882255", "#44AA99", "#999933", "#332288", "#CC6677",
                   "#117733", "#88CCEE", "#AA4499", "#DDCC77")

# A colour for each mark, named; a mark has the same one in every figure.
markColours <- function(marks) {
    known <- match(tolower(marks), tolower(names(.markPalette)))
    colours <- unname(.markPalette[known])
    colours[is.na(known)] <- rep_len(.otherColours, sum(is.na(known)))
    stats::setNames(colours, marks)
}

#' @importFrom ggplot2 .data
.themeChrome <- function() {
    ggplot2::theme_bw(base_size = 11) + ggplot2::theme(
        panel.grid.minor = ggplot2::element_blank(),
        panel.grid.major = ggplot2::element_line(colour = "grey93"),
        panel.border = ggplot2::element_rect(fill = NA, colour = "grey60"),
        axis.ticks = ggplot2::element_line(colour = "grey60"),
        strip.background = ggplot2::element_blank(),
        strip.text = ggplot2::element_text(hjust = 0, colour = "black"),
        plot.caption = ggplot2::element_text(colour = "grey35", hjust = 0),
        plot.caption.position = "plot",
        plot.title.position = "plot",
        legend.position = "bottom")
}

# ---- position ---------------------------------------------------------------

.binCentres <- function(x) binOffsets(x) + binWidth(x) / 2

# The axis of positions; from 10 kb on the labels are in kb, the data never.
.scalePosition <- function(x) {
    edges <- range(binOffsets(x), binOffsets(x) + binWidth(x))
    kb <- max(abs(edges)) >= 10000
    label <- function(at) {
        format(if (kb) at / 1000 else at, big.mark = ",", trim = TRUE,
               scientific = FALSE, drop0trailing = TRUE)
    }
    unit <- if (kb) "kb" else "bp"
    ggplot2::scale_x_continuous(
        sprintf("Position from TSS (%s)", unit), limits = edges,
        breaks = .innerBreaks, labels = label,
        # Rounding must not put a bar at the edge out of the figure.
        oob = function(x, range) x,
        expand = ggplot2::expansion(mult = 0.01),
        guide = ggplot2::guide_axis(check.overlap = TRUE))
}

# None near the edges, where labels of neighbouring panels would meet.
.innerBreaks <- function(limits) {
    breaks <- pretty(limits, 5L)
    margin <- 0.05 * diff(limits)
    breaks[breaks > limits[1L] + margin & breaks < limits[2L] - margin]
}

.tssLine <- function() {
    ggplot2::geom_vline(xintercept = 0, colour = "grey75", linewidth = 0.4)
}

# ---- what is shown ---------------------------------------------------------

# An attention: what attention() makes, of at least one gene.
.checkAttention <- function(x, arg = "attention") {
    .checkSignal(x, arg, c("attention", "attribution"))
    if (!"probability" %in% assayNames(x)) {
        .stop("{.arg {arg}} must be an attention as made by {.fn attention}",
              x = "It has no assay {.val probability}.")
    }
    if (nrow(x) == 0L) .stop("{.arg {arg}} has no genes")
    invisible(x)
}

.checkMarkAttention <- function(x, arg = "attention") {
    if (!"beta" %in% assayNames(x)) {
        .stop("{.arg {arg}} has no attention over the marks ({.val beta})",
              i = "Its model's architecture does not attend to marks.")
    }
}

# The marks to show, by default all.
.chooseMarks <- function(x, wanted) {
    wanted <- unique(.checkMarks(x, wanted %||% marks(x)))
    if (length(wanted) == 0L) .stop("{.arg marks} must name a mark")
    wanted
}

# Rows of genes given by row name or, where there is none such, by symbol.
.findGenes <- function(x, genes, arg = "genes") {
    genes <- unique(as.character(genes))
    rows <- match(genes, rownames(x))
    bySymbol <- is.na(rows)
    symbols <- rowData(x)$symbol
    rows[bySymbol] <- match(genes[bySymbol], symbols)
    if (length(rows) == 0L || anyNA(rows)) {
        .stop("{.arg {arg}} must name genes by row name or symbol",
              x = "Not found: {(.some(genes[is.na(rows)]))}.",
              i = "There are {(.some(rownames(x)))}.")
    }
    twice <- genes[bySymbol][genes[bySymbol] %in% symbols[duplicated(symbols)]]
    if (length(twice) > 0L) {
        .stop("{.arg {arg}} names symbols that several genes have",
              x = "Ambiguous: {(.some(twice))}.",
              i = "Name these genes by their row names.")
    }
    rows
}

# Symbol and id where there is a symbol, else the id.
.geneTitles <- function(x, rows, form = "%s (%s)") {
    ids <- rownames(x)[rows]
    if (is.null(rowData(x)$symbol)) return(ids)
    symbols <- as.character(rowData(x)$symbol[rows])
    named <- !is.na(symbols) & symbols != "" & symbols != ids
    ids[named] <- sprintf(form, symbols[named], ids[named])
    ids
}

# Measured label of genes in cell types (a matrix of 0, 1, NA).
.labelsOf <- function(x, rows, cellTypes) {
    if (!"label" %in% assayNames(x)) {
        return(matrix(NA_integer_, length(rows), length(cellTypes)))
    }
    expressionLabel(x)[rows, cellTypes, drop = FALSE]
}

.probabilitiesOf <- function(x, rows, cellTypes) {
    as.matrix(assay(x, "probability")[rows, cellTypes, drop = FALSE])
}

.nGenes <- function(n) {
    paste(format(n, big.mark = ",", trim = TRUE),
          ifelse(n == 1, "gene", "genes"))
}
