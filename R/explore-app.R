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
    .remember(app, paste("gene", gene), .inMemory(app$signal[gene, ]))
}

# ---- panels ------------------------------------------------------------------

# A panel: its code, the value of its code, and what describes it. `signal` has
# at least the genes that the code reads. With a cell type, the code also reads
# the logits of all its genes. `shared` are the statements with which the code
# begins, if other panels begin with them, too.
.panel <- function(app, code, file, alt, signal, cellType = NULL,
                   shared = NULL) {
    given <- if (!is.null(cellType)) .logitCode(cellType)
    value <- .remember(app, paste(c(given, shared, code), collapse = "\n"), {
        logit <- if (!is.null(cellType)) .logitsOf(app, cellType)
        values <- list(model = app$model, signal = signal, logit = logit)
        .runCode(code, .sharedScope(app, shared, values))
    })
    list(code = c(given, shared, code), value = value, file = file, alt = alt)
}

# Where code finds what shared statements assign. Each has a scope of its own,
# inside that of the statements before it, and runs once.
.sharedScope <- function(app, statements, values) {
    last <- length(statements)
    if (last == 0L) return(list2env(values, parent = topenv()))
    .remember(app, paste(c("scope of", statements), collapse = "\n"), {
        scope <- new.env(parent = .sharedScope(app, statements[-last], values))
        .runCode(statements[last], scope)
        scope
    })
}

.tablePanel <- function(app, cellType) {
    .panel(app, .tableCode(app, cellType), paste("genes", cellType),
           sprintf("Predictions of %s in %s", .nGenes(length(app$genes)),
                   cellType), app$signal, cellType)
}

# A panel of one gene.
.genePanel <- function(app, gene, code, file, alt, shared = NULL) {
    .panel(app, code, paste(file, gene), alt, .geneSignal(app, gene),
           shared = shared)
}

.predictionPanel <- function(app, gene, cellType) {
    .genePanel(app, gene, .predictionCode(app), paste("prediction", cellType),
               "Prediction", .geneCode(gene, cellType))
}

.tracksPanel <- function(app, gene, cellType, tracks) {
    shown <- names(app$tracks)[app$tracks %in% tracks]
    .genePanel(app, gene, .tracksCode(gene, tracks), paste("tracks", cellType),
               sprintf("Signal of %s in %s around the TSS: %s; with %s", gene,
                       cellType, paste(app$marks, collapse = ", "),
                       paste(shown, collapse = ", ")),
               c(.geneCode(gene, cellType),
                 if ("alpha" %in% tracks) .lookedCode))
}

.betaPanel <- function(app, gene, cellType = NULL) {
    .genePanel(app, gene, .betaCode(gene),
               paste(c("beta", cellType), collapse = " "),
               sprintf("Heat map of the attention over the marks (beta) of %s",
                       gene), c(.geneCode(gene, cellType), .lookedCode))
}

.neighboursPanel <- function(app, gene, cellType) {
    near <- .runCode(.nearCode(gene),
                     list2env(list(logit = .logitsOf(app, cellType)),
                              parent = topenv()))
    .panel(app, .neighboursCode(app, gene, cellType),
           paste("neighbours", cellType, gene),
           paste("Genes that the model predicts like", gene),
           .inMemory(app$signal[near, cellType]), cellType)
}

.editsPanel <- function(app, gene, cellType, edits) {
    .genePanel(app, gene, .editsCode(cellType, edits),
               paste("edits", cellType), "Edits",
               .stepsCode(gene, cellType, edits))
}

.editFigurePanel <- function(app, gene, cellType, edits) {
    .genePanel(app, gene, .editFigureCode(gene, cellType, edits),
               paste("edited", cellType),
               sprintf("Signal of each mark of %s in %s; edits: %d", gene,
                       cellType, length(edits)),
               .stepsCode(gene, cellType, edits))
}

.cellTypesPanel <- function(app, gene) {
    .genePanel(app, gene, .cellTypesCode(app), "cell types",
               paste("Predictions of", gene, "by cell type"), .geneCode(gene))
}

.overlayPanel <- function(app, gene, cellTypes) {
    .genePanel(app, gene, .overlayCode(gene, cellTypes), "signal",
               sprintf("Signal of each mark of %s in %s", gene,
                       paste(cellTypes, collapse = ", ")))
}
