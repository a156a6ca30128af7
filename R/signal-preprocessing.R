# The preprocessing of each cell type, and the files it was read from.

#' Preprocessing and source files of a signal
#'
#' `preprocessing()` reports, for each cell type, how reads were counted and how
#' the signal was normalised. A model stores the preprocessing of its training
#' data and rejects signal that was preprocessed differently. `sources()`
#' reports which files the signal was read from.
#'
#' Signal that was built from matrices or tables has `NA` for `counting`, which
#' is never rejected. If you know how it was counted, set it with
#' `preprocessing(x) <- `.
#'
#' @param x A signal ([chromatinSignal()]) or, for `preprocessing()`, a model.
#' @param value A data frame like that returned by `preprocessing(x)`.
#' @return `preprocessing()`: a `DataFrame` with one row per cell type (for a
#'   model, one row) and the columns `counting` ([countReads()],
#'   [summarizeTracks()]) and `normalization` ([normalizeSignal()]; steps are
#'   joined by "then"; `"none"` if it was not normalised). `sources()`: a data
#'   frame with one row per file: `cellType`, `mark`, `file`, `format`, `reads`,
#'   `matched` (reads on a chromosome of the genes), `unmatched` (other
#'   chromosomes), `genome` (the build recognised by its chromosome lengths),
#'   `bothMates` (reads of proper pairs of which both mates were counted),
#'   `sorted`, `indexed` and others. It has no rows if the signal was not read
#'   from files.
#' @rdname preprocessing
#' @export
#' @examples
#' preprocessing(roadmapGenes)
#' unique(sources(roadmapGenes)[, c("cellType", "file", "genome")])
#'
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
        .stop("{.arg value} must be a DataFrame with one row per cell type
               and the columns {.val {c('counting', 'normalization')}}",
              x = "It is of class {.cls {class(value)[1]}} and has
                   {NROW(value)} row{?s}.",
              i = "Start from {.code preprocessing(x)}.")
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

# One line of text per cell type.
.describePreprocessing <- function(x) {
    columns <- preprocessing(x)
    counted <- ifelse(is.na(columns$counting), "",
                      paste0("counted by ", columns$counting, ", "))
    paste0(counted, ifelse(columns$normalization == "none", "not normalised",
                           paste("normalised by", columns$normalization)))
}

# Converts the steps of normalisation to one string, and back.
.pasteSteps <- function(steps) {
    if (length(steps) == 0L) "none" else paste(steps, collapse = " then ")
}

.splitSteps <- function(text) {
    if (text == "none") character() else strsplit(text, " then ", TRUE)[[1L]]
}

# Cell types can be pooled or compared only if their preprocessing agrees.
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
