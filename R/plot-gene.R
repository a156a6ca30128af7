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
#' @param attention The attention of a model to this signal ([attention()]) or
#'   an attribution ([attribution()]), with the same bins, or a list of several,
#'   each of which gets a track below the signal of each mark. Their names are
#'   those of the tracks. All may have additional genes and cell types.
#' @param gene The row name of the gene or its `symbol`, if
#'   `rowData(attention)` has this column.
#' @param cellType Name of the cell type. Optional if `attention` has only one.
#' @param what `"share"` or `"alpha"`: the track of an attention. By default,
#'   the shares if it has them, as of `"additive"` models.
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
#' looked <- attention(model, signal)
#' plotGene(signal, looked, "DNMT1")
#' # Two tracks below each signal
#' plotGene(signal, list(looked, attribution(model, signal, "share")), "DNMT1",
#'     what = "alpha")
plotGene <- function(signal, attention, gene, cellType = NULL, marks = NULL,
                     what = NULL) {
    .checkSignal(signal)
    shown <- .shownTracks(signal, attention, what)
    attention <- shown[[1L]]
    row <- .findOneGene(signal, attention, gene)
    id <- rownames(attention)[row]
    for (x in shown[-1L]) .findOneGene(signal, x, id)
    cellType <- .checkCellType(attention, cellType)
    for (x in c(list(signal), shown)) {
        .checkCellTypes(x, cellType, "cellType", many = FALSE)
    }
    apart <- Filter(Negate(.isJoint), shown)
    marks <- .chooseMarks(c(apart, list(signal))[[1L]], marks)
    for (x in apart) .checkMarks(x, marks)
    .checkMarks(signal, .channelsIn(marks, signal))
    shown <- lapply(shown, function(x) x[id, ])
    tracks <- .geneTracks(signal[id, ], shown, cellType, marks)
    isSignal <- tracks$track == "signal"
    ggplot2::ggplot(tracks, ggplot2::aes(.data$position, .data$value)) +
        .tssLine() + .zeroLines(tracks) +
        ggplot2::geom_col(ggplot2::aes(fill = .data$mark),
                          tracks[isSignal, ], width = binWidth(signal)) +
        .trackAreas(tracks[!isSignal, ], shown) +
        ggplot2::facet_wrap(ggplot2::vars(.data$panel), ncol = 1L,
                            scales = "free_y", strip.position = "left",
                            labeller = ggplot2::as_labeller(
                                .trackLabels(shown, cellType, marks))) +
        .scalePosition(signal) +
        ggplot2::scale_y_continuous(
            .tracksTitle(signal, shown), limits = .withZero,
            breaks = .lowBreaks,
            expand = ggplot2::expansion(mult = c(0, 0.08))) +
        ggplot2::scale_fill_manual(values = .markColours(levels(tracks$mark)),
                                   aesthetics = c("colour", "fill")) +
        .geneTitle(signal, attention, row, cellType, shown) +
        .themeChrome() + .themeTracks(length(marks), shown)
}

# What is drawn below the signals, a list by the names of the tracks.
.shownTracks <- function(signal, attention, what) {
    several <- is.list(attention)
    if (several && length(attention) == 0L) {
        .stop("{.arg attention} must have at least one attention or
               attribution")
    }
    shown <- if (several) attention else list(attention)
    shown <- lapply(shown, function(x) {
        .checkAttention(x)
        if (is.null(metadata(x)$attribution)) x <- .chooseTracks(x, what)
        .checkSameGeometry(signal, x)
        x
    })
    if (!.areNames(names(shown))) {
        names(shown) <- if (several) {
            make.unique(vapply(shown, .explanationOf, ""), " ")
        } else {
            .trackOf(shown[[1L]])
        }
    }
    shown
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

# The name of a track that has others beside it.
.explanationOf <- function(x) {
    method <- metadata(x)$attribution$method
    if (is.null(method)) return("alpha")
    switch(method, integratedGradients = "integrated\ngradients",
           expectedGradients = "expected\ngradients",
           gradientInput = "gradient\nx signal", method)
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
.geneTracks <- function(signal, shown, cellType, marks) {
    track <- function(x, mark, track, channel = mark) {
        data.frame(mark = mark, track = track, position = .binCentres(signal),
                   value = as.vector(binMatrix(x, channel, cellType)),
                   spread = if (!.hasSpread(x)) NA_real_
                            else as.vector(.spreadMatrix(x, mark, cellType)),
                   panel = paste(mark, track))
    }
    joint <- vapply(shown, .isJoint, NA)
    below <- function(mark, names) {
        lapply(names, function(name) track(shown[[name]], mark, name))
    }
    tracks <- c(
        unlist(lapply(marks, function(mark) {
            c(list(track(signal, mark, "signal", .channelsIn(mark, signal))),
              below(mark, names(shown)[!joint]))
        }), recursive = FALSE),
        below(.allMarks, names(shown)[joint]))
    tracks <- do.call(rbind, tracks)
    tracks$mark <- factor(tracks$mark, unique(tracks$mark))
    tracks$panel <- factor(tracks$panel, unique(tracks$panel))
    tracks
}

# What is below the signals, `rows` of all tracks: lines with a faint area, and
# a line for uniform attention. The blank layer gives a track the same scale for
# all marks.
.trackAreas <- function(rows, shown) {
    bins <- length(binOffsets(shown[[1L]]))
    rows$lower <- rows$value - rows$spread
    rows$upper <- rows$value + rows$spread
    looked <- names(Filter(function(x) x@kind == "attention", shown))
    uniform <- unique(rows[rows$track %in% looked, "panel", drop = FALSE])
    spread <- rows[!is.na(rows$spread), ]
    list(if (length(looked) > 0L)
             ggplot2::geom_hline(ggplot2::aes(yintercept = .data$uniform),
                                 cbind(uniform, uniform = 1 / bins),
                                 linetype = "dashed", colour = "grey60",
                                 linewidth = 0.3),
         ggplot2::geom_ribbon(ggplot2::aes(ymin = 0, ymax = .data$value,
                                           fill = .data$mark), rows,
                              alpha = 0.2),
         if (nrow(spread) > 0L) .memberBand(spread, bins),
         if (bins > 1L) ggplot2::geom_line(ggplot2::aes(colour = .data$mark),
                                           rows, linewidth = 0.6)
         else ggplot2::geom_point(ggplot2::aes(colour = .data$mark), rows),
         ggplot2::geom_blank(data = .trackEnds(rows)))
}

# The lowest and highest value of each track, in each of its panels.
.trackEnds <- function(rows) {
    do.call(rbind, lapply(split(rows, rows$track), function(own) {
        ends <- range(0, own$value, own$lower, own$upper, na.rm = TRUE)
        expand.grid(panel = unique(own$panel), value = ends,
                    position = mean(own$position))
    }))
}

# The spread of the members around the line.
.memberBand <- function(rows, bins) {
    mapping <- ggplot2::aes(ymin = .data$lower, ymax = .data$upper)
    if (bins > 1L) ggplot2::geom_ribbon(mapping, rows, fill = "grey20",
                                        alpha = 0.25)
    else ggplot2::geom_linerange(mapping, rows)
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

.tracksTitle <- function(signal, shown) {
    paste0(.signalTitle(signal), ", and ", if (length(shown) > 1L)
        "what the model did with it" else .ofPrediction(
            shown[[1L]], .trackTitles[[.trackOf(shown[[1L]])]]))
}

# The label beside each track.
.trackLabels <- function(shown, cellType, marks) {
    weighs <- Filter(function(x) "beta" %in% assayNames(x), shown)
    beta <- if (length(weighs) == 0L) ""
            else .betaLabels(weighs[[1L]], cellType, marks)
    tracks <- lapply(names(shown), function(name) {
        of <- if (.isJoint(shown[[name]])) .allMarks else marks
        stats::setNames(rep(name, length(of)), paste(of, name))
    })
    c(stats::setNames(paste0(marks, beta), paste(marks, "signal")),
      unlist(tracks))
}

.betaLabels <- function(attention, cellType, marks) {
    value <- .betaMatrix(attention, 1L, cellType)[1L, marks]
    if (!.hasSpread(attention)) return(sprintf("\nbeta = %.2f", value))
    spread <- .betaMatrix(attention, 1L, cellType, "betaSpread")
    sprintf("\nbeta = %.2f \u00b1 %.2f", value, spread[1L, marks])
}

.geneTitle <- function(signal, attention, row, cellType, shown) {
    p <- .predictionsOf(attention, row, cellType)
    predicted <- if (.hasNumbers(attention)) {
        sprintf("%s (%s)", .predictionText(attention, p),
                .unitShown(attention))
    } else {
        sprintf("predicted %s (p = %.2f)", if (p > 0.5) "high" else "low", p)
    }
    ggplot2::labs(
        title = paste(.geneTitles(attention, row), "in", cellType),
        subtitle = paste(.measuredText(signal, attention, row, cellType),
                         predicted, sep = ", "),
        caption = .geneCaption(shown))
}

.geneCaption <- function(shown) {
    bins <- length(binOffsets(shown[[1L]]))
    kinds <- unique(vapply(shown, .trackOf, ""))
    kinds <- if (length(shown) > 1L) "several" else kinds
    caption <- sprintf(.ofPrediction(shown[[1L]], switch(
        kinds,
        alpha = paste("Bars: signal. Lines: attention over the bins (alpha);",
                      "dashed: uniform (1 / %d bins)."),
        share = paste("Bars: signal. Lines: the share of each of %d bins in",
                      "the logit, compared with the average training gene."),
        attribution = "Bars: signal. Lines: attribution of each of %d bins.",
        several = paste("Bars: signal. Lines: attention and attribution of",
                        "each of %d bins."))), bins)
    any <- function(test) length(Filter(test, shown)) > 0L
    if (any(.hasSpread)) {
        caption <- paste0(caption, "\nGrey bands: one standard deviation of ",
                          "the members of the ensemble.")
    }
    if (!any(function(x) "beta" %in% assayNames(x))) return(caption)
    paste0(caption, "\nbeta: attention over the marks.")
}

# Places the tracks of a mark close together, with gaps between marks.
.themeTracks <- function(marks, shown) {
    joint <- vapply(shown, .isJoint, NA)
    gaps <- c(rep(c(rep(2, sum(!joint)), 9), marks), rep(2, sum(joint)))
    gaps <- gaps[seq_len(marks * (1L + sum(!joint)) + sum(joint) - 1L)]
    ggplot2::theme(
        legend.position = "none",
        panel.spacing.y = ggplot2::unit(gaps, "pt"),
        panel.grid.major.y = ggplot2::element_blank(),
        strip.placement = "outside",
        strip.text.y.left = ggplot2::element_text(angle = 0, hjust = 1))
}
