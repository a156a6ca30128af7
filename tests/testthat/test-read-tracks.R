test_that("means and maxima are exact, base by base", {
    skipWithout("rtracklayer")
    track <- textFile(c("chr1\t15000\t15050\t4", "chr1\t15050\t15060\t9",
                        "chr1\t24990\t26000\t2", "chr2\t1\t500\t7"),
                      ".bedGraph")
    windows <- tssWindows(fewGenes()[1, ])
    mean <- summarizeTracks(c(M = track), windows, progress = FALSE)
    expect_equal(unname(binMatrix(mean, "M")[1, c(1, 2, 100)]),
                 c((50 * 4 + 10 * 9) / 100, 0, 0.2))
    max <- summarizeTracks(c(M = track), windows, "max", progress = FALSE)
    expect_equal(unname(binMatrix(max, "M")[1, c(1, 2, 100)]), c(9, 0, 2))
    expect_true(is.na(colData(mean)$depth[1, "M"]))
    expect_identical(preprocessing(max)$counting, "max")
    gz <- textFile(readLines(track), ".bedGraph", gz = TRUE)
    expect_equal(assays(summarizeTracks(c(M = gz), windows)), assays(mean))
})

test_that("bigWig agrees with rtracklayer's own summary", {
    skipWithout("rtracklayer")
    skip_on_os("windows")
    path <- sharedFile("data", "k562-bigwig",
                       "bigwig_chr9_4000000_6000000_K562_H3K27me3.bigwig")
    tss <- seq(4010000, 5990000, by = 20000)
    windows <- tssWindows(data.frame(
        gene_id = paste0("g", tss), chr = "chr9", start = tss, end = tss,
        strand = rep(c("+", "-"), length.out = length(tss))))
    first <- .binStarts(windows, metadata(windows)$bins)
    bins <- GenomicRanges::GRanges(
        "chr9", IRanges::IRanges(as.vector(first), width = 100L))
    values <- rtracklayer::import(path, which = range(bins), as = "RleList")
    views <- IRanges::Views(values[["chr9"]], IRanges::ranges(bins))
    signal <- summarizeTracks(c(H3K27me3 = path), windows)
    expect_gt(sum(binMatrix(signal, "H3K27me3")), 0)
    expect_equal(as.vector(binMatrix(signal, "H3K27me3")),
                 IRanges::viewMeans(views))
    # Its zoom levels have no part in bins of one base each.
    one <- tssWindows(data.frame(gene_id = "a", chr = "chr9", start = 5000000,
                                 end = 5000000, strand = "+"), 50, 50, 1)
    summary <- rtracklayer::summary(
        rtracklayer::BigWigFile(path), IRanges::shift(IRanges::resize(
            one, 100L), 0L), size = 100L, defaultValue = 0)
    expect_equal(unname(binMatrix(summarizeTracks(c(M = path), one), "M")[1, ]),
                 summary[[1]]$score, tolerance = 1e-6)
})

test_that("a bigWig that is cut short is named, wherever it is cut", {
    skipWithout("rtracklayer")
    skip_on_os("windows")
    values <- GenomicRanges::GRanges(
        "chr1", IRanges::IRanges(seq(1, 90001, 10), width = 10L),
        score = withr::with_seed(1, stats::runif(9001)),
        seqlengths = c(chr1 = 100000))
    path <- withr::local_tempfile(fileext = ".bw")
    rtracklayer::export(values, path, "bigWig")
    bytes <- readBin(path, "raw", file.size(path))
    windows <- tssWindows(fewGenes())
    cut <- withr::local_tempfile(fileext = ".bw")
    # From the second half on only zoom levels are lost, which are not read.
    for (share in c(0.005, 0.01, 0.1, 0.3)) {
        writeBin(utils::head(bytes, share * length(bytes)), cut)
        expect_error(capture.output(suppressWarnings(
            summarizeTracks(c(M = cut), windows)), type = "message"),
            paste0(basename(cut), ".*cannot be read as a track"))
    }
})

test_that("bigWig is read back as it was written, past the ends too", {
    skipWithout("rtracklayer")
    skip_on_os("windows")
    values <- GenomicRanges::GRanges(
        c("chr1:1-300", "chr1:9901-10000"), score = c(3, 5),
        seqlengths = c(chr1 = 10000))
    path <- withr::local_tempfile(fileext = ".bw")
    rtracklayer::export(values, path, "bigWig")
    genes <- data.frame(gene_id = c("a", "b"), chr = "chr1",
                        start = c(101, 9950), end = c(101, 9950), strand = "+")
    windows <- tssWindows(genes, 300, 300)
    expect_message(signal <- summarizeTracks(c(M = path), windows),
                   "extend beyond the end")
    expect_equal(unname(binMatrix(signal, "M")),
                 rbind(c(0, 0, 3, 3, 3, 0), c(0, 0, 2.5, 2.55, 0, 0)),
                 tolerance = 0.02)
    expect_identical(unname(GenomeInfoDb::seqlengths(signal)), 10000L)
})

test_that("a file that is not a track is reported", {
    skipWithout("rtracklayer")
    windows <- tssWindows(fewGenes())
    words <- textFile("chr1\t100\tend\t5", ".bedGraph")
    expect_error(summarizeTracks(c(M = words), windows), "cannot be read")
    expect_error(summarizeTracks(c(M = readsFile("S1-H3K27me3.bam")), windows),
                 "It is BAM.*countReads")
    broken <- withr::local_tempfile(fileext = ".bw")
    writeBin(as.raw(c(0x26, 0xfc, 0x8f, 0x88, 1:20)), broken)
    suppressWarnings(expect_error(summarizeTracks(c(M = broken), windows),
                                  "cannot be read as a track"))
})
