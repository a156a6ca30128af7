#' Plot the attention over the marks
#'
#' Plots a heat map of the attention over the marks (beta), marks x cell types.
#' It has one panel per selected gene, as in figure 2c of the paper, or shows
#' the means over the genes predicted high and over those predicted low. In each
#' column, beta sums to 1 over the marks of the model. For an ensemble, beta is
#' the mean over the members, and the labels have its standard deviation over
#' the members; in means over genes, the mean over the genes of this standard
#' deviation.
#'
#' @param attention An attention ([attention()]) of a model that attends to
#'   marks.
#' @param genes Row names of at most twenty genes or, if `rowData(attention)`
#'   has this column, their `symbol`; `NULL` for the means over the genes.
#' @param cellTypes Names of the cell types; by default all.
#' @param threshold Genes with a probability of high expression above this value
#'   are predicted high. Of models of numbers, those above the median of all
#'   predictions shown are set apart instead.
#' @param cluster Order the cell types by the similarity of their attention,
#'   using complete linkage of the euclidean distances of beta, averaged over
#'   the genes shown.
#' @return A `ggplot` object. Its `data` has one row per tile: `panel`,
#'   `cellType`, `mark`, `beta` (`NA` if no gene of the cell type is predicted
#'   high, or low), `spread` (`NA` unless of an ensemble), and `column`, the
#'   label below it.
#' @references Singh et al. (2017), figure 2c,
#'   <https://arxiv.org/abs/1708.00339>.
#' @seealso [plotAttention()], [plotGene()]
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4,
#'     seed = 1)
#' att <- attention(model, signal)
#' plotMarkAttention(att)
#' plotMarkAttention(att, genes = rownames(att)[1:2])
plotMarkAttention <- function(attention, genes = NULL, cellTypes = NULL,
                              threshold = 0.5, cluster = FALSE) {
    .checkAttention(attention)
    .checkMarkAttention(attention)
    .checkNumber(threshold, "threshold", 0, 1)
    cellTypes <- unique(.checkCellTypes(attention,
                                        cellTypes %||% colnames(attention),
                                        "cellTypes"))
    if (.checkFlag(cluster, "cluster")) {
        cellTypes <- .clusterCellTypes(attention, genes, cellTypes)
    }
    tiles <- if (is.null(genes)) {
        .meanBetaTiles(attention, cellTypes, threshold)
    } else {
        .geneBetaTiles(attention, .checkFewGenes(attention, genes), cellTypes)
    }
    ggplot2::ggplot(tiles, ggplot2::aes(.data$key, .data$mark,
                                        fill = .data$beta)) +
        ggplot2::geom_tile(colour = "white", linewidth = 0.4) +
        .tileLabels(tiles) +
        ggplot2::facet_wrap(ggplot2::vars(.data$panel), scales = "free_x",
                            labeller = ggplot2::label_wrap_gen(30),
                            ncol = .panelsARow(tiles)) +
        .columnScale(tiles) +
        ggplot2::scale_y_discrete(limits = rev(levels(tiles$mark)),
                                  expand = c(0, 0)) +
        ggplot2::scale_fill_viridis_c("Attention\n(beta)", option = "mako",
                                      direction = -1, begin = 0.2,
                                      na.value = "grey92",
                                      limits = c(0, .highest(tiles))) +
        ggplot2::labs(x = NULL, y = NULL,
                      caption = .betaCaption(attention, genes, tiles)) +
        .themeChrome() + .themeTiles(.isWide(tiles))
}

.clusterCellTypes <- function(attention, genes, cellTypes) {
    rows <- if (is.null(genes)) seq_len(nrow(attention))
            else .checkFewGenes(attention, genes)
    means <- vapply(cellTypes, function(cellType) {
        colMeans(.betaMatrix(attention, rows, cellType))
    }, numeric(dim(assay(attention, "beta"))[3L]))
    if (ncol(means) < 3L) return(cellTypes)
    cellTypes[stats::hclust(stats::dist(t(means)))$order]
}

.checkFewGenes <- function(attention, genes, most = 20L) {
    rows <- .findGenes(attention, genes)
    if (length(rows) > most) {
        .stop("The figure has room for only {most} genes",
              x = "{.arg genes} names {length(rows)}.",
              i = "Omit {.arg genes} to show the means over all genes.")
    }
    rows
}

# beta, or its spread over the members of an ensemble, of some rows in one cell
# type: genes x marks.
.betaMatrix <- function(attention, rows, cellType, name = "beta") {
    beta <- assay(attention, name, withDimnames = FALSE)
    marks <- dimnames(beta)[[3L]] %||% marks(attention)
    column <- match(cellType, colnames(attention))
    matrix(as.array(beta[rows, column, , drop = FALSE]), length(rows),
           dimnames = list(NULL, marks))
}

# NA unless of an ensemble.
.betaSpreads <- function(attention, rows, cellType) {
    if ("betaSpread" %in% assayNames(attention)) {
        return(.betaMatrix(attention, rows, cellType, "betaSpread"))
    }
    beta <- .betaMatrix(attention, rows, cellType)
    beta[] <- NA_real_
    beta
}

.geneBetaTiles <- function(attention, rows, cellTypes) {
    titles <- .geneTitles(attention, rows, "%s\n%s")
    measured <- .labelsOf(attention, rows, cellTypes)
    p <- .predictionsOf(attention, rows, cellTypes)
    tiles <- lapply(seq_along(cellTypes), function(j) {
        state <- c("low\n", "high\n")[measured[, j] + 1L]
        state[is.na(state) | .hasNumbers(attention)] <- ""
        column <- sprintf("%s\n%s%s", cellTypes[j], state,
                          .predictionText(attention, p[, j]))
        .betaTiles(.betaMatrix(attention, rows, cellTypes[j]),
                   .betaSpreads(attention, rows, cellTypes[j]), titles, column,
                   cellTypes[j])
    })
    .asTiles(tiles, titles, cellTypes)
}

.meanBetaTiles <- function(attention, cellTypes, threshold) {
    panels <- paste("Mean of genes predicted", .stateWords(attention))
    rows <- seq_len(nrow(attention))
    high <- .predictedHigh(attention, rows, cellTypes, threshold)
    tiles <- lapply(seq_along(cellTypes), function(j) {
        cellType <- cellTypes[j]
        on <- high[, j]
        members <- list(which(on), which(!on))
        means <- function(x) {
            do.call(rbind, lapply(members, function(m) {
                colMeans(x[m, , drop = FALSE])
            }))
        }
        .betaTiles(means(.betaMatrix(attention, rows, cellType)),
                   means(.betaSpreads(attention, rows, cellType)), panels,
                   sprintf("%s\nn = %s", cellType,
                           format(lengths(members), big.mark = ",",
                                  trim = TRUE)),
                   cellType)
    })
    # Both panels have all cell types, in one order; a panel without genes is
    # dropped.
    tiles <- .asTiles(tiles, panels, cellTypes)
    empty <- tapply(is.na(tiles$beta), tiles$panel, all)
    droplevels(tiles[!empty[tiles$panel], ])
}

# Converts a matrix of panels x marks to one row per tile.
.betaTiles <- function(beta, spread, panels, columns, cellType) {
    data.frame(panel = rep(panels, ncol(beta)), cellType = cellType,
               mark = rep(colnames(beta), each = nrow(beta)),
               beta = as.vector(beta), spread = as.vector(spread),
               column = rep(columns, ncol(beta)))
}

# `key` identifies a column of a panel, as each has its own label.
.asTiles <- function(tiles, panels, cellTypes) {
    marks <- unique(tiles[[1L]]$mark)
    tiles <- do.call(rbind, tiles)
    tiles$mark <- factor(tiles$mark, marks)
    tiles$panel <- factor(tiles$panel, intersect(panels, tiles$panel))
    tiles$cellType <- factor(tiles$cellType, cellTypes)
    tiles$key <- interaction(tiles$panel, tiles$cellType, drop = TRUE,
                             lex.order = TRUE)
    tiles
}

# With many cell types there is room only for their names, and for one panel per
# row; with few, a row of panels has about nine columns.
.isWide <- function(tiles) nlevels(tiles$cellType) > 6L

.panelsARow <- function(tiles) {
    fit <- min(3L, max(1L, 9L %/% nlevels(tiles$cellType)))
    min(fit, nlevels(tiles$panel))
}

.columnScale <- function(tiles) {
    first <- tiles[!duplicated(tiles$key), ]
    labels <- if (.isWide(tiles)) as.character(first$cellType) else first$column
    ggplot2::scale_x_discrete(labels = stats::setNames(labels, first$key),
                              expand = c(0, 0))
}

.highest <- function(tiles) max(tiles$beta, na.rm = TRUE)

# Shows the values if there is room, in white on the dark half of the scale.
.tileLabels <- function(tiles) {
    if (nlevels(tiles$key) > 18L) return(NULL)
    tiles <- tiles[!is.na(tiles$beta), ]
    dark <- tiles$beta > 0.5 * .highest(tiles)
    label <- sprintf("%.2f", tiles$beta)
    known <- !is.na(tiles$spread)
    label[known] <- sprintf("%s\n\u00b1 %.2f", label, tiles$spread)[known]
    ggplot2::geom_text(ggplot2::aes(label = label), tiles,
                       colour = ifelse(dark, "white", "black"), size = 3)
}

.themeTiles <- function(wide) {
    theme <- ggplot2::theme(legend.position = "right",
                            panel.grid = ggplot2::element_blank())
    if (!wide) return(theme)
    theme + ggplot2::theme(axis.text.x = ggplot2::element_text(
        angle = 90, hjust = 1, vjust = 0.5, size = 7))
}

.betaCaption <- function(attention, genes, tiles) {
    sum <- "Beta sums to 1 over the marks of a gene."
    if (!all(is.na(tiles$spread))) {
        sum <- paste0(sum, "\n\u00b1: standard deviation over the members.")
    }
    if (.isWide(tiles)) return(sum)
    if (is.null(genes)) return(paste("n: genes.", sum))
    if (.hasNumbers(attention)) {
        return(sprintf("predicted: %s.\n%s", .unitShown(attention), sum))
    }
    paste0("high, low: measured expression; p: predicted probability of ",
           "high.\n", sum)
}
