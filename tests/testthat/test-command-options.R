skip_if_not_installed("yaml")
known <- list(train = c("epochs", "set", "marks", "recipe"), check = "marks")
read <- function(...) .readSettingsFile(textFile(c(...), ".yaml"), known)

test_that("recipe and settings are options", {
    skip_if_not_installed("optparse")
    option <- function(...) {
        given <- .parseOptions(c(...), .optionsOf("train"), "", "")
        .optionSettings(given$options)
    }
    expect_length(option(), 0L)
    expect_identical(
        option("--recipe=published", "--weight-decay=0.1", "--schedule=cosine",
               "--keep=last", "--set=clip=2"),
        list(recipe = "published", weightDecay = 0.1, schedule = "cosine",
             keep = "last", clip = 2L))
})

test_that("a file of settings has the options of each command", {
    found <- read("train:", "  epochs: 3", "  set: {filters: 4}",
                  "  marks: [H3K4me3, H3K9me3]", "check:")
    expect_identical(found$train, list(epochs = 3L, set = list(filters = 4L),
                                       marks = c("H3K4me3", "H3K9me3")))
    expect_length(found$check, 0L)
    expect_length(read(""), 0L)
})

test_that("what a file of settings may not have is named", {
    expect_error(read("train: {epoch: 3}"), "unknown option of train.*epoch")
    expect_error(read("train: {epoch: 3}"), "Did you mean.*epochs")
    expect_error(read("tarin: {epochs: 3}"), "unknown section.*tarin")
    # Also in the section of another command.
    expect_error(read("check: {epochs: 3}"), "unknown option of check")
    expect_error(read("train: {epochs: few}"), "train: epochs.*whole number")
    expect_error(read("train: {epochs: [1, 2]}"), "whole number")
    expect_error(read("train: {set: clip}"), "NAME=VALUE")
    expect_error(read("train: ["), "not a YAML file")
    expect_error(read("- train"), "a name and a value")
})

test_that("options of the command line override those of the file", {
    skip_if_not_installed("optparse")
    folder <- withr::local_tempdir()
    at <- function(name) file.path(folder, name)
    saveRDS(simulateChromatin(60, bins = 20, seed = 1), at("signal.rds"))
    writeLines(c("train:", "  epochs: 3", "  recipe: published",
                 "  architecture: deepchrome", "  seed: 7",
                 "  set: {clip: 2, dropout: 0.25}"), at("run.yaml"))
    suppressMessages(main(c(
        "train", at("signal.rds"), at("model.rds"), "--epochs=1",
        "--set=clip=3", paste0("--settings=", at("run.yaml"))), quit = FALSE))
    used <- readRDS(at("model.rds"))
    expect_identical(nrow(trainingHistory(used)), 1L)
    expect_identical(used@training$seed, 7L)
    expect_identical(used@training$clip, 3L)
    expect_identical(used@architecture, "deepchrome")
})
