# Compares explanations with a reference that no model has read: the paper's
# table 3, with the scores of random orders and of the signal itself.

#' Compare explanations with a reference
#'
#' Scores how well each explanation of a model locates regulation, as in the
#' paper's table 3. The importance of each bin of `mark` is averaged over the
#' genes that the model predicts to have high expression (probability above
#' 0.5). The score is Pearson's correlation, over the bins, with the signal of a
#' reference mark averaged over the genes that have high expression (label 1).
#' If the truth is known, as for [simulateChromatin()], `reference` can be the
#' causal bins instead. The score is then the area under the precision-recall
#' curve for finding them among the bins of all marks.
#'
#' Importance is the attention or the absolute value of an attribution.
#' Attention is alpha for one mark; for all marks it is alpha times beta, if the
#' architecture has beta. The explanation `signal` is the signal that the model
#' read. An explanation that scores no better than the signal shows no more than
#' a plot of the reads would.
#'
#' Each score has
#' * an interval, and the `difference` from the score of the signal with its
#'   interval. They are percentiles of a bootstrap over the genes, with the same
#'   genes for all explanations;
#' * `permutedP`, the fraction of random orders of the bins that score at least
#'   as high. Neighbouring bins are similar, so a small value is easy to reach.
#'   `shiftedP` is the same for all circular shifts of the profile, which
#'   preserve its shape (the marks are concatenated);
#' * with `training`, the scores of models with the same settings that were
#'   trained on shuffled labels for the same number of epochs, explained for the
#'   same genes. They show which part of the score is unrelated to expression;
#' * the same score for individual genes predicted to have high expression: the
#'   mean profile can agree with the reference even if individual genes do not.
#'
#' The verdict on an explanation is `"better"` (than the signal itself) only if
#' all of this holds for most of at least 3 models that differ in their seeds
#' alone:
#' * the model's AUROC is above that of its best stored baseline, by the
#'   interval of [evaluate()];
#' * the score is above the signal's, and the lower end of the interval of the
#'   difference is above `margin`;
#' * the score is above those of all of at least 20 models with shuffled labels,
#'   by more than `margin`.
#'
#' It is `"worse"` if, for most models, the interval of the difference is below
#' 0, and otherwise `"not shown"`. If it is not `"better"`, `missing` lists the
#' conditions that are not met.
#'
#' Alpha of an LSTM is not the importance of a bin: see [attention()].
#'
#' @param models A model ([attentiveChrome()]), or a named list of them. Models
#'   of the list that have the same architecture, sizes, transform, marks and
#'   cell types are taken as models of several seeds.
#' @param signal A signal with labels and the models' marks and bins.
#' @param reference The reference: the name of a mark in `signal` that no model
#'   reads; a signal ([chromatinSignal()]) of one mark with the same genes, cell
#'   types and bins; or a list of the causal bins by mark, such as
#'   `list(H3K4me3 = 46:55)`.
#' @param mark The mark whose bins are scored, if `reference` is a mark.
#' @param explanations Any of `"attention"`, `"share"`, `"saliency"`,
#'   `"gradientInput"`, `"integratedGradients"`, `"expectedGradients"` and
#'   `"occlusion"` (see [attribution()]), `"classOptimum"` (of class high, see
#'   [classOptimum()]) and `"signal"`, which is always included. By default all
#'   that are available for a model except `"expectedGradients"`, which takes
#'   long. Its background is a sample of the explained genes.
#' @param cellTypes Names of the cell types of `signal` in which to evaluate
#'   each model; by default those that it was trained on.
#' @param training The signal with labels that the models were trained on, used
#'   to train models on shuffled labels; `NULL` for none.
#' @param shuffles Number of models with shuffled labels for each model, or for
#'   models of several seeds together.
#' @param shuffled Instead of `training`, a list of models that were trained on
#'   shuffled labels, with the architecture, marks and bins of `models`.
#' @param margin The amount by which a score must be higher for the verdict
#'   `"better"`, from 0 to 1.
#' @param draws Number of bootstrap samples and of random orders of the bins.
#' @param level Level of the intervals.
#' @param seed Whole number that seeds the random numbers; `NULL` uses the
#'   current state of R's random number generator.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param BPPARAM A BiocParallel parameter: where to train on shuffled labels.
#' @param progress Show a progress bar of that training.
#' @return A list of class `explanationComparison` with `measure`,
#'   `"correlation"` or `"auprc"`, and four data frames. `table` has one row
#'   per model, cell type and explanation: `genes`, the number predicted to have
#'   high expression; `score`, `lower`, `upper`; `difference` (from the signal),
#'   `differenceLower`, `differenceUpper`; `permutedP`, `permutedUpper` (the
#'   97.5th percentile of the scores of random orders), `shiftedP`;
#'   `shuffledMean`, `shuffledMax`; `geneMedian`, the median score of individual
#'   genes; `geneDifference`, the median difference from the score of the
#'   signal, and `geneP`, its Wilcoxon signed rank test; `baseline`,
#'   `baselineDifference`, `baselineDifferenceLower`, of [evaluate()].
#'   `verdicts` has one row per explanation of models of several seeds: `models`
#'   and `shuffles`, their numbers; `beatsBaseline`, `beatsSignal`,
#'   `beatsShuffled`, `beatsAll`, the number of models for which the conditions
#'   hold; `verdict` and `missing`. `profiles` has the mean profiles, and
#'   `shuffled` the scores of each model with shuffled labels.
#'   [as.data.frame()] returns the table. [plot()] draws the scores or, with
#'   `type = "profiles"`, the profiles.
#' @references Singh et al. (2017), section 4 and table 3,
#'   <https://arxiv.org/abs/1708.00339>; Jain and Wallace (2019), Attention is
#'   not Explanation, <https://arxiv.org/abs/1902.10186>.
#' @seealso [faithfulness()]
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 300, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12)))
#' model <- attentiveChrome(parts$train, parts$validation, epochs = 8,
#'     filters = 6, context = 6, learningRate = 0.01, transform = "log1p",
#'     seed = 1)
#' found <- compareExplanations(model, parts$test,
#'     reference = list(H3K4me3 = 9:12), draws = 100, seed = 1)
#' found
#' plot(found)
compareExplanations <- function(models, signal, reference = "H3K27ac",
                                mark = "H3K4me3", explanations = NULL,
                                cellTypes = NULL, training = NULL,
                                shuffles = 20, shuffled = NULL, margin = 0.02,
                                draws = 1000, level = 0.95,
                                seed = NULL, threads = NULL,
                                BPPARAM = BiocParallel::SerialParam(),
                                progress = interactive()) {
    models <- .checkModelList(models)
    .checkNumber(shuffles, "shuffles", 1, whole = TRUE)
    .checkNumber(draws, "draws", 10, whole = TRUE)
    .checkNumber(level, "level", 0.5, 0.9999)
    .checkNumber(margin, "margin", 0, 1)
    seed <- .chooseSeed(seed)
    group <- .seedGroups(models)
    tasks <- .explanationTasks(models, signal, explanations, cellTypes)
    targets <- lapply(tasks, function(task) {
        .target(task, models[[task$model]], signal, reference, mark)
    })
    shuffled <- if (is.null(shuffled)) {
        .trainShuffled(models[unique(group)], training, shuffles, seed,
                       BPPARAM, progress)
    } else {
        .checkShuffled(shuffled, models, signal)
    }
    parts <- Map(function(task, target) {
        .withSeed(seed, .judgeExplanations(
            task, models[[task$model]], target, shuffled[[group[task$model]]],
            draws, level, threads))
    }, tasks, targets)
    bind <- function(name) do.call(rbind, lapply(parts, `[[`, name))
    counts <- lapply(stats::setNames(nm = unique(group)), function(name) {
        length(shuffled[[name]])
    })
    table <- bind("table")
    structure(list(measure = targets[[1L]]$measure, table = table,
                   verdicts = .judgeGroups(table, group, counts, margin),
                   profiles = bind("profiles"), shuffled = bind("shuffled"),
                   level = level,
                   states = any(vapply(models, .attendsToStates, NA))),
              class = "explanationComparison")
}

# The models with shuffled labels that were given, for each model.
.checkShuffled <- function(shuffled, models, signal) {
    if (!is.list(shuffled) || length(shuffled) == 0L) {
        .stop("{.arg shuffled} must be a list of models")
    }
    known <- unique(vapply(models, function(m) m@architecture, ""))
    for (model in shuffled) {
        .checkModel(model, "shuffled")
        .checkFits(signal, .modelFormat(model))
        if (!identical(model@architecture, known)) {
            .stop("{.arg shuffled} must have the architecture of
                   {.arg models}, which must have only one",
                  x = "{.arg shuffled} has {.val {model@architecture}},
                       {.arg models} {?has/have} {.val {known}}.")
        }
    }
    lapply(models, function(model) shuffled)
}

.checkModelList <- function(models) {
    if (is(models, "AttentiveChromeFit")) {
        models <- stats::setNames(list(models), models@architecture)
    }
    if (!is.list(models) || !.areNames(names(models))) {
        .stop("{.arg models} must be a model or a named list of models",
              x = "It is of class {.cls {class(models)[1]}}{
                   if (is.list(models)) ', without names for all'}.")
    }
    for (model in models) {
        .checkModel(model, "models")
        .checkClasses(model, "models")
    }
    models
}

# One task per model and cell type, with the explanations to score.
.explanationTasks <- function(models, signal, explanations, cellTypes) {
    .checkSignal(signal)
    tasks <- lapply(names(models), function(name) {
        model <- models[[name]]
        .checkFits(signal, .modelFormat(model))
        judged <- cellTypes %||%
            intersect(model@training$cellTypes, colnames(signal))
        if (length(judged) == 0L) {
            .stop("{.arg signal} has no cell type that the model {.val {name}}
                   was trained on",
                  x = "It has {(.some(colnames(signal)))}; the model's
                       {?is/are} {(.some(model@training$cellTypes))}.",
                  i = "Use {.arg cellTypes} to evaluate the models in other
                       cell types.")
        }
        lapply(.checkCellTypes(signal, judged, "cellTypes"), function(cell) {
            list(model = name, cellType = cell,
                 explanations = .chooseExplanations(model, explanations))
        })
    })
    do.call(c, tasks)
}

# ---- references -------------------------------------------------------------

# A target: `signal`, of one cell type; `pick`, which takes the scored positions
# from an array of importances, as genes x positions; `own`, the reference of
# each gene, genes x positions; `active`, the genes over which the reference is
# averaged; and `mark` and `at`, the mark and the offset of each position.
.target <- function(task, model, signal, reference, mark) {
    signal <- signal[, task$cellType]
    at <- .binCentres(signal)
    if (is.list(reference)) return(.truthTarget(model, signal, reference, at))
    .checkMarks(model, mark, "mark", "model")
    if (length(mark) != 1L) .stop("{.arg mark} must be one mark")
    own <- .referenceMatrix(signal, reference, model)
    row <- match(mark, model@marks)
    list(measure = "correlation", signal = signal, own = own,
         active = which(expressionLabel(signal)[, 1L] == 1),
         mark = rep(mark, length(at)), at = at, beta = FALSE,
         pick = function(x) t(matrix(x[, row, ], dim(x)[1L])))
}

.truthTarget <- function(model, signal, causal, at) {
    if (length(causal) == 0L) {
        .stop("{.arg reference} must have at least one causal bin")
    }
    .checkCausal(causal, model@marks, length(at), "reference")
    truth <- unlist(lapply(model@marks, function(mark) {
        seq_along(at) %in% causal[[mark]]
    }))
    own <- matrix(rep(as.numeric(truth), each = nrow(signal)), nrow(signal))
    list(measure = "auprc", signal = signal, own = own,
         active = seq_len(nrow(signal)), beta = TRUE,
         mark = rep(model@marks, each = length(at)),
         at = rep(at, length(model@marks)),
         pick = function(x) t(matrix(x, ncol = dim(x)[3L])))
}

.referenceMatrix <- function(signal, reference, model) {
    if (is.character(reference) && length(reference) == 1L) {
        .checkMarks(signal, reference, "reference")
        if (reference %in% model@marks) {
            .stop("{.arg reference} must be a mark that the models do not read",
                  x = "{.val {reference}} is one of their marks.")
        }
        return(binMatrix(signal, reference))
    }
    .checkSignal(reference, "reference")
    if (length(marks(reference)) != 1L) {
        .stop("{.arg reference} must be a signal of one mark",
              x = "It has {.val {marks(reference)}}.")
    }
    if (!.sameBins(reference@bins, model@bins)) {
        .stop("{.arg reference} must have the model's bins:
               {(.describeBins(model@bins))}",
              x = "It has {(.describeBins(reference@bins))}.")
    }
    missing <- setdiff(rownames(signal), rownames(reference))
    if (length(missing) > 0L) {
        .stop("{.arg reference} must have all genes of {.arg signal}",
              x = "Missing: {(.some(missing))}.")
    }
    cellType <- .checkCellTypes(reference, colnames(signal),
                                "cell types of reference")
    binMatrix(reference[rownames(signal), ], marks(reference), cellType)
}

# ---- models with shuffled labels --------------------------------------------

# For each model, a list of `shuffles` models; NULL without training data.
.trainShuffled <- function(models, training, shuffles, seed, BPPARAM,
                           progress) {
    if (is.null(training)) return(NULL)
    for (model in models) {
        .checkFits(training, .modelFormat(model), "training",
                   model@training$cellTypes)
        .checkCellTypes(training, model@training$cellTypes, "training")
    }
    tasks <- expand.grid(shuffle = seq_len(shuffles), model = names(models),
                         stringsAsFactors = FALSE)
    trained <- .onWorkers(split(tasks, seq_len(nrow(tasks))), .trainOnShuffled,
                          models = models, training = training, seed = seed,
                          BPPARAM = BPPARAM, progress = progress)
    split(unname(trained), factor(tasks$model, names(models)))
}

.trainOnShuffled <- function(task, models, training, seed) {
    model <- models[[task$model]]
    cellTypes <- model@training$cellTypes
    training <- training[, cellTypes]
    label <- expressionLabel(training)
    label[] <- .withSeed(seed + task$shuffle, {
        apply(label, 2L, function(own) own[sample.int(length(own))])
    })
    assay(training, "label") <- label
    # A model of an earlier version has fewer settings: those of "published".
    same <- model@training[intersect(
        c("batchSize", "learningRate", "weightDecay", "schedule", "clip",
          "precision"), names(model@training))]
    .withoutNotes(do.call(attentiveChrome, c(
        list(training, architecture = model@architecture,
             recipe = "published", epochs = ceiling(mean(.bestEpochs(model))),
             members = length(.membersOf(model)),
             transform = model@transform, seed = seed + task$shuffle,
             threads = 1L, progress = FALSE), same, model@size)))
}
