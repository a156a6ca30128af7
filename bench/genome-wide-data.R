# The real genome-wide data of the benches: readers and splits. To be sourced
# after helper.R.
suppressMessages(library(AttentiveChrome))

genomeWide <- needShared("data", "genome-wide")
quietly <- suppressMessages

# In the order of the ids.
readPileup <- function(cellType) {
    data <- readRDS(file.path(genomeWide, paste0(cellType, ".rds")))
    order <- order(names(data$rpkm))
    high <- data$rpkm > stats::median(data$rpkm)
    signal <- lapply(data$hundredths, function(x) x[order, ] / 100)
    chromatinSignal(signal, labels = high[order], cellType = cellType)
}

geneTable <- utils::read.delim(file.path(shared, "data", "genes",
                                         "hg19_genes.tsv.gz"))

# The five marks that all cell types have, 5' to 3'.
readPeaks <- function(cellType, id) {
    data <- readRDS(file.path(genomeWide, paste0(cellType, "-peaks.rds")))
    genes <- sub("_.*", "", data$meta$gene)
    once <- !duplicated(genes)
    strand <- geneTable$strand[match(genes[once], geneTable$gene_id)]
    minus <- which(strand %in% c("-", "-1"))
    marks <- stats::setNames(nm = setdiff(data$marks, c("H3K9ac", "H3K27ac")))
    signal <- lapply(marks, function(mark) {
        x <- data$x[once, , match(mark, data$marks)]
        x[minus, ] <- x[minus, rev(seq_len(ncol(x)))]
        dimnames(x) <- list(genes[once], NULL)
        x
    })
    chromatinSignal(signal, labels = data$meta$label[once], cellType = id)
}

inThirds <- function(signal) quietly(splitGenes(signal))

# A third of the chromosomes each, by the lengths of their lists of genes.
byChromosome <- function(signal) {
    on <- geneTable$chr[match(rownames(signal), geneTable$gene_id)]
    parts <- list(train = c(1, 4, 7, 10, 13, 16, 20, 22),
                  validation = c(2, 5, 8, 11, 14, 17, 21, "X"),
                  test = c(3, 6, 9, 12, 15, 18, 19))
    lapply(parts, function(chromosomes) signal[on %in% chromosomes, ])
}
