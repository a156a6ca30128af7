# The explorer in a real browser: `make browser-test`. Apart from the other
# tests, as it needs Chromium, and chromote from CRAN in a library of its own.
# That library comes first, before anything is loaded: chromote wants a newer
# rlang than Debian's.
own <- file.path("tests", "browser", "library")
dir.create(own, showWarnings = FALSE)
.libPaths(c(own, .libPaths()))
if (!requireNamespace("chromote", quietly = TRUE)) {
    install.packages("chromote", own, "https://cloud.r-project.org")
}
library(testthat)
library(AttentiveChrome)
test_dir(file.path("tests", "browser"), stop_on_failure = TRUE)
