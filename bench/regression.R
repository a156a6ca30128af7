# Expression as a number on real genome-wide data (E013, thirds by the order of
# the ids, log2(RPKM + 1)): networks, linear models, a forest, and the gene's
# mean in other cell types. Writes bench/results/regression.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

data <- readRDS(file.path(genomeWide, "E013.rds"))
order <- order(names(data$rpkm))
signal <- chromatinSignal(lapply(data$hundredths, function(x) x[order, ] / 100),
                          cellType = "E013")
signal <- quietly(addExpression(signal, data$rpkm[order]))
parts <- inThirds(signal)
rpkm <- readRDS(file.path(genomeWide, "rpkm56.rds"))
seeds <- sized(3, 1)

fit <- function(loss, seed, ..., target = "expression") {
    quietly(attentiveChrome(parts, target = modelTarget(target, loss = loss),
                            seed = seed, threads = 1, progress = FALSE, ...))
}
squared <- lapply(seq_len(seeds), fit, loss = "squared")
huber <- lapply(seq_len(seeds), fit, loss = "huber")
two <- lapply(seq_len(seeds), fit, loss = "squared", target = "twoStage")
others <- list(deepchrome = fit("squared", 1, architecture = "deepchrome"),
               `lstm-attn` = fit("squared", 1, architecture = "lstm-attn"))

methods <- c("meanLogCount", "zones", "shallowChrome", "elasticNet",
             "randomForest", "geneMean", "zonesGeneMean")
baselines <- lapply(stats::setNames(nm = methods), function(method) {
    further <- if (grepl("eneMean", method)) list(expression = rpkm)
    do.call(trainBaseline, c(list(parts, method, target = "expression",
                                  seed = 1), further))
})
baselines$networkGeneMean <- trainBaseline(
    parts, "networkGeneMean", target = "expression", network = squared[[1]],
    expression = rpkm)

# ---- measures ---------------------------------------------------------------

# Genes that are in the table of the 56 cell types.
test <- parts$test[rownames(parts$test) %in% rownames(rpkm), ]
measure <- function(model) {
    e <- as.data.frame(evaluate(model, test, draws = 0,
                                baselines = baselines["geneMean"]))
    unlist(e[c("pearson", "spearman", "r2", "rmse", "deviation")])
}
meanOf <- function(models) rowMeans(vapply(models, measure, numeric(5)))
rows <- c(list(`additive, squared error` = meanOf(squared),
               `additive, Huber` = meanOf(huber),
             `additive, two stages` = meanOf(two),
               `additive, ensemble` = measure(modelEnsemble(
                   squared, parts$validation))),
          lapply(others, measure), lapply(baselines, measure))
if (seeds == 1) rows <- rows[names(rows) != "additive, ensemble"]
table <- data.frame(model = names(rows), do.call(rbind, rows),
                    row.names = NULL)
names(table) <- c("model", "Pearson", "Spearman", "R2", "RMSE",
                  "deviation")

# ---- differences and intervals ----------------------------------------------

compared <- evaluate(squared[[1]], test, baselines = baselines[
    c("zones", "randomForest")])
difference <- function(name) {
    v <- unlist(as.data.frame(compared)[paste0(name, c(
        "Difference", "DifferenceLower", "DifferenceUpper"))])
    sprintf("%+.3f (%+.3f to %+.3f)", v[1], v[2], v[3])
}
y <- log2(as.vector(assay(test, "expression")) + 1)
coverage <- vapply(c(0.8, 0.9, 0.95), function(level) {
    bounds <- predict(squared[[1]], test, type = "interval", level = level)
    mean(y >= bounds[, 1, "lower"] & y <= bounds[, 1, "upper"])
}, 0)

writeResult("regression.md", c(
    "## Expression as a number, E013",
    "",
    sprintf(paste("Test third by the order of the ids (%d genes),",
                  "log2(RPKM + 1). `additive`:"), nrow(test)),
    sprintf(paste("mean over %d seeds. The baselines are linear regressions",
                  "but for the forest;"), seeds),
    "`zones` reads 50 log zones. deviation: Pearson of the deviations from the",
    "gene's mean in the other 55 cell types, which is what chromatin adds.",
    "`geneMean` is this mean alone.",
    "",
    markdown(table),
    "",
    sprintf(paste("Pearson, first seed against `zones`: %s; against the",
                  "forest: %s"), difference("zones"),
            difference("randomForest")),
    "(95% intervals by the bootstrap of genes).",
    "",
    sprintf(paste("Intervals of `predict(type = \"interval\")` at 80, 90 and",
                  "95%%: %s of the test"),
            paste(sprintf("%.1f%%", 100 * coverage), collapse = ", ")),
    "genes inside."))
