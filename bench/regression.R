# Expression as a number on real genome-wide data (log2(RPKM + 1)): networks,
# linear models, a forest, and the gene's mean in other cell types; in E013 in
# thirds by the order of the ids, and in short by chromosomes and in other cell
# types. Writes bench/results/regression.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

rpkm <- readRDS(file.path(genomeWide, "rpkm56.rds"))
seeds <- sized(3, 1)

numbersOf <- function(cellType) {
    data <- readRDS(file.path(genomeWide, paste0(cellType, ".rds")))
    order <- order(names(data$rpkm))
    signal <- chromatinSignal(lapply(data$hundredths,
                                     function(x) x[order, ] / 100),
                              cellType = cellType)
    quietly(addExpression(signal, data$rpkm[order]))
}
fit <- function(parts, loss, seed, ..., target = "expression") {
    quietly(attentiveChrome(parts$train, parts$validation,
                            target = modelTarget(target, loss = loss),
                            seed = seed, threads = 1, progress = FALSE, ...))
}
baseline <- function(part, method, ...) {
    trainBaseline(part, method, target = "expression", seed = 1, ...)
}
# Genes that are in the table of the 56 cell types.
tested <- function(parts) {
    parts$test[rownames(parts$test) %in% rownames(rpkm), ]
}
measured <- function(signal) log2(as.vector(assay(signal, "expression")) + 1)

# ---- all models, in E013 in thirds ------------------------------------------

liver <- numbersOf("E013")
parts <- inThirds(liver)
test <- tested(parts)
squared <- lapply(seq_len(seeds), fit, parts = parts, loss = "squared")
huber <- lapply(seq_len(seeds), fit, parts = parts, loss = "huber")
two <- lapply(seq_len(seeds), fit, parts = parts, loss = "squared",
              target = "twoStage")
others <- list(
    deepchrome = fit(parts, "squared", 1, architecture = "deepchrome"),
    `lstm-attn` = fit(parts, "squared", 1, architecture = "lstm-attn"))

methods <- c("meanLogCount", "zones", "shallowChrome", "elasticNet",
             "randomForest", "geneMean", "zonesGeneMean")
baselines <- lapply(stats::setNames(nm = methods), function(method) {
    further <- if (grepl("eneMean", method)) list(expression = rpkm)
    do.call(baseline, c(list(parts, method), further))
})
baselines$networkGeneMean <- baseline(parts, "networkGeneMean",
                                      network = squared[[1]],
                                      expression = rpkm)

measure <- function(model) {
    e <- as.data.frame(evaluate(model, test, draws = 0,
                                baselines = baselines["geneMean"]))
    unlist(e[c("pearson", "spearman", "r2", "rmse", "deviation")])
}
meanOf <- function(models) rowMeans(vapply(models, measure, numeric(5)))
ensembleOf <- function(models, parts) {
    if (length(models) > 1L) modelEnsemble(models, parts$validation)
    else models[[1L]]
}
rows <- c(list(`additive, squared error` = meanOf(squared),
               `additive, Huber` = meanOf(huber),
               `additive, ensemble` = measure(ensembleOf(squared, parts)),
               `additive, two stages` = meanOf(two)),
          lapply(others, measure), lapply(baselines, measure))
table <- data.frame(model = names(rows), do.call(rbind, rows),
                    row.names = NULL)
names(table) <- c("model", "Pearson", "Spearman", "R2", "RMSE",
                  "deviation")

# ---- differences and intervals ----------------------------------------------

compared <- function(model, test, baselines) {
    evaluation <- as.data.frame(evaluate(model, test, baselines = baselines))
    vapply(names(baselines), function(name) {
        v <- unlist(evaluation[paste0(name, c("Difference", "DifferenceLower",
                                              "DifferenceUpper"))])
        sprintf("%+.3f (%+.3f to %+.3f)", v[1], v[2], v[3])
    }, "")
}
differences <- compared(squared[[1]], test,
                        baselines[c("zones", "randomForest")])
y <- measured(test)
coverage <- vapply(c(0.8, 0.9, 0.95), function(level) {
    bounds <- predict(squared[[1]], test, type = "interval", level = level)
    mean(y >= bounds[, 1, "lower"] & y <= bounds[, 1, "upper"])
}, 0)

# ---- other splits and cell types, in short ----------------------------------

predictions <- function(models, signal) {
    as.data.frame(lapply(models, function(m) {
        as.vector(suppressWarnings(predict(m, signal)))
    }))
}
# Of the network and the forest, by least squares on the validation genes.
blendOf <- function(models, parts, test) {
    weights <- stats::lm(y ~ ., cbind(predictions(models, parts$validation),
                                      y = measured(parts$validation)))
    stats::predict(weights, predictions(models, test))
}
# One network of the first seed.
study <- function(name, parts, network = fit(parts, "squared", 1),
                  own = lapply(stats::setNames(nm = c("zones", "randomForest")),
                               baseline, part = parts$train)) {
    test <- tested(parts)
    y <- measured(test)
    mean <- baseline(parts$train, "geneMean", expression = rpkm)
    both <- list(network = network, forest = own$randomForest)
    told <- predictions(c(both, list(zones = own$zones, mean = mean)), test)
    wrong <- y - told
    against <- compared(network, test, own[c("zones", "randomForest")])
    data.frame(
        data = name, genes = nrow(test),
        t(stats::cor(told, y, use = "complete.obs"))[
            , c("network", "zones", "forest"), drop = FALSE],
        blend = stats::cor(y, blendOf(both, parts, test)),
        geneMean = stats::cor(y, told$mean, use = "complete.obs"),
        `against zones` = against[["zones"]],
        `against the forest` = against[["randomForest"]],
        errors = stats::cor(wrong$network, wrong$forest), check.names = FALSE)
}
studies <- do.call(rbind, c(
    list(study("E013, thirds by id", parts, squared[[1]],
               baselines[c("zones", "randomForest")])),
    if (seeds > 1) list(
        study("E013, by chromosome", byChromosome(liver)),
        study("E066, thirds by id", inThirds(numbersOf("E066"))))))

# The other cell types as predictions of E013.
near <- sort(stats::cor(log2(rpkm[rownames(test), ] + 1), y)[, 1L],
             decreasing = TRUE)
near <- near[names(near) != "E013"]

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
                  "forest: %s"), differences[["zones"]],
            differences[["randomForest"]]),
    "(95% intervals by the bootstrap of genes).",
    "",
    sprintf(paste("Intervals of `predict(type = \"interval\")` at 80, 90 and",
                  "95%%: %s of the test"),
            paste(sprintf("%.1f%%", 100 * coverage), collapse = ", ")),
    "genes inside.",
    "",
    "### Other splits and cell types",
    "",
    "Pearson of test genes. `network`: additive, one seed; `blend`: least",
    "squares of the network and the forest on the validation genes; `against`:",
    "the network, with 95% intervals by the bootstrap of genes; `errors`:",
    "correlation of the errors of the network and of the forest.",
    "",
    markdown(studies),
    "",
    sprintf(paste("The other cell types as predictions of E013: Pearson %.3f",
                  "(%s) to %.3f (%s), median %.3f."), near[1L],
            names(near)[1L], near[length(near)], names(near)[length(near)],
            stats::median(near))))
