twoCells <- function(...) {
    simulateChromatin(genes = 20, cellTypes = 2, bins = 10, causal = list(),
                      seed = 1, ...)
}

# What an experiment happens to have as assays is no mark.
test_that("other assays are kept and never trained on", {
    signal <- twoCells()
    known <- marks(signal)
    assay(signal, "logCounts") <- log1p(assay(signal, known[1]))
    assay(signal, "tpm", withDimnames = FALSE) <- matrix(1, 20, 2)
    expect_identical(marks(signal), known)
    expect_true(all(c("logCounts", "tpm") %in% assayNames(signal[1:3, 2])))
    model <- attentiveChrome(signal, epochs = 1, filters = 2, context = 2)
    expect_identical(marks(model), known)
    expect_identical(dim(predict(model, signal)), c(20L, 2L))
    marks(signal) <- c("logCounts", "H3K4me3")
    chosen <- attentiveChrome(signal, epochs = 1, filters = 2, context = 2)
    expect_identical(marks(chosen), c("logCounts", "H3K4me3"))
    expect_error(marks(signal) <- "tpm", "arrays of genes x cell types x 10")
    expect_error(marks(signal) <- "none", "Missing: \"none\"")
    expect_error(marks(signal) <- "label", "reserved")
})

test_that("`marks` chooses the marks to train on, in its order", {
    signal <- twoCells()
    two <- c("H3K4me3", "H3K27me3")
    model <- attentiveChrome(signal, signal, marks = two, epochs = 1,
                             filters = 2, context = 2, seed = 1)
    expect_identical(marks(model), two)
    chosen <- signal
    marks(chosen) <- two
    same <- attentiveChrome(chosen, chosen, epochs = 1, filters = 2,
                            context = 2, seed = 1)
    expect_identical(coef(same), coef(model))
    expect_identical(marks(trainBaseline(signal, marks = two)), two)
    expect_error(attentiveChrome(signal, marks = "H3K27ac", epochs = 1),
                 "marks that the signal does not have.*H3K27ac")
})

test_that("subsetting, renaming and removing keep the class in step", {
    signal <- twoCells()
    preprocessing(signal)$counting <- c("overlap", "fivePrime")
    expect_s4_class(signal[3:1, "cellType2"], "ChromatinSignal")
    expect_identical(preprocessing(signal[, 2])$counting, "fivePrime")
    expect_identical(preprocessing(signal[, c(FALSE, TRUE)])$counting,
                     "fivePrime")
    expect_identical(preprocessing(signal[, "cellType2"]),
                     preprocessing(signal)[2, ])
    expect_identical(preprocessing(signal[, 2:1])$counting,
                     c("fivePrime", "overlap"))
    assay(signal, "H3K9me3") <- NULL
    expect_false("H3K9me3" %in% marks(signal))
    assayNames(signal)[1] <- "H2AZ"
    expect_identical(marks(signal)[1], "H2AZ")
    colnames(signal) <- c("a", "b")
    expect_identical(rownames(preprocessing(signal)), c("a", "b"))
    expect_error(assay(signal, "H3K4me3", withDimnames = FALSE) <-
                     matrix(0, 20, 2), "these are not: H3K4me3")
    expect_error(assays(signal) <- assays(signal)["label"], "marks")
    signal[1:2, ] <- signal[3:4, ]
    expect_identical(binMatrix(signal, "H3K4me3", "a")[1, ],
                     binMatrix(signal, "H3K4me3", "a")[3, ])
    other <- signal
    preprocessing(other)$normalization <- "cpm"
    expect_error(signal[1:2, ] <- other[1:2, ], "same preprocessing")
    signal[, 2] <- other[, 2]
    expect_identical(preprocessing(signal)$normalization, c("none", "cpm"))
})

test_that("an invalid signal cannot be created", {
    signal <- twoCells()
    expect_error(preprocessing(signal) <- 1, "DataFrame with one row")
    broken <- signal
    broken@bins$offsets <- broken@bins$offsets[-3]
    expect_error(validObject(broken), "adjacent bins")
    broken <- signal
    broken@bins$orient <- "sideways"
    expect_error(validObject(broken), "orient")
    broken <- signal
    broken@kind <- "guess"
    expect_error(validObject(broken), "kind")
    broken <- signal
    broken@columns <- broken@columns[1, ]
    expect_error(validObject(broken), "columns")
})

test_that("validity checks do not read the values", {
    skipWithout("HDF5Array")
    signal <- twoCells()
    folder <- withr::local_tempdir()
    kept <- HDF5Array::saveHDF5SummarizedExperiment(
        signal, file.path(folder, "s"))
    unlink(list.files(file.path(folder, "s"), "h5$", full.names = TRUE))
    expect_true(validObject(kept))
    expect_identical(marks(kept), marks(signal))
})

# Cbind() used to defeat every guard.
test_that("signals that do not go together are not combined", {
    signal <- twoCells()
    other <- signal
    colnames(other) <- c("c", "d")
    wide <- simulateChromatin(20, 2, bins = 10, binWidth = 200,
                              causal = list(), seed = 1)
    colnames(wide) <- c("c", "d")
    expect_error(cbind(signal, wide), "same bins.*100 bp.*200 bp")
    expect_error(rbind(signal, wide), "same bins")
    expect_error(combineCols(signal, wide), "same bins")
    turned <- other
    turned@bins$orient <- "genome"
    expect_error(cbind(signal, turned),
                 "along the transcript.*along the genome")
    fewer <- other
    assay(fewer, "H3K9me3") <- NULL
    expect_error(cbind(signal, fewer), "same marks.*H3K9me3")
    expect_error(cbind(signal, signal), "different cell types.*cellType1")
    expect_error(combineRows(signal, other), "same cell types.*c, d")
    expect_error(combineCols(signal, other[-1, ]), "same genes")
    kind <- other
    kind@kind <- "attention"
    expect_error(cbind(signal, kind), "one kind.*signal.*attention")
})

test_that("each cell type keeps its preprocessing when combined", {
    signal <- twoCells()
    other <- signal
    colnames(other) <- c("c", "d")
    preprocessing(other)$normalization <- "cpm"
    both <- cbind(signal, other)
    expect_identical(preprocessing(both)$normalization,
                     c("none", "none", "cpm", "cpm"))
    expect_identical(combineCols(signal, other[20:1, ]), both)
    expect_identical(rbind(signal[1:5, ], signal[6:20, ]), signal)
    expect_identical(combineRows(signal[1:5, ], signal[6:20, 2:1]), signal)
    mixed <- signal[6:20, ]
    preprocessing(mixed)$normalization <- "cpm"
    expect_error(rbind(signal[1:5, ], mixed),
                 "same preprocessing.*cellType1.*not normalised.*cpm")
    unknown <- other
    unknown@bins$orient <- NULL
    expect_null(cbind(signal, unknown)@bins$orient)
})

test_that("a signal survives files and plain experiments", {
    signal <- twoCells()
    preprocessing(signal)$counting <- "overlap"
    assay(signal, "mine", withDimnames = FALSE) <- matrix(1, 20, 2)
    file <- withr::local_tempfile()
    saveRDS(signal, file)
    expect_identical(readRDS(file), signal)
    plain <- as(signal, "RangedSummarizedExperiment")
    expect_identical(class(plain)[1], "RangedSummarizedExperiment")
    expect_identical(as(plain, "ChromatinSignal"), signal)
    expect_error(as(plain[, 1], "ChromatinSignal"), "Subset the signal")
    expect_error(splitGenes(plain), "must be a signal.*converts")
    expect_identical(updateObject(signal), signal)
    expect_error(as(SummarizedExperiment(rowRanges = rowRanges(signal)),
                    "ChromatinSignal"), "made from a signal")
})

test_that("experiments of the user's own become signals", {
    signal <- twoCells()
    own <- SummarizedExperiment(
        list(H3K4me3 = assay(signal, "H3K4me3"), tpm = matrix(1, 20, 2),
             other = assay(signal, "H3K9me3")),
        colData = DataFrame(age = 1:2, row.names = colnames(signal)))
    rownames(own) <- rownames(signal)
    made <- chromatinSignal(own, marks = "H3K4me3")
    expect_identical(marks(made), "H3K4me3")
    expect_identical(made$age, 1:2)
    expect_identical(binMatrix(made, "H3K4me3", 1),
                     binMatrix(signal, "H3K4me3", 1))
    expect_identical(marks(chromatinSignal(own)), c("H3K4me3", "other"))
    expect_error(chromatinSignal(own, marks = "tpm"), "x bins.*\"tpm\"")
    expect_error(chromatinSignal(own, genes = "x"), "already has")
    assay(own, "other")[3, 1, 2] <- -1
    expect_error(chromatinSignal(own), "\"other\" must be finite")
})

test_that("objects of version 0.99.0 are converted", {
    signal <- twoCells()
    old <- AttentiveChrome:::.plainExperiment(signal)
    metadata(old) <- list(bins = signal@bins, counting = "overlap",
                          normalization = c("cpm", "quantile"))
    expect_error(binMatrix(old, "H3K4me3", 1), "version 0.99.0.*as\\(x")
    new <- as(old, "ChromatinSignal")
    expect_identical(marks(new), marks(signal))
    expect_identical(preprocessing(new)$normalization,
                     rep("cpm then quantile", 2))
    expect_identical(preprocessing(new)$counting, rep("overlap", 2))
    expect_identical(new@bins, signal@bins)
    model <- attentiveChrome(new, epochs = 1, filters = 2, context = 2)
    attr(model, "treatment") <- list(counting = "overlap",
                                     normalization = c("cpm", "quantile"))
    attr(model, "preprocessing") <- NULL
    expect_error(predict(model, new), "version 0.99.0.*updateObject")
    expect_identical(predict(updateObject(model), new),
                     predict(attentiveChrome(
                         new, epochs = 1, filters = 2, context = 2,
                         seed = model@training$seed), new))
})

test_that("attention is refused as a signal for training or prediction", {
    signal <- twoCells()
    signal$age <- 1:2
    model <- attentiveChrome(signal, epochs = 1, filters = 2, context = 2)
    looked <- attention(model, signal)
    expect_identical(looked$age, 1:2) # S20
    expect_identical(attribution(model, signal, "saliency")$age, 1:2)
    expect_identical(preprocessing(looked), preprocessing(signal))
    expect_error(predict(model, looked), "must be.*signal.*attention")
    expect_error(attentiveChrome(looked, epochs = 1), "\"attention\"")
    expect_error(normalizeSignal(looked, "cpm"), "\"attention\"")
})

test_that("print says what the numbers mean", {
    signal <- twoCells()
    preprocessing(signal)$normalization <- c("none", "cpm")
    expect_snapshot(signal)
})

test_that("signal in HDF5 files stays there in every step", {
    skipWithout("HDF5Array")
    skipWithout("limma")
    signal <- twoCells()
    colData(signal)$depth <- matrix(c(1e5, 3e5), 2, 5, dimnames = list(
        colnames(signal), marks(signal)))
    file <- HDF5Array::saveHDF5SummarizedExperiment(
        signal, file.path(withr::local_tempdir(), "s"))
    expect_s4_class(file, "ChromatinSignal")
    same <- function(make) {
        delayed <- make(file)
        memory <- make(signal)
        expect_identical(preprocessing(delayed), preprocessing(memory))
        for (mark in marks(memory)) {
            expect_s4_class(assay(delayed, mark), "DelayedArray")
            expect_equal(as.array(assay(delayed, mark)), assay(memory, mark))
        }
    }
    same(function(x) normalizeSignal(x, "cpm"))
    same(function(x) normalizeSignal(x, "subtract", control = "H3K9me3"))
    same(function(x) normalizeSignal(x, "logRatio", control = "H3K9me3"))
    same(function(x) normalizeSignal(normalizeSignal(x, "cpm"), "quantile"))
    same(function(x) cbind(x[, 2], x[, 1])[5:1, ])
    model <- attentiveChrome(file, epochs = 1, filters = 2, context = 2,
                             seed = 1)
    expect_identical(coef(model), coef(attentiveChrome(
        signal, epochs = 1, filters = 2, context = 2, seed = 1)))
    expect_identical(predict(model, file), predict(model, signal))
})
