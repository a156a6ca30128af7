# Tracks in files for genome browsers.

#' @rdname trackRanges
#' @param folder The folder to write to. It is created if it does not exist.
#' @param format `"bigWig"`; `"bedGraph"`; or `"hub"`, bigWig files and
#'   `hub.txt`, a track hub in one file (`useOneFile on`). Copy the folder to a
#'   web server and give the address of `hub.txt` to the UCSC Genome Browser
#'   (My Data, Track Hubs). Marks have the colours of this package's figures.
#' @param seqlengths Lengths of the chromosomes, which bigWig files need, if `x`
#'   does not have them: a named vector or a [GenomeInfoDb::Seqinfo].
#' @param genome For a hub, UCSC's name of the genome build, such as `"hg19"`;
#'   by default that of `x`.
#' @param email For a hub, the address of its contact, which UCSC asks for.
#' @return `exportTracks()`: the data frame of the tracks with the column `file`
#'   (paths), invisibly. Values in bigWig files have single precision. Each file
#'   is written whole, and the hub last. Pieces without a value (`NA`) are left
#'   out.
#' @export
exportTracks <- function(x, folder, format = c("bigWig", "bedGraph", "hub"),
                         what = NULL, marks = NULL, cellTypes = NULL,
                         genes = NULL, overlaps = c("nearest", "mean"),
                         seqlengths = NULL, genome = NULL, email = NULL) {
    format <- .checkChoice(format, "format", c("bigWig", "bedGraph", "hub"))
    .checkSignal(x, "x")
    if (!.isPath(folder)) {
        .stop("{.arg folder} must be the path of a folder",
              x = "It is {.val {folder}}.")
    }
    if (!is.null(seqlengths)) x <- .withLengths(x, .asSeqlengths(seqlengths))
    if (format == "hub") hub <- .hubHead(x, genome, email)
    ranges <- trackRanges(x, what, marks, cellTypes, genes, overlaps)
    if (format != "bedGraph") {
        .needs("rtracklayer", "to write bigWig files")
        ranges <- .checkLengths(ranges)
    }
    .makeFolder(folder)
    tracks <- metadata(ranges)$tracks
    tracks$file <- file.path(folder, .trackFiles(tracks$track, format))
    write <- if (format == "bedGraph") .writeBedGraph else .writeBigWig
    for (i in seq_len(nrow(tracks))) {
        write(.oneTrack(ranges, i), tracks$file[i])
    }
    if (format == "hub") {
        lines <- c(hub, .hubTracks(tracks))
        .writeWhole(charToRaw(enc2utf8(paste0(lines, "\n", collapse = ""))),
                    file.path(folder, "hub.txt"))
    }
    invisible(tracks)
}

.makeFolder <- function(folder) {
    if (dir.exists(folder)) return()
    if (!dir.create(folder, FALSE, TRUE)) {
        .stop("The folder {.file {folder}} could not be created")
    }
}

# ---- chromosomes ------------------------------------------------------------

.withLengths <- function(x, seqlengths) {
    windows <- rowRanges(x)
    if (is(windows, "GenomicRanges")) {
        rowRanges(x) <- .fitWindows(windows, x@bins, seqlengths)
    }
    x
}

.checkLengths <- function(ranges) {
    lengths <- GenomeInfoDb::seqlengths(ranges)
    used <- GenomeInfoDb::seqlevelsInUse(ranges)
    unknown <- used[is.na(lengths[used])]
    if (length(unknown) > 0L) {
        .stop("bigWig files need the lengths of the chromosomes",
              x = "Unknown: {(.some(unknown))}.",
              i = "Pass {.arg seqlengths}, such as
                   {.code GenomeInfoDb::Seqinfo(genome = \"hg19\")}, or set
                   {.code seqlengths(x)}. bedGraph files need no lengths.")
    }
    GenomeInfoDb::seqlevels(ranges) <- names(lengths)[!is.na(lengths)]
    ranges
}

# ---- files ------------------------------------------------------------------

# Names that need no escape in an address.
.trackFiles <- function(tracks, format) {
    plain <- make.unique(gsub("[^A-Za-z0-9._-]", "_", tracks), sep = "-")
    paste0(plain, if (format == "bedGraph") ".bedGraph" else ".bw")
}

.oneTrack <- function(ranges, i) {
    score <- mcols(ranges)[[i]]
    known <- !is.na(score)
    track <- GenomicRanges::granges(ranges)[known]
    track$score <- as.numeric(score[known])
    track
}

# From a temporary file, as rtracklayer writes in place.
.writeBigWig <- function(track, path) {
    part <- withr::local_tempfile(fileext = ".bw")
    tryCatch(rtracklayer::export(track, part, format = "bigWig"),
             error = function(e) .stopUnwritten(path, conditionMessage(e)))
    .writeWhole(.readBytes(part), path)
}

.writeBedGraph <- function(track, path) {
    table <- data.frame(as.character(GenomicRanges::seqnames(track)),
                        GenomicRanges::start(track) - 1L,
                        GenomicRanges::end(track), track$score)
    .writeWhole(.tableBytes(table, sep = "\t", quote = FALSE, scipen = 99L,
                            col.names = FALSE), path)
}

# ---- hub --------------------------------------------------------------------

.hubHead <- function(x, genome, email) {
    known <- unique(stats::na.omit(GenomeInfoDb::genome(rowRanges(x))))
    genome <- genome %||% known
    if (!.isPath(genome)) {
        .stop("{.arg genome} must be UCSC's name of the genome build",
              x = if (length(genome) == 0L) "{.arg x} has none."
                  else "It is {.val {genome}}.",
              i = "For instance {.code genome = \"hg38\"}.")
    }
    if (!.isPath(email)) {
        .stop("{.arg email} must be the address of the hub's contact",
              x = "It is {.val {email}}.")
    }
    c("hub AttentiveChrome", "shortLabel AttentiveChrome",
      "longLabel AttentiveChrome: signal and explanations around genes",
      "useOneFile on", paste("email", email), "", paste("genome", genome))
}

.hubTitles <- c(signal = "Signal", alpha = "Attention over bins (alpha)",
                beta = "Attention over marks (beta)",
                share = "Shares of the logit", attribution = "Attribution")

# A stanza for each kind of value, and one for each of its tracks.
.hubTracks <- function(tracks) {
    colours <- .markColours(unique(tracks$mark))
    name <- make.unique(gsub("[^A-Za-z0-9_]", "_", tracks$track), sep = "_")
    own <- Map(function(i, colour) {
        track <- tracks[i, ]
        rgb <- grDevices::col2rgb(colour)
        c("", paste("    track", name[i]),
          paste("    parent", track$what),
          paste("    bigDataUrl", basename(track$file)),
          paste("    shortLabel", track$cellType, track$mark),
          paste("    longLabel", track$cellType, track$mark,
                .hubTitles[[track$what]]),
          "    type bigWig", "    visibility full", "    autoScale on",
          "    alwaysZero on", "    maxHeightPixels 100:40:16",
          paste("    color", paste(rgb, collapse = ",")))
    }, seq_len(nrow(tracks)), colours[tracks$mark])
    unlist(lapply(unique(tracks$what), function(what) {
        c("", paste("track", what), "superTrack on show",
          paste("shortLabel", what), paste("longLabel", .hubTitles[[what]]),
          unlist(own[tracks$what == what], use.names = FALSE))
    }))
}
