# The R code of the explorer's panels. What a panel shows is what runs: its data
# are the value of its code. Code is `given` (slow, for a whole cell type, and
# kept), statements that panels share, and `code`, whose last value the panel
# shows.

# Quoted text, or a vector of it. Names of genes, marks and cell types come into
# code through here alone.
.quoted <- function(x) {
    text <- vapply(x, deparse, "", USE.NAMES = FALSE)
    if (length(text) == 1L) text
    else sprintf("c(%s)", paste(.wrapped(text), collapse = ",\n      "))
}

# Items in lines of about 70 characters.
.wrapped <- function(items) {
    line <- (cumsum(nchar(items) + 2L) - 1L) %/% 70L
    vapply(split(items, line), paste, "", collapse = ", ")
}

.runCode <- function(code, scope) {
    eval(parse(text = code, keep.source = FALSE), scope)
}

# ---- code of the panels ------------------------------------------------------

.logitCode <- function(cellType) {
    sprintf("logit <- predict(model, signal[, %s], type = \"link\")[, 1]",
            .quoted(cellType))
}

# data.frame() of parts, one a line.
.frameCode <- function(parts) {
    sprintf("data.frame(\n    %s)", paste(parts, collapse = ",\n    "))
}

# What was measured, if the signal tells; `index` are the rows and columns.
.measuredParts <- function(app, x, index) {
    c(if (app$has$label) sprintf(
          "measured = c(\"low\", \"high\")[expressionLabel(%s)[%s] + 1]", x,
          index),
      if (app$has$expression) sprintf(
          "expression = assay(%s, \"expression\")[%s]", x, index))
}

.tableCode <- function(app, cellType) {
    c(paste("genes <-", .frameCode(c(
        "gene = rownames(signal)",
        if (app$has$symbol) "symbol = rowData(signal)$symbol",
        "chromosome = as.vector(seqnames(signal))",
        "probability = plogis(logit)",
        .measuredParts(app, "signal", paste(",", .quoted(cellType))),
        "row.names = NULL"))),
      "genes[order(-genes$probability), ]")
}

.geneCode <- function(gene, cellType = NULL) {
    sprintf("gene <- signal[%s, %s]", .quoted(gene),
            if (is.null(cellType)) "" else .quoted(cellType))
}

.predictionCode <- function(app) {
    .frameCode(c(
        "probability = predict(model, gene)[1, 1]",
        if (app$has$members) paste0(
            "predictionUncertainty(model, gene)[\n        ",
            "c(\"lowest\", \"highest\", \"total\", \"data\", \"training\")]"),
        if (app$has$sets)
            "set = predict(model, gene, type = \"set\", level = 0.9)[1, 1]",
        .measuredParts(app, "gene", "1, 1")))
}

.lookedCode <- "looked <- attention(model, gene)"

# Tracks: "alpha" or methods of attribution().
.tracksCode <- function(gene, tracks) {
    calls <- ifelse(tracks == "alpha", "looked",
                    sprintf("attribution(model, gene, \"%s\")", tracks))
    what <- if ("alpha" %in% tracks) ", what = \"alpha\"" else ""
    list <- if (length(calls) == 1L) calls
            else sprintf("list(\n    %s)", paste(calls, collapse = ",\n    "))
    sprintf("plotGene(gene, %s,\n    %s%s)", list, .quoted(gene), what)
}

.betaCode <- function(gene) {
    sprintf("plotMarkAttention(looked, %s)", .quoted(gene))
}

.nearGenes <- 200L

.nearCode <- function(gene) {
    id <- .quoted(gene)
    c(sprintf("# The %d genes of the nearest logits", .nearGenes),
      sprintf("far <- abs(logit - logit[[%s]])", id),
      sprintf("near <- c(%s, head(setdiff(names(sort(far)), %s), %d))", id, id,
              .nearGenes))
}

.neighboursCode <- function(app, gene, cellType, shown = 10L) {
    c(.nearCode(gene),
      "# The space: the probability, and those without each mark",
      sprintf("silenced <- predictEdits(model, signal[near, %s], sapply(",
              .quoted(cellType)),
      "    marks(model), function(mark) list(\"silence\", mark),",
      "    simplify = FALSE))",
      "without <- matrix(silenced$after, length(near),",
      "    dimnames = list(near, paste(\"without\", marks(model))))",
      "space <- cbind(probability = plogis(logit[near]), without)",
      "distance <- sqrt(rowSums(sweep(space, 2, space[1, ])^2))",
      sprintf("closest <- order(distance)[seq_len(min(%d, length(near)))]",
              shown + 1L),
      paste0(.frameCode(c(
          "gene = near", if (app$has$symbol)
              "symbol = rowData(signal[near, ])$symbol",
          "distance, space, check.names = FALSE, row.names = NULL")),
          "[closest, ]"))
}

.cellTypesCode <- function(app) {
    c(paste("cellTypes <-", .frameCode(c(
          "cellType = colnames(gene)",
          "probability = predict(model, gene)[1, ]",
          .measuredParts(app, "gene", "1, "), "row.names = NULL"))),
      "cellTypes[order(-cellTypes$probability), ]")
}

.overlayCode <- function(gene, cellTypes) {
    sprintf("plotCellTypes(signal, %s, %s)", .quoted(gene), .quoted(cellTypes))
}
