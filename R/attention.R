#' @rdname attention
#' @export
setMethod("attention", "AttentiveChromeModel",
          function(model, signal, threads = NULL, ...) {
    architecture <- .architectures[[model@architecture]]
    out <- .forward(model, signal, threads)
    alpha <- out$attention[[architecture$alpha]]
    assays <- lapply(seq_along(model@marks), function(j) {
        .attentionAssay(alpha[, j, ], signal)
    })
    names(assays) <- model@marks
    if (!is.null(architecture$beta)) {
        beta <- .attentionAssay(out$attention[[architecture$beta]], signal)
        dimnames(beta)[[3L]] <- model@marks
        assays$beta <- beta
    }
    assays$probability <- stats::plogis(out$logit)
    if ("label" %in% assayNames(signal)) {
        assays$label <- expressionLabel(signal)
    }
    .makeSignal(assays, model@bins, rowRanges(signal), colData(signal))
})

# [positions x samples] of the core as genes x cell types x positions.
.attentionAssay <- function(weights, signal) {
    positions <- length(weights) / nrow(signal) / ncol(signal)
    array(t(matrix(weights, positions)), c(dim(signal), positions),
          c(dimnames(signal), list(NULL)))
}
