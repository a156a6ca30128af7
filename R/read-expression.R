# Expression tables, and the labels derived from them.

#' Add expression and labels to a signal
#'
#' Looks up the expression of the signal's genes in a table, and labels each
#' gene in each cell type as high (1) or low (0).
#'
#' Ids are first compared exactly. Those without a match are compared without
#' their Ensembl version (`ENSG00000000003.14` matches `ENSG00000000003`). Genes
#' that are missing from the table, or duplicated in it with different values,
#' have no expression and no label (`NA`). A message reports them, and training
#' omits them.
#'
#' @param signal A signal ([countReads()], [chromatinSignal()]).
#' @param expression Expression values (RPKM, TPM, counts): a matrix with genes
#'   as rows and cell types as columns; a data frame whose first text column
#'   has the gene ids; a vector with the ids as names (one cell type); a
#'   `SummarizedExperiment`; or the path of a table. Columns are matched by the
#'   names of the cell types or, if present, by their groups in
#'   `colData(signal)$group`. If there is one column and one cell type, the
#'   name of the column is ignored.
#' @param threshold Expression above this value is high: `"median"`, the median
#'   of the cell type over all genes of the table, as in the paper (section 4);
#'   another quantile, such as `"75%"`; or a number.
#' @param ids The kind of ids in the table: `"gene_id"` or `"symbol"`. The
#'   latter needs `rowData(signal)$symbol`.
#' @param assay For a `SummarizedExperiment`, name or number of the assay.
#' @return The signal with the assays `expression` and `label`, and the
#'   thresholds in `colData(x)$threshold`. A message reports the numbers of
#'   genes with high and low expression, and the genes that were not found.
#' @seealso [expressionLabel()], [chromatinExperiment()]
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 6, seed = 1)
#' rpkm <- matrix(c(0, 12, 3, 40, 0.5, 7), dimnames = list(
#'     paste0(rownames(signal), ".2"), NULL))
#' signal <- addExpression(signal, rpkm)
#' expressionLabel(signal)
addExpression <- function(signal, expression, threshold = "median",
                          ids = c("gene_id", "symbol"), assay = 1) {
    .checkSignal(signal)
    ids <- .checkChoice(ids, "ids", c("gene_id", "symbol"))
    table <- .asExpression(expression, assay)
    values <- .cellTypeColumns(
        table, colnames(signal), signal$group %||% rep(NA, ncol(signal)))
    wanted <- .wantedIds(signal, ids)
    at <- .matchIds(wanted, rownames(values), values)
    thresholds <- .thresholds(values, threshold)
    found <- values[at, , drop = FALSE]
    dimnames(found) <- dimnames(signal)
    label <- sweep(found, 2L, thresholds, `>`) + 0L
    SummarizedExperiment::assay(signal, "expression",
                                withDimnames = FALSE) <- found
    SummarizedExperiment::assay(signal, "label", withDimnames = FALSE) <- label
    colData(signal)$threshold <- unname(thresholds)
    .tellBalance(label, thresholds)
    signal
}

# ---- the table --------------------------------------------------------------

# Converts any form to a numeric matrix with ids as row names.
.asExpression <- function(expression, assay) {
    where <- "`expression`"
    if (is.character(expression) && length(expression) == 1L) {
        where <- cli::format_inline("{.file {expression}}")
        expression <- .readFrame(expression, "expression")
    }
    if (is(expression, "SummarizedExperiment")) {
        expression <- as.matrix(SummarizedExperiment::assay(expression, assay))
    } else if (is.data.frame(expression) || is(expression, "DataFrame")) {
        expression <- .expressionOfTable(as.data.frame(expression), where)
    } else if (is.numeric(expression) && is.null(dim(expression))) {
        expression <- matrix(expression, dimnames = list(names(expression),
                                                         NULL))
    }
    if (!is.matrix(expression) || !is.numeric(expression) ||
        is.null(rownames(expression))) {
        .stop("{.arg expression} must be a matrix, data frame, named vector,
               SummarizedExperiment or the path of a table, with numbers and
               gene ids",
              x = "It is of class {.cls {class(expression)[1]}}{
                   if (is.null(rownames(expression))) ' without ids'}.")
    }
    expression
}

# The first text column has the ids; without one, the row names do.
.expressionOfTable <- function(table, where) {
    text <- vapply(table, function(x) is.character(x) || is.factor(x), NA)
    if (!any(text)) return(as.matrix(table))
    ids <- as.character(table[[which(text)[1L]]])
    values <- table[-which(text)[1L]]
    described <- setdiff(which(text), which(text)[1L])
    for (column in names(table)[described]) {
        .checkNotText(values[[column]], column, where)
    }
    values <- values[!names(values) %in% names(table)[described]]
    matrix(as.matrix(values), nrow(values),
           dimnames = list(ids, names(values)))
}

# A text column is an annotation of the genes; a text value among numbers is an
# error.
.checkNotText <- function(x, column, where) {
    number <- grepl(.numberPattern, x)
    if (!any(number) || mean(number) < 0.5) return()
    line <- which(!number & !is.na(x) & x != "")[1L]
    if (is.na(line)) return()
    .stop("{where} must have numbers as expression",
          x = "Column {.val {column}}, line {line + 1}: found
               {.val {as.character(x[line])}}.")
}

# The column of each cell type, or that of its group.
.cellTypeColumns <- function(values, cellTypes, groups) {
    columns <- colnames(values)
    byGroup <- !cellTypes %in% columns & groups %in% columns
    cellTypes[byGroup] <- groups[byGroup]
    if (ncol(values) == 1L && length(cellTypes) == 1L) columns <- cellTypes
    missing <- setdiff(cellTypes, columns)
    if (length(missing) > 0L) {
        .stop("{.arg expression} must have a column for each cell type",
              x = "Missing: {(.some(missing))}.",
              i = "Available: {(.some(colnames(values)))}.")
    }
    values <- values[, match(cellTypes, columns), drop = FALSE]
    bad <- which(!is.finite(values), arr.ind = TRUE)
    if (nrow(bad) > 0L) {
        .stop("{.arg expression} must be finite",
              x = "{nrow(bad)} value{?s} {?is/are} missing or infinite, the
                   first of {.val {rownames(values)[bad[1, 1]]}} in
                   {.val {cellTypes[bad[1, 2]]}}.")
    }
    values
}

# ---- ids --------------------------------------------------------------------

.wantedIds <- function(signal, ids) {
    if (ids == "gene_id") return(rownames(signal))
    symbol <- rowData(signal)$symbol
    if (is.null(symbol)) {
        .stop("{.code ids = \"symbol\"} needs the column {.val symbol} in
               {.code rowData(signal)}",
              i = "It has {.val {colnames(rowData(signal))}}.")
    }
    as.character(symbol)
}

.withoutVersion <- function(ids) sub("[.][0-9]+$", "", ids)

# The row of each wanted id in the table; NA if missing or ambiguous.
.matchIds <- function(wanted, ids, values) {
    at <- match(wanted, ids)
    plain <- .withoutVersion(ids)
    if (anyNA(at)) {
        rest <- is.na(at)
        at[rest] <- match(.withoutVersion(wanted[rest]), plain)
    }
    if (all(is.na(at))) {
        .stop("{.arg expression} has none of the signal's genes",
              x = "The signal has {(.some(wanted, 3L))}; the table has
                   {(.some(ids, 3L))}.",
              i = "For gene symbols, use {.code ids = \"symbol\"}.")
    }
    at <- .dropAmbiguous(at, plain, values)
    lost <- wanted[is.na(at)]
    if (length(lost) > 0L) {
        cli::cli_inform("{length(lost)} of {length(wanted)} genes have no
                         expression in the table: {(.some(lost))}")
    }
    at
}

# A duplicated id can be used only if its values agree.
.dropAmbiguous <- function(at, plain, values) {
    twice <- unique(plain[duplicated(plain)])
    hit <- which(plain[at] %in% twice)
    if (length(hit) == 0L) return(at)
    differs <- vapply(plain[at[hit]], function(id) {
        rows <- values[plain == id, , drop = FALSE]
        any(rows != rep(rows[1L, ], each = nrow(rows)))
    }, NA)
    cli::cli_inform(c(
        "{length(hit)} gene{?s} {?is/are} duplicated in the table:
         {(.some(plain[at[hit]]))}",
        i = "{sum(differs)} of them {?has/have} different values, which are
             ignored."))
    at[hit[differs]] <- NA
    at
}

# ---- labels -----------------------------------------------------------------

# One threshold per column.
.thresholds <- function(values, threshold) {
    if (identical(threshold, "median")) threshold <- "50%"
    if (is.character(threshold) && length(threshold) == 1L &&
        grepl("^[0-9.]+%$", threshold)) {
        share <- as.numeric(sub("%", "", threshold)) / 100
        if (!is.na(share) && share > 0 && share < 1) {
            return(apply(values, 2L, stats::quantile, share, names = FALSE))
        }
    }
    if (!is.numeric(threshold)) {
        .stop("{.arg threshold} must be {.val median}, a quantile such as
               {.val 75%}, or a number",
              x = "It is {.val {threshold}}.")
    }
    rep(.checkNumber(threshold, "threshold"), ncol(values))
}

.tellBalance <- function(label, thresholds) {
    high <- colSums(label == 1, na.rm = TRUE)
    low <- colSums(label == 0, na.rm = TRUE)
    lines <- sprintf("%s: %d high, %d low (above %.4g)", colnames(label),
                     as.integer(high), as.integer(low), thresholds)
    more <- length(lines) - 10L
    cli::cli_inform(c("Labels by expression",
                      .bullets(utils::head(lines, 10L), "*"),
                      if (more > 0L) "... and {more} more"))
}
