# The explorer, and tracks in igv.js, in a real browser: `make browser-test`.
# Apart from the other tests, as it needs Chromium, chromote from CRAN in a
# library of its own, and igv.js from npm; without npm, igv.js is skipped.
# That library comes first, before anything is loaded: chromote wants a newer
# rlang than Debian's.
own <- file.path("tests", "browser", "library")
dir.create(own, showWarnings = FALSE)
.libPaths(c(own, .libPaths()))
if (!requireNamespace("chromote", quietly = TRUE)) {
    install.packages("chromote", own, "https://cloud.r-project.org")
}
if (nzchar(Sys.which("npm")) &&
    !dir.exists(file.path("tests", "browser", "node_modules", "igv"))) {
    system2("npm", c("install", "--prefix", file.path("tests", "browser"),
                     "--no-package-lock", "--no-audit", "--no-fund"))
}
library(testthat)
library(AttentiveChrome)
test_dir(file.path("tests", "browser"), stop_on_failure = TRUE)
