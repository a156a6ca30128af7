# All explanations of predictions, in one format: the importance of each bin of
# each mark, bins x marks x genes, for one cell type. `signed`: whether positive
# values support the class high. `named`: used only if named, as it takes long.

.explanations <- list(
    attention = list(
        title = "attention", colour = "#D55E00",
        of = function(...) .overMembers(..., of = .attentionImportance)),
    share = list(title = "share of the prediction", colour = "#332288",
                 signed = TRUE),
    saliency = list(title = "saliency", colour = "#0072B2"),
    gradientInput = list(title = "gradient x input", colour = "#56B4E9",
                         signed = TRUE),
    integratedGradients = list(title = "integrated gradients",
                               colour = "#009E73", signed = TRUE),
    expectedGradients = list(title = "expected gradients", colour = "#661100",
                             signed = TRUE, named = TRUE),
    occlusion = list(title = "occlusion", colour = "#CC79A7", signed = TRUE),
    classOptimum = list(
        title = "class optimisation", colour = "#E69F00", general = TRUE,
        of = function(model, signal, threads, beta) {
            optimum <- classOptimum(model, "high", threads = threads)
            one <- vapply(model@marks, function(mark) {
                drop(binMatrix(optimum, mark))
            }, numeric(length(binOffsets(model))))
            array(one, c(dim(one), nrow(signal)))
        }),
    signal = list(
        title = "the signal itself", colour = "grey40",
        of = function(model, signal, threads, beta) {
            input <- .modelInput(signal, model@marks, colnames(signal), "none")
            array(.inputNumbers(input$x),
                  c(length(binOffsets(model)), length(model@marks),
                    nrow(signal)))
        })
)

.explanationTitles <- function(names) {
    vapply(.explanations[names], `[[`, "", "title")
}

# The explanations available for a model. Class optimisation (`general`) is the
# same for all genes.
.explanationsOf <- function(model, general = TRUE) {
    attends <- .describeAttention(.architectures[[model@architecture]])
    keep <- vapply(.explanations, function(e) {
        general || is.null(e$general)
    }, NA)
    setdiff(names(.explanations)[keep],
            c(if (attends == "none") "attention",
              if (!.hasShares(model)) "share"))
}

# `wanted`, checked, with the signal itself added for comparison.
.chooseExplanations <- function(model, wanted, general = TRUE) {
    if (is.null(wanted)) {
        own <- .explanationsOf(model, general)
        named <- vapply(.explanations[own], function(e) isTRUE(e$named), NA)
        return(own[!named])
    }
    known <- names(.explanations)
    if (!general) known <- setdiff(known, "classOptimum")
    for (name in wanted) .checkChoice(name, "explanations", known)
    if ("attention" %in% setdiff(wanted, .explanationsOf(model))) {
        .stopNoAttention(model)
    }
    union(wanted, "signal")
}

# `beta`: whether to multiply the attention over bins by that over marks. The
# seed is that of the background of expected gradients.
.importance <- function(explanation, model, signal, threads, beta = TRUE) {
    entry <- .explanations[[explanation]]
    if (!is.null(entry$of)) return(entry$of(model, signal, threads, beta))
    .importanceArray(attribution(model, signal, explanation, seed = 1,
                                 threads = threads, progress = FALSE),
                     model@marks)
}

# The result of attribution() for one cell type as bins x marks x genes.
.importanceArray <- function(x, marks) {
    aperm(array(unlist(lapply(marks, function(mark) binMatrix(x, mark))),
                c(nrow(x), length(binOffsets(x)), length(marks))),
          c(2L, 3L, 1L))
}

# alpha of each mark's bins, times the mark's beta if the architecture has one.
# A joint attention over the bins of all marks is repeated for each mark.
.attentionImportance <- function(model, signal, threads, beta) {
    architecture <- .architectures[[model@architecture]]
    attention <- .forward(model, signal, threads,
                          attention = TRUE)$attention
    shape <- c(length(binOffsets(model)), length(model@marks), nrow(signal))
    if (!is.null(architecture$joint)) {
        alpha <- matrix(attention[[architecture$joint]], shape[1L])
        each <- rep(seq_len(shape[3L]), each = shape[2L])
        return(array(alpha[, each], shape))
    }
    alpha <- array(attention[[architecture$alpha]], shape)
    if (!beta || is.null(architecture$beta)) return(alpha)
    weights <- as.vector(attention[[architecture$beta]])
    alpha * rep(weights, each = shape[1L])
}
