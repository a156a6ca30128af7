# Compares models: each architecture and baseline, with each seed, in each cell
# type separately, as in the paper's table 2.

#' Compare architectures and baselines
#'
#' Trains models for each cell type separately, with several seeds, and
#' evaluates them on test genes, which are not used to train or select models.
#' This is the paper's table 2, with baselines alongside the networks and with
#' the uncertainty of the differences.
#'
#' The AUROC of a model in a cell type is the mean over its seeds (not the AUROC
#' of averaged predictions). The confidence interval of this mean and the paired
#' test against `reference` are DeLong's. They describe the variation due to the
#' choice of test genes, which the models share; `seedSd` describes the
#' variation of training. With six or more cell types, `summary()` also has a
#' Wilcoxon signed rank test over them; with fewer, its p-value cannot be below
#' 0.05. P-values are not corrected for the number of models.
#'
#' The result does not depend on `BPPARAM`, except for the seconds.
#'
#' @param parts A list of signals with labels, as returned by [splitGenes()]:
#'   `train`; `test`, the genes to evaluate on; and optionally `validation`, to
#'   choose the best epoch of the networks. Without `validation` the last epoch
#'   is used. Test genes must not be training genes; if they are validation
#'   genes, a warning of class `AttentiveChrome_seen` says so.
#' @param architectures Names from [listArchitectures()], by default all; may be
#'   empty (`NULL`).
#' @param baselines Methods of [trainBaseline()]; may be empty (`NULL`).
#' @param seeds Different whole numbers; each model is trained with each of
#'   them. Logistic regression uses no random numbers and is trained once.
#' @param cellTypes Names of the cell types; by default all.
#' @param reference The model to compare the others with; by default
#'   `"deepchrome"`, as in the paper, if it is compared, otherwise the first
#'   model.
#' @param ... Arguments of [attentiveChrome()] for all networks, such as
#'   `recipe`, `epochs`, `learningRate` and `transform`.
#' @param sizes Sizes for some of the architectures, a named list of lists:
#'   `list(deepchrome = list(filters = 8))`.
#' @param BPPARAM A BiocParallel parameter: where to train. There is one task
#'   per model, seed and cell type. Each task uses one thread.
#' @param progress Show a progress bar.
#' @return A list of class `modelComparison` with `runs`, a data frame with one
#'   row per model, seed and cell type: `cellType`, `model`, `seed` (`NA` if the
#'   model uses none), `auroc` and `auprc` on the test genes, `seconds` of
#'   training; `scores`, the logits of the test genes, one vector per row of
#'   `runs`; `labels`, genes x cell types; `models`; `reference`; `genes`, the
#'   number of genes in each part. An error in a task names its model, seed and
#'   cell type.
#' @references DeLong et al. (1988), Biometrics 44, 837; Singh et al. (2017),
#'   <https://arxiv.org/abs/1708.00339>, table 2.
#' @seealso [summary()][summary.modelComparison] for the tables and the figure
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 90, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12)))
#' table <- compareModels(parts, c("lstm", "deepchrome"), seeds = 1:2,
#'     epochs = 2, learningRate = 0.01, transform = "log1p",
#'     sizes = list(lstm = list(hidden = 4), deepchrome = list(filters = 8)))
#' table
#' as.data.frame(table)
#' plot(table)
compareModels <- function(parts,
                          architectures = listArchitectures()$architecture,
                          baselines = c("meanLogCount", "bestBin"),
                          seeds = 1:5, cellTypes = NULL, reference = NULL,
                          ..., sizes = list(),
                          BPPARAM = BiocParallel::SerialParam(),
                          progress = interactive()) {
    cellTypes <- .checkParts(parts, cellTypes)
    models <- .checkModels(architectures, baselines)
    .checkSeeds(seeds)
    reference <- .chooseReference(reference, models)
    settings <- list(...)
    .checkSettings(settings)
    .checkModelSizes(sizes, architectures)
    tasks <- .comparisonTasks(cellTypes, architectures, baselines, seeds)
    done <- .onWorkers(split(tasks, seq_len(nrow(tasks))), .runTask,
                       parts = parts, settings = settings, sizes = sizes,
                       BPPARAM = BPPARAM, progress = progress)
    runs <- cbind(tasks, do.call(rbind, lapply(done, `[[`, "row")))
    rownames(runs) <- NULL
    structure(list(runs = runs, scores = unname(lapply(done, `[[`, "score")),
                   labels = expressionLabel(parts$test)[, cellTypes,
                                                        drop = FALSE],
                   models = models, reference = reference,
                   genes = vapply(parts, nrow, 0L)),
              class = "modelComparison")
}

# ---- one task ---------------------------------------------------------------

# One row per model, seed and cell type.
.comparisonTasks <- function(cellTypes, architectures, baselines, seeds) {
    drawn <- vapply(baselines, function(b) {
        !is.null(.baselines[[b]]$package)
    }, NA)
    seeded <- c(architectures, baselines[drawn])
    runs <- rbind(
        expand.grid(seed = as.integer(seeds), model = as.character(seeded),
                    stringsAsFactors = FALSE),
        data.frame(seed = rep(NA_integer_, sum(!drawn)),
                   model = as.character(baselines[!drawn])))
    runs <- runs[order(match(runs$model, c(architectures, baselines))), ]
    data.frame(cellType = rep(cellTypes, each = nrow(runs)),
               model = rep(runs$model, length(cellTypes)),
               seed = rep(runs$seed, length(cellTypes)))
}

.runTask <- function(task, parts, settings, sizes) {
    tryCatch(.trainTask(task, parts, settings, sizes), error = function(e) {
        .stop("{.val {task$model}} with the seed {task$seed} failed in cell
               type {.val {task$cellType}}",
              x = "{conditionMessage(e)}")
    })
}

.trainTask <- function(task, parts, settings, sizes) {
    started <- proc.time()[["elapsed"]]
    common <- list(parts$train, cellTypes = task$cellType,
                   seed = if (!is.na(task$seed)) task$seed else 1L)
    model <- if (task$model %in% names(.baselines)) {
        do.call(trainBaseline, c(common, list(method = task$model)))
    } else {
        .withoutNotes(do.call(attentiveChrome, c(
            common, list(validation = parts$validation,
                         architecture = task$model, threads = 1L,
                         progress = FALSE),
            settings, sizes[[task$model]])))
    }
    seconds <- proc.time()[["elapsed"]] - started
    test <- parts$test[, task$cellType]
    score <- as.vector(stats::predict(model, test, type = "link"))
    label <- as.vector(expressionLabel(test))
    known <- !is.na(label)
    list(score = score,
         row = data.frame(auroc = .auroc(label[known], score[known]),
                          auprc = .auprc(label[known], score[known]),
                          seconds = seconds))
}

# ---- checks -----------------------------------------------------------------

# Reports errors before hours of training. Returns the cell types.
.checkParts <- function(parts, cellTypes, labels = TRUE) {
    if (!is.list(parts) || !all(c("train", "test") %in% names(parts))) {
        .stop("{.arg parts} must be a list with the signals {.val train},
               {.val test} and, to choose the best epoch, {.val validation}",
              x = if (is.list(parts) && !is.null(names(parts)))
                      "It has {.val {names(parts)}}."
                  else "It is of class {.cls {class(parts)[1]}}.",
              i = "{.fn splitGenes} makes one.")
    }
    train <- parts$train
    .checkSignal(train, "parts$train", "signal")
    cellTypes <- .checkCellTypes(train, cellTypes %||% colnames(train),
                                 "cellTypes")
    for (name in intersect(c("train", "validation", "test"), names(parts))) {
        arg <- paste0("parts$", name)
        .checkCellTypes(parts[[name]], cellTypes, arg)
        for (cellType in cellTypes) {
            .checkFits(parts[[name]], .inputFormat(train, cellType), arg,
                       cellType)
        }
        for (cellType in if (labels) cellTypes) {
            .checkedLabels(parts[[name]], cellType, arg)
        }
    }
    shared <- intersect(rownames(train), rownames(parts$test))
    if (length(shared) > 0L) {
        .stop("{.arg parts$test} must not have training genes",
              x = "In both: {(.some(shared))}.")
    }
    .tellChosenBy(parts$validation, parts$test)
    cellTypes
}

.tellChosenBy <- function(validation, test) {
    shared <- intersect(rownames(validation), rownames(test))
    if (length(shared) == 0L) return(invisible())
    cli::cli_warn(c(
        "{length(shared)} of {nrow(test)} test gene{?s} {?is/are} validation
         genes, too",
        x = "They choose the epoch of each network, so its performance on them
             is too high.",
        i = "{.fn splitGenes} makes separate parts."),
        class = "AttentiveChrome_seen")
}

.checkModels <- function(architectures, baselines) {
    for (name in architectures) .checkArchitecture(name, "architectures")
    for (name in baselines) {
        .checkChoice(name, "baselines", names(.baselines))
        .needsBaseline(name)
    }
    models <- c(architectures, baselines)
    if (length(models) == 0L || anyDuplicated(models)) {
        .stop("{.arg architectures} and {.arg baselines} must name at least one
               model, and each model once",
              x = if (length(models) == 0L) "Both are empty."
                  else "Found {.val {models}}.")
    }
    models
}

.checkSeeds <- function(seeds) {
    if (length(seeds) == 0L || anyDuplicated(seeds)) {
        .stop("{.arg seeds} must be different whole numbers",
              x = "It is {.val {seeds}}.")
    }
    for (seed in seeds) .checkNumber(seed, "seeds", whole = TRUE)
}

.chooseReference <- function(reference, models) {
    if (is.null(reference)) {
        return(if ("deepchrome" %in% models) "deepchrome" else models[1L])
    }
    .checkOne(reference, models)
}

.checkOne <- function(reference, models) {
    if (!is.character(reference) || length(reference) != 1L ||
        !reference %in% models) {
        .stop("{.arg reference} must be one of the models compared,
               {.val {models}}",
              x = "It is {.val {reference}}.")
    }
    reference
}

# The arguments of attentiveChrome() that compareModels() sets itself.
.ownArguments <- c("signal", "validation", "architecture", "cellTypes", "seed",
                   "threads", "progress", "checkpoint")

.checkSettings <- function(settings) {
    allowed <- setdiff(names(formals(attentiveChrome)),
                       c(.ownArguments, "..."))
    unknown <- setdiff(names(settings), allowed)
    if (length(unknown) > 0L ||
        (length(settings) > 0L && !.areNames(names(settings)))) {
        .stop("{.arg ...} must be settings of {.fn attentiveChrome} for all
               networks",
              x = "Found {.val {names(settings) %||% 'no names'}}.",
              i = "They are {.arg {allowed}}. Use {.arg sizes} for sizes.")
    }
}

.checkModelSizes <- function(sizes, architectures) {
    if (!is.list(sizes) || !all(vapply(sizes, is.list, NA)) ||
        (length(sizes) > 0L && !.areNames(names(sizes))) ||
        !all(names(sizes) %in% architectures)) {
        .stop("{.arg sizes} must be a list of lists, named by the architectures
               compared",
              x = "It has the names {.val {names(sizes) %||% ''}}.",
              i = "For example {.code list(deepchrome = list(filters = 8))}.")
    }
    for (name in names(sizes)) .chooseSizes(name, sizes[[name]])
}
