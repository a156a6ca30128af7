# Whatever a path, an id or a name has in it is shown as it is, and never run.

hostile <- c("sheet{cat(\"EXECUTED\\n\");1+1}", "rpkm {batch 1}", "{x}", "a{b",
             "a}b", "{{x}}", "{.val x}", "{?s}", "<b> & %s", "it's")

# Lines are wrapped, and {.val} shows a backslash as R code does.
plain <- function(text) gsub("\\", "", gsub("\\s+", " ", text), fixed = TRUE)
expect_said <- function(expr, ...) {
    told <- tryCatch({
        expr
        "no error"
    }, error = conditionMessage)
    for (text in c(...)) expect_match(plain(told), plain(text), fixed = TRUE)
}
named <- function(folder, stem, extension, lines) {
    path <- file.path(folder, paste0(stem, extension))
    writeLines(lines, path)
    path
}

test_that("an error names the file whatever its name", {
    folder <- withr::local_tempdir()
    windows <- tssWindows(fewGenes())
    signal <- quietly(simulateChromatin(genes = 3, seed = 1))
    for (stem in hostile) {
        file <- function(extension, lines = "no\tsuch\ttable") {
            named(folder, stem, extension, lines)
        }
        expect_output({
            bad <- file(".tsv")
            expect_said(countReads(bad, windows), "The sample sheet", stem,
                        "must have the columns")
            bad <- file(".tsv", c("cellType\tmark\tfile", "a\t\tc"))
            expect_said(countReads(bad, windows), stem, "must have a mark")
            bad <- file(".tsv", "cellType\tmark\tfile")
            expect_said(countReads(bad, windows), stem)
            bad <- file(".csv", c("gene,K", "a,1", "b,x", "c,2"))
            expect_said(addExpression(signal, bad), stem,
                        "must have numbers as expression", "line 3")
            expect_said(readChromeTable(bad), stem)
            bad <- file(".csv", c("g,1,2", "g,2,3,4"))
            expect_said(readChromeTable(bad), stem, "line 2")
            bad <- file(".bed", c("chr1\t5\t9", "chr1\tx\t9"))
            expect_said(countReads(c(M = bad), windows), stem, "line 2")
            expect_said(countReads(c(M = paste0(bad, "?")), windows), stem,
                        "Missing")
            expect_said(readTorchWeights(bad, "M"), stem, "PyTorch")
            expect_said(openPanel(bad), stem)
            bad <- file(".tsv", "a\tb")
            expect_said(tssWindows(bad), "Its columns are")
        }, NA)
    }
})

test_that("an error names tracks and annotations whatever their names", {
    skipWithout("rtracklayer")
    folder <- withr::local_tempdir()
    windows <- tssWindows(fewGenes())
    for (stem in hostile) {
        expect_output({
            bad <- named(folder, stem, ".bedGraph", "chr1\tx\ty\tz")
            expect_said(suppressWarnings(
                summarizeTracks(c(M = bad), windows)), stem, "as a track")
            expect_said(countReads(c(M = bad), windows), stem, "bedGraph")
            bad <- named(folder, stem, ".gtf", "chr1\tx\ty\tz")
            expect_said(suppressWarnings(tssWindows(bad)), stem)
        }, NA)
    }
})

test_that("a file is read whatever its name", {
    folder <- withr::local_tempdir()
    windows <- tssWindows(fewGenes())
    for (stem in hostile) {
        expect_output({
            bed <- named(folder, stem, ".bed", "chr1\t20010\t20020")
            sheet <- named(folder, stem, ".tsv", c(
                "cellType\tmark\tfile",
                paste("K", "M", basename(bed), sep = "\t")))
            signal <- quietly(countReads(sheet, windows))
            expect_equal(sum(binMatrix(signal, "M")), 1)
            table <- named(folder, stem, ".csv", c("gene,K", "A,1", "B,2"))
            label <- expressionLabel(quietly(addExpression(signal, table)))
            expect_equal(unname(label[, 1]), c(0, 1))
            written <- file.path(folder, paste0(stem, ".csv.gz"))
            signal <- quietly(simulateChromatin(genes = 3, bins = 4, seed = 1,
                                                causal = list()))
            writeChromeTable(signal, written)
            again <- readChromeTable(written)
            expect_equal(unname(binMatrix(again, "H3K4me3")),
                         unname(binMatrix(signal, "H3K4me3")))
        }, NA)
    }
})

test_that("marks, cell types and genes may have any name", {
    counts <- matrix(rpois(60, 3), 6)
    for (name in hostile) {
        mark <- paste0("H3", name)
        rownames(counts) <- paste0(name, 1:6)
        make <- function(x = counts) {
            quietly(chromatinSignal(
                stats::setNames(list(x), mark), cellTypes = name,
                labels = rep(0:1, 3)))
        }
        signal <- make()
        expect_output({
            expect_said(binMatrix(signal, "no"), "does not have", mark)
            expect_said(binMatrix(signal, mark, "no"), name)
            expect_said(make(counts[c(1, 1:5), ]), "only once in `signal`",
                        rownames(counts)[1])
            expect_said(make(-1 - counts), mark, rownames(counts)[1])
            expect_said(attentiveChrome(signal[0, ]), "is empty")
            parts <- NULL
            expect_message(parts <- splitGenes(
                signal, fractions = c(train = 0.5, test = 0.5)), "Split 6")
            model <- attentiveChrome(signal, epochs = 1, filters = 2,
                                     context = 2, progress = FALSE)
            expect_identical(marks(attention(model, signal)), mark)
            expect_message(print(checkSignal(signal)))
            expect_said(predict(model, make(counts)[, 0]), "is empty")
        }, NA)
    }
})

test_that("a panel reports failures whatever the cell type's name", {
    skipWithout("filelock")
    signal <- quietly(simulateChromatin(genes = 60, cellTypes = 2, bins = 8,
                                        seed = 1, causal = list()))
    colnames(signal) <- c("a{b", "{x}")
    assay(signal, "label")[, "a{b"] <- 1L
    told <- NULL
    panel <- withCallingHandlers(
        trainCellTypes(signal, epochs = 1, filters = 2, context = 2,
                       BPPARAM = BiocParallel::SerialParam(),
                       progress = FALSE),
        warning = function(w) {
            told <<- conditionMessage(w)
            invokeRestart("muffleWarning")
        }, message = function(m) invokeRestart("muffleMessage"))
    expect_match(told, "1 cell type failed", fixed = TRUE)
    expect_match(told, "a{b: ", fixed = TRUE)
    expect_identical(names(panel), "{x}")
})

test_that("an error names the function that was called", {
    call <- function(expr) {
        tryCatch(expr, error = function(e) deparse(conditionCall(e)))
    }
    signal <- quietly(simulateChromatin(genes = 8, bins = 4, seed = 1,
                                        causal = list()))
    expect_identical(call(countReads("x", 1)), "countReads()")
    expect_identical(call(AttentiveChrome::countReads("x", 1)), "countReads()")
    expect_identical(call(do.call(countReads, list("x", signal))),
                     "countReads()")
    expect_identical(call(lapply("x", countReads)), "countReads()")
    expect_identical(call(chromatinExperiment(data.frame(a = 1))),
                     "chromatinExperiment()")
    model <- attentiveChrome(signal, epochs = 1, filters = 2, context = 2,
                             progress = FALSE)
    expect_identical(call(predict(model, 3)), "predict()")
    expect_identical(call(attention(model, 3)), "attention()")
    expect_identical(call(.checkFlag(3, "x")), "NULL")
})
