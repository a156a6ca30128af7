count <- function(path, windows, ...) {
    binMatrix(countReads(c(M = path), windows, ..., progress = FALSE), "M")
}

all <- list(duplicates = TRUE, failedQC = TRUE, secondary = TRUE,
            unmapped = TRUE)

test_that("overlap agrees with bedtools multicov in every bin", {
    bam <- randomBam()
    for (orient in c("transcript", "genome")) {
        windows <- denseWindows(binWidth = 50, orient = orient)
        command <- paste("bedtools multicov -bams", bam, "%s -bed %s")
        multicov <- function(flags) {
            bedtoolsCounts(windows, sprintf(command, flags, "%s"))
        }
        ours <- count(bam, windows, secondary = TRUE, unmapped = TRUE)
        expect_gt(sum(ours), 1000)
        expect_identical(ours, multicov(""))
        expect_identical(do.call(count, c(list(bam, windows), all)),
                         multicov("-D -F"))
        expect_identical(count(bam, windows, secondary = TRUE, unmapped = TRUE,
                               minMapq = 30),
                         multicov("-q 30"))
    }
})

test_that("overlap agrees with bedtools on real alignments", {
    bed <- sharedFile("data", "reads-chr21", "genes.bed")
    skipWithout("Rsamtools", "GenomicAlignments", "rtracklayer")
    windows <- quietly(tssWindows(bed))
    windows <- windows[seq_len(60)]
    for (mark in c("H3K4me3", "H3K36me3")) {
        bam <- sharedFile("data", "reads-chr21", paste0(mark, ".bam"))
        expect_identical(
            count(bam, windows, secondary = TRUE, unmapped = TRUE),
            bedtoolsCounts(windows,
                           paste("bedtools multicov -bams", bam, "-bed %s")))
    }
})

test_that("overlap of text agrees with bedtools intersect -c", {
    bed <- readsFile("S1-H3K4me3.tagAlign.gz")
    windows <- tssWindows(readsFile("genes.tsv"))
    expect_identical(
        count(bed, windows),
        bedtoolsCounts(windows, paste("bedtools intersect -c -a %s -b", bed)))
})

test_that("fivePrime agrees with the published counts of chromosome 21", {
    reference <- utils::read.delim(
        sharedFile("data", "reads-chr21", "counts.txt.gz"))
    skipWithout("Rsamtools", "GenomicAlignments")
    contigs <- utils::read.table(
        sharedFile("data", "reads-chr21", "contigs.bed"))
    start <- unlist(Map(seq, contigs$V2, contigs$V3 - 200, 200))
    bins <- data.frame(gene_id = paste0("bin", seq_along(start)),
                       chr = "chr21", start = start + 1, end = start + 200,
                       strand = "+")
    windows <- tssWindows(bins, 0, 200, 200)
    for (mark in names(reference)) {
        bam <- sharedFile("data", "reads-chr21", paste0(mark, ".bam"))
        counts <- count(bam, windows, "fivePrime", shift = 75,
                        duplicates = TRUE, failedQC = TRUE, secondary = TRUE)
        expect_identical(as.integer(counts), reference[[mark]])
    }
})

# Reads one by one, as plain as can be.
countPlainly <- function(reads, windows, place) {
    bins <- metadata(windows)$bins
    first <- AttentiveChrome:::.binStarts(windows, bins) - 1
    chr <- as.character(GenomicRanges::seqnames(windows))
    counts <- array(0L, dim(first))
    for (i in seq_len(nrow(reads))) {
        span <- place(reads[i, ])
        hit <- first < span[2] & first + bins$width > span[1] &
            chr == reads$chr[i]
        counts <- counts + hit
    }
    counts
}

test_that("each way to count does what it says, BAM and text alike", {
    bam <- randomBam(400)
    windows <- denseWindows(binWidth = 50)
    records <- Rsamtools::scanBam(bam, param = Rsamtools::ScanBamParam(
        what = c("rname", "pos", "strand", "flag", "cigar"),
        flag = Rsamtools::scanBamFlag(
            isUnmappedQuery = FALSE, isDuplicate = FALSE,
            isNotPassingQualityControls = FALSE,
            isSecondaryAlignment = FALSE,
            isSupplementaryAlignment = FALSE)))[[1]]
    reads <- data.frame(
        chr = as.character(records$rname), start = records$pos - 1L,
        minus = records$strand == "-")
    reads$end <- reads$start +
        GenomicAlignments::cigarWidthAlongReferenceSpace(records$cigar)
    bed <- textFile(sprintf("%s\t%d\t%d\tn\t0\t%s", reads$chr, reads$start,
                            reads$end, ifelse(reads$minus, "-", "+")))
    point <- function(at) c(at, at + 1)
    extended <- function(r, n) {
        if (r$minus) c(r$end - n, r$end) else c(r$start, r$start + n)
    }
    ways <- list(
        list(list("overlap"), function(r) c(r$start, r$end)),
        list(list("overlap", fragmentLength = 150), function(r) {
            extended(r, 150)
        }),
        list(list("fivePrime", shift = 75), function(r) {
            point(if (r$minus) r$end - 1 - 75 else r$start + 75)
        }),
        list(list("midpoint", fragmentLength = 151), function(r) {
            point(sum(extended(r, 151)) %/% 2)
        }),
        list(list("midpoint"), function(r) point((r$start + r$end) %/% 2)))
    for (way in ways) {
        expected <- countPlainly(reads, windows, way[[2]])
        for (path in c(bam, bed)) {
            ours <- do.call(count, c(list(path, windows), way[[1]]))
            expect_equal(unname(ours), expected, info = way[[1]][[1]])
        }
    }
})

test_that("a proper pair is one fragment", {
    skipWithout("Rsamtools", "GenomicAlignments")
    line <- function(name, flag, pos, mate, size) {
        sprintf("%s\t%d\tchr1\t%d\t60\t36M\t=\t%d\t%d\t%s\t*", name, flag,
                pos, mate, size, strrep("A", 36))
    }
    sam <- textFile(c(
        "@SQ\tSN:chr1\tLN:90000",
        line("pair", 99, 19901, 20165, 300), line("pair", 147, 20165, 19901,
                                                  -300),
        line("far", 65, 20001, 20401, 436), line("far", 129, 20401, 20001,
                                                 -436),
        sub("=\t0\t0", "*\t0\t0", line("single", 0, 20301, 0, 0))), ".sam")
    bam <- Rsamtools::asBam(sam, withr::local_tempfile())
    withr::defer(unlink(paste0(bam, c("", ".bai"))))
    windows <- tssWindows(fewGenes()[1, ], 500, 500)
    at <- function(...) unname(which(count(bam, windows, ...)[1, ] > 0))
    expect_identical(at(pairs = "fragments"), c(5L, 6L, 7L, 9L))
    expect_identical(at("midpoint", pairs = "fragments"), c(6L, 9L))
    expect_identical(at(), c(5L, 7L, 6L, 9L, 10L)[c(1, 3, 2, 4, 5)])
    signal <- countReads(c(M = bam), windows, pairs = "fragments",
                         progress = FALSE)
    expect_equal(unname(colData(signal)$depth[1, ]), 2)
})

test_that("the lines of a fragment file of ATAC-seq are fragments", {
    windows <- denseWindows(binWidth = 50)
    starts <- seq(900, 20000, 37)
    lines <- sprintf("chr1\t%d\t%d\tAAACGAA-1\t%d", starts, starts + 150L,
                     seq_along(starts) %% 3 + 1)
    path <- file.path(withr::local_tempdir(), "fragments.tsv.gz")
    file <- gzfile(path, "w")
    writeLines(c("# id=sample", "# primary_contig=chr1", lines), file)
    close(file)
    bed <- withr::local_tempfile(fileext = ".bed", lines =
        sprintf("chr1\t%d\t%d\t.\t0\t+", starts, starts + 150L))
    for (method in c("overlap", "midpoint")) {
        ours <- count(path, windows, method = method)
        expect_gt(sum(ours), 100)
        expect_identical(ours, count(bed, windows, method = method))
    }
    expect_error(count(path, windows, method = "fivePrime"),
                 "fragments.tsv.gz.*line 3.*strand")
})

test_that("order, index, compression and workers do not matter", {
    sorted <- randomBam(1000)
    unsorted <- randomBam(1000, sorted = FALSE)
    windows <- denseWindows()
    expect_identical(count(sorted, windows), count(unsorted, windows))
    bed <- readLines(readsFile("S1-H3K9me3.tagAlign.gz"))
    windows <- tssWindows(readsFile("genes.tsv"))
    shuffled <- textFile(withr::with_seed(1, sample(bed)))
    plain <- textFile(bed)
    expect_identical(count(shuffled, windows), count(plain, windows))
    expect_identical(count(readsFile("S1-H3K9me3.tagAlign.gz"), windows),
                     count(plain, windows))
    samples <- readsFile("samples.tsv")
    one <- countReads(samples, windows)
    two <- withForks(function() {
        countReads(samples, windows, BPPARAM = BiocParallel::MulticoreParam(2))
    }, samples = samples, windows = windows)
    expect_identical(assays(two), assays(one))
    expect_identical(metadata(two), metadata(one))
    expect_identical(sources(two), sources(one))
})

test_that("a read's depth counts wherever it lies", {
    bed <- textFile(c("chr1\t20000\t20036", "chr1\t500000\t500036",
                      "chrUn\t1\t37"))
    signal <- countReads(c(M = bed), tssWindows(fewGenes()), cellType = "K",
                         progress = FALSE)
    expect_equal(colData(signal)$depth,
                 matrix(3, 1, 1, dimnames = list("K", "M")))
    expect_equal(sum(assay(signal, "M")), 1)
    sources <- sources(signal)
    expect_equal(sources$matched, 2)
    expect_identical(sources$unmatched, "chrUn")
})

test_that("depth and bins survive subsetting and binding", {
    skipWithout("Rsamtools", "GenomicAlignments")
    windows <- tssWindows(readsFile("genes.tsv"))
    samples <- utils::read.delim(readsFile("samples.tsv"))
    samples$file <- readsFile(samples$file)
    both <- rbind(samples, transform(samples, cellType = "S2"))
    signal <- countReads(both, windows)
    expect_identical(dim(signal), c(160L, 2L))
    expect_identical(rownames(colData(signal[, "S2"])$depth), "S2")
    bound <- cbind(signal[1:5, "S2"], signal[1:5, "S1"])
    expect_identical(rownames(colData(bound)$depth), c("S2", "S1"))
    expect_identical(binOffsets(bound), binOffsets(signal))
})

test_that("broken files are reported by name and line, without a result", {
    windows <- tssWindows(fewGenes())
    good <- "chr1\t20000\t20036\tn\t0\t+"
    fail <- function(lines, ...) {
        path <- textFile(lines)
        error <- tryCatch(count(path, windows, ...), error = identity)
        sub(path, "<file>", conditionMessage(error), fixed = TRUE)
    }
    messages <- c(
        text = fail(c(good, "chr1\tx20000\t20036")),
        negative = fail(c(good, "chr1\t-1\t20036")),
        order = fail(c(good, good, "chr1\t20036\t20000")),
        fields = fail(c(good, "chr1 20000")),
        strand = fail(c(good, "chr1\t20000\t20036"), "fivePrime"),
        comments = fail("# nothing else"))
    expect_snapshot(cat(paste0(names(messages), ": ", messages, "\n\n")))
})

test_that("truncated and damaged files are reported", {
    windows <- tssWindows(readsFile("genes.tsv"))
    spoil <- function(source, change) {
        bytes <- readBin(source, "raw", file.size(source))
        path <- withr::local_tempfile(.local_envir = parent.frame())
        writeBin(change(bytes), path)
        path
    }
    whole <- readsFile("S1-H3K9me3.tagAlign.gz")
    size <- file.size(whole)
    for (kept in c(size - 1, size - 8, size - 12, size %/% 2, 12)) {
        cut <- spoil(whole, function(bytes) bytes[seq_len(kept)])
        expect_error(count(cut, windows), "damaged or truncated")
    }
    skipWithout("Rsamtools", "GenomicAlignments")
    bam <- readsFile("S1-H3K27me3.bam")
    size <- file.size(bam)
    for (kept in c(size - 1, size - 28, size %/% 2, 200)) {
        cut <- spoil(bam, function(bytes) bytes[seq_len(kept)])
        expect_error(count(cut, windows), "not a complete BAM file")
    }
    # A damaged block in the middle: scanBam() takes it for the end.
    damaged <- spoil(bam, function(bytes) {
        bytes[size %/% 2 + 0:20] <- as.raw(0)
        bytes
    })
    capture.output(type = "message", {
        expect_error(count(damaged, windows), "not a complete BAM file")
    })
})

test_that("peaks and wiggle files are known, and not counted as reads", {
    windows <- tssWindows(fewGenes())
    narrow <- c("track type=narrowPeak",
                "chr1\t20000\t20300\tp1\t540\t.\t9.5\t12.1\t8.3\t150",
                "chr1\t20600\t20900\tp2\t100\t.\t4\t-1\t-1\t-1")
    broad <- sub("\t-?[0-9]+$", "", narrow[2])
    bigger <- paste(sub("\t[^\t]*$", "", narrow[2]), "7", sep = "\t")
    for (file in list(textFile("chr1\t20000\t20300", ".narrowPeak"),
                      textFile("chr1\t20000\t20300", ".broadPeak", gz = TRUE),
                      textFile(narrow), textFile(narrow, gz = TRUE),
                      textFile(broad), textFile(bigger))) {
        expect_error(countReads(c(M = file), windows),
                     "peaks, not reads.*aligned reads")
    }
    # BED with six and with nine columns, and a tagAlign, are reads.
    for (line in c("chr1\t20000\t20036\tr\t0\t+",
                   "chr1\t20000\t20036\tN\t1000\t+",
                   "chr1\t20000\t20036\tr\t0\t+\t20000\t20036\t0",
                   "chr1\t20000\t20036\tr\t0\t+\t20000\t20036\t255,0,0")) {
        signal <- quietly(countReads(c(M = textFile(line)), windows))
        expect_equal(sum(colData(signal)$depth), 1)
    }
    wig <- c("track type=wiggle_0", "fixedStep chrom=chr1 start=1 step=1", "3")
    for (file in list(textFile("3", ".wig"), textFile("3", ".wig.gz"),
                      textFile(wig))) {
        expect_error(countReads(c(M = file), windows),
                     "It is wiggle.*wigToBigWig.*summarizeTracks")
        skipWithout("rtracklayer")
        expect_error(summarizeTracks(c(M = file), windows),
                     "It is wiggle.*wigToBigWig")
    }
})

test_that("unusable files and sheets are reported", {
    windows <- tssWindows(fewGenes())
    bed <- textFile("chr1\t20000\t20036")
    empty <- withr::local_tempfile()
    file.create(empty)
    track <- textFile("chr1\t1\t2\t3", ".bedGraph")
    sheet <- function(cellType = "K", mark = "M", file = bed) {
        data.frame(cellType = cellType, mark = mark, file = file)
    }
    tell <- function(files, ...) {
        error <- tryCatch(countReads(files, windows, ...), error = identity)
        text <- conditionMessage(error)
        for (path in c(bed, empty, track, getwd())) {
            text <- gsub(path, "<file>", text, fixed = TRUE)
        }
        cat(text, "\n\n")
    }
    expect_snapshot({
        tell(bed)
        tell(1)
        tell(sheet()[-1])
        tell(sheet()[0, ])
        tell(sheet(cellType = NA))
        tell(rbind(sheet(), sheet()))
        tell(rbind(sheet(), sheet(mark = "N"), sheet(cellType = "L")))
        tell(sheet(mark = "label"))
        tell(sheet(file = "nowhere.bed"))
        tell(sheet(file = empty))
        tell(sheet(file = track))
        tell(sheet(), method = "overlaps")
        tell(sheet(), shift = 75)
        tell(sheet(), method = "fivePrime", fragmentLength = 200)
        tell(sheet(), minMapq = -1)
        tell(sheet(), BPPARAM = 2)
        tell(sheet(), cellType = "K")
    })
    expect_error(countReads(sheet(), GenomicRanges::GRanges("chr1:1-100")),
                 "made by .*tssWindows")
})

test_that("windows wider than any chromosome are refused", {
    expect_error(tssWindows(fewGenes(), 2e9, 1.5e9, binWidth = 1e6),
                 "`upstream` must be one whole number from -1e\\+09 to 1e\\+09")
    expect_error(tssWindows(fewGenes(), 0, 2e9, binWidth = 1e6), "`downstream`")
    reads <- list(chromosome = 0L, start = 1L, end = 2L, minus = 0L)
    core <- list(by = "overlap", shift = 0, length = 0)
    counted <- function(...) {
        table <- modifyList(.windowTable(tssWindows(fewGenes())), list(...))
        sum(.Call(ffi_count_reads, table, core, reads))
    }
    expect_identical(counted(), 0L)
    expect_identical(counted(start = c(-2147483647L, 0L), bins = 2147L,
                             binWidth = 1e6), 1L)
    expect_error(counted(bins = 3500L, binWidth = 1e6), "windows of 3500000000")
    for (value in list(2^31, 1e300, NaN, 0, 1.5)) {
        expect_error(counted(binWidth = value), "'binWidth' must be a whole")
    }
    expect_error(counted(start = c(NA, 0L)), "without a start")
})

test_that("any line ends and a byte order mark lose no read", {
    lines <- c("track name=x", "chr1\t20000\t20036", "chr1\t20100\t20136",
               "chr1\t40000\t40036")
    windows <- tssWindows(fewGenes())
    write <- function(text) {
        path <- withr::local_tempfile(.local_envir = parent.frame())
        writeBin(c(as.raw(c(0xef, 0xbb, 0xbf)), charToRaw(text)), path)
        countReads(c(M = path), windows, cellType = "K", progress = FALSE)
    }
    for (end in c("\n", "\r\n", "\r")) {
        signal <- write(paste0(lines, end, collapse = ""))
        expect_identical(colData(signal)$depth[[1L]], 3)
        expect_identical(sources(signal)$unmatched, "")
        expect_identical(sum(assay(signal, "M")), 3L)
    }
    first <- write("chr1\t20000\t20036\n")
    expect_identical(sources(first)$unmatched, "")
})

test_that("a damaged index of a BAM file does no harm", {
    bam <- randomBam(500)
    index <- paste0(bam, ".bai")
    bytes <- readBin(index, "raw", file.size(index))
    windows <- denseWindows()
    whole <- quietly(count(bam, windows))
    expect_identical(.indexRecords(index), 500)
    spoiled <- list(
        raw(), bytes[1:4], head(bytes, -1L), utils::head(bytes, 30L),
        c(charToRaw("no index at all"), bytes),
        replace(bytes, 9:16, as.raw(255)),
        replace(bytes, 5:8, as.raw(c(255, 255, 255, 127))), rev(bytes))
    for (bad in spoiled) {
        writeBin(bad, index)
        expect_identical(quietly(count(bam, windows)), whole)
    }
    withr::with_seed(1, for (i in 1:20) {
        at <- sample(length(bytes), 3L)
        writeBin(replace(bytes, at, as.raw(sample(0:255, 3L))), index)
        expect_identical(quietly(count(bam, windows)), whole)
    })
})

test_that("a broken block is reported for an indexed BAM file, too", {
    bam <- randomBam(3000)
    bytes <- readBin(bam, "raw", file.size(bam))
    bytes[length(bytes) %/% 2 + 0:20] <- as.raw(0)
    writeBin(bytes, bam)
    capture.output(type = "message", {
        expect_error(count(bam, denseWindows()), "not a complete BAM file")
    })
})
