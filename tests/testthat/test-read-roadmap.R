# The consortium's files: names and addresses, and downloads against a server
# on localhost that has its faults.

gzipped <- function(lines, path) {
    dir.create(dirname(path), recursive = TRUE, showWarnings = FALSE)
    to <- gzfile(path, "w")
    writeLines(lines, to)
    close(to)
}

# Lines of reads that do not compress to nothing.
someReads <- function(n, seed) {
    withr::with_seed(seed, {
        start <- sample(1e6, n)
        sprintf("chr1\t%d\t%d\tN\t1000\t%s", start, start + 36L,
                sample(c("+", "-"), n, replace = TRUE))
    })
}

# The bytes of a compressed file.
gzip <- function(lines) {
    path <- withr::local_tempfile()
    gzipped(lines, path)
    readBin(path, "raw", file.size(path))
}

reads <- lapply(1:6, function(seed) gzip(someReads(1000, seed)))

# A server with the files of two cell types, and the files' own data frame.
roadmapServer <- function(env = parent.frame()) {
    server <- localServer(env)
    server$folder <- withr::local_tempdir(.local_envir = env)
    server$cache <- BiocFileCache::BiocFileCache(server$folder, ask = FALSE)
    server$files <- roadmapFiles(c("E003", "E123"),
                                 c("H3K4me3", "H3K27me3", "Input"),
                                 base = server$base)
    server$paths <- file.path(server$root, .roadmapReads, server$files$file)
    dir.create(dirname(server$paths[1]), recursive = TRUE)
    for (i in seq_along(reads)) writeBin(reads[[i]], server$paths[i])
    server
}

# A download that does not wait.
fetch <- function(server, rows, ..., cache = server$cache) {
    roadmapDownload(server$files[rows, ], cache = cache, wait = 0, ...)
}

expectSame <- function(got, expected) {
    testthat::expect_identical(unname(tools::md5sum(got)),
                               unname(tools::md5sum(expected)))
}

entries <- function(server) length(server$cache)

partFile <- function(server) {
    list.files(server$folder, "[.]part$", full.names = TRUE)
}

# ---- what there is ----------------------------------------------------------

test_that("the 56 cell types are those of the shared table", {
    expect_identical(names(roadmapCellTypes),
                     c("id", "name", "group", "deepchromeAuroc"))
    expect_identical(nrow(roadmapCellTypes), 56L)
    expect_false(anyNA(roadmapCellTypes))
    expect_identical(subset(roadmapCellTypes, group == "ESC")$id,
                     c("E003", "E016", "E024"))
    table <- utils::read.delim(sharedFile("data", "celltypes.tsv"))
    expect_identical(roadmapCellTypes$id, table$id)
    expect_identical(roadmapCellTypes$name, table$name)
    expect_identical(roadmapCellTypes$deepchromeAuroc, table$deepchrome_auroc)
})

test_that("files are listed as a sample sheet", {
    withr::local_options(AttentiveChrome.roadmap = NULL)
    files <- roadmapFiles()
    expect_identical(names(files), c("cellType", "mark", "file", "url"))
    expect_identical(nrow(files), 280L)
    expect_identical(files$mark[1:5], .authorMarks)
    expect_identical(files$file[4], "E003-H3K4me3.tagAlign.gz")
    expect_identical(files$url[4], paste0(
        "https://egg2.wustl.edu/roadmap/data/byFileType/alignments/",
        "consolidated/E003-H3K4me3.tagAlign.gz"))
    expect_identical(anyDuplicated(files$url), 0L)
    table <- roadmapFiles(what = "expression")
    expect_identical(table$url, paste0(
        "https://egg2.wustl.edu/roadmap/data/byDataType/rna/expression/",
        "57epigenomes.RPKM.pc.gz"))
    expect_identical(table$cellType, NA_character_)
})

test_that("an option or an argument changes the base", {
    withr::local_options(AttentiveChrome.roadmap = "http://mirror/roadmap/")
    expect_match(roadmapFiles("E003", "Input")$url,
                 "^http://mirror/roadmap/byFileType/.*/E003-Input.tagAlign.gz")
    expect_match(roadmapFiles("E003", "Input", base = "https://other")$url,
                 "^https://other/byFileType")
})

test_that("wrong arguments are named", {
    expect_error(roadmapFiles("GM12878"), "`cellTypes`.*GM12878")
    expect_error(roadmapFiles(c("E003", "E003")), "unique ids")
    expect_error(roadmapFiles("E003", character()), "`marks`")
    expect_error(roadmapFiles(base = "no/such/folder"),
                 "`base`.*no/such/folder")
    expect_error(roadmapFiles(base = NA), "`base`")
    expect_error(roadmapFiles(what = "genes"), "`what`")
    expect_error(roadmapDownload("E003"), "`files`.*character")
    expect_error(roadmapDownload(data.frame(a = 1)), "`files`.*columns a")
    expect_error(roadmapDownload(retries = -1), "`retries`")
    expect_error(roadmapDownload(wait = "long"), "`wait`")
    expect_error(roadmapDownload(progress = 1), "`progress`")
    expect_error(roadmapDownload(checksums = c("a", "b")), "`checksums`")
    expect_error(roadmapDownload(checksums = "no/such/file"),
                 "no/such/file.*cannot be read")
    skip_if_not_installed("BiocFileCache")
    expect_error(roadmapDownload(cache = 1), "`cache`")
})

# ---- folders ----------------------------------------------------------------

test_that("files in a folder are used where they are", {
    folder <- normalizePath(withr::local_tempdir("a b"), winslash = "/")
    laid <- file.path(folder, .roadmapReads, "E003-Input.tagAlign.gz")
    flat <- file.path(folder, "E003-H3K4me3.tagAlign.gz")
    gzipped(someReads(10, 1), laid)
    gzipped(someReads(10, 2), flat)
    marks <- c("Input", "H3K4me3")
    for (base in c(folder, paste0("file://", folder),
                   paste0("file://", utils::URLencode(folder)))) {
        files <- roadmapFiles("E003", marks, base = base)
        expect_identical(names(files), c("cellType", "mark", "file", "url"))
        expect_identical(files$file, c(laid, flat))
        expect_identical(roadmapDownload(files), files)
    }
    expect_error(roadmapDownload(roadmapFiles("E003", base = folder)),
                 "4 of 5 `files` cannot be found.*E003-H3K27me3.*`base`")
    sums <- tools::md5sum(c(laid, flat))
    names(sums) <- basename(names(sums))
    expect_identical(roadmapDownload(files, checksums = sums), files)
    sums[2] <- sums[1]
    expect_error(roadmapDownload(files, checksums = sums),
                 "1 of 2 `files`.*MD5.*E003-H3K4me3")
})

test_that("Windows and localhost forms of file addresses are understood", {
    expect_identical(
        .localPath(c("file:///C:/my%20data", "file://localhost/data", "a%20b")),
        c("C:/my data", "/data", "a%20b"))
})

# ---- downloads that go well -------------------------------------------------

test_that("files are fetched once", {
    server <- roadmapServer()
    first <- fetch(server, 1:4)
    expect_identical(first[-3], server$files[1:4, -3])
    expect_match(first$file, "E(003|123)-[A-Za-z0-9]+[.]tagAlign[.]gz$")
    expectSame(first$file, server$paths[1:4])
    expect_identical(partFile(server), character())
    before <- requestsFor(server)
    expect_identical(fetch(server, 4:1)$file, rev(first$file))
    expect_identical(requestsFor(server), before)
    expect_identical(fetch(server, 1, cache = server$folder)$file,
                     first$file[1])
    expect_identical(
        unname(BiocFileCache::bfcrpath(server$cache, first$url[1])),
        first$file[1])
    unlink(first$file[2])
    expectSame(fetch(server, 2)$file, server$paths[2])
    expect_identical(entries(server), 4L)
})

test_that("a row that comes twice is fetched once, in the rows' order", {
    server <- roadmapServer()
    got <- fetch(server, c(2, 1, 2))
    expectSame(got$file, server$paths[c(2, 1, 2)])
    expect_identical(nrow(requestsFor(server, server$paths[2])), 1L)
})

test_that("the bytes are kept as they are, whatever the server says of them", {
    server <- roadmapServer()
    file.append(server$paths[1], server$paths[2])
    setFaults(server, server$paths[2], rep("encoded", 5))
    setFaults(server, server$paths[3], "unsized")
    expectSame(fetch(server, 1:3)$file, server$paths[1:3])
})

test_that("what is downloaded is a sample sheet", {
    server <- roadmapServer()
    samples <- fetch(server, 1:6)
    genes <- data.frame(gene_id = "a", chr = "chr1", start = 5e5, end = 6e5,
                        strand = "+")
    windows <- tssWindows(genes, upstream = 4e5, downstream = 4e5,
                          binWidth = 1e5)
    signal <- countReads(samples, windows)
    expect_identical(dim(signal), c(1L, 2L))
    expect_identical(marks(signal), c("H3K4me3", "H3K27me3", "Input"))
    start <- as.integer(sub("chr1\t(\\d+).*", "\\1", someReads(1000, 5)))
    inside <- start + 36 > 1e5 & start < 9e5
    counted <- sum(binMatrix(signal, "H3K27me3", "E123"))
    expect_gte(counted, sum(inside))
    expect_lt(counted, 1.05 * sum(inside))
})

test_that("a progress bar does no harm", {
    server <- roadmapServer()
    setFaults(server, server$paths[1], "cut:3000")
    withr::local_options(cli.progress_show_after = 0, cli.dynamic = TRUE)
    out <- utils::capture.output(type = "message", {
        got <- fetch(server, 1:2, progress = TRUE)
    })
    expectSame(got$file, server$paths[1:2])
})

# ---- faults -----------------------------------------------------------------

test_that("a cut download goes on where it stopped", {
    server <- roadmapServer()
    size <- file.size(server$paths[1])
    setFaults(server, server$paths[1], "cut:3000", "cut:1000")
    expectSame(fetch(server, 1)$file, server$paths[1])
    expect_identical(
        requestsFor(server, server$paths[1]),
        data.frame(range = c("", "bytes=3000-", "bytes=4000-"),
                   status = c(200L, 206L, 206L),
                   sent = c(3000, 1000, size - 4000)))
})

test_that("a later call goes on with the part that is there", {
    server <- roadmapServer()
    setFaults(server, server$paths[1], "cut:3000")
    expect_error(fetch(server, 1, retries = 0),
                 paste0("1 of 1 file could.*E003-H3K4me3.*",
                        "interrupted after 3000 bytes of.*again"))
    expect_identical(file.size(partFile(server)), 3000)
    expect_identical(entries(server), 0L)
    expectSame(fetch(server, 1)$file, server$paths[1])
    expect_identical(requestsFor(server, server$paths[1])$range[2],
                     "bytes=3000-")
    expect_identical(partFile(server), character())
})

test_that("progress counts as success, standstill does not", {
    server <- roadmapServer()
    setFaults(server, server$paths[1], "cut:900", "cut:900", "cut:0",
              "cut:900", "cut:900")
    expectSame(fetch(server, 1, retries = 2)$file, server$paths[1])
    setFaults(server, server$paths[2], "cut:900", "cut:0", "cut:900")
    expect_error(fetch(server, 2, retries = 1), "interrupted after 900 bytes")
    expect_identical(nrow(requestsFor(server, server$paths[2])), 2L)
})

test_that("a server without ranges sends all again", {
    server <- roadmapServer()
    setFaults(server, server$paths[1], "cut:3000", "whole")
    expectSame(fetch(server, 1)$file, server$paths[1])
    log <- requestsFor(server, server$paths[1])
    expect_identical(log$status, c(200L, 200L))
    expect_identical(log$sent[2], file.size(server$paths[1]))
})

test_that("a temporary server error is retried", {
    server <- roadmapServer()
    setFaults(server, server$paths[1], "503")
    expectSame(fetch(server, 1)$file, server$paths[1])
    setFaults(server, server$paths[2], rep("503", 3))
    expect_error(fetch(server, 2, retries = 2),
                 "HTTP status 503 .service unavailable.")
    expect_identical(nrow(requestsFor(server, server$paths[2])), 3L)
})

test_that("all failures are reported at once, after the other downloads", {
    server <- roadmapServer()
    setFaults(server, server$paths[1], "404")
    setFaults(server, server$paths[3], "404")
    unlink(server$paths[5])
    message <- conditionMessage(expect_error(fetch(server, 1:6)))
    expect_match(message, "3 of 6 files")
    for (i in c(1, 3, 5)) {
        expect_match(message, server$files$url[i], fixed = TRUE)
    }
    for (i in c(2, 4, 6)) {
        expect_no_match(message, server$files$url[i], fixed = TRUE)
    }
    expect_match(message, "HTTP status 404 .not found..*Check the cell types")
    expect_identical(entries(server), 3L)
    expect_identical(nrow(requestsFor(server, server$paths[1])), 1L)
    expectSame(fetch(server, c(2, 4, 6))$file, server$paths[c(2, 4, 6)])
    expectSame(fetch(server, 1)$file, server$paths[1])
})

test_that("an unreachable server is asked for one file only", {
    server <- roadmapServer()
    server$files$url <- sub(":[0-9]+/", ":1/", server$files$url)
    expect_error(fetch(server, 1:3, retries = 1),
                 "3 of 3.*H3K4me3.*onnect.*H3K27me3.*Input.*not tried")
})

test_that("truncated gzip data of the right length are refused", {
    server <- roadmapServer()
    bytes <- readBin(server$paths[1], "raw", 1e6)
    writeBin(head(bytes, -5000), server$paths[1])
    expect_error(fetch(server, 1:2),
                 "1 of 2.*E003-H3K4me3.*gzip data.*file on the server")
    expect_identical(nrow(requestsFor(server, server$paths[1])), 1L)
    expect_identical(entries(server), 1L)
    expect_identical(partFile(server), character())
    writeBin(bytes, server$paths[1])
    expectSame(fetch(server, 1)$file, server$paths[1])
})

test_that("a web page instead of the file is refused", {
    server <- roadmapServer()
    setFaults(server, server$paths[1], "page")
    expect_error(fetch(server, 1), "gzip data")
    expect_identical(entries(server), 0L)
})

test_that("the rest of a file other than the one begun is refused", {
    server <- roadmapServer()
    setFaults(server, server$paths[1], "cut:3000")
    expect_error(fetch(server, 1, retries = 0))
    gzipped(someReads(2000, 99), server$paths[1])
    expectSame(fetch(server, 1)$file, server$paths[1])
    log <- requestsFor(server, server$paths[1])
    expect_identical(log$range, c("", "bytes=3000-", ""))
})

test_that("a partial file that is complete or too long is handled", {
    server <- roadmapServer()
    setFaults(server, server$paths[1], "cut:3000")
    expect_error(fetch(server, 1, retries = 0))
    file.copy(server$paths[1], part <- partFile(server), overwrite = TRUE)
    expectSame(fetch(server, 1)$file, server$paths[1])
    expect_identical(requestsFor(server, server$paths[1])$status, c(200L, 416L))
    writeBin(c(reads[[2]], as.raw(1:10)), sub("K4me3", "K27me3", part))
    expectSame(fetch(server, 2)$file, server$paths[2])
    expect_identical(requestsFor(server, server$paths[2])$status, c(416L, 200L))
})

test_that("truncated gzip data are recognised wherever they are cut", {
    path <- withr::local_tempfile()
    isWhole <- function(bytes) {
        writeBin(bytes, path)
        is.null(.damage(path, "http://host/a.gz", NA))
    }
    one <- reads[[1]]
    expect_true(isWhole(one))
    expect_true(isWhole(c(one, one)))
    expect_true(isWhole(c(one, gzip(character()))))
    size <- length(one)
    cuts <- c(0:20, seq(30, size - 12, by = 311), size - 12:1)
    expect_false(any(vapply(cuts, function(n) isWhole(one[seq_len(n)]), NA)))
    expect_false(any(vapply(cuts[-1], function(n) {
        isWhole(c(one, one[seq_len(n)]))
    }, NA)))
    one[size - 6L] <- xor(one[size - 6L], as.raw(1))
    expect_false(isWhole(one))
})

# ---- checksums --------------------------------------------------------------

test_that("checksums are checked, as a vector, a file and an address", {
    server <- roadmapServer()
    sums <- stats::setNames(tools::md5sum(server$paths), server$files$file)
    expectSame(fetch(server, 1, checksums = toupper(sums))$file,
               server$paths[1])
    sums[2] <- sums[1]
    expect_error(fetch(server, 1:2, checksums = sums),
                 paste0("1 of 2.*H3K27me3.*MD5 sum is [0-9a-f]{32}, not ",
                        sums[1]))
    expect_identical(entries(server), 1L)
    list <- file.path(server$root, "sums")
    writeLines(c("# made by md5sum", paste0(sums, " *./", names(sums))), list)
    for (checksums in c(list, paste0(server$base, "/sums"))) {
        expectSame(fetch(server, 3, checksums = checksums)$file,
                   server$paths[3])
        expect_error(fetch(server, 2, checksums = checksums), "MD5")
    }
    writeLines("nothing", list)
    expect_error(fetch(server, 1, checksums = list), "has no line")
    expect_error(fetch(server, 1, checksums = sums[2]), "`checksums` has none")
})

test_that("a cached file with another checksum is replaced if it can be", {
    server <- roadmapServer()
    old <- fetch(server, 1)$file
    wrong <- stats::setNames(strrep("0", 32), server$files$file[1])
    expect_error(fetch(server, 1, checksums = wrong), "not 000")
    expect_identical(fetch(server, 1)$file, old)
    gzipped(someReads(2000, 99), server$paths[1])
    right <- stats::setNames(tools::md5sum(server$paths[1]),
                             server$files$file[1])
    expectSame(fetch(server, 1, checksums = right)$file, server$paths[1])
    expect_identical(entries(server), 1L)
})

test_that("md5sum.txt at the base and beside the files is used", {
    server <- roadmapServer()
    sums <- tools::md5sum(server$paths)
    sums[1] <- strrep("0", 32)
    writeLines(paste0(sums[1:2], "  ", .roadmapReads, "/",
                      server$files$file[1:2]),
               file.path(server$root, "md5sum.txt"))
    expect_error(fetch(server, 1:2), "1 of 2.*E003-H3K4me3.*MD5")
    sums[3] <- strrep("1", 32)
    writeLines(paste0(sums[3], "  ", server$files$file[3]),
               file.path(server$root, .roadmapReads, "md5sum.txt"))
    expect_error(fetch(server, 3), "Input.*MD5")
    expect_identical(entries(server), 1L)
})

test_that("for a name in several folders, the nearest path is used", {
    sums <- c("a/x.gz" = strrep("1", 32), "x.gz" = strrep("2", 32),
              "./b/a/x.gz" = strrep("3", 32))
    urls <- c("http://h/b/a/x.gz", "http://h/a/x.gz", "http://h/x.gz",
              "http://h/ax.gz")
    expect_identical(unname(.checksumsOf(urls, sums)),
                     c(sums[[3]], sums[[1]], sums[[2]], NA))
})

test_that("a full disk ends a download with its reason, and is not retried", {
    disk <- smallDisk(64)
    server <- localServer()
    writeBin(as.raw(rep(1:250, 2000)), file.path(server$root, "big"))
    url <- paste0(server$base, "/big")
    how <- list(retries = 3, wait = 0, progress = FALSE)
    fault <- .fetch(url, file.path(disk, "big.part"), NA, how)
    expect_identical(fault$kind, "disk")
    expect_match(fault$reason, "No space left on device")
    expect_identical(nrow(requestsFor(server)), 1L)
    expect_error(.stopFaults(list(url = fault), 1L, "roadmapDownload"),
                 "Free disk space")
    system2("mount", c("-o", "remount,size=2m", disk))
    expect_null(.fetch(url, file.path(disk, "big.part"), NA, how))
    expect_identical(unname(tools::md5sum(file.path(disk, "big.part"))),
                     unname(tools::md5sum(file.path(server$root, "big"))))
})
