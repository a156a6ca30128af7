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
    lapply(sized("raw_d", character()), fit, "deepdiff", 10))
table <- do.call(rbind, rows)

# ---- speed ------------------------------------------------------------------

# One epoch of 1,000 genes of 200 bins and 5 marks, mini-batches of 10, one
# thread each; the least CPU time of several alternated runs.
hasTorch <- system2("/usr/bin/python3", c("-c", shQuote("import torch")),
                    stdout = FALSE, stderr = FALSE) == 0
timed <- function(variant) {
    toy <- simulateChromatin(genes = 1000, cellTypes = 2, bins = 200,
                             scenario = "blocks", seed = 1)
    own <- function() {
        sum(system.time(quietly(attentiveChrome(
            toy, architecture = variant, recipe = "deepdiff",
            target = "difference", epochs = 2, seed = 1, threads = 1,
            progress = FALSE)))[1:2]) -
            sum(system.time(quietly(attentiveChrome(
                toy, architecture = variant, recipe = "deepdiff",
                target = "difference", epochs = 1, seed = 1, threads = 1,
                progress = FALSE)))[1:2])
    }
    peer <- function() {
        out <- system2("/usr/bin/python3", c("tools/torch_deepdiff.py",
                                             variant), stdout = TRUE)
        as.numeric(sub(".*: ", "", out[length(out)]))
    }
    times <- replicate(sized(2, 1), c(own(), peer())) # alternated
    data.frame(variant = variant, `seconds an epoch` = min(times[1L, ]),
               PyTorch = min(times[2L, ]),
               ratio = min(times[2L, ]) / min(times[1L, ]),
               check.names = FALSE)
}
speed <- if (hasTorch) {
    timed("raw_d")
}

writeResult("differences.md", c(
    "## The difference of two cell types",
    "",
    sprintf(paste("K562 to A549, peaks, test third (%d genes): the change of",
                  "log2(RPKM + 1)."), length(change)),
    "The baselines are linear regressions and a forest of the mean log",
    "signal of the marks, or of ten zones of each, in A, B and A - B.",
    "seconds: CPU time of the training on one thread. The networks have few",
    "epochs, as the LSTMs of 200 bins take long; the paper has 90.",
    "",
    markdown(table),
    if (!is.null(speed)) c(
        "",
        "One epoch of 1,000 genes of 200 bins and five marks in mini-batches",
        "of 10 (CPU seconds, one thread; the least of alternated runs), beside",
        "`tools/torch_deepdiff.py`:",
        "",
        markdown(speed, 2))))
