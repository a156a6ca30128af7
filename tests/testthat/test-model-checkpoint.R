parts <- smallParts()
fit <- function(...) {
    quietModel(parts$train, parts$validation, filters = 4, context = 4,
               dropout = 0.2, epochs = 6, learningRate = 0.01, seed = 1,
               progress = FALSE, ...)
}
# All of a model but how long it took.
bits <- function(model) {
    history <- trainingHistory(model)
    list(coef(model), history[names(history) != "seconds"],
         glance(model)$bestEpoch)
}

resume <- function(file, ...) fit(checkpoint = file, ...)

# A checkpoint as it is when the process dies after some epochs.
endAfter <- function(file, epochs, ...) {
    save <- .saveCheckpoint
    space <- environment(save)
    change <- function(to) {
        unlockBinding(".saveCheckpoint", space)
        assign(".saveCheckpoint", to, space)
        lockBinding(".saveCheckpoint", space)
    }
    withr::defer(change(save))
    change(function(checkpoint, run) {
        save(checkpoint, run)
        if (nrow(run$history) == epochs) stop("died")
    })
    unlink(file)
    expect_error(resume(file, ...), "died")
}

test_that("a checkpoint changes nothing, and finished training is kept", {
    file <- withr::local_tempfile(fileext = ".rds")
    plain <- fit()
    model <- fit(checkpoint = file)
    expect_identical(bits(model), bits(plain))
    again <- resume(file)
    expect_identical(bits(again), bits(plain))
    expect_identical(trainingHistory(again), trainingHistory(model))
})

test_that("training goes on from any epoch to the same bits", {
    whole <- bits(fit())
    file <- withr::local_tempfile(fileext = ".rds")
    fit(checkpoint = file)
    for (epochs in c(1, 3, 5)) {
        endAfter(file, epochs)
        expect_identical(nrow(.readSealed(file, "checkpoint")$history),
                         as.integer(epochs))
        expect_identical(bits(resume(file)), whole)
        endAfter(file, epochs)
        expect_identical(bits(fit(checkpoint = file)), whole)
    }
    unlink(file) # killed before the first epoch ended
    expect_identical(bits(resume(file)), whole)
})

test_that("the same call resumes, and another reports the difference", {
    file <- withr::local_tempfile(fileext = ".rds")
    model <- fit(checkpoint = file)
    written <- file.mtime(file)
    again <- fit(checkpoint = file)
    expect_identical(bits(again), bits(model))
    expect_identical(trainingHistory(again), trainingHistory(model))
    expect_identical(file.mtime(file), written)
    expect_error(fit(checkpoint = file, clip = 2),
                 "clip: 1 in the existing files, 2 in")
    other <- parts
    assay(other$train, "H3K4me3")[1L] <- 99
    expect_error(attentiveChrome(other$train, parts$validation, filters = 4,
        context = 4, dropout = 0.2, epochs = 6, learningRate = 0.01,
        seed = 1, checkpoint = file), "same data.*train")
    # A seed that was drawn is kept.
    drawn <- withr::local_tempfile()
    free <- function() {
        attentiveChrome(parts$train, filters = 4, context = 4, epochs = 2,
                        checkpoint = drawn)
    }
    expect_identical(coef(free()), coef(free()))
})

test_that("training that drops marks goes on to the same bits", {
    file <- withr::local_tempfile(fileext = ".rds")
    whole <- bits(fit(checkpoint = file, markDropout = 0.4))
    endAfter(file, 3, markDropout = 0.4)
    expect_identical(bits(resume(file, markDropout = 0.4)), whole)
})

test_that("training that was killed goes on to the same bits", {
    skip_if_not_installed("callr")
    skip_on_os("windows")
    whole <- bits(fit())
    file <- withr::local_tempfile(fileext = ".rds")
    job <- withr::local_tempfile(fileext = ".rds")
    saveRDS(parts, job)
    for (delay in c(0.05, 0.2, 0.5)) {
        unlink(.checkpointFiles(file))
        process <- callr::r_bg(function(job, file) {
            suppressMessages(library(AttentiveChrome))
            parts <- readRDS(job)
            attentiveChrome(parts$train, parts$validation, filters = 4,
                            context = 4, dropout = 0.2, epochs = 6,
                            learningRate = 0.01, seed = 1, checkpoint = file)
        }, list(job, file))
        while (!file.exists(paste0(file, ".plan")) && process$is_alive()) {
            Sys.sleep(0.01)
        }
        Sys.sleep(delay)
        process$kill() # SIGKILL
        expect_identical(bits(resume(file)), whole)
    }
})

test_that("a file that is not a checkpoint is reported", {
    file <- withr::local_tempfile(fileext = ".rds")
    expect_error(fit(checkpoint = "no/such/folder/file"), "existing folder")
    fit(checkpoint = file)
    other <- withr::local_tempfile(fileext = ".rds")
    attentiveChrome(parts$train, filters = 4, context = 4, epochs = 1,
                    checkpoint = other)
    file.copy(other, file, overwrite = TRUE)
    expect_error(resume(file), "different trainings")
    file.copy(.planFile(file), file, overwrite = TRUE)
    expect_error(resume(file), "must be a checkpoint")
    writeLines("not a checkpoint", file)
    expect_error(resume(file), "is not a checkpoint file")
    saveRDS(1:3, file)
    expect_error(fit(checkpoint = file), "is not a checkpoint file")
    unlink(.planFile(file))
    expect_error(fit(checkpoint = file), "must be a new file, or")
    expect_error(fit(checkpoint = tempdir()), "is a folder")
    expect_error(fit(checkpoint = file.path(tempdir(), strrep("x", 300))),
                 "File name too long")
})

test_that("two processes do not train to one checkpoint", {
    skip_if_not_installed("callr")
    skip_on_os("windows")
    file <- withr::local_tempfile()
    lock <- .lockCheckpoint(file)
    said <- callr::r(function(file) {
        tryCatch(AttentiveChrome:::.lockCheckpoint(file, wait = 0.5),
                 error = conditionMessage, message = function(m) NULL)
    }, list(file))
    filelock::unlock(lock)
    expect_null(said) # told that it waits
    expect_s4_class(fit(checkpoint = file), "AttentiveChromeModel")
})

test_that("a time limit is an error, and leaves a checkpoint to resume", {
    skip_if_not_installed("callr")
    file <- withr::local_tempfile()
    out <- callr::r(function(file, signal) {
        loadNamespace("AttentiveChrome")
        fit <- function(seconds) {
            setTimeLimit(elapsed = seconds, transient = TRUE)
            on.exit(setTimeLimit())
            tryCatch(AttentiveChrome::attentiveChrome(signal, epochs = 5000,
                filters = 16, context = 16, seed = 1, checkpoint = file),
                error = conditionMessage, interrupt = function(e) "Ctrl-C",
                warning = conditionMessage)
        }
        c(fit(4), fit(4)) # another limit in the same session
    }, list(file, simulateChromatin(400, bins = 20, seed = 1,
        causal = list(H3K4me3 = 9:12), scenario = "blocks")))
    expect_match(out, "time limit", all = TRUE)
    expect_lt(nrow(.readSealed(file, "checkpoint")$history), 5000)
})
