# Whether two ensembles of five default models, of different seeds, name the
# same mark as the most important one of a gene, by attention, shares and
# attributions, and what an ensemble adds in accuracy. Writes the table
# bench/results/ensembles.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

size <- sized(5, 2)

# ---- the weight of each mark in each gene: genes x marks --------------------

perMark <- function(x, of) {
    vapply(marks(x), function(mark) of(binMatrix(x, mark)), numeric(nrow(x)))
}
sizeOf <- function(values) rowSums(abs(values))
# Integrated gradients take long: for every fortieth gene.
weights <- function(model, test) {
    told <- attention(model, test)
    share <- sweep(assay(told, "share", withDimnames = FALSE)[, 1, , ], 2:3,
                   t(metadata(told)$meanShare))
    added <- attribution(model, test, "share")
    some <- test[seq(1, nrow(test), by = 40), ]
    integrated <- quietly(attribution(model, some, "integratedGradients",
                                      tolerance = 0.02))
    list(beta = assay(told, "beta")[, 1, ],
         `share, size` = apply(abs(share), 1:2, sum),
         `added by the signal, sum` = perMark(added, rowSums),
         `added by the signal, size` = perMark(added, sizeOf),
         `integrated gradients, sum` = perMark(integrated, rowSums),
         `integrated gradients, size` = perMark(integrated, sizeOf))
}

# ---- agreement --------------------------------------------------------------

top <- function(x) factor(max.col(x, "first"), seq_len(ncol(x)))
agree <- function(a, b) mean(top(a) == top(b))
# Of independent choices with the same frequencies of the marks.
byChance <- function(a, b) {
    sum(prop.table(table(top(a))) * prop.table(table(top(b))))
}
average <- function(values) Reduce(`+`, values) / length(values)
percent <- function(x) sprintf("%.0f", 100 * x)
range3 <- function(x) {
    sprintf("%s (%s to %s)", percent(mean(x)), percent(min(x)), percent(max(x)))
}

# The members' values, those of the first ensemble first.
agreement <- function(name, values) {
    pairs <- utils::combn(length(values), 2L)
    single <- apply(pairs, 2L, function(p) {
        agree(values[[p[1L]]], values[[p[2L]]])
    })
    first <- average(values[seq_len(size)])
    second <- average(values[-seq_len(size)])
    halves <- utils::combn(length(values), size)
    halves <- halves[, halves[1L, ] == 1L, drop = FALSE] # each split once
    split <- apply(halves, 2L, function(own) {
        agree(average(values[own]), average(values[-own]))
    })
    chance <- byChance(first, second)
    both <- agree(first, second)
    most <- sort(table(top(first)), decreasing = TRUE)[1L]
    ranks <- mean(vapply(seq_len(ncol(first)), function(j) {
        stats::cor(first[, j], second[, j], method = "spearman")
    }, 0))
    data.frame(`mark by` = name, `single models` = range3(single),
               `two ensembles` = percent(both), `all splits` = range3(split),
               chance = percent(chance),
               kappa = sprintf("%.2f", (both - chance) / (1 - chance)),
               `most common` = sprintf(
                   "%s, %s", colnames(first)[as.integer(names(most))],
                   percent(most / nrow(first))),
               `rank correlation` = sprintf("%.2f", ranks), check.names = FALSE)
}

# ---- one cell type ----------------------------------------------------------

train <- function(seed, parts) {
    quietly(attentiveChrome(parts$train, parts$validation, seed = seed,
                            progress = FALSE))
}
study <- function(cellType) {
    parts <- inThirds(readPileup(cellType))
    if (nzchar(Sys.getenv("BENCH_QUICK"))) {
        parts <- lapply(parts, function(part) part[seq(1, nrow(part), 20), ])
    }
    models <- lapply(seq_len(2 * size), train, parts = parts)
    ensembles <- list(modelEnsemble(models[seq_len(size)]),
                      modelEnsemble(models[-seq_len(size)]))
    told <- lapply(models, weights, parts$test)
    rows <- lapply(names(told[[1L]]), function(name) {
        agreement(name, lapply(told, `[[`, name))
    })
    measure <- function(model) {
        unlist(quietly(evaluate(model, parts$test))[c("auroc", "auprc", "brier",
                                                      "logLoss")])
    }
    single <- vapply(models, measure, numeric(4))
    ensemble <- vapply(ensembles, measure, numeric(4))
    # The part of the uncertainty that comes from training, and the errors.
    unsure <- predictionUncertainty(ensembles[[1L]], parts$test)
    label <- expressionLabel(parts$test)[, 1L]
    wrong <- (unsure$probability > 0.5) != label
    half <- unsure$training > stats::median(unsure$training)
    list(agreement = do.call(rbind, rows),
         accuracy = data.frame(
             measure = c("AUROC", "AUPRC", "Brier", "log loss"),
             `single models` = sprintf("%.4f (%.4f to %.4f)", rowMeans(single),
                                       apply(single, 1L, min),
                                       apply(single, 1L, max)),
             `first ensemble` = sprintf("%.4f", ensemble[, 1L]),
             `second ensemble` = sprintf("%.4f", ensemble[, 2L]),
             check.names = FALSE),
         uncertainty = sprintf(paste(
             "Mean uncertainty of the first ensemble: total %.3f nats, of",
             "which %.4f from training. Errors among the half of the genes",
             "with more of it: %.1f %%, the other half: %.1f %%."), mean(unsure$total),
             mean(unsure$training), 100 * mean(wrong[half]),
             100 * mean(wrong[!half])))
}

lines <- c("## Ensembles", "",
    sprintf("Two ensembles of %d default models each, of the seeds 1 to %d,",
            size, 2 * size),
    "trained and tested on thirds of the genes. The mark that is most",
    "important for a test gene, in percent of the genes for which it is the same:", "",
    "* single models: all pairs of them, mean and range;",
    "* two ensembles: of the means of their members;",
    "* all splits: the models in two halves in all ways, mean and range;",
    "* chance: two independent choices with the same frequencies of the marks;",
    "  kappa: (agreement - chance) / (1 - chance);",
    "* most common: the mark that is most often the most important one, and in",
    "  how many percent of the genes;",
    "* rank correlation over the genes of the two ensembles, mean of marks.",
    "", "`beta`: attention over the marks. Share: sum over the bins of the",
    "absolute share, less that of the average training gene. Added by the",
    "signal: `attribution(method = \"share\")`, alpha beta (v - v without",
    "signal), sum or sum of absolute values over the bins. Integrated",
    "gradients likewise, for every fortieth gene.")
found <- study("E013")
writeResult("ensembles.md", c(lines, "", markdown(found$agreement), "",
                              markdown(found$accuracy), "", found$uncertainty))
