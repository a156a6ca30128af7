# Reads of BAM files, in chunks, through Rsamtools.

# As .countFile() returns it. Every record passes through, as only so the end of
# the file can be told from a fault within it.
.countBam <- function(path, windows, counting) {
    .needs("Rsamtools", "to read BAM files")
    .needs("GenomicAlignments", "to read BAM files")
    .checkBamEnd(path)
    # Without its index: htslib aborts R where that is damaged.
    file <- Rsamtools::BamFile(path, index = character(), yieldSize = 5e5)
    header <- .bamHeader(file, path)
    table <- .windowTable(windows)
    chromosome <- match(names(header$lengths), table$chromosomes) - 1L
    open(file)
    on.exit(close(file))
    counts <- 0L
    records <- 0
    on <- numeric(length(header$lengths))
    bothMates <- 0
    repeat {
        chunk <- .nextReads(file, path, counting)
        if (chunk$records == 0L) break
        records <- records + chunk$records
        bothMates <- bothMates + chunk$bothMates
        on <- on + tabulate(chunk$reads$chromosome, length(on))
        chunk$reads$chromosome <- chromosome[chunk$reads$chromosome]
        counts <- counts + .Call(ffi_count_reads, table, counting$core,
                                 chunk$reads)
    }
    .checkBamRecords(path, records)
    .checkAnyReads(path, sum(on), records)
    names(on) <- names(header$lengths)
    list(values = t(counts), depth = sum(on), lengths = header$lengths,
         source = .sourceRow("BAM", on, windows, header$sorted,
                             length(.bamIndex(path)) > 0L, bothMates))
}

.bamFields <- c("flag", "rname", "pos", "mapq", "cigar")
.mateFields <- c("mrnm", "mpos", "isize")

# The next records, and those of them that count, as ffi_count_reads() takes
# them, but with the chromosome as its number in the header.
.nextReads <- function(file, path, counting) {
    mates <- counting$pairs == "fragments" ||
        !"unmapped" %in% counting$dropped
    what <- c(.bamFields, if (mates) .mateFields)
    records <- tryCatch(
        Rsamtools::scanBam(file, param = Rsamtools::ScanBamParam(
            what = what))[[1L]],
        error = function(e) .stopBam(path, conditionMessage(e)))
    if (mates) records <- .placeAtMates(records)
    keep <- .readsThatCount(records, counting)
    reads <- lapply(records, `[`, keep)
    list(records = length(records$flag),
         bothMates = if (counting$pairs == "fragments") 0
                     else sum(.hasFlag(reads$flag, "properPair")),
         reads = .alignedSpans(reads, counting))
}

# scanBam() leaves out where an unmapped read is placed, which is at its mate,
# and its mapping quality, which says nothing.
.placeAtMates <- function(records) {
    unmapped <- which(.hasFlag(records$flag, "unmapped"))
    records$pos[unmapped] <- records$mpos[unmapped]
    records$rname[unmapped] <- records$mrnm[unmapped]
    records$cigar[unmapped] <- NA
    records$mapq[unmapped] <- 0L
    records
}

# Bits of a record's flag (SAM specification, section 1.4).
.bamFlags <- c(paired = 1L, properPair = 2L, unmapped = 4L, minus = 16L,
               firstMate = 64L, secondary = 256L, failedQC = 512L,
               duplicate = 1024L, supplementary = 2048L)

.hasFlag <- function(flag, name) bitwAnd(flag, .bamFlags[[name]]) != 0L

.readsThatCount <- function(records, counting) {
    flag <- records$flag
    keep <- bitwAnd(flag, sum(.bamFlags[counting$dropped])) == 0L &
        records$mapq >= counting$minMapq & !is.na(records$pos)
    if (counting$pairs == "fragments") {
        keep <- keep & (!.hasFlag(flag, "paired") |
            (.hasFlag(flag, "properPair") & .hasFlag(flag, "firstMate")))
    }
    which(keep)
}

# A fragment reaches from the outer end of one mate to that of the other.
.alignedSpans <- function(reads, counting) {
    start <- reads$pos - 1L
    width <- GenomicAlignments::cigarWidthAlongReferenceSpace(reads$cigar)
    width[is.na(width)] <- 1L # an unmapped read
    end <- start + width
    if (counting$pairs == "fragments") {
        pair <- which(.hasFlag(reads$flag, "paired"))
        start[pair] <- pmin(reads$pos, reads$mpos)[pair] - 1L
        end[pair] <- start[pair] + abs(reads$isize[pair])
    }
    list(chromosome = as.integer(reads$rname), start = start, end = end,
         minus = bitwAnd(reads$flag, .bamFlags[["minus"]]))
}

# ---- whole or broken ----------------------------------------------------------

.stopBam <- function(path, why) {
    .stop("{.file {path}} is not a whole BAM file", x = "{why}",
          i = "It may have been cut short; copy or download it again.")
}

# The empty block that ends a BAM file (SAM specification, section 4.1.2).
.bamEnd <- as.raw(c(0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2,
                    0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0))

.checkBamEnd <- function(path) {
    connection <- file(path, "rb")
    on.exit(close(connection))
    seek(connection, max(0, file.size(path) - length(.bamEnd)))
    if (!identical(readBin(connection, "raw", length(.bamEnd)), .bamEnd)) {
        .stopBam(path, "The block that marks its end is missing.")
    }
}

# scanBam() takes a broken block for the end of the file. Where the index tells
# the number of records it is compared; else the blocks' checksums are. Of the
# index no more than that number is believed, read by our own code.
.checkBamRecords <- function(path, records) {
    if (isTRUE(.indexRecords(.bamIndex(path)) == records)) return()
    if (!.isWholeGzip(path)) {
        .stopBam(path, paste("A block of it is broken, after", records,
                             "records."))
    }
}

# NA for a .csi, and for a file that is no index.
.indexRecords <- function(index) {
    if (length(index) == 0L) return(NA_real_)
    .Call(ffi_index_records, readBin(index, "raw", file.size(index)))
}

.bamIndex <- function(path) {
    candidates <- c(paste0(path, c(".bai", ".csi")),
                    sub("[.]bam$", ".bai", path))
    utils::head(candidates[file.exists(candidates)], 1L)
}

.bamHeader <- function(file, path) {
    header <- tryCatch(Rsamtools::scanBamHeader(file), error = function(e) {
        .stopBam(path, conditionMessage(e))
    })
    list(lengths = header$targets,
         sorted = any(grepl("SO:coordinate", header$text[["@HD"]])))
}
