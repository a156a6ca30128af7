skip_if_not_installed("optparse")
signal <- simulateChromatin(60, cellTypes = 2, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12), scenario = "blocks")
small <- c("--epochs=2", "--set=filters=4,context=4",
           "--learning-rate=0.01")
quiet <- function(...) suppressMessages(main(c(...), quit = FALSE))

# The script in a process of its own.
script <- function(...) {
    out <- suppressWarnings(system2(
        file.path(R.home("bin"), "Rscript"),
        shQuote(c(system.file("scripts", "attentivechrome",
                              package = "AttentiveChrome"), ...)),
        stdout = TRUE, stderr = TRUE,
        env = paste0("R_LIBS=", paste(.libPaths(), collapse = ":"))))
    list(status = attr(out, "status") %||% 0L, out = out)
}

test_that("a run by the command line is that of the functions", {
    folder <- withr::local_tempdir()
    at <- function(name) file.path(folder, name)
    saveRDS(signal, at("signal.rds"))
    expect_message(
        status <- main(c("train", at("signal.rds"), at("run"), small,
                         "--seed=3"), quit = FALSE), "2 cell types trained")
    expect_identical(status, 0L)
    panel <- openPanel(at("run"))
    own <- trainCellTypes(signal, epochs = 2, filters = 4, context = 4,
        learningRate = 0.01, seed = 3, progress = FALSE,
        BPPARAM = BiocParallel::SerialParam())
    expect_identical(coef(panel[["cellType2"]]), coef(own[["cellType2"]]))
    expect_identical(quiet("predict", at("run"), at("signal.rds"),
                           at("p.tsv")), 0L)
    p <- utils::read.delim(at("p.tsv"))
    expect_equal(as.matrix(p[-1L]), predict(own, signal), ignore_attr = TRUE)
    expect_identical(p$gene, rownames(signal))
    quiet("evaluate", at("run"), at("e.tsv"))
    expect_equal(utils::read.delim(at("e.tsv")), as.data.frame(evaluate(own)))
    quiet("attention", at("run"), at("signal.rds"), at("a.rds"))
    expect_identical(assay(readRDS(at("a.rds")), "beta"),
                     assay(attention(own, signal), "beta"))
    quiet("report", at("run"), at("r.html"))
    expect_identical(file.exists(at("r.html")),
                     requireNamespace("rmarkdown", quietly = TRUE) &&
                         rmarkdown::pandoc_available())
})

test_that("one ensemble in a file, of a split, is that of the functions", {
    folder <- withr::local_tempdir()
    at <- function(name) file.path(folder, name)
    parts <- suppressMessages(splitGenes(signal, "random", seed = 5))
    saveRDS(signal, at("signal.rds"))
    expect_identical(quiet("signal", at("signal.rds"), at("parts.rds"),
                           "--split=random", "--seed=5"), 0L)
    expect_identical(lapply(readRDS(at("parts.rds")), rownames),
                     lapply(parts, rownames))
    expect_identical(quiet(
        "train", at("parts.rds"), at("model.rds"), small, "--members=2",
        "--marks=H3K4me3,H3K36me3", "--cell-types=cellType2"), 0L)
    own <- quietModel(parts, cellTypes = "cellType2", epochs = 2, filters = 4,
                      context = 4, learningRate = 0.01, members = 2,
                      marks = c("H3K4me3", "H3K36me3"), seed = 1)
    expect_identical(coef(readRDS(at("model.rds"))), coef(own))
    # The test genes of a split, or another part.
    quiet("predict", at("model.rds"), at("parts.rds"), at("p.csv"),
          "--type=class")
    p <- utils::read.csv(at("p.csv"))
    expect_equal(p[-1L], as.data.frame(predict(own, parts$test,
                                               type = "class")),
                 ignore_attr = TRUE)
    quiet("predict", at("model.rds"), at("parts.rds"), at("p.tsv"),
          "--part=validation", "--type=set")
    expect_identical(utils::read.delim(at("p.tsv"))$gene,
                     rownames(parts$validation))
    quiet("evaluate", at("model.rds"), at("parts.rds"), at("e.tsv"),
          "--draws=20", "--cell-types=cellType2")
    expect_equal(utils::read.delim(at("e.tsv"))$auroc,
                 evaluate(own, parts$test[, "cellType2"], draws = 0)$auroc)
    quiet("attention", at("model.rds"), at("parts.rds"), at("a.tsv"))
    expect_equal(utils::read.delim(at("a.tsv"))$share,
                 as.data.frame(attention(own, parts$test))$share)
})

test_that("differences are a target", {
    folder <- withr::local_tempdir()
    at <- function(name) file.path(folder, name)
    saveRDS(signal, at("signal.rds"))
    expect_identical(quiet("train", at("signal.rds"), at("model.rds"), small,
                           "--target=difference"), 0L)
    quiet("predict", at("model.rds"), at("signal.rds"), at("p.tsv"))
    own <- predict(readRDS(at("model.rds")), signal)
    p <- utils::read.delim(at("p.tsv"), check.names = FALSE)
    expect_identical(names(p), c("gene", colnames(own)))
    expect_equal(p[[2L]], as.vector(own))
})

test_that("all verbs check their signal in the same way", {
    folder <- withr::local_tempdir()
    bad <- signal
    assay(bad, "H3K9me3")[, 1L, ] <- 0
    path <- file.path(folder, "bad.rds")
    saveRDS(bad, path)
    out <- file.path(folder, "found.tsv")
    expect_identical(quiet("check", path, out), 2L)
    expect_equal(utils::read.delim(out), as.data.frame(checkSignal(bad)),
                 ignore_attr = TRUE)
    saveRDS(suppressMessages(splitGenes(bad)), path)
    expect_output(expect_identical(quiet("check", path, out), 2L),
                  "train and test")
    expect_setequal(utils::read.delim(out)$part,
                    c("train", "validation", "test"))
})

test_that("a real process returns the exit status", {
    skip_on_cran()
    folder <- withr::local_tempdir()
    bad <- signal
    assay(bad, "label")[, 2L] <- 1L
    saveRDS(bad, file.path(folder, "signal.rds"))
    partly <- script("train", file.path(folder, "signal.rds"),
                     file.path(folder, "run"), small)
    expect_identical(partly$status, 2L)
    expect_match(partly$out, "cellType1: test AUROC", all = FALSE)
    expect_match(partly$out, "cellType2.*all equal", all = FALSE)
    expect_identical(script("train")$status, 1L)
})

test_that("each verb has a usage text with its options", {
    for (name in names(.commands)) {
        out <- capture.output(status <- main(c(name, "--help"), quit = FALSE))
        expect_identical(status, 0L)
        expect_match(out, .usageOf(name), fixed = TRUE, all = FALSE)
        for (option in .hyphened(.optionsOf(name))) {
            expect_match(out, paste0("--", option, "="), fixed = TRUE,
                         all = FALSE)
        }
    }
})

test_that("wrong arguments are reported, and nothing is written", {
    say <- function(..., pattern = "Error") {
        expect_message(status <- main(c(...), quit = FALSE), pattern)
        expect_identical(status, 1L)
    }
    say("fit")
    say("train", "a")
    say("train", "no-such.rds", "run")
    say("predict", "no-such-run", "b", "c")
    folder <- withr::local_tempdir()
    file <- file.path(folder, "signal.rds")
    saveRDS(signal, file)
    run <- file.path(folder, "run")
    say("train", file, run, "--set=hidden", pattern = "NAME=VALUE")
    say("train", file, run, "--cluster=cray", pattern = "slurm")
    say("train", file, run, "--epochs=few", pattern = "--epochs.*whole number")
    say("train", file, run, "--epoch-s=2")
    say("check", file, file.path(folder, "none", "out.tsv"), pattern = "folder")
    say("export", file, file.path(folder, "x"), "--format=wig",
        pattern = "bedGraph")
    model <- file.path(folder, "model.rds")
    saveRDS(1, model)
    say("predict", model, file, file.path(folder, "p.tsv"), pattern = "MODEL")
    say("check", model, pattern = "a signal or a split")
    expect_setequal(list.files(folder), c("signal.rds", "model.rds"))
    expect_output(expect_identical(main(character(), quit = FALSE), 0L),
                  "Usage")
})
