# The verbs of the command line but `train` and `export`. Each checks where it
# will write before it computes.

.signalCommand <- function(paths, options) {
    .checkOut(paths[2L], "rds")
    x <- .readSignalFile(paths[1L], options)
    if (.wantsSplit(options)) {
        x <- do.call(splitGenes, c(list(x), .splitOptions(options)))
    }
    .writeObject(x, paths[2L])
}

# Of a split, the findings of each part.
.checkCommand <- function(paths, options) {
    if (length(paths) == 2L) .checkOut(paths[2L], "table")
    x <- .readSignalFile(paths[1L], options)
    if (.isSplit(x)) {
        found <- lapply(x, checkSignal)
        for (name in names(found)) {
            message(name, ":")
            print(found[[name]])
        }
        found <- do.call(rbind, Map(function(part, name) {
            cbind(part = rep(name, nrow(part)), as.data.frame(part))
        }, found, names(found)))
        print(checkSplit(x))
    } else {
        found <- checkSignal(x)
        print(found)
    }
    if (length(paths) == 2L) .writeTable(found, paths[2L])
    if (any(found$severity == "error")) 2L else 0L
}

.predictCommand <- function(paths, options) {
    .checkOut(paths[3L], "table")
    signal <- .readPart(paths[2L], options)
    p <- do.call(stats::predict, c(
        list(.readModelFile(paths[1L]), signal),
        options[intersect(c("type", "level", "threads"), names(options))]))
    .writeTable(.predictionTable(p, colnames(signal)), paths[3L])
}

# Genes x cell types; of intervals and sets, a column for each cell type and
# value.
.predictionTable <- function(p, cellTypes) {
    if (length(dim(p)) == 3L) {
        ends <- dimnames(p)[[3L]]
        names <- as.vector(outer(cellTypes, ends, paste, sep = "."))
        p <- matrix(p, nrow(p), dimnames = list(rownames(p), names))
    }
    data.frame(gene = rownames(p), unclass(p), check.names = FALSE,
               row.names = NULL)
}

.attentionCommand <- function(paths, options) {
    .checkOut(paths[3L], c("rds", "table"))
    x <- attention(.readModelFile(paths[1L]), .readPart(paths[2L], options),
                   threads = options$threads)
    if (.isTableName(paths[3L])) .writeTable(as.data.frame(x), paths[3L])
    else .writeObject(x, paths[3L])
}

.evaluateCommand <- function(paths, options) {
    out <- paths[length(paths)]
    .checkOut(out, "table")
    .checkNoSignal(paths, options)
    model <- .readModelFile(paths[1L])
    signal <- if (length(paths) == 3L) .readPart(paths[2L], options)
    if (is.null(signal) && !is(model, "AttentiveChromePanel")) {
        .stop("{.code evaluate} needs SIGNAL for one model",
              i = "Only a run folder has a stored evaluation.")
    }
    found <- do.call(evaluate, c(list(model, signal),
                                 options[intersect(c("draws", "threads"),
                                                   names(options))]))
    .writeTable(as.data.frame(found), out)
}

.reportCommand <- function(paths, options) {
    .checkOut(paths[length(paths)], "html")
    .checkNoSignal(paths, options)
    do.call(report, .reportArguments(paths, options))
    0L
}

.reportArguments <- function(paths, options) {
    signal <- if (length(paths) == 3L) {
        .withCellTypes(.readSignalFile(paths[2L], options), options$cellTypes)
    }
    list(.readModelFile(paths[1L]), signal, file = paths[length(paths)],
         genes = options$chosenGenes, threads = options$threads)
}

# What a stored evaluation cannot be asked for.
.checkNoSignal <- function(paths, options) {
    ignored <- intersect(c("cellTypes", "chosenGenes", "draws"), names(options))
    if (length(paths) == 3L || length(ignored) == 0L) return(invisible())
    flags <- paste0("--", .hyphened(ignored))
    .stop("{.code {flags}} need{?s/} SIGNAL",
          i = "Without it, the stored evaluation of all cell types is used.")
}

# ---- files ------------------------------------------------------------------

# What a file of each kind ends in.
.endings <- c(table = ".tsv, .txt or .csv, each also with .gz", rds = ".rds",
              html = ".html")

.isTableName <- function(path) {
    grepl("[.](tsv|txt|csv)([.]gz)?$", path, ignore.case = TRUE)
}

# Checks that a file can be written, and that its name says what it will be.
.checkOut <- function(path, kinds) {
    .checkOutput(path, "OUT")
    ending <- tolower(sub("^.*[.]", "", basename(path)))
    if (.isTableName(path)) ending <- "table"
    if (!ending %in% kinds) {
        .stop("{.arg OUT} must end in {.or {(.endings[kinds])}}",
              x = "It is {.file {path}}.")
    }
    invisible(path)
}

.writeTable <- function(table, path) {
    csv <- grepl("[.]csv([.]gz)?$", path, ignore.case = TRUE)
    bytes <- .tableBytes(
        table, sep = if (csv) "," else "\t", na = "NA",
        compress = if (grepl("[.]gz$", path)) "gzip" else "none")
    .writeWhole(bytes, path)
    0L
}

.writeObject <- function(x, path) {
    .writeWhole(serialize(x, NULL), path)
    0L
}
