# The baseline that is shown alongside every model: a logistic regression on the
# mean log count (log(1 + count), averaged over the bins) of each mark.

# For each mark, the log counts, samples x bins. A sample is a gene in a cell
# type; genes vary fastest.
.logCounts <- function(signal, marks, cellTypes) {
    lapply(stats::setNames(nm = marks), function(mark) {
        values <- as.array(
            assay(signal, mark, withDimnames = FALSE)[
                , match(cellTypes, colnames(signal)), , drop = FALSE])
        .checkFinite(values, mark, rownames(signal))
        .logCount(matrix(values, ncol = dim(values)[3L]))
    })
}

.meanLogCounts <- function(signal, marks, cellTypes) {
    do.call(cbind, lapply(.logCounts(signal, marks, cellTypes), rowMeans))
}

# log(1 + count). Normalized signal may be negative; then the sign is preserved.
.logCount <- function(x) sign(x) * log1p(abs(x))

.fitBaseline <- function(signal, marks, cellTypes) {
    label <- as.vector(expressionLabel(signal)[, cellTypes])
    known <- !is.na(label)
    x <- .meanLogCounts(signal, marks, cellTypes)
    .fitLogistic(x[known, , drop = FALSE], label[known])
}

# The coefficients, intercept first. The coefficient of a constant column is 0.
# Perfect separation is accepted: the fit is then steep, and the warnings of
# glm.fit() are muffled, as they do not help the user of a baseline.
.fitLogistic <- function(x, label) {
    fit <- withCallingHandlers(
        stats::glm.fit(cbind("(Intercept)" = 1, x), label,
                       family = stats::binomial()),
        warning = function(w) tryInvokeRestart("muffleWarning"))
    coefficients <- fit$coefficients
    coefficients[is.na(coefficients)] <- 0
    coefficients
}

.linearLogit <- function(coefficients, x) {
    drop(coefficients[1L] + x %*% coefficients[-1L])
}

.baselineLogit <- function(coefficients, signal, marks, cellTypes) {
    .linearLogit(coefficients, .meanLogCounts(signal, marks, cellTypes))
}
