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
million <- as.numeric(Sys.getenv("BENCH_MILLIONS", sized("20", "1")))
rounds <- sized(3L, 1L)
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

# `at` as NAME.bam with its index, and as NAME.tagAlign.gz.
writeReads <- function(at, name) {
    bases <- someText(c("A", "C", "G", "T"))
    qualities <- someText(strsplit(intToUtf8(40:73), "")[[1]])
    write <- function(x, ending) {
        data.table::fwrite(x, inFolder(paste0(name, ending)), sep = "\t",
                           col.names = FALSE, append = TRUE, quote = FALSE)
    }
    write(data.frame("@SQ", paste0("SN:", names(chromosomes)),
                     sprintf("LN:%.0f", chromosomes)), ".sam")
    for (k in seq_len(length(at) / 1e6)) {
        reads <- asReads(at[(k - 1) * 1e6 + seq_len(1e6)])
        write(data.frame(reads$chr, reads$start, reads$start + 36L, "N", 1000L,
                         reads$strand), ".tagAlign")
        write(data.frame(sprintf("SRR.%d.%d", k, seq_len(1e6)),
                         ifelse(reads$strand == "+", 0L, 16L), reads$chr,
                         reads$start + 1L, 37L, "36M", "*", 0L, 0L,
                         sample(bases, 1e6, TRUE),
                         sample(qualities, 1e6, TRUE)), ".sam")
    }
    shell(sprintf(paste(
        "cd %s; gzip -k %2$s.tagAlign; samtools view -b -o %2$s.bam %2$s.sam;",
        "samtools index %2$s.bam; rm %2$s.sam"), folder, name))
}

# Where multicov is slowest: 5 million reads within the windows of 500 genes,
# one next to the other.
placeDense <- function() {
    from <- starts[match("chr21", names(chromosomes))] + 1.1e7
    sort(floor(stats::runif(sized(5e6, 1e6), from, from + 500 * 1e4)))
}

if (!file.exists(inFolder("dense.bam"))) {
    set.seed(1)
    writeReads(placeReads(million * 1e6), "reads")
    shell(sprintf("(shuf %s | gzip > %s)", inFolder("reads.tagAlign"),
                  inFolder("shuffled.tagAlign.gz")))
    writeReads(placeDense(), "dense")
    unlink(inFolder(c("reads.tagAlign", "dense.tagAlign")))
}
tagAlign <- inFolder("reads.tagAlign.gz")
bam <- inFolder("reads.bam")

windows <- tssWindows(genes)
denseWindows <- tssWindows(data.frame(
    gene_id = paste0("g", 1:500), chr = "chr21",
    start = 1.1e7 + 1e4 * 1:500, end = 1.1e7 + 1e4 * 1:500, strand = "+"))

# The windows' bins, sorted, as BED; and every n-th of them.
writeBins <- function(windows, name, n) {
    chr <- as.character(GenomicRanges::seqnames(windows))
    start <- AttentiveChrome:::.binStarts(windows, metadata(windows)$bins) - 1
    bins <- data.frame(chr = rep(chr, 100), start = as.integer(start),
                       end = as.integer(start + 100))
    write <- function(x, name) {
        data.table::fwrite(x, inFolder(name), sep = "\t", col.names = FALSE)
    }
    write(bins[order(match(bins$chr, names(chromosomes)), bins$start), ],
          paste0(name, ".bed"))
    write(bins[order(match(bins$chr, names(chromosomes)), bins$start), ][
        seq(1, nrow(bins), by = n), ], paste0(name, "-slice.bed"))
    bins
}
bins <- writeBins(windows, "bins", 1000)
invisible(writeBins(denseWindows, "dense", 50))

# ---- seconds, in turn --------------------------------------------------------
countOne <- function(file, where = windows) {
    binMatrix(countReads(c(M = file), where, secondary = TRUE,
                         unmapped = TRUE, progress = FALSE), "M")
}
multicov <- function(bam, bed) {
    shell(sprintf("bedtools multicov -bams %s -bed %s > %s", bam,
                  inFolder(bed), inFolder("multicov.bed")))
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
    "bedtools multicov, 1,981 of 1,980,200 bins" = function() {
        multicov(bam, "bins-slice.bed")
    },
    "5 million reads in 5 Mb: countReads(), BAM" = function() {
        countOne(inFolder("dense.bam"), denseWindows)
    },
    "the same: bedtools multicov, 1,000 of 50,000 bins" = function() {
        multicov(inFolder("dense.bam"), "dense-slice.bed")
    })
shipped <- system.file("extdata", "reads", package = "AttentiveChrome")
for (file in c("S1-H3K9me3.tagAlign.gz", "S1-H3K27me3.bam")) {
    # Loads what R loads late.
    countOne(file.path(shipped, file),
             tssWindows(file.path(shipped, "genes.tsv")))
}
seconds <- vapply(seq_len(rounds), function(round) {
    vapply(contents, function(run) system.time(run())[["elapsed"]], 0)
}, numeric(length(contents)))
median <- apply(seconds, 1L, stats::median)

# ---- the same counts -------------------------------------------------------
ours <- countOne(tagAlign)
stopifnot(identical(ours, countOne(bam)),
          identical(ours, countOne(inFolder("shuffled.tagAlign.gz"))))
theirs <- data.table::fread(inFolder("intersect.bed"))
key <- paste(bins$chr, bins$start)
stopifnot(identical(as.integer(ours)[match(paste(theirs$V1, theirs$V2), key)],
                    theirs$V4))

# ---- five marks --------------------------------------------------------------
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

# ---- memory, in a fresh process ----------------------------------------------
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
multicovAll <- median[[7L]] * 1000
writeResult("reads.md", c("## Reads into bins", "",
    sprintf(paste("%g million simulated reads of 36 bp, 40 %% of them near a",
        "TSS, 19,802 genes x 100 bins, one thread; medians of %d rounds, in",
        "turn. The counts of all are the same, bin by bin. R and its packages",
        "are loaded before."), million, rounds), "", markdown(table, 2), "",
    sprintf(paste("- tagAlign.gz: %.2f times `zcat FILE | wc -l`; %.1f times",
        "as fast as `bedtools intersect -c -sorted` of the same file."),
        ratio(2L, 1L), ratio(4L, 2L)),
    sprintf(paste("- BAM: %.1f times `samtools view -c`; `bedtools multicov`",
        "would take %.1f hours for all bins (by the slice), %.0f times as",
        "long; where 5 million reads lie in the windows of 500 genes, it takes",
        "%.1f ms a bin, %.0f times as long."),
        ratio(6L, 5L), multicovAll / 3600,
        multicovAll / median[[6L]], median[[9L]], 50 * ratio(9L, 8L)),
    sprintf(paste("- `chromatinExperiment()` of five marks of that size on two",
        "cores, all in all: %.0f s from tagAlign.gz, %.0f s from BAM (the five",
        "names link to one file)."), whole[[1L]], whole[[2L]]),
    sprintf(paste("- Peak memory: %.0f MB above the %.0f MB of R with its",
        "packages for tagAlign.gz, %.0f MB for BAM."),
        diff(memory)[1L], memory[1L, 1L], diff(memory)[2L]), ""))
if (Sys.getenv("BENCH_READS") == "") unlink(folder, recursive = TRUE)
