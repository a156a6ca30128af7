# The predictions of one or more models for the same genes, which plotROC(),
# plotPR() and plotCalibration() draw.

# One row per model, cell type and gene with a label: `model`, `cellType`,
# `label` and `logit`.
.scoredGenes <- function(models, signal, cellTypes, threads) {
    models <- .namedModels(models)
    for (model in models) {
        one <- if (is(model, "AttentiveChromePanel")) model[[1L]] else model
        .checkClasses(one, "x")
    }
    signal <- .partOf(signal, "test", "signal")
    .checkSignal(signal)
    cellTypes <- .checkCellTypes(signal, cellTypes %||% colnames(signal),
                                 "cellTypes")
    signal <- signal[, cellTypes]
    label <- expressionLabel(signal)
    rows <- lapply(names(models), function(name) {
        logit <- stats::predict(models[[name]], signal, type = "link",
                                threads = threads)
        data.frame(model = factor(name, names(models)),
                   cellType = factor(cellTypes[col(logit)], cellTypes),
                   label = as.vector(label), logit = as.vector(logit))
    })
    rows <- do.call(rbind, rows)
    rows <- rows[!is.na(rows$label) & !is.na(rows$logit), ]
    .checkBothLabels(rows)
    rows
}

.checkBothLabels <- function(rows) {
    groups <- interaction(rows$cellType, rows$model, sep = ", ")
    for (group in levels(groups)) {
        if (length(unique(rows$label[groups == group])) < 2L) {
            .stop("{.arg signal} must have genes with high and with low
                   expression",
                  x = "In {group}, there are
                       {sum(groups == group)} genes with a label, of at most
                       one class.")
        }
    }
}

# A model of any class that this package predicts with, or a named list.
.namedModels <- function(x) {
    predicts <- function(model) {
        exists(paste0("predict.", class(model)[1L]), topenv(),
               inherits = FALSE)
    }
    if (predicts(x)) return(list(model = x))
    if (!is.list(x) || !.areNames(names(x)) || !all(vapply(x, predicts, NA))) {
        .stop("{.arg x} must be a model, a baseline, or a list of them, each
               with its own name",
              x = "It is of class {.cls {class(x)[1]}}.",
              i = "For example {.code list(network = model, zones = zones)}.")
    }
    x
}

# By model and cell type, in this order, as a list of data frames.
.splitScores <- function(scores) {
    split(scores, list(scores$model, scores$cellType), sep = ", ")
}

.rowsOf <- function(scores, rows) {
    do.call(rbind, lapply(.splitScores(scores), function(own) {
        cbind(own[1L, c("model", "cellType")], rows(own$label, own$logit),
              row.names = NULL)
    }))
}

# "AUROC in E003: network 0.931; zones 0.925", a line for each cell type, which
# is named if there are several.
.scoreLines <- function(scores, title, measure) {
    one <- nlevels(scores$cellType) == 1L
    lines <- vapply(split(scores, scores$cellType), function(cell) {
        values <- vapply(split(cell, cell$model), function(own) {
            measure(own$label, own$logit)
        }, "")
        if (nlevels(scores$model) > 1L) values <- paste(names(values), values)
        place <- if (one) "" else paste(" in", cell$cellType[1L])
        paste0(title, place, ": ", paste(values, collapse = "; "))
    }, "")
    paste(lines, collapse = "\n")
}

.modelPalette <- c("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00",
                   "#56B4E9", "#000000")

# Lines of several models have colours; a single one has no legend.
.scaleModels <- function(models) {
    ggplot2::scale_colour_manual(
        NULL, values = stats::setNames(rep_len(.modelPalette, length(models)),
                                       models),
        guide = if (length(models) > 1L) "legend" else "none")
}

.byCellType <- function(scores) {
    if (nlevels(scores$cellType) > 1L) {
        ggplot2::facet_wrap(ggplot2::vars(.data$cellType))
    }
}
