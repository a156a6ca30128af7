hg19 <- c(chr1 = 249250621, chr9 = 141213431)

test_that("builds are recognised by the lengths of their chromosomes", {
    build <- AttentiveChrome:::.recogniseBuild
    for (name in c("hg18", "hg19", "hg38", "mm9", "mm10", "mm39", "dm6")) {
        table <- GenomeInfoDb::getChromInfoFromUCSC(
            name, assembled.molecules.only = TRUE)
        lengths <- stats::setNames(table$size, table$chrom)
        expect_identical(build(lengths), name)
        expect_identical(build(lengths[2]), name)
        names(lengths) <- sub("^chr", "", names(lengths))
        expect_identical(build(lengths), name) # in Ensembl's style
    }
    expect_identical(build(c(chr1 = 249250621, chr2 = 5)), "")
    expect_identical(build(c(chrM = 16569)), "")
    expect_identical(build(integer()), "")
    # GRCh37 has another mitochondrial genome than UCSC's hg19
    expect_identical(build(c("1" = 249250621, MT = 16569)), "hg19")
    expect_identical(build(hg19), "hg19")
    expect_identical(build(c(chr9 = 138394717)), "hg38")
})

trackOf <- function(lengths, env = parent.frame()) {
    track <- withr::local_tempfile(fileext = ".bw", .local_envir = env)
    ranges <- GenomicRanges::GRanges(
        rep(names(lengths), each = 2),
        IRanges::IRanges(rep(c(18001, 20001), length(lengths)), width = 100),
        score = 1,
        seqlengths = lengths)
    rtracklayer::export(ranges, track)
    track
}

# Neither file fits the other, and the genes have no lengths.
test_that("files of two builds are found among themselves", {
    skipWithout("rtracklayer")
    genes <- transform(fewGenes(), chr = "chr9")
    windows <- tssWindows(genes)
    hg38 <- c(chr9 = 138394717)
    one <- summarizeTracks(c(A = trackOf(hg19), B = trackOf(hg19)), windows)
    expect_identical(sources(one)$genome, c("hg19", "hg19"))
    expect_false("genome" %in% checkSignal(one)$check)
    two <- quietly(summarizeTracks(c(A = trackOf(hg19), B = trackOf(hg38)),
                                   windows))
    found <- checkSignal(two)
    found <- found[found$check == "genome", ]
    expect_identical(found$severity, "error")
    expect_match(found$finding,
                 "138394717 bp in the file, 141213431 in .*those of hg38")
})

test_that("files are compared with the genes' build, given by name or length", {
    skipWithout("rtracklayer")
    genes <- transform(fewGenes(), chr = "chr9")
    windows <- tssWindows(genes)
    GenomeInfoDb::genome(windows) <- "GRCh38"
    found <- checkSignal(summarizeTracks(c(A = trackOf(hg19)), windows))
    expect_match(found$finding[found$check == "genome"],
                 "hg19, the genes have hg38")
    GenomeInfoDb::genome(windows) <- "hg19"
    sound <- checkSignal(summarizeTracks(c(A = trackOf(hg19)), windows))
    expect_false("genome" %in% sound$check)
})
