# What the validation genes tell of predictions: the calibration of classes, and
# the intervals of numbers.

# `z`, `y`: what the network wrote for the validation genes, and their labels or
# standardised numbers.
.fitValidation <- function(target, z, y) {
    if (.isClass(target)) return(.fitCalibration(z, y))
    known <- is.finite(z) & !is.na(y)
    list(residuals = sort(abs(z - y)[known]) * target$spread)
}

# Split conformal intervals (Lei et al. 2018): of n validation genes and the
# gene itself, at least `level` (n + 1) have an absolute error up to the one
# that is used. Genes x cell types x bounds.
.conformalIntervals <- function(predicted, calibration, level) {
    residuals <- calibration$residuals
    if (length(residuals) == 0L) {
        .stop("Intervals need a model that was trained with validation genes",
              x = "This one has none.",
              i = "See {.arg validation} of {.fn attentiveChrome}.")
    }
    rank <- ceiling(level * (length(residuals) + 1) - 1e-9)
    if (rank > length(residuals)) {
        .stop("{.code level = {level}} needs
               {ceiling(level / (1 - level) - 1e-9)} validation genes",
              x = "The model has {length(residuals)}.",
              i = "Use a lower {.arg level}.")
    }
    half <- residuals[rank]
    array(c(predicted - half, predicted + half), c(dim(predicted), 2L),
          c(dimnames(predicted), list(c("lower", "upper"))))
}
