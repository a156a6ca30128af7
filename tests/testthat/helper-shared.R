# A file of the folder `shared` beside the checkout, with real data that the
# package does not ship; skips the test where there is none.
sharedFile <- function(...) {
    folder <- Sys.getenv("ATTENTIVECHROME_SHARED")
    up <- normalizePath(".")
    while (folder == "" && dirname(up) != up) {
        up <- dirname(up)
        if (dir.exists(file.path(up, "shared", "data"))) {
            folder <- file.path(up, "shared")
        }
    }
    path <- file.path(folder, ...)
    if (folder == "" || !file.exists(path)) {
        testthat::skip(paste("no shared file", file.path(...)))
    }
    path
}
