# Heat maps by ComplexHeatmap.

#' Heat maps of marks by ComplexHeatmap
#'
#' Returns a list of \pkg{ComplexHeatmap}'s heat maps side by side, one for each
#' mark, with genes as rows and bins as columns. Rows are in the same order in
#' all of them. The list can be extended with `+`, and is drawn when it is
#' printed.
#'
#' Values above the 99th percentile of a mark have the colour of this
#' percentile. Columns run from 5' to 3', as for [normalizedMatrix()].
#'
#' @inheritParams normalizedMatrix
#' @param marks Names of marks; by default all.
#' @param order The order of the genes: `"prediction"`, highest predicted
#'   probability or number first, which an attention or an attribution has;
#'   `"expression"`, highest first, of the assay `expression`; `"cluster"`, by
#'   hierarchical clustering of the logarithm of all marks (average linkage of
#'   correlations); `"none"`, that of `x`; or a number for each gene, the
#'   largest first. By default the first of these that `x` has.
#' @param ... Passed to `ComplexHeatmap::Heatmap()`.
#' @return A `HeatmapList`. If `x` has predictions or expression, the column on
#'   the right shows them.
#' @export
#' @examplesIf requireNamespace("ComplexHeatmap", quietly = TRUE)
#' markHeatmaps(roadmapGenes[1:60, ], "E003", order = "expression")
markHeatmaps <- function(x, cellType = NULL, marks = NULL, order = NULL,
                         what = NULL, ...) {
    .needs("ComplexHeatmap", "for its heat maps")
    .checkSignal(x, "x")
    cellType <- .checkCellType(x, cellType)
    tracks <- .chooseExports(x, what %||% .valuesOf(x)[1L], marks, cellType)
    values <- lapply(stats::setNames(tracks$mark, tracks$mark), function(m) {
        normalizedMatrix(x, m, cellType, tracks$what[1L])
    })
    rows <- .orderGenes(x, cellType, order, values)
    colours <- .markColours(tracks$mark)
    maps <- lapply(tracks$mark, function(mark) {
        .markHeatmap(values[[mark]], colours[[mark]], x, rows, ...)
    })
    Reduce(`+`, c(maps, .sideColumns(x, cellType)))
}

.geneOrders <- c("prediction", "expression", "cluster", "none")

.orderGenes <- function(x, cellType, order, values) {
    if (is.numeric(order)) {
        if (length(order) != nrow(x) || anyNA(order)) {
            .stop("{.arg order} must have a number for each of the {nrow(x)}
                   genes",
                  x = "It has {length(order)}.")
        }
        return(order(-order))
    }
    known <- c(prediction = .predictedOf(x), expression = "expression")
    has <- known %in% assayNames(x)
    order <- order %||% c(names(known)[has], "cluster")[1L]
    .checkChoice(order, "order", .geneOrders)
    if (!order %in% names(known)) {
        return(if (order == "none") seq_len(nrow(x)) else .clusterGenes(values))
    }
    if (!known[[order]] %in% assayNames(x)) {
        .stop("{.code order = \"{order}\"} needs the assay
               {.val {known[[order]]}} in {.arg x}",
              i = if (order == "prediction") "{.fn attention} and
                  {.fn attribution} have predictions."
                  else "{.fn addExpression} adds it.")
    }
    order(-assay(x, known[[order]])[, cellType])
}

# The assay of the predictions, of classes or of numbers.
.predictedOf <- function(x) {
    if ("prediction" %in% assayNames(x)) "prediction" else "probability"
}

.clusterGenes <- function(values) {
    all <- do.call(cbind, lapply(values, function(v) {
        sign(v) * log1p(abs(unclass(v)))
    }))
    if (nrow(all) < 3L) return(seq_len(nrow(all)))
    all <- all + stats::median(abs(all)) * 1e-6 * col(all) # for constant rows
    near <- suppressWarnings(stats::cor(t(all)))
    near[is.na(near)] <- 0
    stats::hclust(stats::as.dist(1 - near), "average")$order
}

.markHeatmap <- function(values, colour, x, rows, ...) {
    mark <- attr(values, "signal_name")
    plain <- unclass(values)
    attributes(plain) <- list(dim = dim(values), dimnames = dimnames(values))
    most <- stats::quantile(abs(plain), 0.99, names = FALSE)
    if (most == 0) most <- max(abs(plain), 1e-12)
    colours <- if (any(plain < 0)) {
        .colourRamp(c(.negativeColour(colour), "white", colour),
                    most * c(-1, 0, 1))
    } else {
        .colourRamp(c("white", colour), most * 0:1)
    }
    own <- list(plain, colours, name = mark, column_title = mark,
                column_title_gp = grid::gpar(fontsize = 11), row_order = rows,
                cluster_rows = FALSE, cluster_columns = FALSE,
                show_row_names = FALSE, show_column_names = FALSE,
                border = TRUE, use_raster = FALSE,
                bottom_annotation = .positionLabels(x))
    given <- list(...)
    do.call(ComplexHeatmap::Heatmap,
            c(own[!names(own) %in% names(given)], given))
}

# For values below 0: blue, unless those above are.
.negativeColour <- function(colour) {
    hue <- grDevices::rgb2hsv(grDevices::col2rgb(colour))["h", 1L]
    if (hue > 0.5 && hue < 0.72) "#D55E00" else .lowHigh[["low"]]
}

# A function from values to colours, with the breaks of its legend.
.colourRamp <- function(colours, breaks) {
    ramp <- grDevices::colorRamp(colours)
    ends <- range(breaks)
    structure(function(values) {
        at <- (pmin(pmax(values, ends[1L]), ends[2L]) - ends[1L]) / diff(ends)
        out <- rep("#CCCCCC", length(at))
        known <- !is.na(at)
        out[known] <- grDevices::rgb(ramp(at[known]), maxColorValue = 255)
        out
    }, breaks = breaks)
}

# The ends and the TSS under the bins. The labels of the ends lie within, as the
# next map begins there.
.positionLabels <- function(x) {
    offsets <- binOffsets(x)
    extent <- .extentOf(x)
    at <- c(0, extent[1L] / sum(extent), 1)
    labels <- c(sprintf("%g", offsets[1L] / 1000), "TSS",
                sprintf("%+g kb", .downstreamOf(x@bins) / 1000))
    shown <- c(TRUE, extent[1L] > 0 && extent[2L] > 0, TRUE)
    draw <- function(index) {
        grid::grid.segments(at[shown], 0.75, at[shown], 1)
        grid::grid.text(labels[shown], at[shown], 0.35,
                        hjust = c(0, 0.5, 1)[shown],
                        gp = grid::gpar(fontsize = 8))
    }
    ComplexHeatmap::HeatmapAnnotation(
        position = ComplexHeatmap::AnnotationFunction(
            draw, n = length(offsets), subsettable = FALSE,
            height = ggplot2::unit(6, "mm")),
        show_annotation_name = FALSE)
}

# Prediction and expression, where they are.
.sideColumns <- function(x, cellType) {
    column <- function(assay, title, scale, colour, most = 0) {
        if (!assay %in% assayNames(x)) return()
        values <- scale(as.vector(assay(x, assay)[, cellType]))
        most <- max(most, abs(values), 1e-12, na.rm = TRUE)
        ramp <- if (any(values < 0, na.rm = TRUE)) {
            .colourRamp(c(.negativeColour(colour), "white", colour),
                        most * c(-1, 0, 1))
        } else {
            .colourRamp(c("white", colour), most * 0:1)
        }
        ComplexHeatmap::Heatmap(
            matrix(values, dimnames = list(rownames(x), NULL)), ramp,
            name = title, width = ggplot2::unit(4, "mm"),
            show_row_names = FALSE, column_title = NULL, border = TRUE)
    }
    c(column("probability", "probability", identity, "black", most = 1),
      column("prediction", "prediction", identity, "black"),
      column("expression", "log10(expression + 1)",
             function(v) log10(v + 1), "#5E3C99"))
}
