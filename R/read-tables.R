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

# ---- one file ---------------------------------------------------------------

# Reads a table: its ids, labels (NA without) and one bins x genes matrix per
# mark. Only the code from here on depends on the format.
.readTable <- function(file, marks) {
    path <- .plainFile(file, withr::local_tempfile(fileext = ".csv"))
    columns <- .quickColumns(path) %||% .strictColumns(path, file)
    lines <- columns$lines
    columns <- .splitBins(columns$values, length(marks))
    names(columns) <- .columnNames(columns, file, marks)
    .checkIds(columns[[1L]], lines, file)
    for (j in seq_along(columns)[-1L]) {
        columns[[j]] <- .asNumbers(columns, j, lines, file)
    }
    genes <- .geneBlocks(columns[[1L]], columns[[2L]], lines, file)
    # By position, as a mark may be called "bin".
    counts <- lapply(columns[2L + seq_along(marks)], matrix, nrow = genes$bins)
    list(file = file, ids = genes$ids, counts = counts,
         label = .geneLabels(columns, genes, lines, file))
}

# Columns are list(values = a list of vectors, lines = the line of each element
# in the file). fread() is fast, but tolerates malformed files. So its result is
# used only if it is unambiguous: one row per line, no missing numbers, plain
# text ids. Other files go to .strictColumns(), which reads every line or
# reports the line that it cannot read.
.quickColumns <- function(path) {
    lines <- .countLines(path)
    if (is.na(lines)) return(NULL)
    doubt <- FALSE
    table <- tryCatch(
        withCallingHandlers(.fread(path), warning = function(w) {
            # fread() warns about a file left open by an earlier call.
            if (!grepl("not cleaned up", conditionMessage(w))) doubt <<- TRUE
            # Lets fread() continue, so that it closes its file.
            invokeRestart("muffleWarning")
        }),
        error = function(e) NULL)
    if (doubt || NROW(table) != lines || !.areSound(table)) return(NULL)
    list(values = unname(as.list(table)), lines = seq_len(lines))
}

.fread <- function(path) {
    data.table::fread(
        file = path, header = FALSE, sep = ",", fill = TRUE,
        colClasses = list(character = 1L), na.strings = "",
        integer64 = "double", encoding = "UTF-8", data.table = FALSE,
        showProgress = FALSE)
}

.areSound <- function(table) {
    id <- unique(table[[1L]])
    numbers <- vapply(table[-1L], function(x) is.numeric(x) && !anyNA(x), NA)
    !anyNA(id) && all(numbers) && all(validUTF8(id)) &&
        !any(grepl("[\"[:cntrl:]]|^\\s|\\s$", id))
}

# The number of lines; NA if there are none, or if a byte is 0.
.countLines <- function(path) {
    connection <- file(path, "rb")
    on.exit(close(connection))
    lines <- 0
    last <- as.raw(10L)
    while (length(bytes <- readBin(connection, "raw", 2^22)) > 0L) {
        if (any(bytes == as.raw(0L))) return(NA)
        lines <- lines + sum(bytes == as.raw(10L))
        last <- bytes[length(bytes)]
    }
    lines <- lines + (last != as.raw(10L))
    if (lines > 0) lines else NA
}

# ---- line by line -----------------------------------------------------------

# Every column as trimmed text. A field may be quoted; quotes in it are doubled.
.strictColumns <- function(path, file) {
    text <- .textLines(path, file)
    lines <- grep("[^ \t]", text)
    if (length(lines) == 0L) .stop("{.file {file}} is empty")
    text <- text[lines]
    quoted <- grep("\"", text, fixed = TRUE)
    text[quoted] <- .maskQuoted(text[quoted], lines[quoted], file)
    # The comma keeps strsplit() from dropping an empty last field.
    fields <- strsplit(paste0(text, ","), ",", fixed = TRUE)
    .checkEven(lengths(fields), lines, file)
    values <- trimws(unlist(fields), whitespace = "[ \t]")
    values <- matrix(chartr(.masks, ",\"", values), length(fields),
                     byrow = TRUE)
    list(values = lapply(seq_len(ncol(values)), function(j) values[, j]),
         lines = lines)
}

# Lines with the line endings of any system.
.textLines <- function(path, file) {
    bytes <- readBin(path, "raw", file.size(path))
    zero <- match(as.raw(0L), bytes)
    if (!is.na(zero)) {
        line <- 1L + sum(bytes[seq_len(zero)] == as.raw(10L))
        .stop("{.file {file}}, line {line}: the line contains a null byte",
              i = "The file is damaged, or its encoding is not UTF-8.")
    }
    text <- readLines(path, warn = FALSE, encoding = "UTF-8")
    # Removes the byte order mark; readLines() does so only in a UTF-8 locale.
    if (!l10n_info()[["UTF-8"]]) {
        text[1L] <- sub("^\xef\xbb\xbf", "", text[1L], useBytes = TRUE)
    }
    Encoding(text) <- "UTF-8"
    bad <- which(!validUTF8(text) | grepl("[\001-\010\013-\037\177]", text,
                                          useBytes = TRUE))[1L]
    if (!is.na(bad)) {
        .stop("{.file {file}}, line {bad}: the line is not UTF-8 text")
    }
    text
}

# Stand for commas and doubled quotes in quoted fields; not valid in the text.
.masks <- "\001\002"

# Removes the quotes around fields.
.maskQuoted <- function(text, lines, file) {
    field <- "[ \t]*(\"([^\"]|\"\")*+\"|[^\",]*+)[ \t]*"
    bad <- which(!grepl(sprintf("^%s(,%s)*+$", field, field), text,
                        perl = TRUE))[1L]
    if (!is.na(bad)) {
        .stop("{.file {file}}, line {lines[bad]}: a quote is not closed, or
               is inside a field",
              x = "Found {.val {substr(text[bad], 1L, 40L)}}.")
    }
    at <- gregexpr("\"([^\"]|\"\")*\"", text)
    regmatches(text, at) <- lapply(regmatches(text, at), function(quoted) {
        inside <- substr(quoted, 2L, nchar(quoted) - 1L)
        chartr(",\"", .masks, gsub("\"\"", "\"", inside, fixed = TRUE))
    })
    text
}

# All lines must have the most common number of columns.
.checkEven <- function(fields, lines, file) {
    usual <- which.max(tabulate(fields))
    odd <- match(TRUE, fields != usual)
    if (is.na(odd)) return()
    .stop("{.file {file}}, line {lines[odd]}: the line is
           {if (fields[odd] > usual) 'too long' else 'too short'}",
          x = "It has {fields[odd]} column{?s}, other lines have {usual}.",
          i = if (odd == length(fields)) "It is the last line; the file may
               be truncated.")
}

# ---- columns ----------------------------------------------------------------

# DeepDiff's raw tables have the bin at the end of the id.
.splitBins <- function(columns, marks) {
    id <- columns[[1L]]
    if (length(columns) != marks + 1L || !all(grepl("_[0-9]+$", id))) {
        return(columns)
    }
    bin <- as.numeric(sub(".*_", "", id))
    c(list(sub("_[0-9]+$", "", id), bin), columns[-1L])
}

.columnNames <- function(columns, file, marks) {
    names <- c("gene", "bin", marks, "label")
    expected <- length(names) - 1:0
    if (length(columns) %in% expected) return(names[seq_along(columns)])
    .stop("{.file {file}} must have {expected[1]} columns, or {expected[2]}
           with a label",
          x = "It has {length(columns)}.",
          i = if (length(columns) == 1L) "Columns are separated by commas."
              else "The columns are gene, bin, and one count per mark for
                    the {length(marks)} {.arg marks}: {(.some(marks))}.",
          i = "Name the marks of the file, in order, with {.arg marks}.")
}

.checkIds <- function(ids, lines, file) {
    empty <- match("", ids)
    if (!is.na(empty)) {
        .stop("{.file {file}}, line {lines[empty]}: the gene is missing")
    }
}

# Column j as finite numbers, not negative except for labels.
.asNumbers <- function(columns, j, lines, file) {
    text <- columns[[j]]
    name <- names(columns)[j]
    x <- if (is.numeric(text)) text else .parseNumbers(text)
    limits <- range(x)
    if (!anyNA(limits) && limits[2L] < Inf &&
        (limits[1L] >= 0 || name == "label")) return(x)
    at <- which(!is.finite(x) | (x < 0 & name != "label"))[1L]
    value <- if (is.na(x[at])) text[at] else x[at]
    kind <- if (is.nan(x[at]) || value %in% "") "missing"
            else if (is.na(x[at])) "not a number"
            else if (x[at] < 0) "negative" else "infinite"
    if (!name %in% c("bin", "label")) name <- paste(name, "count")
    .stop("{.file {file}}, line {lines[at]} (gene
           {.val {columns[[1]][at]}}): the {name} is {kind}",
          x = if (kind != "missing") "Found {.val {value}}.",
          i = if (lines[at] == 1L && kind == "not a number") "The table must
               not have a header.")
}

.numberPattern <- "^ *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)? *$"

# NA if the text is not a number.
.parseNumbers <- function(text) {
    known <- c(nan = NaN, inf = Inf, "+inf" = Inf, "-inf" = -Inf,
               infinity = Inf, "+infinity" = Inf, "-infinity" = -Inf)
    x <- unname(known[tolower(text)])
    number <- grep(.numberPattern, text)
    x[number] <- as.numeric(text[number])
    x
}

# ---- genes of a file --------------------------------------------------------

# A gene is a run of lines with one id and bins numbered from 1.
.geneBlocks <- function(id, bin, lines, file) {
    rows <- length(id)
    start <- which(bin == 1 | c(TRUE, id[-1L] != id[-rows]))
    size <- diff(c(start, rows + 1L))
    expected <- sequence(size)
    odd <- match(TRUE, bin != expected)
    if (!is.na(odd)) {
        .stop("{.file {file}}, line {lines[odd]} (gene {.val {id[odd]}}): bin
               {expected[odd]} is missing",
              x = "Found bin {.val {bin[odd]}}.",
              i = "The lines of a gene must be consecutive, with the bins
                   1, 2, ... in order.")
    }
    .checkFileGenes(id[start], lines[start], file)
    bins <- which.max(tabulate(size))
    odd <- match(TRUE, size != bins)
    if (!is.na(odd)) {
        .stop("{.file {file}}, line {lines[start[odd]]} (gene
               {.val {id[start[odd]]}}): all genes must have the same number
               of bins",
              x = "It has {size[odd]} bin{?s}, other genes have {bins}.")
    }
    list(ids = sub("_.*", "", id[start]), start = start, bins = bins)
}

.checkFileGenes <- function(id, lines, file) {
    cut <- sub("_.*", "", id)
    again <- anyDuplicated(id)
    if (again > 0L) {
        .stop("{.file {file}}, line {lines[again]}: gene {.val {id[again]}}
               is duplicated",
              x = "It is first on line {lines[match(id[again], id)]}.",
              i = "All lines of a gene must be consecutive.")
    }
    again <- anyDuplicated(cut)
    if (again > 0L) {
        .stop("{.file {file}}, line {lines[again]}: without {.val _} and
               the text after it, the genes {.val {id[cut == cut[again]]}}
               have the same id {.val {cut[again]}}")
    }
}

.geneLabels <- function(columns, genes, lines, file) {
    label <- columns[["label"]]
    if (is.null(label)) return(rep(NA_integer_, length(genes$ids)))
    odd <- match(TRUE, !label %in% c(0, 1))
    if (!is.na(odd)) {
        .stop("{.file {file}}, line {lines[odd]} (gene
               {.val {columns[[1]][odd]}}): the label must be 0 (low) or
               1 (high)",
              x = "Found {.val {label[odd]}}.",
              i = "If the last column is the count of a mark, name it in
                   {.arg marks}.")
    }
    first <- label[genes$start]
    odd <- match(TRUE, label != rep(first, each = genes$bins))
    if (!is.na(odd)) {
        .stop("{.file {file}}, line {lines[odd]} (gene
               {.val {columns[[1]][odd]}}): all lines of a gene must have the
               same label",
              x = "Found {.val {label[odd]}} after {.val {1 - label[odd]}}.")
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
