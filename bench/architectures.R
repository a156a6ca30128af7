# The seven architectures and the baselines on real data, as the paper's table
# 2: Roadmap's E123 and E003, five seeds, two cores. The 200 validation genes
# are the ones to judge by, so they choose nothing: every network has the same
# settings and keeps its last epoch. Writes bench/results/architectures.md.
source(file.path("bench", "helper.R"))

data <- needShared("data", "roadmap-600")
cells <- c("E123", "E003")
seeds <- sized(1:5, 1:2)
epochs <- sized(30, 1)
learningRate <- 1e-3

read <- function(name) {
    readChromeTable(file.path(data, cells, "classification", name), cells)
}
parts <- list(train = read("train.csv"), test = read("valid.csv"))

seconds <- system.time(comparison <- compareModels(parts,
    baselines = c("meanLogCount", "bestBin", "elasticNet", "randomForest"),
    seeds = seeds, epochs = epochs, learningRate = learningRate,
    recipe = "published", transform = "log1p",
    BPPARAM = BiocParallel::MulticoreParam(2),
    progress = FALSE))[["elapsed"]]

# A dash where there is none.
shown <- function(form, ...) {
    ifelse(is.na(..1), "-", sprintf(form, ...))
}

cellTable <- function(cell, table) {
    own <- table[table$cellType == cell, ]
    c(paste("###", cell), "", markdown(data.frame(
        model = own$model, AUROC = shown("%.4f", own$auroc),
        `95 % interval` = shown("%.3f to %.3f", own$lower, own$upper),
        `sd over seeds` = shown("%.4f", own$seedSd),
        AUPRC = shown("%.4f", own$auprc),
        `less DeepChrome` = shown("%+.4f", own$difference),
        `its interval` = shown("%+.3f to %+.3f", own$differenceLower,
                               own$differenceUpper),
        `adjusted p` = shown("%.3f", own$pAdjusted), check.names = FALSE)), "")
}

overall <- summary(comparison)
best <- overall$model[which.max(overall$mean)]
networks <- listArchitectures()$architecture
kind <- if (best %in% networks) "a network" else "a baseline"
perRun <- tapply(comparison$runs$seconds, comparison$runs$model, mean)
overall <- data.frame(model = overall$model,
    `mean AUROC` = shown("%.4f", overall$mean),
    `better than DeepChrome in` = shown("%d of %d", overall$better,
                                        length(cells)),
    `seconds a run` = shown("%.2f", perRun[overall$model]),
    check.names = FALSE)

table <- as.data.frame(comparison)
clear <- sum(table$pAdjusted < 0.05, na.rm = TRUE)
writeResult("architectures.md", c("## Architectures and baselines", "",
    sprintf(paste("AUROC on the %d genes to judge by, which chose nothing",
        "(%d training genes; log1p, %d epochs, the last kept, Adam %g, batch",
        "16, the sizes of `listArchitectures()`); mean over %d seeds.",
        "Intervals and p-values count genes and seeds, the p-values are",
        "adjusted by Holm's method. All %d runs took %.0f s on two cores."),
        nrow(parts$test), nrow(parts$train), epochs, learningRate,
        length(seeds), nrow(comparison$runs), seconds), "",
    sprintf(paste("The highest mean AUROC is that of %s, %s. Of the %d",
        "differences to DeepChrome, %d have an adjusted p-value below 0.05.",
        "So few genes and cell types cannot rank these models: the paper",
        "judges by 6,600 genes in each of 56. The settings were tuned for none",
        "of them."),
        best, kind, sum(!is.na(table$pValue)), clear), "",
    markdown(overall), "",
    unlist(lapply(cells, cellTable, table))))
stopifnot(seconds < 600)
