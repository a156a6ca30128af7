# The difference of two cell types on real genome-wide data: K562 and A549
# peaks, thirds by the order of the ids, log2((b + 1) / (a + 1)) of the RPKM.
# DeepDiff's variants, additive attention and a linear model of both samples'
# zones; and the speed beside PyTorch. Writes bench/results/differences.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

pair <- c("E123", "E114")
peaks <- list(readPeaks("K562", pair[1L]), readPeaks("A549", pair[2L]))
genes <- intersect(rownames(peaks[[1L]]), rownames(peaks[[2L]]))
signal <- do.call(cbind, lapply(peaks, function(x) x[genes, ]))
rpkm <- vapply(c("K562", "A549"), function(name) {
    meta <- readRDS(file.path(genomeWide, paste0(name, "-peaks.rds")))$meta
    meta$rpkm[match(genes, sub("_.*", "", meta$gene))]
}, numeric(length(genes)))
dimnames(rpkm) <- list(genes, pair)
signal <- quietly(addExpression(signal, rpkm))
parts <- inThirds(signal)
measured <- log2(assay(parts$test, "expression") + 1)
change <- measured[, 2L] - measured[, 1L]

measure <- function(model, seconds) {
    p <- suppressWarnings(predict(model, parts$test))[, 1L]
    data.frame(Pearson = stats::cor(change, p),
               Spearman = stats::cor(change, p, method = "spearman"),
               R2 = 1 - mean((change - p)^2) / mean((change - mean(change))^2),
               seconds = seconds)
}
# `epochs`: fewer than the recipes have, as the LSTMs over 200 bins take long.
# The rows are shown as they come.
fit <- function(architecture, recipe, epochs) {
    seconds <- sum(system.time(model <- quietly(attentiveChrome(
        parts, architecture = architecture, recipe = recipe,
        target = "difference", cellTypes = pair, seed = 1, threads = 1,
        epochs = epochs, progress = FALSE)))[1:2])
    row <- cbind(model = sprintf("%s, %s, %g epochs", architecture, recipe,
                                 epochs), measure(model, seconds))
    message(paste(format(row), collapse = " "))
    row
}

variants <- c("raw_d", "raw_c", "raw", "aux", "aux_siamese", "raw_aux",
              "raw_aux_siamese")
rows <- c(
    lapply(c("meanLogCount", "zones", "randomForest"), function(method) {
        seconds <- sum(system.time(model <- trainBaseline(
            parts, method, target = "difference", cellTypes = pair,
            seed = 1))[1:2])
        cbind(model = method, measure(model, seconds))
    }),
    lapply(sized(c("additive", "raw_d"), character()), fit, "default", 15),
    lapply(c("additive", sized(variants, "raw_d")), fit, "default",
           sized(4, 1)),
    lapply(sized("raw_d", character()), fit, "deepdiff", 90))
table <- do.call(rbind, rows)

# ---- speed ------------------------------------------------------------------

# One epoch of 200 genes of 200 bins and 5 marks, mini-batches of 10, one thread
# each: CPU times of alternated rounds. "raw_d" is the default of the authors'
# code, "raw_aux_siamese" the largest of their loss.
speedGenes <- 200
ownEpochs <- sized(5, 1)
hasTorch <- system2("/usr/bin/python3", c("-c", shQuote("import torch")),
                    stdout = FALSE, stderr = FALSE) == 0
ownEpoch <- function(variant) {
    toy <- simulateChromatin(genes = speedGenes, cellTypes = 2, bins = 200,
                             scenario = "blocks", seed = 1)
    train <- function(epochs) {
        sum(system.time(quietly(attentiveChrome(
            toy, architecture = variant, recipe = "deepdiff",
            target = "difference", epochs = epochs, seed = 1, threads = 1,
            progress = FALSE)))[1:2])
    }
    (train(1 + ownEpochs) - train(1)) / ownEpochs
}
peerEpoch <- function(variant) {
    out <- system2("/usr/bin/python3", c("tools/torch_deepdiff.py", variant,
                                         "--genes", speedGenes), stdout = TRUE)
    as.numeric(sub(".*: ", "", out[length(out)]))
}
timed <- function(variant, rounds = sized(3, 1)) {
    times <- replicate(rounds, c(ownEpoch(variant), peerEpoch(variant)))
    ratios <- times[2L, ] / times[1L, ]
    data.frame(variant = variant, rounds = rounds,
               `seconds an epoch` = min(times[1L, ]),
               PyTorch = min(times[2L, ]), ratio = stats::median(ratios),
               lowest = min(ratios), highest = max(ratios),
               check.names = FALSE)
}
speed <- if (hasTorch) {
    do.call(rbind, lapply(sized(c("raw_d", "raw_aux_siamese"), "raw_d"), timed))
}

writeResult("differences.md", c(
    "## The difference of two cell types",
    "",
    sprintf(paste("K562 to A549, peaks, test third (%d genes): the change of",
                  "log2(RPKM + 1)."), length(change)),
    "The baselines are linear regressions and a forest of the mean log",
    "signal of the marks, or of ten zones of each, in A, B and A - B.",
    "seconds: CPU time of the training on one thread. Most networks have few",
    "epochs, as the LSTMs of 200 bins take long; `deepdiff` is the paper's",
    "recipe.",
    "",
    markdown(table),
    if (!is.null(speed)) c(
        "",
        sprintf(paste("One epoch of %d genes of 200 bins and five marks in",
                      "mini-batches of 10 (CPU"), speedGenes),
        "seconds, one thread; the least and the median ratio of alternated",
        "rounds), beside `tools/torch_deepdiff.py`. `raw_d` is the default of",
        "the authors' code:",
        "",
        markdown(speed, 2))))
