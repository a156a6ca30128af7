# Training that survives a crash. The checkpoint FILE has the state after the
# last whole epoch; FILE.job, written once, what is to be trained and on what.

#' Go on with a training that was cut off
#'
#' [attentiveChrome()] with `checkpoint =` writes its state to a file after each
#' epoch. After a crash, a kill or a power cut, `resumeTraining()` goes on from
#' the last whole epoch. The model is the same, bit for bit, as without the cut
#' (but for the seconds in its history).
#'
#' Beside the checkpoint lies a file with the ending `.job`, with the training
#' data and settings; both are needed, and both may be deleted when the model
#' is there. Each is written under another name first and then renamed, so
#' there is never half a checkpoint.
#'
#' @param checkpoint The path that was given to [attentiveChrome()].
#' @inheritParams attentiveChrome
#' @return An [AttentiveChromeModel-class]. Of a training that was finished
#'   already, its model.
#' @seealso [attentiveChrome()]
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' file <- tempfile(fileext = ".rds")
#' model <- attentiveChrome(signal, epochs = 2, hidden = 4, markHidden = 4,
#'     checkpoint = file)
#' again <- resumeTraining(file)
#' identical(coef(again), coef(model))
resumeTraining <- function(checkpoint, threads = NULL,
                           verbose = interactive()) {
    if (!.isPath(checkpoint) || !file.exists(.jobFile(checkpoint))) {
        .stop("{.arg checkpoint} must be the path of a checkpoint",
              x = "There is no {.file {(.jobFile(checkpoint))}} beside it.",
              i = "{.code attentiveChrome(checkpoint = )} writes both.")
    }
    job <- .readWhole(.jobFile(checkpoint))
    job$settings$verbose <- .checkFlag(verbose, "verbose")
    progress <- NULL
    if (file.exists(checkpoint)) {
        progress <- .readWhole(checkpoint)
        if (!identical(progress$id, job$id)) {
            .stop("{.file {checkpoint}} and {.file {(.jobFile(checkpoint))}} are
                   of two trainings")
        }
    }
    .fit(job, threads, checkpoint, progress)
}

.jobFile <- function(checkpoint) paste0(checkpoint, ".job")

.isPath <- function(x) {
    is.character(x) && length(x) == 1L && !is.na(x) && nzchar(x)
}

.startCheckpoint <- function(checkpoint, job) {
    if (!.isPath(checkpoint) || !dir.exists(dirname(checkpoint))) {
        .stop("{.arg checkpoint} must be the path of a file in a folder that
               exists",
              x = "It is {.val {checkpoint}}.")
    }
    if (file.exists(checkpoint) || file.exists(.jobFile(checkpoint))) {
        .stop("{.arg checkpoint} must be a new file",
              x = "{.file {checkpoint}} is there already.",
              i = "Go on with it by {.fn resumeTraining}, or delete it and
                   {.file {(.jobFile(checkpoint))}}.")
    }
    # Tells the state of this training from that of another at the same path.
    job$id <- paste(Sys.getpid(), format(Sys.time(), "%Y-%m-%d %H:%M:%OS6"))
    .saveWhole(job, .jobFile(checkpoint))
    job
}

.saveCheckpoint <- function(checkpoint, run) {
    progress <- mget(c("state", "history", "parameters", "bestEpoch",
                       "bestAuroc", "id"), envir = run)
    .saveWhole(progress, checkpoint)
}

# ---- whole files only -------------------------------------------------------

# Under another name first, and renamed when it can be read back: whoever looks
# finds the old file or the new one, whole.
.saveWhole <- function(x, path) {
    part <- paste0(path, ".part")
    on.exit(unlink(part))
    # A handler of warnings would leave file()'s connection open.
    written <- suppressWarnings(tryCatch({
        saveRDS(x, part, compress = FALSE)
        identical(readRDS(part), x)
    }, error = function(e) FALSE))
    if (!written || !file.rename(part, path)) {
        .stop("{.file {path}} could not be written",
              i = "Is the disk full, or the folder closed to you?")
    }
}

.readWhole <- function(path) {
    tryCatch(readRDS(path), error = function(e) {
        .stop("{.file {path}} could not be read", x = "{conditionMessage(e)}")
    })
}
