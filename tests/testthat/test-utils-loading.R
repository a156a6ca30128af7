# What is loaded with the package.

test_that("packages for figures, files and workers are loaded on use", {
    skipWithout("callr")
    added <- callr::r(function() {
        suppressPackageStartupMessages(library(SummarizedExperiment))
        before <- loadedNamespaces()
        library(AttentiveChrome)
        setdiff(loadedNamespaces(), before)
    })
    expect_setequal(added, c("AttentiveChrome", "generics"))
})
