# MD5 sums of files: as users give them, and as the consortium publishes them.

.md5Pattern <- "^[0-9a-fA-F]{32}$"

# MD5 sums with the names of their files, or NULL.
.readChecksums <- function(checksums) {
    if (is.null(checksums)) return(NULL)
    if (is.character(checksums) && .areNames(names(checksums)) &&
        all(grepl(.md5Pattern, checksums))) {
        return(checksums)
    }
    if (!is.character(checksums) || length(checksums) != 1L ||
        !is.null(names(checksums)) || is.na(checksums)) {
        .stop("{.arg checksums} must be MD5 sums (32 hexadecimal digits) with
               the names of files, or one file as md5sum writes it",
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
        .stop("{.arg checksums} must be a file as md5sum writes it",
              x = if (is.null(lines)) "{.file {checksums}} cannot be read."
                  else "{.file {checksums}} has no line with an MD5 sum, spaces
                        and the name of a file.")
    }
    sums
}

# "<sum>  <path>" or "<sum> *<path>"; other lines are left out.
.parseChecksums <- function(lines) {
    pattern <- "^\\\\?([0-9a-fA-F]{32})[ \t]+[*]?([^ \t].*)$"
    lines <- grep(pattern, lines, value = TRUE)
    stats::setNames(sub(pattern, "\\1", lines), sub(pattern, "\\2", lines))
}

# The sum of each address, NA where unknown. As a name may stand in several
# folders, the one that shares most of the address counts.
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

# What md5sum.txt at the base or beside the files says. Whatever goes wrong
# here means that there is none; the downloads tell of a server in trouble.
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
