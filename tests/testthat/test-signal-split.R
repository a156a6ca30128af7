plainSignal <- function(genes, ...) {
    counts <- list(H3K4me3 = matrix(0L, genes, 1))
    chromatinSignal(counts, ...)
}

quietSplit <- function(...) suppressMessages(splitGenes(...))

sizes <- function(parts) vapply(parts, nrow, 1L)

test_that("the order split is the paper's", {
    signal <- plainSignal(19802)
    parts <- quietSplit(signal)
    expect_identical(sizes(parts),
                     c(train = 6601L, validation = 6601L, test = 6600L))
    expect_identical(unlist(lapply(parts, rownames), use.names = FALSE),
                     rownames(signal))
    expect_identical(binOffsets(parts$test), binOffsets(signal))
})

test_that("fractions give the sizes, with ends rounded up", {
    split <- function(genes, ...) {
        unname(sizes(quietSplit(plainSignal(genes), fractions = c(...))))
    }
    expect_identical(split(10, a = 0.7, b = 0.1, c = 0.2), c(7L, 1L, 2L))
    expect_identical(split(10, a = 0.1, b = 0.2, c = 0.7), c(1L, 2L, 7L))
    expect_identical(split(4, a = 1 / 3, b = 1 / 3, c = 1 / 3), c(2L, 1L, 1L))
    expect_identical(split(5, train = 0.5, test = 0.5), c(3L, 2L))
})

test_that("the random split shuffles, by its seed, and keeps every gene", {
    signal <- plainSignal(100)
    split <- function(seed) {
        lapply(quietSplit(signal, "random", seed = seed), rownames)
    }
    one <- split(1)
    expect_identical(lengths(one), c(train = 34L, validation = 33L,
                                     test = 33L))
    expect_setequal(unlist(one), rownames(signal))
    expect_false(identical(one$train, rownames(signal)[1:34]))
    expect_identical(order(match(one$train, rownames(signal))), 1:34)
    expect_identical(split(1), one)
    expect_false(identical(split(2), one))
})

test_that("a seed leaves R's random numbers alone; without one they go on", {
    signal <- plainSignal(100)
    split <- function(seed = NULL) {
        rownames(quietSplit(signal, "random", seed = seed)$train)
    }
    withr::local_seed(1)
    before <- .Random.seed
    split(seed = 5)
    expect_identical(.Random.seed, before)
    first <- split()
    expect_false(identical(split(), first))
    withr::local_seed(1)
    expect_identical(split(), first)
})

test_that("the chromosome split keeps chromosomes whole", {
    signal <- simulateChromatin(genes = 66, bins = 10, scenario = "blocks",
                                causal = list(), seed = 1)
    parts <- quietSplit(signal, "chromosome", chromosomes = list(
        validation = "chr8", test = c("chr9", "chr10")))
    expect_identical(sizes(parts),
                     c(train = 57L, validation = 3L, test = 6L))
    on <- lapply(parts, function(part) {
        unique(as.character(GenomicRanges::seqnames(part)))
    })
    expect_identical(on$validation, "chr8")
    expect_identical(on$test, c("chr9", "chr10"))
    expect_false(any(c("chr8", "chr9", "chr10") %in% on$train))
})

test_that("chromosomes are shared out by fractions", {
    signal <- simulateChromatin(genes = 220, bins = 10, causal = list(),
                                seed = 1)
    signal <- signal[as.character(GenomicRanges::seqnames(signal)) != "chr2" |
                     seq_len(220) %% 2 == 0, ]
    for (fractions in list(c(train = 1 / 3, validation = 1 / 3, test = 1 / 3),
                           c(train = 0.8, test = 0.2))) {
        parts <- quietSplit(signal, "chromosome", fractions = fractions)
        expect_named(parts, names(fractions))
        on <- lapply(parts, function(part) {
            unique(as.character(GenomicRanges::seqnames(part)))
        })
        expect_false(anyDuplicated(unlist(on)) > 0L)
        expect_length(unlist(on), 22L)
        expect_true(all(abs(sizes(parts) - fractions * nrow(signal)) <= 10))
    }
    expect_error(quietSplit(signal[1:10, ], "chromosome"),
                 "Empty: validation.*chromosomes stay whole")
})

test_that("genes with overlapping windows in different parts are told of", {
    counts <- list(H3K4me3 = matrix(0L, 6, 100, dimnames = list(1:6, NULL)))
    genes <- data.frame(gene_id = 1:6, chr = c("1", "1", "1", "2", "2", "3"),
                        start = c(20000, 25000, 90000, 20000, 26000, 20000),
                        end = 1e5, strand = "+")
    signal <- chromatinSignal(counts, tssWindows(genes))
    told <- function(...) {
        paste(testthat::capture_messages(splitGenes(...)), collapse = "")
    }
    expect_match(told(signal, fractions = c(train = 1 / 6, test = 5 / 6)),
                 "2 genes have a window.*chromosome.*checkSplit")
    expect_no_match(told(signal, "chromosome"), "window")
    simulated <- simulateChromatin(genes = 60, bins = 10, causal = list())
    expect_no_match(told(simulated, "random"), "window")
})

test_that("the chromosome split says what it misses", {
    signal <- simulateChromatin(genes = 44, bins = 10, causal = list(),
                                seed = 1)
    split <- function(...) {
        quietSplit(signal, "chromosome", chromosomes = list(...))
    }
    expect_error(quietSplit(plainSignal(9), "chromosome",
                            chromosomes = list(test = "chr1")),
                 "must have gene ranges")
    expect_error(split("chr1"), "must be a list")
    expect_error(split(train = "chr1"), "must be a list")
    expect_error(split(test = "8"), "without genes.*\"8\".*chr8")
    expect_error(split(a = "chr1", b = "chr1"), "only once.*chr1")
    everything <- paste0("chr", 1:22)
    expect_error(split(test = everything), "Empty: train")
})

test_that("no part may be empty and fractions must make sense", {
    expect_error(quietSplit(plainSignal(2)), "Empty: test.*2 genes")
    split <- function(fractions) {
        quietSplit(plainSignal(9), fractions = fractions)
    }
    wrong <- list(c(a = 1), c(0.5, 0.5), c(a = 0.5, a = 0.5),
                  c(a = 0.5, b = 0.6), c(a = 1.5, b = -0.5), c(a = 0.5, b = NA),
                  c(a = 1, b = 0), "x")
    for (fractions in wrong) expect_error(split(fractions), "sum to 1")
    expect_error(splitGenes(plainSignal(9), "size"), "must be one of \"order\"")
    expect_error(splitGenes(plainSignal(9), "random", seed = 1.5), "seed")
    expect_error(splitGenes(1:9), "must be a signal")
})

test_that("each part records how it was split", {
    parts <- quietSplit(plainSignal(9), "random", seed = 3)
    expect_identical(metadata(parts$test)$split,
                     list(part = "test", by = "random", seed = 3))
})

test_that("a split is a table of genes and parts", {
    signal <- simulateChromatin(9, seed = 1)
    parts <- suppressMessages(splitGenes(signal, by = "random", seed = 1))
    table <- as.data.frame(parts)
    expect_identical(table$gene[table$part == "test"], rownames(parts$test))
    expect_identical(nrow(table), 9L)
    expect_identical(levels(table$part), names(parts))
})

test_that("the split reports genes and the share of high ones", {
    halves <- c(train = 0.5, test = 0.5)
    one <- plainSignal(4, labels = c(1, 1, 0, 1))
    expect_message(splitGenes(one, fractions = halves),
                   "train: 2 genes, 100% high.*test: 2 genes, 50% high")
    expect_message(splitGenes(plainSignal(4), fractions = halves),
                   "test: 2 genes$")
    labels <- cbind(c(1, 1, 0, NA), c(0, 1, 0, 1))
    counts <- list(H3K4me3 = array(0L, c(4, 2, 1)))
    two <- chromatinSignal(counts, labels = labels, cellTypes = c("A", "{B}"))
    expect_message(splitGenes(two, fractions = halves),
                   "test: 2 genes, 0% high in A, 50% high in \\{B\\}")
    many <- chromatinSignal(list(H3K4me3 = array(0L, c(4, 6, 1))),
                            labels = matrix(c(1, 0, 0, 0), 4, 6))
    expect_message(splitGenes(many, fractions = halves),
                   "train: 2 genes, 50% high.*test: 2 genes, 0% high")
})
