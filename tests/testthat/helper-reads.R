# Files to read, and what other programs say of them.

# The shipped reads of a simulated cell type.
readsFile <- function(...) {
    system.file("extdata", "reads", ..., package = "AttentiveChrome",
                mustWork = TRUE)
}

# Writes lines to a temporary file of the test that calls.
textFile <- function(lines, fileext = ".bed", gz = FALSE,
                     env = parent.frame()) {
    path <- withr::local_tempfile(fileext = paste0(fileext, if (gz) ".gz"),
                                  .local_envir = env)
    connection <- if (gz) gzfile(path, "wb") else file(path, "wb")
    on.exit(close(connection))
    writeLines(lines, connection)
    path
}

# A gene each at 20 kb, on both strands.
fewGenes <- function(chr = "chr1") {
    data.frame(gene_id = c("A", "B"), chr = chr, start = c(20001, 30001),
               end = c(26000, 40000), strand = c("+", "-"))
}

quietly <- function(expr) suppressMessages(expr)

skipWithout <- function(...) {
    for (package in c(...)) testthat::skip_if_not_installed(package)
}

# A BAM file of random reads on two chromosomes, single and paired, with every
# flag, gaps and introns; sorted and indexed, or as it comes.
randomBam <- function(reads = 3000, sorted = TRUE, env = parent.frame()) {
    skipWithout("Rsamtools", "GenomicAlignments")
    path <- withr::local_tempfile(fileext = ".bam", .local_envir = env)
    sam <- textFile(withr::with_seed(1, .randomSam(reads)), ".sam", env = env)
    stem <- sub("[.]bam$", "", path)
    unsorted <- Rsamtools::asBam(sam, stem, indexDestination = FALSE)
    if (sorted) {
        Rsamtools::sortBam(unsorted, paste0(stem, "-sorted"))
        file.rename(paste0(stem, "-sorted.bam"), path)
        Rsamtools::indexBam(path)
    }
    path
}

.randomSam <- function(reads) {
    lengths <- c(chr1 = 60000, chr2 = 40000)
    chr <- sample(names(lengths), reads, TRUE)
    pos <- ceiling(stats::runif(reads) * (lengths[chr] - 4000))
    cigar <- sample(c("36M", "10M5D26M", "5S20M2I9M", "12M2000N24M"), reads,
                    TRUE, c(0.7, 0.1, 0.1, 0.1))
    paired <- sample(c(TRUE, FALSE), reads, TRUE)
    extra <- replicate(5, sample(0:1, reads, TRUE, c(0.85, 0.15)))
    flag <- 16 * sample(0:1, reads, TRUE) +
        extra %*% c(4, 256, 512, 1024, 2048) +
        paired * (1 + 2 * sample(0:1, reads, TRUE) +
                      sample(c(64, 128), reads, TRUE))
    size <- sample(100:600, reads, TRUE)
    flag[!paired] <- bitwAnd(flag[!paired], bitwNot(4L))
    unmapped <- bitwAnd(flag, 4) > 0
    cigar[unmapped] <- "*"
    mate <- pmax(1, ifelse(bitwAnd(flag, 16) > 0, pos + 36 - size,
                           pos + size - 36))
    mate[unmapped] <- pos[unmapped]
    size <- ifelse(mate < pos, -(pos + 36 - mate), mate + 36 - pos)
    c("@HD\tVN:1.0", sprintf("@SQ\tSN:%s\tLN:%d", names(lengths), lengths),
      sprintf("r%d\t%d\t%s\t%d\t%.0f\t%s\t%s\t%d\t%d\t%s\t*", seq_len(reads),
              flag, chr, pos, ifelse(unmapped, 0, sample(0:60, reads, TRUE)),
              cigar,
              ifelse(paired, "=", "*"), ifelse(paired, mate, 0),
              ifelse(paired, size, 0), strrep("A", 36)))
}

# Genes whose windows overlap one another and reach past both ends.
denseWindows <- function(...) {
    genes <- withr::with_seed(2, data.frame(
        gene_id = paste0("g", 1:40), chr = rep(c("chr1", "chr2"), 20),
        start = c(5, 39990, sample(40000, 38)),
        strand = sample(c("+", "-"), 40, TRUE)))
    genes$end <- genes$start
    tssWindows(genes, upstream = 1000, downstream = 1000, ...,
               seqlengths = c(chr1 = 60000, chr2 = 40000))
}

# What bedtools counts: genes x bins, bins in the order of the signal.
bedtoolsCounts <- function(windows, command) {
    if (Sys.which("bedtools") == "") testthat::skip("bedtools is not here")
    bins <- metadata(windows)$bins
    first <- AttentiveChrome:::.binStarts(windows, bins)
    inside <- !missingBins(windows)
    chr <- as.character(GenomicRanges::seqnames(windows))[row(first)[inside]]
    bed <- textFile(sprintf("%s\t%.0f\t%.0f", chr,
                            pmax(first[inside] - 1, 0),
                            first[inside] - 1 + bins$width))
    out <- system(sprintf(command, shQuote(bed)), intern = TRUE)
    counts <- array(0L, dim(first), list(names(windows), bins$offsets))
    counts[inside] <- as.integer(sub(".*\t", "", out))
    counts
}
