# Tables in the authors' format: no header, one line a gene and bin.

# The five marks, in the order in which the authors' tables have them.
.authorMarks <- c("H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3")

#' Read and write tables in the format of AttentiveChrome
#'
#' `readChromeTable()` reads the tables that the authors of AttentiveChrome
#' publish (`train.csv`, `valid.csv`, `test.csv`) into a signal, and
#' `writeChromeTable()` writes a signal as such a table.
#'
#' A table is separated by commas, has no header, and one line a gene and bin:
#' the gene's id, the number of the bin (1, 2, ... in each gene), the count of
#' each mark and, in tables for training, the label, 1 (high) or 0 (low), the
#' same on all lines of a gene. Gene ids are text, so that leading zeros stay;
#' what follows a `_` (as in `ENSG00000130749_ZC3H4`) is not part of the id.
#' Tables in DeepDiff's raw format, whose first column is
#' `ENSG00000130749_ZC3H4_1` with the bin at its end, are read too; mind that
#' they have the marks in another order.
#'
#' The table does not say which mark a column is: `marks` must name the
#' columns in their order.
#'
#' @param files Paths of the tables, plain or gzip-compressed. Several files
#'   of one cell type (its training and test genes, say) are put under one
#'   another; files of several cell types become the columns of one signal.
#' @param cellType For reading, the cell type of all files, or of each; by
#'   default the names of `files` or else `"cellType1"`. For writing, the cell
#'   type of the signal to write; may be left out where there is only one.
#' @param marks The marks of the table's columns, in their order. For writing,
#'   by default the authors' order if these are the marks of `signal`, else
#'   all marks in the signal's order.
#' @param binWidth Width of a bin in base pairs.
#' @param upstream Distance in base pairs from the start of the first bin to
#'   the transcription start site; by default half of the window.
#' @return `readChromeTable()`: a signal ([chromatinSignal()]) without ranges,
#'   its genes in the order of the (first cell type's) files, with labels where
#'   the files have them. Several cell types must have the same genes, in any
#'   order. A table that is not as described is an error that names the file,
#'   the gene and the line. `writeChromeTable()`: `file`, invisibly.
#' @seealso [splitGenes()]
#' @export
#' @examples
#' folder <- system.file("extdata", "simulated", package = "AttentiveChrome")
#' train <- readChromeTable(file.path(folder, "train.csv.gz"),
#'     cellType = "simulated")
#' train
#'
#' file <- tempfile(fileext = ".csv")
#' writeChromeTable(train[1:10, ], file, marks = c("H3K4me3", "H3K36me3"))
#' readLines(file, 3)
#' readChromeTable(file, marks = c("H3K4me3", "H3K36me3"))
readChromeTable <- function(files, cellType = NULL,
                            marks = c("H3K27me3", "H3K36me3", "H3K4me1",
                                      "H3K4me3", "H3K9me3"),
                            binWidth = 100, upstream = NULL) {
    .checkMarkNames(marks)
    cellType <- .fileCellTypes(files, cellType)
    tables <- lapply(unname(files), .readTable, marks = marks)
    .checkSameBins(tables)
    cells <- split(tables, factor(cellType, unique(cellType)))
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
#' @param file Path of the table to write; compressed if it ends in `.gz`. It
#'   appears only when it is complete. Whole numbers are written exactly,
#'   others with 15 significant digits; the label is written if the signal has
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
.fileCellTypes <- function(files, cellType) {
    .checkFiles(files)
    cellType <- cellType %||% names(files) %||% "cellType1"
    if (!is.character(cellType) || any(is.na(cellType) | cellType == "") ||
        !length(cellType) %in% c(1L, length(files))) {
        .stop("{.arg cellType} must be one name, or one for each of the
               {length(files)} file{?s}",
              x = "It is {.val {cellType}}.")
    }
    rep_len(cellType, length(files))
}

.tableMarks <- function(signal) {
    if (setequal(marks(signal), .authorMarks)) .authorMarks else marks(signal)
}

# The labels to write; NULL where the cell type has none.
.tableLabel <- function(signal, cellType) {
    if (!"label" %in% assayNames(signal)) return(NULL)
    label <- expressionLabel(signal)[, cellType]
    if (all(is.na(label))) return(NULL)
    if (anyNA(label)) {
        .stop("{.arg signal} must have a label for each gene or for none",
              x = "Missing in {.val {cellType}}:
                   {(.some(rownames(signal)[is.na(label)]))}.",
              i = "Drop these genes before writing.")
    }
    label
}

# ---- one file ---------------------------------------------------------------

# A table as its ids, labels (NA without) and a bins x genes matrix a mark.
# What the table looks like inside is known from here on down only.
.readTable <- function(file, marks) {
    path <- .plainFile(file, withr::local_tempfile(fileext = ".csv"))
    table <- .splitBins(.freadTable(path, file), length(marks))
    names(table) <- .columnNames(table, path, file, marks)
    for (column in names(table)) {
        .checkColumn(table, column, path, file)
    }
    genes <- .geneBlocks(table$gene, table$bin, file)
    counts <- lapply(table[marks], matrix, nrow = genes$bins)
    list(file = file, ids = genes$ids, counts = counts,
         label = .geneLabels(table, genes, file))
}

# With fill, fread() never skips a line at the start; lines of uneven length
# then show as missing values or as a warning, and are looked for only then.
.freadTable <- function(path, file) {
    if (file.size(path) == 0) .stop("{.file {file}} is empty")
    faults <- new.env()
    table <- tryCatch(
        withCallingHandlers(.fread(path), warning = function(w) {
            .noteFault(w, faults)
        }),
        error = function(e) .noteFault(e, faults))
    if (!is.null(faults$message)) {
        .checkEven(path, file)
        .stop("{.file {file}} cannot be read as a table",
              x = "{faults$message}")
    }
    table
}

.fread <- function(path) {
    data.table::fread(
        file = path, header = FALSE, sep = ",", fill = TRUE,
        colClasses = list(character = 1L), na.strings = "",
        integer64 = "double", blank.lines.skip = TRUE, data.table = FALSE,
        showProgress = FALSE)
}

# Warnings are muffled, not jumped out of, as fread() must close its file. Of
# one that was not closed before, it warns the next time: no fault of the file.
.noteFault <- function(condition, faults) {
    message <- conditionMessage(condition)
    if (!grepl("not cleaned up", message)) faults$message <- message
    if (inherits(condition, "warning")) invokeRestart("muffleWarning")
}

# DeepDiff's raw tables have the bin at the end of the id.
.splitBins <- function(table, marks) {
    id <- table[[1L]]
    if (ncol(table) != marks + 1L || !all(grepl("_[0-9]+$", id))) {
        return(table)
    }
    bin <- as.integer(sub(".*_", "", id))
    cbind(sub("_[0-9]+$", "", id), bin, table[-1L])
}

.columnNames <- function(table, path, file, marks) {
    columns <- c("gene", "bin", marks, "label")
    expected <- length(columns) - 1:0
    if (ncol(table) %in% expected) return(columns[seq_along(table)])
    .checkEven(path, file)
    .stop("{.file {file}} must have {expected[1]} columns, or {expected[2]}
           with a label",
          x = "It has {ncol(table)}.",
          i = if (ncol(table) == 1L) "Columns are separated by commas."
              else "The columns are gene, bin, and a count for each of the
                    {length(marks)} {.arg marks}: {(.some(marks))}.",
          i = "Name the marks of the file, in their order, with
               {.arg marks}.")
}

.checkColumn <- function(table, column, path, file) {
    x <- table[[column]]
    kind <- .columnFault(x, column)
    if (is.null(kind)) return()
    .checkEven(path, file)
    line <- which(switch(kind,
        text = is.na(x) | !grepl(.numberPattern, x), missing = is.na(x),
        infinite = is.infinite(x), negative = x < 0))[1L]
    value <- x[line]
    .stop("{.file {file}}, line {line} (gene {.val {table$gene[line]}}): the
           {if (column %in% c('gene', 'bin', 'label')) column else
            paste(column, 'count')} is
           {if (kind == 'text') 'not a number' else kind}",
          x = if (kind != "missing") "Found {.val {value}}.",
          i = if (line == 1L && kind == "text") "The table must have no
               header.")
}

.numberPattern <- "^ *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)? *$"

# What is wrong with a column, or NULL; one pass over it where all is well.
.columnFault <- function(x, column) {
    if (column == "gene") return(if (anyNA(x)) "missing")
    if (!is.numeric(x)) return(if (all(is.na(x))) "missing" else "text")
    limits <- range(x)
    if (anyNA(limits)) "missing"
    else if (limits[1L] < 0 && column != "label") "negative"
    else if (limits[2L] == Inf) "infinite"
}

# All lines must have as many columns as most have.
.checkEven <- function(path, file) {
    fields <- utils::count.fields(path, sep = ",", quote = "\"",
                                  comment.char = "", blank.lines.skip = FALSE)
    usual <- which.max(tabulate(fields))
    line <- which(is.na(fields) | fields > 0L & fields != usual)[1L]
    if (is.na(line)) return()
    .stop("{.file {file}}, line {line}: the line is
           {if (isTRUE(fields[line] > usual)) 'too long' else 'too short'}",
          x = "It has {fields[line]} column{?s}, other lines have {usual}.",
          i = if (line == length(fields)) "It is the last line; the file may
               be cut short.")
}

# ---- genes of a file --------------------------------------------------------

# A gene is a run of lines with one id and bins counting from 1.
.geneBlocks <- function(id, bin, file) {
    lines <- length(id)
    start <- which(bin == 1 | c(TRUE, id[-1L] != id[-lines]))
    size <- diff(c(start, lines + 1L))
    expected <- sequence(size)
    line <- match(TRUE, bin != expected)
    if (!is.na(line)) {
        .stop("{.file {file}}, line {line} (gene {.val {id[line]}}): bin
               {expected[line]} is missing",
              x = "Found bin {.val {bin[line]}}.",
              i = "The lines of a gene must follow one another, with the bins
                   1, 2, ... in this order.")
    }
    .checkFileGenes(id[start], start, file)
    bins <- which.max(tabulate(size))
    odd <- match(TRUE, size != bins)
    if (!is.na(odd)) {
        .stop("{.file {file}}, line {start[odd]} (gene
               {.val {id[start[odd]]}}): all genes must have the same number
               of bins",
              x = "It has {size[odd]} bin{?s}, other genes have {bins}.")
    }
    list(ids = sub("_.*", "", id[start]), start = start, bins = bins)
}

.checkFileGenes <- function(id, start, file) {
    cut <- sub("_.*", "", id)
    again <- anyDuplicated(id)
    if (again > 0L) {
        .stop("{.file {file}}, line {start[again]}: gene {.val {id[again]}}
               comes a second time",
              x = "It first came on line {start[match(id[again], id)]}.",
              i = "All lines of a gene must follow one another.")
    }
    again <- anyDuplicated(cut)
    if (again > 0L) {
        .stop("{.file {file}}, line {start[again]}: without what follows the
               {.val _}, the genes {.val {id[cut == cut[again]]}} have the same
               id {.val {cut[again]}}")
    }
}

.geneLabels <- function(table, genes, file) {
    if (is.null(table$label)) return(rep(NA_integer_, length(genes$ids)))
    label <- table$label
    line <- match(TRUE, !label %in% c(0, 1))
    if (!is.na(line)) {
        .stop("{.file {file}}, line {line} (gene {.val {table$gene[line]}}):
               the label must be 0 (low) or 1 (high)",
              x = "Found {.val {label[line]}}.",
              i = "If the last column is the count of a mark, name it in
                   {.arg marks}.")
    }
    first <- label[genes$start]
    line <- match(TRUE, label != rep(first, each = genes$bins))
    if (!is.na(line)) {
        .stop("{.file {file}}, line {line} (gene {.val {table$gene[line]}}):
               all lines of a gene must have the same label",
              x = "Found {.val {label[line]}} after {.val {1 - label[line]}}.")
    }
    as.integer(first)
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

# The tables of one cell type as one.
.bindTables <- function(tables) {
    if (length(tables) == 1L) return(tables[[1L]])
    each <- function(part) lapply(tables, `[[`, part)
    ids <- unlist(each("ids"))
    .checkUniqueGenes(ids, "the `files` of one cell type")
    counts <- do.call(Map, c(list(cbind), each("counts")))
    list(file = tables[[1L]]$file, ids = ids, counts = counts,
         label = unlist(each("label")))
}

# All cell types with the genes of the first, in its order.
.alignGenes <- function(cells) {
    ids <- cells[[1L]]$ids
    lapply(cells, function(cell) {
        if (identical(cell$ids, ids)) return(cell)
        odd <- c(setdiff(ids, cell$ids), setdiff(cell$ids, ids))
        if (length(odd) > 0L) {
            .stop("All cell types must have the same genes",
                  x = "Only in one of {.file {cells[[1]]$file}} and
                       {.file {cell$file}}: {(.some(odd))}.",
                  i = "Read the cell types one by one to keep all genes.")
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
