# Whether the bins that an explanation names are those that the prediction
# rests on: taken away, the prediction should fall; alone, it should stand.

#' How faithful explanations are to the model
#'
#' Deletion: the bins of each gene are set to 0, the most important first, and
#' the probability of the class that the model had predicted is followed;
#' insertion: from no signal at all the bins are put back in the same order. A
#' faithful explanation loses the prediction early and regains it early. Random
#' order and the order of the signal itself (the fullest bins first) stand
#' beside: only an explanation that beats the second tells more than the reads.
#'
#' Bins of all marks are ordered together. Attention is alpha times beta, where
#' there is a beta. `"gradientInput"`, `"integratedGradients"` and `"occlusion"`
#' say which bins speak for the predicted class, and are taken in this order;
#' the others only say how much a bin matters. Signal of which many bins are
#' removed is unlike any that the model was trained on: the curves compare
#' explanations of one model, and are not measures of biology.
#'
#' @param model A model ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the model's marks and bins;
#'   labels are not needed.
#' @param explanations As of [compareExplanations()], but for `"classOptimum"`,
#'   which has no order of its own for a gene.
#' @param cellType The name of a cell type; may be left out where there is only
#'   one.
#' @param fractions Shares of the bins to remove or to put back, from 0 to 1,
#'   rising.
#' @param draws Number of random orders.
#' @param level Level of the intervals.
#' @param seed Whole number for the random orders and for the order of ties;
#'   `NULL` goes on in R's random numbers.
#' @param threads Threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A list of class `faithfulness` with three data frames and a matrix.
#'   `table` has a row an explanation, and one for `"random"`: `deletion` and
#'   `insertion`, the areas under the curves, means over the genes (from 0 to 1;
#'   a low deletion and a high insertion are good); `score`, insertion less
#'   deletion; `overRandom`, the score less that of the random orders, with its
#'   interval (`overRandomLower`, `overRandomUpper`, from the genes' differences
#'   by the t distribution) and Wilcoxon's signed rank test (`overRandomP`); and
#'   the same four over the signal. `curves`: `explanation`, `curve`
#'   (`"deletion"` or `"insertion"`), `fraction` and `probability`, mean over
#'   the genes. `genes`: each gene's score, a column an explanation.
#'   `agreement`: the median over the genes of Spearman's rank correlation of
#'   the importance of the bins, its sign left aside, explanations x
#'   explanations.
#'
#'   `plot()` draws the curves or, with `type = "agreement"`, that matrix.
#' @references Petsiuk et al. (2018), RISE, <https://arxiv.org/abs/1806.07421>;
#'   Jain and Wallace (2019), <https://arxiv.org/abs/1902.10186>.
#' @seealso [compareExplanations()], [attribution()]
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 200, bins = 20, seed = 1,
#'     deciding = list(H3K4me3 = 9:12)))
#' model <- attentiveChrome(parts$train, epochs = 8, hidden = 6,
#'     markHidden = 4, learningRate = 0.01, transform = "log1p", seed = 1)
#' faith <- faithfulness(model, parts$test, seed = 1)
#' faith
#' plot(faith)
faithfulness <- function(model, signal, explanations = NULL, cellType = NULL,
                         fractions = seq(0, 1, by = 0.05), draws = 10,
                         level = 0.95, seed = NULL, threads = NULL) {
    .checkModel(model)
    .checkFits(signal, .modelFormat(model))
    explanations <- .chooseExplanations(model, explanations, general = FALSE)
    .checkShares(fractions)
    .checkNumber(draws, "draws", 1, whole = TRUE)
    .checkNumber(level, "level", 0.5, 0.9999)
    if (nrow(signal) < 2L) .stop("{.arg signal} must have at least two genes")
    signal <- signal[, .checkCellType(signal, cellType)]
    inputs <- length(model@marks) * length(binOffsets(model))
    values <- lapply(stats::setNames(nm = explanations), function(name) {
        matrix(.importance(name, model, signal, threads), inputs)
    })
    task <- .occlusionTask(model, signal, fractions, threads)
    runs <- .withSeed(seed, c(
        lapply(stats::setNames(nm = explanations), function(name) {
            .orderCurves(task, .towardsClass(name, values[[name]], task$high))
        }),
        list(random = .randomCurves(task, draws))))
    structure(list(table = .faithTable(runs, level), curves = .curveRows(runs),
                   genes = vapply(runs, `[[`, task$high + 0, "score"),
                   agreement = .agreement(values), level = level),
              class = "faithfulness")
}

.checkShares <- function(x) {
    if (!is.numeric(x) || length(x) < 2L || anyNA(x) || min(x) != 0 ||
        max(x) != 1 || is.unsorted(x, strictly = TRUE)) {
        .stop("{.arg fractions} must rise from 0 to 1",
              x = "It is {.val {(.some(x))}}.")
    }
}

# ---- curves -----------------------------------------------------------------

# `probability`: of the class predicted from the whole signal, gene by gene,
# from those bins that are TRUE in `kept`, inputs x genes.
.occlusionTask <- function(model, signal, fractions, threads) {
    x <- .modelInput(signal, model@marks, colnames(signal),
                     model@transform)$x
    logitOf <- function(x) {
        .predictInput(model, list(x = x, y = NULL), threads)$logit
    }
    high <- logitOf(x) > 0
    list(inputs = length(x) / nrow(signal), genes = nrow(signal), high = high,
         fractions = fractions,
         probability = function(kept) {
             stats::plogis(ifelse(high, 1, -1) * logitOf(x * as.vector(kept)))
         })
}

# What speaks most for the predicted class is the most important.
.towardsClass <- function(explanation, values, high) {
    if (is.null(.explanations[[explanation]]$signed)) return(values)
    values * rep(ifelse(high, 1, -1), each = nrow(values))
}

# Both curves of each gene, genes x fractions, with what lies between them.
.orderCurves <- function(task, values) {
    places <- apply(-values, 2L, rank, ties.method = "random")
    probabilities <- function(keep) {
        vapply(round(task$fractions * task$inputs), function(n) {
            task$probability(keep(n))
        }, numeric(task$genes))
    }
    .withAreas(probabilities(function(n) places > n),
               probabilities(function(n) places <= n), task$fractions)
}

.randomCurves <- function(task, draws) {
    runs <- replicate(draws, simplify = FALSE, .orderCurves(
        task, matrix(stats::runif(task$inputs * task$genes), task$inputs)))
    average <- function(curve) {
        Reduce(`+`, lapply(runs, `[[`, curve)) / draws
    }
    .withAreas(average("deletion"), average("insertion"), task$fractions)
}

.withAreas <- function(deletion, insertion, fractions) {
    steps <- diff(fractions)
    weights <- (c(steps, 0) + c(0, steps)) / 2 # trapezoids
    area <- function(curve) drop(curve %*% weights)
    list(deletion = deletion, insertion = insertion, fractions = fractions,
         score = area(insertion) - area(deletion),
         areas = c(deletion = mean(area(deletion)),
                   insertion = mean(area(insertion))))
}

.curveRows <- function(runs) {
    rows <- lapply(names(runs), function(name) {
        own <- runs[[name]]
        data.frame(explanation = name,
                   curve = rep(c("deletion", "insertion"),
                               each = length(own$fractions)),
                   fraction = rep(own$fractions, 2L),
                   probability = c(colMeans(own$deletion),
                                   colMeans(own$insertion)))
    })
    do.call(rbind, rows)
}

# ---- what they tell ---------------------------------------------------------

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

# Nothing is over itself.
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
    outer(stats::setNames(nm = names(ranks)), stats::setNames(nm = names(ranks)),
          Vectorize(pair))
}
