# What the command line reads: signals and models of any kind.

# A signal or a split from a path.
.readSignalFile <- function(path, options = list()) {
    .checkFiles(path, "SIGNAL")
    marks <- options$marks
    if (grepl("[.]rds$", path, ignore.case = TRUE)) {
        return(.withMarks(.asSignalOrSplit(.readRds(path), path), marks))
    }
    line <- .firstLine(path)
    if (startsWith(line, "@")) return(.withMarks(readDeepTools(path), marks))
    fields <- gsub("\"", "", strsplit(line, "[,\t;]")[[1L]])
    if (all(c("mark", "file") %in% fields)) {
        return(.withMarks(.readSheetSignal(path, options), marks))
    }
    args <- options[intersect(c("marks", "binWidth", "upstream"),
                              names(options))]
    signal <- do.call(readChromeTable, c(list(path), args))
    .withExpression(signal, options)
}

.firstLine <- function(path) {
    connection <- gzfile(path)
    on.exit(close(connection))
    line <- .orUnreadable(readLines(connection, 1L, warn = FALSE), path)
    if (length(line) == 0L) {
        .stop("{.file {path}} is empty")
    }
    iconv(line, "", "UTF-8", sub = "?")
}

.asSignalOrSplit <- function(x, path) {
    if (is(x, "ChromatinSignal") || is.list(x)) return(x)
    if (is(x, "SummarizedExperiment")) return(chromatinSignal(x))
    .stop("{.file {path}} must have a signal or a split",
          x = "It has an object of class {.cls {class(x)[1]}}.")
}

.withMarks <- function(x, marks) {
    if (is.null(marks)) return(x)
    if (is.list(x)) {
        x[] <- lapply(x, .withMarks, marks = marks)
        return(x)
    }
    marks(x) <- marks
    x
}

.readSheetSignal <- function(path, options) {
    if (is.null(options$genes)) {
        .stop("A sample sheet needs {.code --genes}, the genes or windows",
              x = "{.file {path}} is a sample sheet.")
    }
    args <- options[setdiff(intersect(.readingOptions, names(options)),
                            c("marks", "workers"))]
    do.call(chromatinExperiment, c(
        list(path, BPPARAM = .optionWorkers(options["workers"]),
             progress = FALSE), args))
}

.withExpression <- function(signal, options) {
    if (is.null(options$expression)) return(signal)
    do.call(addExpression, c(
        list(signal), options[intersect(c("expression", "threshold", "ids"),
                                        names(options))]))
}

.wantsSplit <- function(options) {
    any(c("split", "fractions") %in% names(options))
}

# The options as arguments of splitGenes().
.splitOptions <- function(options) {
    c(list(by = options$split %||% "order", seed = options$seed %||% 1L),
      if (!is.null(options$fractions)) {
          list(fractions = unlist(options$fractions))
      })
}

# The signal of one part, and of the chosen cell types.
.readPart <- function(path, options) {
    x <- .partOf(.readSignalFile(path, options), options$part %||% "test",
                 "SIGNAL")
    .checkSignal(x, "SIGNAL")
    .withCellTypes(x, options$cellTypes)
}

.withCellTypes <- function(x, cellTypes) {
    if (is.null(cellTypes)) return(x)
    if (is.list(x)) {
        x[] <- lapply(x, .withCellTypes, cellTypes = cellTypes)
        return(x)
    }
    x[, .checkCellTypes(x, cellTypes, "--cell-types")]
}

# A panel of a run folder, or a model of a file.
.readModelFile <- function(path) {
    if (dir.exists(path)) return(openPanel(path))
    .checkFiles(path, "MODEL")
    model <- .readRds(path)
    if (!is(model, "AttentiveChromePanel")) .checkModel(model, "MODEL")
    model
}

.optionWorkers <- function(options) {
    workers <- options$workers %||% 1L
    cluster <- options$cluster
    if (is.null(cluster)) {
        if (workers == 1L) return(BiocParallel::SerialParam())
        if (.Platform$OS.type == "windows") {
            return(BiocParallel::SnowParam(workers))
        }
        return(BiocParallel::MulticoreParam(workers))
    }
    .checkChoice(cluster, "--cluster", c("slurm", "sge", "lsf"))
    .needs("batchtools", "for clusters")
    template <- options$template %||% system.file(
        "templates", paste0(cluster, "-simple.tmpl"), package = "batchtools")
    BiocParallel::BatchtoolsParam(workers, cluster = cluster,
                                  template = template)
}
