# A model, or the members of an ensemble, from a plan, in a training that may
# survive a crash.

# Trains from the start or, with a checkpoint, resumes an interrupted training
# of the same plan. If the seed was drawn (`seed` was NULL), the earlier
# training's seed is used.
.fitCheckpointed <- function(plan, threads, checkpoint, seedIsDrawn) {
    if (is.null(checkpoint)) return(.fit(plan, threads))
    .checkOutput(checkpoint, "checkpoint")
    lock <- .lockCheckpoint(checkpoint)
    on.exit(filelock::unlock(lock))
    kept <- if (file.exists(.planFile(checkpoint))) .readPlan(checkpoint)
    if (seedIsDrawn && !is.null(kept)) {
        plan$settings$seed <- kept$settings$seed
    }
    sealed <- .sealedPlan(plan)
    if (!is.null(kept)) {
        .checkSamePlan(kept, sealed, checkpoint)
    } else if (file.exists(checkpoint)) {
        .stop("{.arg checkpoint} must be a new file, or a checkpoint",
              x = "{.file {checkpoint}} already exists, without
                   {.file {(.planFile(checkpoint))}}.")
    } else {
        .saveSealed(sealed, .planFile(checkpoint), "plan")
    }
    plan$id <- .digest(sealed)
    .fit(plan, threads, checkpoint, .readProgress(checkpoint, plan))
}

# ---- ensembles --------------------------------------------------------------

# The first member has the seed of the ensemble, and is the model of
# `members = 1`. With more members, the first ones are the same.
.memberSeeds <- function(seed, members) {
    c(seed, vapply(seq_len(members)[-1L], function(i) .seedOf(seed, i), 0L))
}

.fitEnsemble <- function(plan, members, threads, checkpoint, seedIsDrawn,
                         BPPARAM) {
    if (!is.null(checkpoint)) {
        plan$settings$seed <- .openCheckpoints(checkpoint, plan$settings$seed,
                                               seedIsDrawn)
    }
    progress <- plan$settings$progress
    plan$settings$progress <- FALSE
    seeds <- .memberSeeds(plan$settings$seed, members)
    tasks <- lapply(seq_len(members), function(i) {
        list(seed = seeds[i], checkpoint = if (!is.null(checkpoint))
            file.path(checkpoint, paste0("member-", i)))
    })
    models <- .onWorkers(tasks, .fitMember, plan = plan, threads = threads,
                         BPPARAM = BPPARAM, progress = progress)
    .validateEnsemble(.asEnsemble(models), plan$data$validation, threads)
}

.fitMember <- function(task, plan, threads) {
    plan$settings$seed <- task$seed
    .fitCheckpointed(plan, threads, task$checkpoint, seedIsDrawn = FALSE)
}

# The calibration and the performance of the mean logit on the validation genes.
.validateEnsemble <- function(ensemble, known, threads) {
    if (is.null(known)) return(ensemble)
    predicted <- .predictInput(ensemble, known, threads)
    logit <- predicted$logit
    target <- .targetOf(ensemble)
    ensemble@calibration <- .fitValidation(target, logit, known$y)
    ensemble@training$validationLoss <- .validationLoss(target, known,
                                                        predicted)
    ensemble@training[[.scoreColumn(target)]] <- .scoreOf(target, known$y,
                                                          logit)
    ensemble
}

# ---- the folder of checkpoints ----------------------------------------------

# The folder has a checkpoint for each member, and the seed of the ensemble,
# which is returned.
.openCheckpoints <- function(folder, seed, seedIsDrawn) {
    if (!.isPath(folder) || (file.exists(folder) && !dir.exists(folder))) {
        .stop("{.arg checkpoint} of an ensemble must be the path of a folder",
              x = "It is {.val {folder}}.")
    }
    dir.create(folder, showWarnings = FALSE)
    path <- file.path(folder, "seed")
    if (!file.exists(path)) {
        .checkOutput(path, "checkpoint")
        .saveSealed(seed, path, "seed")
    } else if (seedIsDrawn) {
        seed <- .readSealed(path, "seed")
    }
    seed
}
