# Reads into bins: 20 million simulated reads, 19,802 genes x 100 bins, one
# thread, beside bedtools and the cost of merely reading the files. Writes
# bench/results/reads.md. The files (3 GB) go to BENCH_READS, if it is set, and
# are kept there; else to a temporary folder.
source(file.path("bench", "helper.R"))
suppressPackageStartupMessages({
    library(Rsamtools)
    library(GenomicAlignments)
})

folder <- Sys.getenv("BENCH_READS", tempfile("reads"))
dir.create(folder, showWarnings = FALSE)
million <- as.numeric(Sys.getenv("BENCH_MILLIONS", "20"))
rounds <- 3L
inFolder <- function(name) file.path(folder, name)
shell <- function(command) {
    stopifnot(system(paste0("bash -c 'set -o pipefail; ", command, "'")) == 0)
}

# ---- the files ---------------------------------------------------------------
chromosomes <- c(
    249250621, 243199373, 198022430, 191154276, 180915260, 171115067,
    159138663, 146364022, 141213431, 135534747, 135006516, 133851895,
    115169878, 107349540, 102531392, 90354753, 81195210, 78077248, 59128983,
    63025520, 48129895, 51304566, 155270560)
names(chromosomes) <- paste0("chr", c(1:22, "X"))
starts <- c(0, cumsum(chromosomes - 1000))

set.seed(2)
chr <- sample(names(chromosomes), 19802, TRUE, chromosomes)
position <- floor(stats::runif(19802, 1e4, chromosomes[chr] - 1e4))
genes <- data.frame(gene_id = sprintf("g%05d", 1:19802), chr = chr,
                    start = position, end = position,
                    strand = sample(c("+", "-"), 19802, TRUE))

# Sorted positions along the genome: 40 % of the reads lie around the genes'
# TSS, as those of a promoter mark do.
placeReads <- function(n) {
    peak <- sample(starts[match(chr, names(chromosomes))] + position, 0.4 * n,
                   TRUE) + stats::rnorm(0.4 * n, sd = 1000)
    sort(floor(c(peak, stats::runif(0.6 * n, 0, starts[length(starts)] - 1))))
}

asReads <- function(at) {
    chr <- findInterval(at, starts)
    data.frame(chr = names(chromosomes)[chr],
               start = as.integer(at - starts[chr]),
               strand = sample(c("+", "-"), length(at), TRUE))
}

someText <- function(from) {
    replicate(1000, paste(sample(from, 36, TRUE), collapse = ""))
}

writeReads <- function() {
    set.seed(1)
    bases <- someText(c("A", "C", "G", "T"))
    qualities <- someText(strsplit(intToUtf8(40:73), "")[[1]])
    write <- function(x, name, append) {
        data.table::fwrite(x, inFolder(name), sep = "\t", col.names = FALSE,
                           append = append, quote = FALSE)
    }
    writeLines(sprintf("@SQ\tSN:%s\tLN:%.0f", names(chromosomes), chromosomes),
               inFolder("reads.sam"))
    at <- placeReads(million * 1e6)
    for (k in seq_len(million)) {
        reads <- asReads(at[(k - 1) * 1e6 + seq_len(1e6)])
        write(data.frame(reads$chr, reads$start, reads$start + 36L, "N", 1000L,
                         reads$strand), "reads.tagAlign", k > 1)
        write(data.frame(sprintf("SRR.%d.%d", k, seq_len(1e6)),
                         ifelse(reads$strand == "+", 0L, 16L), reads$chr,
                         reads$start + 1L, 37L, "36M", "*", 0L, 0L,
                         sample(bases, 1e6, TRUE),
                         sample(qualities, 1e6, TRUE)), "reads.sam", TRUE)
    }
    shell(sprintf("gzip -k %s; samtools view -b -o %s %s; samtools index %s",
                  inFolder("reads.tagAlign"), inFolder("reads.bam"),
                  inFolder("reads.sam"), inFolder("reads.bam")))
    shell(sprintf("(shuf %s | gzip > %s)", inFolder("reads.tagAlign"),
                  inFolder("shuffled.tagAlign.gz")))
    unlink(c(inFolder("reads.sam"), inFolder("reads.tagAlign")))
}
if (!file.exists(inFolder("shuffled.tagAlign.gz"))) writeReads()
tagAlign <- inFolder("reads.tagAlign.gz")
bam <- inFolder("reads.bam")

windows <- tssWindows(genes)
binStart <- AttentiveChrome:::.binStarts(windows, metadata(windows)$bins) - 1
bins <- data.frame(chr = rep(chr, 100), start = as.integer(binStart),
                   end = as.integer(binStart + 100))
bins <- bins[order(match(bins$chr, names(chromosomes)), bins$start), ]
data.table::fwrite(bins, inFolder("bins.bed"), sep = "\t", col.names = FALSE)
slice <- bins[seq(1, nrow(bins), length.out = 2000), ]
data.table::fwrite(slice, inFolder("slice.bed"), sep = "\t",
                   col.names = FALSE)

# ---- seconds, in turn ----------------------------------------------------------
countOne <- function(file) {
    binMatrix(countReads(c(M = file), windows, secondary = TRUE,
                         unmapped = TRUE, progress = FALSE), "M")
}
contents <- list(
    "zcat and wc -l" = function() {
        shell(sprintf("zcat %s | wc -l > /dev/null", tagAlign))
    },
    "countReads(), tagAlign.gz" = function() countOne(tagAlign),
    "countReads(), tagAlign.gz, not sorted" = function() {
        countOne(inFolder("shuffled.tagAlign.gz"))
    },
    "bedtools intersect -c -sorted, tagAlign.gz" = function() {
        shell(sprintf("cut -f1 %s | uniq > %s", inFolder("bins.bed"),
                      inFolder("order")))
        shell(sprintf(
            "bedtools intersect -c -sorted -a %s -b %s > %s",
            inFolder("bins.bed"), tagAlign, inFolder("intersect.bed")))
    },
    "samtools view -c" = function() {
        shell(sprintf("samtools view -c %s > /dev/null", bam))
    },
    "countReads(), BAM" = function() countOne(bam),
    "bedtools multicov, 2,000 bins of 1,980,200" = function() {
        shell(sprintf("bedtools multicov -bams %s -bed %s > %s", bam,
                      inFolder("slice.bed"), inFolder("multicov.bed")))
    })
invisible(countOne(readsFile <- system.file(
    "extdata", "reads", "S1-H3K9me3.tagAlign.gz",
    package = "AttentiveChrome"))) # loads what R loads late
seconds <- vapply(seq_len(rounds), function(round) {
    vapply(contents, function(run) system.time(run())[["elapsed"]], 0)
}, numeric(length(contents)))
median <- apply(seconds, 1L, stats::median)

# ---- the same counts -------------------------------------------------------
ours <- countOne(tagAlign)
stopifnot(identical(ours, countOne(bam)),
          identical(ours, countOne(inFolder("shuffled.tagAlign.gz"))))
theirs <- data.table::fread(inFolder("intersect.bed"))
key <- paste(rep(chr, 100), as.integer(binStart))
stopifnot(identical(as.integer(ours)[match(paste(theirs$V1, theirs$V2), key)],
                    theirs$V4))

# ---- five marks ----------------------------------------------------------------
five <- function(file) {
    links <- file.path(folder, sprintf("mark%d-%s", 1:5, basename(file)))
    unlink(c(links, paste0(links, ".bai")))
    file.symlink(file, links)
    if (file == bam) file.symlink(paste0(bam, ".bai"), paste0(links, ".bai"))
    samples <- data.frame(cellType = "K", mark = paste0("mark", 1:5),
                          file = links)
    expression <- stats::setNames(stats::rexp(19802), genes$gene_id)
    suppressMessages(system.time(chromatinExperiment(
        samples, genes, expression, progress = FALSE,
        BPPARAM = BiocParallel::MulticoreParam(2)))[["elapsed"]])
}
whole <- c(tagAlign = five(tagAlign), BAM = five(bam))

# ---- memory, in a fresh process ------------------------------------------------
peak <- function(file) {
    script <- inFolder("memory.R")
    writeLines(c(
        "suppressPackageStartupMessages({library(AttentiveChrome)",
        "library(Rsamtools); library(GenomicAlignments)})",
        "peak <- function() as.numeric(gsub('[^0-9]', '', grep('VmHWM',",
        "    readLines('/proc/self/status'), value = TRUE))) / 1024",
        sprintf("windows <- readRDS('%s')", inFolder("windows.rds")),
        "invisible(gc()); before <- peak()",
        sprintf("x <- countReads(c(M = '%s'), windows, progress = FALSE)",
                file),
        "cat(before, peak())"), script)
    out <- system2(file.path(R.home("bin"), "Rscript"), script, stdout = TRUE)
    as.numeric(strsplit(utils::tail(out, 1L), " ")[[1L]])
}
saveRDS(windows, inFolder("windows.rds"))
memory <- vapply(c(tagAlign, bam), peak, c(0, 0))

table <- data.frame(what = names(contents), median,
                    apply(seconds, 1L, min), apply(seconds, 1L, max))
names(table) <- c("what", "seconds", "lowest", "highest")
ratio <- function(a, b) median[[a]] / median[[b]]
multicov <- median[[7L]] * nrow(bins) / nrow(slice)
writeResult("reads.md", c("## Reads into bins", "",
    sprintf(paste("%g million simulated reads of 36 bp, 40 %% of them near a",
        "TSS, 19,802 genes x 100 bins, one thread; medians of %d rounds, in turn. The counts of all",
        "are the same, bin by bin. R and its packages are loaded before."),
        million, rounds), "", markdown(table, 2), "",
    sprintf(paste("- tagAlign.gz: %.2f times `zcat FILE | wc -l`; %.1f times",
        "as fast as `bedtools intersect -c -sorted` of the same file."),
        ratio(2L, 1L), ratio(4L, 2L)),
    sprintf(paste("- BAM: %.1f times `samtools view -c`; `bedtools multicov`",
        "would take %.1f hours for all bins (by the slice), %.0f times as",
        "long."), ratio(6L, 5L), multicov / 3600, multicov / median[[6L]]),
    sprintf(paste("- `chromatinExperiment()` of five marks of that size on two",
        "cores, all in all: %.0f s from tagAlign.gz, %.0f s from BAM (the five",
        "names link to one file)."), whole[[1L]], whole[[2L]]),
    sprintf(paste("- Peak memory: %.0f MB above the %.0f MB of R with its",
        "packages for tagAlign.gz, %.0f MB for BAM."),
        diff(memory)[1L], memory[1L, 1L], diff(memory)[2L]), ""))
if (Sys.getenv("BENCH_READS") == "") unlink(folder, recursive = TRUE)
