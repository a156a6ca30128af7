#' @rdname checkSplit
#' @param x The result of `checkSplit()`.
#' @param ... Not used.
#' @export
print.splitCheck <- function(x, ...) {
    genes <- x$parts[!duplicated(x$parts$part), ]
    cat("Parts: ", paste(genes$part, .nGenes(genes$genes), collapse = ", "),
        "\n", sep = "")
    known <- x$shared[!is.na(x$shared$pairs), ]
    for (one in split(known, .twoParts(known))) .printShared(one)
    .printHigh(x$parts)
    writeLines(strwrap(.splitAdvice(x), 78L))
    invisible(x)
}

.twoParts <- function(shared) {
    two <- paste(shared$first, "and", shared$second)
    factor(two, unique(two))
}

.printShared <- function(shared) {
    cat(sprintf("\n%s\n", .twoParts(shared)[1L]))
    titles <- .sharedTitles[shared$kind]
    if (all(shared$pairs == 0L)) {
        cat("  none: ", paste(titles, collapse = ", "), "\n", sep = "")
        return(invisible())
    }
    share <- function(genes, share) sprintf("%d (%.1f%%)", genes, 100 * share)
    table <- data.frame(
        titles, shared$pairs, share(shared$firstGenes, shared$firstShare),
        share(shared$secondGenes, shared$secondShare),
        ifelse(is.na(shared$agreement), "-",
               sprintf("%.0f%% (%.0f%%)", 100 * shared$agreement,
                       100 * shared$expected)))
    names(table) <- c("", "pairs", paste("of", shared$first[1L]),
                      paste("of", shared$second[1L]), "same label (expected)")
    print(table, row.names = FALSE)
}

# One column for each of up to four cell types; otherwise their range.
.printHigh <- function(parts) {
    if (all(is.na(parts$high))) return(invisible())
    cat("\nHigh genes\n")
    cells <- unique(parts$cellType)
    part <- factor(parts$part, unique(parts$part))
    table <- if (length(cells) <= 4L) {
        tapply(parts$high, list(part, factor(parts$cellType, cells)), mean)
    } else {
        vapply(c(mean = mean, min = min, max = max), function(f) {
            tapply(parts$high, part, f, na.rm = TRUE)
        }, numeric(nlevels(part)))
    }
    print(noquote(ifelse(is.na(table), "-", sprintf("%.0f%%", 100 * table))),
          right = TRUE)
}

# What to do, and what could not be compared.
.splitAdvice <- function(x) {
    found <- tapply(x$shared$pairs, x$shared$kind, sum)
    some <- names(found)[found %in% setdiff(found, c(0, NA))]
    c("",
      if ("sameGene" %in% some) "Some genes are in several parts: remove them
          from all but one.",
      if (any(c("overlap", "neighbour") %in% some)) "splitGenes(by =
          \"chromosome\") keeps genes that share DNA in one part.",
      if ("paralogue" %in% some) "To keep a family in one part, split the genes
          by hand.",
      if (length(some) == 0L) "Nothing is shared, as far as it is known.",
      if (!x$positions) "Windows and neighbours were not compared, as not all
          parts have the positions of their genes: pass `genes` with ranges to
          chromatinSignal().",
      if (is.null(x$families)) "Paralogues were not compared: pass `families`.")
}

#' @rdname checkSplit
#' @method as.data.frame splitCheck
#' @param row.names,optional Not used.
#' @export
as.data.frame.splitCheck <- function(x, row.names = NULL, optional = FALSE,
                                     ...) {
    x$shared
}

#' @rdname checkSplit
#' @param type For `plot()`, `"shared"`: the share of the genes of the later
#'   part that have a partner in the earlier part, by kind; or `"high"`: the
#'   share of high genes by part, one point for each cell type.
#' @export
plot.splitCheck <- function(x, type = c("shared", "high"), ...) {
    type <- .checkChoice(type, "type", c("shared", "high"))
    if (type == "high") .plotHigh(x$parts) else .plotShared(x$shared)
}

.percentLabels <- function(at) paste0(format(100 * at, trim = TRUE), "%")

.plotShared <- function(shared) {
    shared <- shared[!is.na(shared$pairs), ]
    shared$title <- factor(.sharedTitles[shared$kind], rev(.sharedTitles))
    two <- paste("of", shared$second, "with", shared$first)
    shared$two <- factor(two, unique(two))
    text <- ggplot2::geom_text(
        ggplot2::aes(label = sprintf(" %.1f%%", 100 * .data$secondShare)),
        hjust = 0, size = 3)
    ggplot2::ggplot(shared, ggplot2::aes(.data$secondShare, .data$title)) +
        ggplot2::geom_col(fill = .otherColours[4L], width = 0.6) + text +
        ggplot2::facet_wrap(ggplot2::vars(.data$two), ncol = 1L) +
        ggplot2::scale_x_continuous(
            labels = .percentLabels,
            expand = ggplot2::expansion(mult = c(0, 0.15))) +
        ggplot2::expand_limits(x = 0.01) +
        ggplot2::labs(x = "Share of genes", y = NULL) + .themeChrome()
}

.plotHigh <- function(parts) {
    if (all(is.na(parts$high))) {
        .stop("{.code type = \"high\"} needs labels, and the split has none")
    }
    parts$part <- factor(parts$part, rev(unique(parts$part)))
    ggplot2::ggplot(parts[!is.na(parts$high), ],
                    ggplot2::aes(.data$high, .data$part)) +
        ggplot2::geom_point(colour = .otherColours[4L], size = 2,
                            alpha = 0.7) +
        ggplot2::scale_x_continuous(labels = .percentLabels,
                                    limits = c(0, 1)) +
        ggplot2::labs(x = "Genes with high expression, by cell type",
                      y = NULL) + .themeChrome()
}
