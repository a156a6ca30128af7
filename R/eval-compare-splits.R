# What compareModels() compares on: one split or several, and clusters of their
# test genes.

# A list of splits, in most cases of one.
.comparisonFolds <- function(parts, folds) {
    if (!is.null(folds)) return(.chromosomeFolds(parts, folds))
    several <- is.list(parts) && length(parts) > 1L &&
        all(vapply(parts, function(x) is.list(x) && "train" %in% names(x), NA))
    if (several) unname(parts) else list(parts)
}

# Each fold is the test genes once, and the next one is for validation.
.chromosomeFolds <- function(signal, folds) {
    .checkNumber(folds, "folds", lower = 3, whole = TRUE)
    if (!is(signal, "ChromatinSignal")) {
        .stop("With {.arg folds}, {.arg parts} must be a signal with all genes",
              x = "It is of class {.cls {class(signal)[1]}}.",
              i = "Without {.arg folds} it may be a list of splits.")
    }
    on <- .chromosomes(signal, "parts")
    if (length(unique(on)) < folds) {
        .stop("{.arg folds} must be at most the number of chromosomes,
               {length(unique(on))}", x = "It is {folds}.")
    }
    fold <- .shareChromosomes(on, stats::setNames(rep(1 / folds, folds),
                                                  seq_len(folds)))
    lapply(seq_len(folds), function(i) {
        suppressMessages(splitGenes(signal, "chromosome", chromosomes = list(
            validation = unique(on[fold == i %% folds + 1L]),
            test = unique(on[fold == i]))))
    })
}

# The cluster of each test gene, as a whole number; NULL for none.
.geneClusters <- function(test, clusters) {
    if (identical(clusters, "none")) return(NULL)
    id <- if (identical(clusters, "chromosome")) {
        .chromosomes(test, "parts$test")
    } else if (identical(clusters, "overlap")) {
        .chromosomes(test, "parts$test")
        windows <- GenomicRanges::granges(rowRanges(test))
        GenomicRanges::findOverlaps(
            windows, GenomicRanges::reduce(windows, min.gapwidth = 0L,
                                           ignore.strand = TRUE),
            select = "first", ignore.strand = TRUE)
    } else {
        .ownClusters(clusters, rownames(test))
    }
    match(id, unique(id))
}

.ownClusters <- function(clusters, genes) {
    if (is.atomic(clusters) && all(genes %in% names(clusters))) {
        clusters <- clusters[genes]
    }
    good <- (is.atomic(clusters) || is.factor(clusters)) &&
        length(clusters) == length(genes) && !anyNA(clusters)
    if (!good) {
        .stop("{.arg clusters} must be {.val none}, {.val chromosome},
               {.val overlap} or a vector with the cluster of each of the
               {length(genes)} test genes",
              x = if (length(clusters) == 1L) "It is {.val {clusters}}."
                  else "It has {length(clusters)} value{?s}, of which
                        {sum(is.na(clusters))} {?is/are} missing.")
    }
    clusters
}
