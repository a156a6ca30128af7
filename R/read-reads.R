# Counts of aligned reads in bins, from BAM, BED and tagAlign files.

#' Count reads in bins around transcription start sites
#'
#' Counts the aligned reads of BAM, BED and tagAlign files in the bins of
#' [tssWindows()]. Files are streamed from beginning to end: they need not be
#' sorted or indexed, and memory use does not depend on their size.
#'
#' There are three counting methods:
#' * `"overlap"`: a read counts in every bin that it overlaps by at least one
#'   base, including gaps and introns, as in `bedtools multicov` and in the
#'   paper (section 4).
#' * `"fivePrime"`: a read counts in the bin that contains its 5' end, shifted
#'   `shift` base pairs downstream. A common shift is half of the fragment
#'   length.
#' * `"midpoint"`: a read counts in the bin that contains the middle of its
#'   fragment (the right one of two middle bases).
#'
#' Read depth is the number of reads that pass the filters, inside or outside
#' the windows. It is stored in `colData(x)$depth`, a matrix of cell types x
#' marks, and used by [normalizeSignal()].
#'
#' @param files A sample sheet: a data frame with the columns `cellType`,
#'   `mark` and `file`, or the path of such a table, whose file names are
#'   relative to its folder. For one cell type, a vector of paths named by the
#'   marks. BED and tagAlign files may be compressed with gzip or bgzip; their
#'   first three columns are the chromosome, start and end of a read, and the
#'   sixth is its strand. Fragment files of ATAC-seq (`fragments.tsv.gz`) are
#'   read likewise, by `"overlap"` or `"midpoint"`: a line is one fragment,
#'   whatever its barcode and its number of duplicates.
#' @param windows The windows to count in ([tssWindows()]).
#' @param method Counting method: `"overlap"`, `"fivePrime"` or `"midpoint"`.
#' @param shift For `"fivePrime"`, base pairs downstream.
#' @param fragmentLength For `"overlap"` and `"midpoint"`: length in base pairs
#'   to which reads are first extended (or cut) from their 5' end; `NULL` does
#'   not change them.
#' @param pairs BAM files: `"reads"` counts each mate separately. `"fragments"`
#'   counts the whole fragment of each proper pair once, by its first mate;
#'   unpaired reads count as usual, and other mates are ignored.
#' @param duplicates,failedQC BAM files: whether to count reads that are marked
#'   as PCR duplicates, or as having failed quality control.
#' @param secondary BAM files: whether to count secondary and supplementary
#'   alignments.
#' @param unmapped BAM files: whether to count unmapped reads that are placed at
#'   their mate, as reads of one base.
#' @param minMapq BAM files: minimum mapping quality of a read.
#' @param cellType Name of the cell type, if `files` are paths named by the
#'   marks.
#' @param replicates What to do with several files of one mark and cell type.
#'   `"refuse"` is an error. `"combine"` makes one column, with the sum of their
#'   reads or the mean of their tracks. `"separate"` makes one column per
#'   replicate, named by the cell type and the number in the sheet's column
#'   `replicate` (by default the order in the sheet), with the cell type in
#'   `colData(x)$group`. A sheet may also have a column `group`, for example for
#'   donors of one cell type; [addExpression()] looks for the group of a column
#'   if it does not find its name.
#' @param BPPARAM Parallel workers for the files: a parameter of
#'   \pkg{BiocParallel}, such as `BiocParallel::MulticoreParam(2)`.
#' @param progress Show a progress bar, with one step per file.
#' @return A signal ([chromatinSignal()]) with integer counts and the ranges of
#'   `windows`. [sources()] reports the format, reads and chromosomes of each
#'   file. A damaged file is an error that names the file and, for text, the
#'   line.
#' @references Quinlan and Hall (2010), \doi{10.1093/bioinformatics/btq033}.
#' @seealso [summarizeTracks()] for bigWig and bedGraph, [chromatinExperiment()]
#'   for all steps in one call, [checkSignal()]
#' @export
#' @examples
#' folder <- system.file("extdata", "reads", package = "AttentiveChrome")
#' windows <- tssWindows(file.path(folder, "genes.tsv"))
#' files <- c(H3K4me3 = file.path(folder, "S1-H3K4me3.tagAlign.gz"))
#' signal <- countReads(files, windows, cellType = "S1")
#' signal
#' colData(signal)$depth
#' countReads(files, windows, "fivePrime", shift = 75, cellType = "S1")
#'
#' # As bedtools multicov counts by default. Its options -D, -F and -q 30
#' # correspond to duplicates = TRUE, failedQC = TRUE and minMapq = 30:
#' bam <- c(H3K27me3 = file.path(folder, "S1-H3K27me3.bam"))
#' if (requireNamespace("Rsamtools", quietly = TRUE) &&
#'     requireNamespace("GenomicAlignments", quietly = TRUE)) {
#'     countReads(bam, windows, secondary = TRUE, unmapped = TRUE,
#'         cellType = "S1")
#' }
countReads <- function(files, windows,
                       method = c("overlap", "fivePrime", "midpoint"),
                       shift = 0, fragmentLength = NULL,
                       pairs = c("reads", "fragments"), duplicates = FALSE,
                       failedQC = FALSE, secondary = FALSE, unmapped = FALSE,
                       minMapq = 0, cellType = NULL,
                       replicates = c("refuse", "combine", "separate"),
                       BPPARAM = BiocParallel::SerialParam(),
                       progress = interactive()) {
    counting <- .counting(method, shift, fragmentLength, pairs, minMapq)
    counting$dropped <- c(.dropped("duplicate", duplicates),
                          .dropped("failedQC", failedQC),
                          .dropped(c("secondary", "supplementary"), secondary),
                          .dropped("unmapped", unmapped))
    samples <- .asSamples(files, cellType, replicates)
    .checkFormats(samples$file, c("BAM", "BED"), "summarizeTracks")
    .checkWindows(windows, metadata(windows)$bins)
    parts <- .readSamples(samples, function(path) {
        .countFile(path, windows, counting)
    }, BPPARAM, progress)
    .assembleSignal(samples, parts, windows, .describeCounting(counting),
                    .sumOf)
}

# Counting methods, with the names used in the core (src/ffi_bins.c).
.countBy <- c("overlap", "fivePrime", "midpoint")

# The flags of reads to drop.
.dropped <- function(flags, wanted) {
    .checkFlag(wanted, deparse(substitute(wanted)))
    if (!wanted) flags
}

.counting <- function(method, shift, fragmentLength, pairs, minMapq) {
    method <- .checkChoice(method, "method", .countBy)
    pairs <- .checkChoice(pairs, "pairs", c("reads", "fragments"))
    .checkNumber(shift, "shift", -1e6, 1e6, whole = TRUE)
    .checkNumber(minMapq, "minMapq", 0, 255, whole = TRUE)
    if (!is.null(fragmentLength)) {
        .checkNumber(fragmentLength, "fragmentLength", 1, 1e6, whole = TRUE)
    }
    if (shift != 0 && method != "fivePrime") {
        .stop("{.arg shift} is for {.code method = \"fivePrime\"}",
              x = "{.arg method} is {.val {method}}.")
    }
    if (!is.null(fragmentLength) &&
        (method == "fivePrime" || pairs == "fragments")) {
        .stop("{.arg fragmentLength} is for single reads that are counted by
               {.val overlap} or {.val midpoint}",
              x = "{.arg method} is {.val {method}}, {.arg pairs} is
                   {.val {pairs}}.")
    }
    core <- list(by = method, shift = shift,
                 length = fragmentLength %||% 0)
    list(core = core, pairs = pairs, minMapq = minMapq)
}

# Recorded in the signal, and compared by models.
.describeCounting <- function(counting) {
    core <- counting$core
    paste0(core$by,
           if (core$shift != 0) paste(", shift", core$shift),
           if (core$length > 0) paste(", fragments of", core$length, "bp"),
           if (counting$pairs == "fragments") ", paired fragments")
}

.checkFormats <- function(files, wanted, other) {
    formats <- vapply(files, .fileFormat, "")
    odd <- match(FALSE, formats %in% wanted)
    if (!is.na(odd)) {
        .stop("{.file {files[odd]}} has a format that cannot be read here",
              x = switch(formats[odd],
                  peaks = "It contains peaks, not reads.",
                  "It is {formats[odd]}, expected {.or {wanted}}."),
              i = switch(formats[odd],
                  CRAM = , SAM = "Convert it to BAM with
                                  {.code samtools view -b}.",
                  wiggle = "Convert it to bigWig with {.code wigToBigWig}
                            (UCSC), for {.fn summarizeTracks}.",
                  peaks = "Use the aligned reads that the peaks were called
                           from, or their signal track with
                           {.fn summarizeTracks}.",
                  "Use {.fn {other}}."))
    }
    formats
}

# Counts one file: list(values = genes x bins, depth =, lengths = those of its
# chromosomes, if known, source = its row in sources()).
.countFile <- function(path, windows, counting) {
    switch(.fileFormat(path), BAM = .countBam(path, windows, counting),
           BED = .countBed(path, windows, counting))
}
