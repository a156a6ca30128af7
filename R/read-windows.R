# Genes, from wherever users have them, and the windows around their TSS.

#' Windows around the genes' transcription start sites
#'
#' Cuts a window around the transcription start site (TSS) of each gene into
#' bins of equal width: the places where [countReads()] counts reads and
#' [summarizeTracks()] summarises tracks.
#'
#' The TSS of a gene is its first base on its own strand: the start on the plus
#' strand, the end on the minus strand. The bin with offset 0 begins with the
#' TSS. A window is never cut or dropped: where it reaches past an end of its
#' chromosome its bins there are kept, with no reads in them, and
#' [missingBins()] tells which they are.
#'
#' @param genes One of:
#'   * a [GenomicRanges::GRanges] of genes or of transcripts, with the gene's
#'     id in the column `gene_id` or in the names;
#'   * a `TxDb` (\pkg{GenomicFeatures}), whose transcripts are taken;
#'   * the path of a GTF, GFF or BED file, plain or gzip-compressed (read by
#'     \pkg{rtracklayer}): of a GTF or GFF file the transcripts, or else the
#'     genes; or of a table with a header, as a data frame;
#'   * a data frame with the chromosome (`seqnames`, `chrom`, `chr`), `start`
#'     and `end` (counted from 1), `strand` and `gene_id`, one line a gene or
#'     transcript;
#'   * a `RangedSummarizedExperiment`, whose rows are the genes;
#'   * windows of `tssWindows()` or a signal ([chromatinSignal()]): they keep
#'     their TSS and, unless the arguments say otherwise, their bins.
#'
#'   All columns are kept. A column `gene_name` is called `symbol` too.
#' @param upstream,downstream Length in base pairs of the window before the TSS,
#'   and from the TSS on; together a multiple of `binWidth`.
#' @param binWidth Width of a bin in base pairs.
#' @param orient `"transcript"`: bins run from 5' to 3', so they are flipped on
#'   the minus strand. `"genome"`: bins run along the chromosome for both
#'   strands, as in the published tables of Roadmap Epigenomics; `upstream` is
#'   then the side of smaller coordinates.
#' @param tss Which TSS, where a gene has several lines: `"upstream"`, the most
#'   upstream one; `"canonical"`, the most upstream one of the lines that
#'   the column `canonical` marks; `"given"`, the column `tss` (counted from
#'   1), of which the most upstream one. The default is `"given"` where `genes`
#'   has a column `tss` of numbers, else `"upstream"`.
#' @param canonical For `tss = "canonical"`, name of the column that marks
#'   lines, as TRUE or 1, or by a text that has "canonical" or "principal" in
#'   it (such as the `tag` of Ensembl's and GENCODE's GTF files).
#' @param seqlengths Lengths of the chromosomes, where `genes` does not have
#'   them: a named vector or a [GenomeInfoDb::Seqinfo].
#' @return A `GRanges` with a window for each gene, in the order of `genes`,
#'   named by the gene's id, with the columns `gene_id`, `tss`, where known
#'   `symbol`, and all others of `genes`. The bins are in its `metadata()`.
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

# The bins of windows and of signal; NULL for other genes.
.ownBins <- function(genes) {
    if (is(genes, "ChromatinSignal")) return(genes@bins)
    if (is(genes, "GenomicRanges")) metadata(genes)$bins
}

# Windows have their TSS inside, so that the ends of the ranges are none.
.chooseTss <- function(genes, chosen, windows) {
    given <- is.numeric(genes$tss) && !anyNA(genes$tss)
    if (windows && !given) {
        .stop("{.arg genes} are windows without the column {.val tss}",
              i = "Give the genes, or windows as {.fn tssWindows} makes them.")
    }
    if (windows && !identical(chosen %||% "given", "given")) {
        .stop("{.code tss = \"{chosen}\"} contradicts {.arg genes}, which are
               windows with a TSS of their own",
              i = "Give the genes themselves, or leave {.arg tss} out.")
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

# ---- genes of any kind as a GRanges with gene_id ---------------------------

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
        .stop("{.arg genes} must have the genes' ids as a column
               {.val gene_id} or as names",
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
            i = "{cli::qty(sum(unstranded))}{?It is/They are} taken to be on
                 the plus strand: the TSS is the start."))
    }
}

# ---- one TSS a gene ---------------------------------------------------------

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

# The most upstream of a gene's lines. A gene that is listed on several
# chromosomes or strands (as those of the pseudoautosomal regions are) is taken
# where it is listed first.
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
            i = "{cli::qty(length(moved))}{?It is/They are} taken where
                 {?it is/they are} listed first."))
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
              i = "There are {.val {colnames(mcols(sites))}}.")
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
            "{length(without)} gene{?s} {?has/have} no canonical line:
             {(.some(without))}",
            i = "{cli::qty(length(without))}The most upstream of {?its/their}
                 lines is taken."))
    }
    sites[keep | sites$gene_id %in% without]
}
