# The verbs of the command line but `train` and `export`. Each checks where it
# will write before it computes.

.signalCommand <- function(paths, options) {
    .checkOutput(paths[2L], "OUT")
    x <- .readSignalFile(paths[1L], options)
    if (!is.null(options$split)) {
        x <- do.call(splitGenes, c(list(x), .splitOptions(options)))
    }
    .writeObject(x, paths[2L])
}

# Of a split, the findings of each part.
.checkCommand <- function(paths, options) {
    if (length(paths) == 2L) .checkOutput(paths[2L], "OUT")
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
    .checkOutput(paths[3L], "OUT")
    signal <- .readPart(paths[2L], options)
    p <- do.call(stats::predict, c(
        list(.readModelFile(paths[1L]), signal),
        options[intersect(c("type", "threads"), names(options))]))
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
    .checkOutput(paths[3L], "OUT")
    x <- attention(.readModelFile(paths[1L]), .readPart(paths[2L], options),
                   threads = options$threads)
    if (.isTableName(paths[3L])) .writeTable(as.data.frame(x), paths[3L])
    else .writeObject(x, paths[3L])
}

.evaluateCommand <- function(paths, options) {
    out <- paths[length(paths)]
    .checkOutput(out, "OUT")
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
    out <- paths[length(paths)]
    .checkOutput(out, "OUT")
    model <- .readModelFile(paths[1L])
    if (length(paths) == 2L) {
        report(model, file = out)
    } else {
        signal <- .withCellTypes(.readSignalFile(paths[2L], options),
                                 options$cellTypes)
        report(model, signal, file = out)
    }
    0L
}

# ---- files ------------------------------------------------------------------

.isTableName <- function(path) {
    grepl("[.](tsv|txt|csv)([.]gz)?$", path, ignore.case = TRUE)
}

.writeTable <- function(table, path) {
    .checkOutput(path, "OUT")
    csv <- grepl("[.]csv([.]gz)?$", path, ignore.case = TRUE)
    bytes <- .tableBytes(
        table, sep = if (csv) "," else "\t", na = "NA",
        quote = if (csv) "auto" else FALSE,
        compress = if (grepl("[.]gz$", path)) "gzip" else "none")
    .writeWhole(bytes, path)
    0L
}

.writeObject <- function(x, path) {
    .writeWhole(serialize(x, NULL), path)
    0L
}
