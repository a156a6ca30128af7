# Makes inst/extdata/reads: aligned reads of a simulated cell type, with genes
# and expression. Run in the package's folder, with the package, Rsamtools and
# data.table installed.
#
# Each read is put where its 5' end, moved 75 bp downstream, lies in the bin
# that simulateChromatin() gave it to; of the marks with most reads a part is
# left out. The genome is two chromosomes long.
suppressPackageStartupMessages(library(AttentiveChrome))

folder <- file.path("inst", "extdata", "reads")
dir.create(folder, recursive = TRUE, showWarnings = FALSE)
set.seed(2017)
simulated <- simulateChromatin(
    genes = 160, seed = 2018, effect = 1.5, noise = 0.3,
    causal = list(H3K4me3 = 46:55, H3K27me3 = 41:60), scenario = "blocks")
lengths <- c(chr1 = 1e6, chr2 = 1e6)

# ---- genes: one every 12 kb, of 2 to 6 kb -----------------------------------
gene <- data.frame(
    gene_id = sprintf("SIMG%06d.%d", 1:160, sample(1:9, 160, TRUE)),
    symbol = paste0("Gene", 1:160), chr = rep(names(lengths), each = 80),
    strand = as.vector(strand(rowRanges(simulated))))
tss <- rep(seq(20000, by = 12000, length.out = 80), 2) +
    sample(-500:500, 160, TRUE)
size <- sample(2000:6000, 160, TRUE)
gene$start <- as.integer(ifelse(gene$strand == "+", tss, tss - size + 1))
gene$end <- as.integer(ifelse(gene$strand == "+", tss + size - 1, tss))
gene <- gene[c("gene_id", "symbol", "chr", "start", "end", "strand")]
write.table(gene, file.path(folder, "genes.tsv"), sep = "\t", quote = FALSE,
            row.names = FALSE)

rpkm <- data.frame(gene_id = sub("[.].*", "", gene$gene_id),
                   S1 = signif(assay(simulated, "expression")[, 1], 4))
write.table(rpkm[order(rpkm$gene_id), ], file.path(folder, "expression.tsv"),
            sep = "\t", quote = FALSE, row.names = FALSE)

# ---- reads ------------------------------------------------------------------
kept <- c(H3K27me3 = 1, H3K36me3 = 1, H3K4me1 = 0.5, H3K4me3 = 0.4, H3K9me3 = 1)

# 0-based, sorted. Bins run from 5' to 3'.
placeReads <- function(mark) {
    counts <- binMatrix(simulated, mark)
    counts[] <- rbinom(length(counts), counts, kept[[mark]])
    at <- which(counts > 0, arr.ind = TRUE)
    at <- at[rep(seq_len(nrow(at)), counts[counts > 0]), ]
    along <- binOffsets(simulated)[at[, 2]] + sample(0:99, nrow(at), TRUE)
    sign <- ifelse(gene$strand == "+", 1, -1)[at[, 1]]
    middle <- tss[at[, 1]] - 1 + sign * along
    minus <- sample(c(FALSE, TRUE), nrow(at), TRUE)
    start <- ifelse(minus, middle + 75 - 35, middle - 75)
    reads <- data.frame(chr = gene$chr[at[, 1]], start = as.integer(start),
                        strand = ifelse(minus, "-", "+"))
    reads[order(reads$chr, reads$start), ]
}

writeTagAlign <- function(reads, path) {
    lines <- sprintf("%s\t%d\t%d\tN\t1000\t%s", reads$chr, reads$start,
                     reads$start + 36L, reads$strand)
    connection <- gzfile(path, "w", compression = 9)
    writeLines(lines, connection)
    close(connection)
}

writeBam <- function(reads, path) {
    header <- c("@HD\tVN:1.0\tSO:coordinate", sprintf("@SQ\tSN:%s\tLN:%.0f",
                                                      names(lengths), lengths))
    lines <- sprintf("r\t%d\t%s\t%d\t37\t36M\t*\t0\t0\t*\t*",
                     ifelse(reads$strand == "-", 16L, 0L), reads$chr,
                     reads$start + 1L)
    sam <- tempfile(fileext = ".sam")
    writeLines(c(header, lines), sam)
    Rsamtools::asBam(sam, sub("[.]bam$", "", path), overwrite = TRUE)
}

samples <- data.frame(cellType = "S1", mark = marks(simulated))
samples$file <- sprintf(
    "S1-%s.%s", samples$mark,
    ifelse(samples$mark %in% c("H3K27me3", "H3K36me3"), "bam", "tagAlign.gz"))
for (i in seq_len(nrow(samples))) {
    path <- file.path(folder, samples$file[i])
    reads <- placeReads(samples$mark[i])
    if (grepl("bam$", path)) writeBam(reads, path)
    else writeTagAlign(reads, path)
}
write.table(samples, file.path(folder, "samples.tsv"), sep = "\t",
            quote = FALSE, row.names = FALSE)
