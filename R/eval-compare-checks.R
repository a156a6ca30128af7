# Checks of what is compared, or trained on a split, before hours of training.

# Reports errors before hours of training. Returns the cell types.
.checkParts <- function(parts, cellTypes, labels = TRUE,
                        target = .classTarget) {
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
            .targetValues(target, parts[[name]], cellType, arg)
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
    for (name in architectures) {
        .checkArchitecture(name, "architectures",
                           .architecturesOf(.classTarget))
    }
    for (name in baselines) {
        .checkChoice(name, "baselines", names(.baselines))
        .needsBaseline(name)
        if ("expression" %in% .baselines[[name]]$arguments) {
            .stop("{.val {name}} needs a table of expression, which
                   {.fn compareModels} does not take",
                  i = "Train it with {.fn trainBaseline} and give it in
                       {.arg models}.")
        }
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
                   "target", "threads", "progress", "checkpoint", "BPPARAM")

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
