# Damages tables of the authors' format in every way that comes to mind and
# reads them: TORTURE_CSV of them (3,000). Each must be read rightly, by the
# judgement of the plain parser below, or refused with the file and the line.
# Exits with 1 if one ends in another error or is read wrongly. The tests source
# this file, and try a share.

tortureMarks <- c("H3K4me3", "H3K27me3")

# ---- what to damage ---------------------------------------------------------

soundTables <- function() {
    gene <- rep(c("000003", "000012", "000100"), each = 4L)
    label <- rep(c(1, 0, 1), each = 4L)
    whole <- paste(gene, rep(1:4, 3L), 0:11, 12:1, sep = ",")
    list(plain = whole, labelled = paste(whole, label, sep = ","),
         quoted = sub("^(\\w+)", "\"\\1\"", paste(whole, label, sep = ",")),
         decimals = paste(gene, rep(1:4, 3L), (0:11) / 7, 12:1 * 1e5, label,
                          sep = ","),
         symbols = paste(paste0(gene, "_SYM,", rep(1:4, 3L)), 0:11, 12:1,
                         label, sep = ","),
         raw = paste(paste0(gene, "_SYM_", rep(1:4, 3L)), 0:11, 12:1,
                     sep = ","))
}

nasty <- c("999999999999999999990", "9223372036854775808", "2147483648",
           "1e400", "1e5", "1e", "1e-400", "NaN", "NA", "Inf", "-Inf", "-0",
           "-1", "", "+7", "0x10",
           "0x1p3", "1_000", "1.5.2", ".", "+", "1d3", "1L", "TRUE",
           "\"5\"", "\"5", "5\"", "\"1,5\"", "\"a\"\"b\"", " 5 ", "\t5", "007",
           "2020-01-01", "12:30", "{x}", "#", "'", "caf\u00e9", "1\u00a0000",
           strrep("9", 400L), strrep("x", 5000L))
odd <- charToRaw("\",\n\r \t{}'#;_-.e0")

# One damage to the bytes of a table.
damage <- function(bytes) {
    at <- sample(length(bytes), 1L)
    lines <- strsplit(rawToChar(bytes[bytes != 0]), "\n", useBytes = TRUE)[[1L]]
    row <- sample(max(length(lines), 1L), 1L)
    asBytes <- function(lines) charToRaw(paste0(lines, "\n", collapse = ""))
    switch(sample(13L, 1L),
        replace(bytes, at, xor(bytes[at], as.raw(2^sample(0:7, 1L)))),
        replace(bytes, at, as.raw(sample(0:255, 1L))),
        replace(bytes, at, sample(odd, 1L)),
        append(bytes, sample(odd, 1L), at),
        append(bytes, as.raw(sample(0:255, 1L)), at),
        bytes[-at],
        bytes[-seq(at, min(length(bytes), at + sample(20L, 1L)))],
        bytes[seq_len(at)],
        asBytes(lines[-row]),
        asBytes(append(lines, lines[row], sample(length(lines), 1L))),
        asBytes(append(lines, "", row)),
        asBytes(replace(lines, row, field(lines[row]))),
        c(as.raw(c(0xef, 0xbb, 0xbf)), bytes))
}

# A line with something nasty in the place of a field.
field <- function(line) {
    parts <- strsplit(line, ",", useBytes = TRUE)[[1L]]
    if (length(parts) == 0L) return(sample(nasty, 1L))
    parts[sample(length(parts), 1L)] <- sample(nasty, 1L)
    paste(parts, collapse = ",")
}

damaged <- function() {
    lines <- sample(soundTables(), 1L)[[1L]]
    end <- sample(c("\n", "\n", "\n", "\r\n", "\r"), 1L)
    bytes <- charToRaw(paste0(lines, end, collapse = ""))
    for (i in seq_len(sample(3L, 1L))) {
        if (length(bytes) > 0L) bytes <- damage(bytes)
    }
    bytes
}

# ---- the right reading, byte by byte ----------------------------------------

# list(ids, counts, label), or NULL where the bytes are no sound table.
readPlainly <- function(bytes) {
    if (any(bytes < as.raw(32L) & !bytes %in% as.raw(c(9L, 10L, 13L))) ||
        any(bytes == as.raw(127L))) return(NULL)
    mark <- as.raw(c(0xef, 0xbb, 0xbf))
    if (identical(bytes[1:3], mark)) bytes <- bytes[-(1:3)]
    if (length(bytes) == 0L || !validUTF8(rawToChar(bytes))) return(NULL)
    text <- rawToChar(bytes)
    Encoding(text) <- "UTF-8"
    rows <- parseRows(strsplit(text, "")[[1L]])
    if (is.null(rows) || length(rows) == 0L) return(NULL)
    if (length(unique(lengths(rows))) != 1L) return(NULL)
    asTable(do.call(rbind, rows))
}

# Rows of fields; NULL where quotes are not in order.
parseRows <- function(chars) {
    rows <- list()
    row <- character()
    text <- ""
    state <- "start" # of a field; then "bare", "quoted" or "closed"
    i <- 1L
    chars <- c(chars, "\n")
    while (i <= length(chars)) {
        char <- chars[i]
        ends <- char %in% c("\n", "\r")
        if (state == "quoted") {
            if (ends) return(NULL)
            if (char != "\"") {
                text <- paste0(text, char)
            } else if (identical(chars[i + 1L], "\"")) {
                text <- paste0(text, "\"")
                i <- i + 1L
            } else {
                state <- "closed"
            }
        } else if (ends || char == ",") {
            row <- c(row, gsub("^[ \t]+|[ \t]+$", "", text))
            text <- ""
            if (ends) {
                blank <- identical(row, "") && state != "closed"
                if (!blank) rows <- c(rows, list(row))
                row <- character()
            }
            state <- "start"
        } else if (char == "\"") {
            if (state != "start") return(NULL)
            text <- ""
            state <- "quoted"
        } else if (char %in% c(" ", "\t")) {
            if (state != "closed") text <- paste0(text, char)
        } else {
            if (state == "closed") return(NULL)
            text <- paste0(text, char)
            state <- "bare"
        }
        i <- i + 1L
    }
    rows
}

asTable <- function(cells) {
    marks <- length(tortureMarks)
    if (ncol(cells) == marks + 1L && all(grepl("_[0-9]+$", cells[, 1L]))) {
        cells <- cbind(sub("_[0-9]+$", "", cells[, 1L]),
                       sub("^.*_", "", cells[, 1L]), cells[, -1L])
    }
    if (!ncol(cells) %in% (marks + 2:3)) return(NULL)
    number <- "^[+-]?([0-9]+|[0-9]+[.]|[0-9]*[.][0-9]+)([Ee][+-]?[0-9]+)?$"
    if (!all(grepl(number, cells[, -1L]))) return(NULL)
    if (any(cells[, 1L] == "")) return(NULL)
    x <- apply(cells[, -1L, drop = FALSE], c(1L, 2L), as.numeric)
    if (!all(is.finite(x)) || any(x[, 1L + seq_len(marks)] < 0)) return(NULL)
    if (ncol(x) > marks + 1L && !all(x[, marks + 2L] %in% 0:1)) return(NULL)
    asGenes(cells[, 1L], x)
}

asGenes <- function(id, x) {
    first <- which(x[, 1L] == 1)
    bins <- nrow(x) / length(first)
    if (length(first) == 0L || bins != round(bins) ||
        !identical(x[, 1L], rep(as.numeric(seq_len(bins)), length(first)))) {
        return(NULL)
    }
    if (any(id != rep(id[first], each = bins))) return(NULL)
    ids <- sub("_.*", "", id[first])
    label <- if (ncol(x) > 3L) matrix(x[, 4L], bins)
    if (anyDuplicated(ids) || !is.null(label) &&
        any(t(label) != label[1L, ])) return(NULL)
    counts <- lapply(1L + seq_along(tortureMarks), function(j) {
        matrix(x[, j], length(ids), byrow = TRUE)
    })
    list(ids = ids, counts = counts, label = label[1L, ])
}

# ---- the verdict ------------------------------------------------------------

verdict <- function(bytes, path) {
    writeBin(bytes, path)
    right <- readPlainly(bytes)
    lines <- 1L + sum(bytes %in% as.raw(c(10L, 13L)))
    got <- tryCatch(
        AttentiveChrome::readChromeTable(path, marks = tortureMarks),
        rlang_error = identity, error = function(e) "another error",
        warning = function(w) "a warning")
    if (is.character(got)) return(got)
    if (inherits(got, "error")) {
        if (!is.null(right)) return("sound, but refused")
        return(namesPlace(conditionMessage(got), basename(path), lines))
    }
    if (is.null(right)) return("unsound, but read")
    same <- identical(rownames(got), right$ids) &&
        all(mapply(function(mark, counts) {
            isTRUE(all.equal(unname(AttentiveChrome::binMatrix(got, mark)) + 0,
                             counts, tolerance = 1e-15))
        }, tortureMarks, right$counts)) &&
        identical("label" %in% SummarizedExperiment::assayNames(got),
                  !is.null(right$label)) &&
        (is.null(right$label) ||
         all(AttentiveChrome::expressionLabel(got) == right$label))
    if (same) "read rightly" else "read wrongly"
}

# Faults of the whole file need no line.
namesPlace <- function(message, name, lines) {
    message <- gsub("\\s+", " ", message)
    at <- regmatches(message, regexec("line ([0-9]+)", message))[[1L]][2L]
    if (!grepl(name, message, fixed = TRUE)) return("refused without the file")
    if (!is.na(at)) {
        return(if (as.integer(at) <= lines) "refused, with the line"
               else "refused with a line that is none")
    }
    whole <- "empty files|is empty|zero bytes|must have [0-9]+ columns"
    if (grepl(whole, message)) "refused, as a whole"
    else "refused without the line"
}

good <- c("read rightly", "refused, with the line", "refused, as a whole")

# Verdicts of n damaged tables; those that are faults with their bytes.
tortureCsv <- function(n, seed = 1L) {
    set.seed(seed)
    path <- tempfile(fileext = ".csv")
    on.exit(unlink(path))
    faults <- list()
    verdicts <- character(n)
    for (i in seq_len(n)) {
        bytes <- damaged()
        verdicts[i] <- verdict(bytes, path)
        if (!verdicts[i] %in% good) {
            fault <- list(verdict = verdicts[i], bytes = bytes)
            faults <- c(faults, list(fault))
        }
    }
    list(verdicts = verdicts, faults = faults)
}

if (sys.nframe() == 0L) {
    source(file.path("tools", "torture", "helper.R"))
    n <- as.integer(Sys.getenv("TORTURE_CSV", "3000"))
    result <- tortureCsv(n)
    count <- table(factor(result$verdicts, good))
    writeLinesOf("4-csv", c("## Damaged tables of the authors' format", "",
        asMarkdown(data.frame(files = n, as.list(count),
            faults = length(result$faults), check.names = FALSE)), ""))
    bad <- result$verdicts[!result$verdicts %in% good]
    for (kind in unique(bad)) {
        cat(sum(bad == kind), kind, "\n", file = stderr())
    }
    for (fault in utils::head(result$faults, 10L)) {
        cat(fault$verdict, ": ", deparse(rawToChar(
            fault$bytes[fault$bytes != 0])), "\n", sep = "", file = stderr())
    }
    quit(status = as.integer(length(result$faults) > 0L))
}
