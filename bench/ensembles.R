# Whether two ensembles of five default models, of different seeds, name the
# same mark as the most important one of a gene, by attention, shares and
# attributions, and what an ensemble adds in accuracy. Writes
# bench/results/ensembles.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

size <- sized(5, 2)

# ---- the weight of each mark in each gene: genes x marks --------------------

perMark <- function(x, of) {
    vapply(marks(x), function(mark) of(binMatrix(x, mark)), numeric(nrow(x)))
}
sizeOf <- function(values) rowSums(abs(values))
quantities <- list(
    `beta` = function(model, test) assay(attention(model, test), "beta")[, 1, ],
    `share, size` = function(model, test) {
        at <- attention(model, test)
        share <- sweep(assay(at, "share", withDimnames = FALSE)[, 1, , ], 2:3,
                       t(metadata(at)$meanShare))
        apply(abs(share), 1:2, sum)
    },
    `added by the signal, sum` = function(model, test) {
        perMark(attribution(model, test, "share"), rowSums)
    },
    `added by the signal, size` = function(model, test) {
        perMark(attribution(model, test, "share"), sizeOf)
    },
    `integrated gradients, sum` = function(model, test) {
        perMark(quietly(attribution(model, test, "integratedGradients",
                                    tolerance = 0.02)), rowSums)
    },
    `integrated gradients, size` = function(model, test) {
        perMark(quietly(attribution(model, test, "integratedGradients",
                                    tolerance = 0.02)), sizeOf)
    }
)
# Integrated gradients take long: for every tenth gene.
some <- function(name, test) {
    if (!startsWith(name, "integrated")) return(test)
    test[seq(1, nrow(test), by = 10), ]
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

study <- function(cellType) {
    parts <- inThirds(readPileup(cellType))
    if (nzchar(Sys.getenv("BENCH_QUICK"))) {
        parts <- lapply(parts, function(part) part[seq(1, nrow(part), 20), ])
    }
    ensembles <- lapply(1:2, function(seed) {
        quietly(attentiveChrome(parts$train, parts$validation, seed = seed,
                                members = size, epochs = sized(15, 2),
                                progress = FALSE))
    })
    models <- unlist(lapply(ensembles, function(ensemble) {
        lapply(seq_along(ensemble), function(i) ensemble[[i]])
    }))
    rows <- lapply(names(quantities), function(name) {
        test <- some(name, parts$test)
        agreement(name, lapply(models, quantities[[name]], test))
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
             "Mean uncertainty of the first ensemble: total %.3f nats, of which",
             "%.4f from training. Errors among the half of the genes with more",
             "of it: %.1f %%, the other half: %.1f %%."), mean(unsure$total),
             mean(unsure$training), 100 * mean(wrong[half]),
             100 * mean(wrong[!half])))
}

lines <- c("## Ensembles", "",
    sprintf("Two ensembles of %d default models each (`seed` 1 and 2), trained",
            size),
    "and tested on thirds of the genes. The mark that is most important for a",
    "test gene, in percent of the genes for which it is the same:", "",
    "* single models: all pairs of the ten, mean and range;",
    "* two ensembles: of the means of their members;",
    "* all splits: the ten models in two halves in all 126 ways;",
    "* chance: two independent choices with the same frequencies of the marks;",
    "  kappa: (agreement - chance) / (1 - chance);",
    "* most common: the mark that is most often the most important one, and in",
    "  how many percent of the genes;",
    "* rank correlation over the genes of the two ensembles, mean of the marks.",
    "", "`beta`: attention over the marks. Share: sum over the bins of the",
    "absolute share, less that of the average training gene. Added by the",
    "signal: `attribution(method = \"share\")`, alpha beta (v - v without",
    "signal), sum or sum of absolute values over the bins. Integrated gradients",
    "likewise, for every tenth gene.")
for (cellType in c("E013", "E066")) {
    found <- study(cellType)
    lines <- c(lines, "", paste("###", cellType), "",
               markdown(found$agreement), "", markdown(found$accuracy), "",
               found$uncertainty)
}
writeResult("ensembles.md", c(lines, "", machine()))
