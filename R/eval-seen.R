# Which of the genes to evaluate on a model has seen in its training.

# One row per cell type of the signal: how many of the genes with a label were
# training genes in this cell type, validation genes in any, and training genes
# in other cell types alone. NULL if the model does not know its genes.
# `measured`: genes x cell types, NA where nothing is known.
.seenGenes <- function(model, signal, measured = expressionLabel(signal)) {
    used <- model@training$usedGenes
    if (is.null(used)) return(NULL)
    genes <- .geneIdentities(signal)
    validated <- .areUsed(genes, used[used$role == "validation", ])
    used <- used[used$role == "training", ]
    trained <- .areUsed(genes, used)
    cellTypes <- strsplit(levels(used$cellTypes), "\n", fixed = TRUE)
    rows <- lapply(colnames(signal), function(cellType) {
        same <- vapply(cellTypes, is.element, NA, el = cellType)
        own <- .areUsed(genes, used[same[used$cellTypes], ])
        known <- !is.na(measured[, cellType])
        data.frame(cellType = cellType, genes = sum(known),
                   training = sum(known & own),
                   validation = sum(known & validated & !own),
                   otherCellType = sum(known & trained & !own))
    })
    do.call(rbind, rows)
}

# Warns of an evaluation on genes that a model has seen, by the rows of
# .seenGenes().
.tellSeen <- function(seen) {
    lines <- .seenLines(seen)
    if (is.null(lines)) return(invisible())
    if (any(seen$training + seen$validation > 0L)) {
        cli::cli_warn(c(
            "The model has seen genes that it is evaluated on, so its
             performance is too high", .bullets(lines, "x"),
            i = "Use the part {.val test} of a split ({.fn splitGenes})."),
            class = "AttentiveChrome_seen")
    } else {
        cli::cli_inform(c(i = "The model knows these genes from another cell
                               type", .bullets(lines, "*")),
                        class = "AttentiveChrome_seen")
    }
}

.seenTitles <- c(training = "training genes",
                 validation = "validation genes, which chose the epoch",
                 otherCellType = "training genes in another cell type")

# For example "cellType1: 30 of 30 genes are training genes"; NULL if none is.
# Alike cell types share a line.
.seenLines <- function(seen) {
    unlist(lapply(names(.seenTitles), function(how) {
        some <- seen[seen[[how]] > 0L, ]
        if (NROW(some) == 0L) return(NULL)
        counts <- sprintf("%d of %s are %s", some[[how]], .nGenes(some$genes),
                          .seenTitles[[how]])
        vapply(unique(counts), function(line) {
            paste0(.some(unique(some$cellType[counts == line])), ": ", line)
        }, "", USE.NAMES = FALSE)
    }))
}

.printSeen <- function(seen) {
    lines <- .seenLines(seen)
    if (length(lines) > 0L) cat("SEEN in training:", lines, sep = "\n  ")
}
