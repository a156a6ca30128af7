# Signals whose assays are in files: they are read whole before they are used
# again and again, as each access to an array in a file reads it anew. What
# reads them once, a prediction, reads blocks of genes.

.isInFile <- function(signal) {
    is(signal, "ChromatinSignal") &&
        any(vapply(assays(signal, withDimnames = FALSE), is, NA,
                   "DelayedArray"))
}

# The signal of some cell types with its assays in memory, in the type in which
# they are stored. A signal that is in memory is returned as it is.
.inMemory <- function(signal, cellTypes = NULL) {
    if (!.isInFile(signal)) return(signal)
    if (!is.null(cellTypes) && all(cellTypes %in% colnames(signal))) {
        signal <- signal[, cellTypes]
    }
    values <- lapply(assays(signal, withDimnames = FALSE), function(x) {
        if (is(x, "DelayedArray")) as.array(x) else x
    })
    signal@assays <- Assays(values) # of the same shape: nothing to check
    signal
}

# The bytes that a signal takes in memory.
.signalBytes <- function(signal) {
    sum(vapply(assays(signal, withDimnames = FALSE), function(x) {
        prod(dim(x)) * if (DelayedArray::type(x) == "double") 8 else 4
    }, 0))
}

# The genes of a signal in files in blocks, each of .readAtOnce bytes for all
# cell types; list(NULL), all at once, where they are in memory or few.
.genesAtOnce <- function(signal) {
    if (!.isInFile(signal)) return(list(NULL))
    bytes <- .signalBytes(signal)
    if (bytes <= .readAtOnce) return(list(NULL))
    .inChunks(nrow(signal), nrow(signal) * .readAtOnce / bytes)
}

# ---- many cell types ---------------------------------------------------------

# The chunks of a file usually span many cell types, so that reading one reads
# and unpacks all. Groups of cell types are read together, of so many bytes.
.readAtOnce <- 2^28

# The parts of each cell type in memory, by its name; NULL if they would take
# more than half of the memory that is available, or are in memory already.
.readCellTypes <- function(parts, cellTypes) {
    if (!any(vapply(parts, .isInFile, NA))) return(NULL)
    bytes <- vapply(parts, function(part) .signalBytes(part[, cellTypes]), 0)
    if (sum(bytes) > .availableMemory() / 2) return(NULL)
    groups <- .inChunks(length(cellTypes),
                        .readAtOnce * length(cellTypes) / max(bytes))
    pieces <- lapply(parts, function(part) {
        unlist(lapply(groups, function(group) {
            read <- .inMemory(part, cellTypes[group])
            lapply(stats::setNames(nm = cellTypes[group]), function(cellType) {
                read[, cellType]
            })
        }), recursive = FALSE)
    })
    lapply(stats::setNames(nm = cellTypes), function(cellType) {
        lapply(pieces, `[[`, cellType)
    })
}

# ---- garbage -----------------------------------------------------------------

# R lets garbage grow to about a third of what is in use, and where many cell
# types are pooled a signal of gigabytes is. There it is worth the time of
# collecting it; for one cell type it is not.
.collectGarbage <- function(samples) {
    if (samples >= .baselineSamples) invisible(gc(verbose = FALSE))
}
