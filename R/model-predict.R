#' Predict gene expression
#'
#' Predicts the probability of high expression of each gene, its class, or the
#' set of classes that it may have; with a model of numbers (`target` of
#' [attentiveChrome()]), the number and an interval of it.
#'
#' A warning of class `AttentiveChrome_unlike` names the cell types of `newdata`
#' whose signal is unlike the training signal: see [unlikeTraining()]. It needs
#' at least 100 genes, and as many training genes.
#'
#' @section Calibration:
#' The probabilities of a network are often too extreme. If a model was trained
#' with validation genes, its logits are corrected after training to an
#' intercept plus a slope times the logit, which are fitted to the validation
#' genes: both (Platt), the slope alone (temperature), or none of them, by the
#' log loss in ten-fold cross-validation on these genes. The slope is positive,
#' so the order of the genes remains the same. With fewer than 10 high or 10 low
#' validation genes, the logits are not corrected. A model of several cell types
#' has one calibration for all of them.
#'
#' `predict()`, [evaluate()][evaluate.AttentiveChromeModel],
#' [augment()][augment.AttentiveChromeModel], [attention()]'s and
#' [attribution()]'s assay `probability`, [predictEdits()] and panels use the
#' calibrated logit. Shares and attributions explain the logit of the network
#' itself, `predict(type = "link", calibrated = FALSE)`. Models that were
#' trained without validation genes, or read from PyTorch's files, are not
#' calibrated.
#'
#' @section Another share of high genes:
#' Probabilities depend on the share of high genes. Those of a model with
#' validation genes assume the share among these genes, others the share among
#' the training genes. `prior` adds to the logit the difference between the
#' logits of the new share and of the assumed share (Saerens et al. 2002).
#'
#' `prior = "estimate"` uses the maximum likelihood estimate of the share in
#' each cell type, to which the EM algorithm of Saerens et al. converges. Both
#' assume that only the share differs, and that high genes, and low genes, have
#' the same signal as before. Real data often differ in more than that, and the
#' estimate then changes the share too much (`bench/results/calibration.md`). A
#' known share is better.
#'
#' @section Prediction sets:
#' `type = "set"` returns the classes that a gene may have: `"high"`, `"low"`,
#' `"high or low"` if the model cannot tell, or `"none"` if the gene resembles
#' neither class of validation genes. On average, the sets of at least the
#' fraction `level` of the high genes contain high, and likewise for low genes.
#' This is split conformal prediction by class (Vovk 2012). It assumes that the
#' genes of a class are exchangeable with the validation genes of this class. It
#' does not assume that the model is good or calibrated, nor that the share of
#' high genes is the same. Signal that lacks marks is an error, as the
#' validation genes had all of them. The validation genes also choose the epoch
#' of the model, which the guarantee ignores. On real data, 88 to 92% of each
#' class were covered at a `level` of 0.9 (`bench/results/calibration.md`). Sets
#' do not depend on `calibrated` and `prior`. Baselines have none.
#'
#' @section Intervals:
#' For models of numbers, `type = "interval"` returns the prediction plus and
#' minus one width for all genes, the quantile of the absolute errors of the
#' validation genes. This is split conformal prediction (Lei et al. 2018): on
#' average over genes that are exchangeable with the validation genes, at least
#' the fraction `level` of the measured numbers are inside, whatever the model.
#' As for sets, the validation genes also choose the epoch.
#'
#' @param object A model or an ensemble ([attentiveChrome()]), whose logit is
#'   the mean over its members, or a baseline ([trainBaseline()]).
#' @param newdata A signal ([chromatinSignal()]) with the model's bins and
#'   marks. The marks may be in any order; further marks are ignored. A model
#'   trained with `markDropout` (see [attentiveChrome()]) needs only some of its
#'   marks.
#' @param type `"response"`: the probability of high expression; `"link"`: its
#'   logit; `"class"`: 1 (high) if the probability is above 0.5, otherwise 0
#'   (low), coded as in [expressionLabel()]; `"set"`: the classes that the gene
#'   may have, see the section Prediction sets. For models of numbers,
#'   `"response"`: the number, in the units of the target; `"interval"`: see the
#'   section Intervals. For models of two stages ([modelTarget()]),
#'   `"expressed"`: the probability that the gene is expressed, and `"amount"`:
#'   the number that is expected if it is.
#' @param threads Number of threads; by default the option
#'   `AttentiveChrome.threads`, then the environment variable
#'   `OMP_NUM_THREADS`, then 1. The result does not depend on it.
#' @param calibrated Whether to use the calibrated logit; numbers have none.
#' @param prior The share of high genes in `newdata`, between 0 and 1: one
#'   number, or one for each cell type; `"estimate"` to estimate it in each cell
#'   type, from 20 or more genes; or `NULL` for no change.
#' @param level For sets, the fraction of the genes of each class whose sets
#'   contain the class, from 0.5 to 0.999. It requires at least
#'   level / (1 - level) validation genes of each class: 9 for 0.9. For
#'   intervals, the fraction of the genes whose numbers are inside.
#' @param ... Not used.
#' @return A matrix of genes x cell types, with the names of `newdata`: numbers
#'   or, for `"set"`, text. For `"interval"`, an array of genes x cell types x
#'   2, with the bounds `lower` and `upper`. With `prior`, it has the attribute
#'   `prior`, the share for each cell type.
#' @references Platt (1999), Advances in Large Margin Classifiers, 61; Guo et
#'   al. (2017), temperature, <https://arxiv.org/abs/1706.04599>; Saerens et al.
#'   (2002), Neural Computation 14, 21; Alexandari et al. (2020), both together,
#'   <https://arxiv.org/abs/1901.06852>; Vovk (2012), conditional validity of
#'   conformal prediction, <https://arxiv.org/abs/1209.2673>; Lei et al. (2018),
#'   conformal intervals, <https://arxiv.org/abs/1604.04173>.
#' @seealso [plotCalibration()]
#' @export
#' @examples
#' parts <- splitGenes(roadmapGenes[1:150, "E123"])
#' model <- attentiveChrome(parts, epochs = 2, filters = 4, context = 4)
#' head(predict(model, parts$test))
#' table(predict(model, parts$test, type = "class"),
#'     expressionLabel(parts$test))
#' # As if a third of the genes were high
#' head(predict(model, parts$test, prior = 1 / 3))
#' table(predict(model, parts$test, type = "set", level = 0.8),
#'     expressionLabel(parts$test))
predict.AttentiveChromeModel <- function(object, newdata,
                                         type = c("response", "link", "class",
                                                  "set", "interval",
                                                  "expressed", "amount"),
                                         threads = NULL, calibrated = TRUE,
                                         prior = NULL, level = 0.9, ...) {
    type <- .checkType(type, object, c("set", "interval", "expressed",
                                       "amount"))
    .checkNumber(level, "level", 0.5, 0.999)
    newdata <- .readBy(object, newdata, "newdata")
    out <- .forward(object, newdata, threads, "newdata")
    logit <- out$logit
    .tellUnlike(object, newdata)
    if (type %in% c("expressed", "amount")) {
        return(.twoStagePart(.targetOf(object), out, type))
    }
    if (type %in% c("set", "interval")) .checkSetMarks(object, newdata, type)
    if (type == "set") {
        return(.conformalSets(logit, .calibrationOf(object), level))
    }
    predicted <- .predictedLogit(object, logit, calibrated, prior)
    if (type == "interval") {
        return(.conformalIntervals(predicted, .calibrationOf(object), level))
    }
    .fromLogit(object, predicted, type)
}

#' @rdname predict.AttentiveChromeModel
#' @export
predict.AttentiveChromeEnsemble <- predict.AttentiveChromeModel

# Prediction sets and intervals hold their level for signal with the marks of
# the validation genes, which had all of them.
.checkSetMarks <- function(model, newdata, type) {
    missing <- setdiff(model@marks, marks(newdata))
    if (length(missing) > 0L) {
        .stop("{.code type = \"{type}\"} needs signal with all marks of the
               model",
              x = "{.arg newdata} has no {.val {missing}}.",
              i = "Predictions of genes that lack marks would not hold their
                   {.arg level}.")
    }
}

# The types of a model's target, of which `further` are only some models'.
.checkType <- function(type, model, further = character()) {
    classes <- .hasClasses(model)
    known <- if (classes) c("response", "link", "class") else "response"
    own <- if (classes) "set"
           else c("interval", if (.isTwoStage(.targetOf(model)))
                                  c("expressed", "amount"))
    known <- c(known, intersect(own, further))
    if (length(type) > 1L) type <- type[1L]
    if (!is.character(type) || !type %in% known) {
        .stop("{.arg type} must be one of {.or {.val {known}}} for a model that
               predicts {(.describeTarget(.targetOf(model)))}",
              x = "It is {.val {type}}.")
    }
    type
}

.fromLogit <- function(model, logit, type) {
    switch(type, link = logit, response = .responseOf(model, logit),
           class = (logit > 0) + 0L)
}

# What predict() is made of, genes x cell types, from what the network wrote:
# the logit, or the number in the units of the target.
.predictedLogit <- function(model, logit, calibrated = TRUE, prior = NULL) {
    .checkFlag(calibrated, "calibrated")
    if (!.hasClasses(model)) {
        .checkNoPrior(prior, model)
        return(.unstandardise(.targetOf(model), logit))
    }
    calibration <- if (calibrated) .calibrationOf(model) else list()
    logit <- .calibrate(logit, calibration)
    if (is.null(prior)) return(logit)
    .checkPrior(prior, ncol(logit), nrow(logit))
    from <- calibration$high %||% model@training$high
    if (is.null(from)) {
        .stop("{.arg prior} needs a model that knows the share of high genes
               among the genes it was trained with",
              x = "This one was read from a file, or trained by an earlier
                   version.")
    }
    .changePrior(logit, from, prior)
}

# The logit, genes x cell types, and where it is wanted the attention: the
# core's arrays, named by stage, or the parts of a gate.
.forward <- function(model, signal, threads, arg = "signal",
                     attention = FALSE) {
    model <- .atMarks(model, signal, arg)
    if (!attention) {
        return(.bindBlocks(lapply(.genesAtOnce(signal), function(rows) {
            part <- if (is.null(rows)) signal else signal[rows, ]
            .forwardWhole(model, part, threads)
        })))
    }
    out <- .forwardWhole(model, signal, threads, attention)
    names(out$attention) <- vapply(.modelStages(model), `[[`, "", "name")
    gate <- .architectures[[model@architecture]]$gate
    if (!is.null(gate)) {
        out$attention <- .gateParts(out$attention[[gate]], model@marks)
    }
    out
}

.forwardWhole <- function(model, signal, threads, attention = FALSE) {
    input <- .modelInput(signal, model@marks, colnames(signal),
                         model@transform, .scaleOf(model))
    out <- .predictInput(model, input, threads, attention)
    out$logit <- matrix(out$logit, nrow(signal), dimnames = dimnames(signal))
    out
}

# The logits of blocks of genes, and the `outputs` x samples, if the network has
# several: genes vary fastest in the samples of a block, and in all.
.bindBlocks <- function(parts) {
    out <- list(logit = do.call(rbind, lapply(parts, `[[`, "logit")))
    outputs <- nrow(parts[[1L]]$outputs)
    if (is.null(outputs)) return(out)
    turn <- function(x, dim) aperm(array(x, dim), c(2L, 1L, 3L))
    byGene <- do.call(rbind, lapply(parts, function(part) {
        matrix(turn(part$outputs, c(outputs, dim(part$logit))),
               nrow(part$logit))
    }))
    out$outputs <- matrix(turn(byGene, c(nrow(byGene), outputs,
                                         ncol(out$logit))), outputs)
    out
}

# What the core tells of a gate: alpha and the shares, bins x marks x samples,
# and beta, marks x samples.
.gateParts <- function(gate, marks) {
    at <- .gateRows(dim(gate)[1L], length(marks))
    samples <- dim(gate)[3L]
    gate <- matrix(gate, ncol = samples)
    part <- function(rows) array(gate[rows, ], c(at$dim, samples))
    list(alpha = part(at$alpha), beta = gate[at$beta, ],
         share = part(at$share))
}

# The mean shares over the samples, bins x marks, without the arrays of all.
.meanShares <- function(gate, marks) {
    at <- .gateRows(dim(gate)[1L], length(marks))
    array(rowMeans(gate, dims = 2L)[at$share], at$dim)
}

# The rows of the parts of a gate, and bins x marks.
.gateRows <- function(rows, marks) {
    bins <- (rows / marks - 1) / 2
    map <- seq_len(bins * marks)
    list(alpha = map, beta = bins * marks + seq_len(marks),
         share = bins * marks + marks + map, dim = c(bins, marks))
}

# The same for the output of .modelInput(). Ensembles have the mean logit of
# their members, and no attention: each member has its own.
.predictInput <- function(model, input, threads, attention = FALSE) {
    if (.isEnsemble(model) && .isTwoStage(.targetOf(model))) {
        return(.twoStageMixture(model, input, threads))
    }
    if (.isEnsemble(model)) {
        return(list(logit = .overMembers(model, function(member) {
            .predictInput(member, input, threads)$logit
        })))
    }
    .predictGenes(.modelNetwork(model, threads), .blockOf(model@parameters),
                  input, attention)
}

# The parts of an ensemble are those of the mixture of its members: the mean
# probability, and the mean number divided by it. `outputs` become those of one
# network that predicts the same.
.twoStageMixture <- function(ensemble, input, threads) {
    target <- .targetOf(ensemble)
    both <- .overMembers(ensemble, function(member) {
        out <- .predictInput(member, input, threads)
        rbind(stats::plogis(out$outputs[1L, ]), out$logit)
    })
    p <- pmin(pmax(both[1L, ], 1e-15), 1 - 1e-15)
    amount <- .unstandardise(target, both[2L, ]) / p
    list(logit = both[2L, ],
         outputs = rbind(stats::qlogis(p), (amount - target$amount$centre) /
                             target$amount$spread))
}
