# The run folder of trainCellTypes() has settings.rds and, for each cell type,
# cell-NAME.rds when it is finished, or its checkpoint before that. Each file
# records its type, its cell type and its run.

#' Open a run folder
#'
#' Reads the panel of the cell types that are finished in a run folder. Nothing
#' is trained.
#'
#' @param folder The run folder of [trainCellTypes()].
#' @return An [AttentiveChromePanel-class].
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 90, cellTypes = 2, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12))
#' folder <- tempfile("run")
#' panel <- trainCellTypes(signal, folder, epochs = 2, filters = 4,
#'     context = 4, BPPARAM = BiocParallel::SerialParam())
#' openPanel(folder)
openPanel <- function(folder) {
    if (!.isPath(folder) || !file.exists(.settingsFile(folder))) {
        .stop("{.arg folder} must be a run folder of {.fn trainCellTypes}",
              x = "{.file {folder}} has no {.file settings.rds}.")
    }
    kept <- .readSettings(folder)
    new("AttentiveChromePanel", records = .readRecords(folder, kept),
        errors = character(), settings = kept$settings, folder = folder)
}

.settingsFile <- function(folder) file.path(folder, "settings.rds")

# Cell types can have any name, but files cannot: on some systems, names must
# not even differ by case alone. The file name has a readable part for users and
# a hash that makes it unique.
.recordFile <- function(folder, cellType) {
    readable <- substr(gsub("[^A-Za-z0-9]+", "_", cellType), 1L, 40L)
    hash <- vapply(cellType, .textHash, "", digits = 12L, USE.NAMES = FALSE)
    file.path(folder, sprintf("cell-%s-%s.rds", readable, hash))
}

.recordFiles <- function(folder, cellType) {
    record <- .recordFile(folder, cellType)
    list(record = record, checkpoint = sub("rds$", "checkpoint", record))
}

# ---- records ----------------------------------------------------------------

# Identifies a record: the digest of the settings and the data of a cell type.
.recordId <- function(cellType, kept) {
    .digest(list(cellType, kept$settings, kept$digests[[cellType]]))
}

.readRecords <- function(folder, kept, cellTypes = names(kept$digests)) {
    there <- cellTypes[file.exists(.recordFile(folder, cellTypes))]
    lapply(stats::setNames(nm = there), function(cellType) {
        .readRecord(.recordFile(folder, cellType), cellType,
                    .recordId(cellType, kept))
    })
}

.readRecord <- function(path, cellType, id) {
    record <- .readSealed(path, "record")
    hint <- "Delete the file; the same call then trains the cell type again."
    if (!is.list(record) || !is(record$model, "AttentiveChromeFit") ||
        !is.data.frame(record$test) || !is.data.frame(record$metrics)) {
        .stop("{.file {path}} is not a complete record", i = "{hint}",
              class = "AttentiveChrome_damaged")
    }
    if (!identical(record$cellType, cellType)) {
        .stop("{.file {path}} must be the record of {.val {cellType}}",
              x = "It is the record of {.val {record$cellType}}.",
              i = "{hint}")
    }
    if (!identical(record$id, id)) {
        .stop("{.file {path}} must be a record of this run folder",
              x = "It was made with other settings or data.", i = "{hint}")
    }
    record[setdiff(names(record), c("cellType", "id"))]
}

# The record is written first. If the process is killed before the checkpoint is
# deleted, the next run deletes it.
.finishRecord <- function(record, files) {
    .stopOrphan()
    .saveSealed(c(record, files[c("cellType", "id")]), files$record, "record")
    .deleteCheckpoint(files)
}

.deleteCheckpoint <- function(files) {
    # That of an ensemble is a folder.
    unlink(.checkpointFiles(files$checkpoint), recursive = TRUE,
           expand = FALSE)
    for (file in c(files$record, .checkpointFiles(files$checkpoint))) {
        .removeLeftovers(file)
    }
}

# ---- the run ----------------------------------------------------------------

# A run: the `records` of the cell types that are finished, a function `files()`
# of a cell type, and a function `close()`. Without a folder, nothing is stored.
.openRun <- function(folder, settings, source) {
    if (is.null(folder)) {
        return(list(records = list(), files = function(cellType) NULL,
                    close = function() NULL))
    }
    .makeRunFolder(folder)
    lock <- .lockRun(folder)
    opened <- FALSE
    on.exit(if (!opened) filelock::unlock(lock))
    kept <- .agreeOnSettings(folder, settings, source)
    records <- .readRecords(folder, kept, source$cellTypes)
    for (cellType in names(records)) {
        .deleteCheckpoint(.recordFiles(folder, cellType))
    }
    opened <- TRUE
    list(records = records,
         files = function(cellType) {
             c(.recordFiles(folder, cellType),
               list(cellType = cellType, id = .recordId(cellType, kept)))
         },
         close = function() filelock::unlock(lock))
}

.makeRunFolder <- function(folder) {
    if (!.isPath(folder)) {
        .stop("{.arg folder} must be the path of a folder",
              x = "It is {.val {folder}}.")
    }
    reason <- NULL
    withCallingHandlers(
        dir.create(folder, recursive = TRUE,
                   showWarnings = !dir.exists(folder)),
        warning = function(w) {
            reason <<- conditionMessage(w)
            invokeRestart("muffleWarning")
        })
    if (!dir.exists(folder) || file.access(folder, 2L) != 0L) {
        .stop("{.arg folder} must be a writable folder",
              x = "It is {.file {folder}}.",
              x = if (!is.null(reason)) "{reason}")
    }
    others <- list.files(folder, all.files = TRUE, no.. = TRUE)
    if (length(others) > 0L && !any(c("settings.rds", "lock") %in% others)) {
        .stop("{.arg folder} must be new, empty, or a run folder",
              x = "{.file {folder}} has {(.some(others))}.")
    }
}

.lockRun <- function(folder) {
    path <- file.path(folder, "lock")
    lock <- .lockFile(path)
    if (is.null(lock)) {
        .stop("Another run uses {.arg folder}",
              x = "{.file {path}} is locked.")
    }
    lock
}

# ---- settings ---------------------------------------------------------------

.panelSettings <- function(training, seed, split, tables) {
    settings <- training
    settings$threads <- NULL # does not affect the result
    recipe <- .checkChoice(settings$recipe %||% "default", "recipe",
                           names(.recipes))
    settings$architecture <- settings$architecture %||%
        .recipeArchitectures[[recipe]]
    # in full, as a later version may have other recipes
    target <- .checkPanelTarget(settings$target)
    settings["target"] <- list(if (!.isClass(target)) target)
    full <- .recipeSettings(recipe, settings, settings$architecture, target)
    settings$recipe <- NULL
    settings[names(full)] <- full
    c(settings[order(names(settings))],
      list(seed = seed, split = split, tables = tables))
}

.readSettings <- function(folder) {
    path <- .settingsFile(folder)
    kept <- .readSealed(path, "settings")
    if (!is.list(kept) || !is.list(kept$settings) || !is.list(kept$digests) ||
        !.areNames(names(kept$digests))) {
        .stop("{.file {path}} is not a complete settings file",
              class = "AttentiveChrome_damaged")
    }
    kept
}

# The seed of an existing run folder; NULL for other folders.
.seedOfFolder <- function(folder) {
    known <- .isPath(folder) && file.exists(.settingsFile(folder))
    if (known) .readSettings(folder)$settings$seed
}

# The settings of the folder and the digest of each cell type's data. They are
# compared with those of this run, or written if the folder is new.
.agreeOnSettings <- function(folder, settings, source) {
    digests <- lapply(stats::setNames(nm = source$cellTypes), source$digest)
    if (file.exists(.settingsFile(folder))) {
        kept <- .readSettings(folder)
        .checkSameSettings(kept$settings, settings, "folder",
                           "Use a new folder, or the same settings.")
        shared <- intersect(names(kept$digests), names(digests))
        changed <- shared[!mapply(identical, kept$digests[shared],
                                  digests[shared])]
        if (length(changed) > 0L) {
            .stop("{.arg folder} must have been made from the same data",
                  x = "The data have changed for {(.some(changed))}.",
                  i = "Use a new folder.")
        }
        digests <- utils::modifyList(kept$digests, digests)
        if (identical(digests, kept$digests)) return(kept)
    }
    kept <- list(settings = settings, digests = digests)
    .saveSealed(kept, .settingsFile(folder), "settings")
    kept
}
