paper <- c("H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3")

test_that("the table has all cell types but E059", {
    expect_identical(setdiff(roadmapCellTypes$id, publishedModels$id), "E059")
    expect_identical(nrow(publishedModels), 55L)
    expect_false(anyDuplicated(publishedModels$md5) > 0)
})

test_that("a model is fetched once, checked and read", {
    path <- sharedFile("fixtures", "published_names_legacy.pt")
    server <- localServer()
    file <- publishedModels$file[publishedModels$id == "E003"]
    file.copy(path, file.path(server$root, file))
    cache <- BiocFileCache::BiocFileCache(withr::local_tempdir(), ask = FALSE)
    fetch <- function(md5) {
        publishedModel("E003", base = server$base, cache = cache, wait = 0,
                       md5 = md5, progress = FALSE)
    }
    # The real sum is that of the real file.
    expect_error(fetch(NULL), "MD5")
    sum <- unname(tools::md5sum(path))
    model <- fetch(sum)
    expect_identical(coef(model), coef(readTorchWeights(path, paper)))
    unlink(file.path(server$root, file))
    expect_identical(coef(fetch(sum)), coef(model))
})

test_that("without a network, the error says what to do", {
    skipWithout("curl", "BiocFileCache", "filelock")
    error <- tryCatch(
        publishedModel("E003", base = "http://127.0.0.1:9", retries = 0,
                       cache = withr::local_tempdir(), progress = FALSE),
        error = identity)
    message <- gsub("\\s+", " ", conditionMessage(error))
    expect_match(message, "call `publishedModel()` again", fixed = TRUE)
    expect_no_match(message, "roadmap|consortium")
})

test_that("a folder can be the source, also by the option", {
    path <- sharedFile("fixtures", "published_names_zip.pt")
    folder <- withr::local_tempdir()
    file.copy(path, file.path(folder, "E004_attchrome_avgAUC_model.pt"))
    withr::local_options(AttentiveChrome.publishedModels = folder)
    expect_identical(coef(publishedModel("E004", md5 = NA)),
                     coef(readTorchWeights(path, paper)))
    expect_error(publishedModel("E004"), "do not match the MD5")
    expect_error(publishedModel("E005"), "cannot be found")
})

test_that("wrong input is reported", {
    expect_error(publishedModel("E059"), "id of a published model")
    expect_error(publishedModel("E003", base = "no such folder"),
                 "AttentiveChrome.publishedModels")
    expect_error(publishedModel("E003", marks = 1), "must name each mark")
})
