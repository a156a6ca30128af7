# Explanations of the default model and of the published one: whether they order
# the bins of a gene alike, on real data, and whether they find the causal bins
# of simulated genes. Writes bench/results/explanations.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

train <- function(parts, recipe, seed = 1) {
    quietly(attentiveChrome(parts$train, parts$validation, recipe = recipe,
                            seed = seed, progress = FALSE))
}

# ---- rank agreement on real genes -------------------------------------------

parts <- inThirds(readPileup("E013"))
some <- parts$test[round(seq(1, nrow(parts$test),
                             length.out = sized(100, 10))), ]
ranks <- function(recipe) {
    faithfulness(train(parts, recipe), some, seed = 1, draws = 2)$agreement
}
own <- list(additive = ranks("default"),
            `lstm-alpha-beta, as published` = ranks("published"))
of <- function(agreement, row, column) {
    if (row %in% rownames(agreement)) agreement[row, column] else NA
}
explained <- c(share = "shares", attention = "alpha x beta")
agreement <- do.call(rbind, lapply(names(own), function(model) {
    do.call(rbind, lapply(names(explained), function(row) {
        data.frame(model = model, explanation = explained[[row]],
                   `integrated gradients` = of(own[[model]], row,
                                               "integratedGradients"),
                   occlusion = of(own[[model]], row, "occlusion"),
                   check.names = FALSE)
    }))
}))
agreement <- agreement[!is.na(agreement$occlusion), ]

# ---- causal bins of simulated genes -----------------------------------------

auprc <- function(truth, score) {
    truth <- truth[order(-score)]
    sum(cumsum(truth) / seq_along(truth) * truth) / sum(truth)
}
spread <- function(model, signal) {
    share <- attribution(model, signal, "share")
    vapply(marks(signal), function(mark) {
        x <- binMatrix(share, mark)
        colMeans(abs(sweep(x, 2L, colMeans(x))))
    }, numeric(length(binOffsets(signal))))
}
auroc <- function(model, test) quietly(evaluate(model, test))$auroc
find <- function(name, signal) {
    parts <- quietly(splitGenes(signal, "random", seed = 1))
    causal <- metadata(signal)$simulation$causal
    truth <- vapply(marks(signal), function(mark) {
        seq_along(binOffsets(signal)) %in% causal[[mark]]
    }, logical(length(binOffsets(signal))))
    linear <- trainBaseline(parts, "elasticNet", seed = 1)
    models <- lapply(seq_len(sized(5, 1)), train, parts = parts,
                     recipe = "default")
    found <- lapply(models, spread, parts$test)
    each <- vapply(found, function(x) auprc(truth, x), 0)
    data.frame(simulation = name,
               `AUPRC, one fit` = sprintf("%.2f (%.2f to %.2f)", mean(each),
                                          min(each), max(each)),
               `fits averaged` = auprc(truth, Reduce(`+`, found)),
               chance = mean(truth),
               AUROC = mean(vapply(models, auroc, 0, parts$test)),
               `elastic net` = auroc(linear, parts$test), check.names = FALSE)
}
genes <- sized(6000, 300)
causal <- rbind(
    find("blocks", simulateChromatin(genes, bins = 40, binWidth = 200, seed = 3,
        causal = list(H3K4me3 = 19:22, H3K27me3 = 25:30),
        scenario = "blocks")),
    find("realistic", simulateChromatin(genes, bins = 40, binWidth = 250,
                                        seed = 3)))

writeResult("explanations.md", c(
    "## Explanations", "",
    "Median rank correlation over the bins of all marks, 100 test genes of",
    "E013, by size without sign:", "", markdown(agreement, 2), "",
    "Shares of the default model and the causal bins of simulated genes, 2,000",
    "to train, choose and test each, five seeds. Shares: mean absolute",
    "deviation over the test genes.", "", markdown(causal, 3)))
