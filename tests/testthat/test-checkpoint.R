parts <- smallParts()
fit <- function(...) {
    attentiveChrome(parts$train, parts$validation, hidden = 4, markHidden = 3,
                    dropout = 0.2, epochs = 6, learningRate = 0.01, seed = 1,
                    verbose = FALSE, ...)
}
# All of a model but how long it took.
bits <- function(model) {
    history <- trainingHistory(model)
    list(coef(model), history[names(history) != "seconds"], bestEpoch(model))
}

test_that("a checkpoint changes nothing, and finished training is kept", {
    file <- withr::local_tempfile(fileext = ".rds")
    plain <- fit()
    model <- fit(checkpoint = file)
    expect_identical(bits(model), bits(plain))
    again <- resumeTraining(file)
    expect_identical(bits(again), bits(plain))
    expect_identical(trainingHistory(again), trainingHistory(model))
})

test_that("training goes on from any epoch to the same bits", {
    whole <- bits(fit())
    file <- withr::local_tempfile(fileext = ".rds")
    fit(checkpoint = file)
    for (epochs in c(1, 3, 5)) {
        # The same training, but ended after some epochs.
        job <- readRDS(.jobFile(file))
        job$settings$epochs <- epochs
        short <- withr::local_tempfile(fileext = ".rds")
        saveRDS(job, .jobFile(short))
        resumeTraining(short)
        file.copy(short, file, overwrite = TRUE)
        expect_identical(nrow(readRDS(file)$history), as.integer(epochs))
        expect_identical(bits(resumeTraining(file)), whole)
    }
    unlink(file) # killed before the first epoch ended
    expect_identical(bits(resumeTraining(file)), whole)
})

test_that("training that was killed goes on to the same bits", {
    skip_if_not_installed("callr")
    skip_on_os("windows")
    whole <- bits(fit())
    file <- withr::local_tempfile(fileext = ".rds")
    job <- withr::local_tempfile(fileext = ".rds")
    saveRDS(parts, job)
    for (delay in c(0.05, 0.2, 0.5)) {
        unlink(c(file, paste0(file, ".job")))
        process <- callr::r_bg(function(job, file) {
            suppressMessages(library(AttentiveChrome))
            parts <- readRDS(job)
            attentiveChrome(parts$train, parts$validation, hidden = 4,
                            markHidden = 3, dropout = 0.2, epochs = 6,
                            learningRate = 0.01, seed = 1, checkpoint = file)
        }, list(job, file))
        while (!file.exists(paste0(file, ".job")) && process$is_alive()) {
            Sys.sleep(0.01)
        }
        Sys.sleep(delay)
        process$kill() # SIGKILL
        expect_identical(bits(resumeTraining(file)), whole)
    }
})

test_that("what is no checkpoint is told", {
    file <- withr::local_tempfile(fileext = ".rds")
    expect_error(resumeTraining(file), "There is no")
    expect_error(resumeTraining(1), "must be the path of a checkpoint")
    expect_error(fit(checkpoint = "no/such/folder/file"), "folder that exists")
    fit(checkpoint = file)
    expect_error(fit(checkpoint = file), "must be a new file")
    other <- withr::local_tempfile(fileext = ".rds")
    fit(checkpoint = other)
    file.copy(other, file, overwrite = TRUE)
    expect_error(resumeTraining(file), "two trainings")
    writeLines("not a checkpoint", file)
    expect_error(resumeTraining(file), "could not be read")
})

test_that("a full disk is told, and leaves nothing half-written", {
    skip_on_os(c("windows", "mac"))
    skip_if_not(file.exists("/dev/full"))
    folder <- withr::local_tempdir()
    path <- file.path(folder, "file")
    file.symlink("/dev/full", paste0(path, ".part"))
    expect_error(.saveWhole(runif(1e5), path), "could not be written")
    expect_false(file.exists(path))
})
