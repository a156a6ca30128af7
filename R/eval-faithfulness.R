# Tests whether a prediction depends on the bins that an explanation ranks
# highest: without them the prediction should fall, with them alone it should
# hold.

#' Faithfulness of explanations
#'
#' Measures how well explanations describe what a model's predictions depend on,
#' with deletion and insertion curves. Deletion sets the bins of each gene to 0,
#' the most important first, and records the probability of the class that was
#' predicted originally. Insertion starts from zero signal and restores the bins
#' in the same order. For a faithful explanation, the probability falls early
#' during deletion and rises early during insertion. Random order and the order
#' of the signal itself (the highest signal first) are included for comparison.
#' Only an explanation that beats the signal shows more than the reads do.
#'
#' Scores are fractions of `moved`, the mean absolute change of the probability
#' between a gene's signal and no signal. So a score of 0.01 is 1% of this
#' change, for any model. If `moved` is below 0.0025, the predictions do not
#' depend on the signal, no order of the bins can be faithful, and an error says
#' so. For models of numbers, the curves record the change of the prediction
#' from no signal, in the direction in which all of the signal moves it, in the
#' units of the target; `moved` is the mean absolute change, and must be 0.0025
#' standard deviations of the training genes. An explanation is called better
#' only if the interval of the difference is above 0.01: with many genes, even
#' much smaller differences have small p-values.
#'
#' The bins of all marks are ordered jointly. Attention is alpha times beta, if
#' the architecture has beta. For signed explanations (`"share"`,
#' `"gradientInput"`, `"integratedGradients"`, `"expectedGradients"` and
#' `"occlusion"`), bins that support the predicted class, or the direction of
#' the change, come first. The others
#' (`"attention"`, `"saliency"` and `"signal"`) only show how much a bin
#' matters. The model was not trained on signal with many missing bins. The
#' curves therefore compare explanations of one model and do not measure
#' biology. Alpha of an LSTM is not the importance of a bin: see [attention()].
#'
#' @param model A model or an ensemble ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the model's marks and bins;
#'   labels are not needed.
#' @param explanations As for [compareExplanations()], except for
#'   `"classOptimum"`, which is the same for all genes.
#' @param cellType The name of a cell type; may be omitted if there is only one.
#' @param fractions Fractions of the bins to remove or to restore, increasing
#'   from 0 to 1.
#' @param draws Number of random orders.
#' @param level Level of the intervals.
#' @param seed Whole number that seeds the random orders and the order of ties;
#'   `NULL` uses the current state of R's random number generator.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A list of class `faithfulness` with three data frames, a number and a
#'   matrix.
#'   `table` has one row per explanation, and one for `"random"`: `deletion` and
#'   `insertion`, the areas under the curves, averaged over the genes (from 0 to
#'   1; a low deletion and a high insertion are good); `score`, insertion minus
#'   deletion, divided by `moved`; `overRandom`, the score minus that of the
#'   random orders, with its interval (`overRandomLower`, `overRandomUpper`,
#'   from the t distribution of the differences by gene) and Wilcoxon's signed
#'   rank test (`overRandomP`); and the same four columns for the signal
#'   (`overSignal`). `curves` has
#'   `explanation`, `curve` (`"deletion"` or `"insertion"`), `fraction` and
#'   `probability` (for numbers, `change`), the mean over the genes. `genes` has
#'   the score of each gene, one column per explanation. `moved` is described
#'   above. `agreement`, explanations x explanations, has the median over the
#'   genes of Spearman's rank correlation of the absolute importance of the
#'   bins. `as.data.frame()` returns `table`.
#'
#'   `plot()` draws the curves or, with `type = "agreement"`, this matrix.
#' @references Petsiuk et al. (2018), RISE, <https://arxiv.org/abs/1806.07421>;
#'   Jain and Wallace (2019), <https://arxiv.org/abs/1902.10186>.
#' @seealso [compareExplanations()], [attribution()]
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 200, bins = 20, seed = 1,
#'     causal = list(H3K4me3 = 9:12)))
#' model <- attentiveChrome(parts$train, epochs = 8, filters = 6,
#'     context = 6, learningRate = 0.01, transform = "log1p", seed = 1)
#' faith <- faithfulness(model, parts$test, seed = 1)
#' faith
#' plot(faith)
faithfulness <- function(model, signal, explanations = NULL, cellType = NULL,
                         fractions = seq(0, 1, by = 0.05), draws = 10,
                         level = 0.95, seed = NULL, threads = NULL) {
    .checkModel(model)
    signal <- .readBy(model, signal)
    .checkFits(signal, .modelFormat(model))
    explanations <- .chooseExplanations(model, explanations, general = FALSE)
    .checkShares(fractions)
    .checkNumber(draws, "draws", 1, whole = TRUE)
    .checkNumber(level, "level", 0.5, 0.9999)
    if (nrow(signal) < 2L) .stop("{.arg signal} must have at least two genes")
    cellType <- .checkCellType(signal, cellType)
    signal <- signal[, cellType]
    inputs <- length(model@marks) * length(binOffsets(model))
    task <- .occlusionTask(model, signal, fractions, threads)
    values <- lapply(stats::setNames(nm = explanations), function(name) {
        matrix(.importance(name, model, signal, threads), inputs)
    })
    runs <- .withSeed(seed, c(
        lapply(stats::setNames(nm = explanations), function(name) {
            .orderCurves(task, .towardsClass(name, values[[name]], task$high))
        }),
        list(random = .randomCurves(task, draws))))
    structure(list(table = .faithTable(runs, level),
                   curves = .curveRows(runs, task$recorded),
                   genes = vapply(runs, `[[`, task$high + 0, "score"),
                   agreement = .agreement(values), level = level,
                   moved = task$moved, states = .attendsToStates(model),
                   unit = if (!.hasClasses(model)) .unitOf(.targetOf(model))),
              class = "faithfulness")
}

.checkShares <- function(x) {
    if (!is.numeric(x) || length(x) < 2L || anyNA(x) || min(x) != 0 ||
        max(x) != 1 || is.unsorted(x, strictly = TRUE)) {
        .stop("{.arg fractions} must increase from 0 to 1",
              x = "It is {.val {(.some(x))}}.")
    }
}

# ---- curves -----------------------------------------------------------------

# `value`: a function that returns, for each gene, what is recorded given only
# the bins that are TRUE in `kept` (inputs x genes): the probability of the
# class predicted from the original signal or, for numbers, the change from no
# signal, in the direction of the original signal. `high`: the class, or this
# direction.
.occlusionTask <- function(model, signal, fractions, threads) {
    x <- as.vector(.inputMatrix(model, signal))
    of <- function(x) .predictedLogit(model, .inputLogit(model, x, threads))
    all <- of(x)
    none <- of(0 * x)
    classes <- .hasClasses(model)
    moved <- mean(abs(.responseOf(model, all) - .responseOf(model, none)))
    .checkMoved(model, moved)
    high <- if (classes) all > 0 else all > none
    sign <- ifelse(high, 1, -1)
    list(moved = moved, inputs = length(x) / nrow(signal),
         genes = nrow(signal), high = high, fractions = fractions,
         recorded = if (classes) "probability" else "change",
         value = function(kept) {
             given <- of(x * as.vector(kept))
             if (classes) stats::plogis(sign * given)
             else sign * (given - none)
         })
}

# Of the probability, or in standard deviations of the training genes.
.leastMoved <- 0.0025

.checkMoved <- function(model, moved) {
    target <- .targetOf(model)
    classes <- .isClass(target)
    least <- .leastMoved * if (classes) 1 else target$spread
    if (moved < least) {
        what <- if (classes) "probability of high expression" else "prediction"
        .stop("The predictions of {.arg model} do not depend on the signal",
              x = "Without any signal, the {what} changes by
                   {signif(moved, 2)} on average.",
              i = "No explanation of such predictions can be faithful. Train
                   the model longer, or look at its performance with
                   {.fn evaluate}.")
    }
}

# Signed so that the bins that most support the predicted class have the highest
# values.
.towardsClass <- function(explanation, values, high) {
    if (is.null(.explanations[[explanation]]$signed)) return(values)
    values * rep(ifelse(high, 1, -1), each = nrow(values))
}

# Both curves of each gene, genes x fractions, with the area between them.
.orderCurves <- function(task, values) {
    places <- apply(-values, 2L, rank, ties.method = "random")
    values <- function(keep) {
        vapply(round(task$fractions * task$inputs), function(n) {
            task$value(keep(n))
        }, numeric(task$genes))
    }
    .withAreas(values(function(n) places > n),
               values(function(n) places <= n), task)
}

.randomCurves <- function(task, draws) {
    runs <- replicate(draws, simplify = FALSE, .orderCurves(
        task, matrix(stats::runif(task$inputs * task$genes), task$inputs)))
    average <- function(curve) {
        Reduce(`+`, lapply(runs, `[[`, curve)) / draws
    }
    .withAreas(average("deletion"), average("insertion"), task)
}

.withAreas <- function(deletion, insertion, task) {
    fractions <- task$fractions
    steps <- diff(fractions)
    weights <- (c(steps, 0) + c(0, steps)) / 2 # trapezoids
    area <- function(curve) drop(curve %*% weights)
    list(deletion = deletion, insertion = insertion, fractions = fractions,
         score = (area(insertion) - area(deletion)) / task$moved,
         areas = c(deletion = mean(area(deletion)),
                   insertion = mean(area(insertion))))
}

# `recorded`: the name of the column of values.
.curveRows <- function(runs, recorded) {
    rows <- lapply(names(runs), function(name) {
        own <- runs[[name]]
        data.frame(explanation = name,
                   curve = rep(c("deletion", "insertion"),
                               each = length(own$fractions)),
                   fraction = rep(own$fractions, 2L),
                   value = c(colMeans(own$deletion), colMeans(own$insertion)))
    })
    rows <- do.call(rbind, rows)
    names(rows)[4L] <- recorded
    rows
}

# ---- results ----------------------------------------------------------------

.faithTable <- function(runs, level) {
    rows <- lapply(names(runs), function(name) {
        own <- runs[[name]]
        over <- function(other) {
            .overScores(own$score - runs[[other]]$score, level, other,
                        name == other)
        }
        data.frame(explanation = name, deletion = own$areas[["deletion"]],
                   insertion = own$areas[["insertion"]],
                   score = mean(own$score), over("random"), over("signal"))
    })
    do.call(rbind, rows)
}

# NA for the comparison of an explanation with itself.
.overScores <- function(difference, level, other, itself) {
    half <- stats::qt((1 + level) / 2, length(difference) - 1) *
        stats::sd(difference) / sqrt(length(difference))
    out <- mean(difference) + c(0, -half, half)
    p <- .pairedTest(difference, numeric(length(difference)))
    out <- data.frame(out[1L], out[2L], out[3L], p)
    if (itself) out[] <- NA_real_
    name <- if (other == "random") "overRandom" else "overSignal"
    stats::setNames(out, paste0(name, c("", "Lower", "Upper", "P")))
}

.agreement <- function(values) {
    ranks <- lapply(values, function(v) t(apply(abs(v), 2L, rank)))
    pair <- function(a, b) {
        stats::median(.rowScores(ranks[[a]], ranks[[b]], "correlation"),
                      na.rm = TRUE)
    }
    outer(stats::setNames(nm = names(ranks)),
          stats::setNames(nm = names(ranks)), Vectorize(pair))
}
