#' @rdname attention
#' @export
setMethod("attention", "AttentiveChromeModel",
          function(model, signal, threads = NULL, ...) {
    architecture <- .architectures[[model@architecture]]
    if (.describeAttention(architecture) == "none") .stopNoAttention(model)
    out <- .forward(model, signal, threads)
    assays <- .alphaAssays(architecture, out$attention, model@marks, signal)
    if (!is.null(architecture$beta)) {
        beta <- .attentionAssay(out$attention[[architecture$beta]], signal)
        dimnames(beta)[[3L]] <- model@marks
        assays$beta <- beta
    }
    .explanation(assays, out$logit, signal, "attention")
})

# The explanation of a signal, in the signal's own class: one array per mark and
# the predicted probability, with the annotation of genes and cell types.
.explanation <- function(assays, logit, signal, kind) {
    marks <- setdiff(names(assays), .otherAssays)
    assays$probability <- stats::plogis(logit)
    if ("label" %in% assayNames(signal)) {
        assays$label <- expressionLabel(signal)
    }
    .makeSignal(assays, signal@bins, rowRanges(signal), colData(signal), marks,
                signal@columns, kind)
}

# alpha of each mark or, if the architecture reads all marks of a bin jointly,
# the joint alpha.
.alphaAssays <- function(architecture, attention, marks, signal) {
    if (!is.null(architecture$joint)) {
        alpha <- .attentionAssay(attention[[architecture$joint]], signal)
        return(stats::setNames(list(alpha), .allMarks))
    }
    alpha <- attention[[architecture$alpha]]
    assays <- lapply(seq_along(marks), function(j) {
        .attentionAssay(alpha[, j, ], signal)
    })
    stats::setNames(assays, marks)
}

.stopNoAttention <- function(model) {
    attends <- vapply(.architectures, .describeAttention, "") != "none"
    .stop("{.arg model} has no attention",
          x = "Its architecture is {.val {model@architecture}}.",
          i = "{.fn attribution} shows what its predictions depend on. These
               architectures have attention:
               {.val {names(.architectures)[attends]}}.")
}

# The core's [positions x samples] as genes x cell types x positions.
.attentionAssay <- function(weights, signal) {
    positions <- length(weights) / nrow(signal) / ncol(signal)
    array(t(matrix(weights, positions)), c(dim(signal), positions),
          c(dimnames(signal), list(NULL)))
}
