# Genes at known places: A and B overlap, C and D face each other, E and F are
# alone, G is alone on another chromosome.
places <- data.frame(
    gene_id = LETTERS[1:7], chr = c(rep("chr1", 6), "chr2"),
    tss = c(20000L, 29999L, 100000L, 100900L, 200000L, 300000L, 100000L),
    strand = c("+", "+", "-", "+", "+", "+", "+"))
placed <- function(genes = places, labels = c(1, 1, 0, 0, 1, 0, 1),
                   ranges = TRUE) {
    counts <- matrix(0L, nrow(genes), 100,
                     dimnames = list(genes$gene_id, NULL))
    windows <- if (ranges) {
        tssWindows(data.frame(genes, start = genes$tss, end = genes$tss))
    }
    chromatinSignal(list(H3K4me3 = counts), windows, labels = labels)
}
row <- function(check, kind, first = "train", second = "test") {
    table <- as.data.frame(check)
    table[table$kind == kind & table$first == first & table$second == second, ]
}
signal <- placed()
parts <- list(train = signal[c("A", "C", "E"), ],
              test = signal[c("B", "D", "F", "G"), ])
check <- checkSplit(parts)

test_that("windows that overlap in different parts are found, to the base", {
    own <- row(check, "overlap")
    expect_identical(own$pairs, 2L)
    expect_identical(c(own$firstGenes, own$secondGenes), c(2L, 2L))
    expect_equal(c(own$firstShare, own$secondShare), c(2 / 3, 2 / 4))
    listed <- check$pairs[check$pairs$kind == "overlap", ]
    expect_identical(listed$firstGene, c("A", "C"))
    expect_identical(listed$secondGene, c("B", "D"))
    expect_identical(listed$distance, c(9999L, 900L))
    apart <- places
    apart$tss[2L] <- 30000L
    apart <- placed(apart)
    expect_identical(row(checkSplit(list(train = apart["A", ],
                                         test = apart["B", ])),
                         "overlap")$pairs, 0L)
})

test_that("neighbours are on opposite strands, at most 1 kb apart", {
    own <- check$pairs[check$pairs$kind == "neighbour", ]
    expect_identical(paste(own$firstGene, own$secondGene), "C D")
    count <- function(distance, strand) {
        moved <- places
        moved$tss[4L] <- 100000L + distance
        moved$strand[4L] <- strand
        moved <- placed(moved)
        row(checkSplit(list(train = moved["C", ], test = moved["D", ])),
            "neighbour")$pairs
    }
    expect_identical(count(1000L, "+"), 1L)
    expect_identical(count(-1000L, "+"), 1L)
    expect_identical(count(1001L, "+"), 0L)
    expect_identical(count(900L, "-"), 0L)
})

test_that("the agreement of labels is that of the pairs, and by chance", {
    # Pairs A-B (1, 1) and C-D (0, 0): half of each part's are high.
    own <- row(check, "overlap")
    expect_equal(c(own$agreement, own$expected), c(1, 0.5))
    odd <- placed(labels = c(1, 0, 0, NA, 1, 0, 1))
    own <- row(checkSplit(list(train = odd[c("A", "C"), ],
                               test = odd[c("B", "D"), ])), "overlap")
    expect_equal(c(own$agreement, own$expected), c(0, 0))
    none <- checkSplit(lapply(parts, function(part) {
        assay(part, "label") <- NULL
        part
    }))
    expect_identical(row(none, "overlap")$agreement, NA_real_)
    expect_identical(row(none, "overlap")$pairs, 2L)
})

test_that("genes in two parts are found by their id", {
    own <- checkSplit(list(train = signal[c("A", "E"), ],
                           test = signal[c("E", "F"), ]))
    expect_identical(row(own, "sameGene")$pairs, 1L)
    expect_identical(own$pairs$firstGene[own$pairs$kind == "sameGene"], "E")
    expect_output(print(own), "remove them")
})

test_that("paralogues in different parts are counted, not listed", {
    families <- c(A = "x", C = "x", B = "x", D = "x", E = "y", F = "z",
                  G = NA, H = "x")
    own <- checkSplit(parts, families)
    two <- row(own, "paralogue")
    expect_identical(two$pairs, 4L)
    expect_identical(c(two$firstGenes, two$secondGenes), c(2L, 2L))
    # A and C with B and D: labels 1, 0 and 1, 0.
    expect_equal(c(two$agreement, two$expected), c(0.5, 0.5))
    expect_identical(own$families,
                     data.frame(family = "x", train = 2L, test = 2L))
    expect_false("paralogue" %in% own$pairs$kind)
    table <- data.frame(gene = c("A", "A", "B", "D"),
                        family = c("x", "y", "y", "x"))
    expect_identical(row(checkSplit(parts, table), "paralogue")$pairs, 2L)
    expect_identical(row(check, "paralogue")$pairs, NA_integer_)
})

test_that("families with cell types agree as the pairs one by one", {
    many <- smallParts(60, cellTypes = 2)
    assay(many$train, "label")[1:4, 1L] <- NA
    ids <- unlist(lapply(many, rownames))
    families <- stats::setNames(rep(letters[1:6], 10), ids)
    own <- row(checkSplit(many, families), "paralogue")
    a <- expressionLabel(many$train)
    b <- expressionLabel(many$test)
    pairs <- merge(data.frame(i = seq_len(nrow(a)),
                              family = families[rownames(a)]),
                   data.frame(j = seq_len(nrow(b)),
                              family = families[rownames(b)]))
    same <- a[pairs$i, ] == b[pairs$j, ]
    expect_identical(own$pairs, nrow(pairs))
    expect_equal(own$agreement, mean(same, na.rm = TRUE))
    high <- c(mean(a[pairs$i, ][!is.na(same)]),
              mean(b[pairs$j, ][!is.na(same)]))
    expect_equal(own$expected, prod(high) + prod(1 - high))
})

test_that("without positions only what is known is reported", {
    bare <- placed(ranges = FALSE)
    own <- checkSplit(list(train = bare[1:4, ], test = bare[4:7, ]))
    expect_false(own$positions)
    expect_identical(row(own, "overlap")$pairs, NA_integer_)
    expect_identical(row(own, "sameGene")$pairs, 1L)
    expect_identical(own$pairs$distance, NA_integer_)
    expect_identical(nrow(own$pairs), 1L)
    expect_output(print(own), "not compared, as not all\\s+parts have the pos")
    mixed <- checkSplit(list(train = bare[1:4, ], test = signal[4:7, ]))
    expect_false(mixed$positions)
})

test_that("the share of high genes is by part and cell type", {
    many <- smallParts(60, cellTypes = 2)
    own <- checkSplit(many)$parts
    expect_identical(own$part, rep(names(many), each = 2L))
    expect_equal(own$high, unlist(lapply(many, function(part) {
        colMeans(expressionLabel(part))
    }), use.names = FALSE))
    expect_identical(own$labelled, own$genes)
})

test_that("ranges without a TSS are windows, or genes", {
    ranges <- GenomicRanges::GRanges("chr1", IRanges::IRanges(
        c(1001, 20001), width = 10000), c("+", "-"))
    bins <- .makeBins(100, 100, 2000)
    expect_equal(.tssOf(ranges, bins), c(3001, 22001))
    expect_equal(.tssOf(ranges, c(bins, orient = "transcript")),
                 c(3001, 28000))
    GenomicRanges::width(ranges)[1L] <- 5000
    expect_equal(.tssOf(ranges, bins), c(1001, 30000))
})

test_that("a report prints and is drawn", {
    expect_snapshot({
        check
        checkSplit(parts, c(A = "x", D = "x"))
        checkSplit(list(train = placed(ranges = FALSE)[1:3, ],
                        test = placed(ranges = FALSE)[4:7, ]))
    })
    built <- ggplot2::ggplot_build(plot(check))
    expect_equal(sort(built$data[[1L]]$x), c(0, 1 / 4, 2 / 4))
    high <- ggplot2::ggplot_build(plot(check, "high"))
    expect_equal(sort(high$data[[1L]]$x), sort(c(2 / 3, 1 / 2)))
})

test_that("wrong input is told", {
    expect_snapshot(error = TRUE, {
        checkSplit(signal)
        checkSplit(list(train = signal))
        checkSplit(list(train = signal, test = 1))
        checkSplit(list(train = signal, test = signal[0, ]))
        checkSplit(parts, c("x", "y"))
        checkSplit(parts, data.frame(id = "A", family = "x"))
        checkSplit(parts, c(Z = "x"))
        plot(check, "low")
    })
})
