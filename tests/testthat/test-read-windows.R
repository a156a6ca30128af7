test_that("the TSS is the gene's first base on its own strand", {
    windows <- tssWindows(fewGenes())
    expect_identical(names(windows), c("A", "B"))
    expect_equal(windows$tss, c(20001, 40000))
    expect_equal(GenomicRanges::start(windows), c(15001, 35001))
    expect_equal(GenomicRanges::end(windows), c(25000, 45000))
    expect_identical(metadata(windows)$bins$offsets, seq(-5000, 4900, 100))
})

test_that("bins run from 5' to 3', or along the genome", {
    starts <- function(...) {
        windows <- tssWindows(fewGenes(), 300, 100, 100, ...)
        AttentiveChrome:::.binStarts(windows, metadata(windows)$bins)
    }
    # The bin of offset 0 begins with the TSS and goes downstream.
    expect_equal(starts(), rbind(20001 + c(-300, -200, -100, 0),
                                 40000 - 99 + c(300, 200, 100, 0)))
    expect_equal(starts(orient = "genome"), rbind(
        20001 + c(-300, -200, -100, 0), 40000 + c(-300, -200, -100, 0)))
})

test_that("genes come in many forms", {
    reference <- tssWindows(fewGenes())
    ranges <- GenomicRanges::makeGRangesFromDataFrame(
        fewGenes(), keep.extra.columns = TRUE)
    expect_equal(tssWindows(ranges), reference)
    named <- GenomicRanges::granges(ranges)
    names(named) <- ranges$gene_id
    expect_equal(tssWindows(named), reference)
    expect_equal(tssWindows(
        SummarizedExperiment(list(matrix(0, 2, 1)), rowRanges = ranges)),
        reference)
    exons <- GenomicRanges::GRangesList(split(named, names(named)))
    expect_equal(tssWindows(exons), reference)
    table <- textFile(c("gene_id\tchr\tstart\tend\tstrand",
                        "A\tchr1\t20001\t26000\t1",
                        "B\tchr1\t30001\t40000\t-1"), ".tsv", gz = TRUE)
    expect_equal(tssWindows(table), reference)
})

test_that("genes come from GTF, GFF and BED files, and from a TxDb", {
    skipWithout("rtracklayer", "GenomicFeatures")
    attributes <- 'gene_id "%s"; transcript_id "%s"; gene_name "%s";'
    line <- function(type, start, end, strand, id, transcript) {
        paste("chr1", "x", type, start, end, ".", strand, ".",
              sprintf(attributes, id, transcript, tolower(id)), sep = "\t")
    }
    gtf <- textFile(c(
        line("gene", 10001, 26000, "+", "A", ""),
        line("transcript", 20001, 26000, "+", "A", "A1"),
        line("exon", 20001, 26000, "+", "A", "A1"),
        line("transcript", 21001, 26000, "+", "A", "A2"),
        line("exon", 21001, 26000, "+", "A", "A2"),
        line("transcript", 30001, 40000, "-", "B", "B1"),
        line("exon", 30001, 40000, "-", "B", "B1")), ".gtf", gz = TRUE)
    windows <- tssWindows(gtf)
    expect_equal(windows$tss, c(20001, 40000)) # of transcripts, not genes
    expect_identical(windows$symbol, c("a", "b"))
    txdb <- suppressWarnings(suppressMessages(
        GenomicFeatures::makeTxDbFromGFF(gtf)))
    expect_equal(tssWindows(txdb)[c("A", "B")]$tss, c(20001, 40000))
    bed <- textFile(c("chr1\t20000\t26000\tA\t0\t+",
                      "chr1\t30000\t40000\tB\t0\t-"))
    windows <- tssWindows(bed)
    expect_identical(names(mcols(windows)),
                     c("gene_id", "tss", "name", "score"))
    mcols(windows) <- mcols(windows)[c("gene_id", "tss")]
    expect_equal(windows, tssWindows(fewGenes()))
    expect_error(tssWindows(textFile("nothing", ".gtf")), "could not be read")
})

test_that("one TSS per gene is chosen by a stated rule", {
    lines <- data.frame(
        gene_id = c("A", "A", "B", "A", "B"), chr = "chr1",
        start = c(30000, 20000, 50000, 25000, 50500),
        end = c(40000, 40000, 60000, 40000, 70000),
        strand = c("+", "+", "-", "+", "-"),
        canonical = c(FALSE, FALSE, TRUE, TRUE, FALSE),
        tag = c("x", "basic,Ensembl_canonical", "appris_principal_1", "x", "x"),
        tss = c(1, 9, 100, 5, 200) * 100)
    expect_equal(tssWindows(lines, tss = "upstream")$tss, c(20000, 70000))
    expect_equal(tssWindows(lines)$tss, c(100, 20000)) # their own
    expect_equal(tssWindows(lines, tss = "canonical")$tss, c(25000, 60000))
    expect_equal(tssWindows(lines, tss = "canonical", canonical = "tag")$tss,
                 c(20000, 60000))
    expect_equal(tssWindows(lines, tss = "given")$tss, c(100, 20000))
    lines$canonical[3] <- FALSE
    expect_message(one <- tssWindows(lines, tss = "canonical"),
                   "1 gene has no canonical row")
    expect_equal(one$tss, c(25000, 70000))
    lines$chr[2] <- "chrY"
    expect_message(one <- tssWindows(lines, tss = "upstream"),
                   "several chromosomes")
    expect_equal(one$tss, c(25000, 70000))
})

test_that("windows past a chromosome's end are kept and flagged", {
    genes <- data.frame(gene_id = c("left", "right", "inside"), chr = "chr1",
                        start = c(250, 9751, 5000), end = c(250, 9751, 5000),
                        strand = c("-", "+", "+"))
    windows <- tssWindows(genes, 1000, 1000, 100,
                          seqlengths = c(chr1 = 10000))
    expect_length(windows, 3L)
    expect_silent(rev(windows))
    missing <- missingBins(windows)
    expect_identical(dim(missing), c(3L, 20L))
    # left: bins downstream of the TSS run off the start; 2 whole bins and the
    # one with base 1 remain of ten.
    expect_identical(unname(which(missing["left", ])), 14:20)
    expect_identical(unname(which(missing["right", ])), 14:20)
    expect_false(any(missing["inside", ]))
    expect_equal(sum(missingBins(tssWindows(genes, 1000, 1000, 100))), 7)
})

test_that("unusable gene tables are reported", {
    expect_snapshot(error = TRUE, {
        tssWindows(fewGenes(), upstream = 150)
        tssWindows(fewGenes(), orient = "sideways")
        tssWindows(fewGenes()[c("gene_id", "chr")])
        tssWindows(fewGenes()[-1])
        tssWindows(fewGenes()[0, ])
        tssWindows(1:3)
        tssWindows(fewGenes(), tss = "given")
        tssWindows(fewGenes(), tss = "canonical", canonical = "best")
        tssWindows(fewGenes(), seqlengths = c(chr1 = 1000))
        tssWindows(fewGenes(), seqlengths = "hg19")
        missingBins(1)
    })
    windows <- tssWindows(fewGenes())
    bed <- textFile("chr1\t20000\t20036")
    expect_error(countReads(c(M = bed), IRanges::resize(windows, 500)),
                 "same number of bins.*first is of.*A")
    expect_error(countReads(c(M = bed), c(windows, windows)), "only once.*A, B")
    expect_warning(tssWindows(transform(fewGenes(), strand = "*")),
                   "no strand")
})

# The ends of a window are no TSS.
test_that("windows and signals keep their own TSS and bins", {
    genes <- transform(fewGenes(), score = c(5, 7), biotype = "protein_coding")
    windows <- tssWindows(genes, 2000, 1000, 50, orient = "genome")
    expect_identical(tssWindows(windows), windows)
    expect_identical(names(mcols(windows)),
                     c("gene_id", "tss", "score", "biotype")) # S20
    counts <- array(1, c(2, 60, 1), list(names(windows), NULL, "M"))
    signal <- chromatinSignal(counts, windows, binWidth = 50, upstream = 2000,
                              orient = "genome")
    expect_equal(tssWindows(signal), windows)
    expect_identical(tssWindows(rowRanges(signal))$tss, windows$tss)
    expect_identical(tssWindows(windows, 5000, 5000, 100,
                                orient = "transcript"), tssWindows(genes))
    expect_error(tssWindows(windows, tss = "upstream"),
                 "tss = \"upstream\".*contradicts `genes`")
    mcols(windows)$tss <- NULL
    expect_error(tssWindows(windows), "without the column \"tss\"")
})

test_that("genes with another column `tss` say so themselves", {
    genes <- transform(fewGenes(), tss = c(20500, 40500))
    expect_identical(tssWindows(genes)$tss, c(20500, 40500))
    expect_identical(tssWindows(genes, tss = "upstream")$tss,
                     tssWindows(fewGenes())$tss)
})

# Ranges must be the windows of the bins.
test_that("ranges of another width or of other bins are reported", {
    windows <- tssWindows(fewGenes())
    counts <- array(1, c(2, 100, 1), list(names(windows), NULL, "M"))
    expect_silent(signal <- chromatinSignal(counts, windows))
    expect_error(chromatinSignal(counts[, 1:50, , drop = FALSE], windows),
                 "windows with the same bins.*50 bins.*100 bins")
    plain <- granges(windows)
    expect_silent(chromatinSignal(counts, plain))
    expect_warning(chromatinSignal(counts, resize(plain, 500)),
                   "2 ranges of `genes` do not have the.*10000 bp.*of 500 bp")
    expect_error(chromatinSignal(counts, resize(windows, 500)),
                 "2 have a different range")
})

test_that("windows are no wider than a chromosome can be", {
    expect_error(tssWindows(fewGenes(), 2e9, 1.5e9, 1e6),
                 "from -1e\\+09 to 1e\\+09")
})
