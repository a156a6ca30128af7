# Reads and expression of the Roadmap Epigenomics Consortium: where they lie,
# and the way to them. How one file is fetched is in download.R.

#' Files of the Roadmap Epigenomics Consortium
#'
#' `roadmapFiles()` lists the consortium's files of aligned reads for cell types
#' and marks, or its table of expression. `roadmapDownload()` fetches them into
#' a cache and gives their paths; what is there already is not fetched again,
#' and a download that was cut goes on where it stopped.
#'
#' The reads are the consortium's consolidated tagAlign files: gzip-compressed
#' BED with six columns, hg19, about 30 million reads a file. The table of
#' expression has the RPKM of each protein-coding gene, a line a gene (Ensembl
#' id) and a column a cell type: those of [roadmapCellTypes], and `E000`, a
#' reference RNA.
#'
#' @section Checks:
#' A file is put into the cache when it is complete: as long as the server
#' said, of the MD5 sum that is known for it, and, where its name ends in `.gz`,
#' of whole gzip data, for which all of it is read once. No checksums are known
#' that the consortium publishes beside these files, so without `checksums` the
#' length and the gzip data, which have checksums of their own, are what is
#' checked. A mirror may have a file `md5sum.txt`, as the program md5sum writes
#' it, at its base address or in the folder of the files; it is used if it is
#' there.
#'
#' The part of a file that has come so far is kept in the cache's folder, with a
#' name that ends in `.part`. One R process at a time downloads into a cache;
#' others wait for it.
#'
#' @param cellTypes The consortium's ids of cell types, such as `"E003"`, by
#'   default the 56 of [roadmapCellTypes]. The consortium has reads of others
#'   too, but not all marks of each.
#' @param marks Names of marks, by default the paper's five; `"Input"` is the
#'   control without an antibody.
#' @param what `"reads"`, or `"expression"` for the table of expression, which
#'   is one for all cell types; `cellTypes` and `marks` then do not matter.
#' @param base The address (http or https) that the consortium's folders
#'   `byFileType` and `byDataType` lie at, for instance of a mirror; or a folder
#'   (its path, or an address with `file://`) that has these folders, or simply
#'   the files. The option `AttentiveChrome.roadmap` changes the default.
#' @param files A data frame as `roadmapFiles()` makes it, or some of its rows.
#' @param cache Where to keep the files: the path of a folder, which is made if
#'   it does not exist, or a [BiocFileCache::BiocFileCache]; by default
#'   `tools::R_user_dir("AttentiveChrome", "cache")`. The five marks of 56 cell
#'   types may need 100 gigabytes.
#' @param checksums MD5 sums: a character vector with the names of the files as
#'   its names, or the path or address of a file as md5sum writes it. With
#'   them, files that are there already are checked as well.
#' @param retries How often to try again when a download fails in a way that may
#'   pass (no connection, a cut, an error of the server); counted anew whenever
#'   something has come.
#' @param wait Seconds to wait before trying again; doubled from one time to the
#'   next.
#' @param progress Show a progress bar for each file.
#' @return `roadmapFiles()`: a data frame with a row for each cell type and, in
#'   it, each mark: `cellType`, `mark` (`NA` and `"expression"` for the table of
#'   expression), `file`, the file's name, and `url`, its address. Where `base`
#'   is a folder, both are the file's path.
#'
#'   `roadmapDownload()`: `files` with the paths on disk as `file`, a sample
#'   sheet for [chromatinExperiment()] and [countReads()], as is what
#'   `roadmapFiles()` gives for a folder. Files in a folder are used where they
#'   are, and checked only against `checksums`. Files that cannot be had are
#'   named in one error with what happened to each, after all others have been
#'   fetched.
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
#' # From the consortium's server, some hundred megabytes a file:
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
              i = "Its names must be those of the files, such as
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

# The base without a slash at its end; the full path of a folder.
.checkBase <- function(base, option = "AttentiveChrome.roadmap") {
    if (is.character(base) && length(base) == 1L && !is.na(base)) {
        if (.isRemote(base)) return(sub("/+$", "", base))
        folder <- .localPath(base)
        if (dir.exists(folder)) return(normalizePath(folder, winslash = "/"))
    }
    .stop("{.arg base} must be an address that starts with {.val http://} or
           {.val https://}, or a folder that exists",
          x = "It is {.val {base}}.",
          i = "The working directory is {.file {getwd()}}; the default comes
               from {.code options({option} = )}.")
}

.checkEpigenomes <- function(cellTypes) {
    good <- is.character(cellTypes) && length(cellTypes) > 0L &&
        all(grepl("^E[0-9]{3}$", cellTypes)) && !anyDuplicated(cellTypes)
    if (!good) {
        .stop("{.arg cellTypes} must be ids such as {.val E003}, each once",
              x = "It is {.val {cellTypes}}.",
              i = "{.code roadmapCellTypes} has the id of each cell type's
                   name.")
    }
}

# Files lie in a folder as at the consortium, or directly in it, as they do
# when somebody fetched them one by one.
.inFolder <- function(folder, path) {
    laid <- file.path(folder, path)
    flat <- file.path(folder, basename(path))
    ifelse(!file.exists(laid) & file.exists(flat), flat, laid)
}

.checkRoadmapFiles <- function(files) {
    good <- is.data.frame(files) && "url" %in% names(files) &&
        nrow(files) > 0L && is.character(files$url) && !anyNA(files$url)
    if (!good) {
        .stop("{.arg files} must be a data frame with a column {.field url} as
               {.fn roadmapFiles} makes it",
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
              i = "They may also lie directly in the folder that is the
                   {.arg base}.")
    }
    known <- !is.na(sums)
    found <- tools::md5sum(paths[known])
    wrong <- paths[known][found != sums[known]]
    if (length(wrong) > 0L) {
        .stop("{length(wrong)} of {length(paths)} {.arg files} do not have the
               MD5 sums of {.arg checksums}",
              x = "They differ for {(.some(wrong))}.",
              i = "Copy these files anew.")
    }
}
