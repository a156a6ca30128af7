# Baselines on real genome-wide data: AUROC and Brier score of all of them on
# test genes, what the gene's mean expression in other cell types predicts, the
# factor of the signal before the log, and the coverage of the intervals that
# evaluate() gives to a difference in AUROC. Writes bench/results/baselines.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

rpkm <- readRDS(file.path(genomeWide, "rpkm56.rds"))
# ---- one table of all baselines ---------------------------------------------

methods <- c("meanLogCount", "shallowChrome", "bestBin", "zones", "elasticNet",
             "randomForest", "geneMean", "zonesGeneMean", "networkGeneMean")

fitMethod <- function(parts, method) {
    further <- if (grepl("eneMean", method)) list(expression = rpkm)
    if (method == "networkGeneMean") {
        network <- quietly(attentiveChrome(parts$train, parts$validation,
                                           seed = 1, progress = FALSE))
        return(trainBaseline(parts$validation, method, seed = 1,
                             network = network, expression = rpkm))
    }
    do.call(trainBaseline, c(list(parts$train, method, seed = 1,
        validation = if (method == "elasticNet") parts$validation), further))
}

# Genes of which not all cell types are high, or low.
share <- rowMeans(sweep(rpkm, 2, apply(rpkm, 2, stats::median), `>`))
variable <- rownames(rpkm)[share >= 0.1 & share <= 0.9]

measure <- function(parts, name) {
    known <- rownames(parts$test) %in% rownames(rpkm)
    test <- parts$test[known, ]
    some <- test[rownames(test) %in% variable, ]
    rows <- lapply(methods, function(method) {
        fit <- fitMethod(parts, method)
        all <- evaluate(fit, test)
        data.frame(data = name, baseline = method, AUROC = all$auroc,
                   Brier = all$brier,
                   `variable genes` = evaluate(fit, some)$auroc,
                   check.names = FALSE)
    })
    message(name)
    list(table = do.call(rbind, rows), genes = nrow(test), some = nrow(some))
}

liver <- readPileup("E013")
splits <- list(`E013, thirds` = inThirds(liver),
               `E013, chromosomes` = byChromosome(liver),
               `E066, thirds` = inThirds(readPileup("E066")),
               `K562 peaks, thirds` = inThirds(readPeaks("K562", "E123")),
               `A549 peaks, thirds` = inThirds(readPeaks("A549", "E114")))
measured <- Map(measure, splits, names(splits))
table <- do.call(rbind, lapply(unname(measured), `[[`, "table"))

# One row per baseline, one column per data set.
wide <- function(cells) {
    rows <- lapply(methods, function(method) cells[table$baseline == method])
    cbind(data.frame(baseline = methods),
          stats::setNames(as.data.frame(do.call(rbind, rows)), names(splits)))
}

# Every network is trained with the three simple methods, as every baseline is.
seconds <- sum(system.time(fitMethod(splits[[1L]], "meanLogCount"))[1:2])

# ---- the factor before the log ----------------------------------------------

# The package's baselines do not depend on the unit of the signal, so these
# zones are made here.
zonesWithFactor <- function(parts, mean) {
    at <- function(signal, k) {
        for (mark in marks(signal)) {
            assay(signal, mark, withDimnames = FALSE) <-
                log1p(k * assay(signal, mark, withDimnames = FALSE))
        }
        signal
    }
    all <- vapply(marks(parts$train), function(mark) {
        mean(assay(parts$train, mark))
    }, 0)
    k <- mean / mean(all)
    fit <- glmOnZones(at(parts$train, k))
    label <- expressionLabel(parts$test)[, 1L]
    auroc(label, drop(cbind(1, zones(at(parts$test, k))) %*% fit))
}

zones <- function(signal) {
    do.call(cbind, lapply(marks(signal), function(mark) {
        x <- matrix(assay(signal, mark), nrow(signal))
        t(rowsum(t(x), ceiling(seq_len(ncol(x)) / 10)))
    }))
}

glmOnZones <- function(signal) {
    fit <- suppressWarnings(stats::glm.fit(
        cbind(1, zones(signal)), expressionLabel(signal)[, 1L],
        family = stats::binomial()))
    ifelse(is.na(fit$coefficients), 0, fit$coefficients)
}

auroc <- function(label, score) {
    ranks <- rank(score)
    high <- sum(label == 1)
    (sum(ranks[label == 1]) - high * (high + 1) / 2) / high / sum(label == 0)
}

factors <- c(0.2, 0.6, 2, 6, 20, 60)
scales <- do.call(rbind, lapply(names(splits)[-2L], function(name) {
    aurocs <- vapply(factors, zonesWithFactor, 0, parts = splits[[name]])
    cbind(data.frame(data = name),
          stats::setNames(as.data.frame(t(sprintf("%.4f", aurocs))), factors))
}))

# ---- coverage of the intervals ----------------------------------------------

# Draws of the test genes, with replacement: the difference among all of them is
# what the interval of a draw must cover.
coverage <- function(parts, method, genes, draws = 2000L) {
    logit <- function(method) {
        predict(fitMethod(parts, method), parts$test, type = "link")[, 1L]
    }
    own <- logit(method)
    other <- logit("meanLogCount")
    label <- expressionLabel(parts$test)[, 1L]
    interval <- function(rows) {
        AttentiveChrome:::.aurocDifference(label[rows], own[rows], other[rows])
    }
    truth <- interval(seq_along(label))[["difference"]]
    drawn <- withr::with_seed(genes, vapply(seq_len(draws), function(draw) {
        interval(sample(length(label), genes, TRUE))
    }, numeric(3L)))
    high <- drawn["differenceLower", ] > truth
    low <- drawn["differenceUpper", ] < truth
    data.frame(model = method, genes = genes, draws = draws,
               difference = truth, covered = mean(!high & !low),
               `too high` = mean(high), `too low` = mean(low),
               check.names = FALSE)
}
covered <- do.call(rbind, Map(
    function(method, genes) coverage(splits[[1L]], method, genes),
    rep(c("zones", "bestBin"), each = 3L), rep(c(60L, 200L, 1000L), 2L)))

# ---- results ----------------------------------------------------------------

inEach <- function(name) {
    paste(vapply(measured, `[[`, 0L, name), "in", names(measured),
          collapse = ", ")
}
writeResult("baselines.md", c("## Baselines on genome-wide data", "",
    paste0("AUROC / Brier score on the test genes (", inEach("genes"), ": ",
           "those whose RPKM is known in 56 cell types). Thirds are in the ",
           "order of the ids. `geneMean` is the gene's mean log2(1 + RPKM) in ",
           "55 other cell types. The three methods that are fitted with every ",
           "network take ", format(seconds, digits = 2), " s of one core for ",
           nrow(splits[[1L]]$train), " genes."), "",
    markdown(wide(sprintf("%.4f / %.4f", table$AUROC, table$Brier))), "",
    paste0("AUROC on the variable genes alone, high in 10 to 90 % of 56 cell ",
           "types (", inEach("some"), "):"), "",
    markdown(wide(sprintf("%.4f", table$`variable genes`))), "",
    paste("AUROC of ten zones a mark, logistic regression without penalty, by",
          "the mean to which one factor for all marks brings the training",
          "signal before log(1 + x). The package brings it to 6."), "",
    markdown(scales), "",
    paste("Coverage of the 95 % interval that `evaluate()` gives to the",
          "difference in AUROC from `meanLogCount`: draws of genes, with",
          "replacement, from the test genes of E013 in thirds."), "",
    markdown(covered, 4), ""))
