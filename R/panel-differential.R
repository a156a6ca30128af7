#' Test for differential attention
#'
#' Finds the genes and marks whose attention differs between two groups of cell
#' types. This finds all genes that behave like PAX5 in the paper's figure 2c,
#' without selecting them by hand. The test is limma's moderated t-test, which
#' shares information about the variance between genes.
#'
#' If both groups have at least two cell types, the cell types are the
#' replicates (averaged over the panels). Otherwise the panels are the
#' replicates and must have been trained with different seeds. Such a test
#' describes the variation of training, not that of samples, and is not evidence
#' of a difference between cell types.
#'
#' @param panels A panel ([trainCellTypes()]), or a list of panels of the same
#'   cell types, trained with different seeds.
#' @param signal A signal with the cell types to compare.
#' @param between Named list of two groups of cell types, such as
#'   `list(stem = c("E003", "E016"), blood = c("E116", "E062"))`.
#' @param what `"beta"`, the attention to the mark, or `"alpha"`, the fraction
#'   of the attention to the mark's bins that is near the TSS.
#' @param within For `"alpha"`, the maximum distance in base pairs from the TSS
#'   to the centre of a bin that is near it.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param x The result of `differentialAttention()`.
#' @param n Number of rows to print.
#' @param ... Not used.
#' @return A data frame of class `differentialAttention` with one row per gene
#'   and mark, sorted by p-value: `gene`, `mark`, `first` and `second` (means
#'   of the two groups), `difference` (second minus first), `t`, `pValue`, and
#'   `fdr`, the p-value adjusted over all rows by the method of Benjamini and
#'   Hochberg. As beta sums to 1 over the marks, the marks of a gene are not
#'   independent. `plot()` returns a volcano plot as a `ggplot`.
#' @references Singh et al. (2017), figure 2c; Smyth (2004), Statistical
#'   Applications in Genetics and Molecular Biology 3, 3.
#' @export
#' @examplesIf requireNamespace("limma", quietly = TRUE)
#' signal <- simulateChromatin(genes = 90, cellTypes = 4, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12))
#' panel <- trainCellTypes(signal, epochs = 3, filters = 4, context = 4,
#'     learningRate = 0.01, BPPARAM = BiocParallel::SerialParam())
#' found <- differentialAttention(panel, signal, list(
#'     stem = c("cellType1", "cellType2"),
#'     blood = c("cellType3", "cellType4")))
#' found
#' plot(found)
differentialAttention <- function(panels, signal, between,
                                  what = c("beta", "alpha"), within = 1000,
                                  threads = NULL) {
    .needs("limma", "for the tests of differentialAttention()")
    what <- .checkChoice(what, "what", c("beta", "alpha"))
    .checkNumber(within, "within", .Machine$double.eps)
    if (is(panels, "AttentiveChromePanel")) panels <- list(panels)
    if (!is.list(panels) || length(panels) == 0L) {
        .stop("{.arg panels} must be a panel or a list of panels",
              x = "It is of class {.cls {class(panels)[1]}}.")
    }
    .checkSignal(signal)
    .checkGroups(between, signal, length(panels))
    signal <- signal[, unlist(between)]
    values <- lapply(panels, function(panel) {
        att <- attention(panel, signal, threads = threads)
        if (what == "beta") .betaRows(att) else .alphaRows(att, within)
    })
    structure(.differences(values, between), what = what, between = between,
              class = c("differentialAttention", "data.frame"))
}

.checkGroups <- function(between, signal, panels) {
    if (!is.list(between) || length(between) != 2L ||
        !.areNames(names(between)) || !all(lengths(between) > 0L)) {
        .stop("{.arg between} must be a named list of two groups of cell types",
              i = "For example {.code list(stem = \"E003\",
                   blood = \"E116\")}.")
    }
    .checkCellTypes(signal, unlist(between), "between")
    if (anyDuplicated(unlist(between))) {
        .stop("{.arg between} must not have a cell type more than once")
    }
    if (min(lengths(between)) < 2L && panels < 2L) {
        .stop("There must be replicates: at least two cell types in each group
               of {.arg between}, or panels with different seeds",
              x = "Found {lengths(between)[1]} and {lengths(between)[2]} cell
                   type{?s} and one panel.")
    }
}

# Genes x cell types x marks as a matrix with one row per gene and mark (genes
# vary fastest) and one column per cell type.
.asRows <- function(x, genes, marks) {
    rows <- matrix(aperm(x, c(1L, 3L, 2L)), length(genes) * length(marks))
    list(values = rows, gene = rep(genes, length(marks)),
         mark = rep(marks, each = length(genes)))
}

.betaRows <- function(attention) {
    .checkMarkAttention(attention)
    beta <- as.array(assay(attention, "beta"))
    .asRows(beta, rownames(attention), dimnames(beta)[[3L]])
}

.alphaRows <- function(attention, within) {
    near <- which(abs(.binCentres(attention)) <= within)
    if (length(near) == 0L) {
        .stop("{.arg within} must reach the centre of a bin",
              x = "It is {within}; bins are {binWidth(attention)} bp wide.")
    }
    names <- marks(attention)
    shares <- vapply(names, function(mark) {
        alpha <- as.array(assay(attention, mark))[, , near, drop = FALSE]
        rowSums(alpha, dims = 2L)
    }, matrix(0, nrow(attention), ncol(attention)))
    .asRows(shares, rownames(attention), names)
}

# `values`: one element per panel, with columns in the order of the groups.
.differences <- function(values, between) {
    group <- rep(seq_along(between), lengths(between))
    all <- lapply(values, `[[`, "values")
    if (min(lengths(between)) >= 2L) {
        x <- Reduce(`+`, all) / length(all)
    } else {
        # Panels are the replicates: average the cell types of each group.
        x <- do.call(cbind, lapply(all, function(v) {
            cbind(rowMeans(v[, group == 1L, drop = FALSE]),
                  rowMeans(v[, group == 2L, drop = FALSE]))
        }))
        group <- rep(1:2, length(all))
    }
    fit <- limma::eBayes(limma::lmFit(x, cbind(1, group == 2L)))
    out <- data.frame(gene = values[[1L]]$gene, mark = values[[1L]]$mark,
                      first = rowMeans(x[, group == 1L, drop = FALSE]),
                      second = rowMeans(x[, group == 2L, drop = FALSE]))
    out$difference <- out$second - out$first
    out$t <- fit$t[, 2L]
    out$pValue <- fit$p.value[, 2L]
    out$fdr <- stats::p.adjust(out$pValue, "BH")
    out <- out[order(out$pValue), ]
    rownames(out) <- NULL
    out
}

# ---- the result -------------------------------------------------------------

.differenceTitles <- c(beta = "attention to the mark",
                       alpha = "share of the attention near the TSS")

#' @rdname differentialAttention
#' @export
print.differentialAttention <- function(x, n = 10L, ...) {
    if (!all(c("pValue", "fdr") %in% names(x))) return(NextMethod())
    between <- attr(x, "between")
    cat(sprintf("Difference in %s\n", .differenceTitles[[attr(x, "what")]]),
        sprintf("%s: %s, %s\n", c("first", "second"), names(between),
                vapply(between, .some, "")), sep = "")
    if (min(lengths(between)) < 2L) {
        cat("Replicates are seeds: p-values are not about cell types\n")
    }
    cat(sprintf("%d of %d rows (genes x marks) have an FDR below 0.05\n",
                sum(x$fdr < 0.05, na.rm = TRUE), nrow(x)))
    print.data.frame(utils::head(x, n), digits = 3L, row.names = FALSE)
    if (nrow(x) > n) cat(sprintf("... and %d more rows\n", nrow(x) - n))
    invisible(x)
}

#' @rdname differentialAttention
#' @export
plot.differentialAttention <- function(x, ...) {
    between <- names(attr(x, "between"))
    x$strength <- -log10(x$pValue)
    x$mark <- factor(x$mark, unique(sort(x$mark)))
    best <- utils::head(x[which(x$fdr < 0.05), ], 8L)
    limit <- x$strength[x$fdr < 0.05]
    figure <- ggplot2::ggplot(x, ggplot2::aes(.data$difference,
                                              .data$strength)) +
        ggplot2::geom_point(ggplot2::aes(colour = .data$mark), size = 1.2,
                            alpha = 0.7) +
        ggplot2::geom_text(ggplot2::aes(label = .data$gene), best, size = 3,
                           vjust = -0.7, check_overlap = TRUE) +
        ggplot2::scale_colour_manual("Mark",
                                     values = .markColours(levels(x$mark))) +
        ggplot2::labs(x = sprintf("Difference in %s (%s less %s)",
                                  .differenceTitles[[attr(x, "what")]],
                                  between[2L], between[1L]),
                      y = expression(-log[10](p)),
                      caption = "Above the dashed line: FDR below 0.05.") +
        .themeChrome()
    if (length(limit) == 0L) return(figure + ggplot2::labs(caption = NULL))
    figure + ggplot2::geom_hline(yintercept = min(limit), colour = "grey50",
                                 linetype = "dashed")
}
