# Reads of BED and tagAlign files, counted by the C core.

.countBed <- function(path, windows, counting) {
    table <- .windowTable(windows)
    out <- .orStopped(.Call(ffi_count_bed, enc2native(path.expand(path)),
                            table, counting$core))
    if (out$fault != "") .stopBed(path, out)
    .checkAnyReads(path, out$reads, out$line)
    lengths <- GenomeInfoDb::seqlengths(windows)
    past <- !is.na(lengths) & out$maxEnd > lengths
    list(values = t(out$counts), depth = out$reads,
         source = data.frame(
             format = "BED", reads = out$reads,
             matched = sum(out$readsPerChromosome),
             unmatched = .some(out$unmatched),
             build = .some(sprintf(
                 "%s: a read ends at %.0f of %.0f bp", table$chromosomes,
                 out$maxEnd, lengths)[past], 2L),
             bothMates = NA, sorted = NA, indexed = NA))
}

.bedFaults <- c(
    memory = "There is not enough memory.",
    opened = "The file cannot be opened.",
    broken = "The file is damaged or truncated: its gzip data end too early or
              do not match their checksum.",
    long = "The line is longer than half a million characters.",
    fields = "A read needs chromosome, start and end.",
    start = "The start must be a whole number, at least 0.",
    end = "The end must be a whole number, at least 0.",
    order = "The end must be greater than the start.",
    strand = "The strand (sixth column) must be + or - for this method.")

.stopBed <- function(path, out) {
    whole <- out$fault %in% c("memory", "opened", "broken")
    if (out$fault == "long") out$line <- out$line + 1
    place <- if (out$fault %in% c("memory", "opened")) ""
             else paste0(if (whole) ", after line " else ", line ", out$line)
    .stop("{.file {path}}{place} cannot be read",
          x = "{(.bedFaults[[out$fault]])}",
          x = if (!whole && out$fault != "long")
              "Found {.val {out$field}}.",
          i = if (out$fault == "broken") "Download or create the file again.")
}
