# Training that survives a crash. The checkpoint FILE has the state after the
# last whole epoch; FILE.plan, written once, what is to be trained and on what;
# FILE.lock is locked while a process trains.

.planFile <- function(checkpoint) paste0(checkpoint, ".plan")

.checkpointFiles <- function(checkpoint) {
    paste0(checkpoint, c("", ".plan", ".lock"))
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
