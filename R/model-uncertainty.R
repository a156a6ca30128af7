#' Uncertainty of predictions
#'
#' Decomposes the uncertainty of each prediction of an ensemble into two parts:
#' what the signal leaves open, and what the training leaves open.
#'
#' Let p be the probability that a member predicts, with the calibration of the
#' ensemble, and H(p) its binary entropy in nats, which is at most log(2) =
#' 0.693.
#' * `total` is the entropy of the mean of p over the members.
#' * `data` is the mean of H(p): some genes with such signal are high, others
#'   low (aleatoric uncertainty).
#' * `training` is `total - data`, the mutual information between the class and
#'   the choice of the member: the members disagree (epistemic uncertainty). It
#'   is 0 if all members predict the same, and tends to be larger for genes
#'   unlike the training genes.
#'
#' The members differ in their seeds alone, so `training` does not include what
#' other training genes would change. With two to five members it is too small
#' on average, and varies by chance. Compare it between genes rather than with a
#' threshold.
#'
#' [predict()][predict.AttentiveChromeModel] returns the probability of the mean
#' logit. `total` is the entropy of the mean probability, as the decomposition
#' requires. The two probabilities differ little.
#'
#' @param ensemble An ensemble ([attentiveChrome()] with `members`).
#' @param signal A signal ([chromatinSignal()]) with the marks and bins of the
#'   ensemble.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return A data frame with one row per gene and cell type: `gene`, `cellType`,
#'   `probability` (the mean over the members), `lowest` and `highest` (of the
#'   members), `total`, `data` and `training`.
#' @references Lakshminarayanan et al. (2017),
#'   <https://arxiv.org/abs/1612.01474>; Depeweg et al. (2018), equation 2,
#'   <https://arxiv.org/abs/1710.07283>.
#' @seealso [predict()][predict.AttentiveChromeModel]
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' ensemble <- attentiveChrome(signal, members = 2, epochs = 2, filters = 4,
#'     context = 4, seed = 1)
#' uncertain <- predictionUncertainty(ensemble, signal)
#' head(uncertain[order(-uncertain$training), ])
predictionUncertainty <- function(ensemble, signal, threads = NULL) {
    .checkModel(ensemble, "ensemble")
    .checkClasses(ensemble, "ensemble")
    if (!.isEnsemble(ensemble)) {
        .stop("{.arg ensemble} must have several members",
              x = "It is one model.",
              i = "{.code attentiveChrome(members = 5)} trains an ensemble.")
    }
    p <- vapply(.membersOf(ensemble), function(member) {
        logit <- .forward(member, signal, threads)$logit
        as.vector(stats::plogis(.predictedLogit(ensemble, logit)))
    }, numeric(nrow(signal) * ncol(signal)))
    p <- matrix(p, ncol = length(ensemble))
    total <- .binaryEntropy(rowMeans(p))
    data <- rowMeans(.binaryEntropy(p))
    data.frame(gene = rep(rownames(signal), ncol(signal)),
               cellType = rep(colnames(signal), each = nrow(signal)),
               probability = rowMeans(p), lowest = apply(p, 1L, min),
               highest = apply(p, 1L, max), total = total, data = data,
               # Jensen's inequality, but for rounding.
               training = pmax(total - data, 0))
}

# In nats; 0 at 0 and 1.
.binaryEntropy <- function(p) {
    part <- function(p) ifelse(p > 0, -p * log(p), 0)
    part(p) + part(1 - p)
}
