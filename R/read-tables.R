# Tables in the authors' format: no header, one line per gene and bin.

#' Read and write tables in the format of AttentiveChrome
#'
#' `readChromeTable()` reads the tables that the authors of AttentiveChrome
#' publish (`train.csv`, `valid.csv`, `test.csv`) into a signal, and
#' `writeChromeTable()` writes a signal as such a table.
#'
#' A table is comma-separated without a header, and has one line per gene and
#' bin: the gene id, the number of the bin (1, 2, ... within each gene), the
#' count of each mark and, in tables for training, the label, 1 (high) or 0
#' (low), which is the same on all lines of a gene. Gene ids are text, so
#' leading zeros are preserved. A `_` and the text after it are not part of the
#' id (as in `ENSG00000130749_ZC3H4`). Tables in DeepDiff's raw format can also
#' be read. Their first column ends with the bin (as in
#' `ENSG00000130749_ZC3H4_1`), and their marks are in a different order.
#'
#' A table does not contain the names of the marks, so `marks` must name its
#' columns in order.
#'
#' @param files Paths of the tables, plain or gzip-compressed. The genes of
#'   several files of one cell type (such as training and test genes) are
#'   combined; files of several cell types become the columns of one signal.
#' @param cellTypes The cell type of all files, or of each file; by default the
#'   names of `files`, or `"cellType1"` without names.
#' @param cellType The cell type of the signal to write. Optional if the signal
#'   has only one.
#' @param marks The marks of the table's columns, in order. For writing, the
#'   default is the authors' order if `signal` has exactly their marks, and
#'   otherwise all marks in the order of the signal.
#' @param binWidth Width of a bin in base pairs.
#' @param upstream Distance in base pairs from the start of the first bin to
#'   the transcription start site; by default half of the window.
#' @return `readChromeTable()`: a signal ([chromatinSignal()]) without ranges,
#'   with labels if the files have them. Genes are in the order of the files of
#'   the first cell type. All cell types must have the same genes, in any order.
#'   A malformed table is an error that names the file, the gene and the line.
#'   `writeChromeTable()`: `file`, invisibly.
#' @seealso [splitGenes()]
#' @export
#' @examples
#' file <- tempfile(fileext = ".csv")
#' writeChromeTable(roadmapGenes[1:10, ], file, cellType = "E123")
#' readLines(file, 3)
#' readChromeTable(file, cellTypes = "E123")
#'
#' # Other marks, in the order of the table's columns
#' writeChromeTable(roadmapGenes[1:10, ], file, cellType = "E123",
#'     marks = c("H3K4me3", "H3K36me3"))
#' readChromeTable(file, marks = c("H3K4me3", "H3K36me3"))
readChromeTable <- function(files, cellTypes = NULL,
                            marks = c("H3K27me3", "H3K36me3", "H3K4me1",
                                      "H3K4me3", "H3K9me3"),
                            binWidth = 100, upstream = NULL) {
    .checkMarkNames(marks)
    cellTypes <- .fileCellTypes(files, cellTypes)
    tables <- lapply(unname(files), .readTable, marks = marks)
    .checkSameBins(tables)
    cells <- split(tables, factor(cellTypes, unique(cellTypes)))
    cells <- .alignGenes(lapply(cells, .bindTables))
    shape <- list(cells[[1L]]$ids, names(cells))
    assays <- lapply(stats::setNames(nm = marks), .stackCells, cells = cells,
                     shape = shape)
    label <- unlist(lapply(cells, `[[`, "label"))
    if (!all(is.na(label))) {
        assays$label <- matrix(label, lengths(shape)[1L], dimnames = shape)
    }
    bins <- dim(assays[[1L]])[3L]
    .makeSignal(assays, .makeBins(bins, binWidth, upstream))
}

#' @param signal A signal ([chromatinSignal()]).
#' @param file Path of the table to write; compressed if it ends in `.gz`. The
#'   file appears only when it is complete. Whole numbers are written exactly,
#'   others with 15 significant digits. The label is written if the signal has
#'   labels for the cell type.
#' @rdname readChromeTable
#' @export
writeChromeTable <- function(signal, file, cellType = NULL, marks = NULL) {
    .checkSignal(signal)
    cellType <- .checkCellType(signal, cellType)
    marks <- .checkMarks(signal, marks %||% .tableMarks(signal))
    .checkOutput(file, "file")
    bins <- length(binOffsets(signal))
    table <- data.frame(gene = rep(rownames(signal), each = bins),
                        bin = rep(seq_len(bins), nrow(signal)))
    for (mark in marks) {
        table[[mark]] <- as.vector(t(binMatrix(signal, mark, cellType)))
    }
    table$label <- rep(.tableLabel(signal, cellType), each = bins)
    compress <- if (grepl("[.]gz$", file)) "gzip" else "none"
    .writeWhole(.tableBytes(table, col.names = FALSE, scipen = 99L,
                            compress = compress), file)
    invisible(file)
}

# ---- arguments --------------------------------------------------------------

# The cell type of each file.
.fileCellTypes <- function(files, cellTypes) {
    .checkFiles(files)
    cellTypes <- cellTypes %||% names(files) %||% "cellType1"
    if (!is.character(cellTypes) || any(is.na(cellTypes) | cellTypes == "") ||
        !length(cellTypes) %in% c(1L, length(files))) {
        .stop("{.arg cellTypes} must be one name, or one per file for the
               {length(files)} file{?s}",
              x = "It is {.val {cellTypes}}.")
    }
    rep_len(cellTypes, length(files))
}

.tableMarks <- function(signal) {
    if (setequal(marks(signal), .authorMarks)) .authorMarks else marks(signal)
}

# The labels to write; NULL if the cell type has none.
.tableLabel <- function(signal, cellType) {
    if (!"label" %in% assayNames(signal)) return(NULL)
    label <- expressionLabel(signal)[, cellType]
    if (all(is.na(label))) return(NULL)
    if (anyNA(label)) {
        .stop("{.arg signal} must have labels for all genes or for none",
              x = "Missing in {.val {cellType}}:
                   {(.some(rownames(signal)[is.na(label)]))}.",
              i = "Drop these genes before writing.")
    }
    label
}

# ---- several files ----------------------------------------------------------

.checkSameBins <- function(tables) {
    bins <- vapply(tables, function(table) nrow(table$counts[[1L]]), 1L)
    odd <- match(TRUE, bins != bins[1L])
    if (!is.na(odd)) {
        .stop("All {.arg files} must have the same number of bins",
              x = "{.file {tables[[1]]$file}} has {bins[1]},
                   {.file {tables[[odd]]$file}} has {bins[odd]}.")
    }
}

# Combines the tables of one cell type.
.bindTables <- function(tables) {
    if (length(tables) == 1L) return(tables[[1L]])
    each <- function(part) lapply(tables, `[[`, part)
    ids <- unlist(each("ids"))
    .checkUniqueGenes(ids, "the `files` of one cell type")
    counts <- do.call(Map, c(list(cbind), each("counts")))
    list(file = tables[[1L]]$file, ids = ids, counts = counts,
         label = unlist(each("label")))
}

# Orders the genes of all cell types like those of the first.
.alignGenes <- function(cells) {
    ids <- cells[[1L]]$ids
    lapply(cells, function(cell) {
        if (identical(cell$ids, ids)) return(cell)
        odd <- c(setdiff(ids, cell$ids), setdiff(cell$ids, ids))
        if (length(odd) > 0L) {
            .stop("All cell types must have the same genes",
                  x = "Only in one of {.file {cells[[1]]$file}} and
                       {.file {cell$file}}: {(.some(odd))}.",
                  i = "To keep all genes, read the cell types one by one.")
        }
        at <- match(ids, cell$ids)
        list(ids = ids, label = cell$label[at],
             counts = lapply(cell$counts, function(x) x[, at, drop = FALSE]))
    })
}

# One mark of all cell types as genes x cell types x bins.
.stackCells <- function(mark, cells, shape) {
    counts <- lapply(cells, function(cell) cell$counts[[mark]])
    bins <- nrow(counts[[1L]])
    counts <- array(unlist(counts, use.names = FALSE),
                    c(bins, lengths(shape)))
    counts <- aperm(counts, c(2L, 3L, 1L))
    dimnames(counts) <- c(shape, list(NULL))
    counts
}
