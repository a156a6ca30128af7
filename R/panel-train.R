# A model for each of many cell types, each trained by itself on its own data.

#' Train a model for each cell type
#'
#' The unit of the paper: one model a cell type, judged by the cell type's test
#' genes. Cell types are independent tasks, shared among the workers of
#' `BPPARAM`: the cores of a machine, or the nodes of a cluster
#' ([BiocParallel::BatchtoolsParam()] for SLURM, SGE, LSF and others).
#'
#' The seed of a cell type comes from `seed` and the cell type's name alone: the
#' same panel, bit for bit, whatever the order, the number and the kind of the
#' workers, and whichever other cell types are trained.
#'
#' A cell type that fails is told at the end, with its error, and does not stop
#' the others.
#'
#' @section The run folder:
#' With `folder`, each finished cell type is written at once, as one file; a
#' running one keeps a checkpoint after each epoch (see `checkpoint` of [attentiveChrome()]).
#' After a crash, a kill, a power cut, Ctrl-C or a time limit ([setTimeLimit()])
#' the same call resumes: it reads finished cell types and trains the others
#' from their last epoch, with the same result as without the cut. Failed ones
#' are tried again. More cell types may be given later. A folder of other
#' settings or data is refused, with the difference shown. While a run works in
#' a folder, no other may. [openPanel()] reads a folder without training.
#'
#' Files are written under another name, synced to the disk and then renamed.
#' Each has a digest, and knows its cell type and settings: a damaged or
#' misplaced file is an error that names it.
#'
#' Changed data are noticed: of signal in memory by the values, of tables by the
#' bytes, of a signal in an HDF5 file by path, dataset, size and time of the
#' file, unless delayed operations change the values: these are then read. Bins
#' and preprocessing count too.
#'
#' @param signal What to train on, one of:
#'   * a signal ([chromatinSignal()]) with labels, its columns the cell types;
#'     it may lie in an HDF5 file ([HDF5Array][HDF5Array::HDF5Array-class]), of
#'     which a worker holds one cell type at a time;
#'   * its parts, a list of signals `train`, `test` and, to choose the epoch by,
#'     `validation`, as [splitGenes()] makes it;
#'   * a named list of signals with one column each, a cell type each;
#'   * the path of a folder with a folder for each cell type, in it (or in its
#'     folder `classification`) the authors' tables `train.csv`, `valid.csv` and
#'     `test.csv`. Without `test.csv` the validation genes are the test genes
#'     and no epoch is chosen: the last is kept.
#' @param folder Path of the run folder, made if there is none; `NULL` keeps
#'   nothing.
#' @param ... Arguments of [attentiveChrome()] for all cell types:
#'   `architecture` and its sizes, `epochs`, `learningRate`, `transform`,
#'   `threads` (by default 1) and so on.
#' @param cellTypes Names of the cell types to train; by default all.
#' @param seed Whole number; see above. `NULL` takes that of the run folder or,
#'   in a new one, draws one.
#' @param split List of arguments of [splitGenes()] for signals that are not
#'   split yet.
#' @param tables List of arguments of [readChromeTable()] for a folder of
#'   tables: `marks`, `binWidth`, `upstream`.
#' @param BPPARAM Where to train: a parameter of BiocParallel.
#' @param progress Show a progress bar; or `"log"`, to write a line to the
#'   standard error for each cell type that is finished.
#' @return An [AttentiveChromePanel-class].
#' @seealso [openPanel()], [evaluate()][evaluate.AttentiveChromePanel],
#'   [plot()][plot.AttentiveChromePanel], [crossCellTypes()]
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 90, cellTypes = 2, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12))
#' folder <- tempfile("run")
#' train <- function() {
#'     trainCellTypes(signal, folder, epochs = 2, hidden = 4, markHidden = 4,
#'         learningRate = 0.01, seed = 1,
#'         BPPARAM = BiocParallel::SerialParam())
#' }
#' panel <- train()
#' evaluate(panel)[, c("cellType", "genes", "auroc", "auprc")]
#' again <- train() # reads what is finished
#' identical(coef(again[["cellType2"]]), coef(panel[["cellType2"]]))
trainCellTypes <- function(signal, folder = NULL, ..., cellTypes = NULL,
                           seed = NULL, split = list(), tables = list(),
                           BPPARAM = BiocParallel::SerialParam(),
                           progress = interactive()) {
    seed <- .chooseSeed(seed %||% .seedOfFolder(folder))
    training <- list(...)
    .checkPanelSettings(training)
    log <- identical(progress, "log")
    source <- .panelSource(signal, cellTypes, split, tables)
    settings <- .panelSettings(training, seed, split, tables)
    run <- .openRun(folder, settings, source)
    on.exit(run$close())
    tasks <- lapply(setdiff(source$cellTypes, names(run$records)), function(c) {
        list(cellType = c, data = source$data(c), seed = .seedOf(seed, c),
             files = run$files(c))
    })
    done <- .onWorkers(tasks, .trainCellType, training = training,
                       tables = tables, log = log, BPPARAM = BPPARAM,
                       progress = if (log) FALSE else progress,
                       keepErrors = TRUE)
    names(done) <- vapply(tasks, `[[`, "", "cellType")
    failed <- vapply(done, inherits, NA, "condition")
    errors <- vapply(done[failed], conditionMessage, "")
    .tellFailures(errors)
    records <- c(run$records, done[!failed])
    new("AttentiveChromePanel",
        records = records[intersect(source$cellTypes, names(records))],
        errors = errors, settings = settings, folder = folder %||% "")
}

.checkPanelSettings <- function(training) {
    own <- setdiff(.ownArguments, c("architecture", "threads"))
    wrong <- intersect(names(training), own)
    if (length(wrong) > 0L ||
        (length(training) > 0L && !.areNames(names(training)))) {
        .stop("{.arg ...} must be named settings of {.fn attentiveChrome} for
               all cell types",
              x = "Found {.val {names(training) %||% 'no names'}}.",
              i = "{.arg {own}} are set for each cell type.")
    }
    architecture <- .checkArchitecture(training$architecture %||%
                                       "lstm-alpha-beta")
    plain <- setdiff(names(training), names(formals(attentiveChrome)))
    .chooseSizes(architecture, training[plain])
    invisible(training)
}

# From the seed and the name: 28 bits of a hash.
.seedOf <- function(seed, cellType) {
    strtoi(substr(rlang::hash(list(as.integer(seed), cellType)), 1L, 7L), 16L)
}

.tellFailures <- function(errors) {
    if (length(errors) == 0L) return()
    lines <- sprintf("%s: %s", names(errors), errors)
    cli::cli_warn(c("{length(errors)} cell type{?s} failed; the others are
                     trained", .bullets(lines, "x")))
}

# ---- one cell type, on a worker ---------------------------------------------

.trainCellType <- function(task, training, tables, log) {
    started <- proc.time()[["elapsed"]]
    parts <- .readParts(task, tables)
    files <- task$files
    own <- list(parts$train, parts$validation, seed = task$seed,
                checkpoint = files$checkpoint, progress = FALSE)
    if (is.null(training$threads)) own$threads <- 1L
    model <- do.call(attentiveChrome, c(own, training))
    test <- parts$test
    logit <- .forward(model, test, training$threads %||% 1L)$logit
    record <- list(model = model,
                   test = data.frame(gene = rownames(test),
                                     label = expressionLabel(test)[, 1L],
                                     logit = logit[, 1L], row.names = NULL),
                   metrics = .evaluateLogit(model, test, logit),
                   seconds = proc.time()[["elapsed"]] - started)
    if (!is.null(files)) .finishRecord(record, files)
    if (log) .logLine(task$cellType, record)
    record
}

.logLine <- function(cellType, record) {
    cat(sprintf("%s %s: test AUROC %.4f, %.0f s\n",
                format(Sys.time(), "%Y-%m-%d %H:%M:%S"), cellType,
                record$metrics$auroc, record$seconds), file = stderr())
}

# ---- where the data come from -----------------------------------------------

# A source: `cellTypes`; `data()`, what a worker needs of a cell type: signals of
# its parts, or paths; and `digest()`, which tells changed data.
.panelSource <- function(signal, cellTypes, split, tables) {
    if (is.character(signal)) {
        return(.folderSource(signal, cellTypes))
    }
    if (is.list(signal) && !all(c("train", "test") %in% names(signal))) {
        return(.listSource(signal, cellTypes, split))
    }
    parts <- if (is.list(signal)) signal else .quietSplit(signal, split)
    cellTypes <- .checkParts(parts, cellTypes, labels = FALSE)
    one <- function(cellType) {
        lapply(parts, function(part) part[, cellType])
    }
    list(cellTypes = cellTypes, data = one,
         digest = function(cellType) .digestParts(one(cellType)))
}

.quietSplit <- function(signal, split) {
    suppressMessages(do.call(splitGenes, c(list(signal), split)))
}

.listSource <- function(signals, cellTypes, split) {
    if (!.areNames(names(signals))) {
        .stop("{.arg signal} must be a signal, its parts, a list of signals
               with the names of the cell types, or the path of a folder",
              x = "It is a list without names for all.")
    }
    for (name in names(signals)) {
        .checkSignal(signals[[name]], paste0("signal$", name))
        if (ncol(signals[[name]]) != 1L) {
            .stop("{.arg signal${name}} must be of one cell type",
                  x = "It has {ncol(signals[[name]])}.")
        }
        colnames(signals[[name]]) <- name
    }
    one <- function(cellType) {
        parts <- .quietSplit(signals[[cellType]], split)
        .checkParts(parts, cellType, labels = FALSE)
        parts
    }
    list(cellTypes = .checkNamedCells(cellTypes, names(signals)), data = one,
         digest = function(cellType) .digestParts(one(cellType)))
}

.folderSource <- function(folder, cellTypes) {
    if (!.isPath(folder) || !dir.exists(folder)) {
        .stop("{.arg signal} must be a signal or the path of a folder",
              x = "There is no folder {.file {folder}}.")
    }
    known <- Filter(function(c) !is.null(.findTables(folder, c)),
                    basename(list.dirs(folder, recursive = FALSE)))
    if (length(known) == 0L) {
        .stop("{.file {folder}} must have folders of cell types with the tables
               {.file train.csv} and {.file valid.csv}",
              x = "It has none.",
              i = "They may be in a folder {.file classification} of each.")
    }
    find <- function(cellType) .findTables(folder, cellType)
    list(cellTypes = .checkNamedCells(cellTypes, known), data = find,
         digest = function(cellType) {
             unname(tools::md5sum(find(cellType)))
         })
}

.checkNamedCells <- function(wanted, known) {
    unknown <- setdiff(wanted, known)
    if (length(unknown) > 0L) {
        .stop("{.arg cellTypes} must name cell types of the signal",
              x = "Found {.val {unknown}}.", i = "There are {(.some(known))}.")
    }
    wanted %||% known
}

# The tables of a cell type, by part; NULL where train or valid is missing.
.findTables <- function(folder, cellType) {
    for (inner in c("", "classification")) {
        paths <- file.path(folder, cellType, inner,
                           c("train.csv", "valid.csv", "test.csv"))
        there <- file.exists(paths)
        if (all(there[1:2])) {
            names <- if (there[3L]) c("train", "validation", "test")
                     else c("train", "test")
            return(stats::setNames(paths[there], names))
        }
    }
}

.readParts <- function(task, tables) {
    if (!is.character(task$data)) return(lapply(task$data, .inMemory))
    lapply(task$data, function(path) {
        do.call(readChromeTable, c(list(path, task$cellType), tables))
    })
}

# Read once: each look at an array in a file reads it anew.
.inMemory <- function(signal) {
    for (name in assayNames(signal)) {
        values <- assay(signal, name, withDimnames = FALSE)
        if (is(values, "DelayedArray")) {
            assay(signal, name, withDimnames = FALSE) <- as.array(values)
        }
    }
    signal
}

# ---- telling changed data ---------------------------------------------------

.digestParts <- function(parts) {
    unname(vapply(parts, .digestSignal, ""))
}

# Of all that a model learns from: values, names, bins and preprocessing.
.digestSignal <- function(signal) {
    names <- stats::setNames(nm = assayNames(signal))
    .digest(list(dimnames(signal), marks(signal), signal@bins,
                 as.list(preprocessing(signal)),
                 lapply(names, function(name) {
                     .digestAssay(assay(signal, name, withDimnames = FALSE))
                 })))
}

# Values in memory. Of values in files the files' state, and what is done to
# them on the way, unless that cannot be told but by its result.
.digestAssay <- function(x) {
    if (!is(x, "DelayedArray")) return(list(dim(x), as.vector(x)))
    files <- .seedFiles(x)
    if (is.null(files) || !.isPlainData(x)) {
        return(list(dim(x), as.vector(as.array(x))))
    }
    facts <- file.info(files, extra_cols = FALSE)
    list(.digest(x), files, facts$size, as.numeric(facts$mtime))
}

# The files of an array's seeds; NULL where a seed has none.
.seedFiles <- function(x) {
    files <- DelayedArray::seedApply(x, function(seed) {
        tryCatch(BiocGenerics::path(seed), error = function(e) NULL)
    })
    if (any(lengths(files) != 1L)) return(NULL)
    files <- unlist(files)
    if (all(file.exists(files))) files
}

# Functions (of delayed operations) and connections differ from session to
# session where their results do not.
.isPlainData <- function(x) {
    if (typeof(x) %in% c("closure", "builtin", "special", "environment",
                         "externalptr", "weakref")) return(FALSE)
    parts <- c(attributes(x), if (is.list(x)) unclass(x))
    all(vapply(parts, .isPlainData, NA))
}
