# What a network reads of a signal. For each sample (a gene in a cell type;
# genes vary fastest), it has the bins of the first mark, then those of the
# second, and so on. The core reads the assays where they are, without a copy.

# `scale` is the factor of the signal within the logarithm. It belongs to a
# model, as it is that of the training signal. The core has the same
# (src/core/network/input.c), without a difference between the two logarithms:
# that of the one kind is asked for only where no signal is negative.
.transforms <- list(none = function(x, scale) x,
                    log1p = function(x, scale) log1p(scale * x),
                    signedLog1p = function(x, scale) {
                        sign(x) * log1p(scale * abs(x))
                    })

# The input `x` as src/ffi_genes.c reads it: `marks`, the assays (genes x cell
# types x bins); `rows`, the samples to read, as places in genes x cell types,
# or NULL for all; and `scale`, that of the logarithm, or 0 for none. `scale` is
# needed where the transform has one. A mark that the signal lacks is NULL;
# whether it may lack it, .atMarks() checks.
.modelInput <- function(signal, marks, cellTypes, transform, scale) {
    x <- .storedInput(signal, marks, cellTypes)
    for (j in if (transform == "log1p") which(lengths(x$marks) > 0L)) {
        .checkNotNegative(x$marks[[j]], marks[j], x$rows)
    }
    x$scale <- if (transform == "none") 0 else scale
    list(x = x, y = NULL)
}

# Arrays in files are read.
.storedInput <- function(signal, marks, cellTypes) {
    there <- stats::setNames(nm = intersect(marks, marks(signal)))
    cells <- match(cellTypes, colnames(signal))
    values <- lapply(there, function(mark) {
        assay(signal, mark, withDimnames = FALSE)
    })
    rows <- NULL
    if (!identical(cells, seq_len(ncol(signal)))) {
        if (all(vapply(values, is.array, NA))) {
            rows <- as.vector(outer(seq_len(nrow(signal)),
                                    nrow(signal) * (cells - 1L), `+`))
            storage.mode(rows) <- "integer"
        } else {
            values <- lapply(values, function(x) x[, cells, , drop = FALSE])
        }
    }
    values <- lapply(values, function(x) if (is.array(x)) x else as.array(x))
    for (mark in there) {
        .checkFinite(values[[mark]], mark, rownames(signal), rows)
    }
    list(marks = unname(values[marks]), rows = rows, scale = 0)
}

# The rows of an array of a mark, or all, as a matrix of rows x bins.
.markRows <- function(values, rows = NULL) {
    bins <- dim(values)[3L]
    if (is.null(rows)) return(matrix(values, ncol = bins))
    all <- length(values) / bins
    out <- matrix(values[NA_integer_], length(rows), bins)
    for (b in seq_len(bins)) out[, b] <- values[rows + (b - 1) * all]
    out
}

.storedRows <- function(x) {
    if (!is.null(x$rows)) return(x$rows)
    values <- Find(Negate(is.null), x$marks)
    seq_len(length(values) / dim(values)[3L])
}

# The number of samples of an input, whose numbers may be at hand: a vector.
.inputCount <- function(x, inputs) {
    if (!is.list(x)) return(length(x) / inputs)
    length(.storedRows(x))
}

.someInput <- function(input, keep) {
    input$x$rows <- .storedRows(input$x)[keep]
    if (!is.null(input$y)) input$y <- input$y[keep]
    if (!is.null(input$auxiliary)) {
        input$auxiliary <- input$auxiliary[keep, , drop = FALSE]
    }
    input
}

# The core looks the logarithms of counts up, but computes those of fractions
# anew in each epoch. Where memory does not matter, they are computed once.
.logsOnce <- 2^25

.withLogs <- function(x) {
    there <- Filter(Negate(is.null), x$marks)
    size <- as.numeric(.inputCount(x)) * dim(there[[1L]])[3L] * length(there)
    if (x$scale == 0 || size > .logsOnce || !any(vapply(there, .areFractions,
                                                        NA))) return(x)
    marks <- lapply(x$marks, function(values) {
        if (is.null(values)) return(NULL)
        bins <- dim(values)[3L]
        values <- .transforms$signedLog1p(.markRows(values, x$rows), x$scale)
        array(values, c(nrow(values), 1L, bins))
    })
    list(marks = marks, rows = NULL, scale = 0)
}

.areFractions <- function(values) {
    some <- values[.evenly(length(values), 1000L)]
    any(some != trunc(some))
}

# At most `wanted` of n, evenly spread.
.evenly <- function(n, wanted) {
    unique(round(seq(1, n, length.out = min(n, wanted))))
}

# The numbers that the network reads, inputs x samples: a copy.
.inputNumbers <- function(x) {
    bins <- dim(Find(Negate(is.null), x$marks))[3L]
    samples <- .inputCount(x)
    out <- array(0, c(bins, length(x$marks), samples))
    transform <- .transforms[[if (x$scale > 0) "signedLog1p" else "none"]]
    for (j in which(lengths(x$marks) > 0L)) {
        out[, j, ] <- t(transform(.markRows(x$marks[[j]], x$rows), x$scale))
    }
    dim(out) <- c(bins * length(x$marks), samples)
    out
}

# Brings the mean of the training signal, over all marks, bins and genes with a
# label, to 0.6, where log1p() is far from both linear and logarithmic. Four
# digits, so that it can be given to another call as it is printed.
.trainingScale <- function(signal, marks, cellTypes, transform,
                           target = .classTarget) {
    if (transform == "none") return(1)
    known <- !is.na(.targetValues(target, signal, cellTypes, "signal"))
    x <- .storedInput(signal, marks, cellTypes)
    if (!all(known)) x <- .someInput(list(x = x), known)$x
    means <- vapply(x$marks, function(values) {
        .arrayFacts(values, x$rows)$meanSize
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

# Of an array of a mark, or of its rows: whether all values are `finite`, the
# `least` of those that are, and the mean of their absolute values, `meanSize`.
# The core makes no copy.
.arrayFacts <- function(values, rows = NULL) {
    if (!is.numeric(values)) storage.mode(values) <- "double"
    bins <- if (length(values) > 0L) dim(values)[length(dim(values))]
    .Call(ffi_array_facts, values, rows, bins %||% 1L)
}

.checkFinite <- function(values, mark, genes, rows = NULL) {
    if (.arrayFacts(values, rows)$finite) return()
    bad <- which(!is.finite(.markRows(values, rows)), arr.ind = TRUE)
    gene <- (bad[1L, 1L] - 1L) %% length(genes) + 1L
    .stop("{.arg signal} must be finite",
          x = "{.val {mark}} has {nrow(bad)} value{?s} that {?is/are} not;
               the first is in gene {.val {genes[gene]}}, bin {bad[1, 2]}.")
}

.checkNotNegative <- function(values, mark, rows = NULL) {
    least <- .arrayFacts(values, rows)$least
    if (least >= 0) return()
    .stop("{.code transform = \"log1p\"} requires signal that is not
           negative",
          x = "The minimum of {.val {mark}} is {signif(least, 3)}.",
          i = "Use {.code transform = \"none\"}: a log ratio needs no
               further transform.")
}

# The input with labels, or numbers as the network sees them, without the
# samples that have none, and the genes that it is of.
.labelledInput <- function(signal, marks, cellTypes, transform, scale, arg,
                           target = .classTarget) {
    input <- .modelInput(signal, marks, cellTypes, transform, scale)
    y <- .targetValues(target, signal, cellTypes, arg)
    input$y <- .standardise(target, y)
    known <- !is.na(y)
    if (!all(known)) input <- .someInput(input, known)
    input$x <- .withLogs(input$x)
    input$auxiliary <- .auxiliaryTargets(target, signal, known, y[known])
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
