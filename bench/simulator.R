# Is simulateChromatin() like real data? Compares its default scenario with
# Roadmap's E003 and E123 (counts of 400 genes) and E013 (signal of 18,421 genes
# on another scale, bins from 5' to 3'), and its cell types with the expression
# of 56 cell types. Writes bench/results/simulator.md.
source(file.path("bench", "helper.R"))

cells <- c("E003", "E123")
small <- lapply(stats::setNames(nm = cells), function(cell) {
    folder <- file.path(shared, "data", "roadmap-600", cell, "classification")
    readChromeTable(file.path(folder, c("train.csv", "valid.csv")), cell)
})
wide <- file.path(shared, "data", "genome-wide")
e013 <- readRDS(file.path(wide, "E013.rds"))
genes <- read.delim(file.path(shared, "data", "genes", "hg19_genes.tsv.gz"))
place <- genes[match(names(e013$rpkm), genes$gene_id), ]
place$tss <- ifelse(place$strand == "+", place$start, place$end)
inOrder <- order(place$chr, place$tss)
large <- chromatinSignal(
    lapply(e013$hundredths, function(x) x[inOrder, ] / 100),
    expression = e013$rpkm[inOrder], cellTypes = "E013")
simulated <- list(realistic = simulateChromatin(6000, seed = 1),
                  blocks = simulateChromatin(6000, seed = 1,
                                             scenario = "blocks"))
signals <- c(small, E013 = large, simulated)

# ---- moments of the counts --------------------------------------------------

auroc <- function(label, score) {
    high <- sum(label == 1)
    (sum(rank(score)[label == 1]) - high * (high + 1) / 2) /
        (high * sum(label == 0))
}

# Mean correlation of the log signals of bins that lie `lag` apart.
lagged <- function(x, lag) {
    first <- seq_len(ncol(x) - lag)
    mean(vapply(first, function(b) stats::cor(x[, b], x[, b + lag]), 0))
}

windowMeans <- function(signal) {
    vapply(marks(signal), function(mark) {
        rowMeans(log1p(binMatrix(signal, mark)))
    }, numeric(nrow(signal)))
}

moments <- function(signal, mark) {
    counts <- binMatrix(signal, mark)
    level <- rowMeans(log1p(counts))
    whole <- all(counts == round(counts))
    mean <- mean(counts)
    size <- mean^2 / (stats::var(as.vector(counts)) - mean)
    c(mean = mean, `NB size` = if (whole) size else NA,
      zeros = if (whole) mean(counts == 0) else NA,
      `lag 1` = lagged(log1p(counts), 1), `lag 5` = lagged(log1p(counts), 5),
      `SD of window` = stats::sd(level),
      `AUROC of mean` = auroc(expressionLabel(signal)[, 1L], level))
}

momentTable <- do.call(rbind, lapply(marks(large), function(mark) {
    do.call(rbind, lapply(names(signals), function(name) {
        values <- moments(signals[[name]], mark)
        data.frame(mark = mark, data = name, t(values), check.names = FALSE)
    }))
}))

pairs <- utils::combn(sort(marks(large)), 2L)
correlations <- vapply(signals, function(signal) {
    r <- stats::cor(windowMeans(signal))
    r[t(pairs)]
}, numeric(ncol(pairs)))
pairTable <- data.frame(marks = paste(pairs[1L, ], pairs[2L, ], sep = "-"),
                        correlations)

# ---- neighbouring genes -----------------------------------------------------

# Rank correlation of genes that follow each other.
follow <- function(signal) {
    values <- cbind(windowMeans(signal)[, sort(marks(signal))],
                    expression = assay(signal, "expression")[, 1L])
    apply(values, 2L, function(v) {
        stats::cor(v[-1L], v[-length(v)], method = "spearman")
    })
}
neighbours <- vapply(signals[c("E013", names(simulated))], follow, numeric(6))
neighbourTable <- data.frame(`mean of` = rownames(neighbours), neighbours,
                             check.names = FALSE)

# ---- how well expression is predicted ---------------------------------------

# AUROC on test genes; the limit is that of the simulated activity.
predicted <- function(signal, train, test) {
    of <- function(method) {
        model <- trainBaseline(signal[train, ], method, seed = 1)
        evaluate(model, signal[test, ])$auroc
    }
    limit <- if ("activity" %in% assayNames(signal)) {
        auroc(expressionLabel(signal)[test, 1L],
              assay(signal, "activity")[test, 1L])
    }
    c(`five means` = of("meanLogCount"), `elastic net` = of("elasticNet"),
      activity = limit %||% NA)
}
`%||%` <- function(a, b) if (is.null(a)) b else a

onSimulated <- function(scenario) {
    each <- vapply(1:5, function(seed) {
        predicted(simulateChromatin(400, seed = seed, scenario = scenario),
                  1:200, 201:400)
    }, numeric(3))
    rowMeans(each)
}
scores <- rbind(
    t(vapply(small, predicted, numeric(3), 1:200, 201:400)),
    realistic = onSimulated("realistic"), blocks = onSimulated("blocks"),
    t(vapply(signals[c("E013", names(simulated))], function(signal) {
        rows <- withr::with_seed(1, sample(nrow(signal), 4000))
        predicted(signal, rows[1:1000], rows[1001:4000])
    }, numeric(3))))
scoreTable <- data.frame(data = rownames(scores),
                         `training genes` = rep(c("200", "1000"), c(4, 3)),
                         scores, check.names = FALSE)

# ---- cell types -------------------------------------------------------------

# A gene is variable if it is high in 10 to 90 % of the cell types.
cellTypes <- function(expression) {
    label <- t(t(expression) > apply(expression, 2L, stats::median)) * 1
    high <- rowMeans(label)
    variable <- high > 0.1 & high < 0.9
    level <- log2(expression + 0.01)
    byMean <- function(rows) {
        mean(vapply(seq_len(ncol(level)), function(cell) {
            auroc(label[rows, cell], rowMeans(level[rows, -cell]))
        }, 0))
    }
    between <- stats::cor(level)
    c(`variable genes` = mean(variable), `always high` = mean(high >= 0.9),
      correlation = stats::median(between[upper.tri(between)]),
      `AUROC of gene mean` = byMean(rep(TRUE, length(high))),
      `in variable genes` = byMean(variable))
}
ofScenario <- function(scenario) {
    signal <- simulateChromatin(3000, 56, bins = 5, binWidth = 2000,
                                causal = if (scenario == "blocks") list(),
                                seed = 2, scenario = scenario)
    cellTypes(assay(signal, "expression"))
}
panel <- rbind(`56 Roadmap cell types` = cellTypes(
                   readRDS(file.path(wide, "rpkm56.rds"))),
               realistic = ofScenario("realistic"),
               blocks = ofScenario("blocks"))
panelTable <- data.frame(data = rownames(panel), panel, check.names = FALSE)

seconds <- system.time(simulateChromatin(20000, seed = 1))

writeResult("simulator.md", c(
    "## Simulated and real signal", "",
    sprintf(paste("`simulateChromatin(6000, seed = 1)` in its two scenarios,",
        "beside E003 and E123 (counts of 400 genes) and E013 (%d genes, signal",
        "that is no count). Correlations and means are of log(1 + signal).",
        "Lag 1: neighbouring bins of 100 bp; lag 5: bins 500 bp apart; window:",
        "the mean of a gene's 100 bins."), nrow(large)), "",
    markdown(momentTable, 2), "",
    "Correlations between the window means of marks:", "",
    markdown(pairTable, 2), "",
    "Rank correlations between neighbouring genes:", "",
    markdown(neighbourTable, 2), "",
    paste("AUROC on genes not trained on; simulated with 200 training genes:",
          "mean of five seeds. Activity: the part of expression that depends",
          "on the chromatin, the limit of any model."), "",
    markdown(scoreTable, 3), "",
    paste("Cell types: the share of genes that are high in 10 to 90 % of 56",
          "cell types, the correlation of log expression between cell types,",
          "and how well the mean log expression in the other cell types",
          "predicts the label."), "",
    markdown(panelTable, 2), "",
    sprintf("20,000 genes x 100 bins x 5 marks take %.1f s (%.1f s of CPU).",
            seconds[["elapsed"]], sum(seconds[1:2])), ""))
