# Signals in files and in memory, in any type, give the same bits.

# Counts of three cell types; the genes of the second have other values.
counts <- function(genes = 60, ...) {
    simulateChromatin(genes, cellTypes = 3, bins = 20, seed = 1, ...,
                      causal = list(H3K4me3 = 9:12), scenario = "blocks")
}

asDouble <- function(signal) {
    for (mark in marks(signal)) {
        storage.mode(assay(signal, mark, withDimnames = FALSE)) <- "double"
    }
    signal
}

onDisk <- function(signal, env = parent.frame()) {
    skipWithout("HDF5Array")
    folder <- withr::local_tempfile(.local_envir = env)
    HDF5Array::saveHDF5SummarizedExperiment(signal, folder)
}

# A private object with another value until the test ends.
localOwn <- function(name, value, env = parent.frame()) {
    space <- asNamespace("AttentiveChrome")
    replace <- function(value) {
        unlockBinding(name, space)
        assign(name, value, space)
        lockBinding(name, space)
    }
    old <- space[[name]]
    replace(value)
    withr::defer(replace(old), env)
}

# What the core reads, as bins x marks x samples.
numbers <- function(signal, cellTypes = colnames(signal), scale = 0.3) {
    .inputNumbers(.modelInput(signal, marks(signal), cellTypes, "log1p",
                              scale)$x)
}

bitsOf <- function(signal, ...) {
    model <- quietModel(signal, filters = 4, context = 4, epochs = 2, seed = 1,
                        ...)
    c(coef(model), list(.scaleOf(model)))
}

test_that("the type of the stored signal does not change a bit", {
    signal <- counts()
    plain <- asDouble(signal)
    expect_type(assay(signal, 1L), "integer")
    expect_type(assay(plain, 1L), "double")
    expect_identical(numbers(signal), numbers(plain))
    expect_identical(bitsOf(signal), bitsOf(plain))
    mixed <- signal
    assay(mixed, "H3K4me3", withDimnames = FALSE) <-
        assay(plain, "H3K4me3", withDimnames = FALSE)
    expect_identical(bitsOf(mixed), bitsOf(plain))
    stored <- onDisk(signal)
    expect_true(.isInFile(stored))
    expect_identical(numbers(stored), numbers(plain))
    expect_identical(bitsOf(stored), bitsOf(plain))
})

test_that("fractions have the same bits from a file", {
    signal <- asDouble(counts())
    for (mark in marks(signal)) {
        assay(signal, mark) <- assay(signal, mark) / 7
    }
    expect_identical(bitsOf(onDisk(signal)), bitsOf(signal))
})

test_that("chosen cell types and genes are those of a signal of their own", {
    signal <- counts()
    plain <- asDouble(signal)
    some <- c(3L, 41L, 7L, 22:30)
    cells <- colnames(signal)[c(3L, 1L)]
    truth <- numbers(plain[some, cells])
    expect_identical(numbers(signal[some, ], cells), truth)
    expect_identical(numbers(onDisk(signal)[some, ], cells), truth)
    expect_identical(bitsOf(signal, cellTypes = cells),
                     bitsOf(plain[, cells]))
    expect_identical(bitsOf(onDisk(signal), cellTypes = cells),
                     bitsOf(plain[, cells]))
    rows <- .storedInput(signal, marks(signal), cells)$rows
    expect_identical(rows, c(121:180, 1:60))
})

test_that("genes without a label are not read", {
    signal <- counts()
    label <- expressionLabel(signal)
    label[c(2, 9, 17), 1L] <- NA
    label[5, 3L] <- NA
    assay(signal, "label", withDimnames = FALSE) <- label
    input <- .labelledInput(signal, marks(signal), colnames(signal), "log1p",
                            0.3, "signal")
    known <- which(!is.na(label))
    expect_length(input$y, 176)
    expect_identical(input$y, as.double(label[known]))
    expect_identical(.inputNumbers(input$x), numbers(signal)[, known])
    expect_identical(bitsOf(onDisk(signal)), bitsOf(asDouble(signal)))
    # What has no label may be anything.
    other <- signal
    values <- assay(other, 1L, withDimnames = FALSE)
    values[5, 3L, ] <- 999L
    assay(other, 1L, withDimnames = FALSE) <- values
    expect_identical(bitsOf(other), bitsOf(signal))
})

test_that("a signal in memory is returned as it is, one in a file is read", {
    signal <- counts()
    expect_identical(.inMemory(signal, "cellType2"), signal)
    read <- .inMemory(onDisk(signal), "cellType2")
    expect_false(.isInFile(read))
    expect_identical(assay(read, 1L), assay(signal[, "cellType2"], 1L))
    expect_type(assay(read, 1L), "integer")
})

test_that("predictions of a file are read in blocks of genes", {
    signal <- counts(100)
    stored <- onDisk(signal)
    model <- quietModel(signal, filters = 4, context = 4, epochs = 1, seed = 1)
    truth <- predict(model, signal)
    read <- NULL
    localOwn(".readAtOnce", .signalBytes(signal) / 3.2)
    whole <- .forwardWhole
    localOwn(".forwardWhole", function(model, signal, ...) {
        read <<- c(read, nrow(signal))
        whole(model, signal, ...)
    })
    expect_null(.genesAtOnce(signal)[[1L]])
    expect_identical(predict(model, stored), truth)
    expect_identical(read, c(31L, 31L, 31L, 7L))
})

test_that("cell types of a file are read in groups, each as it is alone", {
    signal <- counts()
    parts <- list(train = onDisk(signal[1:40, ]), test = signal[41:60, ])
    localOwn(".readAtOnce", .signalBytes(signal[1:40, 1L]) * 2)
    read <- .readCellTypes(parts, colnames(signal))
    expect_named(read, colnames(signal))
    for (cell in colnames(signal)) {
        expect_identical(numbers(read[[cell]]$train),
                         numbers(signal[1:40, cell]))
        expect_identical(numbers(read[[cell]]$test),
                         numbers(signal[41:60, cell]))
    }
    expect_null(.readCellTypes(list(train = signal), colnames(signal)))
    localOwn(".availableMemory", function() 1000)
    expect_null(.readCellTypes(parts, colnames(signal)))
})
