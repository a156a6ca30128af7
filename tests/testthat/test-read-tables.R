# Lines of a sound table: 3 genes, 4 bins, 2 marks, label.
soundLines <- function() {
    gene <- rep(c("000003", "000012", "000100"), each = 4)
    paste(gene, rep(1:4, 3), 0:11, 12:1, rep(c(1, 0, 1), each = 4), sep = ",")
}

twoMarks <- c("H3K4me3", "H3K27me3")

tableFile <- function(lines, sep = "\n", fileext = ".csv",
                      env = parent.frame()) {
    file <- withr::local_tempfile(fileext = fileext, .local_envir = env)
    writeLines(lines, file, sep = sep)
    file
}

readLinesAs <- function(lines, marks = twoMarks, ...) {
    readChromeTable(tableFile(lines), marks = marks, ...)
}

# The sound lines with one of them changed.
changed <- function(line, from, to) {
    lines <- soundLines()
    lines[line] <- sub(from, to, lines[line])
    stopifnot(!identical(lines, soundLines()))
    lines
}

gzipFile <- function(file, fraction = 1, env = parent.frame()) {
    whole <- withr::local_tempfile()
    con <- gzfile(whole, "wb")
    writeBin(readBin(file, "raw", file.size(file)), con)
    close(con)
    bytes <- readBin(whole, "raw", file.size(whole))
    cut <- withr::local_tempfile(fileext = ".csv.gz", .local_envir = env)
    writeBin(head(bytes, round(fraction * length(bytes))), cut)
    cut
}

test_that("a table is read with its ids, counts, labels and bins", {
    signal <- readLinesAs(soundLines(), cellType = "E003", binWidth = 50)
    expect_identical(dimnames(signal),
                     list(c("000003", "000012", "000100"), "E003"))
    expect_identical(marks(signal), twoMarks)
    expect_identical(unname(binMatrix(signal, "H3K4me3")),
                     matrix(0:11, 3, byrow = TRUE))
    expect_identical(unname(binMatrix(signal, "H3K27me3")),
                     matrix(12:1, 3, byrow = TRUE))
    expect_identical(unname(expressionLabel(signal)[, 1]), c(1L, 0L, 1L))
    expect_equal(binOffsets(signal), c(-100, -50, 0, 50))
    signal <- readLinesAs(soundLines(), upstream = 0)
    expect_equal(binOffsets(signal), c(0, 100, 200, 300))
    expect_identical(colnames(signal), "cellType1")
})

test_that("one gene, one bin and one mark are a table", {
    signal <- readLinesAs("g,1,2.5", marks = "H3K4me3")
    expect_identical(dim(signal), c(1L, 1L))
    expect_equal(binMatrix(signal, "H3K4me3")[[1]], 2.5)
})

test_that("the label may be absent", {
    signal <- readLinesAs(sub(",[01]$", "", soundLines()))
    expect_false("label" %in% assayNames(signal))
    expect_error(expressionLabel(signal), "no labels")
})

test_that("line ends, quotes and blank lines at the end do not matter", {
    plain <- readLinesAs(soundLines())
    forms <- list(paste0(soundLines(), "\r"), c(soundLines(), "", ""),
                  sub("^(\\w+)", "\"\\1\"", soundLines()))
    for (lines in forms) expect_equal(readLinesAs(lines), plain)
    noEnd <- tableFile(paste(soundLines(), collapse = "\n"), sep = "")
    expect_equal(readChromeTable(noEnd, marks = twoMarks), plain)
})

test_that("what follows _ is not part of the id", {
    lines <- sub("^000003", "000003_ZC3H4", soundLines())
    expect_equal(readLinesAs(lines), readLinesAs(soundLines()))
    lines <- sub("^000012", "000003_B", lines)
    expect_error(readLinesAs(lines), "line 5.*have the same id \"000003\"")
})

test_that("DeepDiff's raw ids give the bin", {
    lines <- sub(",[01]$", "", soundLines())
    raw <- sub("^(\\w+),", "\\1_SYMBOL_", lines)
    expect_equal(readLinesAs(raw), readLinesAs(lines))
})

test_that("compressed files are known by content; truncated ones are refused", {
    file <- tableFile(soundLines())
    plain <- readChromeTable(file, marks = twoMarks)
    gz <- gzipFile(file)
    expect_equal(readChromeTable(gz, marks = twoMarks), plain)
    noName <- withr::local_tempfile(fileext = ".csv")
    file.copy(gz, noName)
    expect_equal(readChromeTable(noName, marks = twoMarks), plain)
    for (fraction in c(0.3, 0.5, 0.8, 0.95)) {
        expect_error(readChromeTable(gzipFile(file, fraction),
                                     marks = twoMarks), "truncated")
    }
    # A gzip file may have several parts, as data.table's and bgzip's do.
    half <- function(rows) {
        file <- gzipFile(tableFile(soundLines()[rows]))
        readBin(file, "raw", file.size(file))
    }
    parts <- withr::local_tempfile(fileext = ".csv.gz")
    writeBin(c(half(1:5), half(6:12)), parts)
    expect_equal(readChromeTable(parts, marks = twoMarks), plain)
    writeBin(head(c(half(1:5), half(6:12)), -30), parts)
    expect_error(readChromeTable(parts, marks = twoMarks), "truncated")
})

test_that("missing and empty files are refused", {
    expect_error(readChromeTable("no/such.csv"), "do not exist.*no/such.csv")
    expect_error(readChromeTable(1), "must be paths")
    expect_error(readChromeTable(tempdir()),
                 "paths of files, not of folders.*is a folder")
    expect_error(readLinesAs(character()), "empty files")
    gz <- gzipFile(tableFile(character()))
    expect_error(readChromeTable(gz), "is empty")
    expect_error(readLinesAs(c("", "")), "empty")
})

test_that("a wrong number of columns says what is expected", {
    lines <- soundLines()
    expect_error(readLinesAs(lines, marks = "H3K4me3"),
                 "must have 3 columns, or 4 with a label.*It has 5.*marks")
    expect_error(readLinesAs(gsub(",", "\t", lines)), "separated by commas")
    expect_error(readLinesAs(lines, marks = c("a", "a")), "each mark once")
    expect_error(readLinesAs(lines, marks = c("a", "label")),
                 "reserved names")
})

test_that("quotes that do not match are reported by line", {
    for (line in c(1L, 5L, 12L)) {
        told <- paste0("line ", line, ": a quote is not closed")
        expect_error(readLinesAs(changed(line, "^", "\"")), told)
        expect_error(readLinesAs(changed(line, "^(\\d+),", "\\1\",")), told)
        expect_error(readLinesAs(changed(line, "$", "\"")), told)
    }
    quoted <- sub("^(\\w+)", "\"\\1\"", soundLines())
    quoted[6] <- sub("\"", "", quoted[6])
    expect_error(readLinesAs(quoted), "line 6: a quote is not closed")
})

test_that("a number of any length is a number", {
    read <- function(value) {
        lines <- changed(7, ",6,", paste0(",", value, ","))
        binMatrix(readLinesAs(lines), "H3K4me3")[2, 3]
    }
    expect_equal(read("999999999999999999990"), 1e21)
    expect_equal(read(strrep("9", 300)), 1e300, tolerance = 1e-12)
    expect_equal(read("9223372036854775808"), 2^63)
    expect_equal(read("1e-400"), 0)
    expect_equal(read("\"5\""), 5)
    expect_error(read(strrep("9", 400)), "line 7 .*count is infinite")
})

test_that("bytes that are not text are reported by line", {
    file <- withr::local_tempfile()
    read <- function(byte) {
        bytes <- charToRaw(paste0(soundLines(), "\n", collapse = ""))
        bytes[which(bytes == as.raw(10L))[6] + 3L] <- as.raw(byte)
        writeBin(bytes, file)
        readChromeTable(file, marks = twoMarks)
    }
    expect_error(read(0xff), "line 7: the line is not UTF-8 text")
    expect_error(read(0), "line 7: the line contains a null byte")
})

test_that("lines are counted as they stand in the file", {
    lines <- changed(7, ",6,", ",x,")
    lines <- append(lines, c("", " "), after = 4)
    expect_equal(readLinesAs(append(soundLines(), c("", " "), after = 4)),
                 readLinesAs(soundLines()))
    expect_error(readLinesAs(lines), "line 9 .*count is not a number")
    expect_error(readLinesAs(c("", soundLines()[-6])), "line 7 .*bin 2 is miss")
    expect_error(readLinesAs(c("", sub(",1$", ",2", soundLines()))),
                 "line 2 .*must be 0")
})

test_that("marks may be called as the columns are", {
    signal <- readLinesAs(soundLines(), marks = c("bin", "gene"))
    expect_identical(unname(binMatrix(signal, "bin")),
                     matrix(0:11, 3, byrow = TRUE))
    bare <- sub(",[01]$", "", soundLines())
    signal <- readLinesAs(bare, marks = c("label2", "H3"))
    expect_false("label" %in% assayNames(signal))
})

test_that("an id with a comma or a quote is read as it was written", {
    counts <- matrix(1:4, 2, dimnames = list(c("a,b", "c\"d"), NULL))
    file <- withr::local_tempfile()
    writeChromeTable(chromatinSignal(list(M = counts)), file)
    expect_identical(rownames(readChromeTable(file, marks = "M")),
                     rownames(counts))
})

test_that("damaged tables are read rightly or refused by file and line", {
    script <- test_path("..", "..", "tools", "torture", "csv.R")
    skip_if_not(file.exists(script), "the sources")
    torture <- new.env()
    sys.source(script, torture)
    result <- withr::with_preserve_seed(torture$tortureCsv(100L))
    expect_identical(unique(lapply(result$faults, `[[`, "verdict")), list())
    expect_gt(sum(result$verdicts == "read rightly"), 3)
})

test_that("a short or long line is named, wherever it stands", {
    for (line in c(1L, 2L, 6L, 12L)) {
        at <- paste0("line ", line, ": the line is too ")
        expect_error(readLinesAs(changed(line, ",[01]$", "")),
                     paste0(at, "short.*has 4 columns, other lines have 5"))
        expect_error(readLinesAs(changed(line, "$", ",9")),
                     paste0(at, "long.*has 6 columns, other lines have 5"))
    }
    expect_error(readLinesAs(changed(12, ",.*", ",4")), "truncated")
})

test_that("a long line is found beyond the lines that fread() samples", {
    lines <- paste(rep(sprintf("g%05d", 1:10000), each = 2), 1:2, 3, 0, 1,
                   sep = ",")
    lines[15003] <- paste0(lines[15003], ",9")
    expect_error(readLinesAs(lines), "line 15003: the line is too long")
    # fread() must have closed that file, or it warns now.
    expect_no_warning(data.table::fread(text = "a,b\n1,2"))
    expect_identical(nrow(readLinesAs(soundLines())), 3L)
})

test_that("an unclosed fread() session before does not matter", {
    lines <- c(rep("1,2", 10000), "1,2,3")
    tryCatch(data.table::fread(text = lines), warning = identity)
    expect_identical(nrow(readLinesAs(soundLines())), 3L)
})

test_that("counts must be finite numbers, not negative", {
    at <- "line 7 \\(gene \"000012\"\\): the H3K4me3 count is "
    gives <- function(value, message) {
        expect_error(readLinesAs(changed(7, ",6,", paste0(",", value, ","))),
                     paste0(at, message))
    }
    gives("x", "not a number.*Found \"x\"")
    gives("NA", "not a number.*Found \"NA\"")
    gives("2020-01-01", "not a number")
    gives("", "missing")
    gives("NaN", "missing")
    gives("Inf", "infinite")
    gives("-3", "negative.*Found -3")
    expect_error(readLinesAs(c("gene,bin,a,b,label", soundLines())),
                 "line 1 .*bin is not a number.*not have a header")
    expect_error(readLinesAs(gsub(",(\\d+),[01]$", ",,1", soundLines())),
                 "line 1 .*H3K27me3 count is missing")
})

test_that("each gene must have the bins 1, 2, ... in order", {
    expect_error(readLinesAs(soundLines()[-6]),
                 "line 6 \\(gene \"000012\"\\): bin 2 is missing.*bin 3")
    expect_error(readLinesAs(soundLines()[-1]), "line 1 .*bin 1 is missing")
    expect_error(readLinesAs(soundLines()[c(1, 3, 2, 4:12)]),
                 "line 2 .*bin 2 is missing.*Found bin 3")
    expect_error(readLinesAs(soundLines()[-8]),
                 "line 5 \\(gene \"000012\"\\).*has 3 bins, other .* have 4")
})

test_that("a gene may come only once, in a file and across files", {
    lines <- soundLines()
    expect_error(readLinesAs(c(lines, lines[1:4])),
                 "line 13: gene \"000003\" is duplicated.*line 1")
    expect_error(readLinesAs(lines[c(1:4, 1:12)]), "line 5.*is duplicated")
    file <- tableFile(lines)
    expect_error(readChromeTable(c(file, file), marks = twoMarks),
                 "only once.*000003")
})

test_that("the label must be 0 or 1, the same for a gene", {
    expect_error(readLinesAs(sub(",1$", ",2", soundLines())),
                 "line 1 .*must be 0 \\(low\\) or 1 \\(high\\).*Found 2")
    expect_error(readLinesAs(changed(7, "0$", "-1")), "line 7 .*Found -1")
    expect_error(readLinesAs(changed(7, "0$", "high")),
                 "line 7 .*label is not a number")
    expect_error(readLinesAs(changed(7, "0$", "1")),
                 "line 7 \\(gene \"000012\"\\).*the same label.*1 after 0")
})

test_that("files of one cell type are put under one another", {
    one <- tableFile(soundLines()[1:8])
    two <- tableFile(soundLines()[9:12])
    whole <- readLinesAs(soundLines(), cellType = "A")
    expect_equal(readChromeTable(c(one, two), "A", twoMarks), whole)
    noLabel <- tableFile(sub(",[01]$", "", soundLines()[9:12]))
    mixed <- readChromeTable(c(one, noLabel), marks = twoMarks)
    expect_identical(unname(expressionLabel(mixed)[, 1]), c(1L, 0L, NA))
    short <- tableFile(soundLines()[9:11])
    expect_error(readChromeTable(c(one, short), marks = twoMarks),
                 "same number of bins.*has 4.*has 3")
})

test_that("files of several cell types become columns of the same genes", {
    a <- tableFile(soundLines())
    b <- tableFile(sub("^(\\w+,\\w+),(\\w+),(\\w+)", "\\1,\\3,\\2",
                       soundLines()[c(9:12, 1:8)]))
    both <- readChromeTable(c(A = a, B = b), marks = twoMarks)
    expect_identical(colnames(both), c("A", "B"))
    expect_identical(dim(assay(both, "H3K4me3")), c(3L, 2L, 4L))
    expect_equal(binMatrix(both, "H3K4me3", "B"),
                 binMatrix(both, "H3K27me3", "A"))
    expect_identical(expressionLabel(both)[, "A"],
                     expressionLabel(both)[, "B"])
    parts <- c(tableFile(soundLines()[1:4]), b, tableFile(soundLines()[5:12]))
    expect_equal(readChromeTable(parts, c("A", "B", "A"), twoMarks), both)
    fewer <- tableFile(soundLines()[1:8])
    expect_error(readChromeTable(c(A = a, B = fewer), marks = twoMarks),
                 "same genes.*000100")
    expect_error(readChromeTable(c(a, b), c("A", "B", "C"), twoMarks),
                 "one per file for the 2 files")
})

test_that("writing and reading gives the same signal", {
    signal <- simulateChromatin(genes = 10, cellTypes = 2, bins = 20,
                                causal = list(), seed = 1)
    for (fileext in c(".csv", ".csv.gz")) {
        file <- withr::local_tempfile(fileext = fileext)
        expect_identical(
            writeChromeTable(signal, file, cellType = "cellType2"), file)
        back <- readChromeTable(file, "cellType2")
        for (mark in marks(signal)) {
            expect_identical(binMatrix(back, mark),
                             binMatrix(signal, mark, "cellType2"))
        }
        expect_identical(expressionLabel(back),
                         expressionLabel(signal)[, 2, drop = FALSE])
    }
    bytes <- readBin(file, "raw", 2)
    expect_identical(bytes, as.raw(c(0x1f, 0x8b)))
})

test_that("numbers survive writing, as plain figures", {
    counts <- list(a = matrix(c(1e5, 1 / 3, 1e-7, 123456789, 2^31, 0), 2))
    file <- withr::local_tempfile()
    writeChromeTable(chromatinSignal(counts), file)
    lines <- readLines(file)
    expect_identical(lines[c(1, 3)],
                     c("gene1,1,100000", "gene1,3,2147483648"))
    back <- readChromeTable(file, marks = "a")
    expect_equal(unname(binMatrix(back, "a")), counts$a, tolerance = 1e-15)
})

test_that("marks are written in the authors' order or as asked", {
    signal <- simulateChromatin(genes = 2, seed = 1, marks = rev(.authorMarks))
    file <- withr::local_tempfile()
    writeChromeTable(signal, file)
    expect_equal(binMatrix(readChromeTable(file), "H3K9me3"),
                 binMatrix(signal, "H3K9me3"))
    writeChromeTable(signal, file, marks = c("H3K9me3", "H3K4me3"))
    back <- readChromeTable(file, marks = c("H3K9me3", "H3K4me3"))
    expect_equal(binMatrix(back, "H3K9me3"), binMatrix(signal, "H3K9me3"))
    expect_error(writeChromeTable(signal, file, marks = "H2A"), "H2A")
})

test_that("what cannot be written is refused and leaves no file", {
    signal <- simulateChromatin(genes = 4, cellTypes = 2, seed = 1)
    file <- withr::local_tempfile()
    expect_error(writeChromeTable(signal, file), "one of the signal's 2")
    expect_error(writeChromeTable(1:3, file), "must be a signal")
    expect_error(writeChromeTable(signal, "no/such/a.csv", "cellType1"),
                 "existing folder")
    assay(signal, "label")[2, 1] <- NA
    expect_error(writeChromeTable(signal, file, "cellType1"),
                 "labels for all genes or for none.*SIM00002")
    expect_false(file.exists(file))
    writeChromeTable(signal, file, "cellType2")
    expect_true(file.exists(file))
})

test_that("the authors' toy tables are read", {
    files <- c(sharedFile("data", "e003-toy", "train.csv"),
               sharedFile("data", "e003-toy", "test.csv"))
    toy <- readChromeTable(files, cellTypes = "E003")
    expect_identical(dim(toy), c(20L, 1L))
    expect_identical(rownames(toy)[1], "000003")
    expect_length(binOffsets(toy), 100L)
    firstLine <- vapply(marks(toy), function(mark) {
        binMatrix(toy, mark)[[1]]
    }, 1L)
    expect_identical(unname(firstLine), c(0L, 1L, 0L, 2L, 0L))
    expect_identical(expressionLabel(toy)[[1]], 1L)
})

test_that("two real cell types, and DeepDiff's raw tables of them, agree", {
    files <- c(E123 = sharedFile("data", "roadmap-600", "E123",
                                 "classification", "train.csv"),
               E003 = sharedFile("data", "roadmap-600", "E003",
                                 "classification", "train.csv"))
    signal <- readChromeTable(files)
    expect_identical(dim(signal), c(200L, 2L))
    raw <- readChromeTable(
        sharedFile("data", "roadmap-600", "E123.train.raw.csv.gz"),
        marks = c("H3K4me1", "H3K4me3", "H3K9me3", "H3K27me3", "H3K36me3"))
    expect_identical(rownames(raw), rownames(signal))
    for (mark in marks(signal)) {
        expect_equal(unname(binMatrix(raw, mark)[, 51:150]),
                     unname(binMatrix(signal, mark, "E123")))
    }
})
