# The intervals of predicted numbers in simulations, whose truth is known: those
# of evaluate() and of compareModels(). Reads no data.
source(file.path("bench", "helper.R"))

own <- asNamespace("AttentiveChrome")
sets <- sized(200, 5)
comparedSets <- sized(100, 5) # each takes longer

# Genes with measured numbers `y`, predictions `p` and `q` of two models that
# err alike, and means in other cell types. "expression" is like log2(RPKM + 1):
# three genes in ten are not expressed, and the networks know this only in part.
# Genes of one chromosome are alike.
drawGenes <- function(n, chromosomes, spread, kind) {
    on <- sort(rep_len(seq_len(chromosomes), n))
    noise <- function(sd) {
        stats::rnorm(n, sd = sd) + stats::rnorm(chromosomes, sd = spread)[on]
    }
    gene <- noise(1)
    z <- 0.8 * gene + noise(0.6)
    shared <- noise(0.5)
    one <- 0.8 * z + shared + noise(0.4)
    other <- 0.7 * z + shared + noise(0.6)
    amount <- function(x) {
        if (kind == "normal") x else 2.2 * log1p(exp(2 * (x - 0.3)))
    }
    y <- amount(z)
    if (kind == "expression") y[z < stats::qnorm(0.3)] <- 0
    list(y = y, p = amount(one), q = amount(other), mean = amount(gene),
         on = on)
}

# Of a million other genes, on 5,000 other chromosomes.
truthOf <- function(kind, spread) {
    set.seed(1)
    g <- drawGenes(1e6, 5000, spread, kind)
    of <- function(p) own$.numberMetrics(g$y, p, g$mean)
    list(p = of(g$p), q = of(g$q))
}
truths <- lapply(c(none = 0, some = 0.1), function(spread) {
    kinds <- c("normal", "expression")
    lapply(stats::setNames(nm = kinds), truthOf, spread = spread)
})

# For each interval of one data set: whether it has the truth.
covered <- function(g, truth, drawn) {
    clusters <- if (drawn == "chromosomes") g$on
    terms <- lapply(g[c("p", "q")], own$.numberTerms, y = g$y, mean = g$mean)
    found <- own$.numberIntervals(unname(terms), clusters, 200, 1)
    inside <- function(bounds, value) {
        bounds[1L, ] <= value & value <= bounds[2L, ]
    }
    c(inside(found$bounds, truth$p),
      difference = inside(found$difference,
                          truth$p[["pearson"]] - truth$q[["pearson"]]))
}

# As compareModels() of two models of one fit each.
compared <- function(g, truth, drawn) {
    rows <- lapply(c("pearson", "r2", "rmse"), function(measure) {
        table <- comparisonOf(g, measure, drawn)
        cell <- as.data.frame(table, reference = "q")[1L, ]
        value <- truth$p[[measure]]
        less <- value - truth$q[[measure]]
        c(cell$lower <= value & value <= cell$upper,
          cell$differenceLower <= less & less <= cell$differenceUpper)
    })
    stats::setNames(unlist(rows), paste(
        rep(c("Pearson", "R2", "RMSE"), each = 2L), c("", "difference")))
}
comparisonOf <- function(g, measure, drawn) {
    structure(list(
        runs = data.frame(fold = 1L, cellType = "x", model = c("p", "q"),
                          seed = NA_integer_, pearson = 0, r2 = 0, rmse = 0),
        scores = list(g$p, g$q),
        folds = list(list(labels = matrix(g$y, dimnames = list(NULL, "x")),
                          clusters = if (drawn == "chromosomes") g$on)),
        models = c("p", "q"), random = c(p = FALSE, q = FALSE),
        reference = "q", measure = measure, adjust = "none"),
        class = "modelComparison")
}

coverage <- function(hit, sets, genes, chromosomes, spread, drawn, kind) {
    truth <- truths[[if (spread == 0) "none" else "some"]][[kind]]
    set.seed(2)
    hits <- replicate(sets, hit(drawGenes(genes, chromosomes, spread, kind),
                                truth, drawn))
    cbind(data.frame(numbers = kind, genes = genes, chromosomes = chromosomes,
                     spread = spread, drawn = drawn),
          as.data.frame(t(100 * rowMeans(hits)), optional = TRUE))
}
each <- data.frame(
    genes = c(60, 200, 500, 1500, 1500, 1500, 1500, 1500),
    chromosomes = c(7, 7, 23, 23, 23, 10, 7, 23),
    spread = c(0, 0, 0, 0, 0.1, 0.1, 0.1, 0.1),
    drawn = rep(c("genes", "chromosomes", "genes"), c(4, 3, 1)))
settings <- rbind(cbind(each, kind = "normal"),
                  cbind(each, kind = "expression"))
tableOf <- function(settings, hit, sets) {
    do.call(rbind, lapply(seq_len(nrow(settings)), function(i) {
        do.call(coverage, c(list(hit, sets), as.list(settings[i, ])))
    }))
}
evaluated <- tableOf(settings, covered, sets)
some <- settings$genes == 200 |
    settings$chromosomes %in% c(23, 10) & settings$drawn == "chromosomes"
comparisons <- tableOf(settings[some, ], compared, comparedSets)

# Rows that users see, and whose draws are of what is independent.
usual <- evaluated[evaluated$genes >= 500 &
                       (evaluated$spread == 0 |
                            evaluated$drawn == "chromosomes"), ]
means <- colMeans(usual[-(1:5)])

writeResult("number-intervals.md", c(
    "## Intervals of predicted numbers",
    "",
    "Coverage of 95% intervals in simulations, in percent. `normal`: normal",
    "numbers; `expression`: like log2(RPKM + 1), with three genes in ten at 0.",
    "`spread`: standard deviation of the effects of chromosomes on each part",
    "of numbers and predictions, beside 1 of the genes. `drawn`: what the",
    "bootstrap draws.",
    "",
    sprintf(paste("`evaluate()`, 200 draws, %d data sets (the standard error",
                  "of 95%% is %.1f);"), sets, 100 * sqrt(0.95 * 0.05 / sets)),
    "`difference`: of the Pearson of two models:",
    "", markdown(evaluated, 1), "",
    sprintf(paste("Means of the %d rows with 500 genes or more and draws of",
                  "what is independent"), nrow(usual)),
    "(genes without effects of chromosomes, or chromosomes):",
    paste0(paste(names(means), sprintf("%.1f", means), collapse = ", "), "."),
    "",
    sprintf(paste("`compareModels()`, two models of one fit each, 500 draws,",
                  "%d data sets (%.1f):"), comparedSets,
            100 * sqrt(0.95 * 0.05 / comparedSets)),
    "", markdown(comparisons, 1)))
