# The verb `train`: a panel in a run folder, or one model in a file.

.trainCommand <- function(paths, options) {
    settings <- .optionSettings(options)
    if (grepl("[.]rds$", paths[2L], ignore.case = TRUE)) {
        return(.trainOne(paths, options, settings))
    }
    folder <- dir.exists(paths[1L])
    signal <- if (folder) paths[1L] else .readSignalFile(paths[1L], options)
    given <- list(signal, paths[2L], cellTypes = options$cellTypes,
                  seed = options$seed %||% 1L, progress = "log",
                  BPPARAM = .optionWorkers(options),
                  threads = options$threads %||% 1L)
    if (folder) {
        given$tables <- options[intersect(c("marks", "binWidth", "upstream"),
                                          names(options))]
    }
    if (.wantsSplit(options)) given$split <- .splitOptions(options)
    panel <- do.call(trainCellTypes, c(given, settings))
    message(sprintf("%d cell types trained, %d failed", length(panel),
                    length(panel@errors)))
    if (length(panel@errors) > 0L) 2L else 0L
}

.trainOne <- function(paths, options, settings) {
    .checkOutput(paths[2L], "MODEL")
    parts <- .readSignalFile(paths[1L], options)
    if (!is.list(parts)) {
        parts <- do.call(splitGenes, c(list(parts), .splitOptions(options)))
    }
    model <- do.call(attentiveChrome, c(
        list(parts, cellTypes = options$cellTypes,
             seed = options$seed %||% 1L, threads = options$threads %||% 1L,
             BPPARAM = .optionWorkers(options), progress = FALSE), settings))
    .writeObject(model, paths[2L])
}

# The options as arguments of attentiveChrome().
.optionSettings <- function(options) {
    own <- c("architecture", "recipe", "target", "epochs", "batchSize",
             "learningRate", "weightDecay", "schedule", "clip", "transform",
             "keep", "patience", "markDropout", "precision", "members")
    settings <- options[intersect(own, names(options))]
    c(settings, options$set[setdiff(names(options$set), names(settings))])
}
