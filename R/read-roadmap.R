# Reads and expression of the Roadmap Epigenomics Consortium: addresses and
# downloads. Single files are downloaded by read-download.R.

#' Files of the Roadmap Epigenomics Consortium
#'
#' `roadmapFiles()` lists the consortium's files of aligned reads for cell types
#' and marks, or its expression table. `roadmapDownload()` downloads them to a
#' cache and returns their paths. Files that are in the cache are not downloaded
#' again, and interrupted downloads are resumed.
#'
#' The reads are the consortium's consolidated tagAlign files: gzip-compressed
#' BED with six columns, hg19, about 30 million reads per file. The expression
#' table has the RPKM of each protein-coding gene, with one row per gene
#' (Ensembl id) and one column per cell type: those of [roadmapCellTypes], and
#' `E000`, a reference RNA.
#'
#' @section Checks:
#' A file enters the cache only if it is complete: it has the length reported by
#' the server, matches its MD5 sum if known and, if its name ends in `.gz`, its
#' gzip data are intact. The consortium is not known to publish checksums of
#' these files. Without `checksums`, only the length and the gzip data, which
#' contain checksums, are verified. If a mirror has a file `md5sum.txt`, written
#' by the program md5sum, at its base address or in the folder of the files, it
#' is used.
#'
#' A partial download is saved in the cache folder, with a name that ends in
#' `.part`. Only one R process at a time downloads to a cache; others wait for
#' it.
#'
#' @param cellTypes The consortium's ids of cell types, such as `"E003"`, by
#'   default the 56 of [roadmapCellTypes]. The consortium also has reads of
#'   other cell types, but not all marks of each.
#' @param marks Names of marks, by default the paper's five; `"Input"` is the
#'   control without an antibody.
#' @param what `"reads"`, or `"expression"` for the expression table. This table
#'   has all cell types, so `cellTypes` and `marks` are ignored.
#' @param base The address (http or https) of the consortium's folders
#'   `byFileType` and `byDataType`, for example on a mirror; or a folder (its
#'   path or a `file://` address) that contains these folders, or the files
#'   themselves. The option `AttentiveChrome.roadmap` changes the default.
#' @param files A data frame returned by `roadmapFiles()`, or some of its rows.
#' @param cache The cache: the path of a folder, which is created if needed, or
#'   a [BiocFileCache::BiocFileCache]; by default
#'   `tools::R_user_dir("AttentiveChrome", "cache")`. The five marks of 56 cell
#'   types may need 100 gigabytes.
#' @param checksums MD5 sums: a character vector named by the files, or the path
#'   or address of a file written by md5sum. If given, files that are already in
#'   the cache are checked too.
#' @param retries Number of retries if a download fails for a temporary reason
#'   (no connection, a lost connection or a server error). The count restarts
#'   whenever data have arrived.
#' @param wait Seconds to wait before the first retry; doubled for each further
#'   retry.
#' @param progress Show a progress bar for each file.
#' @return `roadmapFiles()`: a data frame with one row per cell type and mark
#'   and the columns `cellType`, `mark` (`NA` and `"expression"` for the
#'   expression table), `file`, the file name, and `url`, its address. If `base`
#'   is a folder, both are the path of the file.
#'
#'   `roadmapDownload()`: `files` with the local paths as `file`, which is a
#'   sample sheet for [chromatinExperiment()] and [countReads()]. So is the
#'   result of `roadmapFiles()` for a folder. Files in a folder are used in
#'   place, and checked only against `checksums`. If downloads fail, the others
#'   are completed first; then one error lists the failed files with the
#'   reasons.
#' @export
#' @examples
#' roadmapFiles("E003", c("H3K4me3", "Input"))
#' roadmapFiles(what = "expression")
#'
#' # From a folder, here with one small file:
#' folder <- tempfile()
#' dir.create(folder)
#' reads <- gzfile(file.path(folder, "E003-H3K4me3.tagAlign.gz"), "w")
#' writeLines("chr1\t10000\t10036\tN\t1000\t+", reads)
#' close(reads)
#' roadmapDownload(roadmapFiles("E003", "H3K4me3", base = folder))
#'
#' \dontrun{
#' # From the consortium's server, several hundred megabytes per file:
#' samples <- roadmapDownload(roadmapFiles(c("E116", "E123")))
#' rpkm <- roadmapDownload(roadmapFiles(what = "expression"))$file
#' }
roadmapFiles <- function(cellTypes = AttentiveChrome::roadmapCellTypes$id,
                         marks = c("H3K27me3", "H3K36me3", "H3K4me1",
                                   "H3K4me3", "H3K9me3"),
                         what = c("reads", "expression"),
                         base = getOption("AttentiveChrome.roadmap",
                             "https://egg2.wustl.edu/roadmap/data")) {
    what <- .checkChoice(what, "what", c("reads", "expression"))
    base <- .checkBase(base)
    if (what == "expression") {
        files <- data.frame(cellType = NA_character_, mark = "expression")
        path <- .roadmapExpression
    } else {
        .checkEpigenomes(cellTypes)
        .checkMarkNames(marks)
        files <- data.frame(cellType = rep(cellTypes, each = length(marks)),
                            mark = rep(marks, length(cellTypes)))
        path <- sprintf("%s/%s-%s.tagAlign.gz", .roadmapReads, files$cellType,
                        files$mark)
    }
    url <- if (.isRemote(base)) paste0(base, "/", path)
           else .inFolder(base, path)
    files$file <- if (.isRemote(base)) basename(path) else url
    files$url <- url
    files
}

#' @rdname roadmapFiles
#' @export
roadmapDownload <- function(files = roadmapFiles(), cache = NULL,
                            checksums = NULL, retries = 3, wait = 5,
                            progress = interactive()) {
    .checkRoadmapFiles(files)
    .checkNumber(retries, "retries", lower = 0, whole = TRUE)
    .checkNumber(wait, "wait", lower = 0)
    .checkFlag(progress, "progress")
    urls <- unique(files$url)
    sums <- .checksumsOf(urls, .readChecksums(checksums))
    if (!is.null(checksums) && all(is.na(sums))) {
        .stop("{.arg checksums} has none of the {length(urls)} {.arg files}",
              i = "Its names must be file names, such as
                   {.file {basename(urls[1])}}.")
    }
    remote <- .isRemote(urls)
    paths <- stats::setNames(.localPath(urls), urls)
    .checkLocal(paths[!remote], sums[!remote])
    if (any(remote)) {
        if (is.null(checksums)) sums <- NULL
        paths[remote] <- .fetchAll(
            urls[remote], cache, sums[remote],
            list(retries = retries, wait = wait, progress = progress,
                 caller = "roadmapDownload"))
    }
    files$file <- unname(paths[files$url])
    files
}

# ---- arguments --------------------------------------------------------------

# The base without a trailing slash; for a folder, its full path.
.checkBase <- function(base, option = "AttentiveChrome.roadmap") {
    if (is.character(base) && length(base) == 1L && !is.na(base)) {
        if (.isRemote(base)) return(sub("/+$", "", base))
        folder <- .localPath(base)
        if (dir.exists(folder)) return(normalizePath(folder, winslash = "/"))
    }
    .stop("{.arg base} must be an address that starts with {.val http://} or
           {.val https://}, or an existing folder",
          x = "It is {.val {base}}.",
          i = "The working directory is {.file {getwd()}}; the default comes
               from {.code options({option} = )}.")
}

.checkEpigenomes <- function(cellTypes) {
    good <- is.character(cellTypes) && length(cellTypes) > 0L &&
        all(grepl("^E[0-9]{3}$", cellTypes)) && !anyDuplicated(cellTypes)
    if (!good) {
        .stop("{.arg cellTypes} must be unique ids such as {.val E003}",
              x = "It is {.val {cellTypes}}.",
              i = "{.code roadmapCellTypes} lists ids and names.")
    }
}

# Files are in the consortium's folder structure, or directly in the folder, as
# after downloading them one by one.
.inFolder <- function(folder, path) {
    laid <- file.path(folder, path)
    flat <- file.path(folder, basename(path))
    ifelse(!file.exists(laid) & file.exists(flat), flat, laid)
}

.checkRoadmapFiles <- function(files) {
    good <- is.data.frame(files) && "url" %in% names(files) &&
        nrow(files) > 0L && is.character(files$url) && !anyNA(files$url)
    if (!good) {
        .stop("{.arg files} must be a data frame with a column {.field url},
               made by {.fn roadmapFiles}",
              x = "It is {.cls {class(files)[1]}}{
                   if (is.data.frame(files)) paste0(' with the columns ',
                   .some(names(files))) else ''}.")
    }
}

.checkLocal <- function(paths, sums) {
    absent <- paths[!file.exists(paths)]
    if (length(absent) > 0L) {
        .stop("{length(absent)} of {length(paths)} {.arg files} cannot be
               found",
              x = "Missing: {(.some(absent))}.",
              i = "They may also be directly in the folder {.arg base}.")
    }
    known <- !is.na(sums)
    found <- tools::md5sum(paths[known])
    wrong <- paths[known][found != sums[known]]
    if (length(wrong) > 0L) {
        .stop("{length(wrong)} of {length(paths)} {.arg files} do not match the
               MD5 sums of {.arg checksums}",
              x = "They differ for {(.some(wrong))}.",
              i = "Copy these files again.")
    }
}
