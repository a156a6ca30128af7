# One file in the authors' format: from its lines to counts, labels and genes.

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
