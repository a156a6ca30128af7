#' Plot the attention over the bins
#'
#' Plots the mean attention (alpha) of the genes at each position around the
#' transcription start site (TSS), with one line per mark, as in figure 2a of
#' the paper. Genes predicted to have high expression are above those predicted
#' to have low expression, with one column of panels per cell type. The dashed
#' line shows uniform attention, which prefers no bin.
#'
#' Attention is a weight, not an effect. Compare it with the signal itself
#' ([plotGene()]) before drawing biological conclusions.
#'
#' @param attention An attention ([attention()]) or an attribution
#'   ([attribution()]), which has no uniform value.
#' @param what `"alpha"`, or for `"additive"` models also `"share"`: what each
#'   bin contributes to the logit, with its sign, compared with the average
#'   training gene.
#' @param cellTypes Names of the cell types, at most six; by default all.
#' @param marks Names of the marks; by default all.
#' @param spread What the bands show: the lower and upper quartile of the genes
#'   (`"quartiles"`; the mean can lie outside if it is dominated by few genes),
#'   one standard deviation of the genes on either side, cut at 0 for attention
#'   (`"sd"`), the disagreement of the members of an ensemble (`"members"`), or
#'   no band (`"none"`). By default `"members"` for an ensemble, otherwise
#'   `"quartiles"`. With `"members"`, half the width of the band is the mean
#'   over the genes of the standard deviation over the members. The mean over
#'   the genes itself varies at most as much.
#' @param threshold Genes with a probability of high expression above this value
#'   are predicted high. Of models of numbers, those above the median of all
#'   predictions shown are set apart instead.
#' @return A `ggplot` object. Its `data` has one row per panel, mark and bin:
#'   `cellType`, `state`, `genes`, `mark`, `position` (centre of the bin in base
#'   pairs from the TSS), `mean`, `lower`, `upper`.
#' @references Singh et al. (2017), figure 2a,
#'   <https://arxiv.org/abs/1708.00339>.
#' @seealso [plotMarkAttention()], [plotGene()]
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4,
#'     seed = 1)
#' plotAttention(attention(model, signal))
plotAttention <- function(attention, cellTypes = NULL, marks = NULL,
                          what = c("alpha", "share"),
                          spread = NULL, threshold = 0.5) {
    .checkAttention(attention)
    attention <- .chooseTracks(attention, if (missing(what)) "alpha" else what)
    cellTypes <- .checkFewCellTypes(attention, cellTypes)
    marks <- .chooseMarks(attention, marks)
    spread <- .chooseSpread(attention, spread)
    .checkNumber(threshold, "threshold", 0, 1)
    curves <- .attentionCurves(attention, cellTypes, marks, spread, threshold)
    uniform <- 1 / length(binOffsets(attention))
    ggplot2::ggplot(curves, ggplot2::aes(.data$position)) +
        .tssLine() +
        .uniformLine(attention, uniform) +
        .spreadRibbon(spread) +
        .meanLine(uniform < 1) +
        ggplot2::facet_wrap(ggplot2::vars(.data$panel), drop = FALSE,
                            ncol = length(cellTypes)) +
        .scalePosition(attention) +
        .scaleImportance(attention) +
        ggplot2::scale_colour_manual("Mark", values = .markColours(marks),
                                     aesthetics = c("colour", "fill"),
                                     guide = .marksGuide(marks)) +
        ggplot2::labs(caption = .attentionCaption(spread, attention)) +
        .themeChrome()
}

# As many rows as keep the names of a pair's channels within the figure.
.marksGuide <- function(marks, wide = 6L) {
    ggplot2::guide_legend(
        nrow = if (length(marks) > wide) ceiling(length(marks) / (wide / 2)))
}

.chooseSpread <- function(attention, spread) {
    has <- .hasSpread(attention)
    spread <- .checkChoice(spread %||% if (has) "members" else "quartiles",
                           "spread", c("quartiles", "sd", "members", "none"))
    if (spread == "members" && !has) {
        .stop("{.code spread = \"members\"} needs the attention of an ensemble",
              i = "{.code attentiveChrome(members = 5)} trains one.")
    }
    spread
}

.importanceTitle <- function(x) {
    method <- metadata(x)$attribution$method
    if (is.null(method)) return("Mean attention (alpha)")
    title <- c(saliency = "Mean saliency (|d logit / d signal|)",
        gradientInput = "Mean gradient x signal (logit)",
        integratedGradients = "Mean integrated gradient (logit)",
        expectedGradients = "Mean expected gradient (logit)",
        share = "Mean share of the logit",
        occlusion = "Mean effect of occlusion (logit)")[[method]]
    .ofPrediction(x, title)
}

# Attention is a share, so its scale starts at 0 and small differences look
# small. An attribution may have any sign.
.scaleImportance <- function(x) {
    shares <- is.null(metadata(x)$attribution)
    ggplot2::scale_y_continuous(
        .importanceTitle(x),
        limits = if (shares) function(limits) c(0, limits[2L]),
        expand = ggplot2::expansion(mult = c(if (shares) 0 else 0.02, 0.05)))
}

# Attention sums to 1, so its reference is uniform; that of an attribution is 0.
.uniformLine <- function(x, uniform) {
    at <- if (x@kind == "attention") uniform else 0
    ggplot2::geom_hline(yintercept = at, linetype = "dashed",
                        colour = "grey60", linewidth = 0.3)
}

.checkFewCellTypes <- function(attention, cellTypes, most = 6L) {
    chosen <- unique(.checkCellTypes(attention,
                                     cellTypes %||% colnames(attention),
                                     "cellTypes"))
    if (length(chosen) > most) {
        .stop("The figure has room for only {most} cell types",
              x = "There are {length(chosen)}.",
              i = "Select some with {.arg cellTypes}, for example
                   {.code cellTypes = {deparse(chosen[1:2])}}.")
    }
    chosen
}

# One row per cell type, state (predicted high or low), mark and bin.
.attentionCurves <- function(attention, cellTypes, marks, spread, threshold) {
    on <- .predictedHigh(attention, seq_len(nrow(attention)), cellTypes,
                         threshold)
    groups <- expand.grid(cellType = cellTypes, state = c("high", "low"),
                          stringsAsFactors = FALSE)
    members <- Map(function(cellType, state) {
        which(on[, cellType] == (state == "high"))
    }, groups$cellType, groups$state)
    groups$genes <- lengths(members, use.names = FALSE)
    groups$panel <- sprintf("%s\npredicted %s (%s)", groups$cellType,
                            .stateWords(attention)[groups$state],
                            .nGenes(groups$genes))
    curves <- list()
    for (mark in marks) for (cellType in cellTypes) {
        alpha <- binMatrix(attention, mark, cellType)
        of <- if (spread == "members") .spreadMatrix(attention, mark, cellType)
        for (i in which(groups$cellType == cellType & groups$genes > 0L)) {
            curves[[length(curves) + 1L]] <- data.frame(
                groups[i, ], mark = factor(mark, marks),
                position = .binCentres(attention),
                .meanAndSpread(alpha[members[[i]], , drop = FALSE], spread,
                               of[members[[i]], , drop = FALSE]),
                row.names = NULL)
        }
    }
    curves <- do.call(rbind, curves)
    # Keeps an empty panel if its row has others, so that columns stay aligned.
    shown <- groups$state %in% curves$state
    curves$panel <- factor(curves$panel, groups$panel[shown])
    curves
}

# `ofMembers`: the standard deviations over the members.
.meanAndSpread <- function(alpha, spread, ofMembers) {
    mean <- colMeans(alpha)
    around <- function(deviation) {
        rbind(pmax(mean - deviation, min(alpha, 0)), mean + deviation)
    }
    band <- switch(spread,
        quartiles = apply(alpha, 2L, stats::quantile, c(0.25, 0.75)),
        sd = around(if (nrow(alpha) > 1L) apply(alpha, 2L, stats::sd) else 0),
        members = around(colMeans(ofMembers)),
        none = rbind(mean, mean))
    data.frame(mean = mean, lower = band[1L, ], upper = band[2L, ])
}

# Faint and below all lines, so that five marks are legible.
.spreadRibbon <- function(spread) {
    if (spread == "none") return(NULL)
    ggplot2::geom_ribbon(
        ggplot2::aes(ymin = .data$lower, ymax = .data$upper,
                     fill = .data$mark), alpha = 0.15)
}

.meanLine <- function(manyBins) {
    mapping <- ggplot2::aes(y = .data$mean, colour = .data$mark)
    if (manyBins) ggplot2::geom_line(mapping, linewidth = 0.6)
    else ggplot2::geom_point(mapping)
}

.attentionCaption <- function(spread, attention) {
    band <- c(quartiles = "Band: quartiles of the genes. ",
              sd = "Band: one standard deviation of the genes. ",
              members = "Band: one standard deviation of the members. ",
              none = "")
    if (attention@kind == "attribution") return(band[[spread]])
    sprintf("%sDashed: uniform attention (1 / %d bins).", band[[spread]],
            length(binOffsets(attention)))
}
