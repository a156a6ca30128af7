#' Plot the signal and attention of one gene
#'
#' Plots the signal of each mark around the transcription start site (TSS) of
#' one gene in one cell type. Below each signal, it shows what each bin
#' contributes to the logit of the prediction (its share, with its sign), for
#' models that have shares, or where the model looked (alpha). The scale of the
#' signal differs between marks; that of the shares or of alpha is the same for
#' all marks, so that they can be compared. Joint attention over the bins of all
#' marks is shown as one track below the signals. For an ensemble, the line is
#' the mean over the members, with a band of one standard deviation of the
#' members on either side.
#'
#' @param signal A signal ([chromatinSignal()]).
#' @param attention The attention of a model to this signal ([attention()]),
#'   with the same bins. Either may have additional genes and cell types.
#' @param gene The row name of the gene or its `symbol`, if
#'   `rowData(attention)` has this column.
#' @param cellType Name of the cell type. Optional if `attention` has only one.
#' @param what `"share"` or `"alpha"`: the track below each signal. By default,
#'   the shares if `attention` has them, as of `"additive"` models.
#' @param marks Names of the marks; by default all marks of `attention` or, if
#'   its alpha is joint, of `signal`.
#' @return A `ggplot` object. Its `data` has one row per mark (`allMarks` for
#'   joint attention), track (`signal` or `what`) and bin: `position` (centre
#'   of the bin in base pairs from the TSS), `value` and `spread` (of an
#'   ensemble, the standard deviation over the members).
#' @seealso [plotAttention()], [plotMarkAttention()]
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4,
#'     seed = 1)
#' plotGene(signal, attention(model, signal), "DNMT1")
plotGene <- function(signal, attention, gene, cellType = NULL, marks = NULL,
                     what = NULL) {
    .checkSignal(signal)
    .checkAttention(attention)
    attention <- .chooseTracks(attention, what)
    .checkSameGeometry(signal, attention)
    row <- .findOneGene(signal, attention, gene)
    cellType <- .checkCellType(attention, cellType)
    .checkCellTypes(signal, cellType, "cellType", many = FALSE)
    joint <- .isJoint(attention)
    marks <- .chooseMarks(if (joint) signal else attention, marks)
    .checkMarks(signal, marks)
    id <- rownames(attention)[row]
    tracks <- .geneTracks(signal[id, ], attention[id, ], cellType, marks)
    labels <- .trackLabels(attention[id, ], cellType, marks)
    isSignal <- tracks$track == "signal"
    ggplot2::ggplot(tracks, ggplot2::aes(.data$position, .data$value)) +
        .tssLine() + .zeroLines(tracks) +
        ggplot2::geom_col(ggplot2::aes(fill = .data$mark),
                          tracks[isSignal, ], width = binWidth(signal)) +
        .alphaArea(tracks[!isSignal, ], attention) +
        ggplot2::facet_wrap(ggplot2::vars(.data$panel), ncol = 1L,
                            scales = "free_y", strip.position = "left",
                            labeller = ggplot2::as_labeller(labels)) +
        .scalePosition(signal) +
        ggplot2::scale_y_continuous(
            paste0(.signalTitle(signal), ", and ",
                   .trackTitles[[.trackOf(attention)]]),
            limits = .withZero, breaks = .lowBreaks,
            expand = ggplot2::expansion(mult = c(0, 0.08))) +
        ggplot2::scale_fill_manual(values = .markColours(levels(tracks$mark)),
                                   aesthetics = c("colour", "fill")) +
        .geneTitle(signal, attention, row, cellType) +
        .themeChrome() + .themeTracks(length(marks), joint)
}

# The tracks below the signals, and how the axis and the caption call them.
.trackTitles <- c(alpha = "alpha", share = "share of the logit",
                  attribution = "attribution")

.trackOf <- function(x) {
    method <- metadata(x)$attribution$method
    if (is.null(method)) "alpha"
    else if (method == "share") "share"
    else "attribution"
}

# The attention, or its shares as an attribution.
.chooseTracks <- function(attention, what) {
    has <- "share" %in% assayNames(attention)
    what <- .checkChoice(what %||% if (has) "share" else "alpha", "what",
                         c("alpha", "share"))
    if (what == "alpha") attention else .sharesOf(attention)
}

# Whether there is one joint alpha for all marks.
.isJoint <- function(attention) identical(marks(attention), .allMarks)

.checkSameGeometry <- function(signal, attention) {
    same <- binWidth(signal) == binWidth(attention) &&
        identical(as.numeric(binOffsets(signal)),
                  as.numeric(binOffsets(attention)))
    if (!same) {
        .stop("{.arg signal} and {.arg attention} must have the same bins",
              x = "{.arg signal} has {(.binsInWords(signal))}.",
              x = "{.arg attention} has {(.binsInWords(attention))}.")
    }
}

.binsInWords <- function(x) {
    sprintf("%d bins of %g bp from %g bp", length(binOffsets(x)), binWidth(x),
            binOffsets(x)[1L])
}

# The row of the gene in the attention; the signal must also have this gene.
.findOneGene <- function(signal, attention, gene) {
    if (length(gene) != 1L || is.na(gene)) {
        .stop("{.arg gene} must name one gene", x = "Found {.val {gene}}.")
    }
    row <- .findGenes(attention, gene, "gene")
    id <- rownames(attention)[row]
    if (!id %in% rownames(signal)) {
        .stop("{.arg signal} and {.arg attention} must both have the gene",
              x = "{.arg signal} does not have {.val {id}}.",
              i = "Available: {(.some(rownames(signal)))}.")
    }
    row
}

# One row per mark, track and bin, with the tracks in the order of the figure.
.geneTracks <- function(signal, attention, cellType, marks) {
    joint <- .isJoint(attention)
    track <- function(x, mark, track) {
        data.frame(mark = mark, track = track, position = .binCentres(signal),
                   value = as.vector(binMatrix(x, mark, cellType)),
                   spread = if (!.hasSpread(x)) NA_real_
                            else as.vector(.spreadMatrix(x, mark, cellType)),
                   panel = paste(mark, track))
    }
    tracks <- lapply(marks, function(mark) {
        rbind(track(signal, mark, "signal"),
              if (!joint) track(attention, mark, .trackOf(attention)))
    })
    if (joint) {
        tracks <- c(tracks, list(track(attention, .allMarks, "alpha")))
    }
    tracks <- do.call(rbind, tracks)
    tracks$mark <- factor(tracks$mark, unique(tracks$mark))
    tracks$panel <- factor(tracks$panel, unique(tracks$panel))
    tracks
}

# Alpha as a line with a faint area, and a line for uniform attention. The blank
# layer gives alpha the same scale for all marks.
.alphaArea <- function(alpha, attention) {
    bins <- length(binOffsets(attention))
    alpha$lower <- alpha$value - alpha$spread
    alpha$upper <- alpha$value + alpha$spread
    ends <- expand.grid(panel = unique(alpha$panel),
                        value = range(0, alpha$value, alpha$lower, alpha$upper,
                                      na.rm = TRUE))
    ends$position <- mean(alpha$position)
    ends$uniform <- 1 / bins
    list(if (attention@kind == "attention")
             ggplot2::geom_hline(ggplot2::aes(yintercept = .data$uniform), ends,
                                 linetype = "dashed", colour = "grey60",
                                 linewidth = 0.3),
         ggplot2::geom_ribbon(ggplot2::aes(ymin = 0, ymax = .data$value,
                                           fill = .data$mark), alpha,
                              alpha = 0.2),
         if (.hasSpread(attention)) .memberBand(alpha, bins),
         if (bins > 1L) ggplot2::geom_line(ggplot2::aes(colour = .data$mark),
                                           alpha, linewidth = 0.6)
         else ggplot2::geom_point(ggplot2::aes(colour = .data$mark), alpha),
         ggplot2::geom_blank(data = ends))
}

# The spread of the members around the line.
.memberBand <- function(alpha, bins) {
    mapping <- ggplot2::aes(ymin = .data$lower, ymax = .data$upper)
    if (bins > 1L) ggplot2::geom_ribbon(mapping, alpha, fill = "grey20",
                                        alpha = 0.25)
    else ggplot2::geom_linerange(mapping, alpha)
}

# Limits of a track include 0, the base of its bars. Log ratios can be negative.
.withZero <- function(limits) {
    limits <- range(0, limits)
    if (limits[1L] < 0) limits[1L] <- limits[1L] - 0.08 * diff(limits)
    if (diff(limits) > 0) limits else c(0, 1)
}

# No breaks near the ends, where labels of adjacent tracks would overlap; always
# includes 0.
.lowBreaks <- function(limits) {
    breaks <- pretty(limits, 3L)
    inner <- breaks <= limits[2L] - 0.15 * diff(limits) &
        breaks >= limits[1L] + 0.1 * diff(limits)
    breaks[inner | breaks == 0]
}

.zeroLines <- function(tracks) {
    below <- unique(tracks$panel[tracks$value < 0])
    if (length(below) == 0L) return(NULL)
    ggplot2::geom_hline(ggplot2::aes(yintercept = .data$zero),
                        data.frame(panel = below, zero = 0),
                        colour = "grey60", linewidth = 0.3)
}

.signalTitle <- function(signal) {
    ratio <- grepl("logRatio(", preprocessing(signal)$normalization,
                   fixed = TRUE)
    if (any(ratio)) {
        return("Log2 ratio of signal to control")
    }
    sprintf("Signal per %g bp", binWidth(signal))
}

# The label beside each track.
.trackLabels <- function(attention, cellType, marks) {
    beta <- ""
    if ("beta" %in% assayNames(attention)) {
        value <- .betaMatrix(attention, 1L, cellType)[1L, marks]
        beta <- sprintf("\nbeta = %.2f", value)
        if (.hasSpread(attention)) {
            spread <- .betaMatrix(attention, 1L, cellType, "betaSpread")
            beta <- sprintf("\nbeta = %.2f \u00b1 %.2f", value,
                            spread[1L, marks])
        }
    }
    alphas <- if (.isJoint(attention)) .allMarks else marks
    track <- .trackOf(attention)
    labels <- c(paste0(marks, beta), rep(track, length(alphas)))
    stats::setNames(labels, c(paste(marks, "signal"), paste(alphas, track)))
}

.geneTitle <- function(signal, attention, row, cellType) {
    words <- c("low", "high")
    id <- rownames(attention)[row]
    label <- .labelsOf(attention, row, cellType)
    if (is.na(label)) label <- .labelsOf(signal, id, cellType)
    p <- .predictionsOf(attention, row, cellType)
    measured <- if (is.na(label)) "not measured"
                else paste("measured", words[label + 1L])
    ggplot2::labs(
        title = paste(.geneTitles(attention, row), "in", cellType),
        subtitle = if (.predictionAssay(attention) == "prediction") {
            sprintf("%s, %s", measured, .predictionText(attention, p))
        } else {
            sprintf("%s, predicted %s (p = %.2f)", measured,
                    words[(p > 0.5) + 1L], p)
        },
        caption = .geneCaption(attention))
}

.geneCaption <- function(attention) {
    caption <- sprintf(switch(
        .trackOf(attention),
        alpha = paste("Bars: signal. Lines: attention over the bins (alpha);",
                      "dashed: uniform (1 / %d bins)."),
        share = paste("Bars: signal. Lines: the share of each of %d bins in",
                      "the logit, compared with the average training gene."),
        attribution = "Bars: signal. Lines: attribution of each of %d bins."
    ), length(binOffsets(attention)))
    if (.hasSpread(attention)) {
        caption <- paste0(caption, "\nGrey bands: one standard deviation of ",
                          "the members of the ensemble.")
    }
    if (!"beta" %in% assayNames(attention)) return(caption)
    paste0(caption, "\nbeta: attention over the marks.")
}

# Places the two tracks of a mark close together, with gaps between marks.
.themeTracks <- function(marks, joint) {
    gaps <- if (joint) rep(9, marks)
            else utils::head(rep(c(2, 9), marks), -1L)
    ggplot2::theme(
        legend.position = "none",
        panel.spacing.y = ggplot2::unit(gaps, "pt"),
        panel.grid.major.y = ggplot2::element_blank(),
        strip.placement = "outside",
        strip.text.y.left = ggplot2::element_text(angle = 0, hjust = 1))
}
