# The gene's expression in other cell types, as a baseline: how much of a
# prediction is the gene alone, whatever its chromatin.

# What geneMean stores: log2(1 + expression), genes x cell types, and the group
# of each cell type. `samples` are those of the training.
.otherExpression <- function(samples, label, expression = NULL, groups = NULL,
                             ...) {
    if (is.null(expression)) {
        .stop("{.arg expression} must have the expression of the genes in other
               cell types",
              i = "It is a table as for {.fn addExpression}, of training and
                   test genes. Without it, {.arg signal} must be a split whose
                   parts have expression.")
    }
    table <- .asExpression(expression, 1L)
    if (min(table, na.rm = TRUE) < 0) {
        .stop("{.arg expression} must not be negative",
              x = "The minimum is {signif(min(table, na.rm = TRUE), 3)}.")
    }
    groups <- .cellTypeGroups(groups, union(colnames(table),
                                         unique(samples$cellType)))
    fit <- list(expression = log2(1 + table), groups = groups)
    if (all(is.na(.geneMeans(samples, fit)))) {
        .stop("{.arg expression} must have the training genes in cell types
               other than their own",
              x = "It has {ncol(table)} cell type{?s}:
                   {(.some(colnames(table)))}.",
              i = "The genes are {(.some(samples$gene, 3L))}; the table has
                   {(.some(rownames(table), 3L))}.")
    }
    fit
}

# The expression of all genes of a split; NULL if it has none.
.splitExpression <- function(parts) {
    if (!all(vapply(parts, function(part) {
        "expression" %in% assayNames(part)
    }, NA))) return(NULL)
    do.call(rbind, lapply(unclass(unname(parts)), function(part) {
        .assayMatrix(part, "expression")
    }))
}

# The group of each cell type: its own name, unless `groups` says otherwise.
.cellTypeGroups <- function(groups, cellTypes, arg = "groups") {
    own <- stats::setNames(nm = cellTypes)
    if (is.null(groups)) return(own)
    groups <- if (is.list(groups)) unlist(groups) else groups
    if (!.areNames(names(groups)) || anyNA(groups)) {
        .stop("{.arg {arg}} must be a vector with a group for cell types, which
               are its names",
              x = "It has the names {.val {names(groups) %||% ''}}.",
              i = "For example {.code c(E003 = \"stem cells\",
                   E004 = \"stem cells\")}.")
    }
    known <- intersect(names(groups), cellTypes)
    own[known] <- as.character(groups[known])
    own
}

# The mean over the cell types that are not of the sample's own group; NA
# without one.
.geneMeans <- function(samples, fit) {
    ids <- rownames(fit$expression)
    row <- match(samples$gene, ids)
    row[is.na(row)] <- match(.withoutVersion(samples$gene[is.na(row)]),
                             .withoutVersion(ids))
    mean <- rep(NA_real_, length(row))
    for (cellType in unique(samples$cellType)) {
        own <- fit$groups[cellType]
        if (is.na(own)) own <- cellType
        others <- fit$groups[colnames(fit$expression)] != own
        here <- samples$cellType == cellType
        mean[here] <- rowMeans(fit$expression[row[here], others, drop = FALSE],
                               na.rm = TRUE)
    }
    mean[is.nan(mean)] <- NA
    cbind(geneMean = mean)
}
