# The core against PyTorch: committed goldens always, the four shapes of full
# size where PyTorch and the peer's script are there.

shapes <- list(
    published = c(bins = 100L, marks = 5L, hidden = 32L, markHidden = 16L),
    oneMark = c(bins = 100L, marks = 1L, hidden = 32L, markHidden = 16L),
    small = c(bins = 20L, marks = 3L, hidden = 8L, markHidden = 4L),
    large = c(bins = 200L, marks = 7L, hidden = 32L, markHidden = 16L))

tolerance <- list(
    double = c(logit = 1e-9, alpha = 1e-9, beta = 1e-9, loss = 1e-9,
               gradient = 1e-9, adam = 1e-8, after = 1e-8),
    single = c(logit = 1e-5, alpha = 1e-5, beta = 1e-5, loss = 1e-5,
               gradient = 1e-5, adam = 1e-5, after = 1e-4))

expectParity <- function(golden) {
    for (precision in names(tolerance)) {
        worst <- compareGolden(golden, precision)
        limit <- tolerance[[precision]][names(worst)]
        expect_true(all(worst < limit), label = paste(
            precision, "differs by",
            paste(names(worst), signif(worst, 3), collapse = ", ")))
    }
}

test_that("committed goldens are met", {
    files <- list.files(test_path("goldens"), full.names = TRUE)
    expect_gte(length(files), 2L)
    for (file in files) expectParity(readRDS(file))
})

test_that("PyTorch's results are met in four shapes", {
    peer <- sharedFile("peers", "torch_attentivechrome.py")
    skip_if_not_installed("jsonlite")
    skip_if(system2("/usr/bin/python3", c("-c", shQuote("import torch")),
                    stdout = FALSE, stderr = FALSE) != 0, "no PyTorch")
    for (shape in shapes) {
        out <- withr::local_tempfile(fileext = ".json")
        status <- system2("/usr/bin/python3", c(peer, "golden", out,
            "--bins", shape[["bins"]], "--marks", shape[["marks"]],
            "--hidden", shape[["hidden"]],
            "--mark-hidden", shape[["markHidden"]]))
        expect_identical(status, 0L)
        expectParity(do.call(readGolden, c(file = out, as.list(shape))))
    }
})
