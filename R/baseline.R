# The baseline that every model is shown beside: a logistic regression on the
# mean log count (log(1 + count), averaged over the bins) of each mark.

.meanLogCounts <- function(signal, marks, cellTypes) {
    columns <- lapply(marks, function(mark) {
        values <- as.array(
            assay(signal, mark, withDimnames = FALSE)[
                , match(cellTypes, colnames(signal)), , drop = FALSE])
        rowMeans(.logCount(matrix(values, ncol = dim(values)[3L])))
    })
    matrix(unlist(columns), ncol = length(marks),
           dimnames = list(NULL, marks))
}

# log(1 + count); normalised signal may be negative, and is mirrored.
.logCount <- function(x) sign(x) * log1p(abs(x))

# Coefficients, intercept first. A mark that says nothing (constant signal)
# gets 0. Perfectly separated genes are no fault here: the fit is then steep,
# and glm's warnings about it say nothing to the user of a baseline.
.fitBaseline <- function(signal, marks, cellTypes) {
    label <- as.vector(expressionLabel(signal)[, cellTypes])
    known <- !is.na(label)
    x <- cbind("(Intercept)" = 1, .meanLogCounts(signal, marks, cellTypes))
    fit <- withCallingHandlers(
        stats::glm.fit(x[known, , drop = FALSE], label[known],
                       family = stats::binomial()),
        warning = function(w) tryInvokeRestart("muffleWarning"))
    coefficients <- fit$coefficients
    coefficients[is.na(coefficients)] <- 0
    coefficients
}

.baselineLogit <- function(coefficients, signal, marks, cellTypes) {
    x <- .meanLogCounts(signal, marks, cellTypes)
    drop(coefficients[1L] + x %*% coefficients[-1L])
}
