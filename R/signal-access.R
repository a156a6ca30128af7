# What a signal says of itself.

#' Marks, bins and labels of a signal or a model
#'
#' `marks()` gives the names of the histone marks, and `marks(x) <- ` chooses
#' which assays are marks; `binOffsets()` gives the start of each bin in base
#' pairs from the transcription start site (negative: upstream); `binWidth()`
#' the width of a bin in base pairs; `expressionLabel()` whether a gene is highly
#' (1) or lowly (0) expressed; `binMatrix()` the plain genes x bins matrix of one
#' mark in one cell type, of signal and of attention alike.
#'
#' @param x A signal ([chromatinSignal()]), an attention ([attention()]), or,
#'   for marks and bins, a model ([attentiveChrome()]).
#' @param value Names of assays of genes x cell types x bins.
#' @param mark The name of a mark.
#' @param cellType The name of a cell type; may be left out where there is
#'   only one.
#' @return `marks()`: a character vector. `binOffsets()`: a numeric vector with
#'   an element for each bin. `binWidth()`: one number. `expressionLabel()`: an
#'   integer matrix of genes x cell types, `NA` where not known, or an error
#'   where the signal has no labels. `binMatrix()`: a numeric matrix of
#'   genes x bins.
#' @examples
#' signal <- simulateChromatin(genes = 20, seed = 1)
#' marks(signal)
#' range(binOffsets(signal))
#' binWidth(signal)
#' table(expressionLabel(signal))
#' binMatrix(signal, "H3K4me3")[1:3, 48:53]
#'
#' marks(signal) <- c("H3K4me3", "H3K27me3") # leaves the others aside
#' signal
#' @name marks
NULL

#' @rdname marks
#' @export
setMethod("marks", "ChromatinSignal", function(x) x@marks)

#' @rdname marks
#' @export
setReplaceMethod("marks", "ChromatinSignal", function(x, value) {
    .checkMarkNames(value, "value")
    absent <- setdiff(value, assayNames(x))
    if (length(absent) > 0L) {
        .stop("{.arg value} must name assays of the signal",
              x = "Missing: {.val {absent}}.",
              i = "There are {.val {assayNames(x)}}.")
    }
    x@marks <- value
    methods::validObject(x)
    x
})

#' @rdname marks
#' @export
setMethod("binOffsets", "ChromatinSignal", function(x) x@bins$offsets)

#' @rdname marks
#' @export
setMethod("binWidth", "ChromatinSignal", function(x) x@bins$width)

#' @rdname marks
#' @export
expressionLabel <- function(x) {
    .checkSignal(x, "x")
    if (!"label" %in% assayNames(x)) {
        .stop("{.arg x} has no labels",
              i = "Give {.arg labels} or {.arg expression} to
                   {.fn chromatinSignal}.")
    }
    as.matrix(assay(x, "label"))
}

#' @rdname marks
#' @export
binMatrix <- function(x, mark, cellType = NULL) {
    .checkSignal(x, "x")
    if (length(mark) != 1L) .stop("{.arg mark} must name one mark")
    .checkMarks(x, mark, "mark")
    cellType <- .checkCellType(x, cellType)
    values <- as.array(assay(x, mark)[, cellType, , drop = FALSE])
    matrix(values, nrow(x), dim(values)[3L],
           dimnames = list(rownames(x), binOffsets(x)))
}

# ---- preprocessing ------------------------------------------------------------

#' How a signal was made
#'
#' `preprocessing()` tells, for each cell type, how reads were counted and how
#' the signal was normalised. A model keeps what its training data had, and
#' refuses signal that was preprocessed differently. `sources()` tells which
#' files the signal was read from.
#'
#' Signal that was built from matrices or tables has `NA` for `counting`, which
#' is never refused. If you know how it was made, say so with
#' `preprocessing(x) <- `.
#'
#' @param x A signal ([chromatinSignal()]) or, for `preprocessing()`, a model.
#' @param value What `preprocessing(x)` returned, changed.
#' @return `preprocessing()`: a `DataFrame` with a row for each cell type (of a
#'   model: one row) and the columns `counting` ([countReads()],
#'   [summarizeTracks()]) and `normalization` ([normalizeSignal()]; steps are
#'   joined by "then", `"none"` without any). `sources()`: a data frame with a
#'   row for each file: `cellType`, `mark`, `file`, `format`, `reads`, `matched`
#'   (reads on a chromosome of the genes), `unmatched` (other chromosomes),
#'   `genome` (the build recognised by its chromosome lengths), `bothMates`
#'   (reads of proper pairs of which each mate was counted), `sorted`,
#'   `indexed` and others; without rows where the signal was not read from
#'   files.
#' @rdname preprocessing
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 20, cellTypes = 2, seed = 1)
#' preprocessing(signal)
#' preprocessing(signal)$counting <- "overlap"
#' preprocessing(signal)
setMethod("preprocessing", "ChromatinSignal", function(x) {
    out <- x@columns[c("counting", "normalization")]
    rownames(out) <- colnames(x)
    out
})

#' @rdname preprocessing
#' @export
setReplaceMethod("preprocessing", "ChromatinSignal", function(x, value) {
    good <- (is(value, "DataFrame") || is.data.frame(value)) &&
        nrow(value) == ncol(x) &&
        setequal(names(value), c("counting", "normalization")) &&
        !anyNA(value$normalization)
    if (!good) {
        .stop("{.arg value} must be a DataFrame with a row for each cell type
               and the columns {.val {c('counting', 'normalization')}}",
              x = "It is of class {.cls {class(value)[1]}} and has
                   {NROW(value)} row{?s}.",
              i = "{.code preprocessing(x)} is one.")
    }
    x@columns$counting <- as.character(value$counting)
    x@columns$normalization <- as.character(value$normalization)
    x
})

#' @rdname preprocessing
#' @export
sources <- function(x) {
    .checkSignal(x, "x")
    rows <- Map(function(rows, cellType) {
        if (!is.null(rows)) cbind(cellType = cellType, rows)
    }, as.list(x@columns$sources), colnames(x))
    do.call(rbind, unname(rows)) %||% .noSources
}

.noSources <- data.frame(cellType = character(), mark = character(),
                         file = character())

# The rows of one cell type in a table of sources.
.sourcesOf <- function(sources, cellType) {
    if (is.null(sources)) return(NULL)
    own <- sources[sources$cellType == cellType,
                   setdiff(names(sources), "cellType"), drop = FALSE]
    rownames(own) <- NULL
    own
}

# One line on each cell type.
.describePreprocessing <- function(x) {
    columns <- preprocessing(x)
    counted <- ifelse(is.na(columns$counting), "",
                      paste0("counted by ", columns$counting, ", "))
    paste0(counted, ifelse(columns$normalization == "none", "not normalised",
                           paste("normalised by", columns$normalization)))
}

# Steps of normalisation as one text, and back.
.pasteSteps <- function(steps) {
    if (length(steps) == 0L) "none" else paste(steps, collapse = " then ")
}

.splitSteps <- function(text) {
    if (text == "none") character() else strsplit(text, " then ", TRUE)[[1L]]
}

# ---- what a model must find in a signal -------------------------------------

# Marks, bins and the preprocessing of a signal whose cell types agree in it.
.inputFormat <- function(signal, cellTypes = colnames(signal),
                         arg = "signal") {
    columns <- preprocessing(signal)[cellTypes, ]
    .checkOnePreprocessing(columns, arg)
    counting <- unique(stats::na.omit(columns$counting))
    list(marks = marks(signal), bins = signal@bins,
         preprocessing = list(counting = c(counting, NA_character_)[1L],
                              normalization = columns$normalization[1L]))
}

# Cell types are pooled or compared only where they mean the same.
.checkOnePreprocessing <- function(columns, arg) {
    for (what in c("counting", "normalization")) {
        ways <- columns[[what]]
        known <- unique(stats::na.omit(ways))
        if (length(known) < 2L) next
        odd <- rownames(columns)[which(ways != known[1L])]
        .stop("All cell types of {.arg {arg}} must have the same {what}",
              x = "It is {.val {known[1]}}, but {.val {known[2]}} in
                   {(.some(odd))}.",
              i = "See {.fn preprocessing}.")
    }
}

# Signal must have a model's marks (others do no harm), its bins, and the
# preprocessing of its training data, in each cell type.
.checkFits <- function(signal, format, arg = "signal",
                       cellTypes = colnames(signal)) {
    .checkSignal(signal, arg, "signal")
    missing <- setdiff(format$marks, marks(signal))
    if (length(missing) > 0L) {
        .stop("{.arg {arg}} must have the model's marks
               {.val {format$marks}}",
              x = "Missing: {.val {missing}}.",
              i = "It has {.val {marks(signal)}}.")
    }
    if (!.sameBins(signal@bins, format$bins)) {
        .stop("{.arg {arg}} must have the model's bins:
               {(.describeBins(format$bins))}",
              x = "It has {(.describeBins(signal@bins))}.")
    }
    .checkNotEmpty(signal, arg)
    cellTypes <- .checkCellTypes(signal, cellTypes, arg)
    .checkPreprocessing(signal, format$preprocessing, arg, cellTypes)
}

.checkNotEmpty <- function(signal, arg) {
    if (nrow(signal) == 0L || ncol(signal) == 0L) {
        .stop("{.arg {arg}} is empty",
              x = "It has {nrow(signal)} gene{?s} and
                   {ncol(signal)} cell type{?s}.")
    }
}

# The signal with the marks to train on, in their order.
.onlyMarks <- function(signal, marks) {
    if (is.null(marks)) return(signal)
    .checkMarks(signal, .checkMarkNames(marks))
    marks(signal) <- marks
    signal
}

.checkPreprocessing <- function(signal, wanted, arg, cellTypes) {
    columns <- preprocessing(signal)[cellTypes, ]
    for (what in c("counting", "normalization")) {
        own <- columns[[what]]
        odd <- which(own != wanted[[what]])
        if (length(odd) == 0L) next
        .stop("{.arg {arg}} was preprocessed differently from the training
               data, whose {what} is {.val {wanted[[what]]}}",
              x = "{cli::qty(length(odd))}Cell type{?s}
                   {(.some(rownames(columns)[odd]))}:
                   {.val {unique(own[odd])}}.",
              i = if (what == "normalization") "See {.fn normalizeSignal}."
                  else "If its values mean the same, set
                        {.code preprocessing(x)$counting} to that of the
                        model.")
    }
}
