# MD5 sums of files, from users or published beside the files.

.md5Pattern <- "^[0-9a-fA-F]{32}$"

# MD5 sums named by their files, or NULL.
.readChecksums <- function(checksums) {
    if (is.null(checksums)) return(NULL)
    if (is.character(checksums) && .areNames(names(checksums)) &&
        all(grepl(.md5Pattern, checksums))) {
        return(checksums)
    }
    if (!is.character(checksums) || length(checksums) != 1L ||
        !is.null(names(checksums)) || is.na(checksums)) {
        .stop("{.arg checksums} must be MD5 sums (32 hexadecimal digits) named
               by their files, or one file written by md5sum",
              x = "It is {.val {checksums}}, named {.val {names(checksums)}}.")
    }
    if (.isRemote(checksums)) {
        .needs("curl", "to read checksums from an address")
        lines <- .fetchLines(checksums)
    } else {
        path <- .localPath(checksums)
        lines <- if (file.exists(path)) readLines(path, warn = FALSE)
    }
    sums <- .parseChecksums(lines)
    if (length(sums) == 0L) {
        .stop("{.arg checksums} must be a file written by md5sum",
              x = if (is.null(lines)) "{.file {checksums}} cannot be read."
                  else "{.file {checksums}} has no line with an MD5 sum, spaces
                        and the name of a file.")
    }
    sums
}

# "<sum>  <path>" or "<sum> *<path>"; other lines are ignored.
.parseChecksums <- function(lines) {
    pattern <- "^\\\\?([0-9a-fA-F]{32})[ \t]+[*]?([^ \t].*)$"
    lines <- grep(pattern, lines, value = TRUE)
    stats::setNames(sub(pattern, "\\1", lines), sub(pattern, "\\2", lines))
}

# The sum of each address, NA if unknown. A file name may occur in several
# folders, so the longest match with the address is used.
.checksumsOf <- function(urls, sums) {
    names <- sub("^[./]+", "", names(sums))
    vapply(stats::setNames(nm = urls), function(url) {
        fits <- which(vapply(names, function(name) {
            endsWith(paste0("/", url), paste0("/", name))
        }, NA))
        best <- fits[which.max(nchar(names[fits]))]
        if (length(best) == 0L) NA_character_ else tolower(sums[[best]])
    }, "")
}

# Sums from md5sum.txt at the base address or beside the files. Any failure here
# is treated as a missing file; the downloads report problems of the server.
.publishedChecksums <- function(urls) {
    base <- sub(paste0("/(", .roadmapReads, "|", .roadmapExpression, ").*"),
                "", urls)
    folders <- unique(c(dirname(urls), base[base != urls]))
    sums <- lapply(paste0(folders, "/md5sum.txt"), .fetchLines)
    .parseChecksums(unlist(sums))
}

# Folders and files below the base address.
.roadmapReads <- "byFileType/alignments/consolidated"

.roadmapExpression <- "byDataType/rna/expression/57epigenomes.RPKM.pc.gz"
