# Trains a separate model for each cell type, on its own data.

#' Train a model for each cell type
#'
#' Trains one model per cell type and evaluates it on the test genes of the cell
#' type, as in the paper. Cell types are independent tasks, shared among the
#' workers of `BPPARAM`: the cores of a machine, or the nodes of a cluster
#' ([BiocParallel::BatchtoolsParam()] for SLURM, SGE, LSF and others).
#'
#' The seed of a cell type depends only on `seed` and on the name of the cell
#' type. The panel is therefore identical, bit for bit, for any order, number
#' and kind of workers, and whichever other cell types are trained.
#'
#' If a cell type fails, its error is reported at the end and the other cell
#' types are still trained.
#'
#' @section The run folder:
#' With `folder`, each cell type is written to a file as soon as it is finished.
#' During training, a checkpoint is written after each epoch (see `checkpoint`
#' of [attentiveChrome()]). After a crash, a kill, a power cut, Ctrl-C or a time
#' limit ([setTimeLimit()]), the same call resumes: it reads the finished cell
#' types and trains the others from their last epoch. The result is identical to
#' that of an uninterrupted run. Failed cell types are tried again. You can add
#' cell types in later calls. If the folder has other settings or data, an error
#' shows the difference. Only one run can use a folder at a time. [openPanel()]
#' reads a folder without training.
#'
#' Files are written under a temporary name, synced to disk and then renamed.
#' Each file has a digest and records its cell type and settings. A damaged or
#' misplaced file is an error that names the file.
#'
#' Changes of the data are detected. A signal in memory is compared by its
#' values, and tables by their bytes. A signal in an HDF5 file is compared by
#' the path, dataset, size and time of the file, unless it has delayed
#' operations that cannot be compared; then the values are read. Bins and
#' preprocessing are compared too.
#'
#' @param signal The training data, one of:
#'   * a signal ([chromatinSignal()]) with labels and one column per cell type.
#'     It may be in an HDF5 file ([HDF5Array][HDF5Array::HDF5Array-class]).
#'     Cell types are then read together, as the chunks of a file span many of
#'     them, and each worker receives its own. If they would take more than
#'     half of the available memory, each worker reads one at a time;
#'   * a list of signals, as returned by [splitGenes()]: `train`, `test` and, to
#'     choose the epoch, `validation`;
#'   * a named list of signals with one column each, one per cell type;
#'   * the path of a folder that has one folder per cell type. Each of these, or
#'     a folder `classification` in it, has the authors' tables `train.csv`,
#'     `valid.csv` and `test.csv`. Without `test.csv`, the validation genes are
#'     used as test genes, and the last epoch is used.
#' @param folder Path of the run folder, which is created if necessary. With
#'   `NULL`, nothing is written.
#' @param ... Arguments of [attentiveChrome()] for all cell types:
#'   `architecture` and its sizes, `recipe`, `epochs`, `learningRate`,
#'   `transform`, `threads` (by default 1) and so on. The factor k of the
#'   transform is that of each cell type's training genes. `target` may be
#'   `"expression"` or `"twoStage"`, too; tables and figures of the panel then
#'   show Pearson's correlation.
#' @param cellTypes Names of the cell types to train; by default all.
#' @param seed Whole number; see above. `NULL` uses the seed of the run folder
#'   or, for a new folder, draws one.
#' @param split List of arguments of [splitGenes()] for signals that are not
#'   split yet.
#' @param tables List of arguments of [readChromeTable()] for a folder of
#'   tables: `marks`, `binWidth`, `upstream`.
#' @param BPPARAM A BiocParallel parameter: where to train.
#' @param progress Show a progress bar; or `"log"`, to write one line to
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
#'     trainCellTypes(signal, folder, epochs = 2, filters = 4, context = 4,
#'         learningRate = 0.01, seed = 1,
#'         BPPARAM = BiocParallel::SerialParam())
#' }
#' panel <- train()
#' evaluate(panel)[, c("cellType", "genes", "auroc", "auprc")]
#' again <- train() # reads the finished cell types
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
    wanted <- setdiff(source$cellTypes, names(run$records))
    data <- source$read(wanted)
    tasks <- lapply(wanted, function(c) {
        list(cellType = c, data = data[[c]] %||% source$data(c),
             seed = .seedOf(seed, c), files = run$files(c))
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
    own <- setdiff(.ownArguments, c("architecture", "target", "threads"))
    wrong <- intersect(names(training), own)
    if (length(wrong) > 0L ||
        (length(training) > 0L && !.areNames(names(training)))) {
        .stop("{.arg ...} must be named settings of {.fn attentiveChrome} for
               all cell types",
              x = "Found {.val {names(training) %||% 'no names'}}.",
              i = "{.arg {own}} are set for each cell type.")
    }
    .checkPanelTarget(training$target)
    recipe <- .checkChoice(training$recipe %||% "default", "recipe",
                           names(.recipes))
    architecture <- .checkArchitecture(training$architecture %||%
                                           .recipeArchitectures[[recipe]])
    plain <- setdiff(names(training), names(formals(attentiveChrome)))
    .chooseSizes(architecture, training[plain])
    invisible(training)
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
    model <- .withoutNotes(do.call(attentiveChrome, c(own, training)))
    test <- parts$test
    logit <- .predictedLogit(
        model, .forward(model, test, training$threads %||% 1L)$logit)
    measured <- .measuredOf(.targetOf(model), test)
    record <- list(model = model,
                   test = data.frame(gene = rownames(test),
                                     label = measured[, 1L],
                                     logit = logit[, 1L], row.names = NULL),
                   metrics = .evaluateBy(model, test, logit),
                   seconds = proc.time()[["elapsed"]] - started)
    if (!is.null(files)) .finishRecord(record, files)
    if (log) .logLine(task$cellType, record)
    record
}

.logLine <- function(cellType, record) {
    measure <- .measureOf(.targetOf(record$model))
    cat(sprintf("%s %s: test %s %.4f, %.0f s\n",
                format(Sys.time(), "%Y-%m-%d %H:%M:%S"), cellType,
                .performanceTitles[[measure]], record$metrics[[measure]],
                record$seconds), file = stderr())
}

# ---- sources of data --------------------------------------------------------

# A source: `cellTypes`; `data()`, which returns the data of a cell type for a
# worker (signals of its parts, or paths); `read()`, which returns those of many
# cell types where it is better to read them together; and `digest()`, which
# detects changes of the data.
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
         read = function(cellTypes) .readCellTypes(parts, cellTypes),
         digest = function(cellType) .digestParts(one(cellType)))
}

.quietSplit <- function(signal, split) {
    suppressMessages(do.call(splitGenes, c(list(signal), split)))
}

.listSource <- function(signals, cellTypes, split) {
    if (!.areNames(names(signals))) {
        .stop("{.arg signal} must be a signal, its parts, a list of signals
               with the names of the cell types, or the path of a folder",
              x = "It is a list without a name for each element.")
    }
    for (name in names(signals)) {
        .checkSignal(signals[[name]], paste0("signal$", name))
        if (ncol(signals[[name]]) != 1L) {
            .stop("{.arg signal${name}} must have one cell type",
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
         read = function(cellTypes) NULL,
         digest = function(cellType) .digestParts(one(cellType)))
}

.folderSource <- function(folder, cellTypes) {
    if (!.isPath(folder) || !dir.exists(folder)) {
        .stop("{.arg signal} must be a signal or the path of a folder",
              x = "The folder {.file {folder}} does not exist.")
    }
    known <- Filter(function(c) !is.null(.findTables(folder, c)),
                    basename(list.dirs(folder, recursive = FALSE)))
    if (length(known) == 0L) {
        .stop("{.file {folder}} must have folders of cell types with the tables
               {.file train.csv} and {.file valid.csv}",
              x = "It has none.",
              i = "They may be in a folder {.file classification} in each.")
    }
    find <- function(cellType) .findTables(folder, cellType)
    list(cellTypes = .checkNamedCells(cellTypes, known), data = find,
         read = function(cellTypes) NULL,
         digest = function(cellType) {
             unname(tools::md5sum(find(cellType)))
         })
}

.checkNamedCells <- function(wanted, known) {
    unknown <- setdiff(wanted, known)
    if (length(unknown) > 0L) {
        .stop("{.arg cellTypes} must name cell types of the signal",
              x = "Unknown: {.val {unknown}}.",
              i = "The signal has {(.some(known))}.")
    }
    wanted %||% known
}

# The tables of a cell type, by part; NULL if train.csv or valid.csv is missing.
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

# ---- detection of changed data ----------------------------------------------

.digestParts <- function(parts) {
    unname(vapply(parts, .digestSignal, ""))
}

# The digest of all data that affect a model: values, names, bins and
# preprocessing.
.digestSignal <- function(signal) {
    names <- stats::setNames(nm = assayNames(signal))
    .digest(list(dimnames(signal), marks(signal), signal@bins,
                 as.list(preprocessing(signal)),
                 lapply(names, function(name) {
                     .digestAssay(assay(signal, name, withDimnames = FALSE))
                 })))
}

# For an array in memory, its values. For an array in files, the state of the
# files and the delayed operations, unless these cannot be compared; then the
# values.
.digestAssay <- function(x) {
    if (!is(x, "DelayedArray")) return(list(dim(x), as.vector(x)))
    files <- .seedFiles(x)
    if (is.null(files) || !.isPlainData(x)) {
        return(list(dim(x), as.vector(as.array(x))))
    }
    facts <- file.info(files, extra_cols = FALSE)
    list(.digest(x), files, facts$size, as.numeric(facts$mtime))
}

# The files of an array's seeds; NULL if a seed has no file.
.seedFiles <- function(x) {
    files <- DelayedArray::seedApply(x, function(seed) {
        tryCatch(BiocGenerics::path(seed), error = function(e) NULL)
    })
    if (any(lengths(files) != 1L)) return(NULL)
    files <- unlist(files)
    if (all(file.exists(files))) files
}

# Functions (of delayed operations) and connections can differ between sessions
# even if their results do not.
.isPlainData <- function(x) {
    if (typeof(x) %in% c("closure", "builtin", "special", "environment",
                         "externalptr", "weakref")) return(FALSE)
    parts <- c(attributes(x), if (is.list(x)) unclass(x))
    all(vapply(parts, .isPlainData, NA))
}
