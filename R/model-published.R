#' Download a published model
#'
#' Downloads the authors' trained model of a Roadmap cell type, verifies its MD5
#' sum and reads it with [readTorchWeights()]. Downloaded files are stored in a
#' [BiocFileCache][BiocFileCache::BiocFileCache()].
#'
#' The models were trained on the raw counts of the authors' data (the recipe
#' `"published"` of [attentiveChrome()]). See the
#' warning about scales in [checkSignal()]. If your signal has another scale,
#' train the model further with [update()][update.AttentiveChromeModel].
#'
#' @param cellType The id of a cell type; see [publishedModels].
#' @param marks The marks, in the order in which the model was trained on them.
#'   The file does not contain this order. The default is the order of
#'   AttentiveChrome's data; see [readTorchWeights()] for DeepDiff's.
#' @param base URL or folder with the files. The default is the URL where they
#'   were published in 2019. To always use a mirror, set
#'   `options(AttentiveChrome.publishedModels = )`.
#' @param md5 The expected MD5 sum of the file, by default that of
#'   [publishedModels]; `NA` to accept any file.
#' @inheritParams roadmapDownload
#' @return An [AttentiveChromeModel-class].
#' @export
#' @examples
#' \donttest{
#' if (interactive()) {
#'     model <- publishedModel("E123")
#'     signal <- readChromeTable("E123/classification/test.csv", "E123")
#'     attention(model, signal)
#' }
#' }
publishedModel <- function(cellType,
                           marks = c("H3K27me3", "H3K36me3", "H3K4me1",
                                     "H3K4me3", "H3K9me3"),
                           base = getOption("AttentiveChrome.publishedModels",
                                            .publishedBase),
                           md5 = NULL, cache = NULL, retries = 3, wait = 5,
                           progress = interactive()) {
    table <- AttentiveChrome::publishedModels
    if (!is.character(cellType) || length(cellType) != 1L ||
        !cellType %in% table$id) {
        .stop("{.arg cellType} must be the id of a published model",
              x = "It is {.val {cellType}}.",
              i = "Available: {(.some(table$id))}; see
                   {.help publishedModels}.")
    }
    .checkMarkNames(marks)
    .checkNumber(retries, "retries", lower = 0, whole = TRUE)
    .checkNumber(wait, "wait", lower = 0)
    .checkFlag(progress, "progress")
    row <- table[table$id == cellType, ]
    base <- .checkBase(base, "AttentiveChrome.publishedModels")
    url <- paste0(base, "/", row$file)
    md5 <- as.character(md5 %||% row$md5)
    path <- if (.isRemote(url)) {
        .fetchAll(url, cache, md5, list(retries = retries, wait = wait,
                                        progress = progress,
                                        caller = "publishedModel"))
    } else {
        .checkLocal(stats::setNames(.localPath(url), url), md5)
        .localPath(url)
    }
    readTorchWeights(path, marks)
}

.publishedBase <- paste0("https://zenodo.org/api/files/",
                         "2bf982b6-143f-49f6-b9ad-1b1e60f67292")
