# All verbs one after the other, once for each kind of target. Each file that is
# written is compared with what the R functions return.
skip_if_not_installed("optparse")
quiet <- function(...) {
    suppressMessages(capture.output(status <- main(c(...), quit = FALSE)))
    status
}
small <- c("--epochs=1", "--set=filters=4,context=4", "--learning-rate=0.01")
twoCells <- simulateChromatin(90, cellTypes = 2, bins = 20, seed = 1,
                              causal = list(H3K4me3 = 9:12),
                              scenario = "blocks")

# What `report` passes to report(), which takes seconds and has its own tests.
askedReport <- function(...) {
    given <- .parseOptions(c(...), .optionsOf("report"), "", "")
    .reportArguments(given$paths, given$options)
}

test_that("classes: from a table to one model in a file and its results", {
    folder <- withr::local_tempdir()
    at <- function(name) file.path(folder, name)
    x <- twoCells[, 1L]
    writeChromeTable(x, at("signal.csv.gz"))
    rpkm <- data.frame(gene = rownames(x), any = assay(x, "expression")[, 1L])
    utils::write.table(rpkm, at("rpkm.tsv"), sep = "\t", quote = FALSE,
                       row.names = FALSE)
    statuses <- c(
        quiet("signal", at("signal.csv.gz"), at("parts.rds"), "--bin-width=500",
              paste0("--expression=", at("rpkm.tsv")), "--threshold=75%",
              paste0("--marks=", paste(marks(x), collapse = ",")),
              "--fractions=train=0.4,validation=0.3,test=0.3"),
        quiet("check", at("parts.rds"), at("check.tsv")),
        quiet("train", at("parts.rds"), at("model.rds"), small, "--seed=3",
              "--target=class"),
        quiet("predict", at("model.rds"), at("parts.rds"), at("p.tsv")),
        quiet("predict", at("model.rds"), at("parts.rds"), at("set.csv"),
              "--type=set", "--level=0.6"),
        quiet("attention", at("model.rds"), at("parts.rds"), at("a.csv")),
        quiet("evaluate", at("model.rds"), at("parts.rds"), at("e.tsv"),
              "--draws=20"),
        quiet("export", at("parts.rds"), at("x.tsv.gz"), "--part=validation",
              "--what=H3K4me3"))
    expect_identical(statuses, integer(8))

    parts <- suppressMessages({
        own <- readChromeTable(at("signal.csv.gz"), marks = marks(x),
                               binWidth = 500)
        splitGenes(addExpression(own, at("rpkm.tsv"), "75%"), "order",
                   c(train = 0.4, validation = 0.3, test = 0.3), seed = 1)
    })
    expect_equal(readRDS(at("parts.rds")), parts)
    model <- quietModel(parts, epochs = 1, filters = 4, context = 4,
                        learningRate = 0.01, seed = 3)
    expect_identical(coef(readRDS(at("model.rds"))), coef(model))
    found <- lapply(parts, checkSignal)
    expectTable(at("check.tsv"), cbind(
        part = rep(names(parts), vapply(found, nrow, 0L)),
        do.call(rbind, lapply(found, as.data.frame))))
    test <- parts$test
    table <- function(p) {
        data.frame(gene = rownames(test), p, check.names = FALSE)
    }
    expectTable(at("p.tsv"), table(predict(model, test)))
    expectTable(at("set.csv"), table(predict(model, test, type = "set",
                                             level = 0.6)))
    expectTable(at("a.csv"), as.data.frame(attention(model, test)))
    expectTable(at("e.tsv"), evaluate(model, test, draws = 20))
    expectTable(at("x.tsv.gz"), as.data.frame(parts$validation))
    expect_equal(askedReport(at("model.rds"), at("parts.rds"), at("r.html"),
                             "--threads=1"),
                 list(readRDS(at("model.rds")), parts, file = at("r.html"),
                      genes = NULL, threads = 1L))
})

test_that("expression: from a signal to a run folder and its results", {
    skip_if_not_installed("rtracklayer")
    folder <- withr::local_tempdir()
    at <- function(name) file.path(folder, name)
    saveRDS(twoCells, at("signal.rds"))
    statuses <- c(
        quiet("signal", at("signal.rds"), at("chosen.rds"),
              "--marks=H3K4me3,H3K36me3"),
        quiet("check", at("chosen.rds"), at("check.csv")),
        quiet("train", at("chosen.rds"), at("run"), small, "--seed=3",
              "--target=expression", "--split=random"),
        quiet("predict", at("run"), at("chosen.rds"), at("p.csv")),
        quiet("predict", at("run"), at("chosen.rds"), at("i.tsv"),
              "--type=interval", "--level=0.6"),
        quiet("attention", at("run"), at("chosen.rds"), at("a.rds")),
        quiet("evaluate", at("run"), at("stored.csv")),
        quiet("evaluate", at("run"), at("chosen.rds"), at("e.tsv"),
              "--draws=20", "--cell-types=cellType2"),
        quiet("export", at("a.rds"), at("tracks"), "--format=bedGraph",
              "--what=share"))
    expect_identical(statuses, integer(9))

    x <- twoCells
    marks(x) <- c("H3K4me3", "H3K36me3")
    panel <- suppressMessages(trainCellTypes(
        x, epochs = 1, filters = 4, context = 4, learningRate = 0.01, seed = 3,
        target = "expression", progress = FALSE,
        split = list(by = "random", seed = 3),
        BPPARAM = BiocParallel::SerialParam()))
    run <- openPanel(at("run"))
    for (cell in colnames(x)) {
        expect_identical(coef(run[[cell]]), coef(panel[[cell]]))
    }
    expectTable(at("check.csv"), checkSignal(x))
    expectTable(at("p.csv"), data.frame(gene = rownames(x), predict(panel, x)))
    bounds <- predict(panel, x, type = "interval", level = 0.6)
    expect_identical(bounds[, 2L, ], predict(
        panel[[2L]], x[, 2L], type = "interval", level = 0.6)[, 1L, ])
    expectTable(at("i.tsv"), data.frame(
        gene = rownames(x), cellType1.lower = bounds[, 1L, 1L],
        cellType2.lower = bounds[, 2L, 1L], cellType1.upper = bounds[, 1L, 2L],
        cellType2.upper = bounds[, 2L, 2L]))
    looked <- attention(panel, x)
    expect_identical(assay(readRDS(at("a.rds")), "share"),
                     assay(looked, "share"))
    expectTable(at("stored.csv"), evaluate(panel))
    expectTable(at("e.tsv"), suppressWarnings(
        evaluate(panel, x[, 2L], draws = 20), "AttentiveChrome_seen"))
    own <- exportTracks(looked, at("own"), "bedGraph", "share")
    expect_identical(unname(tools::md5sum(at(file.path("tracks",
                                                       basename(own$file))))),
                     unname(tools::md5sum(own$file)))
    genes <- rownames(x)[c(7, 3)]
    asked <- askedReport(at("run"), at("chosen.rds"), at("r.html"),
                         "--cell-types=cellType2", paste0(
                             "--chosen-genes=", paste(genes, collapse = ",")))
    expect_equal(asked[-1L], list(x[, 2L], file = at("r.html"), genes = genes,
                                  threads = NULL))
    expect_identical(asked[[1L]]@records, run@records)
})

test_that("a name that promises another kind of file is refused", {
    say <- function(..., pattern) {
        expect_message(status <- main(c(...), quit = FALSE), pattern)
        expect_identical(status, 1L)
    }
    say("signal", "a", "b.tsv", pattern = "must end in .rds")
    say("predict", "a", "b", "c.rds", pattern = "must end in .tsv")
    say("attention", "a", "b", "c.html", pattern = "must end in .rds or .tsv")
    say("report", "a", "b.pdf", pattern = "must end in .html")
    say("evaluate", "a", "b.tsv", "--cell-types=c",
        pattern = "--cell-types.*needs SIGNAL")
})
