# The scores of compareExplanations(), for one model in one cell type.

.judgeExplanations <- function(task, model, target, shuffled, draws, level,
                               threads) {
    genes <- nrow(target$signal)
    logit <- .predictedLogit(
        model, .forward(model, target$signal, threads)$logit)
    on <- which(logit > 0)
    if (length(on) < 2L || length(target$active) < 2L) {
        .stop("{.arg signal} must have at least two genes that are predicted to
               have high expression, and two that have it, in cell type
               {.val {task$cellType}}",
              x = "The model {.val {task$model}} predicts {length(on)};
                   {length(target$active)} {?has/have} the label 1.")
    }
    importance <- function(model, explanation) {
        target$pick(abs(.importance(explanation, model, target$signal[on, ],
                                    threads, target$beta)))
    }
    values <- lapply(stats::setNames(nm = task$explanations), importance,
                     model = model)
    weights <- t(stats::rmultinom(draws, genes, rep(1, genes)))
    orders <- replicate(draws, sample.int(length(target$at)))
    scores <- lapply(values, .scores, on, target, weights, orders)
    table <- do.call(rbind, lapply(scores, .scoreRow, scores$signal, level))
    baseline <- as.data.frame(.evaluateLogit(model, target$signal, logit,
                                             draws = 0))
    table <- cbind(.taskColumns(task), genes = length(on), table,
                   baseline[c("baseline", "baselineDifference",
                              "baselineDifferenceLower")])
    others <- .shuffledScores(task, shuffled, importance, on, target)
    list(table = .addShuffled(table, others), shuffled = others,
         profiles = .profileRows(task, values, target))
}

.taskColumns <- function(task) {
    data.frame(model = task$model, cellType = task$cellType,
               explanation = task$explanations)
}

# ---- scores -----------------------------------------------------------------

# The score of each row of `a` compared with the same row of `b`.
.rowScores <- function(a, b, measure) {
    if (measure == "auprc") {
        return(vapply(seq_len(nrow(a)), function(i) .auprc(b[i, ], a[i, ]), 0))
    }
    a <- a - rowMeans(a)
    b <- b - rowMeans(b)
    score <- rowSums(a * b) / sqrt(rowSums(a^2) * rowSums(b^2))
    score[!is.finite(score)] <- NA # a flat row has no correlation
    score
}

# The scores of an explanation's values (genes predicted high x positions): of
# their mean, of the mean in each bootstrap sample of all genes (a row of
# `weights`) and in each order of the positions (a column of `orders`), and of
# each gene.
.scores <- function(values, on, target, weights, orders) {
    measure <- target$measure
    list(score = .meanScores(values, on, target, matrix(1, 1, ncol(weights))),
         bootstrap = .meanScores(values, on, target, weights),
         permuted = .orderScores(values, target, orders),
         shifted = .orderScores(values, target, .shifts(ncol(values))),
         genes = .rowScores(values, target$own[on, ], measure))
}

# The scores of weighted means over the genes, one per row of `weights`.
.meanScores <- function(values, on, target, weights) {
    profiles <- weights[, on, drop = FALSE] %*% values
    active <- target$active
    wanted <- if (target$measure == "auprc") {
        target$own[rep(1L, nrow(weights)), , drop = FALSE] # all rows are equal
    } else {
        weights[, active, drop = FALSE] %*% target$own[active, ]
    }
    .rowScores(profiles, wanted, target$measure)
}

.orderScores <- function(values, target, orders) {
    inOrders <- matrix(colMeans(values)[orders], ncol(orders), byrow = TRUE)
    wanted <- colMeans(target$own[target$active, ])
    .rowScores(inOrders, matrix(wanted, ncol(orders), length(wanted),
                                byrow = TRUE), target$measure)
}

# The n circular shifts of n positions.
.shifts <- function(n) outer(seq_len(n), seq_len(n), `+`) %% n + 1L

# A row of the table: an explanation's scores, compared with the signal's.
.scoreRow <- function(own, plain, level) {
    probs <- c(1 - level, 1 + level) / 2
    interval <- stats::quantile(own$bootstrap, probs, na.rm = TRUE)
    less <- stats::quantile(own$bootstrap - plain$bootstrap, probs,
                            na.rm = TRUE)
    row <- data.frame(
        score = own$score, lower = interval[[1L]], upper = interval[[2L]],
        difference = own$score - plain$score, differenceLower = less[[1L]],
        differenceUpper = less[[2L]],
        permutedP = (1 + sum(own$permuted >= own$score)) /
            (1 + length(own$permuted)),
        permutedUpper = stats::quantile(own$permuted, 0.975, na.rm = TRUE,
                                        names = FALSE),
        shiftedP = mean(own$shifted >= own$score - 1e-12),
        geneMedian = stats::median(own$genes, na.rm = TRUE),
        geneDifference = stats::median(own$genes - plain$genes, na.rm = TRUE),
        geneP = .pairedGenes(own$genes, plain$genes))
    if (identical(own, plain)) {
        row[c("difference", "differenceLower", "differenceUpper",
              "geneDifference", "geneP")] <- NA_real_
    }
    row
}

.pairedGenes <- function(own, plain) {
    both <- !is.na(own) & !is.na(plain)
    .pairedTest(own[both], plain[both])
}

# ---- models with shuffled labels, and profiles ------------------------------

.shuffledScores <- function(task, shuffled, importance, on, target) {
    if (is.null(shuffled)) return(NULL)
    one <- matrix(1, 1L, nrow(target$signal))
    rows <- lapply(seq_along(shuffled), function(i) {
        scores <- vapply(task$explanations, function(explanation) {
            .meanScores(importance(shuffled[[i]], explanation), on, target, one)
        }, 0)
        cbind(.taskColumns(task), shuffle = i, score = unname(scores))
    })
    do.call(rbind, rows)
}

.addShuffled <- function(table, others) {
    table$shuffledMean <- table$shuffledMax <- NA_real_
    for (i in if (!is.null(others)) seq_len(nrow(table))) {
        scores <- others$score[others$explanation == table$explanation[i]]
        table$shuffledMean[i] <- mean(scores)
        table$shuffledMax[i] <- max(scores)
    }
    rownames(table) <- NULL
    table
}

.profileRows <- function(task, values, target) {
    wanted <- colMeans(target$own[target$active, ])
    rows <- lapply(task$explanations, function(explanation) {
        data.frame(model = task$model, cellType = task$cellType,
                   explanation = explanation, mark = target$mark,
                   position = target$at,
                   importance = colMeans(values[[explanation]]),
                   reference = wanted)
    })
    do.call(rbind, rows)
}
