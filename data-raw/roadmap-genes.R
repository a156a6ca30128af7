# Makes data/roadmapGenes.rda. Run in the package's folder, with the package
# installed:
#     Rscript data-raw/roadmap-genes.R [folder]
# The folder is by default ../shared/data, beside the checkout. Of it are read
#   roadmap-600/CELL.{train,valid}.raw.csv.gz   counts of 200 + 200 genes
#   roadmap-600/CELL.expr.csv.gz                RNA-seq read counts, all genes
# as published at https://github.com/QData/DeepDiffChrome (Apache-2.0);
#   genome-wide/K562-peaks.rds                  of it only chromosome and TSS,
# as published at https://github.com/DEIB-GECO/ShallowChrome (MIT);
#   genes/hg19_genes.tsv.gz                     of it only the strand,
# which is that of Ensembl GRCh37. inst/COPYRIGHTS credits all of them.
suppressPackageStartupMessages(library(AttentiveChrome))

folder <- c(commandArgs(trailingOnly = TRUE),
            file.path("..", "shared", "data"))[1L]
cellTypes <- c("E003", "E123")
parts <- c(train = "train", validation = "valid")
# The order of the columns, in DeepDiff's README.
columns <- c("H3K4me1", "H3K4me3", "H3K9me3", "H3K27me3", "H3K36me3")

# ---- counts: 200 bins of TSS +/- 10 kb, of which TSS +/- 5 kb is kept --------
path <- function(cellType, part) {
    file.path(folder, "roadmap-600",
              sprintf("%s.%s.raw.csv.gz", cellType, part))
}
wide <- lapply(parts, function(part) {
    readChromeTable(path(cellTypes, part), cellTypes, marks = columns,
                    upstream = 10000)
})
part <- rep(names(parts), vapply(wide, nrow, 1L))
wide <- do.call(rbind, unname(wide))
stopifnot(dim(wide) == c(400, 2), length(binOffsets(wide)) == 200,
          !anyDuplicated(rownames(wide)))
middle <- which(binOffsets(wide) >= -5000 & binOffsets(wide) < 5000)
counts <- lapply(stats::setNames(nm = sort(columns)), function(mark) {
    values <- assay(wide, mark)[, , middle]
    storage.mode(values) <- "integer"
    values
})

# ---- genes: their symbols, places and strands -------------------------------
firstColumn <- unique(sub("_[0-9]+$", "", unlist(lapply(parts, function(part) {
    read.csv(path(cellTypes[1L], part), header = FALSE)[[1L]]
}))))
ids <- sub("_.*", "", firstColumn)
stopifnot(identical(ids, rownames(wide)))
sites <- readRDS(file.path(folder, "genome-wide", "K562-peaks.rds"))$meta
sites <- sites[match(ids, sub("_.*", "", sites$gene)), ]
ensembl <- read.delim(file.path(folder, "genes", "hg19_genes.tsv.gz"))
ensembl <- ensembl[match(ids, ensembl$gene_id), ]
known <- !is.na(ensembl$gene_id)
stopifnot(identical(ids[!known], "ENSG00000197689"), # TBC1D29
          paste0("chr", ensembl$chr[known]) == sites$chr[known])

genes <- GenomicRanges::GRanges(
    sites$chr, IRanges::IRanges(sites$tss, width = 1),
    ifelse(known, ensembl$strand, "*"), gene_id = ids,
    symbol = sub("^[^_]*_", "", firstColumn), tss = sites$tss, part = part)
hg19 <- GenomeInfoDb::getChromInfoFromUCSC(
    "hg19", assembled.molecules.only = TRUE, as.Seqinfo = TRUE)
hg19 <- hg19[paste0("chr", c(1:22, "X"))]
GenomeInfoDb::seqlevels(genes) <- GenomeInfoDb::seqlevels(hg19)
GenomeInfoDb::seqinfo(genes) <- hg19

# Windows of neighbouring genes overlap. Their counts fit together at the
# distance of these TSS, if all bins run along the chromosome and the TSS are
# those that the authors used.
pairs <- subset(expand.grid(a = seq_along(ids), b = seq_along(ids)),
                sites$chr[a] == sites$chr[b] & sites$tss[b] > sites$tss[a] &
                sites$tss[b] - sites$tss[a] < 15000)
bestLag <- function(a, b) {
    tracks <- lapply(columns, function(mark) {
        t(binMatrix(wide, mark, "E123")[c(a, b), ])
    })
    agreement <- vapply(0:180, function(lag) {
        both <- do.call(rbind, lapply(tracks, function(track) {
            cbind(track[(lag + 1):200, 1L], track[1:(200 - lag), 2L])
        }))
        suppressWarnings(stats::cor(both)[1L, 2L])
    }, 0)
    which.max(agreement) - 1
}
lags <- mapply(bestLag, pairs$a, pairs$b)
stopifnot(nrow(pairs) >= 10,
          abs(lags - (sites$tss[pairs$b] - sites$tss[pairs$a]) / 100) < 1)

# ---- expression: high is above the median of all 19,795 genes ---------------
tables <- lapply(stats::setNames(nm = cellTypes), function(cellType) {
    read.csv(file.path(folder, "roadmap-600", paste0(cellType, ".expr.csv.gz")),
             header = FALSE, col.names = c("gene", "reads"))
})
expression <- sapply(tables, function(table) {
    table$reads[match(ids, table$gene)]
})
medians <- vapply(tables, function(table) stats::median(table$reads), 0)
stopifnot(!anyNA(expression))
rownames(expression) <- ids
labels <- 1L * sweep(expression, 2L, medians, ">")

# ---- the signal -------------------------------------------------------------
# One gene has no strand, of which tssWindows() warns; the bins along the
# chromosome need none.
windows <- suppressWarnings(tssWindows(genes, orient = "genome", tss = "given"))
roadmapGenes <- chromatinSignal(counts, windows, expression, labels,
                                orient = "genome")
about <- roadmapCellTypes[match(cellTypes, roadmapCellTypes$id), ]
colData(roadmapGenes) <- S4Vectors::DataFrame(
    name = about$name, group = about$group, medianExpression = medians,
    row.names = cellTypes)
# DeepDiff's README: "bedtools multicov".
preprocessing(roadmapGenes)$counting <- "overlap"
roadmapGenes@columns$sources <- lapply(cellTypes, function(cellType) {
    rows <- expand.grid(part = parts, mark = names(counts),
                        stringsAsFactors = FALSE)
    data.frame(
        mark = rows$mark,
        file = sprintf("DeepDiffChrome/%s.%s.raw.csv", cellType, rows$part),
        format = "table", reads = NA_real_, matched = NA_real_,
        unmatched = "", build = "", bothMates = NA, sorted = NA, indexed = NA,
        genome = "hg19")
})
metadata(roadmapGenes) <- list(
    source = "https://github.com/QData/DeepDiffChrome", license = "Apache-2.0")
stopifnot(validObject(roadmapGenes))
save(roadmapGenes, file = file.path("data", "roadmapGenes.rda"), version = 2L,
     compress = "xz")
