if (requireNamespace("testthat", quietly = TRUE)) {
    library(testthat)
    library(AttentiveChrome)
    test_check("AttentiveChrome")
}
