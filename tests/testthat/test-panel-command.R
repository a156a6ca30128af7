skip_if_not_installed("optparse")
signal <- simulateChromatin(60, cellTypes = 2, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12), scenario = "blocks")
small <- c("--epochs=2", "--set=filters=4,context=4",
           "--learning-rate=0.01")

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
    quiet <- function(...) suppressMessages(main(c(...), quit = FALSE))
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
})

test_that("recipe and settings are options", {
    option <- function(...) {
        parser <- optparse::OptionParser(option_list = .trainOptions())
        .optionSettings(optparse::parse_args(parser, c(...)))
    }
    expect_length(option(), 0L)
    expect_identical(
        option("--recipe=published", "--weight-decay=0.1", "--schedule=cosine",
               "--keep=last", "--set=clip=2"),
        list(recipe = "published", weightDecay = 0.1, schedule = "cosine",
             keep = "last", clip = 2L))
})

test_that("a real process returns the exit status", {
    skip_on_cran()
    folder <- withr::local_tempdir()
    bad <- signal
    assay(bad, "label")[, 2L] <- 1L
    saveRDS(bad, file.path(folder, "signal.rds"))
    run <- function(...) {
        out <- suppressWarnings(system2(
            file.path(R.home("bin"), "Rscript"),
            c("-e", shQuote("AttentiveChrome::main()"), ...),
            stdout = TRUE, stderr = TRUE,
            env = paste0("R_LIBS=", paste(.libPaths(), collapse = ":"))))
        list(status = attr(out, "status") %||% 0L, out = out)
    }
    partly <- run("train", file.path(folder, "signal.rds"),
                  file.path(folder, "run"), small)
    expect_identical(partly$status, 2L)
    expect_match(partly$out, "cellType1: test AUROC", all = FALSE)
    expect_match(partly$out, "cellType2.*all equal", all = FALSE)
    help <- run("train", "--help")
    expect_identical(help$status, 0L)
    expect_match(help$out, "--learning-rate", all = FALSE)
    expect_identical(run("train")$status, 1L)
})

test_that("wrong arguments are reported", {
    say <- function(...) {
        expect_message(status <- main(c(...), quit = FALSE), "Error")
        expect_identical(status, 1L)
    }
    say("fit")
    say("train", "a")
    say("train", "no-such.rds", "run")
    say("predict", "no-such-run", "b", "c")
    folder <- withr::local_tempdir()
    file <- file.path(folder, "signal.rds")
    saveRDS(signal, file)
    say("train", file, file.path(folder, "run"), "--set=hidden")
    say("train", file, file.path(folder, "run"), "--cluster=cray")
    expect_output(expect_identical(main(character(), quit = FALSE), 0L),
                  "Usage")
})
