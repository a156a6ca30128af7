#' Predict gene expression
#'
#' @param object A model or an ensemble ([attentiveChrome()]), whose logit is
#'   the mean over its members, or a baseline ([trainBaseline()]).
#' @param newdata A signal ([chromatinSignal()]) with the model's bins and
#'   marks. The marks may be in any order; further marks are ignored.
#' @param type `"response"`: the probability of high expression; `"link"`: its
#'   logit; `"class"`: 1 (high) if the probability is above 0.5, otherwise 0
#'   (low), coded as in [expressionLabel()].
#' @param threads Number of threads; by default the option
#'   `AttentiveChrome.threads`, then the environment variable
#'   `OMP_NUM_THREADS`, then 1. The result does not depend on it.
#' @param ... Not used.
#' @return A matrix of genes x cell types, with the names of `newdata`.
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
#' head(predict(model, signal))
#' table(predict(model, signal, type = "class"), expressionLabel(signal))
predict.AttentiveChromeModel <- function(object, newdata,
                                         type = c("response", "link", "class"),
                                         threads = NULL, ...) {
    type <- .checkChoice(type, "type", c("response", "link", "class"))
    .fromLogit(.forward(object, newdata, threads, "newdata")$logit, type)
}

#' @rdname predict.AttentiveChromeModel
#' @export
predict.AttentiveChromeEnsemble <- predict.AttentiveChromeModel

#' @rdname predict.AttentiveChromeModel
#' @export
predict.BaselineModel <- function(object, newdata,
                                  type = c("response", "link", "class"), ...) {
    type <- .checkChoice(type, "type", c("response", "link", "class"))
    .fromLogit(.logitOfBaseline(object, newdata, "newdata"), type)
}

.fromLogit <- function(logit, type) {
    switch(type, link = logit, response = stats::plogis(logit),
           class = (logit > 0) + 0L)
}

# The logit, genes x cell types, and where it is wanted the attention: the
# core's arrays, named by stage, or the parts of a gate.
.forward <- function(model, signal, threads, arg = "signal",
                     attention = FALSE) {
    .checkFits(signal, .modelFormat(model), arg)
    input <- .modelInput(signal, model@marks, colnames(signal),
                         model@transform, .scaleOf(model))
    out <- .predictInput(model, input, threads, attention)
    out$logit <- matrix(out$logit, nrow(signal), dimnames = dimnames(signal))
    if (!attention) return(out["logit"])
    names(out$attention) <- vapply(.modelStages(model), `[[`, "", "name")
    gate <- .architectures[[model@architecture]]$gate
    if (!is.null(gate)) {
        out$attention <- .gateParts(out$attention[[gate]], model@marks)
    }
    out
}

# What the core tells of a gate: alpha and the shares, bins x marks x samples,
# and beta, marks x samples.
.gateParts <- function(gate, marks) {
    marks <- length(marks)
    bins <- (dim(gate)[1L] / marks - 1) / 2
    samples <- dim(gate)[3L]
    gate <- matrix(gate, ncol = samples)
    map <- seq_len(bins * marks)
    part <- function(rows) array(gate[rows, ], c(bins, marks, samples))
    list(alpha = part(map), beta = gate[bins * marks + seq_len(marks), ],
         share = part(bins * marks + marks + map))
}

# The same for the output of .modelInput(). Ensembles have the mean logit of
# their members, and no attention: each member has its own.
.predictInput <- function(model, input, threads, attention = FALSE) {
    if (.isEnsemble(model)) {
        return(list(logit = .overMembers(model, function(member) {
            .predictInput(member, input, threads)$logit
        })))
    }
    .predictGenes(.modelNetwork(model, threads), .blockOf(model@parameters),
                  input, attention)
}
