# Baselines as models, with the marks, bins, checks, predict() and evaluate() of
# networks.

#' Train a baseline
#'
#' Trains a simple model to compare networks with. A baseline is often as good
#' as a network. Baselines predict, are evaluated and check their input like the
#' models of [attentiveChrome()], and
#' [evaluate()][evaluate.AttentiveChromeModel] takes them in `baselines`.
#'
#' The first three methods are fitted with every model.
#' [evaluate()][evaluate.AttentiveChromeModel] shows the first, as the same
#' reference for all models, and the one of the three with the lowest log loss
#' in five-fold cross-validation on the training genes.
#'
#' These methods read the signal:
#' * `"meanLogCount"`: logistic regression on the mean over the bins of each
#'   mark of log(1 + count);
#' * `"zones"`: logistic regression on the mean log signal of ten zones of equal
#'   width of each mark, with a ridge penalty;
#' * `"shallowChrome"`: logistic regression on the log of the highest bin of
#'   each mark, with a ridge penalty, after ShallowChrome, which takes the
#'   highest peak;
#' * `"bestBin"`: logistic regression on log(1 + count) of one bin of each mark,
#'   the bin whose AUROC on the training genes is farthest from 0.5 (the first
#'   of ties);
#' * `"elasticNet"`: logistic regression on the log signal of all bins with the
#'   elastic net penalty, half ridge and half lasso (`alpha = 0.5`), from the
#'   package glmnet;
#' * `"randomForest"`: a probability forest of 500 trees on the mean log signal
#'   of ten zones of each mark, from the package ranger. Probabilities of 0 and
#'   1 are moved by half a tree's vote, so that the logit is finite.
#'
#' These methods read the gene's expression in other cell types, and show what
#' chromatin adds to it:
#' * `"geneMean"`: logistic regression on the mean of log2(1 + expression) of
#'   the gene over cell types other than its own. It does not read the
#'   chromatin, and predicts the same for a gene in all cell types that are not
#'   in the table `expression`;
#' * `"zonesGeneMean"`: this mean along with the columns of `"zones"`, with a
#'   ridge penalty;
#' * `"networkGeneMean"`: this mean along with the logit of a trained network
#'   (stacking; Wolpert 1992). It is fitted to the validation genes of a split,
#'   because a network is too confident on its own training genes.
#'
#' Log signal is log(1 + k x), with one factor k for all marks that makes the
#' mean of k |x| over the training genes 6, as counts of reads and coverage
#' differ in scale. `"meanLogCount"` and `"bestBin"` use k = 1. For signal that
#' is negative after normalization, logs are `sign(x) * log1p(k * abs(x))`.
#'
#' Ridge penalties (1, 10, 100 or 1000 for standardized columns) minimise the
#' log loss in five-fold cross-validation on the training genes; all cell types
#' of a gene are in one fold. The penalty of the elastic net minimises the log
#' loss of the validation genes or, without them, the deviance in ten-fold
#' cross-validation on the training genes.
#'
#' Predictions of the random forest need ranger; those of the other baselines
#' need no further package.
#'
#' @section Expression in other cell types:
#' `"geneMean"` and the methods that combine it store the table `expression`, so
#' that they predict any signal whose genes are in it. The mean never includes
#' the gene's own cell type, which is recognised by its name, nor those of its
#' group in `groups`. To hold out a cell type altogether, leave it out of
#' `signal` and `expression`. Genes that are not in the table, with any version,
#' are left out in training and are predicted `NA`.
#'
#' @param signal The training genes: a signal ([chromatinSignal()]) with
#'   labels, or a split ([splitGenes()]), which also has validation genes.
#'   Genes without a label are left out. For `"networkGeneMean"`: a split, whose
#'   validation genes are used, or a signal of genes that did not train the
#'   network.
#' @param method The name of the baseline.
#' @param cellTypes Names of the cell types to train on, pooled; by default all.
#' @param ... For `"elasticNet"` and `"randomForest"`, arguments of
#'   `glmnet::glmnet()` (`glmnet::cv.glmnet()` without validation genes) or
#'   `ranger::ranger()`, such as `alpha` or `num.trees`. For `"geneMean"` and
#'   the methods that combine it: `expression`, a table of training and test
#'   genes in two or more cell types, as for [addExpression()], by default that
#'   of the parts of a split; and `groups`, a vector with a group for each of
#'   some cell types, named by them, so that related cell types are not used for
#'   each other. `"networkGeneMean"` also needs `network`, a model of
#'   [attentiveChrome()]. The other methods have none.
#' @param marks Marks to read; by default all of the signal, or those of
#'   `network`.
#' @param seed Whole number that seeds the folds of the elastic net and the
#'   random forest. By default one is drawn from R's random number generator and
#'   stored in the baseline. The other methods use no random numbers.
#' @param validation A signal with labels and the same marks and bins, for the
#'   penalty of the elastic net; or `NULL`. The other methods do not use it.
#' @param target What to predict: `"class"`, `"expression"`, `"difference"` or a
#'   [modelTarget()], as for [attentiveChrome()]. For `"twoStage"`, a baseline
#'   predicts the number in one stage, as for `"expression"`. For numbers, the
#'   regressions are linear, the mean squared error takes the place of the log
#'   loss, and the trees of the forest are regression trees.
#' @return A [BaselineModel-class].
#' @references Frasca et al. (2022),
#'   <https://doi.org/10.1186/s12859-022-04687-x> (ShallowChrome); Zou and
#'   Hastie (2005), Journal of the Royal Statistical Society B 67, 301; Breiman
#'   (2001), Machine Learning 45, 5; Schreiber et al. (2020), Genome Biology 21,
#'   282 (the mean over other cell types); Wolpert (1992), Neural Networks 5,
#'   241 (stacking).
#' @seealso [predict()][predict.BaselineModel],
#'   [evaluate()][evaluate.BaselineModel], [compareModels()]
#' @export
#' @examples
#' parts <- splitGenes(roadmapGenes, by = "chromosome", chromosomes = list(
#'     validation = c("chr3", "chr6", "chr9", "chr17"),
#'     test = c("chr1", "chr2", "chr5", "chr7", "chr8")))
#' zones <- trainBaseline(parts$train, "zones")
#' zones
#' head(predict(zones, parts$test))
#' evaluate(zones, parts$test)[, c("cellType", "auroc", "auprc")]
#'
#' # The gene's expression in the other cell type
#' gene <- trainBaseline(parts, "geneMean")
#' evaluate(zones, parts$test, baselines = gene)
trainBaseline <- function(signal,
                          method = c("meanLogCount", "zones", "shallowChrome",
                                     "bestBin", "elasticNet", "randomForest",
                                     "geneMean", "zonesGeneMean",
                                     "networkGeneMean"),
                          cellTypes = NULL, ..., marks = NULL, seed = NULL,
                          validation = NULL, target = "class") {
    method <- .checkChoice(method, "method", names(.baselines))
    dots <- .checkBaselineDots(method, list(...), signal)
    .needsBaseline(method)
    if (.isSplit(signal)) {
        validation <- .validationOf(signal, validation)
        signal <- .partOf(signal, .baselines[[method]]$part %||% "train",
                          "signal")
    }
    target <- .inOneStage(.checkTarget(target))
    .checkMeanTarget(method, target)
    given <- .readable(target, signal, validation, cellTypes, marks)
    validation <- given$validation
    if (!is.null(dots$network)) {
        .checkStacked(dots$network, given$signal, given$target)
        given$marks <- dots$network@marks
    }
    signal <- .onlyMarks(given$signal, given$marks)
    cellTypes <- .checkCellTypes(signal, given$cellTypes %||% colnames(signal),
                                 "cellTypes")
    format <- .inputFormat(signal, cellTypes)
    if (!is.null(validation)) {
        .checkFits(validation, format, "validation", cellTypes)
    }
    known <- .trainingSamples(signal, validation, format$marks, cellTypes,
                              given$target)
    train <- known$train
    seed <- .chooseSeed(seed)
    fit <- .withSeed(seed, do.call(.fitMethod, c(
        list(method, train, known$validation), dots)))
    stacked <- !is.null(fit$network)
    used <- rbind(.usedRoles(train$genes, NULL),
                  if (stacked) fit$network@training$usedGenes)
    new("BaselineModel", method = method, marks = format$marks,
        bins = format$bins, preprocessing = format$preprocessing, fit = fit,
        baseline = if (stacked) fit$network@baseline else .fitCandidates(train),
        training = list(genes = length(train$label),
                        high = if (.isClass(given$target)) mean(train$label),
                        cellTypes = cellTypes, seed = seed, usedGenes = used),
        target = .fittedTarget(given$target, train$label),
        version = as.character(utils::packageVersion("AttentiveChrome")))
}

.trainingSamples <- function(signal, validation, marks, cellTypes, target) {
    of <- function(x, arg) {
        .labelledSamples(x, marks, cellTypes, arg, target = target)
    }
    list(train = of(signal, "signal"),
         validation = if (!is.null(validation)) of(validation, "validation"))
}

# Returns the arguments, with the expression of a split where it is needed.
.checkBaselineDots <- function(method, dots, signal) {
    own <- .baselines[[method]]$arguments
    if (!is.null(.baselines[[method]]$package)) return(dots)
    unknown <- length(dots) > 0L &&
        (!.areNames(names(dots)) || !all(names(dots) %in% own))
    if (unknown) {
        .stop(if (is.null(own)) "{.code method = \"{method}\"} has no settings"
              else "{.code method = \"{method}\"} has the settings
                    {.arg {own}}",
              x = "Found {length(dots)} in {.arg ...}, named
                   {.val {names(dots) %||% ''}}.")
    }
    if ("expression" %in% own && is.null(dots$expression) &&
        .isSplit(signal)) dots$expression <- .splitExpression(signal)
    dots
}

# The mean elsewhere is that of a number in one cell type.
.checkMeanTarget <- function(method, target) {
    if (!.isDifference(target) ||
        !"expression" %in% .baselines[[method]]$arguments) return(invisible())
    .stop("{.code method = \"{method}\"} reads the gene's mean in other cell
           types, which says nothing of a difference",
          x = "{.arg target} is {.val difference}.",
          i = "Use a method that reads the signal, such as {.val zones}.")
}

# Genes that trained the network would make it look better than it is.
.checkStacked <- function(network, signal, target) {
    .checkModel(network, "network")
    if (!.sameTarget(.targetOf(network), target)) {
        .stop("{.arg network} must predict {.arg target}",
              x = "It predicts {(.describeTarget(.targetOf(network)))};
                   {.arg target} is {(.describeTarget(target))}.")
    }
    .checkFits(signal, .modelFormat(network), "signal")
    seen <- sum(.seenGenes(network, signal)$training)
    if (seen > 0L) {
        .stop("{.arg signal} must have genes that did not train {.arg network}",
              x = "{seen} of them did.",
              i = "With a split ({.fn splitGenes}), its validation genes are
                   used.")
    }
}

# Baselines as a named list.
.checkBaselines <- function(baselines) {
    if (is(baselines, "BaselineModel")) baselines <- list(baselines)
    good <- is.list(baselines) &&
        all(vapply(baselines, is, NA, "BaselineModel"))
    if (!good) {
        .stop("{.arg baselines} must be a baseline of {.fn trainBaseline}, or a
               list of baselines",
              x = "It is of class {.cls {class(baselines)[1]}}.")
    }
    if (is.null(names(baselines))) {
        names(baselines) <- vapply(baselines, function(b) b@method, "")
    }
    taken <- c("model", "baseline", "reference")
    if (length(baselines) > 0L &&
        (!.areNames(names(baselines)) || any(names(baselines) %in% taken))) {
        .stop("{.arg baselines} must have different names, other than
               {.val {taken}}",
              x = "Found {.val {names(baselines)}}.")
    }
    baselines
}

#' @rdname predict.AttentiveChromeModel
#' @export
predict.BaselineModel <- function(object, newdata,
                                  type = c("response", "link", "class"),
                                  prior = NULL, ...) {
    type <- .checkType(type, object)
    newdata <- .readBy(object, newdata, "newdata")
    logit <- .logitOfBaseline(object, newdata, "newdata")
    if (!.hasClasses(object)) {
        .checkNoPrior(prior, object)
        return(logit)
    }
    .fromLogit(object, .predictedLogit(object, logit, prior = prior), type)
}

# The logits, genes x cell types.
.logitOfBaseline <- function(model, signal, arg) {
    .checkFits(signal, .modelFormat(model), arg)
    samples <- .samplesOf(signal, model@marks, colnames(signal))
    matrix(.logitOfFit(model@method, model@fit, samples), nrow(signal),
           dimnames = dimnames(signal))
}

#' @rdname BaselineModel-class
#' @param object A baseline.
#' @export
setMethod("show", "BaselineModel", function(object) {
    cat(sprintf("%s baseline (%s)", object@method,
                .baselineTitle(object@method, .targetOf(object))),
        sprintf("marks: %s", .some(object@marks, 8L)),
        sprintf("bins: %s", .describeBins(object@bins)),
        sprintf("trained on %d genes", object@training$genes), sep = "\n")
})
