# What the explorer knows of a model and a signal before a gene is chosen, and
# what it keeps: the logits of the cell types that were looked at, and the
# results of the last genes.

.explorerApp <- function(model, signal) {
    .checkModel(model)
    .checkClasses(model)
    .checkFits(signal, .modelFormat(model))
    if (nrow(signal) < 2L || anyDuplicated(rownames(signal))) {
        .stop("{.arg signal} must have at least two genes, each with its own
               row name",
              x = "It has {nrow(signal)} gene{?s}.")
    }
    app <- list(model = model, signal = signal, genes = rownames(signal),
                titles = .geneTitles(signal, seq_len(nrow(signal))),
                cellTypes = colnames(signal), marks = marks(model),
                has = .explorable(model, signal),
                tracks = .explorerTracks(model), kept = new.env())
    .logitsOf(app, app$cellTypes[1L])
    app
}

# What the panels can show.
.explorable <- function(model, signal) {
    architecture <- .architectures[[model@architecture]]
    scores <- .calibrationOf(model)$scores
    list(symbol = !is.null(rowData(signal)$symbol),
         label = "label" %in% assayNames(signal),
         expression = "expression" %in% assayNames(signal),
         members = .isEnsemble(model), beta = !is.null(architecture$beta),
         sets = !is.null(scores) && min(lengths(scores)) >= 9L)
}

# Names are shown. The first two of the list are the default.
.explorerTracks <- function(model) {
    attends <- .describeAttention(.architectures[[model@architecture]]) !=
        "none"
    c(if (attends) c(`Attention (alpha)` = "alpha"),
      if (.hasShares(model)) c(`Share of the logit` = "share"),
      `Integrated gradients` = "integratedGradients",
      `Gradient x signal` = "gradientInput", Saliency = "saliency",
      Occlusion = "occlusion")
}

# ---- memory ------------------------------------------------------------------

.keptResults <- 300L

# The value, computed once for each key as long as it is among the last ones.
.remember <- function(app, key, value) {
    if (!is.null(app$kept[[key]])) return(app$kept[[key]]$value)
    old <- ls(app$kept, sorted = FALSE)
    if (length(old) >= .keptResults) {
        age <- vapply(old, function(k) app$kept[[k]]$made, 0)
        rm(list = old[order(age)[seq_len(.keptResults %/% 2L)]],
           envir = app$kept)
    }
    made <- proc.time()[["elapsed"]]
    assign(key, list(value = value, made = made), app$kept)
    value
}

# The calibrated logits of all genes in a cell type, named.
.logitsOf <- function(app, cellType) {
    .remember(app, paste("logits", cellType), {
        logit <- .forward(app$model, app$signal[, cellType], NULL)$logit
        .predictedLogit(app$model, logit)[, 1L]
    })
}

# The signal of one gene in all cell types.
.geneSignal <- function(app, gene) {
    .remember(app, paste("gene", gene), .realized(app$signal[gene, ]))
}

.realized <- function(signal) {
    for (name in assayNames(signal)) {
        values <- assay(signal, name, withDimnames = FALSE)
        if (is(values, "DelayedArray")) {
            assay(signal, name, withDimnames = FALSE) <- as.array(values)
        }
    }
    signal
}

# ---- panels ------------------------------------------------------------------

# A panel: its code, the value of its code, and what describes it. `signal` has
# at least the genes that the code reads. With a cell type, the code also reads
# the logits of all its genes.
.panel <- function(app, code, file, alt, signal, cellType = NULL) {
    given <- if (!is.null(cellType)) .logitCode(cellType)
    value <- .remember(app, paste(c(given, code), collapse = "\n"), {
        logit <- if (!is.null(cellType)) .logitsOf(app, cellType)
        .runCode(code, list(model = app$model, signal = signal, logit = logit))
    })
    list(code = c(given, code), value = value, file = file, alt = alt)
}

.tablePanel <- function(app, cellType) {
    .panel(app, .tableCode(app, cellType), paste("genes", cellType),
           sprintf("Predictions of %s in %s", .nGenes(length(app$genes)),
                   cellType), app$signal, cellType)
}

# A panel of one gene.
.genePanel <- function(app, gene, code, file, alt) {
    .panel(app, code, paste(file, gene), alt, .geneSignal(app, gene))
}

.predictionPanel <- function(app, gene, cellType) {
    .genePanel(app, gene, .predictionCode(app, gene, cellType),
               paste("prediction", cellType), "Prediction")
}

.tracksPanel <- function(app, gene, cellType, tracks) {
    shown <- names(app$tracks)[app$tracks %in% tracks]
    .genePanel(app, gene, .tracksCode(gene, cellType, tracks),
               paste("tracks", cellType),
               sprintf("Signal of %s in %s around the TSS: %s; with %s", gene,
                       cellType, paste(app$marks, collapse = ", "),
                       paste(shown, collapse = ", ")))
}

.betaPanel <- function(app, gene, cellType = NULL) {
    .genePanel(app, gene, .betaCode(gene, cellType),
               paste(c("beta", cellType), collapse = " "),
               sprintf("Heat map of the attention over the marks (beta) of %s",
                       gene))
}

.neighboursPanel <- function(app, gene, cellType) {
    near <- .runCode(.nearCode(gene), list(logit = .logitsOf(app, cellType)))
    .panel(app, .neighboursCode(app, gene, cellType),
           paste("neighbours", cellType, gene),
           paste("Genes that the model predicts like", gene),
           .realized(app$signal[near, cellType]), cellType)
}

.editsPanel <- function(app, gene, cellType, edits) {
    .genePanel(app, gene, .editsCode(gene, cellType, edits),
               paste("edits", cellType), "Edits")
}

.editFigurePanel <- function(app, gene, cellType, edits) {
    .genePanel(app, gene, .editFigureCode(gene, cellType, edits),
               paste("edited", cellType),
               sprintf("Signal of each mark of %s in %s; edits: %d", gene,
                       cellType, length(edits)))
}

.cellTypesPanel <- function(app, gene) {
    .genePanel(app, gene, .cellTypesCode(app, gene), "cell types",
               paste("Predictions of", gene, "by cell type"))
}

.overlayPanel <- function(app, gene, cellTypes) {
    .genePanel(app, gene, .overlayCode(gene, cellTypes), "signal",
               sprintf("Signal of each mark of %s in %s", gene,
                       paste(cellTypes, collapse = ", ")))
}
