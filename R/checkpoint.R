# Training that survives a crash. The checkpoint FILE has the state after the
# last whole epoch; FILE.plan, written once, what is to be trained and on what;
# FILE.lock is locked while a process trains.

#' Resume a training that was cut off
#'
#' [attentiveChrome()] with `checkpoint =` writes its state to a file after each
#' epoch. After a crash, a kill or a power cut, the same call resumes from the
#' last whole epoch, and so does `resumeTraining()`, which needs only the
#' checkpoint. The model is the same, bit for bit, as without the cut (but for
#' the seconds in its history).
#'
#' Beside the checkpoint lie a file with the ending `.plan`, with the training
#' data and settings, and one with the ending `.lock`, so that two processes do
#' not train the same. All three may be deleted when the model is there. Each
#' file is written under another name, synced to the disk and then renamed, so
#' there is never half a checkpoint; each has a digest, so that a damaged one is
#' noticed.
#'
#' @param checkpoint The path that was given to [attentiveChrome()].
#' @inheritParams attentiveChrome
#' @return An [AttentiveChromeModel-class]. If the training had finished, its
#'   model.
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
    .checkFlag(verbose, "verbose")
    if (!.isPath(checkpoint) || !file.exists(.planFile(checkpoint))) {
        .stop("{.arg checkpoint} must be the path of a checkpoint",
              x = "There is no {.file {(.planFile(checkpoint))}} beside it.",
              i = "{.code attentiveChrome(checkpoint = )} writes both.")
    }
    lock <- .lockCheckpoint(checkpoint)
    on.exit(filelock::unlock(lock))
    plan <- .readPlan(checkpoint)
    plan$settings$verbose <- verbose
    .fit(plan, threads, checkpoint, .readProgress(checkpoint, plan))
}

.planFile <- function(checkpoint) paste0(checkpoint, ".plan")

.checkpointFiles <- function(checkpoint) {
    paste0(checkpoint, c("", ".plan", ".lock"))
}

# From the start, or from where an earlier training of the same plan was cut
# off. A seed that was drawn (`seed` was NULL) is that of the earlier training.
.fitCheckpointed <- function(plan, threads, checkpoint, seedIsDrawn) {
    .checkOutput(checkpoint, "checkpoint")
    lock <- .lockCheckpoint(checkpoint)
    on.exit(filelock::unlock(lock))
    if (file.exists(.planFile(checkpoint))) {
        kept <- .readPlan(checkpoint)
        if (seedIsDrawn) plan$settings$seed <- kept$settings$seed
        .checkSamePlan(kept, plan, checkpoint)
    } else if (file.exists(checkpoint)) {
        .stop("{.arg checkpoint} must be a new file, or a checkpoint",
              x = "{.file {checkpoint}} is there already, without
                   {.file {(.planFile(checkpoint))}}.")
    } else {
        .saveSealed(plan, .planFile(checkpoint), "plan")
    }
    plan$id <- .planDigest(plan)
    .fit(plan, threads, checkpoint, .readProgress(checkpoint, plan))
}

# A process that was orphaned ends with its epoch: wait for it.
.checkpointWait <- 300

.lockCheckpoint <- function(checkpoint, wait = .checkpointWait) {
    path <- paste0(checkpoint, ".lock")
    lock <- .lockFile(path, wait, sprintf(
        "Waiting for another process that trains to %s", checkpoint))
    if (is.null(lock)) {
        .stop("Another process trains to {.file {checkpoint}}",
              x = "{.file {path}} is locked.")
    }
    lock
}

# ---- plans ------------------------------------------------------------------

# All that the bits of the model depend on. The baseline does too, but it
# follows from these.
.planParts <- c("architecture", "size", "settings", "transform", "data",
                "start")

.planDigest <- function(plan) {
    plan$settings$verbose <- NULL
    .digest(plan[intersect(.planParts, names(plan))])
}

.readPlan <- function(checkpoint) {
    path <- .planFile(checkpoint)
    plan <- .readSealed(path, "plan")
    needed <- setdiff(.planParts, "start")
    if (!is.list(plan) || !all(needed %in% names(plan))) {
        .stop("{.file {path}} lacks parts of a plan",
              class = "AttentiveChrome_damaged")
    }
    plan$id <- .planDigest(plan)
    plan
}

.checkSamePlan <- function(kept, asked, checkpoint) {
    if (identical(kept$id, .planDigest(asked))) return()
    flat <- function(plan) {
        plan$settings$verbose <- NULL
        c(plan[c("architecture", "transform")], plan$size, plan$settings)
    }
    .checkSameSettings(flat(kept), flat(asked), "checkpoint",
                       "Give another path, or the same settings.")
    parts <- union(names(kept$data), names(asked$data))
    other <- parts[!mapply(identical, kept$data[parts], asked$data[parts])]
    .stop("{.arg checkpoint} must be of the same data",
          x = "Other than in {.file {(.planFile(checkpoint))}}: {other}.",
          i = "Give another path, or the same data.")
}

# Named lists of settings, of a file that is there and of a call.
.checkSameSettings <- function(kept, asked, arg, hint) {
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
    .stop("{.arg {arg}} must be of the same settings", .bullets(lines, "x"),
          i = "{hint}")
}

# ---- progress ---------------------------------------------------------------

.progressParts <- c("state", "history", "parameters", "bestEpoch", "bestAuroc",
                    "id")

.saveCheckpoint <- function(checkpoint, run) {
    .saveSealed(mget(.progressParts, envir = run), checkpoint, "checkpoint")
}

# NULL where no epoch was finished.
.readProgress <- function(checkpoint, plan) {
    if (!file.exists(checkpoint)) return(NULL)
    progress <- .readSealed(checkpoint, "checkpoint")
    if (!is.list(progress) || !setequal(names(progress), .progressParts)) {
        .stop("{.file {checkpoint}} lacks parts of a checkpoint",
              class = "AttentiveChrome_damaged")
    }
    if (!identical(progress$id, plan$id)) {
        .stop("{.file {checkpoint}} and {.file {(.planFile(checkpoint))}} are
               of two trainings")
    }
    progress
}
