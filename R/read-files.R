# Shared by all file readers.

# Optional packages are required only when used.
.needs <- function(package, why) {
    if (!requireNamespace(package, quietly = TRUE)) {
        .stop("The package {.pkg {package}} is needed {why}",
              i = "Install it with
                   {.code BiocManager::install(\"{package}\")}.")
    }
}

.checkFiles <- function(files, arg = "files") {
    if (!is.character(files) || length(files) == 0L || anyNA(files)) {
        .stop("{.arg {arg}} must be paths of files",
              x = "It is of class {.cls {class(files)[1]}} and length
                   {length(files)}.")
    }
    folders <- files[dir.exists(files)]
    if (length(folders) > 0L) {
        .stop("{.arg {arg}} must be paths of files, not of folders",
              x = "{length(folders)} {?is a folder/are folders}:
                   {(.some(folders))}.")
    }
    absent <- files[!file.exists(files)]
    if (length(absent) > 0L) {
        .stop("{.arg {arg}} names files that do not exist",
              x = "Missing: {(.some(absent))}.",
              i = "The working directory is {.file {getwd()}}.")
    }
    empty <- files[file.size(files) == 0]
    if (length(empty) > 0L) {
        .stop("{.arg {arg}} names empty files",
              x = "Empty: {(.some(empty))}.")
    }
}

# Reads a table with a header, plain or compressed.
.readFrame <- function(path, arg) {
    .checkFiles(path, arg)
    plain <- .plainFile(path, withr::local_tempfile(fileext = ".txt"))
    .checkQuotes(plain, path)
    tryCatch(
        data.table::fread(file = plain, header = "auto", data.table = FALSE,
                          fill = TRUE, showProgress = FALSE),
        error = function(e) {
            .stop("{.file {path}} cannot be read as a table",
                  x = "{conditionMessage(e)}")
        })
}

# A quote that is not closed would make one field of all the lines after it,
# without an error. A field does not go over several lines.
.checkQuotes <- function(plain, path) {
    text <- readLines(plain, warn = FALSE, skipNul = TRUE)
    quotes <- gsub("[^\"]+", "", text, useBytes = TRUE)
    line <- match(1, nchar(quotes, "bytes") %% 2)
    if (is.na(line)) return()
    found <- iconv(text[line], "UTF-8", "UTF-8", sub = "?")
    .stop("{.file {path}}, line {line}: a quote is not closed",
          x = "Found {.val {substr(found, 1L, 40L)}}.",
          i = "A quote that is part of the text is doubled, in a quoted
               field.")
}

# The format of a file, from its first bytes or otherwise from its name.
.fileFormat <- function(path) {
    start <- .firstBytes(path)
    if (identical(start, as.raw(c(0x42, 0x41, 0x4d, 1)))) return("BAM")
    if (identical(start, charToRaw("CRAM"))) return("CRAM")
    if (identical(start, as.raw(c(0x26, 0xfc, 0x8f, 0x88))) ||
        identical(start, as.raw(c(0x88, 0x8f, 0xfc, 0x26)))) return("bigWig")
    name <- sub("[.](gz|bgz)$", "", tolower(basename(path)))
    if (grepl("[.](bedgraph|bdg|bg)$", name)) "bedGraph"
    else if (grepl("[.](bw|bigwig)$", name)) "bigWig"
    else if (grepl("[.]sam$", name)) "SAM"
    else if (grepl("[.](wig|wiggle)$", name)) "wiggle"
    else if (grepl("[.](narrow|broad|gapped)peak$", name)) "peaks"
    else .textFormat(path)
}

# The format of a text file whose name does not show it. Peak calls (UCSC's
# broadPeak and narrowPeak) are BED with three or four more columns: the seventh
# to ninth are measures of the peak. In a BED file with nine columns these are
# two positions and a colour, none of which has a decimal point.
.textFormat <- function(path) {
    lines <- suppressWarnings(tryCatch(
        readLines(path, 50L, warn = FALSE, skipNul = TRUE),
        error = function(e) character()))
    if (any(grepl("^(fixedStep|variableStep)", lines, useBytes = TRUE))) {
        return("wiggle")
    }
    lines <- grep("^(#|track|browser|$)", lines, value = TRUE, invert = TRUE,
                  useBytes = TRUE)
    number <- "\\t-?[0-9.]+([eE][-+]?[0-9]+)?"
    peak <- paste0("^[^\t]+(\t[0-9]+){2}\t[^\t]*\t[0-9.]+\t[-+.](", number,
                   "){3}(\t-?[0-9]+)?$")
    measured <- "^([^\t]*\t){6}.*[.]|^([^\t]*\t){9}"
    if (length(lines) > 0L && all(grepl(peak, lines, useBytes = TRUE)) &&
        any(grepl(measured, lines, useBytes = TRUE))) "peaks"
    else "BED"
}

# gzfile() also opens plain files; damaged files are detected by their reader.
.firstBytes <- function(path) {
    connection <- gzfile(path, "rb")
    on.exit(close(connection))
    suppressWarnings(readBin(connection, "raw", 4L))
}

# ---- gzip -------------------------------------------------------------------

# Checks the content, as a compressed file without .gz would be read as text.
.isGzip <- function(path) {
    identical(readBin(path, "raw", 2L), as.raw(c(0x1f, 0x8b)))
}

# Reads the whole file to verify its checksums; TRUE for a plain file.
.isWholeGzip <- function(path) {
    path <- enc2native(path.expand(path))
    .orStopped(.Call(ffi_check_gzip, path))$fault == ""
}

# A gzip file in memory. memCompress() makes zlib's format instead, and a
# connection of R does not tell that the disk is full.
.gzipBytes <- function(bytes, level = 6L, path = withr::local_tempfile()) {
    connection <- gzfile(path, "wb", compression = level)
    writeBin(bytes, connection)
    close(connection)
    if (!.isGzip(path) || !.isWholeGzip(path)) {
        .stopUnwritten(path, "Only part of the temporary file was written")
    }
    .readBytes(path)
}

# The path of the uncompressed file.
.plainFile <- function(file, unpacked) {
    if (!.isGzip(file)) return(file)
    if (!.isWholeGzip(file)) {
        .stop("{.file {file}} is damaged or truncated",
              x = "Its gzip data end too early or do not match their checksum.",
              i = "Download or create the file again.")
    }
    from <- gzfile(file, "rb")
    on.exit(close(from))
    # A connection of R would not tell that the disk is full.
    repeat {
        bytes <- readBin(from, "raw", 2^22)
        fault <- .Call(ffi_append_file, unpacked, bytes)
        if (fault != "") .stopUnwritten(unpacked, fault)
        if (length(bytes) == 0L) return(unpacked)
    }
}
