signal <- simulateChromatin(60, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12), scenario = "blocks")
model <- attentiveChrome(signal, filters = 6, context = 6, epochs = 1,
                         seed = 1)
all <- function(folder) list.files(folder, all.files = TRUE, no.. = TRUE)

test_that("a file is whole, and replaces the old one with its rights", {
    folder <- withr::local_tempdir()
    path <- file.path(folder, "file")
    bytes <- as.raw(sample.int(255L, 5e6, TRUE))
    expect_identical(.writeWhole(bytes, path), path)
    expect_identical(readBin(path, "raw", 6e6), bytes)
    Sys.chmod(path, "600")
    .writeWhole(bytes[1:10], path)
    expect_identical(readBin(path, "raw", 100), bytes[1:10])
    expect_identical(all(folder), "file")
    skip_on_os("windows")
    expect_identical(format(file.mode(path)), "600")
})

test_that("a file reaches the disk before its name, and its name after it", {
    skip_on_cran()
    skip_if_not(Sys.info()[["sysname"]] == "Linux", "not Linux")
    skip_if(Sys.which("gcc") == "", "no gcc")
    folder <- normalizePath(withr::local_tempdir())
    spy <- syncSpy(withr::local_tempdir())
    log <- withr::local_tempfile()
    path <- file.path(folder, "file")
    callr::r(function(path) {
        asNamespace("AttentiveChrome")$.writeWhole(as.raw(1:9), path)
    }, list(path), env = c(LD_PRELOAD = spy, SPY_LOG = log))
    asked <- grep(folder, readLines(log), fixed = TRUE, value = TRUE)
    expect_match(asked[1L], "^sync .*[.]part$")
    expect_identical(asked[-1L], paste(c("rename", "sync"), c(path, folder)))
})

test_that("a link is written through", {
    skip_on_os("windows")
    folder <- withr::local_tempdir()
    at <- function(x) file.path(folder, x)
    dir.create(at("real"))
    file.symlink(file.path("real", "file"), at("link"))
    .writeWhole(charToRaw("one"), at("link"))
    .writeWhole(charToRaw("two"), at("link"))
    expect_identical(Sys.readlink(at("link")), file.path("real", "file"))
    expect_identical(readLines(at("real/file"), warn = FALSE), "two")
    expect_error(.writeWhole(charToRaw("x"), "/dev/null"), "regular file")
    expect_true(file.exists("/dev/null"))
})

test_that("an error contains the reason given by the system", {
    folder <- withr::local_tempdir()
    long <- file.path(folder, strrep("x", 300))
    expect_error(writeTorchWeights(model, long), "File name too long")
    expect_error(writeChromeTable(signal, long), "File name too long")
    expect_error(.saveSealed(1, file.path(folder, "no", "file"), "plan"),
                 "No such file")
    expect_error(writeTorchWeights(model, folder), "is a folder")
    expect_error(writeTorchWeights(model, file.path(folder, "no", "file")),
                 "There is no folder")
    expect_identical(all(folder), character())
    # The longest name that the file system takes.
    expect_silent(writeTorchWeights(model, file.path(folder, strrep("x", 255))))
})

test_that("a missing line of a written table is detected", {
    table <- data.frame(a = c("x", "y\nz"), b = 1:2)
    bytes <- .tableBytes(table)
    expect_identical(sum(bytes == as.raw(10L)), 4L)
    packed <- .tableBytes(table, compress = "gzip", col.names = FALSE)
    expect_identical(memDecompress(packed, "gzip", asChar = TRUE),
                     "x,1\n\"y\nz\",2\n")
})

test_that("names that need quotes are read back from all kinds of tables", {
    odd <- c("tab\there", "two\nlines", "a \"quote\"", "\"", "comma, here",
             "it's", "#no", " spaces ", "back\\slash\\", "", "\u00e4")
    table <- data.frame(gene = odd, group = factor(rev(odd)),
                        value = c(NA, seq_along(odd)[-1L] / 3))
    names(table)[3L] <- "a\tb \"c\"\nd, e"
    readers <- list(.csv = utils::read.csv, .tsv = utils::read.delim,
                    .txt.gz = utils::read.delim, .csv.gz = utils::read.csv)
    for (ending in names(readers)) {
        path <- withr::local_tempfile(fileext = ending)
        .writeTable(table, path)
        found <- readers[[ending]](path, check.names = FALSE,
                                   encoding = "UTF-8")
        expect_identical(names(found), names(table))
        expect_identical(found$gene, odd)
        expect_identical(found$group, rev(odd))
        expect_equal(found[[3L]], table[[3L]])
    }
})

test_that("a full disk keeps the old file, and leaves nothing else", {
    disk <- smallDisk(64)
    writers <- list(
        csv = function(path) writeChromeTable(signal, path),
        csv.gz = function(path) writeChromeTable(signal, path),
        pt = function(path) writeTorchWeights(model, path),
        tsv = function(path) .writeTable(data.frame(a = 1:20000), path),
        rds = function(path) .saveSealed(model, path, "record"))
    for (size in c(8, 16, 24, 32)) {
        system2("mount", c("-o", sprintf("remount,size=%dk", size), disk))
        for (name in names(writers)) {
            path <- file.path(disk, paste0("file.", name))
            writeLines("old", path)
            failed <- tryCatch({
                writers[[name]](path)
                ""
            }, error = conditionMessage)
            whole <- withr::local_tempfile(fileext = paste0(".", name))
            writers[[name]](whole)
            if (failed == "") {
                expect_identical(unname(tools::md5sum(path)),
                                 unname(tools::md5sum(whole)))
            } else {
                expect_match(failed, "No space left on device")
                expect_identical(readLines(path), "old")
            }
            expect_identical(all(disk), basename(path))
            unlink(path)
        }
    }
})

test_that("no flipped bit of a sealed file is taken for its contents", {
    path <- withr::local_tempfile()
    value <- list(a = 1:20, b = "text", c = stats::runif(10))
    .saveSealed(value, path, "record")
    expect_identical(readRDS(path), value) # an .rds file all the same
    bytes <- readBin(path, "raw", 1e5)
    silent <- 0L
    for (bit in .withSeed(1L, sample.int(8L * length(bytes), 400L)) - 1L) {
        at <- bit %/% 8L + 1L
        flipped <- bytes
        flipped[at] <- xor(flipped[at], as.raw(2^(bit %% 8L)))
        writeBin(flipped, path)
        got <- tryCatch(.readSealed(path, "record"), error = function(e) value)
        silent <- silent + !identical(got, value)
    }
    expect_identical(silent, 0L)
})

test_that("parts that a killed process left are removed, others are not", {
    skip_if_not_installed("callr")
    folder <- withr::local_tempdir()
    path <- file.path(folder, "file")
    named <- function(path, machine, pid) {
        file.path(folder, sprintf(".%s-%s-%d.part", .shortHash(path), machine,
                                  pid))
    }
    dead <- callr::r(function() Sys.getpid())
    alive <- callr::r_session$new()
    withr::defer(alive$close())
    parts <- c(named(path, .thisMachine(), dead),
               named(path, "0a0a0a", 1L), named(path, "0b0b0b", 2L),
               named(path, .thisMachine(), alive$get_pid()),
               named("other", .thisMachine(), dead))
    file.create(parts)
    Sys.setFileTime(parts[2L], Sys.time() - 2 * 86400)
    .writeWhole(charToRaw("x"), path)
    expect_identical(file.exists(parts), c(FALSE, FALSE, TRUE, TRUE, TRUE))
})

test_that("digests do not depend on how R stores a value", {
    expect_identical(.digest(1:10), .digest(c(1L, 2:10)))
    expect_identical(.digest(list(as.character(1:3))),
                     .digest(list(c("1", "2", "3"))))
    expect_false(identical(.digest(1), .digest(1L)))
})
