skip_if_not_installed("optparse")
quiet <- function(...) suppressMessages(main(c(...), quit = FALSE))
reads <- system.file("extdata", "reads", package = "AttentiveChrome")

test_that("a sample sheet becomes the signal of chromatinExperiment()", {
    skip_if_not_installed("Rsamtools")
    skip_if_not_installed("GenomicAlignments")
    out <- withr::local_tempfile(fileext = ".rds")
    at <- function(name) file.path(reads, name)
    expect_identical(quiet(
        "signal", at("samples.tsv"), out, paste0("--genes=", at("genes.tsv")),
        paste0("--expression=", at("expression.tsv")), "--bin-width=500",
        "--threshold=1", "--marks=H3K4me3,H3K36me3"), 0L)
    own <- quietly(chromatinExperiment(
        at("samples.tsv"), at("genes.tsv"), at("expression.tsv"),
        binWidth = 500, threshold = 1, progress = FALSE))
    marks(own) <- c("H3K4me3", "H3K36me3")
    read <- readRDS(out)
    expect_equal(read, own)
    expect_message(main(c("check", at("samples.tsv")), quit = FALSE),
                   "--genes")
})

test_that("tables and matrices are told by their first line", {
    skip_if_not_installed("jsonlite")
    folder <- withr::local_tempdir()
    at <- function(name) file.path(folder, name)
    x <- roadmapGenes[1:20, "E123"]
    writeChromeTable(x, at("table.csv.gz"))
    read <- .readSignalFile(at("table.csv.gz"), list(binWidth = 100L))
    expect_identical(marks(read), c("H3K27me3", "H3K36me3", "H3K4me1",
                                    "H3K4me3", "H3K9me3"))
    expect_equal(unname(binMatrix(read, "H3K4me3")),
                 unname(binMatrix(x, "H3K4me3")))
    named <- .readSignalFile(at("table.csv.gz"), list(marks = letters[1:5]))
    expect_identical(marks(named), letters[1:5])
    expect_error(.readSignalFile(at("table.csv.gz"), list(marks = "a")))
    writeDeepTools(x, at("matrix.gz"))
    read <- .readSignalFile(at("matrix.gz"), list(marks = "H3K4me3"))
    expect_identical(marks(read), "H3K4me3")
    expect_identical(colnames(read), "E123")
    file.create(at("empty.txt"))
    expect_error(.readSignalFile(at("empty.txt")), "empty")
})

test_that("a folder of tables is trained as by trainCellTypes()", {
    folder <- withr::local_tempdir()
    x <- simulateChromatin(60, bins = 20, seed = 1)
    parts <- suppressMessages(splitGenes(x))
    for (cell in c("E1", "E2")) {
        dir.create(file.path(folder, cell))
        for (name in names(parts)) {
            file <- c(train = "train", validation = "valid", test = "test")
            writeChromeTable(parts[[name]], file.path(
                folder, cell, paste0(file[[name]], ".csv")))
        }
    }
    run <- withr::local_tempfile()
    expect_identical(quiet("train", folder, run, "--epochs=1",
                           "--set=filters=4,context=4", "--seed=2",
                           "--bin-width=500"), 0L)
    own <- trainCellTypes(folder, epochs = 1, filters = 4, context = 4,
                          seed = 2, tables = list(binWidth = 500L),
                          progress = FALSE)
    expect_identical(coef(openPanel(run)[["E2"]]), coef(own[["E2"]]))
})
