# What the tortures share: a small signal, quick panels, and the table's parts.
suppressPackageStartupMessages(library(AttentiveChrome))
own <- asNamespace("AttentiveChrome")

signal <- simulateChromatin(60, cellTypes = 3, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12), scenario = "blocks")

train <- function(signal, folder = NULL, epochs = 3, ...,
                  BPPARAM = BiocParallel::SerialParam()) {
    AttentiveChrome::trainCellTypes(signal, folder, seed = 1, epochs = epochs,
        filters = 4, context = 4, ..., BPPARAM = BPPARAM, progress = FALSE)
}

weights <- function(panel) {
    lapply(stats::setNames(nm = names(panel)), function(c) coef(panel[[c]]))
}

readBytes <- function(path) readBin(path, "raw", file.size(path))

# Each torture writes its lines; run.sh puts them together.
writeLinesOf <- function(name, lines) {
    writeLines(lines, file.path(Sys.getenv("TORTURE_OUT"), name))
    cat(lines, sep = "\n")
}

# A data frame as a Markdown table.
asMarkdown <- function(table) {
    row <- function(cells) paste0("| ", paste(cells, collapse = " | "), " |")
    c(row(names(table)), row(rep("---", ncol(table))),
      apply(table, 1L, function(cells) row(trimws(cells))))
}
