replicateSheet <- function(env = parent.frame()) {
    file <- function(n) {
        textFile(sprintf("chr1\t%d\t%d", 20000L + 50L * seq_len(n),
                         20036L + 50L * seq_len(n)), env = env)
    }
    data.frame(cellType = c("K", "K", "L", "L"), mark = "M",
               file = c(file(40), file(25), file(10), file(30)))
}

readSheet <- function(sheet, ...) {
    countReads(sheet, tssWindows(fewGenes()), progress = FALSE, ...)
}

test_that("replicates are refused unless the user says what to do", {
    expect_error(readSheet(replicateSheet()),
                 "M of \"K\" more than once.*replicates = \"combine\"")
})

test_that("combined replicates are the sum of their reads", {
    sheet <- replicateSheet()
    both <- readSheet(sheet, replicates = "combine")
    one <- function(line) {
        binMatrix(readSheet(sheet[line, ]), "M")
    }
    expect_identical(binMatrix(both, "M", "K"), one(1) + one(2))
    expect_identical(both$depth, matrix(c(65, 40), 2, 1, dimnames = list(
        c("K", "L"), "M")))
    expect_identical(sources(both)$file, sheet$file)
    expect_type(assay(both, "M"), "integer")
})

test_that("combined tracks are the mean of their values", {
    skipWithout("rtracklayer")
    track <- function(value) {
        textFile(sprintf("chr1\t19000\t21000\t%d", value), ".bedGraph",
                 env = parent.frame(2))
    }
    sheet <- data.frame(cellType = "K", mark = "M",
                        file = c(track(2), track(6)))
    both <- summarizeTracks(sheet, tssWindows(fewGenes()),
                            replicates = "combine", progress = FALSE)
    expect_identical(max(binMatrix(both, "M")), 4)
})

test_that("separate replicates are columns with a group", {
    sheet <- replicateSheet()
    apart <- readSheet(sheet, replicates = "separate")
    expect_identical(colnames(apart), c("K_1", "K_2", "L_1", "L_2"))
    expect_identical(apart$group, c("K", "K", "L", "L"))
    sheet$replicate <- c("b", "a", "a", "b")
    named <- readSheet(sheet, replicates = "separate")
    expect_identical(colnames(named), c("K_b", "K_a", "L_a", "L_b"))
    expression <- cbind(K = c(A = 1, B = 5), L = c(A = 5, B = 1))
    labelled <- quietly(addExpression(named, expression))
    expect_identical(expressionLabel(labelled)[, "K_a"], c(A = 0L, B = 1L))
    expect_identical(expressionLabel(labelled)[, "L_b"], c(A = 1L, B = 0L))
    sheet$mark <- c("M", "M", "M", "N")
    expect_error(readSheet(sheet, replicates = "separate"),
                 "all marks of each cell type")
})

test_that("donors are kept apart by a group of their own", {
    sheet <- replicateSheet()
    sheet$cellType <- c("d1", "d2", "d3", "d4")
    sheet$group <- c("K", "K", "L", "L")
    expect_identical(readSheet(sheet)$group, sheet$group)
    sheet$cellType <- c("d1", "d1", "d3", "d3")
    sheet$mark <- c("M", "N", "M", "N")
    sheet$group <- c("K", "L", "L", "L")
    expect_error(readSheet(sheet), "one group per cell type.*d1")
})

test_that("one file is not two replicates", {
    sheet <- replicateSheet()
    sheet$file[2] <- sheet$file[1]
    expect_error(readSheet(sheet, replicates = "combine"),
                 "different files as replicates.*Rows 1 and 2")
})

test_that("a file of reads without its mark is not read as a sheet", {
    bam <- readsFile("S1-H3K27me3.bam")
    expect_error(.asSamples(bam), "must have the marks as names")
    expect_error(.asSamples("reads.tagAlign.gz"), "not a sample\\s+sheet")
})
