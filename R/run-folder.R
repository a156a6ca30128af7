# The run folder of trainCellTypes(): settings.rds, what was asked for; for each
# cell type NAME.rds when it is finished, and before that its checkpoint.

#' Read a run folder
#'
#' The panel of the cell types that are finished in a run folder, without
#' training anything.
#'
#' @param folder The run folder of [trainCellTypes()].
#' @return An [AttentiveChromePanel-class].
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 90, cellTypes = 2, bins = 20, seed = 1,
#'     deciding = list(H3K4me3 = 9:12))
#' folder <- tempfile("run")
#' panel <- trainCellTypes(signal, folder, epochs = 2, hidden = 4,
#'     markHidden = 4, BPPARAM = BiocParallel::SerialParam())
#' openPanel(folder)
openPanel <- function(folder) {
    if (!.isPath(folder) || !file.exists(.settingsFile(folder))) {
        .stop("{.arg folder} must be a run folder of {.fn trainCellTypes}",
              x = "There is no {.file settings.rds} in {.file {folder}}.")
    }
    kept <- .readWhole(.settingsFile(folder))
    new("AttentiveChromePanel",
        records = .readRecords(folder, names(kept$digests)),
        errors = character(), settings = kept$settings, folder = folder)
}

.settingsFile <- function(folder) file.path(folder, "settings.rds")

# Cell types may have any name, files may not.
.recordFile <- function(folder, cellType) {
    name <- utils::URLencode(cellType, reserved = TRUE)
    file.path(folder, paste0("cell-", name, ".rds"))
}

.recordFiles <- function(folder, cellType) {
    record <- .recordFile(folder, cellType)
    list(record = record, checkpoint = sub("rds$", "checkpoint", record))
}

.readRecords <- function(folder, cellTypes) {
    paths <- .recordFile(folder, cellTypes)
    there <- file.exists(paths)
    stats::setNames(lapply(paths[there], .readWhole), cellTypes[there])
}

# The record first: a kill between the two leaves a checkpoint too many, which
# the next run deletes.
.finishRecord <- function(record, files) {
    .saveWhole(record, files$record)
    .deleteCheckpoint(files)
}

.deleteCheckpoint <- function(files) {
    unlink(c(files$checkpoint, .jobFile(files$checkpoint)))
}

# A run: `records` of the cell types that are finished, `files()` of a cell
# type, `close()`. Without a folder it keeps nothing.
.openRun <- function(folder, settings, source) {
    if (is.null(folder)) {
        return(list(records = list(), files = function(cellType) NULL,
                    close = function() NULL))
    }
    .makeRunFolder(folder)
    lock <- .lockRun(folder)
    opened <- FALSE
    on.exit(if (!opened) filelock::unlock(lock))
    .agreeOnSettings(folder, settings, source)
    records <- .readRecords(folder, source$cellTypes)
    for (cellType in names(records)) {
        .deleteCheckpoint(.recordFiles(folder, cellType))
    }
    opened <- TRUE
    list(records = records,
         files = function(cellType) .recordFiles(folder, cellType),
         close = function() filelock::unlock(lock))
}

.makeRunFolder <- function(folder) {
    if (!.isPath(folder)) {
        .stop("{.arg folder} must be the path of a folder",
              x = "It is {.val {folder}}.")
    }
    dir.create(folder, showWarnings = FALSE, recursive = TRUE)
    if (!dir.exists(folder) || file.access(folder, 2L) != 0L) {
        .stop("{.arg folder} must be a folder that can be written to",
              x = "It is {.file {folder}}.")
    }
    others <- list.files(folder, all.files = TRUE, no.. = TRUE)
    if (length(others) > 0L && !any(c("settings.rds", "lock") %in% others)) {
        .stop("{.arg folder} must be new, empty, or a run folder",
              x = "{.file {folder}} has {(.some(others))}.")
    }
}

# The system lets go of the lock when the process ends, however it ends.
.lockRun <- function(folder) {
    lock <- filelock::lock(file.path(folder, "lock"), timeout = 0)
    if (is.null(lock)) {
        .stop("Another run works in {.arg folder}",
              x = "{.file {file.path(folder, 'lock')}} is locked.")
    }
    lock
}

# ---- settings ---------------------------------------------------------------

.panelSettings <- function(training, seed, split, tables) {
    defaults <- formals(attentiveChrome)
    settings <- training
    settings$threads <- NULL # of no account for the result
    settings$architecture <- settings$architecture %||% defaults$architecture
    c(settings[order(names(settings))],
      list(seed = seed, split = split, tables = tables))
}

# What the folder was made for, or, if it is new, will be.
.agreeOnSettings <- function(folder, settings, source) {
    digests <- lapply(stats::setNames(nm = source$cellTypes), source$digest)
    path <- .settingsFile(folder)
    if (file.exists(path)) {
        kept <- .readWhole(path)
        .checkSameSettings(kept$settings, settings, folder)
        shared <- intersect(names(kept$digests), names(digests))
        changed <- shared[!mapply(identical, kept$digests[shared],
                                  digests[shared])]
        if (length(changed) > 0L) {
            .stop("{.arg folder} must be of the same data",
                  x = "They have changed for {(.some(changed))}.",
                  i = "Give a new folder.")
        }
        digests <- utils::modifyList(kept$digests, digests)
        if (identical(digests, kept$digests)) return()
    }
    .saveWhole(list(settings = settings, digests = digests), path)
}

.checkSameSettings <- function(kept, asked, folder) {
    names <- union(names(kept), names(asked))
    other <- names[!mapply(identical, kept[names], asked[names])]
    if (length(other) == 0L) return()
    show <- function(x) {
        if (is.null(x)) "the default" else
            paste(deparse(x, width.cutoff = 500L), collapse = " ")
    }
    lines <- sprintf("%s: %s there, %s asked for", other,
                     vapply(kept[other], show, ""),
                     vapply(asked[other], show, ""))
    .stop("{.arg folder} must be of the same settings", .bullets(lines, "x"),
          i = "Give a new folder, or the same settings.")
}
