# The core against PyTorch: committed goldens always; at full size, every
# architecture and the four shapes of the peer, where PyTorch and the scripts
# are there.

tolerance <- list(
    double = c(logit = 1e-9, attention = 1e-9, loss = 1e-9, gradient = 1e-9,
               adam = 1e-8, after = 1e-8),
    single = c(logit = 1e-5, attention = 1e-5, loss = 1e-5, gradient = 1e-5,
               adam = 1e-4, after = 1e-4))

expectParity <- function(golden) {
    for (precision in names(tolerance)) {
        worst <- compareGolden(golden, precision)
        limit <- tolerance[[precision]][names(worst)]
        expect_true(all(worst < limit), label = paste(
            golden$architecture, paste(golden$target, collapse = ", "),
            precision, "differs by",
            paste(names(worst), signif(worst, 3), collapse = ", ")))
    }
}

test_that("results match the committed reference values", {
    files <- list.files(test_path("goldens"), full.names = TRUE)
    goldens <- lapply(files, readRDS)
    expect_setequal(vapply(goldens, `[[`, "", "architecture"),
                    names(.architectures))
    of <- vapply(goldens, function(g) paste(g$target, collapse = ", "), "")
    expect_true(all(c("expression, squared", "expression, huber",
                      "twoStage, squared", "twoStage, huber") %in% of))
    for (golden in goldens) expectParity(golden)
})

test_that("every architecture matches PyTorch at full size", {
    script <- test_path("..", "..", "tools", "torch_architectures.py")
    skip_if(!file.exists(script), "not in a checkout")
    skip_if(!hasTorch(), "no PyTorch")
    for (name in names(.architectures)) {
        if (!is.null(.architectures[[name]]$channels)) next
        expectParity(torchGolden(script, name, marks = 5L, bins = 100L,
                                 genes = 5L))
    }
})

test_that("numbers match PyTorch at full size", {
    script <- test_path("..", "..", "tools", "torch_architectures.py")
    skip_if(!file.exists(script), "not in a checkout")
    skip_if(!hasTorch(), "no PyTorch")
    targets <- list(list(name = "expression", loss = "huber"),
                    list(name = "twoStage", loss = "squared"))
    for (name in c("additive", "lstm-alpha-beta", "deepchrome")) {
        for (target in targets) {
            expectParity(torchGolden(script, name, marks = 5L, bins = 100L,
                                     genes = 5L, target = target))
        }
    }
})

test_that("DeepDiff's largest networks match PyTorch at their own sizes", {
    script <- test_path("..", "..", "tools", "torch_architectures.py")
    skip_if(!file.exists(script), "not in a checkout")
    skip_if(!hasTorch(), "no PyTorch")
    for (name in c("aux_siamese", "raw_aux_siamese")) {
        channels <- length(.architectures[[name]]$channels)
        expectParity(torchGolden(script, name, marks = 2L * channels,
                                 bins = 30L, genes = 5L))
    }
})

shapes <- list(
    published = c(bins = 100L, marks = 5L, hidden = 32L, markHidden = 16L),
    oneMark = c(bins = 100L, marks = 1L, hidden = 32L, markHidden = 16L),
    small = c(bins = 20L, marks = 3L, hidden = 8L, markHidden = 4L),
    large = c(bins = 200L, marks = 7L, hidden = 32L, markHidden = 16L))

test_that("results match the PyTorch implementation in four shapes", {
    peer <- sharedFile("peers", "torch_attentivechrome.py")
    skip_if_not_installed("jsonlite")
    skip_if(!hasTorch(), "no PyTorch")
    for (shape in shapes) {
        expectParity(peerGolden(peer, shape[["marks"]], shape[["bins"]], 4L,
                                as.list(shape[c("hidden", "markHidden")])))
    }
})
