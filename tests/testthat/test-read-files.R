# What all readers share.

test_that("a quote that is not closed is reported by line", {
    sheet <- textFile(c("cellType,mark,file", "K,M,a.bed", "K,\"N,b.bed",
                        "L,M,c.bed", "L,\"N\",d.bed"), ".csv")
    expect_error(countReads(sheet, tssWindows(fewGenes())),
                 "csv.*, line 3: a quote is not closed.*b[.]bed")
    sheet <- textFile(c("cellType,mark,file", "\"K,M,a.bed", "K,N\",b.bed"),
                      ".csv", gz = TRUE)
    expect_error(countReads(sheet, tssWindows(fewGenes())), "line 2: a quote")
    table <- textFile(c("gene\tK", "\"A\"\t1", "B\"\t2", "C\t3"), ".tsv")
    signal <- simulateChromatin(3, bins = 20, causal = list(), seed = 1)
    expect_error(addExpression(signal, table), "line 3: a quote.*double")
})

test_that("an open quote is reported in text of any encoding", {
    table <- textFile("", ".tsv")
    writeBin(c(charToRaw("gene\tK\n\"caf"), as.raw(0xe9), charToRaw("\t1\n")),
             table)
    expect_error(.readFrame(table, "expression"), "line 2: a quote")
})

test_that("closed quotes are read, with what is in them", {
    table <- textFile(c("gene,what,K", "\"A\",\"x, y\",1",
                        "B,\"a \"\"b\"\"\",2", "C,5' end,3"), ".csv")
    read <- .readFrame(table, "expression")
    expect_identical(read$gene, c("A", "B", "C"))
    expect_identical(read$what[c(1L, 3L)], c("x, y", "5' end"))
    expect_identical(read$K, 1:3)
})

test_that("a full disk is told, not read as the end of the table", {
    disk <- smallDisk(16)
    lines <- sprintf("gene%d\t%d", 1:3000, 1:3000)
    for (count in c(100L, 3000L)) { # less than a buffer, and more
        packed <- textFile(lines[seq_len(count)], ".tsv", gz = TRUE)
        writeBin(raw(16384), file.path(disk, "filler"))
        expect_error(.plainFile(packed, file.path(disk, "plain")),
                     "No space left")
        unlink(file.path(disk, c("plain", "filler")))
    }
})

test_that("a file without contents is unpacked to one", {
    plain <- .plainFile(textFile(character(), gz = TRUE),
                        withr::local_tempfile())
    expect_identical(file.size(plain), 0)
})

test_that("bytes that were packed in part are no file", {
    bytes <- charToRaw(strrep("text ", 1e4))
    packed <- withr::local_tempfile()
    writeBin(.gzipBytes(bytes), packed)
    expect_identical(readLines(packed, warn = FALSE), rawToChar(bytes))
    disk <- smallDisk(16)
    writeBin(raw(16384), file.path(disk, "filler"))
    expect_error(.gzipBytes(bytes, path = file.path(disk, "packed")),
                 "Only part")
})
