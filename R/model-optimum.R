# The input that maximises the score of a class.

#' The signal that a class likes best
#'
#' Class optimisation, as in DeepChrome (section 3) and the paper (section 4):
#' the input that has the highest score for a class less `penalty` times its
#' squared length, found by gradient ascent from no signal at all. Signal is
#' not negative, so neither is the optimum.
#'
#' It shows what the model takes for typical of the class, not what any gene
#' looks like.
#'
#' @param model A model ([attentiveChrome()]).
#' @param class `"high"` or `"low"`.
#' @param penalty Weight of the L2 penalty. The larger, the smaller the optimum.
#' @param steps,rate Number and size of the steps of gradient ascent.
#' @param threads Threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A signal with one gene, `class`, in units of the signal that the
#'   model was trained on. Its `metadata()$score` is the class's logit at each
#'   step.
#' @references Singh et al. (2016), DeepChrome, Bioinformatics 32, i639;
#'   Simonyan et al. (2014), <https://arxiv.org/abs/1312.6034>.
#' @seealso [attribution()]
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' model <- attentiveChrome(signal, epochs = 2, hidden = 4, markHidden = 4,
#'     transform = "log1p", seed = 1)
#' high <- classOptimum(model, "high", steps = 20)
#' binMatrix(high, "H3K4me3")[, 46:55]
classOptimum <- function(model, class = c("high", "low"), penalty = 0.01,
                         steps = 200, rate = 1, threads = NULL) {
    .checkModel(model)
    class <- .checkChoice(class, "class", c("high", "low"))
    .checkNumber(penalty, "penalty", .Machine$double.eps)
    .checkNumber(steps, "steps", 1, whole = TRUE)
    .checkNumber(rate, "rate", .Machine$double.eps)
    sign <- if (class == "high") 1 else -1
    bins <- length(binOffsets(model))
    x <- numeric(bins * length(model@marks))
    score <- numeric(steps)
    for (i in seq_len(steps)) {
        uphill <- sign * .inputGradient(model, x, threads) - 2 * penalty * x
        x <- pmax(x + rate * uphill, 0)
        score[i] <- sign * .predictInput(model, list(x = x, y = NULL),
                                         threads)$logit
    }
    values <- matrix(.inverses[[model@transform]](x), bins)
    assays <- lapply(stats::setNames(seq_along(model@marks), model@marks),
                     function(j) {
        array(values[, j], c(1L, 1L, bins), list(class, "optimum", NULL))
    })
    out <- .makeSignal(assays, model@bins)
    metadata(out)$score <- score
    out
}
