# The input that maximises the score of a class.

#' The input that maximises a class score
#'
#' Class optimisation, as in DeepChrome (section 3) and the paper (section 4).
#' Gradient ascent from zero signal finds the input that maximises the score of
#' the class minus `penalty` times the squared length of the input. As signal is
#' not negative, the optimum is not negative either.
#'
#' The optimum shows what the model considers typical of the class. It does not
#' resemble any particular gene.
#'
#' @param model A model ([attentiveChrome()]).
#' @param class `"high"` or `"low"`.
#' @param penalty Weight of the L2 penalty. A larger penalty gives a smaller
#'   optimum.
#' @param steps,rate Number and size of the steps of gradient ascent.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A signal with one gene, named by `class`, in the units of the
#'   training signal. Its `metadata()$score` is the logit of the class after
#'   each step.
#' @references Singh et al. (2016), DeepChrome, Bioinformatics 32, i639;
#'   Simonyan et al. (2014), <https://arxiv.org/abs/1312.6034>.
#' @seealso [attribution()]
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4,
#'     transform = "log1p", seed = 1)
#' high <- classOptimum(model, "high", steps = 20)
#' binMatrix(high, "H3K4me3")[, 46:55]
classOptimum <- function(model, class = c("high", "low"), penalty = 0.01,
                         steps = 200, rate = 1, threads = NULL) {
    .checkModel(model)
    .checkClasses(model)
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
    values <- matrix(.inverses[[model@transform]](x, .scaleOf(model)), bins)
    assays <- lapply(stats::setNames(seq_along(model@marks), model@marks),
                     function(j) {
        array(values[, j], c(1L, 1L, bins), list(class, "optimum", NULL))
    })
    out <- .makeSignal(assays, model@bins)
    metadata(out)$score <- score
    out
}
