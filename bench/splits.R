# How many test genes share part of their window with a training gene, by the
# way of splitting, on real genes of hg19 in thirds; windows of 5 kb to either
# side of the TSS. The table is bench/results/splits.md.
source(file.path("bench", "helper.R"))

folder <- file.path(shared, "data")
annotation <- utils::read.delim(
    file.path(folder, "genes", "hg19_genes.tsv.gz"))

# One mark of zeros: only places and labels count.
placed <- function(windows, ...) {
    zeros <- matrix(0L, length(windows), 100L)
    chromatinSignal(list(none = zeros), windows, ...)
}

# In the order of their Ensembl ids.
rpkm <- readRDS(file.path(folder, "genome-wide", "E013.rds"))$rpkm
rpkm <- rpkm[order(names(rpkm))]
columns <- c("gene_id", "chr", "start", "end", "strand")
e013 <- placed(tssWindows(
    annotation[match(names(rpkm), annotation$gene_id), columns]),
    expression = rpkm)

meta <- readRDS(file.path(folder, "genome-wide", "K562-peaks.rds"))$meta
k562 <- placed(tssWindows(data.frame(
    gene_id = meta$gene, chr = meta$chr, start = meta$tss, end = meta$tss,
    strand = "+")), labels = meta$label)

trainAndTest <- function(signal, by, seed) {
    parts <- suppressMessages(splitGenes(signal, by = by, seed = seed))
    table <- as.data.frame(checkSplit(parts))
    own <- table[table$first == "train" & table$second == "test" &
                 table$kind == "overlap", ]
    c(100 * own$secondShare, own$agreement, own$expected)
}

rows <- lapply(list(list("E013", e013), list("K562", k562)), function(cell) {
    one <- lapply(c("order", "random", "chromosome"), function(by) {
        seeds <- if (by == "random") 1:5 else 1
        own <- vapply(seeds, trainAndTest, c(0, 0, 0), signal = cell[[2L]],
                      by = by)
        data.frame(genes = cell[[1L]], `split by` = by,
                   `test genes, %` = mean(own[1L, ]),
                   `same label` = mean(own[2L, ]), expected = mean(own[3L, ]),
                   check.names = FALSE)
    })
    do.call(rbind, one)
})
table <- do.call(rbind, rows)

writeResult("splits.md", c("## Shared windows", "",
    sprintf(paste("Test genes whose window (TSS +/- 5 kb) overlaps that of a",
        "training gene, and the share of such pairs with the same label beside",
        "that expected of independent labels: %d genes of E013 and %d of K562",
        "in the order of their Ensembl ids, thirds; `random`: mean of 5",
        "seeds."), nrow(e013), nrow(k562)), "", markdown(table, 3), ""))
stopifnot(table$`test genes, %`[table$`split by` == "chromosome"] == 0)
