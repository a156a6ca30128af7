checks <- function(signal) checkSignal(signal)$check
sane <- simulateChromatin(200, cellTypes = 2, seed = 1,
                          causal = list(H3K4me3 = 46:55, H3K27me3 = 41:60),
                          scenario = "blocks")

test_that("a sound signal has no findings", {
    expect_identical(nrow(checkSignal(sane)), 0L)
    expect_snapshot(checkSignal(sane))
})

test_that("swapped marks are found", {
    swapped <- sane
    assay(swapped, "H3K4me3") <- assay(sane, "H3K27me3")
    assay(swapped, "H3K27me3") <- assay(sane, "H3K4me3")
    found <- checkSignal(swapped)
    expect_true(all(found$check %in% c("marks", "tss")))
    expect_true(any(grepl("H3K4me3 of .* not highest at the TSS",
                          found$finding)))
    expect_true(any(grepl("H3K27me3 of .* rises with expression",
                          found$finding)))
    expect_true(any(grepl("H3K4me3 of .* falls with expression",
                          found$finding)))
})

test_that("unflipped minus-strand genes are found", {
    unflipped <- sane
    minus <- which(as.vector(strand(rowRanges(sane))) == "-")
    for (mark in marks(sane)) {
        assay(unflipped, mark)[minus, , ] <-
            assay(sane, mark)[minus, , 100:1]
    }
    expect_identical(unique(checks(unflipped)), "strand")
    sane@bins$orient <- "genome"
    expect_identical(checkSignal(sane)$severity, "note")
})

test_that("scales, copies and empty marks are found", {
    scaled <- sane
    assay(scaled, "H3K4me1") <- 3 * assay(sane, "H3K4me1")
    expect_match(checkSignal(scaled)$finding[1], "multiples of 3")
    copied <- sane
    assay(copied, "H3K9me3")[, 2, ] <- 1.5 * assay(sane, "H3K9me3")[, 1, ]
    expect_match(checkSignal(copied)$finding, "that of cellType1 times 1.5")
    assay(copied, "H3K9me3")[, 2, ] <- 0
    expect_identical(checkSignal(copied)$severity, "error")
    expect_match(checkSignal(copied)$finding, "H3K9me3 of cellType2 is all 0")
})

test_that("the doubled counts of a published table are found", {
    toy <- readChromeTable(sharedFile("data", "e003-toy", "train.csv"),
                           marks = .authorMarks)
    expect_match(checkSignal(toy)$finding, "H3K4me3 .* multiples of 2")
    real <- readChromeTable(sharedFile("data", "roadmap-600", "E123",
                                       "classification", "train.csv"),
                            marks = .authorMarks)
    expect_false(any(checks(real) %in% c("scale", "empty")))
})

test_that("misspelt marks are found", {
    misspelt <- sane
    assayNames(misspelt)[2] <- "h3k36me3"
    expect_match(checkSignal(misspelt)$finding,
                 "h3k36me3 is not .*did you mean H3K36me3")
    assayNames(misspelt)[2] <- "CTCF"
    expect_identical(nrow(checkSignal(misspelt)), 0L)
})

test_that("genes that come twice are found", {
    expect_identical(checks(rbind(sane[1:40, ], sane[1:3, ])),
                     c("genes", "genes"))
    versions <- sane
    rownames(versions) <- sprintf("ENSG%05d.2", seq_len(200))
    expect_identical(checkSignal(versions)$severity, "note")
    rownames(versions)[1] <- "ENSG00002.1"
    expect_match(checkSignal(versions)$finding[1], "without their versions")
})

test_that("files that do not fit the genes are found", {
    start <- withr::with_seed(1, 20000L + sample(3000L, 300L))
    lines <- sprintf("1\t%d\t%d", start, start + 36L)
    sheet <- data.frame(cellType = "K", mark = c("a", "b", "c"),
                        file = c(textFile(lines),
                                 textFile(sub("^1", "chr1", lines)),
                                 textFile(sub("^1", "chr1", lines[1:20]))))
    signal <- countReads(sheet, tssWindows(fewGenes()), progress = FALSE)
    found <- checkSignal(signal)
    expect_identical(found$check, c("chromosomes", "empty", "depth"))
    expect_match(found$finding[1],
                 "its chromosomes are 1, those of the genes are chr1")
    expect_match(found$advice[1], "seqlevelsStyle(genes) <- \"NCBI\"",
                 fixed = TRUE)
    windows <- tssWindows(fewGenes(), seqlengths = c(chr1 = 50000))
    beyond <- textFile("chr1\t60000\t60036")
    signal <- countReads(c(M = beyond), windows, progress = FALSE)
    expect_true("genome" %in% checks(signal))
})

test_that("BAM files without order, index or the right genome are found", {
    unsorted <- randomBam(500, sorted = FALSE)
    windows <- denseWindows()
    signal <- quietly(countReads(c(M = unsorted), windows, progress = FALSE))
    found <- checkSignal(signal)
    expect_identical(setdiff(found$check, "pairs"), "index")
    GenomeInfoDb::seqlengths(windows)[["chr1"]] <- 61000
    signal <- quietly(countReads(c(M = unsorted), windows, progress = FALSE))
    expect_match(checkSignal(signal)$finding[1],
                 "chr1: 60000 bp in the file, 61000 in the genes")
    short <- tssWindows(transform(fewGenes()[1, ], start = 70000, end = 7e4))
    expect_error(countReads(c(M = unsorted), short, progress = FALSE),
                 "same genome build")
})

test_that("findings print as text", {
    assay(sane, "H3K9me3")[] <- 0
    expect_snapshot(print(checkSignal(sane)))
    many <- sane[, rep(1, 6)]
    colnames(many) <- paste0("cell", 1:6)
    expect_snapshot(print(checkSignal(many)))
    expect_error(checkSignal(1), "must be a signal")
})

test_that("chosen columns of findings print as a table", {
    assay(sane, "H3K9me3")[] <- 0
    found <- checkSignal(sane)
    expect_output(print(found[, c("check", "finding")]), "H3K9me3 .* is all 0")
})

test_that("an input control among the marks is found", {
    for (name in c("Input", "IgG", "input_rep1", "WCE", "Control")) {
        with <- sane
        assay(with, name) <- assay(sane, "H3K9me3")
        expect_false("control" %in% checks(with)) # no mark
        marks(with) <- c(marks(sane), name)
        found <- checkSignal(with)
        expect_match(found$finding[found$check == "control"], name)
    }
})

test_that("a bin with most of a mark's signal is found", {
    one <- sane
    assay(one, "H3K9me3")[7, 2, 30] <- 1e9
    found <- checkSignal(one)
    found <- found[found$check == "outliers", ]
    expect_identical(found$severity, "error")
    expect_match(found$finding, paste("100 % .*H3K9me3 of cellType2 .* bin 30",
                                      "of gene SIM00007"))
})

test_that("peak calls that were counted as reads are found", {
    peaks <- sane
    wide <- array(0L, dim(assay(sane, "H3K9me3")),
                  dimnames(assay(sane, "H3K9me3")))
    wide[1:100, , 40:60] <- 1L
    assay(peaks, "H3K9me3") <- wide
    expect_true("peaks" %in% checks(peaks))
    sparse <- sane # few reads are no peaks
    values <- withr::with_seed(1, rbinom(length(wide), 1, 0.05))
    assay(sparse, "H3K9me3")[] <- values
    expect_false("peaks" %in% checks(sparse))
})

# Windows taken for genes had their TSS shifted by 5 kb.
test_that("a shifted TSS is found, and by how much", {
    shifted <- sane
    assay(shifted, "H3K4me3") <- assay(sane, "H3K4me3")[, , c(51:100, 1:50)]
    found <- checkSignal(shifted)
    found <- found[found$check == "tss", ]
    expect_identical(nrow(found), 2L)
    expect_match(found$finding[1], "maximum is at [-+]4[0-9]{3} bp")
    acetyl <- shifted
    assayNames(acetyl)[match("H3K4me3", assayNames(acetyl))] <- "H3K27ac"
    expect_match(checkSignal(acetyl)$finding[1], "H3K27ac.*not highest")
})

test_that("paired ends that are counted twice are found", {
    bam <- randomBam(2000)
    count <- function(...) {
        quietly(countReads(c(M = bam), denseWindows(), progress = FALSE, ...))
    }
    expect_true("pairs" %in% checks(count()))
    expect_gt(sources(count())$bothMates, 0)
    expect_false("pairs" %in% checks(count(pairs = "fragments")))
})
