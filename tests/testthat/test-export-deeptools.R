skip_if_not_installed("jsonlite")

test_that("a matrix that is written is read back", {
    x <- quickAttention(2)
    file <- withr::local_tempfile(fileext = ".gz")
    writeDeepTools(x, file)
    again <- readDeepTools(file)
    expect_identical(dimnames(again), dimnames(x))
    expect_identical(marks(again), marks(x))
    expect_identical(binOffsets(again), binOffsets(x))
    m <- function(x) normalizedMatrix(x, "H3K4me1", colnames(x)[2])
    expect_equal(m(again), m(x))
    expect_equal(rowData(again)$tss, rowData(x)$tss)
})

test_that("odd names of genes are read back, or refused", {
    x <- roadmapGenes[1:3, "E123"]
    rownames(x) <- c("\"quoted", "it's", "007")
    file <- withr::local_tempfile(fileext = ".gz")
    writeDeepTools(x, file)
    expect_identical(rownames(readDeepTools(file)), rownames(x))
    rownames(x)[2L] <- "a\tb"
    expect_error(writeDeepTools(x, file), "without tabs.*a.tb")
    expect_identical(rownames(readDeepTools(file))[2L], "it's")
})

test_that("deepTools reads what is written", {
    skip_if(Sys.which("computeMatrixOperations") == "", "deepTools")
    file <- withr::local_tempfile(fileext = ".gz")
    writeDeepTools(roadmapGenes[1:20, ], file)
    said <- system2("computeMatrixOperations", c("info", "-m", file),
                    stdout = TRUE, stderr = TRUE)
    expect_match(said, "E123 H3K9me3", all = FALSE)
    expect_match(said, "genes", all = FALSE)
})

test_that("what computeMatrix writes is read, on both strands", {
    # computeMatrix 3.5.1 reference-point -b 200 -a 100 -bs 50 of a track whose
    # values count 50 bp steps from base 15001.
    lines <- c(paste0(
        "@{\"upstream\":[200],\"downstream\":[100],\"body\":[0],",
        "\"bin size\":[50],\"ref point\":[\"TSS\"],",
        "\"unscaled 5 prime\":[0],\"unscaled 3 prime\":[0],",
        "\"group_labels\":[\"genes\"],\"group_boundaries\":[0,2],",
        "\"sample_labels\":[\"H3K4me3\"],\"sample_boundaries\":[0,6]}"),
        paste("chr1", 20000, 30000, "A", ".", "+", "97.0", "98.0", "99.0",
              "100.0", "101.0", "nan", sep = "\t"),
        paste("chr1", 40000, 50000, "B", ".", "-", "704.0", "703.0", "702.0",
              "701.0", "700.0", "699.0", sep = "\t"))
    file <- textFile(lines, ".txt", gz = TRUE)
    expect_message(signal <- readDeepTools(file, cellType = "K562"),
                   "1 bin without a value is 0")
    expect_identical(colnames(signal), "K562")
    expect_equal(binOffsets(signal), seq(-200, 50, 50))
    expect_equal(unname(binMatrix(signal, "H3K4me3")),
                 rbind(c(97:101, 0), 704:699))
    # The values are those of the track at the places of the bins.
    place <- function(p) (p - 15001) / 50 + 1
    first <- .binStarts(rowRanges(signal), signal@bins)
    expect_equal(unname(place(first)), rbind(97:102, 704:699))
})

test_that("computeMatrix finds the signal in the tracks that are written", {
    skip_if(Sys.which("computeMatrix") == "", "deepTools")
    skip_if_not_installed("rtracklayer")
    skip_on_cran()
    folder <- withr::local_tempdir()
    at <- function(name) file.path(folder, name)
    # Windows of 400 bp at every 1,000 bp, on alternating strands.
    genes <- data.frame(gene_id = sprintf("g%02d", 1:12), chr = "chr1",
                        start = 1000 * 1:12, end = 1000 * 1:12 + 500,
                        strand = c("+", "-"))
    windows <- tssWindows(genes, 200, 200, 50, seqlengths = c(chr1 = 20000))
    counts <- withr::with_seed(1, array(stats::rpois(12 * 8, 5), c(12, 1, 8),
        list(names(windows), "K562", NULL)))
    x <- .makeSignal(list(H3K4me3 = counts), metadata(windows)$bins, windows)
    track <- exportTracks(x, folder)$file
    tss <- windows$tss
    regions <- data.frame("chr1", tss - 1, tss, names(windows), ".",
                          as.vector(BiocGenerics::strand(windows)))
    utils::write.table(regions, at("tss.bed"), sep = "\t", quote = FALSE,
                       row.names = FALSE, col.names = FALSE)
    status <- system2("computeMatrix", c(
        "reference-point", "--referencePoint", "TSS", "-S", track, "-R",
        at("tss.bed"), "-b", 200, "-a", 200, "-bs", 50, "--missingDataAsZero",
        "--sortRegions", "keep", "--samplesLabel", shQuote("K562 H3K4me3"),
        "-o", at("matrix.gz")), stdout = FALSE, stderr = FALSE)
    expect_identical(status, 0L)
    again <- readDeepTools(at("matrix.gz"))
    expect_identical(dimnames(again), dimnames(x))
    expect_equal(rowData(again)$tss, tss)
    expect_equal(binMatrix(again, "H3K4me3"), binMatrix(x, "H3K4me3"))
})

test_that("other files are refused", {
    read <- function(...) readDeepTools(textFile(c(...), ".txt", gz = TRUE))
    expect_error(read("chr1\t1\t2"), "not a matrix of deepTools")
    head <- function(point, samples = "\"a b\"") {
        sprintf(paste0("@{\"upstream\":[50],\"downstream\":[50],\"body\":[0],",
                       "\"bin size\":[50],\"ref point\":[\"%s\"],",
                       "\"sample_labels\":[%s]}"), point, samples)
    }
    row <- "chr1\t20\t30\tA\t.\t+\t1.0\t2.0"
    expect_error(read(head("center"), row), "around the TSS")
    expect_error(read(head("TSS", "\"a b\",\"a c\""), row), "promises")
    expect_error(read(head("TSS", "\"a b\",\"a b\""), row), "more than once")
    expect_error(readDeepTools(textFile(c(head("TSS"), row), ".txt"),
                               samples = data.frame(mark = "b")),
                 "a row for each")
})
