skip_if_not_installed("rtracklayer")

test_that("bigWig and bedGraph files give back the values", {
    x <- quickAttention()
    own <- trackRanges(x, "alpha", "H3K4me3")
    for (format in c("bigWig", "bedGraph")) {
        folder <- withr::local_tempdir()
        files <- exportTracks(x, folder, format, "alpha", "H3K4me3")
        expect_identical(list.files(folder), basename(files$file))
        read <- rtracklayer::import(files$file)
        expect_identical(GenomicRanges::ranges(read),
                         GenomicRanges::ranges(own))
        expect_identical(as.character(GenomicRanges::seqnames(read)),
                         as.character(GenomicRanges::seqnames(own)))
        expect_equal(read$score, S4Vectors::mcols(own)[[1]], tolerance =
                         if (format == "bigWig") 1e-6 else 1e-12)
    }
})

test_that("a track that could not be written is named", {
    path <- withr::local_tempfile(fileext = ".bw")
    noLengths <- GenomicRanges::GRanges("chr1:1-5", score = 1)
    expect_error(.writeBigWig(noLengths, path), basename(path),
                 class = "AttentiveChrome_unwritten")
    expect_false(file.exists(path))
})

test_that("summarizeTracks() reads back what was written", {
    x <- overlappingSignal()[1, ]
    file <- exportTracks(x, withr::local_tempdir())$file
    windows <- tssWindows(x, upstream = 200, downstream = 200, binWidth = 100)
    again <- summarizeTracks(c(H3K4me3 = file), windows, cellType = "E003",
                             progress = FALSE)
    expect_equal(binMatrix(again, "H3K4me3"), binMatrix(x, "H3K4me3"))
})

test_that("lengths of chromosomes are asked for by name", {
    x <- overlappingSignal(lengths = NULL)
    expect_error(exportTracks(x, withr::local_tempdir()), "Unknown: chr1")
    folder <- withr::local_tempdir()
    exportTracks(x, folder, seqlengths = c(chr1 = 640))
    read <- rtracklayer::import(list.files(folder, full.names = TRUE))
    expect_identical(max(GenomicRanges::end(read)), 640L)
    exportTracks(x, folder, "bedGraph") # needs none
    expect_length(list.files(folder, "bedGraph"), 1L)
})

test_that("a hub is one file that names files that are there", {
    x <- quickAttention()
    folder <- file.path(withr::local_tempdir(), "hub")
    colnames(x) <- "Liver (adult)"
    files <- exportTracks(x, folder, "hub", c("alpha", "share"),
                          email = "lab@example.org")
    hub <- readLines(file.path(folder, "hub.txt"))
    expect_true(all(c("useOneFile on", "genome hg19",
                      "email lab@example.org") %in% hub))
    values <- function(key) {
        found <- grep(paste0("^ *", key, " "), hub, value = TRUE)
        sub(paste0("^ *", key, " "), "", found)
    }
    expect_setequal(values("bigDataUrl"), basename(files$file))
    expect_true(all(file.exists(file.path(folder, values("bigDataUrl")))))
    expect_match(values("track"), "^[A-Za-z0-9_]+$")
    expect_false(anyDuplicated(values("track")) > 0)
    expect_true(all(values("parent") %in% values("track")))
    expect_match(values("bigDataUrl"), "^[A-Za-z0-9._-]+$")
    # A blank line ends a stanza, and each stanza begins with its track.
    stanzas <- split(hub, cumsum(hub == ""))
    expect_match(vapply(stanzas[-(1:2)], `[`, "", 2L), "^ *track ")
})

test_that("a hub asks for its genome and its contact", {
    x <- overlappingSignal()
    folder <- withr::local_tempdir()
    expect_error(exportTracks(x, folder, "hub", email = "a@b.c"), "genome")
    expect_error(exportTracks(x, folder, "hub", genome = "hg19"), "email")
    expect_error(exportTracks(x, ""), "folder")
    expect_length(list.files(folder), 0L)
})
