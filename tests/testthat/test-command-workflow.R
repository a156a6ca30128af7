# The example pipeline on the shipped reads, compared with the R functions.
test_that("the Snakefile makes what the functions make", {
    skip_on_cran()
    for (package in c("optparse", "yaml", "rtracklayer", "Rsamtools",
                      "GenomicAlignments", "rmarkdown", "jsonlite")) {
        skip_if_not_installed(package)
    }
    skip_if_not(rmarkdown::pandoc_available())
    skip_if(Sys.which("snakemake") == "", "no snakemake")
    folder <- withr::local_tempdir()
    at <- function(...) file.path(folder, ...)
    installed <- function(...) system.file(..., package = "AttentiveChrome")
    reads <- function(name) installed("extdata", "reads", name)
    settings <- list(signal = list(binWidth = 500L, split = "random"),
                     train = list(epochs = 1L, set = list(filters = 4L,
                                                          context = 4L)),
                     export = list(what = "alpha", marks = "H3K4me3"))
    yaml::write_yaml(settings, at("run.yaml"))
    yaml::write_yaml(list(
        samples = reads("samples.tsv"), genes = reads("genes.tsv"),
        expression = reads("expression.tsv"), settings = at("run.yaml"),
        results = at("results"), command = commandClient(folder)),
        at("config.yaml"))
    snakemake <- paste(
        "snakemake --cores 2 --snakefile", shQuote(installed("workflows",
                                                             "Snakefile")),
        "--configfile config.yaml >said 2>&1; echo $? >part; mv part end")
    withr::local_envvar(XDG_CACHE_HOME = folder)
    system(sprintf("cd %s && { %s; }", shQuote(folder), snakemake),
           wait = FALSE)
    verbs <- serveCommands(folder, at("end"))
    expect_identical(readLines(at("end")), "0", info = paste(
        utils::tail(readLines(at("said")), 30), collapse = "\n"))
    expect_setequal(verbs, names(.commands))

    signal <- quietly(chromatinExperiment(
        reads("samples.tsv"), reads("genes.tsv"), reads("expression.tsv"),
        binWidth = 500, progress = FALSE))
    parts <- suppressMessages(splitGenes(signal, "random", seed = 1))
    own <- trainCellTypes(parts, epochs = 1, filters = 4, context = 4,
                          seed = 1, progress = FALSE)
    made <- function(...) at("results", ...)
    found <- lapply(parts, checkSignal)
    expectTable(made("check.tsv"), cbind(
        part = rep(names(parts), vapply(found, nrow, 0L)),
        do.call(rbind, lapply(found, as.data.frame))))
    expect_identical(coef(openPanel(made("run"))[["S1"]]), coef(own[["S1"]]))
    expectTable(made("evaluation.tsv"), evaluate(own))
    expectTable(made("predictions.tsv"), data.frame(
        gene = rownames(parts$test), predict(own, parts$test)))
    report(own, file = at("report.html"))
    expect_identical(readLines(made("report_mqc.json")),
                     readLines(at("report_mqc.json")))
    # Without the figures, whose parts a process numbers, and without the
    # packages that were loaded.
    text <- function(path) {
        page <- paste(readLines(path), collapse = "\n")
        sub("<h2 id=\"session\".*", "", gsub("src=\"[^\"]*\"", "", page))
    }
    expect_identical(text(made("report.html")), text(at("report.html")))
    track <- rtracklayer::import(list.files(made("tracks"), full.names = TRUE))
    ranges <- trackRanges(attention(own, parts$test), "alpha", "H3K4me3")
    expect_equal(track$score, S4Vectors::mcols(ranges)[[1]], tolerance = 1e-6)
})
