# The distance of other genes, other cell types and technical errors from the
# training signal, and what they cost in AUROC: bench/results/unlike.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

signals <- list(E013 = readPileup("E013"), E066 = readPileup("E066"),
                K562 = readPeaks("K562", "E123"))
others <- list(E066 = list(`another cell type (E105)` = readPileup("E105")),
               K562 = list(`another cell type (A549)` = readPeaks("A549",
                                                                 "E114")))

change <- function(f) {
    function(x) {
        for (mark in marks(x)) {
            assay(x, mark, withDimnames = FALSE) <-
                f(assay(x, mark, withDimnames = FALSE))
        }
        x
    }
}
swap <- function(x) {
    kept <- assay(x, marks(x)[1L])
    assay(x, marks(x)[1L]) <- assay(x, marks(x)[2L])
    assay(x, marks(x)[2L]) <- kept
    x
}
# The genes of another build: the signal lies some bins aside.
aside <- function(x) x[, , c(31:100, 1:30), drop = FALSE]
errors <- list(
    `other genes` = identity,
    `twice the depth` = change(function(x) 2 * x),
    `a quarter of the depth` = change(function(x) x / 4),
    `two marks swapped` = swap,
    `minus strand not turned` = function(x) {
        change(function(x) x[, , rev(seq_len(dim(x)[3L])), drop = FALSE])(x)
    },
    `3 kb aside` = change(aside))

row <- function(model, name, changed, test) {
    like <- unlikeTraining(model, test, draws = sized(199, 19))
    far <- like$cellTypes
    data.frame(model = name, signal = changed, distance = far$distance,
               p = far$pValue, unlike = far$unlike,
               `differs most` = sprintf("%s %+d", far$mark,
                                        as.integer(far$from)),
               `genes above 95 %` = mean(like$genes$percentile > 0.95),
               AUROC = suppressWarnings(evaluate(model, test)$auroc),
               check.names = FALSE)
}
table <- do.call(rbind, lapply(names(signals), function(name) {
    parts <- byChromosome(signals[[name]])
    model <- quietly(attentiveChrome(parts$train, parts$validation, seed = 1,
                                     epochs = sized(15, 1), progress = FALSE))
    tests <- c(lapply(errors, function(f) f(parts$test)),
               lapply(others[[name]], function(x) {
                   x[rownames(x) %in% rownames(parts$test), ]
               }))
    do.call(rbind, Map(row, list(model), name, names(tests), tests))
}))
writeResult("unlike.md", c("## Signal unlike the training signal", "",
    "The default model, split by chromosome. Distance and p-value of",
    "`unlikeTraining()` for the test genes, as they are and changed; the share",
    "of genes whose score is above 95 % of those of training; the AUROC.", "",
    markdown(table, 3)))
