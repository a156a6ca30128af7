# The baselines: what each reads of a signal, and how it is fitted. A baseline
# is an entry of `.baselines`, at the end of this file.

# ---- logistic regression ----------------------------------------------------

# Five folds. All samples of a gene are in the same fold, if there are genes
# enough.
.geneFolds <- function(gene) {
    genes <- unique(gene)
    if (length(genes) < 2L) return(seq_along(gene))
    match(gene, genes) %% 5L
}

# The coefficients, intercept first, and the log loss in cross-validation. The
# coefficient of a constant column is 0. Perfect separation is accepted: the
# fit is then steep, and the warnings of glm.fit() are muffled, as they do not
# help the user of a baseline.
.fitLogistic <- function(x, label, fold, ...) {
    logit <- numeric(length(label))
    for (out in split(seq_along(fold), fold)) {
        fit <- .logistic(x[-out, , drop = FALSE], label[-out])
        logit[out] <- .linearLogit(fit, x[out, , drop = FALSE])
    }
    c(.logistic(x, label), loss = .logLoss(label, logit))
}

.logistic <- function(x, label) {
    fit <- withCallingHandlers(
        stats::glm.fit(cbind("(Intercept)" = 1, x), label,
                       family = stats::binomial()),
        warning = function(w) tryInvokeRestart("muffleWarning"))
    coefficients <- fit$coefficients
    coefficients[is.na(coefficients)] <- 0
    list(coefficients = coefficients)
}

# Logistic regression on standardized columns with a ridge penalty, which has
# the lowest log loss in cross-validation.
.fitRidge <- function(x, label, fold, ...) {
    center <- colMeans(x)
    spread <- apply(x, 2L, stats::sd)
    spread[is.na(spread) | spread == 0] <- 1
    z <- cbind(1, scale(x, center, spread))
    all <- .ridgePath(z, label)
    logit <- matrix(0, length(label), length(.penalties))
    for (out in split(seq_along(fold), fold)) {
        .collectGarbage(length(label))
        path <- .ridgePath(z[-out, , drop = FALSE], label[-out], all)
        logit[out, ] <- z[out, , drop = FALSE] %*% path
    }
    loss <- apply(logit, 2L, .logLoss, label = label)
    best <- which.min(loss)
    b <- all[, best]
    slopes <- b[-1L] / spread
    list(coefficients = c("(Intercept)" = b[[1L]] - sum(slopes * center),
                          stats::setNames(slopes, colnames(x))),
         penalty = .penalties[best], loss = loss[best])
}

# Coefficients x penalties. The first column of z, the intercept, is not
# penalised. `start`: a path to start from, that of all genes for a fold.
.ridgePath <- function(z, label, start = NULL) {
    path <- matrix(0, ncol(z), length(.penalties))
    b <- path[, 1L]
    for (i in seq_along(.penalties)) {
        if (!is.null(start)) b <- start[, i]
        b <- .ridge(z, label, c(0, rep(.penalties[i], ncol(z) - 1L)), b)
        path[, i] <- b
    }
    path
}

# Newton's method, that is, iteratively reweighted least squares.
.ridge <- function(z, label, penalty, b) {
    for (i in seq_len(25L)) {
        p <- stats::plogis(drop(z %*% b))
        # Not 0, so that labels that are all equal can be solved too.
        weight <- pmax(p * (1 - p), 1e-5)
        hessian <- crossprod(z * sqrt(weight))
        diag(hessian) <- diag(hessian) + penalty
        gradient <- drop(crossprod(z, label - p)) - penalty * b
        step <- drop(solve(hessian, gradient))
        b <- b + step
        if (max(abs(step)) < 1e-4) break
    }
    b
}

# ---- methods of other packages ----------------------------------------------

# Stores only the coefficients, so that predictions do not need glmnet.
.fitElasticNet <- function(x, label, fold, validation = NULL, alpha = 0.5,
                           ...) {
    if (is.null(validation)) {
        fit <- glmnet::cv.glmnet(x, label, family = "binomial", alpha = alpha,
                                 ...)
        best <- fit$lambda.min
    } else {
        fit <- glmnet::glmnet(x, label, family = "binomial", alpha = alpha, ...)
        loss <- apply(stats::predict(fit, validation$x), 2L, .logLoss,
                      label = validation$label)
        best <- fit$lambda[which.min(loss)]
    }
    list(coefficients = drop(as.matrix(stats::coef(fit, s = best))),
         penalty = best)
}

.fitForest <- function(x, label, fold, validation = NULL, verbose = FALSE,
                       ...) {
    forest <- ranger::ranger(x = x, y = factor(label, 0:1), probability = TRUE,
                             num.threads = 1L, verbose = verbose, ...)
    forest$call <- NULL # it has a copy of the training data
    list(forest = forest, trees = forest$num.trees)
}

.forestLogit <- function(fit, x) {
    .needsBaseline("randomForest")
    predicted <- stats::predict(fit$forest, x, num.threads = 1L)$predictions
    if (is.null(dim(predicted))) return(predicted) # a number
    probability <- predicted[, "1"]
    margin <- 0.5 / fit$trees
    stats::qlogis(pmin(pmax(probability, margin), 1 - margin))
}

# ---- the table --------------------------------------------------------------

# Each baseline has a title; `features(samples, fit)`, a matrix of samples x
# columns; `fit(x, label, fold, validation, ...)`, which returns a list, and
# `fitNumbers`, the same for numbers; and, if needed, `prepare(samples, label,
# ...)`, which returns what features() needs to know, also as a list. Without
# `logit(fit, x)`, the fit has `coefficients`. `package`: what it needs; its
# further arguments go there. `arguments`: those of its own. `candidate`:
# compared with every network. `part`: the part of a split that it is fitted to,
# if not the training genes.
.baselines <- list(
    meanLogCount = list(
        title = "logistic regression on the mean log count of each mark",
        features = .markMeans, fit = .fitLogistic,
        fitNumbers = .fitLeastSquares, candidate = TRUE),
    zones = list(
        title = "ridge logistic regression on 10 zones of each mark",
        prepare = .signalScale, features = .zoneMeans, fit = .fitRidge,
        fitNumbers = .fitRidgeNumbers, candidate = TRUE),
    shallowChrome = list(
        title = "ridge logistic regression on the highest bin of each mark",
        prepare = .signalScale, features = .markMaxima, fit = .fitRidge,
        fitNumbers = .fitRidgeNumbers, candidate = TRUE),
    bestBin = list(
        title = "logistic regression on the best bin of each mark",
        prepare = .findBestBins, features = .pickBins, fit = .fitLogistic,
        fitNumbers = .fitLeastSquares),
    elasticNet = list(
        title = "elastic net on the log signal of all bins",
        package = "glmnet", prepare = .signalScale, features = .allBins,
        fit = .fitElasticNet, fitNumbers = .fitElasticNetNumbers),
    randomForest = list(
        title = "random forest on 10 zones of each mark",
        package = "ranger", prepare = .signalScale, features = .zoneMeans,
        fit = .fitForest, fitNumbers = .fitForestNumbers,
        logit = .forestLogit),
    geneMean = list(
        title = "logistic regression on the gene's mean expression elsewhere",
        arguments = c("expression", "groups"), prepare = .otherExpression,
        features = .geneMeans, fit = .fitLogistic,
        fitNumbers = .fitLeastSquares),
    zonesGeneMean = list(
        title = paste("ridge logistic regression on 10 zones of each mark and",
                      "the gene's mean expression elsewhere"),
        arguments = c("expression", "groups"),
        prepare = function(samples, label, ...) {
            c(.signalScale(samples), .otherExpression(samples, label, ...))
        }, features = .zonesAndGeneMean, fit = .fitRidge,
        fitNumbers = .fitRidgeNumbers),
    networkGeneMean = list(
        title = paste("logistic regression on the logit of a network and the",
                      "gene's mean expression elsewhere"),
        part = "validation", arguments = c("network", "expression", "groups"),
        prepare = function(...) .networkAndExpression(...),
        features = function(...) .networkAndGeneMean(...),
        fit = .fitLogistic, fitNumbers = .fitLeastSquares)
)

# In words, for classes or numbers.
.baselineTitle <- function(method, target) {
    title <- .baselines[[method]]$title
    if (.isClass(target)) return(title)
    sub("the logit", "the prediction", sub("logistic", "linear", title))
}

.needsBaseline <- function(method) {
    package <- .baselines[[method]]$package
    if (!is.null(package)) {
        .needs(package, sprintf("for the baseline \"%s\"", method))
    }
}

# `train` and `validation` are of .labelledSamples().
.fitMethod <- function(method, train, validation = NULL, ...) {
    .holdBlas()
    .collectGarbage(length(train$label))
    entry <- .baselines[[method]]
    own <- if (is.null(entry$package)) list(...) else list()
    known <- if (is.null(entry$prepare)) list() else
        do.call(entry$prepare, c(train[c("samples", "label")], own))
    x <- entry$features(train$samples, known)
    seen <- stats::complete.cases(x)
    if (!is.null(validation)) {
        validation <- list(x = entry$features(validation$samples, known),
                           label = validation$label)
    }
    further <- if (is.null(entry$package)) list() else list(...)
    fit <- if (train$family == "binomial") entry$fit else entry$fitNumbers
    c(known, do.call(fit, c(
        list(x[seen, , drop = FALSE], train$label[seen],
             .geneFolds(train$samples$gene[seen]), validation), further)))
}

.logitOfFit <- function(method, fit, samples) {
    .holdBlas()
    entry <- .baselines[[method]]
    (entry$logit %||% .linearLogit)(fit, entry$features(samples, fit))
}

# ---- the baselines that every model stores ----------------------------------

# The mean log counts, which are the same for all models, and the candidate with
# the lowest log loss in cross-validation on the training genes.
.fitCandidates <- function(train) {
    candidates <- names(Filter(function(b) isTRUE(b$candidate), .baselines))
    fits <- lapply(stats::setNames(nm = candidates), .fitMethod, train)
    loss <- vapply(fits, `[[`, 0, "loss")
    best <- candidates[which.min(loss)]
    list(best = best, reference = "meanLogCount", loss = loss,
         fits = fits[union("meanLogCount", best)])
}

# Models of version 0.99.0 have only the coefficients of the mean log counts,
# which are missing if the weights were read from a file.
.asStoredBaseline <- function(baseline) {
    if (is.list(baseline)) return(baseline)
    if (anyNA(baseline)) return(list())
    list(best = "meanLogCount", reference = "meanLogCount",
         fits = list(meanLogCount = list(coefficients = baseline)))
}

# The name and the logits of the best stored baseline and of the reference. They
# need all marks.
.storedLogit <- function(baseline, signal, marks, cellType) {
    baseline <- .asStoredBaseline(baseline)
    if (length(baseline) == 0L || !all(marks %in% marks(signal))) {
        none <- list(name = NA_character_, logit = rep(NA_real_, nrow(signal)))
        return(list(baseline = none, reference = none))
    }
    lapply(c(baseline = baseline$best, reference = baseline$reference),
           function(method) {
               list(name = method, logit = .logitInBlocks(
                   method, baseline$fits[[method]], signal, marks, cellType))
           })
}

# The features of many samples at once would take much memory.
.logitInBlocks <- function(method, fit, signal, marks, cellTypes) {
    blocks <- .inChunks(nrow(signal) * length(cellTypes), .baselineSamples)
    unlist(lapply(blocks, function(some) {
        .logitOfFit(method, fit, .samplesOf(signal, marks, cellTypes, some))
    }), use.names = FALSE)
}
