# What a network is trained to predict. A target is a list of settings, which a
# model keeps: `name`, an entry of `.targets`; `loss`, a loss of the core; and,
# for numbers, `assay`, `transform` and the `centre` and `spread` of the
# training genes, by which the network sees them standardised. For two stages,
# also `threshold`, and `amount`, the centre and spread of the expressed genes.

# title: in words. losses: those that it can have, the first by default.
# class: whether it is a class or a number. keep: the epochs that it can keep.
.targets <- list(
    class = list(title = "high or low expression", class = TRUE,
                 losses = "crossEntropy", keep = c("loss", "auroc", "last")),
    expression = list(title = "expression", class = FALSE,
                      losses = c("squared", "huber"),
                      keep = c("loss", "pearson", "last")),
    twoStage = list(title = "expressed or not, and how much", class = FALSE,
                    losses = c("squared", "huber"),
                    keep = c("loss", "pearson", "last")),
    difference = list(title = "the difference of two cell types",
                      class = FALSE, losses = c("squared", "huber"),
                      keep = c("loss", "pearson", "last"))
)

# What is done with the measured values, and the name of the result.
.targetTransforms <- list(
    log2 = list(of = function(x) log2(x + 1), named = "log2(%s + 1)"),
    none = list(of = identity, named = "%s"))

#' What a model is trained to predict
#'
#' Describes the target of a model for `target` of [attentiveChrome()], if it is
#' more than a name.
#'
#' * `"class"`: high or low expression, the assay `label` of the signal. The
#'   network writes a logit, and its loss is the binary cross-entropy.
#' * `"expression"`: a number, by default log2(x + 1) of the assay `expression`
#'   (RPKM, TPM, counts). The network is trained on standardised numbers, with
#'   the mean and the standard deviation of the training genes, and
#'   [predict()][predict.AttentiveChromeModel] returns the units of the target.
#'   The loss is the mean squared error, or Huber's loss with delta 1 (one
#'   standard deviation), to which genes far from their predictions matter less.
#' * `"twoStage"`: the same number in two stages, expressed or not and how much,
#'   as in two-part models (Cragg 1971; Duan et al. 1983): see the section Two
#'   stages.
#' * `"difference"`: the change from one cell type A to another B, by default
#'   log2((b + 1) / (a + 1)) of the assay `expression`. `cellTypes` of
#'   [attentiveChrome()] names A and B. The network reads channels of both: see
#'   [pairCellTypes()].
#'
#' @section Two stages:
#' Many genes have no reads at all, and a network of one number compromises
#' between them and the others. With `"twoStage"`, the network has two outputs,
#' z1 and z2. The probability that the gene is expressed, that its value is
#' above
#' `threshold`, is p = 1 / (1 + exp(-z1)). The amount m, in the units of the
#' target, is the mean plus z2 times the standard deviation of the expressed
#' training genes. The loss of a gene is
#'
#' cross-entropy(expressed, p) + expressed (z2 - standardised amount)^2
#'
#' (or Huber's loss in the second term): genes that are not expressed have no
#' loss of the amount. `predict()` returns the expected number, p m, in which
#' genes that are not expressed count as 0; `type = "expressed"` returns p and
#' `type = "amount"` m. An ensemble is the mixture of its members: its p is the
#' mean of theirs, its number the mean of theirs, and its m the quotient of
#' both. Attributions by gradients, integrals and occlusion explain p m. In
#' `"additive"` models, z1 and z2 are both lines in the same score, the sum of
#' the shares, so that [attention()] still shows all that the model reads.
#' Baselines have one stage, and predict the same number directly.
#'
#' @section What takes what:
#' Functions without a meaning for a target raise an error that says so.
#'
# nolint start: line_length_linter. Rows of a table
#' | | `"class"` | `"expression"`, `"twoStage"` | `"difference"` |
#' | --- | --- | --- | --- |
#' | training, [update()][update.AttentiveChromeModel], ensembles, checkpoints, PyTorch's files | yes | yes | yes |
#' | [predict()][predict.AttentiveChromeModel] | probability, logit, class, set | number, interval; `"twoStage"` also its parts | change, interval |
#' | [evaluate()][evaluate.AttentiveChromeModel] | AUROC and others | Pearson, Spearman, R2, RMSE, deviation from the gene's mean | the same without the deviation |
#' | [trainBaseline()] | yes | yes; two stages in one | yes; not the gene's mean elsewhere |
#' | [attention()], [attribution()], [stability()], [faithfulness()] | yes | yes | yes, by channel |
#' | [plotGene()], [plotAttention()], [plotMarkAttention()], exports | yes | yes | yes, of a pair |
#' | [predictEdits()], [smallestFlip()] | the class flips | the number crosses `threshold` | the change vanishes |
#' | [differentialExpression()] | no | no | yes |
#' | [trainCellTypes()], [crossCellTypes()], [trainPooled()] and their figures | AUROC | Pearson | no: one cell type each |
#' | [compareModels()] | AUROC | Pearson, R2 or RMSE | no: one cell type each |
#' | [unlikeTraining()], [checkSplit()] | yes | yes | yes |
#' | [plotROC()], [plotPR()], [plotCalibration()], `prior`, [predictionUncertainty()] | yes | no | no |
#' | [classOptimum()], [compareExplanations()], [whichMark()], [explore()] | yes | no | no |
#' | [report()], [modelCard()] | yes | yes | yes |
#' | [differentialAttention()] | yes | yes | no: a difference is one column |
# nolint end
#'
#' @param name `"class"`, `"expression"`, `"twoStage"` or `"difference"`.
#' @param assay For numbers, the assay of genes x cell types that has the
#'   measured values.
#' @param transform For numbers, `"log2"` for log2(x + 1), or `"none"`.
#' @param loss For numbers, `"squared"` or `"huber"`.
#' @param threshold For `"twoStage"`, the value of `assay` above which a gene is
#'   expressed.
#' @return A list of class `modelTarget`, with its own print method.
#' @references Huber (1964), Annals of Mathematical Statistics 35, 73; Cragg
#'   (1971), Econometrica 39, 829; Duan et al. (1983), Journal of Business and
#'   Economic Statistics 1, 115 (two-part models).
#' @seealso [attentiveChrome()]
#' @export
#' @examples
#' modelTarget("expression", loss = "huber")
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4,
#'     target = modelTarget("expression", loss = "huber"))
#' head(predict(model, signal))
#'
#' two <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4,
#'     target = modelTarget("twoStage", threshold = 1))
#' head(cbind(predict(two, signal), predict(two, signal, type = "expressed"),
#'     predict(two, signal, type = "amount")))
modelTarget <- function(name = c("class", "expression", "twoStage",
                                 "difference"),
                        assay = "expression", transform = c("log2", "none"),
                        loss = c("squared", "huber"), threshold = 0) {
    name <- .checkChoice(name, "name", names(.targets))
    entry <- .targets[[name]]
    if (entry$class) {
        return(structure(list(name = name, loss = entry$losses[1L]),
                         class = "modelTarget"))
    }
    if (!is.character(assay) || length(assay) != 1L || is.na(assay)) {
        .stop("{.arg assay} must be the name of one assay",
              x = "It is {.val {assay}}.")
    }
    target <- list(name = name, loss = .checkChoice(loss, "loss", entry$losses),
                   assay = assay,
                   transform = .checkChoice(transform, "transform",
                                            names(.targetTransforms)))
    if (.isTwoStage(target)) {
        target$threshold <- .checkNumber(threshold, "threshold", 0)
    }
    structure(target, class = "modelTarget")
}

#' @rdname modelTarget
#' @param x A target.
#' @param ... Not used.
#' @export
print.modelTarget <- function(x, ...) {
    cat(sprintf("target: %s\n", .describeTarget(x)))
    invisible(x)
}

.checkTarget <- function(target, arg = "target") {
    if (!inherits(target, "modelTarget")) {
        target <- modelTarget(.checkChoice(target, arg, names(.targets)))
    }
    unclass(target)
}

# The target of a model or a baseline; those of earlier versions have classes.
.targetOf <- function(model) attr(model, "target") %||% .classTarget

.classTarget <- list(name = "class", loss = "crossEntropy")

.isClass <- function(target) .targets[[target$name]]$class

.hasClasses <- function(model) .isClass(.targetOf(model))

.isDifference <- function(target) target$name == "difference"

.isTwoStage <- function(target) target$name == "twoStage"

# A target of one stage with the same numbers: that of baselines.
.inOneStage <- function(target) {
    if (.isTwoStage(target)) target$name <- "expression"
    target
}

# For example log2(expression + 1).
.unitOf <- function(target) {
    unit <- sprintf(.targetTransforms[[target$transform]]$named, target$assay)
    if (.isDifference(target)) paste("change of", unit) else unit
}

.describeTarget <- function(target) {
    if (.isClass(target)) return(.targets[[target$name]]$title)
    loss <- c(squared = "squared error", huber = "Huber's loss")
    loss <- loss[[target$loss]]
    if (.isTwoStage(target)) {
        loss <- sprintf("in two stages: cross-entropy of %s > %g, and %s",
                        target$assay, target$threshold, loss)
    }
    sprintf("%s (%s)", .unitOf(target), loss)
}

# For functions that have no meaning without classes.
.checkClasses <- function(model, arg = "model") {
    target <- .targetOf(model)
    if (!.isClass(target)) {
        .stop("{.arg {arg}} must predict high or low expression",
              x = "It predicts a number, {(.unitOf(target))}.",
              i = "See {.help modelTarget} for what takes such models.")
    }
}

# For functions that compare cell types, of which a difference has one column.
.checkNoDifference <- function(model) {
    target <- .targetOf(model)
    if (!.isDifference(target)) return(invisible())
    .stop("{.arg model} must predict the expression of single cell types",
          x = "It predicts the {(.unitOf(target))} from one cell type to
               another.")
}

.checkNoPrior <- function(prior, model) {
    if (is.null(prior)) return(invisible())
    .stop("{.arg prior} is the share of genes with high expression, which a
           model of numbers does not have",
          x = "It predicts {(.unitOf(.targetOf(model)))}.")
}

# Panels have models of single cell types.
.checkPanelTarget <- function(target) {
    target <- .checkTarget(target %||% "class")
    if (!.isDifference(target)) return(target)
    .stop("A panel has models of single cell types",
          x = "{.arg target} is {.val difference}, which is of two.",
          i = "{.fn attentiveChrome} trains models of differences.")
}

# A model's target as modelTarget() makes it.
.askedTarget <- function(model) {
    target <- .targetOf(model)
    asked <- c("name", "loss", "assay", "transform", "threshold")
    structure(target[intersect(asked, names(target))], class = "modelTarget")
}

# Whether the same numbers or classes are predicted, in one stage or in two.
.sameTarget <- function(one, other) {
    what <- c("name", "assay", "transform")
    of <- function(target) unclass(.inOneStage(target))[what]
    identical(of(one), of(other))
}

# A baseline predicts what a model does.
.checkSameTarget <- function(baseline, target) {
    own <- .targetOf(baseline)
    if (!.sameTarget(own, target)) {
        .stop("{.arg baselines} must predict what {.arg x} does",
              x = "One predicts {(.describeTarget(own))}, {.arg x}
                   {(.describeTarget(target))}.",
              i = "See {.arg target} of {.fn trainBaseline}.")
    }
}

# ---- the measured values ----------------------------------------------------

# Genes x cell types.
.measuredValues <- function(target, signal, arg = "signal") {
    if (.isPair(signal) && "change" %in% assayNames(signal)) {
        return(.assayMatrix(signal, "change"))
    }
    if (!target$assay %in% assayNames(signal)) {
        .stop("{.arg {arg}} has no assay {.val {target$assay}}",
              i = "{.fn addExpression} adds expression to a signal.")
    }
    x <- .assayMatrix(signal, target$assay)
    if (!is.numeric(x) || any(is.infinite(x))) {
        .stop("The assay {.val {target$assay}} of {.arg {arg}} must have finite
               numbers")
    }
    if (target$transform == "log2" && any(x < 0, na.rm = TRUE)) {
        .stop("{.code transform = \"log2\"} requires values that are not
               negative",
              x = "The minimum of {.val {target$assay}} is
                   {signif(min(x, na.rm = TRUE), 3)}.",
              i = "Use {.code modelTarget(transform = \"none\")}.")
    }
    .targetTransforms[[target$transform]]$of(x)
}

# A signal of pairCellTypes().
.isPair <- function(signal) {
    is(signal, "ChromatinSignal") && !is.null(metadata(signal)$pair)
}

# ---- the network's side -----------------------------------------------------

.standardise <- function(target, y) {
    if (.isClass(target)) y else (y - target$centre) / target$spread
}

# What a network wrote, in the units of the target.
.unstandardise <- function(target, z) target$centre + target$spread * z

# What `predict()` returns, from what .predictedLogit() does.
.responseOf <- function(model, predicted) {
    if (.hasClasses(model)) stats::plogis(predicted) else predicted
}

# The name of the assay that has it.
.responseName <- function(model) {
    if (.hasClasses(model)) "probability" else "prediction"
}

# ---- validation -------------------------------------------------------------

.lossesOf <- list(
    crossEntropy = function(y, z) .geneLosses(y, z),
    squared = function(y, z) (z - y)^2,
    huber = function(y, z) {
        size <- abs(z - y)
        ifelse(size < 1, size^2 / 2, size - 0.5)
    })

# The score of the validation genes that a history has beside the loss.
.scoreTitles <- c(validationAuroc = "AUROC", validationPearson = "Pearson")

.scoreColumn <- function(target) {
    if (.isClass(target)) "validationAuroc" else "validationPearson"
}

.scoreOf <- function(target, y, z) {
    if (.isClass(target)) .auroc(y, z) else .correlation(y, z)
}

# Of a history, or a row of it: the name of the column.
.scoreColumnIn <- function(history) {
    intersect(names(.scoreTitles), names(history))[1L]
}

.checkKeep <- function(keep, target) {
    known <- .targets[[target$name]]$keep
    if (!keep %in% known) {
        .stop("{.arg keep} must be one of {.or {.val {known}}} for
               {.code target = \"{target$name}\"}",
              x = "It is {.val {keep}}.")
    }
}
