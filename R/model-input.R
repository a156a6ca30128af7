# Converts a signal to the numeric vector that a network reads. For each sample
# (a gene in a cell type; genes vary fastest), it has the bins of the first
# mark, then those of the second, and so on.

# `scale` is the factor of the signal within the logarithm. It belongs to a
# model, as it is that of the training signal.
.transforms <- list(none = function(x, scale) x,
                    log1p = function(x, scale) log1p(scale * x),
                    signedLog1p = function(x, scale) {
                        sign(x) * log1p(scale * abs(x))
                    })

# `scale` is needed where the transform has one. A mark that the signal lacks is
# 0; whether it may lack it, .atMarks() checks.
.modelInput <- function(signal, marks, cellTypes, transform, scale) {
    samples <- nrow(signal) * length(cellTypes)
    bins <- length(binOffsets(signal))
    x <- array(0, c(bins, length(marks), samples))
    for (j in which(marks %in% marks(signal))) {
        values <- .markValues(marks[j], signal, cellTypes)
        if (transform == "log1p") .checkNotNegative(values, marks[j])
        x[, j, ] <- t(matrix(.transforms[[transform]](values, scale), samples,
                             bins))
    }
    dim(x) <- NULL # in place: as.vector() would copy
    list(x = x, y = NULL)
}

# Genes x cell types x bins.
.markValues <- function(mark, signal, cellTypes) {
    values <- as.array(assay(signal, mark, withDimnames = FALSE)[
        , match(cellTypes, colnames(signal)), , drop = FALSE])
    .checkFinite(values, mark, rownames(signal))
    values
}

# Brings the mean of the training signal, over all marks, bins and genes with a
# label, to 0.6, where log1p() is far from both linear and logarithmic. Four
# digits, so that it can be given to another call as it is printed.
.trainingScale <- function(signal, marks, cellTypes, transform,
                           target = .classTarget) {
    if (transform == "none") return(1)
    known <- !is.na(.targetValues(target, signal, cellTypes, "signal"))
    means <- vapply(marks, function(mark) {
        mean(abs(.markValues(mark, signal, cellTypes)[known]))
    }, 0)
    # A signal that cannot be transformed is reported where it is read.
    if (mean(means) > 0) signif(0.6 / mean(means), 4L) else 1
}

# The scale of a model; models made before it existed have none.
.scaleOf <- function(model) attr(model, "scale") %||% 1

.describeTransform <- function(model) {
    if (model@transform == "none") "none"
    else sprintf("%s(%s x)", model@transform, format(.scaleOf(model)))
}

.checkFinite <- function(values, mark, genes) {
    bad <- !is.finite(values)
    if (any(bad)) {
        first <- which(bad, arr.ind = TRUE)[1L, ]
        .stop("{.arg signal} must be finite",
              x = "{.val {mark}} has {sum(bad)} value{?s} that {?is/are} not;
                   the first is in gene {.val {genes[first[1]]}},
                   bin {first[3]}.")
    }
}

.checkNotNegative <- function(values, mark) {
    if (min(values) < 0) {
        .stop("{.code transform = \"log1p\"} requires signal that is not
               negative",
              x = "The minimum of {.val {mark}} is {signif(min(values), 3)}.",
              i = "Use {.code transform = \"none\"}: a log ratio needs no
                   further transform.")
    }
}

# The input with labels, or numbers as the network sees them, without the
# samples that have none, and the genes that it is of.
.labelledInput <- function(signal, marks, cellTypes, transform, scale, arg,
                           target = .classTarget) {
    input <- .modelInput(signal, marks, cellTypes, transform, scale)
    input$y <- .standardise(target,
                            .targetValues(target, signal, cellTypes, arg))
    known <- !is.na(input$y)
    if (!all(known)) {
        x <- matrix(input$x, ncol = length(known))[, known, drop = FALSE]
        input <- list(x = as.double(x), y = input$y[known])
    }
    input$auxiliary <- .auxiliaryTargets(target, signal, known)
    input$genes <- .usedGenes(signal, cellTypes, known)
    input
}

# The targets of the samples, in the units of the target; NA if unknown.
.targetValues <- function(target, signal, cellTypes, arg) {
    if (.isClass(target)) return(.checkedLabels(signal, cellTypes, arg))
    y <- as.vector(.measuredValues(target, signal, arg)[, cellTypes])
    known <- y[!is.na(y)]
    if (length(known) < 2L || length(unique(known)) < 2L) {
        .stop("{.arg {arg}} must have genes with different values of
               {.val {target$assay}}",
              x = "It has {length(known)} value{?s},
                   {length(unique(known))} of them different.")
    }
    y
}

# The labels of the samples, NA if unknown. There must be high and low ones.
.checkedLabels <- function(signal, cellTypes, arg) {
    label <- as.double(expressionLabel(signal)[, cellTypes])
    known <- label[!is.na(label)]
    if (length(known) == 0L) {
        .stop("{.arg {arg}} has no gene with a label",
              i = "It has {nrow(signal)} gene{?s} in
                   {length(cellTypes)} cell type{?s}.")
    }
    if (length(unique(known)) < 2L) {
        .stop("The labels of {.arg {arg}} are all equal",
              x = "All {length(known)} are
                   {if (known[1] == 1) 'high (1)' else 'low (0)'}.",
              i = "Genes with high and with low expression are needed.")
    }
    label
}
