# Reads of BAM files, in chunks, through Rsamtools.

# Returns what .countFile() does. Reads every record, as this is the only way to
# distinguish the end of the file from damage within it.
.countBam <- function(path, windows, counting) {
    .needs("Rsamtools", "to read BAM files")
    .needs("GenomicAlignments", "to read BAM files")
    .checkBamEnd(path)
    # Without the index, as a damaged index makes htslib abort R.
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

# Reads the next records and returns those that count in the form that
# ffi_count_reads() takes, but with the chromosome as its index in the header.
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

# scanBam() does not return the position of an unmapped read, which is that of
# its mate, or its mapping quality, which has no meaning.
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

# A fragment extends between the outer ends of its two mates.
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

# ---- completeness -----------------------------------------------------------

.stopBam <- function(path, why) {
    .stop("{.file {path}} is not a complete BAM file", x = "{why}",
          i = "It may be truncated; copy or download it again.")
}

# The empty block at the end of a BAM file (SAM specification, section 4.1.2).
.bamEnd <- as.raw(c(0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2,
                    0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0))

.checkBamEnd <- function(path) {
    connection <- file(path, "rb")
    on.exit(close(connection))
    seek(connection, max(0, file.size(path) - length(.bamEnd)))
    if (!identical(readBin(connection, "raw", length(.bamEnd)), .bamEnd)) {
        .stopBam(path, "The end-of-file block is missing.")
    }
}

# scanBam() treats a damaged block as the end of the file. If the index has the
# number of records, that is compared; otherwise the checksums of the blocks are
# verified. Only this number is used of the index, read by our own code.
.checkBamRecords <- function(path, records) {
    if (isTRUE(.indexRecords(.bamIndex(path)) == records)) return()
    if (!.isWholeGzip(path)) {
        .stopBam(path, paste("A block is damaged after", records,
                             "records."))
    }
}

# NA for a .csi file, or if the file is not an index.
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
