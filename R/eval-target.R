# What evaluations of classes and of numbers differ in.

.performanceTitles <- c(auroc = "AUROC", pearson = "Pearson", r2 = "R2",
                    rmse = "RMSE")

# The measure of tables and figures of several models.
.measureOf <- function(target) if (.isClass(target)) "auroc" else "pearson"

# Of measured and predicted values, without the genes that lack one.
.measureOne <- function(measure, y, p) {
    known <- !is.na(y) & !is.na(p)
    y <- y[known]
    p <- p[known]
    if (measure == "auroc") return(.auroc(y, p))
    if (length(y) < 3L) return(NA_real_)
    .numberMetrics(y, p)[[measure]]
}

# What the predictions are compared with, genes x cell types.
.measuredOf <- function(target, signal, arg = "signal") {
    if (.isClass(target)) expressionLabel(signal)
    else .measuredValues(target, signal, arg)
}

# Logits of classes, or numbers, genes x cell types.
.linkOf <- function(model, signal, ...) {
    type <- if (.hasClasses(model)) "link" else "response"
    stats::predict(model, signal, type = type, ...)
}
