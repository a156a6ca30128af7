# Baselines as models, with the marks, bins, checks, predict() and evaluate() of
# networks.

#' Train a baseline
#'
#' Trains a simple model to compare networks with. With few genes, a baseline
#' may be as good as a network. Baselines predict, are evaluated and check their
#' input like the models of [attentiveChrome()].
#'
#' All baselines read log(1 + count). For signal that is negative after
#' normalization, this is `sign(x) * log1p(abs(x))`. The methods are:
#' * `"meanLogCount"`: logistic regression on the mean over the bins of each
#'   mark. [evaluate()][evaluate.AttentiveChromeModel] shows this baseline
#'   alongside every model;
#' * `"bestBin"`: logistic regression on one bin of each mark, the bin whose
#'   AUROC on the training genes is farthest from 0.5 (the first of ties);
#' * `"elasticNet"`: logistic regression on all bins with the elastic net
#'   penalty, half ridge and half lasso (`alpha = 0.5`), from the package
#'   glmnet. The strength of the penalty minimises the deviance in ten-fold
#'   cross-validation on the training genes;
#' * `"randomForest"`: a probability forest of 500 trees on all bins, from the
#'   package ranger. Probabilities of 0 and 1 are moved by half a tree's vote,
#'   so that the logit is finite.
#'
#' Predictions of the random forest need ranger; those of the other baselines
#' need no further package.
#'
#' @param signal The training genes: a signal ([chromatinSignal()]) with
#'   labels, or a split ([splitGenes()]). Genes without a label are left out.
#' @param method The name of the baseline.
#' @param cellTypes Names of the cell types to train on, pooled; by default all.
#' @param ... Arguments of `glmnet::cv.glmnet()` or `ranger::ranger()`, such as
#'   `alpha` or `num.trees`. The other methods have none.
#' @param marks Marks to read; by default all of the signal.
#' @param seed Whole number that seeds the folds of the elastic net and the
#'   random forest. By default one is drawn from R's random number generator and
#'   stored in the baseline. The other methods use no random numbers.
#' @return A [BaselineModel-class].
#' @references Zou and Hastie (2005), Journal of the Royal Statistical Society
#'   B 67, 301; Breiman (2001), Machine Learning 45, 5.
#' @seealso [predict()][predict.BaselineModel],
#'   [evaluate()][evaluate.BaselineModel], [compareModels()]
#' @export
#' @examples
#' k562 <- roadmapGenes[, "E123"]
#' parts <- splitGenes(k562, by = "chromosome", chromosomes = list(
#'     validation = c("chr3", "chr6", "chr9", "chr17"),
#'     test = c("chr1", "chr2", "chr5", "chr7", "chr8")))
#' best <- trainBaseline(parts$train, "bestBin")
#' best
#' head(predict(best, parts$test))
#' evaluate(best, parts$test)[, c("cellType", "auroc", "auprc")]
trainBaseline <- function(signal, method = c("meanLogCount", "bestBin",
                                             "elasticNet", "randomForest"),
                          cellTypes = NULL, ..., marks = NULL, seed = NULL) {
    method <- .checkChoice(method, "method", names(.baselines))
    .checkBaselineDots(method, list(...))
    .needsBaseline(method)
    signal <- .partOf(signal, "train", "signal")
    .checkSignal(signal, kind = "signal")
    .checkNotEmpty(signal, "signal")
    signal <- .onlyMarks(signal, marks)
    cellTypes <- .checkCellTypes(signal, cellTypes %||% colnames(signal),
                                 "cellTypes")
    format <- .inputFormat(signal, cellTypes)
    label <- .checkedLabels(signal, cellTypes, "signal")
    known <- !is.na(label)
    x <- lapply(.logCounts(signal, format$marks, cellTypes),
                function(counts) counts[known, , drop = FALSE])
    seed <- .chooseSeed(seed)
    fit <- .withSeed(seed, .baselines[[method]]$fit(x, label[known], ...))
    new("BaselineModel", method = method, marks = format$marks,
        bins = format$bins, preprocessing = format$preprocessing, fit = fit,
        baseline = .fitBaseline(signal, format$marks, cellTypes),
        training = list(genes = sum(known), cellTypes = cellTypes,
                        seed = seed,
                        usedGenes = .usedRoles(
                            .usedGenes(signal, cellTypes, known), NULL)),
        version = as.character(utils::packageVersion("AttentiveChrome")))
}

.checkBaselineDots <- function(method, dots) {
    if (length(dots) > 0L && is.null(.baselines[[method]]$package)) {
        .stop("{.code method = \"{method}\"} has no settings",
              x = "Found {length(dots)} in {.arg ...}, named
                   {.val {names(dots) %||% ''}}.")
    }
}

.needsBaseline <- function(method) {
    package <- .baselines[[method]]$package
    if (!is.null(package)) {
        .needs(package, sprintf("for the baseline \"%s\"", method))
    }
}

# ---- the methods: fit and logit ---------------------------------------------

# x: for each mark, the log counts of samples x bins.
.markMeans <- function(x) do.call(cbind, lapply(x, rowMeans))

.allBins <- function(x) {
    all <- do.call(cbind, x)
    bins <- vapply(x, ncol, 0L)
    colnames(all) <- paste0(rep(names(x), bins), ".", sequence(bins))
    all
}

.pickBins <- function(x, bins) {
    do.call(cbind, Map(function(counts, bin) counts[, bin], x, bins))
}

.fitMeans <- function(x, label) {
    list(coefficients = .fitLogistic(.markMeans(x), label))
}

.fitBestBin <- function(x, label) {
    best <- vapply(x, function(counts) {
        which.max(abs(apply(counts, 2L, .auroc, label = label) - 0.5))
    }, 0L)
    list(bestBins = best,
         coefficients = .fitLogistic(.pickBins(x, best), label))
}

# Stores only the coefficients, so that predictions do not need glmnet.
.fitElasticNet <- function(x, label, alpha = 0.5, ...) {
    fit <- glmnet::cv.glmnet(.allBins(x), label, family = "binomial",
                             alpha = alpha, ...)
    list(coefficients = drop(as.matrix(stats::coef(fit, s = "lambda.min"))))
}

.fitForest <- function(x, label, ...) {
    forest <- ranger::ranger(x = .allBins(x), y = factor(label, 0:1),
                             probability = TRUE, num.threads = 1L, ...)
    forest$call <- NULL # it has a copy of the training data
    list(forest = forest, trees = forest$num.trees)
}

.forestLogit <- function(fit, x) {
    .needsBaseline("randomForest")
    probability <- stats::predict(fit$forest, .allBins(x),
                                  num.threads = 1L)$predictions[, "1"]
    margin <- 0.5 / fit$trees
    stats::qlogis(pmin(pmax(probability, margin), 1 - margin))
}

.baselines <- list(
    meanLogCount = list(
        title = "logistic regression on the mean log count of each mark",
        fit = .fitMeans, logit = function(fit, x) {
            .linearLogit(fit$coefficients, .markMeans(x))
        }),
    bestBin = list(
        title = "logistic regression on the best bin of each mark",
        fit = .fitBestBin, logit = function(fit, x) {
            .linearLogit(fit$coefficients, .pickBins(x, fit$bestBins))
        }),
    elasticNet = list(
        title = "elastic net on the log counts of all bins",
        package = "glmnet", fit = .fitElasticNet, logit = function(fit, x) {
            .linearLogit(fit$coefficients, .allBins(x))
        }),
    randomForest = list(
        title = "random forest on the log counts of all bins",
        package = "ranger", fit = .fitForest, logit = .forestLogit)
)

# The logits, genes x cell types.
.logitOfBaseline <- function(model, signal, arg) {
    .checkFits(signal, .modelFormat(model), arg)
    x <- .logCounts(signal, model@marks, colnames(signal))
    matrix(.baselines[[model@method]]$logit(model@fit, x), nrow(signal),
           dimnames = dimnames(signal))
}

#' @rdname BaselineModel-class
#' @param object A baseline.
#' @export
setMethod("show", "BaselineModel", function(object) {
    cat(sprintf("%s baseline (%s)", object@method,
                .baselines[[object@method]]$title),
        sprintf("marks: %s", .some(object@marks, 8L)),
        sprintf("bins: %s", .describeBins(object@bins)),
        sprintf("trained on %d genes", object@training$genes), sep = "\n")
})
