# What users get wrong when training: each has a message of its own. Tables
# are in test-tables.R, models in test-model.R.
counts <- list(a = matrix(1, 4, 6), b = matrix(2, 4, 6))
labels <- c(0, 1, 0, 1)

test_that("counts must be finite and not negative", {
    for (bad in list(list(NA, "missing"), list(Inf, "infinite"),
                     list(-1, "negative"))) {
        wrong <- counts
        wrong$b[3L, 2L] <- bad[[1L]]
        expect_error(chromatinSignal(wrong, labels = labels),
                     paste0("\"b\" must be finite.*1 is ", bad[[2L]],
                            ".*gene3.*bin 2"))
    }
    wrong$b <- matrix("1", 4, 6)
    expect_error(chromatinSignal(wrong), "\"b\" must be numbers.*character")
})

test_that("marks must be named and of one shape", {
    expect_error(chromatinSignal(unname(counts)), "unique names")
    expect_error(chromatinSignal(list(a = counts$a, a = counts$b)),
                 "must have unique names")
    expect_error(chromatinSignal(list(label = counts$a)), "reserved names")
    expect_error(chromatinSignal(list(a = counts$a, b = matrix(1, 4, 5))),
                 "same shape.*4 x 1 x 6.*4 x 1 x 5")
    expect_error(chromatinSignal(list()), "list with a matrix for each mark")
    expect_error(chromatinSignal(1:3), "list with a matrix for each mark")
    expect_error(chromatinSignal(list(a = 1:3)), "genes x bins")
    expect_error(chromatinSignal(list(a = matrix(1, 0, 6))), "is empty")
})

test_that("genes must be present and unique", {
    expect_error(chromatinSignal(counts, genes = c("x", "y", "x", "z")),
                 "only once.*x")
    expect_error(chromatinSignal(counts, genes = c("x", "y")),
                 "Found 2 for 4 genes")
    expect_error(chromatinSignal(counts, genes = 1:4), "must be a GRanges")
})

test_that("unambiguous labels are accepted", {
    expected <- matrix(c(0L, 1L, 0L, 1L))
    for (good in list(c(0, 1, 0, 1), c(-1, 1, -1, 1),
                      c(FALSE, TRUE, FALSE, TRUE),
                      c("low", "high", "low", "high"),
                      factor(c("low", "high", "low", "high")))) {
        signal <- chromatinSignal(counts, labels = good)
        expect_identical(unname(expressionLabel(signal)), expected)
    }
    known <- chromatinSignal(counts, labels = c(0, NA, 0, 1))
    expect_identical(unname(expressionLabel(known))[, 1L], c(0L, NA, 0L, 1L))
})

test_that("ambiguous labels are refused by name", {
    expect_error(chromatinSignal(counts, labels = c(1, 2, 1, 2)),
                 "`labels`.*ambiguous.*\"1\" and \"2\"")
    words <- factor(c("a", "b", "a", "b"))
    expect_error(chromatinSignal(counts, labels = words),
                 "`labels`.*ambiguous.*\"a\" and \"b\"")
    expect_error(chromatinSignal(counts, labels = c(0, 1)),
                 "`labels` must have one value per gene")
})

test_that("training needs labelled genes of both kinds", {
    expect_error(attentiveChrome(chromatinSignal(counts)), "has no labels")
    equal <- chromatinSignal(counts, labels = c(1, 1, 1, 1))
    expect_error(attentiveChrome(equal), "`signal` are all equal.*high")
    unknown <- chromatinSignal(counts, labels = rep(NA, 4))
    expect_error(attentiveChrome(unknown), "no gene with a label")
    signal <- chromatinSignal(counts, labels = labels)
    expect_error(attentiveChrome(signal[0L, ]), "`signal` is empty")
    expect_error(attentiveChrome(signal, equal), "`validation` are all equal")
    expect_error(attentiveChrome(counts), "must be a signal.*chromatinSignal")
    expect_error(attentiveChrome(signal, cellTypes = "K562"),
                 "one cell type|cell types.*K562")
    other <- chromatinSignal(counts, labels = labels, binWidth = 50)
    expect_error(attentiveChrome(signal, other),
                 "`validation` must have the model's bins")
})

test_that("settings out of range are refused by name", {
    signal <- chromatinSignal(counts, labels = labels)
    expect_error(attentiveChrome(signal, epochs = 0), "`epochs`.*at least 1")
    expect_error(attentiveChrome(signal, hidden = 1.5), "`hidden`.*whole")
    expect_error(attentiveChrome(signal, batchSize = NA), "`batchSize`")
    expect_error(attentiveChrome(signal, learningRate = "a"), "`learningRate`")
    expect_error(attentiveChrome(signal, clip = 0), "`clip`")
    expect_error(attentiveChrome(signal, threads = 0), "`threads`")
    expect_error(attentiveChrome(signal, seed = "x"), "`seed`")
    expect_error(attentiveChrome(signal, progress = NA), "`progress`")
    expect_error(attentiveChrome(signal, transform = "log"), "`transform`")
    expect_error(attentiveChrome(signal, precision = "half"), "`precision`")
    expect_error(attentiveChrome(signal, architecture = "rnn"),
                 "`architecture` must be one of.*lstm-alpha-beta")
})

test_that("a training that diverges says so", {
    signal <- chromatinSignal(counts, labels = labels)
    expect_error(attentiveChrome(signal, learningRate = 1e300, epochs = 3),
                 "diverged.*epoch")
})
