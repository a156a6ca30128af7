# The verb `export`: tracks, deepTools' matrix, a long table or matrices.

.exportFormats <- c("bigWig", "bedGraph", "hub", "deepTools", "table",
                    "experiment")

.exportCommand <- function(paths, options) {
    out <- paths[2L]
    format <- .checkChoice(options$format %||% .formatOf(out), "--format",
                           .exportFormats)
    track <- format %in% .exportFormats[1:3]
    if (!track) .checkOutput(out, "OUT")
    x <- .readPart(paths[1L], options)
    chosen <- function(...) options[intersect(c(...), names(options))]
    if (track) {
        do.call(exportTracks, c(
            list(x, out, format, genes = options$chosenGenes),
            chosen("what", "overlaps", "genome", "email")))
        return(0L)
    }
    if (!is.null(options$chosenGenes)) {
        x <- x[.findGenes(x, options$chosenGenes), ]
    }
    if (format == "deepTools") {
        do.call(writeDeepTools, c(list(x, out), chosen("what")))
        return(0L)
    }
    if (format == "table") return(.writeTable(as.data.frame(x), out))
    .writeObject(flattenSignal(x), out)
}

.formatOf <- function(out) {
    if (.isTableName(out)) return("table")
    if (grepl("[.]gz$", out)) return("deepTools")
    if (grepl("[.]rds$", out, ignore.case = TRUE)) "experiment" else "bigWig"
}
