# The genes that change between two cell types, by a model of the difference.

#' Predicted differential expression
#'
#' Lists the genes of a signal by their predicted change of expression from cell
#' type A to B, with an interval, the measured change, and the marks and bins
#' that carry the prediction.
#'
#' What a mark and a bin carry is measured from a gene without any change: the
#' same gene, with the signal of B as in A. The derivatives of the predicted
#' change are averaged along the straight line from there to the gene
#' (integrated gradients; Sundararajan et al. 2017), and multiplied by the
#' difference of the signal. The sum over all marks and bins is the predicted
#' change minus that of the gene without change, up to the error of an average
#' over `points`.
#'
#' A predicted change is no test: its interval is that of the measured change of
#' a gene with such signal, in one pair of samples. With `counts` of replicates,
#' limma (voom) or edgeR (quasi-likelihood F tests) tests each gene, and the
#' table has its answer beside the prediction.
#'
#' @param model A model or an ensemble of the difference of two cell types
#'   ([attentiveChrome()] with `target = "difference"`).
#' @param signal A signal ([chromatinSignal()]) of the two cell types, or a pair
#'   ([pairCellTypes()]).
#' @param genes Row names or symbols of genes; by default all.
#' @param level Level of the intervals. Models without validation genes have
#'   none.
#' @param points Points on the line of each gene.
#' @param counts A matrix of read counts, genes x samples, with replicates of
#'   both cell types; or `NULL`. Genes are matched by name.
#' @param groups With `counts`, a list of two character vectors: the samples of
#'   A and those of B.
#' @param test With `counts`, `"limma"` or `"edgeR"`: the package that tests.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A data frame of class `differentialExpression`, the largest predicted
#'   change first: `gene`; `measured`, `NA` if the signal has no expression;
#'   `predicted`, `lower` and `upper`; `mark`, the one that carries most of the
#'   prediction, `carried`, how much of it, and `position`, the centre of its
#'   strongest bin (base pairs from the TSS); `marks`, a list of named vectors
#'   with what each mark carries; with `counts`, `limmaChange` (log2 fold
#'   change of B over A), `limmaP` and `limmaFdr` (Benjamini and Hochberg), or
#'   `edgeRChange`, `edgeRP` and `edgeRFdr`.
#'   `plot()`: a `ggplot` of the measured against the predicted changes.
#' @references Sundararajan et al. (2017), <https://arxiv.org/abs/1703.01365>;
#'   Law et al. (2014), voom, Genome Biology 15, R29; Lun, Chen and Smyth
#'   (2016), edgeR, Methods in Molecular Biology 1418, 391.
#' @seealso [smallestFlip()], for the marks of B that must be as in A for the
#'   change to vanish
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 90, cellTypes = 2, seed = 1)
#' parts <- splitGenes(signal)
#' model <- attentiveChrome(parts, target = "difference", epochs = 2,
#'     filters = 4, context = 4, seed = 1)
#' changes <- differentialExpression(model, parts$test)
#' changes
#' changes$marks[[1]]
#' plot(changes)
differentialExpression <- function(model, signal, genes = NULL, level = 0.9,
                                   points = 32, counts = NULL, groups = NULL,
                                   test = c("limma", "edgeR"), threads = NULL) {
    .checkModel(model)
    .checkDifference(model)
    .checkNumber(level, "level", 0.5, 0.999)
    .checkNumber(points, "points", 1, whole = TRUE)
    test <- .checkChoice(test, "test", names(.countTests))
    signal <- .readBy(model, signal)
    if (!is.null(genes)) signal <- signal[.findGenes(signal, genes), ]
    predicted <- stats::predict(model, signal, threads = threads)
    out <- data.frame(gene = rownames(signal),
                      measured = .measuredChange(signal),
                      predicted = predicted[, 1L], row.names = NULL)
    out[c("lower", "upper")] <- .changeBounds(model, predicted, level)
    out <- cbind(out, .carriers(model, signal, points, threads))
    if (!is.null(counts)) {
        out <- cbind(out, .testedChanges(test, counts, groups, out$gene))
    }
    out <- out[order(-abs(out$predicted)), ]
    rownames(out) <- NULL
    structure(out, class = c("differentialExpression", "data.frame"),
              pair = colnames(signal), level = level,
              unit = .unitOf(.targetOf(model)))
}

.checkDifference <- function(model) {
    target <- .targetOf(model)
    if (!.isDifference(target)) {
        .stop("{.arg model} must predict the difference of two cell types",
              x = "It predicts {(.describeTarget(target))}.",
              i = "Train it with {.code target = \"difference\"}.")
    }
    .checkReadsBoth(model)
}

.measuredChange <- function(signal) {
    if (!"change" %in% assayNames(signal)) return(NA_real_)
    as.vector(assay(signal, "change"))
}

.changeBounds <- function(model, predicted, level) {
    if (length(.calibrationOf(model)) == 0L) return(list(NA_real_, NA_real_))
    bounds <- .conformalIntervals(predicted, .calibrationOf(model), level)
    list(bounds[, 1L, "lower"], bounds[, 1L, "upper"])
}

# ---- what carries a change --------------------------------------------------

# One row per gene.
.carriers <- function(model, signal, points, threads) {
    x <- .inputMatrix(model, signal)
    from <- apply(x, 2L, function(one) .asInA(model, one))
    carried <- .alongLine(model, x, from, points, threads) *
        .targetOf(model)$spread
    bins <- length(binOffsets(model))
    mark <- .marksOfChannels(model)
    centres <- .binCentres(signal)
    rows <- lapply(seq_len(ncol(x)), function(i) {
        of <- rowsum(t(matrix(carried[, i], bins)), mark, reorder = FALSE)
        sums <- stats::setNames(rowSums(of), rownames(of))
        sign <- if (sum(sums) < 0) -1 else 1
        best <- which.max(sign * sums)
        list(mark = names(sums)[best], carried = sums[[best]],
             position = centres[which.max(sign * of[best, ])], marks = sums)
    })
    out <- data.frame(mark = vapply(rows, `[[`, "", "mark"),
                      carried = vapply(rows, `[[`, 0, "carried"),
                      position = vapply(rows, `[[`, 0, "position"))
    out$marks <- lapply(rows, `[[`, "marks")
    out
}

.marksOfChannels <- function(model) sub("[.][^.]*$", "", model@marks)

# Integrated gradients of each sample from its own start: the derivatives at the
# middles of `points` parts of the line. Inputs x samples.
.alongLine <- function(model, x, from, points, threads) {
    step <- x - from
    sum <- 0 * x
    for (at in (seq_len(points) - 0.5) / points) {
        sum <- sum + .inputGradient(model, from + at * step, threads)
    }
    sum / points * step
}

# ---- tests of counts --------------------------------------------------------

# By the name of the package: the change and the p-value of each gene.
.countTests <- list(
    limma = function(counts, design) {
        fit <- limma::eBayes(limma::lmFit(limma::voom(counts, design), design))
        list(change = fit$coefficients[, "second"],
             p = fit$p.value[, "second"])
    },
    edgeR = function(counts, design) {
        counts <- edgeR::calcNormFactors(edgeR::DGEList(counts))
        fit <- edgeR::glmQLFit(edgeR::estimateDisp(counts, design), design)
        found <- edgeR::glmQLFTest(fit, coef = "second")$table
        list(change = found$logFC, p = found$PValue)
    })

.testedChanges <- function(test, counts, groups, genes) {
    .needs(test, "for the counts of differentialExpression()")
    .checkCountGroups(counts, groups)
    samples <- unlist(groups, use.names = FALSE)
    design <- cbind(mean = 1, second = rep(0:1, lengths(groups)))
    found <- .countTests[[test]](counts[, samples], design)
    at <- match(genes, rownames(counts))
    out <- data.frame(found$change[at], found$p[at],
                      stats::p.adjust(found$p, "BH")[at], row.names = NULL)
    stats::setNames(out, paste0(test, c("Change", "P", "Fdr")))
}

.checkCountGroups <- function(counts, groups) {
    good <- is.matrix(counts) && is.numeric(counts) && !anyNA(counts) &&
        all(counts >= 0) && !is.null(rownames(counts))
    if (!good) {
        .stop("{.arg counts} must be a matrix of read counts, genes x samples,
               with the gene ids as row names",
              x = "It is of class {.cls {class(counts)[1]}}.")
    }
    samples <- unlist(groups)
    good <- is.list(groups) && length(groups) == 2L &&
        all(lengths(groups) > 0L) && length(samples) > 2L &&
        all(samples %in% colnames(counts)) && !anyDuplicated(samples)
    if (!good) {
        .stop("{.arg groups} must be a list of the samples of A and those of B,
               with replicates",
              x = "It has {.val {samples}}.",
              i = "{.arg counts} has {.val {colnames(counts)}}.")
    }
}

# ---- printing and plotting --------------------------------------------------

#' @rdname differentialExpression
#' @param x The result of `differentialExpression()`.
#' @param n Number of rows to print.
#' @param ... Not used.
#' @export
print.differentialExpression <- function(x, n = 10L, ...) {
    if (!all(c("predicted", "mark") %in% names(x))) return(NextMethod())
    cat(sprintf("%s: %s, %s\n", attr(x, "pair"), .nGenes(nrow(x)),
                attr(x, "unit")))
    shown <- utils::head(as.data.frame(x), n)
    shown$marks <- NULL
    numbers <- vapply(shown, is.numeric, NA)
    shown[numbers] <- lapply(shown[numbers], signif, 3L)
    print(shown, row.names = FALSE)
    if (nrow(x) > n) cat(sprintf("... and %d more\n", nrow(x) - n))
    invisible(x)
}

#' @rdname differentialExpression
#' @export
plot.differentialExpression <- function(x, ...) {
    known <- as.data.frame(x)[!is.na(x$measured), ]
    if (nrow(known) == 0L) {
        .stop("{.arg x} has no measured changes to plot",
              i = "The signal had no expression.")
    }
    ends <- range(known$measured, known$predicted)
    ggplot2::ggplot(known, ggplot2::aes(.data$predicted, .data$measured,
                                        colour = .data$mark)) +
        ggplot2::geom_abline(linetype = "dashed", colour = "grey60",
                             linewidth = 0.4) +
        ggplot2::geom_point(size = 1.2, alpha = 0.7) +
        ggplot2::coord_equal(xlim = ends, ylim = ends) +
        ggplot2::scale_colour_manual("Carried by", values = .markColours(
            unique(known$mark))) +
        ggplot2::labs(x = "Predicted change", y = "Measured change",
                      title = attr(x, "pair"),
                      caption = paste("Dashed: predicted as measured. Unit:",
                                      attr(x, "unit"))) +
        .themeChrome()
}
