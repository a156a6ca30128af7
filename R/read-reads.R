# Aligned reads, from BAM, BED and tagAlign files, as counts in bins.

#' Count reads in the bins around the genes' start sites
#'
#' Counts the aligned reads of BAM, BED and tagAlign files in the bins of
#' [tssWindows()]. Files are read from beginning to end as a stream: they need
#' not be sorted or indexed, and memory does not grow with them.
#'
#' Three ways to count are in use in the field:
#' * `"overlap"`: a read counts in every bin that it overlaps by a base or more,
#'   gaps and introns included, as `bedtools multicov` does and as the paper
#'   did (section 4);
#' * `"fivePrime"`: a read counts in the one bin that its 5' end, moved `shift`
#'   base pairs downstream, falls into. Half of the fragment length is a usual
#'   shift;
#' * `"midpoint"`: a read counts in the one bin that the middle of its fragment
#'   falls into (of two middle bases, the right one).
#'
#' Read depth is the number of reads that pass the filters, wherever they lie.
#' It is kept in `colData(x)$depth`, a matrix of cell types x marks, and is what
#' [normalizeSignal()] goes by.
#'
#' @param files A sample sheet: a data frame with the columns `cellType`,
#'   `mark` and `file`, or the path of such a table, whose file names then count
#'   from its folder. Or, for one cell type, the paths with the marks as names.
#'   BED and tagAlign files may be compressed with gzip or bgzip; their first
#'   three columns are the chromosome, start and end of a read, the sixth is its
#'   strand.
#' @param windows The windows to count in ([tssWindows()]).
#' @param method How to count: `"overlap"`, `"fivePrime"` or `"midpoint"`.
#' @param shift For `"fivePrime"`, base pairs downstream.
#' @param fragmentLength For `"overlap"` and `"midpoint"`: reads are first made
#'   so many base pairs long from their 5' end; `NULL` leaves them as they are.
#' @param pairs BAM files: `"reads"` counts each mate by itself; `"fragments"`
#'   counts the whole fragment of each proper pair once, by its first mate;
#'   unpaired reads count as they are, other mates do not.
#' @param duplicates,failedQC BAM files: whether to count reads that are marked
#'   as PCR duplicates, or as having failed quality control.
#' @param secondary BAM files: whether to count secondary and supplementary
#'   alignments.
#' @param unmapped BAM files: whether to count unmapped reads that are placed at
#'   their mate, as reads of one base there.
#' @param minMapq BAM files: smallest mapping quality of a read that counts.
#' @param cellType Name of the cell type, where `files` are paths named by the
#'   marks.
#' @param replicates What to do with several files of one mark and cell type:
#'   `"refuse"` them; `"combine"` them into one column, by the sum of their
#'   reads or the mean of their tracks; `"separate"` keeps each as a column of
#'   its own, named by the cell type and the number in the sheet's column
#'   `replicate` (by default its place in the sheet), with the cell type in
#'   `colData(x)$group`. A sheet may have a column `group` itself, to keep
#'   donors of one cell type apart; [addExpression()] looks for a column's
#'   group where it does not find its name.
#' @param BPPARAM Workers that share the files: a parameter of
#'   \pkg{BiocParallel}, such as `BiocParallel::MulticoreParam(2)`.
#' @param progress Show a progress bar, a step a file.
#' @return A signal ([chromatinSignal()]) with integer counts and the ranges of
#'   `windows`. `metadata(x)$sources` tells of each file its format, reads and
#'   chromosomes. A file that is broken is an error which names it and, for
#'   text, the line; nothing is returned then.
#' @references Quinlan and Hall (2010), \doi{10.1093/bioinformatics/btq033}.
#' @seealso [summarizeTracks()] for bigWig and bedGraph, [chromatinExperiment()]
#'   for all in one, [checkSignal()]
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
#' # As bedtools multicov counts by default; its -D, -F and -q 30 are
#' # duplicates = TRUE, failedQC = TRUE and minMapq = 30:
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

# The ways to count, by the names that the core knows (src/ffi_bins.c).
.countBy <- c("overlap", "fivePrime", "midpoint")

# The flags that a read must not have.
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
        .stop("{.arg fragmentLength} is for single reads that count by
               {.val overlap} or {.val midpoint}",
              x = "{.arg method} is {.val {method}}, {.arg pairs} is
                   {.val {pairs}}.")
    }
    core <- list(by = method, shift = shift,
                 length = fragmentLength %||% 0)
    list(core = core, pairs = pairs, minMapq = minMapq)
}

# For the record, and for a model to compare.
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
        .stop("{.file {files[odd]}} is of a format that cannot be read here",
              x = switch(formats[odd],
                  peaks = "It has peaks, which are not reads.",
                  "It is {formats[odd]}, expected {.or {wanted}}."),
              i = switch(formats[odd],
                  CRAM = , SAM = "{.code samtools view -b} makes a BAM file
                                  of it.",
                  wiggle = "{.code wigToBigWig} (UCSC) makes a bigWig file of
                            it, for {.fn summarizeTracks}.",
                  peaks = "Give the aligned reads that the peaks were called
                           from, or their signal as a track to
                           {.fn summarizeTracks}.",
                  "Use {.fn {other}}."))
    }
    formats
}

# One file: list(values = genes x bins, depth =, lengths = those of its
# chromosomes, where it knows them, source = a line on it).
.countFile <- function(path, windows, counting) {
    switch(.fileFormat(path), BAM = .countBam(path, windows, counting),
           BED = .countBed(path, windows, counting))
}
