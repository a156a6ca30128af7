# Shared by the figures: theme, the position axis, and the selection of
# marks and genes.

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

# The position axis. Labels are in kb from 10 kb on; the data are always in bp.
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
        # Keeps bars at the edge that rounding puts outside the limits.
        oob = function(x, range) x,
        expand = ggplot2::expansion(mult = 0.01),
        guide = ggplot2::guide_axis(check.overlap = TRUE))
}

# No breaks near the edges, where labels of adjacent panels would overlap.
.innerBreaks <- function(limits) {
    breaks <- pretty(limits, 5L)
    margin <- 0.05 * diff(limits)
    breaks[breaks > limits[1L] + margin & breaks < limits[2L] - margin]
}

.tssLine <- function() {
    ggplot2::geom_vline(xintercept = 0, colour = "grey75", linewidth = 0.4)
}

# ---- marks and genes -------------------------------------------------------

# An attention or attribution of at least one gene.
.checkAttention <- function(x, arg = "attention") {
    .checkSignal(x, arg, c("attention", "attribution"))
    if (!any(c("probability", "prediction") %in% assayNames(x))) {
        .stop("{.arg {arg}} must be an attention, made by {.fn attention}",
              x = "It has no assay {.val probability}.")
    }
    if (nrow(x) == 0L) .stop("{.arg {arg}} has no genes")
    invisible(x)
}

.checkMarkAttention <- function(x, arg = "attention") {
    if (!"beta" %in% assayNames(x)) {
        .stop("{.arg {arg}} has no attention over the marks ({.val beta})",
              i = "The architecture of its model does not attend to marks.")
    }
}

# The marks to show, by default all.
.chooseMarks <- function(x, wanted) {
    wanted <- unique(.checkMarks(x, wanted %||% marks(x)))
    if (length(wanted) == 0L) .stop("{.arg marks} must name a mark")
    wanted
}

# Rows of genes, by row name or otherwise by symbol.
.findGenes <- function(x, genes, arg = "genes") {
    genes <- unique(as.character(genes))
    rows <- match(genes, rownames(x))
    bySymbol <- is.na(rows)
    symbols <- rowData(x)$symbol
    rows[bySymbol] <- match(genes[bySymbol], symbols)
    if (length(rows) == 0L || anyNA(rows)) {
        .stop("{.arg {arg}} must name genes by row name or symbol",
              x = "Not found: {(.some(genes[is.na(rows)]))}.",
              i = "Available: {(.some(rownames(x)))}.")
    }
    twice <- genes[bySymbol][genes[bySymbol] %in% symbols[duplicated(symbols)]]
    if (length(twice) > 0L) {
        .stop("{.arg {arg}} names symbols that several genes share",
              x = "Ambiguous: {(.some(twice))}.",
              i = "Use the row names of these genes.")
    }
    rows
}

# Symbol and id, or only the id without a symbol.
.geneTitles <- function(x, rows, form = "%s (%s)") {
    ids <- rownames(x)[rows]
    if (is.null(rowData(x)$symbol)) return(ids)
    symbols <- as.character(rowData(x)$symbol[rows])
    named <- !is.na(symbols) & symbols != "" & symbols != ids
    ids[named] <- sprintf(form, symbols[named], ids[named])
    ids
}

# Measured labels of genes in cell types (a matrix of 0, 1 or NA).
.labelsOf <- function(x, rows, cellTypes) {
    if (!"label" %in% assayNames(x)) {
        return(matrix(NA_integer_, length(rows), length(cellTypes)))
    }
    expressionLabel(x)[rows, cellTypes, drop = FALSE]
}

# The predicted probabilities or numbers.
.predictionsOf <- function(x, rows, cellTypes) {
    as.matrix(assay(x, .predictionAssay(x))[rows, cellTypes, drop = FALSE])
}

.predictionAssay <- function(x) {
    intersect(c("probability", "prediction"), assayNames(x))[1L]
}

# What is said of a logit, of a model of numbers said of its prediction.
.ofPrediction <- function(text, x) {
    if (.predictionAssay(x) == "probability") text
    else sub("logit", "prediction", text)
}

# Which genes are predicted high: those with a probability above the threshold,
# or with a number above the median of all genes shown.
.predictedHigh <- function(x, rows, cellTypes, threshold) {
    predicted <- .predictionsOf(x, rows, cellTypes)
    if (.predictionAssay(x) == "prediction") {
        threshold <- stats::median(predicted)
    }
    predicted > threshold
}

# "p = 0.93" or "predicted 3.2"
.predictionText <- function(x, predicted) {
    number <- .predictionAssay(x) == "prediction"
    sprintf(if (number) "predicted %.1f" else "p = %.2f", predicted)
}

.nGenes <- function(n) {
    paste(format(n, big.mark = ",", trim = TRUE),
          ifelse(n == 1, "gene", "genes"))
}

# ---- ensembles --------------------------------------------------------------

.hasSpread <- function(x) "spread" %in% assayNames(x)

# The standard deviation over the members of an ensemble, genes x bins.
.spreadMatrix <- function(x, mark, cellType) {
    matrix(as.array(assay(x, "spread")[, cellType, mark, , drop = FALSE]),
           nrow(x))
}
