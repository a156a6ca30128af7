# deepTools' matrices, as computeMatrix writes them and plotHeatmap reads them.

#' Read and write matrices of deepTools
#'
#' `readDeepTools()` reads the matrix that deepTools' `computeMatrix
#' reference-point` writes (`-o`) as a signal. `writeDeepTools()` writes signal,
#' attention or attribution in this form, so that `plotHeatmap` and
#' `plotProfile` draw it.
#'
#' The file is a gzip-compressed table with one row per gene: chromosome, start,
#' end, name, score and strand, and the bins of all samples. Its first line is
#' `@` and a JSON object with the settings. Bins run from 5' to 3'.
#'
#' A sample of deepTools is one mark in one cell type. `writeDeepTools()` calls
#' it `"cellType mark"`, such as `"E003 H3K4me3"`, and `readDeepTools()` takes
#' such labels apart at the last space.
#'
#' @param file The path of the matrix (`.gz`).
#' @param samples A data frame with the columns `cellType` and `mark` and one
#'   row per sample of the file; by default from the labels of the samples.
#' @param cellType The cell type of samples whose label is the mark alone.
#' @param x A [ChromatinSignal-class] whose genes have ranges.
#' @param what The kind of value, as for [trackRanges()].
#' @param marks,cellTypes Names of marks and cell types; by default all.
#' @return `readDeepTools()`: a signal ([chromatinSignal()]) with the ranges of
#'   the genes. Bins without a value (`nan`) are 0, and a message tells how
#'   many. An error if the matrix is not around a TSS (`--referencePoint TSS`),
#'   or samples have different bins. `writeDeepTools()`: `file`, invisibly. The
#'   region of a gene is its TSS, one base, and all genes are one group.
#' @references Ramirez et al. (2016), \doi{10.1093/nar/gkw257}.
#' @seealso [summarizeTracks()] to read bigWig files directly.
#' @export
#' @examplesIf requireNamespace("jsonlite", quietly = TRUE)
#' file <- tempfile(fileext = ".gz")
#' writeDeepTools(roadmapGenes[1:20, ], file)
#' readDeepTools(file)
readDeepTools <- function(file, samples = NULL, cellType = "cellType1") {
    .needs("jsonlite", "to read the matrices of deepTools")
    .checkFiles(file, "file")
    plain <- .plainFile(file, withr::local_tempfile(fileext = ".txt"))
    settings <- .deepToolsSettings(plain, file)
    samples <- .deepToolsSamples(samples, settings$labels, cellType)
    table <- data.table::fread(file = plain, skip = 1L, header = FALSE,
                               data.table = FALSE, na.strings = "nan",
                               quote = "", colClasses = list(character = 4L),
                               showProgress = FALSE)
    bins <- settings$bins
    wide <- 6L + bins * nrow(samples)
    if (ncol(table) != wide) {
        .stop("{.file {file}} is not a whole matrix of deepTools",
              x = "Its rows have {ncol(table)} columns, its first line promises
                   {wide}.")
    }
    windows <- .deepToolsWindows(table, settings)
    values <- as.matrix(table[-(1:6)])
    dimnames(values) <- NULL
    .deepToolsSignal(.zeroForMissing(values), windows, samples, bins)
}

# ---- reading ----------------------------------------------------------------

# list(before, after, width, bins, labels).
.deepToolsSettings <- function(plain, file) {
    line <- readLines(plain, 1L, warn = FALSE)
    settings <- tryCatch(
        if (startsWith(line, "@")) jsonlite::fromJSON(substring(line, 2L)),
        error = function(e) NULL)
    if (is.null(settings$`sample_labels`)) {
        .stop("{.file {file}} is not a matrix of deepTools",
              x = "Its first line is not {.val @} and a JSON object with
                   {.val sample_labels}.",
              i = "{.code computeMatrix reference-point -o FILE.gz} makes
                   one.")
    }
    of <- function(name) unique(settings[[name]])
    if (!identical(of("ref point"), "TSS") || any(of("body") != 0)) {
        .stop("{.file {file}} must be a matrix around the TSS",
              x = "Its reference point is {.val {of('ref point')}}.",
              i = "Use {.code computeMatrix reference-point
                   --referencePoint TSS}.")
    }
    size <- list(before = of("upstream"), after = of("downstream"),
                 width = of("bin size"))
    if (any(lengths(size) != 1L)) {
        .stop("{.file {file}} must have the same bins for all samples",
              x = "It has {.val {lengths(size)}} values of upstream, downstream
                   and bin size.")
    }
    c(size, bins = (size$before + size$after) / size$width,
      list(labels = as.character(settings$sample_labels)))
}

.deepToolsSamples <- function(samples, labels, cellType) {
    if (is.null(samples)) {
        two <- grepl(".+ .+", labels)
        samples <- data.frame(
            cellType = ifelse(two, sub(" [^ ]*$", "", labels), cellType),
            mark = sub("^.* ", "", labels))
    }
    if (!is.data.frame(samples) || nrow(samples) != length(labels) ||
        !all(c("cellType", "mark") %in% names(samples))) {
        .stop("{.arg samples} must be a data frame with the columns cellType
               and mark, and a row for each of the {length(labels)} samples",
              i = "The samples are {(.some(labels))}.")
    }
    samples[] <- lapply(samples, as.character)
    # A sheet without files, for the check that each mark is there once.
    .checkComplete(cbind(samples, file = labels), "The matrix", "refuse")
    .checkMarkNames(unique(samples$mark), "The marks of the matrix")
    samples
}

.deepToolsWindows <- function(table, settings) {
    ends <- function(column) {
        lapply(strsplit(as.character(column), ",", fixed = TRUE), as.numeric)
    }
    first <- vapply(ends(table[[2L]]), min, 0) + 1
    last <- vapply(ends(table[[3L]]), max, 0)
    tss <- ifelse(table[[6L]] == "-", last, first)
    genes <- data.frame(chr = table[[1L]], start = tss, end = tss,
                        strand = ifelse(table[[6L]] == "-", "-", "+"),
                        gene_id = as.character(table[[4L]]), tss = tss)
    .checkUniqueGenes(genes$gene_id, "the matrix")
    tssWindows(genes, settings$before, settings$after, settings$width)
}

.zeroForMissing <- function(values) {
    unknown <- is.na(values)
    if (any(unknown)) {
        cli::cli_inform(c(
            "{sum(unknown)} bin{?s} without a value {?is/are} 0",
            i = "{.code computeMatrix --missingDataAsZero} does the same."))
        values[unknown] <- 0
    }
    values
}

.deepToolsSignal <- function(values, windows, samples, bins) {
    cellTypes <- unique(samples$cellType)
    assays <- lapply(stats::setNames(nm = unique(samples$mark)), function(m) {
        own <- lapply(cellTypes, function(cell) {
            at <- which(samples$mark == m & samples$cellType == cell)
            values[, bins * (at - 1L) + seq_len(bins), drop = FALSE]
        })
        .stackValues(own, list(names(windows), cellTypes, NULL))
    })
    own <- metadata(windows)$bins
    metadata(windows)$bins <- NULL
    .makeSignal(assays, own, windows, DataFrame(row.names = cellTypes),
                columns = .newColumns(length(cellTypes), "mean"))
}

# ---- writing ----------------------------------------------------------------

#' @rdname readDeepTools
#' @export
writeDeepTools <- function(x, file, what = NULL, marks = NULL,
                           cellTypes = NULL) {
    .needs("jsonlite", "to write matrices for deepTools")
    .checkSignal(x, "x")
    .checkOutput(file, "file")
    tracks <- .chooseExports(x, what %||% .valuesOf(x)[1L], marks, cellTypes)
    windows <- rowRanges(x)
    .checkWindows(windows, x@bins, "x")
    .checkPlainNames(rownames(x))
    values <- lapply(seq_len(nrow(tracks)), function(i) {
        .alongGenes(.trackMatrix(x, tracks[i, ]), x)
    })
    table <- data.frame(as.character(GenomicRanges::seqnames(windows)),
                        windows$tss - 1, windows$tss, rownames(x), ".",
                        as.vector(strand(windows)),
                        do.call(cbind, values))
    head <- jsonlite::toJSON(.deepToolsHead(x, tracks), null = "null")
    rows <- .tableBytes(table, sep = "\t", quote = FALSE, na = "nan",
                        scipen = 99L, col.names = FALSE)
    bytes <- c(charToRaw(enc2utf8(paste0("@", head, "\n"))), rows)
    .writeWhole(.gzipBytes(bytes), file)
    invisible(file)
}

# deepTools knows no quotes.
.checkPlainNames <- function(names) {
    bad <- grep("[\t\r\n]", names, value = TRUE)
    if (length(bad) == 0L) return(invisible())
    .stop("A matrix for deepTools needs genes without tabs and line breaks in
           their names",
          x = "Found {(.some(encodeString(bad, quote = '\"')))}.")
}

# The settings that computeMatrix 3.5 writes.
.deepToolsHead <- function(x, tracks) {
    one <- jsonlite::unbox
    each <- function(value) rep(value, nrow(tracks))
    extent <- .extentOf(x)
    list(upstream = each(extent[1L]), downstream = each(extent[2L]),
         body = each(0), `bin size` = each(binWidth(x)),
         `ref point` = each("TSS"), verbose = one(FALSE),
         `bin avg type` = one("mean"), `missing data as zero` = one(TRUE),
         `min threshold` = NULL, `max threshold` = NULL, scale = one(1),
         `skip zeros` = one(FALSE), `nan after end` = one(FALSE),
         `proc number` = one(1), `sort regions` = one("keep"),
         `sort using` = one("mean"), `unscaled 5 prime` = each(0),
         `unscaled 3 prime` = each(0), group_labels = "genes",
         group_boundaries = c(0, nrow(x)),
         sample_labels = paste(tracks$cellType, tracks$mark),
         sample_boundaries = length(binOffsets(x)) * 0:nrow(tracks))
}
