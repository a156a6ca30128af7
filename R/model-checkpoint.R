# Checkpoints, from which training resumes after a crash. The checkpoint FILE
# has the state after the last complete epoch. FILE.plan is written once and has
# the model's settings and digests of its data. FILE.lock is locked while a
# process trains.

.planFile <- function(checkpoint) paste0(checkpoint, ".plan")

.checkpointFiles <- function(checkpoint) {
    paste0(checkpoint, c("", ".plan", ".lock"))
}

# An orphaned process stops at the end of its epoch: wait for it.
.checkpointWait <- 300

.lockCheckpoint <- function(checkpoint, wait = .checkpointWait) {
    path <- paste0(checkpoint, ".lock")
    lock <- .lockFile(path, wait, sprintf(
        "Waiting for another process that uses the checkpoint %s", checkpoint))
    if (is.null(lock)) {
        .stop("Another process uses the checkpoint {.file {checkpoint}}",
              x = "{.file {path}} is locked.")
    }
    lock
}

# ---- plans ------------------------------------------------------------------

# The parts that determine the parameters of the model. The baseline is derived
# from them.
.planParts <- c("architecture", "size", "settings", "transform", "data",
                "start")

# What of a plan is written, with a digest of each part of the data.
.sealedPlan <- function(plan) {
    plan$settings$progress <- NULL
    plan <- plan[intersect(.planParts, names(plan))]
    plan$data <- lapply(plan$data, function(part) {
        if (is.list(part) && is.list(part$x)) part$x <- .digestInput(part$x)
        .digest(part)
    })
    plan
}

# Bin by bin, of what is read alone: an assay may have other cell types, too.
.digestInput <- function(x) {
    rows <- .storedRows(x)
    marks <- lapply(x$marks, function(values) {
        if (is.null(values)) return(NULL)
        bins <- dim(values)[3L]
        all <- length(values) / bins
        vapply(seq_len(bins), function(b) {
            rlang::hash(as.double(values[rows + (b - 1) * all]))
        }, "")
    })
    list(marks, x$scale)
}

.readPlan <- function(checkpoint) {
    path <- .planFile(checkpoint)
    plan <- .readSealed(path, "plan")
    needed <- setdiff(.planParts, "start")
    if (!is.list(plan) || !all(needed %in% names(plan))) {
        .stop("{.file {path}} is not a complete plan",
              class = "AttentiveChrome_damaged")
    }
    plan
}

# Both as .sealedPlan().
.checkSamePlan <- function(kept, asked, checkpoint) {
    if (identical(.digest(kept), .digest(asked))) return()
    flat <- function(plan) {
        c(plan[c("architecture", "transform")], plan$size, plan$settings)
    }
    .checkSameSettings(flat(kept), flat(asked), "checkpoint",
                       "Use another path, or the same settings.")
    parts <- union(names(kept$data), names(asked$data))
    other <- parts[!mapply(identical, kept$data[parts], asked$data[parts])]
    .stop("{.arg checkpoint} must have been made from the same data",
          x = "Different from {.file {(.planFile(checkpoint))}}: {other}.",
          i = "Use another path, or the same data.")
}

# Compares the named lists of settings of an existing file and of a call.
.checkSameSettings <- function(kept, asked, arg, hint) {
    names <- union(names(kept), names(asked))
    other <- names[!mapply(identical, kept[names], asked[names])]
    if (length(other) == 0L) return()
    show <- function(x) {
        if (is.null(x)) "the default" else
            paste(deparse(x, width.cutoff = 500L), collapse = " ")
    }
    lines <- sprintf("%s: %s in the existing files, %s in this call", other,
                     vapply(kept[other], show, ""),
                     vapply(asked[other], show, ""))
    .stop("{.arg {arg}} must have the same settings", .bullets(lines, "x"),
          i = "{hint}")
}

# ---- progress ---------------------------------------------------------------

.progressParts <- c("state", "history", "parameters", "bestEpoch", "bestScore",
                    "id")

.saveCheckpoint <- function(checkpoint, run) {
    .saveSealed(mget(.progressParts, envir = run), checkpoint, "checkpoint")
}

# NULL if no epoch is complete.
.readProgress <- function(checkpoint, plan) {
    if (!file.exists(checkpoint)) return(NULL)
    progress <- .readSealed(checkpoint, "checkpoint")
    if (!is.list(progress) || !setequal(names(progress), .progressParts)) {
        .stop("{.file {checkpoint}} is not a complete checkpoint",
              class = "AttentiveChrome_damaged")
    }
    if (!identical(progress$id, plan$id)) {
        .stop("{.file {checkpoint}} and {.file {(.planFile(checkpoint))}}
               belong to different trainings")
    }
    progress
}
