# The fits of baselines to numbers: least squares, where baseline-fit.R has
# logistic regression. They return the mean squared error as the loss.

.fitLeastSquares <- function(x, y, fold, ...) {
    fitted <- numeric(length(y))
    for (out in split(seq_along(fold), fold)) {
        fit <- .leastSquares(x[-out, , drop = FALSE], y[-out])
        fitted[out] <- .linearLogit(fit, x[out, , drop = FALSE])
    }
    c(.leastSquares(x, y), loss = mean((y - fitted)^2))
}

.leastSquares <- function(x, y) {
    coefficients <- stats::lm.fit(cbind("(Intercept)" = 1, x), y)$coefficients
    coefficients[is.na(coefficients)] <- 0
    list(coefficients = coefficients)
}

# On standardized columns, with the penalty of the lowest mean squared error in
# cross-validation.
.fitRidgeNumbers <- function(x, y, fold, ...) {
    center <- colMeans(x)
    spread <- apply(x, 2L, stats::sd)
    spread[is.na(spread) | spread == 0] <- 1
    z <- cbind(1, scale(x, center, spread))
    fitted <- matrix(0, length(y), length(.penalties))
    for (out in split(seq_along(fold), fold)) {
        fitted[out, ] <- z[out, , drop = FALSE] %*%
            .ridgeNumbersPath(z[-out, , drop = FALSE], y[-out])
    }
    loss <- colMeans((y - fitted)^2)
    best <- which.min(loss)
    b <- .ridgeNumbersPath(z, y)[, best]
    slopes <- b[-1L] / spread
    list(coefficients = c("(Intercept)" = b[[1L]] - sum(slopes * center),
                          stats::setNames(slopes, colnames(x))),
         penalty = .penalties[best], loss = loss[best])
}

# Coefficients x penalties. The intercept is not penalised.
.ridgeNumbersPath <- function(z, y) {
    squares <- crossprod(z)
    right <- crossprod(z, y)
    vapply(.penalties, function(penalty) {
        drop(solve(squares + diag(c(0, rep(penalty, ncol(z) - 1L))), right))
    }, numeric(ncol(z)))
}

.fitElasticNetNumbers <- function(x, y, fold, validation = NULL, alpha = 0.5,
                                  ...) {
    if (is.null(validation)) {
        fit <- glmnet::cv.glmnet(x, y, alpha = alpha, ...)
        best <- fit$lambda.min
    } else {
        fit <- glmnet::glmnet(x, y, alpha = alpha, ...)
        missed <- stats::predict(fit, validation$x) - validation$label
        best <- fit$lambda[which.min(colMeans(missed^2))]
    }
    list(coefficients = drop(as.matrix(stats::coef(fit, s = best))),
         penalty = best)
}

.fitForestNumbers <- function(x, y, fold, validation = NULL, verbose = FALSE,
                              ...) {
    forest <- ranger::ranger(x = x, y = y, num.threads = 1L, verbose = verbose,
                             ...)
    forest$call <- NULL # it has a copy of the training data
    list(forest = forest, trees = forest$num.trees)
}
