# Genes in any form, and the windows around their TSS.

#' Create windows around transcription start sites
#'
#' Creates a window around the transcription start site (TSS) of each gene,
#' divided into bins of equal width. [countReads()] counts reads and
#' [summarizeTracks()] summarises tracks in these bins.
#'
#' The TSS of a gene is its first base on its own strand: the start on the plus
#' strand, the end on the minus strand. The bin with offset 0 begins with the
#' TSS. Every gene has a full window. If it extends beyond the end of the
#' chromosome, the bins outside exist but have no signal; see [missingBins()].
#'
#' @param genes One of:
#'   * a [GenomicRanges::GRanges] of genes or transcripts, with the gene id in
#'     the column `gene_id` or in the names;
#'   * a `TxDb` (\pkg{GenomicFeatures}), whose transcripts are used;
#'   * the path of a GTF, GFF or BED file, plain or gzip-compressed (read by
#'     \pkg{rtracklayer}). Of a GTF or GFF file the transcripts are used or, if
#'     there are none, the genes or exons;
#'   * the path of a table with a header, with the columns of a data frame;
#'   * a data frame with the chromosome (`seqnames`, `chrom` or `chr`), `start`
#'     and `end` (1-based), `strand` and `gene_id`, with one row per gene or
#'     transcript;
#'   * a `RangedSummarizedExperiment`, whose rows are the genes;
#'   * windows from `tssWindows()` or a signal ([chromatinSignal()]). They keep
#'     their TSS and, unless changed by the arguments, their bins.
#'
#'   All columns are preserved. A column `gene_name` is also used as `symbol`.
#' @param upstream,downstream Length in base pairs of the window before the TSS,
#'   and from the TSS on. Their sum must be a multiple of `binWidth`.
#' @param binWidth Width of a bin in base pairs.
#' @param orient `"transcript"`: bins run from 5' to 3', so they are flipped on
#'   the minus strand. `"genome"`: bins run along the chromosome for both
#'   strands, as in the published tables of Roadmap Epigenomics; `upstream` is
#'   then the side of smaller coordinates.
#' @param tss The TSS of a gene with several rows: `"upstream"`, the most
#'   upstream one; `"canonical"`, the most upstream one of the rows flagged in
#'   the column `canonical`; `"given"`, the most upstream one in the column
#'   `tss` (1-based). The default is `"given"` if `genes` has a numeric column
#'   `tss`, and otherwise `"upstream"`.
#' @param canonical For `tss = "canonical"`, the name of the column that flags
#'   rows. It is TRUE or 1 for these, or text that contains "canonical" or
#'   "principal" (such as the `tag` of Ensembl's and GENCODE's GTF files).
#' @param seqlengths Lengths of the chromosomes, if `genes` does not have them:
#'   a named vector or a [GenomeInfoDb::Seqinfo].
#' @return A `GRanges` with one window per gene, in the order of `genes`, named
#'   by gene id. It has the columns `gene_id`, `tss`, `symbol` if known, and all
#'   other columns of `genes`. The bins are in its `metadata()`.
#' @seealso [countReads()], [summarizeTracks()], [chromatinExperiment()]
#' @export
#' @examples
#' genes <- data.frame(gene_id = c("A", "B"), chr = "chr1",
#'     start = c(20001, 50001), end = c(30000, 52000), strand = c("+", "-"))
#' tssWindows(genes)
#' tssWindows(genes, upstream = 2000, downstream = 1000, binWidth = 50)
tssWindows <- function(genes, upstream = 5000, downstream = 5000,
                       binWidth = 100, orient = c("transcript", "genome"),
                       tss = c("upstream", "canonical", "given"),
                       canonical = "canonical", seqlengths = NULL) {
    own <- .ownBins(genes)
    orient <- if (missing(orient) && !is.null(own)) own$orient
              else .checkChoice(orient, "orient", c("transcript", "genome"))
    sites <- c("upstream", "canonical", "given")
    chosen <- if (!missing(tss)) .checkChoice(tss, "tss", sites)
    if (is.null(own)) {
        bins <- .windowBins(upstream, downstream, binWidth, orient)
    } else {
        bins <- .windowBins(
            if (missing(upstream)) -own$offsets[1L] else upstream,
            if (missing(downstream)) .downstreamOf(own) else downstream,
            if (missing(binWidth)) own$width else binWidth,
            orient)
    }
    genes <- .asGenes(genes)
    tss <- .chooseTss(genes, chosen, !is.null(own))
    sites <- .onePerGene(.startSites(genes, tss), tss, canonical)
    .placeWindows(sites, bins, .asSeqlengths(seqlengths))
}

# The bins of windows or a signal; NULL for other genes.
.ownBins <- function(genes) {
    if (is(genes, "ChromatinSignal")) return(genes@bins)
    if (is(genes, "GenomicRanges")) metadata(genes)$bins
}

# The ends of windows are not a TSS, so windows must use their column `tss`.
.chooseTss <- function(genes, chosen, windows) {
    given <- is.numeric(genes$tss) && !anyNA(genes$tss)
    if (windows && !given) {
        .stop("{.arg genes} are windows without the column {.val tss}",
              i = "Pass the genes, or windows made by {.fn tssWindows}.")
    }
    if (windows && !identical(chosen %||% "given", "given")) {
        .stop("{.code tss = \"{chosen}\"} contradicts {.arg genes}, which are
               windows that have a TSS",
              i = "Pass the genes themselves, or omit {.arg tss}.")
    }
    chosen %||% (if (given) "given" else "upstream")
}

.windowBins <- function(upstream, downstream, binWidth, orient) {
    .checkNumber(upstream, "upstream", -1e9, 1e9, whole = TRUE)
    .checkNumber(downstream, "downstream", -1e9, 1e9, whole = TRUE)
    .checkNumber(binWidth, "binWidth", 1, whole = TRUE)
    width <- upstream + downstream
    if (width < binWidth || width %% binWidth != 0) {
        .stop("{.arg upstream} + {.arg downstream} must be a multiple of
               {.arg binWidth}",
              x = "{upstream} + {downstream} is {width},
                   {.arg binWidth} is {binWidth}.")
    }
    if (width > .widestWindow) {
        .stop("{.arg upstream} + {.arg downstream} must be at most
               {(.widestWindow)} bp",
              x = "It is {width}.")
    }
    c(.makeBins(width / binWidth, binWidth, upstream), orient = orient)
}

# Positions on a chromosome are integers of 32 bits.
.widestWindow <- 1e9

.placeWindows <- function(sites, bins, seqlengths) {
    windows <- GenomicRanges::granges(sites)
    names(windows) <- sites$gene_id
    columns <- colnames(mcols(sites))
    first <- intersect(c("gene_id", "symbol", "tss"), columns)
    mcols(windows) <- mcols(sites)[c(first, setdiff(columns, first))]
    metadata(windows) <- list(bins = bins)
    .fitWindows(windows, bins, seqlengths)
}

.asSeqlengths <- function(seqlengths) {
    if (is(seqlengths, "Seqinfo")) {
        seqlengths <- GenomeInfoDb::seqlengths(seqlengths)
    }
    if (!is.null(seqlengths) &&
        (!is.numeric(seqlengths) || is.null(names(seqlengths)))) {
        .stop("{.arg seqlengths} must be a vector of lengths with the
               chromosomes as names, or a Seqinfo",
              x = "It is of class {.cls {class(seqlengths)[1]}}.")
    }
    seqlengths
}

# ---- genes in any form, as a GRanges with gene_id --------------------------

.asGenes <- function(genes) {
    if (is.character(genes) && length(genes) == 1L) {
        genes <- .readGenes(genes)
    }
    if (is.data.frame(genes) || is(genes, "DataFrame")) {
        genes <- .genesOfTable(as.data.frame(genes))
    } else if (is(genes, "TxDb")) {
        genes <- .genesOfTxDb(genes)
    } else if (is(genes, "RangedSummarizedExperiment")) {
        genes <- rowRanges(genes)
    }
    if (is(genes, "GRangesList")) {
        genes <- BiocGenerics::unlist(range(genes))
    }
    if (!is(genes, "GenomicRanges")) {
        .stop("{.arg genes} must be a GRanges, a TxDb, a data frame, a
               RangedSummarizedExperiment or the path of a file",
              x = "It is of class {.cls {class(genes)[1]}}.")
    }
    metadata(genes)$bins <- NULL
    genes <- .nameGenes(genes)
    .checkGenes(genes)
    genes
}

.readGenes <- function(path) {
    .checkFiles(path, "genes")
    if (!grepl("[.](gtf|gff[23]?|bed)([.](gz|bgz))?$", path, TRUE)) {
        return(.readFrame(path, "genes"))
    }
    .needs("rtracklayer", "to read GTF, GFF and BED files")
    genes <- tryCatch(rtracklayer::import(path), error = function(e) {
        .stop("{.file {path}} could not be read", x = "{conditionMessage(e)}")
    })
    if (is.null(genes$type)) return(genes)
    for (type in list(c("transcript", "mRNA"), "gene", "exon")) {
        wanted <- genes$type %in% type & !is.na(genes$gene_id %||% genes$ID)
        if (any(wanted)) return(genes[wanted])
    }
    .stop("{.file {path}} has no transcripts, genes or exons",
          x = "Its features are {.val {(.some(unique(genes$type)))}}.")
}

.genesOfTable <- function(table) {
    names(table)[tolower(names(table)) %in% c("chr", "chrom")] <- "seqnames"
    strand <- match("strand", tolower(names(table)))
    if (!is.na(strand)) {
        codes <- c("1" = "+", "-1" = "-")
        text <- as.character(table[[strand]])
        table[[strand]] <- ifelse(text %in% names(codes), codes[text], text)
    }
    tryCatch(
        GenomicRanges::makeGRangesFromDataFrame(table,
                                                keep.extra.columns = TRUE),
        error = function(e) {
            .stop("{.arg genes} must have columns for chromosome, start, end
                   and strand",
                  x = "Its columns are {.val {names(table)}}.",
                  i = "{conditionMessage(e)}")
        })
}

.genesOfTxDb <- function(txdb) {
    .needs("GenomicFeatures", "to use a TxDb")
    genes <- GenomicFeatures::transcripts(txdb,
                                          columns = c("tx_name", "gene_id"))
    genes <- genes[lengths(genes$gene_id) == 1L]
    genes$gene_id <- BiocGenerics::unlist(genes$gene_id)
    genes
}

# Ids and symbols under the names that the package uses.
.nameGenes <- function(genes) {
    columns <- mcols(genes)
    id <- .firstColumn(columns, c("gene_id", "ensembl_gene_id", "ID", "name"))
    id <- id %||% names(genes)
    if (is.null(id)) {
        .stop("{.arg genes} must have gene ids as a column {.val gene_id} or as
               names",
              x = "Its columns are {.val {colnames(columns)}}.")
    }
    columns$gene_id <- as.character(id)
    columns$symbol <- .firstColumn(columns, c("symbol", "gene_name",
                                              "gene_symbol"))
    mcols(genes) <- columns
    genes
}

.firstColumn <- function(columns, names) {
    found <- intersect(names, colnames(columns))
    if (length(found) > 0L) columns[[found[1L]]]
}

.checkGenes <- function(genes) {
    if (length(genes) == 0L) .stop("{.arg genes} is empty")
    unnamed <- is.na(genes$gene_id) | genes$gene_id == ""
    if (any(unnamed)) {
        .stop("Each of {.arg genes} must have an id",
              x = "{sum(unnamed)} {?has/have} none, the first is number
                   {which(unnamed)[1]}.")
    }
    unstranded <- as.vector(strand(genes)) == "*"
    if (any(unstranded)) {
        cli::cli_warn(c(
            "{sum(unstranded)} of {.arg genes} {?has/have} no strand",
            i = "{cli::qty(sum(unstranded))}{?It is/They are} treated as on the
                 plus strand: the TSS is the start."))
    }
}

# ---- one TSS per gene -------------------------------------------------------

.startSites <- function(genes, tss) {
    if (tss != "given") {
        genes$tss <- ifelse(as.vector(strand(genes)) == "-",
                            GenomicRanges::end(genes),
                            GenomicRanges::start(genes))
        return(genes)
    }
    if (!is.numeric(genes$tss) || anyNA(genes$tss)) {
        .stop("{.code tss = \"given\"} needs a column {.val tss} of whole
               numbers in {.arg genes}",
              x = if (is.null(genes$tss)) "There is none."
                  else "It has text or missing values.")
    }
    genes
}

# The most upstream row of each gene. Of a gene that is listed on several
# chromosomes or strands (as in the pseudoautosomal regions), only the first
# place is used.
.onePerGene <- function(sites, tss, canonical) {
    id <- sites$gene_id
    if (tss == "canonical") sites <- .keepCanonical(sites, canonical)
    place <- paste(GenomicRanges::seqnames(sites), strand(sites))
    first <- match(sites$gene_id, sites$gene_id)
    elsewhere <- place != place[first]
    if (any(elsewhere)) {
        moved <- unique(sites$gene_id[elsewhere])
        cli::cli_inform(c(
            "{length(moved)} gene{?s} {?is/are} listed on several chromosomes
             or strands: {(.some(moved))}",
            i = "Only the first place of {cli::qty(length(moved))}{?it/each} is
                 used."))
    }
    along <- ifelse(as.vector(strand(sites)) == "-", -1, 1) * sites$tss
    sites <- sites[order(elsewhere, along)]
    sites[match(unique(id), sites$gene_id)]
}

.keepCanonical <- function(sites, canonical) {
    mark <- mcols(sites)[[canonical]]
    if (is.null(mark)) {
        .stop("{.arg canonical} must name a column of {.arg genes}",
              x = "There is no {.val {canonical}}.",
              i = "Available: {.val {colnames(mcols(sites))}}.")
    }
    if (is(mark, "List")) mark <- S4Vectors::unstrsplit(mark, " ")
    keep <- if (is.character(mark) || is.factor(mark)) {
        grepl("canonical|principal", mark, ignore.case = TRUE)
    } else {
        !is.na(mark) & mark == 1
    }
    without <- setdiff(sites$gene_id, sites$gene_id[keep])
    if (length(without) > 0L) {
        cli::cli_inform(c(
            "{length(without)} gene{?s} {?has/have} no canonical row:
             {(.some(without))}",
            i = "{cli::qty(length(without))}The most upstream of {?its/their}
                 rows is used."))
    }
    sites[keep | sites$gene_id %in% without]
}
