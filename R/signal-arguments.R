# Checks of arguments that are signals, or that name cell types or marks.

# `kind` is one or more of .signalKinds.
.checkSignal <- function(x, arg = "signal", kind = .signalKinds) {
    if (!is(x, "ChromatinSignal")) .stopNoSignal(x, arg)
    if (!x@kind %in% kind) {
        .stop("{.arg {arg}} must be {.or {kind}}",
              x = "It is {.val {x@kind}}.")
    }
    invisible(x)
}

.stopNoSignal <- function(x, arg) {
    plain <- is(x, "RangedSummarizedExperiment")
    old <- plain && !is.null(metadata(x)$bins)
    .stop("{.arg {arg}} must be a signal, made by {.fn chromatinSignal}",
          x = "It is of class {.cls {class(x)[1]}}.",
          i = if (old) "It was made by version 0.99.0: convert it with
               {.code as(x, \"ChromatinSignal\")}."
              else if (plain) "{.fn chromatinSignal} converts an experiment
               to a signal.")
}

# The name of one cell type of a signal. NULL is allowed if there is only one.
.checkCellType <- function(x, cellType, arg = "cellType") {
    if (is.null(cellType)) {
        if (ncol(x) == 1L) return(colnames(x))
        .stop("{.arg {arg}} must name one of the signal's {ncol(x)} cell types",
              i = "Available: {(.some(colnames(x)))}.")
    }
    .checkCellTypes(x, cellType, arg, many = FALSE)
}

.checkCellTypes <- function(x, cellTypes, arg, many = TRUE) {
    if (is.numeric(cellTypes) && all(cellTypes %in% seq_len(ncol(x)))) {
        cellTypes <- colnames(x)[cellTypes]
    }
    unknown <- setdiff(cellTypes, colnames(x))
    if (length(unknown) > 0L || length(cellTypes) == 0L ||
        (!many && length(cellTypes) != 1L)) {
        .stop("{.arg {arg}} must name {if (many) 'cell types' else
               'one cell type'} of the signal",
              x = "Found {.val {cellTypes}}.",
              i = "Available: {(.some(colnames(x)))}.")
    }
    as.character(cellTypes)
}

.checkMarks <- function(x, wanted, arg = "marks", owner = "signal") {
    unknown <- setdiff(wanted, marks(x))
    if (length(unknown) > 0L) {
        .stop("{.arg {arg}} names marks that the {owner} does not have",
              x = "Missing: {(.some(unknown))}.",
              i = "Available: {(.some(marks(x)))}.")
    }
    as.character(wanted)
}

.checkMarkNames <- function(marks, what = "`marks`") {
    if (!is.character(marks) || length(marks) == 0L || anyNA(marks) ||
        any(marks %in% c("", .reservedNames)) || anyDuplicated(marks)) {
        .stop("{what} must name each mark once",
              x = "It is {.val {marks}}.",
              i = "{.val {(.reservedNames)}} are reserved names.")
    }
    marks
}

.checkUniqueGenes <- function(ids, where = "`signal`") {
    twice <- unique(ids[duplicated(ids)])
    if (length(twice) > 0L) {
        .stop("Each gene may appear only once in {where}",
              x = "Duplicated: {(.some(twice))}.")
    }
}
