# The same training, resumed from its checkpoint.

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
