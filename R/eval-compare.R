# Compares models: each architecture and baseline, with each seed, in each cell
# type separately, as in the paper's table 2, on one split or on several.

#' Compare architectures and baselines
#'
#' Trains models for each cell type separately, with several seeds, and
#' evaluates them on test genes, which are not used to train or select models.
#' This is the paper's table 2, with baselines alongside the networks and with
#' the uncertainty of the differences. Models that are trained already are
#' compared with `models`.
#'
#' The AUROC of a model in a cell type is the mean over its fits, one for each
#' seed (not the AUROC of averaged predictions). Two sets of seeds of the same
#' architecture differ in this mean too, so intervals and tests count both what
#' the choice of the test genes and what the training contributes: genes and
#' fits are crossed random effects, as cases and readers in studies of
#' diagnostic tests (Obuchowski and Rockette 1995; fits are nested in models,
#' with the degrees of freedom of Hillis 2014, or Satterthwaite's if the numbers
#' of fits differ). The covariance over genes is DeLong's.
#'
#' A model that uses random numbers and has one fit says nothing about the
#' variation of its training. That variation is then not counted: this is
#' printed, and the column `trainingCounted` is `FALSE`. Two models of one fit
#' each are compared by DeLong's test, which finds "significant" differences
#' between fits of one architecture too often. Use five seeds or more, and look
#' at `plot()`: five fits may show no failure where one in five fails.
#'
#' All this is for models trained on the same training genes. How a comparison
#' would come out with other training genes is told by several splits: a list
#' of splits as `parts`, or `folds`. The test is then the corrected resampled t
#' test (Nadeau and Bengio 2003) of the differences of the splits, which allows
#' for training genes that the splits share. Its ratio of test to training
#' genes does not count validation genes. It has one degree of freedom less
#' than splits, so use five splits or more. It is near its level over
#' random splits and conservative for the folds of one cross-validation.
#'
#' Neighbouring genes are not independent: they share regulatory DNA, and
#' windows may overlap. `clusters` gives the covariance of clustered genes
#' (Obuchowski 1997). With `G` clusters its variance has `G - 1` degrees of
#' freedom, so the test genes should lie on ten chromosomes or more for
#' `"chromosome"`.
#'
#' With six or more cell types, `summary()` also has a Wilcoxon signed rank test
#' over them; with fewer, its p-value cannot be below 0.05.
#'
#' With `target = "expression"` or `"twoStage"`, models of numbers are compared
#' in the same way, by Pearson's correlation, R2 or the RMSE (`measure`). The
#' covariance over genes is then that of a paired bootstrap of the test genes
#' (500 draws, the same for all fits) or, with `clusters`, of whole clusters. A
#' lower RMSE is better. Differences of two cell types are not compared here:
#' see `baselines` of [evaluate()][evaluate.AttentiveChromeModel].
#'
#' The result does not depend on `BPPARAM`, except for the seconds.
#'
#' @param parts A list of signals with labels, as returned by [splitGenes()]:
#'   `train`; `test`, the genes to evaluate on; and optionally `validation`, to
#'   choose the best epoch of the networks. Without `validation` the last epoch
#'   is used. Test genes must not be training genes; if they are validation
#'   genes, a warning of class `AttentiveChrome_seen` says so. Or a list of such
#'   splits, for example with different seeds. With `folds`, a signal. With
#'   `models`, a split, whose test genes are used, or a signal of test genes.
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
#' @param target What to predict: `"class"`, `"expression"`, `"twoStage"` or a
#'   [modelTarget()]. With `models`, that of the models.
#' @param measure For numbers, `"pearson"`, `"r2"` or `"rmse"`. For classes,
#'   `"auroc"`.
#' @param models Trained models ([attentiveChrome()], [trainBaseline()]) to
#'   compare instead of training any: a named list with a model or a list of
#'   models for each name. Names may repeat; all models of one name are fits of
#'   one model. A warning of class `AttentiveChrome_seen` says if they have seen
#'   the test genes.
#' @param folds For cross-validation, a whole number of at least 3: the
#'   chromosomes of the signal `parts` are dealt into so many folds of about the
#'   same number of genes. Each fold is the test genes once, and the next fold
#'   is then for validation. By default there is no cross-validation.
#' @param clusters Which test genes belong together: `"none"`;
#'   `"chromosome"`; `"overlap"`, genes whose windows overlap, directly or
#'   through others; or a vector with the cluster of each test gene, in their
#'   order or named by gene. Only for a single split.
#' @param adjust How p-values are adjusted for their number, a method of
#'   [p.adjust()][stats::p.adjust]: `"holm"`, `"BH"` or `"none"`.
#' @param sizes Sizes for some of the architectures, a named list of lists:
#'   `list(deepchrome = list(filters = 8))`.
#' @param BPPARAM A BiocParallel parameter: where to train. There is one task
#'   per split, model, seed and cell type. Each task uses one thread.
#' @param progress Show a progress bar.
#' @return A list of class `modelComparison` with `runs`, a data frame with one
#'   row per split, model, fit and cell type: `fold`, the number of the split;
#'   `cellType`, `model`, `seed` (`NA` if the model uses none, or was trained
#'   elsewhere), `auroc` and `auprc` on the test genes (for numbers, `pearson`,
#'   `r2` and `rmse`), `seconds` of training (`NA` for `models`); `scores`, the
#'   logits or numbers of the test genes, one vector per row of `runs`; `folds`,
#'   for each split a list with the `labels` (or measured numbers) of its test
#'   genes, genes x cell types, their `clusters`, and `genes`, the number of
#'   genes in each part; `models`; `random`, whether training them uses random
#'   numbers; `reference`; `measure`; `adjust`. An error in a task names its
#'   model, seed and cell type.
#' @references DeLong et al. (1988), Biometrics 44, 837; Obuchowski and Rockette
#'   (1995), Communications in Statistics - Simulation and Computation 24, 285;
#'   Obuchowski (1997), Biometrics 53, 567; Hillis (2014), Statistics in
#'   Medicine 33, 330; Nadeau and Bengio (2003), Machine Learning 52, 239; Singh
#'   et al. (2017), <https://arxiv.org/abs/1708.00339>, table 2.
#' @seealso [summary()][summary.modelComparison] for the tables and figures
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 120, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12))
#' parts <- splitGenes(signal)
#' small <- list(lstm = list(hidden = 4), deepchrome = list(filters = 8))
#' table <- compareModels(parts, c("lstm", "deepchrome"), seeds = 1:3,
#'     epochs = 2, learningRate = 0.01, transform = "log1p", sizes = small,
#'     clusters = "chromosome")
#' table
#' tidy(table)
#' plot(table)
#'
#' # Models that you trained
#' fits <- lapply(1:3, function(seed) {
#'     attentiveChrome(parts$train, architecture = "lstm", hidden = 4,
#'         epochs = 2, seed = seed)
#' })
#' compareModels(parts, models = list(lstm = fits,
#'     bestBin = trainBaseline(parts$train, "bestBin")))
#'
#' # Cross-validation by chromosome
#' compareModels(signal, NULL, c("meanLogCount", "zones"), folds = 5)
compareModels <- function(parts,
                          architectures = listArchitectures()$architecture,
                          baselines = c("meanLogCount", "zones"),
                          seeds = 1:5, cellTypes = NULL, reference = NULL,
                          ..., target = "class", measure = NULL,
                          models = NULL, folds = NULL, clusters = "none",
                          adjust = c("holm", "BH", "none"), sizes = list(),
                          BPPARAM = BiocParallel::SerialParam(),
                          progress = interactive()) {
    adjust <- .checkChoice(adjust, "adjust", c("holm", "BH", "none"))
    target <- if (is.null(models)) .checkComparedTarget(target)
              else .commonTarget(.flattenFits(models))
    known <- .comparedMeasures(target)
    measure <- .checkChoice(measure %||% known[1L], "measure", known)
    out <- if (is.null(models)) {
        .compareTrained(target, .comparisonFolds(parts, folds), architectures,
                        baselines, seeds, cellTypes, reference, list(...),
                        sizes, clusters, BPPARAM, progress)
    } else {
        training <- c(if (!missing(architectures)) "architectures",
                      if (!missing(baselines)) "baselines",
                      if (!missing(seeds)) "seeds",
                      if (!is.null(folds)) "folds",
                      if (length(sizes) > 0L) "sizes",
                      if (...length() > 0L) "...")
        .compareFits(target, parts, models, cellTypes, reference, clusters,
                     training)
    }
    out[c("measure", "adjust")] <- list(measure, adjust)
    structure(out, class = "modelComparison")
}

# The models are trained here.
.compareTrained <- function(target, folds, architectures, baselines, seeds,
                            cellTypes, reference, settings, sizes, clusters,
                            BPPARAM, progress) {
    for (parts in folds) {
        cellTypes <- .checkParts(parts, cellTypes, target = target)
    }
    models <- .checkModels(architectures, baselines)
    .checkSeeds(seeds)
    reference <- .chooseReference(reference, models)
    .checkSettings(settings)
    .checkModelSizes(sizes, architectures)
    tests <- .comparisonTests(target, folds, cellTypes, clusters)
    random <- stats::setNames(!models %in% baselines |
                              vapply(models, .usesSeed, NA), models)
    tasks <- .comparisonTasks(length(folds), cellTypes, random, seeds)
    done <- .onWorkers(split(tasks, seq_len(nrow(tasks))), .runTask,
                       folds = folds, target = target, settings = settings,
                       sizes = sizes,
                       BPPARAM = BPPARAM, progress = progress)
    .asComparison(tasks, done, tests, random, reference)
}

.asComparison <- function(tasks, done, tests, random, reference) {
    runs <- cbind(tasks, do.call(rbind, lapply(done, `[[`, "row")))
    rownames(runs) <- NULL
    list(runs = runs, scores = unname(lapply(done, `[[`, "score")),
         folds = tests, models = names(random), random = random,
         reference = reference)
}

# What each split is judged by.
.comparisonTests <- function(target, folds, cellTypes, clusters) {
    if (length(folds) > 1L && !identical(clusters, "none")) {
        .stop("{.arg clusters} is only for a single split",
              x = "There are {length(folds)} splits, whose differences are
                   tested as they are.",
              i = "{.arg folds} keeps each chromosome in one fold.")
    }
    lapply(folds, function(parts) {
        labels <- .measuredOf(target, parts$test)[, cellTypes, drop = FALSE]
        clusters <- .geneClusters(parts$test, clusters)
        if (.isClass(target)) .checkBothClasses(labels, clusters)
        list(labels = labels, clusters = clusters,
             genes = vapply(parts, nrow, 0L))
    })
}

# No variance can be told from one gene, or one cluster.
.checkBothClasses <- function(labels, clusters) {
    unit <- if (is.null(clusters)) "gene" else "cluster"
    clusters <- clusters %||% seq_len(nrow(labels))
    for (cellType in colnames(labels)) {
        few <- vapply(c(low = 0, high = 1), function(class) {
            length(unique(clusters[labels[, cellType] %in% class]))
        }, 0L)
        if (any(few < 2L)) {
            .stop("The test genes must have two {unit}s or more with high and
                   with low expression",
                  x = "In {.val {cellType}}, {few[1]} {?is/are} low and
                       {few[2]} high.")
        }
    }
}

# ---- one task ---------------------------------------------------------------

# Logistic regression draws no random numbers; all methods that need a package
# do.
.usesSeed <- function(baseline) !is.null(.baselines[[baseline]]$package)

# One row per split, cell type, model and seed.
.comparisonTasks <- function(folds, cellTypes, random, seeds) {
    runs <- do.call(rbind, lapply(names(random), function(model) {
        data.frame(model = model,
                   seed = if (random[[model]]) as.integer(seeds)
                          else NA_integer_)
    }))
    each <- expand.grid(run = seq_len(nrow(runs)), cellType = cellTypes,
                        fold = seq_len(folds), stringsAsFactors = FALSE)
    data.frame(fold = each$fold, cellType = each$cellType,
               model = runs$model[each$run], seed = runs$seed[each$run])
}

.runTask <- function(task, folds, target, settings, sizes) {
    tryCatch(.trainTask(task, folds[[task$fold]], target, settings, sizes),
             error = function(e) {
        .stop("{.val {task$model}} with the seed {task$seed} failed in cell
               type {.val {task$cellType}}",
              x = "{conditionMessage(e)}")
    })
}

.trainTask <- function(task, parts, target, settings, sizes) {
    started <- proc.time()[["elapsed"]]
    common <- list(parts$train, cellTypes = task$cellType,
                   target = structure(target, class = "modelTarget"),
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
    .scoreRun(model, parts$test[, task$cellType], seconds)
}

.scoreRun <- function(model, test, seconds) {
    target <- .targetOf(model)
    score <- as.vector(.linkOf(model, test))
    measured <- as.vector(.measuredOf(target, test))
    list(score = score, row = cbind(.runMeasures(target, measured, score),
                                    seconds = seconds))
}

# ---- models that are trained already ----------------------------------------

.compareFits <- function(target, parts, models, cellTypes, reference, clusters,
                         training) {
    if (length(training) > 0L) {
        .stop("{.arg models} are compared as they are, without training",
              x = "Leave out {.arg {training}}.")
    }
    fits <- .flattenFits(models)
    test <- .partOf(parts, "test", "parts")
    .checkSignal(test, "parts", "signal")
    cellTypes <- .checkCellTypes(test, cellTypes %||% colnames(test),
                                 "cellTypes")
    for (cellType in cellTypes) .targetValues(target, test, cellType, "parts")
    names <- unique(names(fits))
    random <- vapply(stats::setNames(nm = names), function(name) {
        !all(vapply(fits[names(fits) == name], .isFixed, NA))
    }, NA)
    reference <- .chooseReference(reference, names)
    fits <- fits[order(match(names(fits), names))]
    tasks <- data.frame(fold = 1L, cellType = rep(cellTypes,
                                                  each = length(fits)),
                        model = rep(names(fits), length(cellTypes)),
                        seed = rep(vapply(fits, .fitSeed, 0L),
                                   length(cellTypes)))
    done <- lapply(seq_len(nrow(tasks)), function(i) {
        .scoreRun(fits[[(i - 1L) %% length(fits) + 1L]],
                  test[, tasks$cellType[i]], NA_real_)
    })
    tests <- .comparisonTests(target, list(list(test = test)), cellTypes,
                              clusters)
    .tellSeen(do.call(rbind, lapply(fits, .seenGenes, test[, cellTypes],
                                    tests[[1L]]$labels)))
    .asComparison(tasks, done, tests, random, reference)
}

.isFixed <- function(fit) is(fit, "BaselineModel") && !.usesSeed(fit@method)

.fitSeed <- function(fit) {
    if (.isFixed(fit)) NA_integer_
    else as.integer(fit@training$seed %||% NA_integer_)
}

# A named list of models, whose names repeat.
.flattenFits <- function(models) {
    known <- function(x) {
        is(x, "AttentiveChromeFit") || is(x, "BaselineModel")
    }
    each <- if (is.list(models)) lapply(models, function(x) {
        if (known(x)) list(x) else if (is.list(x)) x
    })
    fits <- unlist(unname(each), recursive = FALSE)
    good <- length(fits) > 0L && all(lengths(each) > 0L) &&
        all(vapply(fits, known, NA)) && !is.null(names(models)) &&
        !any(names(models) %in% c("", NA))
    if (!good) {
        .stop("{.arg models} must be a named list with a model, or a list of
               models, for each name",
              x = "It is of class {.cls {class(models)[1]}} with the names
                   {.val {names(models) %||% 'none'}}.",
              i = "For example {.code list(lstm = list(fit1, fit2))}.")
    }
    names(fits) <- rep(names(models), lengths(each))
    .checkCopies(fits)
    fits
}

# The same model twice is not two trainings of it.
.checkCopies <- function(fits) {
    for (name in unique(names(fits))) {
        own <- fits[names(fits) == name]
        if (anyDuplicated(unname(own))) {
            .stop("The models of one name in {.arg models} must be different
                   fits",
                  x = "Some of {.val {name}} are the same.",
                  i = "Train each of them with another {.arg seed}.")
        }
    }
}
