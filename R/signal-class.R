# The methods of ChromatinSignal: validity, subsetting, combining, coercion and
# printing.

# Checks shapes only, so that signal in files is not read.
setValidity("ChromatinSignal", function(object) {
    c(if (!isTRUE(object@kind %in% .signalKinds)) {
          paste("kind must be one of", .some(.signalKinds))
      },
      .binsFault(object@bins), .marksFault(object), .columnsFault(object))
})

.marksFault <- function(object) {
    marks <- object@marks
    assays <- assays(object, withDimnames = FALSE)
    if (!.areNames(marks)) return("marks must name each mark once")
    if (any(marks %in% .otherAssays)) {
        return(paste("these are reserved names, not marks:",
                     .some(intersect(marks, .otherAssays))))
    }
    absent <- setdiff(marks, names(assays))
    if (length(absent) > 0L) {
        return(paste("there is no assay for the marks", .some(absent)))
    }
    if (anyDuplicated(names(assays))) return("assays must have unique names")
    bins <- length(object@bins$offsets)
    fits <- vapply(assays[marks], function(a) {
        length(dim(a)) == 3L && dim(a)[3L] == bins
    }, NA)
    if (!all(fits)) {
        paste("marks must be arrays of genes x cell types x", bins,
              "bins; these are not:", .some(marks[!fits]))
    }
}

.columnsFault <- function(object) {
    columns <- object@columns
    good <- nrow(columns) == ncol(object) &&
        is.character(columns$counting) &&
        is.character(columns$normalization) &&
        !anyNA(columns$normalization) && is(columns$sources, "list_OR_List")
    if (!good) {
        paste("columns must have counting, normalization and sources for each",
              "cell type")
    }
}

# ---- construction -----------------------------------------------------------

# Builds a signal from checked parts. Without `rowRanges`, genes have empty
# ranges.
.makeSignal <- function(assays, bins, rowRanges = NULL, colData = NULL,
                        marks = setdiff(names(assays), .otherAssays),
                        columns = NULL, kind = "signal") {
    first <- assays[[1L]]
    experiment <- SummarizedExperiment(
        assays, rowRanges = rowRanges %||% .emptyRanges(rownames(first)),
        colData = colData %||% DataFrame(row.names = colnames(first)))
    .asClass(experiment, marks, bins, columns %||% .newColumns(ncol(first)),
             kind)
}

.emptyRanges <- function(ids) {
    empty <- IRanges::PartitioningByEnd(integer(length(ids)), names = ids)
    ranges <- relist(GenomicRanges::GRanges(), empty)
    mcols(ranges) <- DataFrame(gene_id = ids)
    ranges
}

.asClass <- function(experiment, marks, bins, columns, kind = "signal") {
    new("ChromatinSignal", experiment, kind = kind, marks = marks, bins = bins,
        columns = columns)
}

.newColumns <- function(n, counting = NA_character_, normalization = "none",
                        sources = NULL) {
    columns <- DataFrame(counting = rep_len(counting, n),
                         normalization = rep_len(normalization, n))
    columns$sources <- sources %||% rep(list(NULL), n)
    columns
}

# The experiment without the slots that the class adds.
.plainExperiment <- function(x) {
    new("RangedSummarizedExperiment", rowRanges = x@rowRanges,
        colData = x@colData, assays = x@assays,
        elementMetadata = x@elementMetadata, metadata = x@metadata)
}

# The same signal with a changed experiment that has the same columns.
.withExperiment <- function(x, experiment, marks = x@marks,
                            columns = x@columns) {
    .asClass(experiment, marks, x@bins, columns, x@kind)
}

# ---- assays and subsetting --------------------------------------------------

.dropLostMarks <- function(x) {
    x@marks <- intersect(x@marks, assayNames(x))
    methods::validObject(x)
    x
}

#' @rdname ChromatinSignal-class
#' @param x,object A `ChromatinSignal`.
#' @param withDimnames,value,i,j,...,drop,deparse.level,use.names As in
#'   [SummarizedExperiment][SummarizedExperiment::SummarizedExperiment].
#' @export
setReplaceMethod("assays", c("ChromatinSignal", "SimpleList"),
                 function(x, withDimnames = TRUE, ..., value) {
    .dropLostMarks(callNextMethod())
})

#' @rdname ChromatinSignal-class
#' @export
setReplaceMethod("assays", c("ChromatinSignal", "list"),
                 function(x, withDimnames = TRUE, ..., value) {
    .dropLostMarks(callNextMethod())
})

# Renaming the assay of a mark renames the mark.
#' @rdname ChromatinSignal-class
#' @export
setReplaceMethod("assayNames", c("ChromatinSignal", "character"),
                 function(x, ..., value) {
    experiment <- .plainExperiment(x)
    marks <- value[match(x@marks, assayNames(x))]
    assayNames(experiment) <- value
    .withExperiment(x, experiment, marks)
})

#' @rdname ChromatinSignal-class
#' @export
setMethod("[", c("ChromatinSignal", "ANY", "ANY"),
          function(x, i, j, ..., drop = FALSE) {
    columns <- x@columns
    names <- colnames(x)
    out <- callNextMethod()
    if (!missing(j)) {
        at <- if (is.character(j)) match(j, names) else as.vector(j)
        out@columns <- columns[at, , drop = FALSE]
    }
    out
})

#' @rdname ChromatinSignal-class
#' @export
setReplaceMethod("[", c("ChromatinSignal", "ANY", "ANY", "ChromatinSignal"),
                 function(x, i, j, ..., value) {
    .checkSameSignals(list(x, value), "[<-")
    columns <- x@columns
    at <- if (missing(j)) seq_len(ncol(x))
          else if (is.character(j)) match(j, colnames(x))
          else seq_len(ncol(x))[as.vector(j)]
    if (missing(i)) columns[at, ] <- value@columns
    else .checkSameColumns(x[, at], value)
    out <- callNextMethod()
    out@columns <- columns
    out
})

# ---- combining --------------------------------------------------------------

#' @rdname ChromatinSignal-class
#' @export
setMethod("cbind", "ChromatinSignal", function(..., deparse.level = 1) {
    .combineSignals(list(...), "cbind", function(parts) {
        do.call(rbind, lapply(parts, slot, "columns"))
    })
})

#' @rdname ChromatinSignal-class
#' @export
setMethod("rbind", "ChromatinSignal", function(..., deparse.level = 1) {
    .combineSignals(list(...), "rbind", .sharedColumns)
})

#' @rdname ChromatinSignal-class
#' @export
setMethod("combineCols", "ChromatinSignal",
          function(x, ..., use.names = TRUE) {
    parts <- list(x, ...)
    ids <- rownames(x)
    same <- vapply(parts, function(part) setequal(rownames(part), ids), NA)
    if (use.names && !all(same)) {
        .stop("{.fn combineCols} needs signals of the same genes",
              x = "Part {which(!same)[1]} has different genes.",
              i = "Select the shared genes first:
                   {.code x[intersect(rownames(x), rownames(y)), ]}.")
    }
    if (use.names) parts <- lapply(parts, function(part) part[ids, ])
    do.call(cbind, parts)
})

#' @rdname ChromatinSignal-class
#' @export
setMethod("combineRows", "ChromatinSignal",
          function(x, ..., use.names = TRUE) {
    parts <- list(x, ...)
    cells <- colnames(x)
    same <- vapply(parts, function(part) setequal(colnames(part), cells), NA)
    if (use.names && !all(same)) {
        .stop("{.fn combineRows} needs signals of the same cell types",
              x = "Part {which(!same)[1]} has different cell types.",
              i = "It has {(.some(colnames(parts[[which(!same)[1]]])))}, the
                   first part has {(.some(cells))}.")
    }
    if (use.names) parts <- lapply(parts, function(part) part[, cells])
    do.call(rbind, parts)
})

# `bind` is "cbind" or "rbind"; `columns` makes the columns of the result.
.combineSignals <- function(parts, bind, columns) {
    parts <- unname(parts)
    .checkSameSignals(parts, bind)
    if (bind == "cbind") .checkUniqueCells(parts)
    columns <- columns(parts)
    experiments <- lapply(parts, .plainExperiment)
    out <- .withExperiment(parts[[1L]], do.call(bind, experiments),
                           columns = columns)
    known <- lapply(parts, function(part) part@bins$orient)
    if (any(vapply(known, is.null, NA))) out@bins$orient <- NULL
    metadata(out) <- .sharedMetadata(parts)
    out
}

.checkUniqueCells <- function(parts) {
    names <- unlist(lapply(parts, colnames))
    if (anyDuplicated(names)) {
        .stop("{.fn cbind} needs signals with different cell types",
              x = "Duplicated: {.val {unique(names[duplicated(names)])}}.")
    }
}

# Entries shared by the parts appear only once. Those that differ all stay.
.sharedMetadata <- function(parts) {
    all <- do.call(c, lapply(parts, metadata))
    all[!duplicated(lapply(seq_along(all), function(i) all[i]))]
}

.sharedColumns <- function(parts) {
    columns <- parts[[1L]]@columns
    for (part in parts[-1L]) {
        .checkSameColumns(parts[[1L]], part)
        columns$sources <- Map(.joinSources, columns$sources,
                               part@columns$sources)
    }
    columns
}

.joinSources <- function(a, b) if (is.null(a)) b else unique(rbind(a, b))

.checkSameColumns <- function(a, b) {
    own <- .describePreprocessing(a)
    other <- .describePreprocessing(b)
    differs <- which(own != other)
    if (length(differs) > 0L) {
        at <- differs[1L]
        .stop("The genes of a cell type must have the same preprocessing",
              x = "{.val {colnames(a)[at]}} is {own[at]} in one signal and
                   {other[at]} in the other.")
    }
}

# An error unless kind, marks, bins and orientation agree.
.checkSameSignals <- function(parts, what) {
    is <- vapply(parts, is, NA, "ChromatinSignal")
    if (!all(is)) {
        .stop("{.fn {what}} needs signals",
              x = "Part {which(!is)[1]} is of class
                   {.cls {class(parts[[which(!is)[1]]])[1]}}.")
    }
    first <- parts[[1L]]
    for (part in parts[-1L]) {
        if (part@kind != first@kind) {
            .stop("{.fn {what}} needs signals of one kind",
                  x = "Found {.val {c(first@kind, part@kind)}}.")
        }
        odd <- c(setdiff(first@marks, part@marks),
                 setdiff(part@marks, first@marks))
        if (length(odd) > 0L) {
            .stop("{.fn {what}} needs signals with the same marks",
                  x = "Only in one of them: {(.some(odd))}.",
                  i = "Select marks with {.code marks(x) <- }.")
        }
        if (!.sameBins(first@bins, part@bins)) {
            .stop("{.fn {what}} needs signals with the same bins",
                  x = "One has {(.describeBins(first@bins))}.",
                  x = "Another has {(.describeBins(part@bins))}.")
        }
    }
}

# ---- coercion and old objects -----------------------------------------------

# The plain experiment stores the slots in its metadata, so that converting it
# back loses nothing.
setAs("ChromatinSignal", "RangedSummarizedExperiment", function(from) {
    out <- .plainExperiment(from)
    metadata(out)$ChromatinSignal <- list(
        kind = from@kind, marks = from@marks, bins = from@bins,
        columns = from@columns)
    out
})

setAs("RangedSummarizedExperiment", "ChromatinSignal", function(from) {
    record <- metadata(from)$ChromatinSignal
    if (is.null(record)) return(.fromVersion0.99.0(from))
    metadata(from)$ChromatinSignal <- NULL
    columns <- record$columns
    if (nrow(columns) != ncol(from)) {
        .stop("The experiment must have the same cell types as the signal that
               it was made from",
              x = "It has {ncol(from)} column{?s}, the record in its metadata
                   has {nrow(columns)}.",
              i = "Subset the signal rather than the plain experiment.")
    }
    .asClass(from, intersect(record$marks, assayNames(from)), record$bins,
             columns, record$kind)
})

# Signal of version 0.99.0 had bins, counting, normalization and sources in its
# metadata, shared by all cell types, and treated any other assay as a mark.
.fromVersion0.99.0 <- function(from) {
    old <- metadata(from)
    if (is.null(old$bins)) {
        .stop("The experiment must have been made from a signal",
              x = "Its metadata have no record of one.",
              i = "{.fn chromatinSignal} converts an experiment to a signal.")
    }
    metadata(from)[c("bins", "counting", "normalization", "sources")] <- NULL
    columns <- .newColumns(
        ncol(from), old$counting %||% NA_character_,
        .pasteSteps(old$normalization),
        lapply(colnames(from), function(cell) {
            .sourcesOf(old$sources, cell)
        }))
    kind <- if (!is.null(old$attribution)) "attribution"
            else if ("probability" %in% assayNames(from)) "attention"
            else "signal"
    .asClass(from, setdiff(assayNames(from), .otherAssays), old$bins, columns,
             kind)
}

#' @rdname ChromatinSignal-class
#' @param verbose As in [BiocGenerics::updateObject()].
#' @export
setMethod("updateObject", "ChromatinSignal", function(object, ...,
                                                      verbose = FALSE) {
    experiment <- updateObject(.plainExperiment(object), ...,
                               verbose = verbose)
    .withExperiment(object, experiment)
})

# ---- printing ---------------------------------------------------------------

#' @rdname ChromatinSignal-class
#' @export
setMethod("show", "ChromatinSignal", function(object) {
    callNextMethod()
    cat(sprintf("%s of %d mark%s: %s\n", object@kind, length(object@marks),
                if (length(object@marks) == 1L) "" else "s",
                .some(object@marks, 8L)))
    cat("bins:", .describeBins(object@bins), "\n")
    ways <- unique(.describePreprocessing(object))
    cat("preprocessing:", .some(ways, 3L), "\n")
})
