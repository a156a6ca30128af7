# The example pipeline on the shipped reads, compared with the R functions.
test_that("the Snakefile makes what the functions make", {
    skip_on_cran()
    for (package in c("optparse", "yaml", "rtracklayer", "Rsamtools",
                      "GenomicAlignments")) skip_if_not_installed(package)
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
        results = at("results"),
        command = paste("Rscript", installed("scripts", "attentivechrome"))),
        at("config.yaml"))
    wanted <- at("results", c("evaluation.tsv", "tracks"))
    said <- suppressWarnings(system2(
        "snakemake", c("--snakefile", installed("workflows", "Snakefile"),
                       "--configfile", at("config.yaml"), "--directory",
                       folder, "--cores", 2, wanted),
        stdout = TRUE, stderr = TRUE, env = c(
            paste0("R_LIBS=", paste(.libPaths(), collapse = ":")),
            paste0("XDG_CACHE_HOME=", folder))))
    expect_identical(attr(said, "status") %||% 0L, 0L,
                     info = paste(utils::tail(said, 30), collapse = "\n"))

    signal <- quietly(chromatinExperiment(
        reads("samples.tsv"), reads("genes.tsv"), reads("expression.tsv"),
        binWidth = 500, progress = FALSE))
    parts <- suppressMessages(splitGenes(signal, "random", seed = 1))
    own <- trainCellTypes(parts, epochs = 1, filters = 4, context = 4,
                          seed = 1, progress = FALSE)
    found <- openPanel(at("results", "run"))
    expect_identical(coef(found[["S1"]]), coef(own[["S1"]]))
    measures <- c("cellType", "genes", "auroc", "baselineAuroc", "brierUpper")
    expect_equal(utils::read.delim(wanted[1])[measures],
                 as.data.frame(evaluate(own))[measures])
    track <- rtracklayer::import(list.files(wanted[2], full.names = TRUE))
    ranges <- trackRanges(attention(own, parts$test), "alpha", "H3K4me3")
    expect_equal(track$score, S4Vectors::mcols(ranges)[[1]], tolerance = 1e-6)
})
