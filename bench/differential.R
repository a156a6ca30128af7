# differentialAttention(): false discoveries on data without a difference
# between the groups, and what it finds of a planted one, for each quantity and
# for the signal itself. Writes bench/results/differential.md.
source(file.path("bench", "helper.R"))

quantities <- c("beta", "alpha", "share")
genes <- sized(600, 90)
planted <- 15

# Six cell types in the realistic scenario, where each gene may change its state
# in each; six replicates of one of them, with gamma variation between
# replicates (coefficient of variation 0.2 for each gene and mark) and Poisson
# reads; and six cell types with independent marks.
cellTypes <- function(seed) {
    simulateChromatin(genes, cellTypes = 6, bins = 40, binWidth = 250,
                      seed = seed)
}
replicates <- function(seed) {
    signal <- cellTypes(seed)
    set.seed(seed)
    for (assay in c(marks(signal), "label", "expression")) {
        x <- assay(signal, assay)
        if (assay %in% marks(signal)) {
            level <- matrix(rgamma(genes * 6, 25, 25), genes)
            mean <- x[, rep(1, 6), ] * rep(level, dim(x)[3])
            x[] <- rpois(length(x), mean)
        } else {
            x[] <- x[, rep(1, 6)]
        }
        assay(signal, assay) <- x
    }
    signal
}
blocks <- function(seed) {
    simulateChromatin(genes, cellTypes = 6, bins = 40, binWidth = 250,
                      seed = seed, scenario = "blocks",
                      causal = list(H3K4me3 = 19:22, H3K27me3 = 19:30))
}

# Fivefold H3K27me3 in some genes of the last three samples.
plant <- function(signal, seed) {
    set.seed(seed)
    editSignal(signal, "scale", "H3K27me3", amount = 5,
               genes = sample(rownames(signal), planted),
               cellTypes = colnames(signal)[4:6])
}
plantedGenes <- function(signal, seed) {
    set.seed(seed)
    sample(rownames(signal), planted)
}

compare <- function(signal, seed, marks = NULL) {
    parts <- suppressMessages(splitGenes(signal, "random", seed = 1))
    model <- suppressMessages(attentiveChrome(
        rbind(parts$train, parts$test), parts$validation, seed = seed,
        progress = FALSE, threads = 1))
    between <- list(first = colnames(signal)[1:3],
                    second = colnames(signal)[4:6])
    lapply(stats::setNames(nm = quantities), function(what) {
        as.data.frame(differentialAttention(model, signal, between, what,
                                            marks = marks, threads = 1))
    })
}
# The p-values of each quantity and of the signal.
tested <- function(tables) {
    columns <- c("gene", "mark", "pValue", "fdr")
    signal <- tables$share[c("gene", "mark", "signalPValue", "signalFdr")]
    c(lapply(tables, `[`, columns),
      list(signal = stats::setNames(signal, columns)))
}
titles <- c(beta = "beta (clr)", alpha = "alpha within 1 kb (logit)",
            share = "share", signal = "signal (log2)")

# ---- no difference ----------------------------------------------------------

nullRows <- function(simulate, seeds) {
    runs <- lapply(seeds, function(seed) {
        rows <- lapply(tested(compare(simulate(seed), seed)), function(x) {
            c(below = mean(x$pValue < 0.05, na.rm = TRUE),
              small = mean(x$pValue < 0.001, na.rm = TRUE),
              rows = sum(x$fdr < 0.05, na.rm = TRUE))
        })
        message("null ", seed)
        do.call(cbind, rows)
    })
    do.call(rbind, lapply(names(titles), function(name) {
        x <- vapply(runs, function(run) run[, name], numeric(3))
        any <- sum(x["rows", ] > 0)
        interval <- stats::binom.test(any, length(seeds))$conf.int
        # All rows are false: the false discovery proportion of a data set is 1
        # where there is one, and 0 otherwise.
        data.frame(quantity = titles[[name]], `data sets` = length(seeds),
                   `with FDR < 0.05` = any,
                   `mean false discovery proportion` = sprintf(
                       "%.3f (%.3f-%.3f)", any / length(seeds), interval[1L],
                       interval[2L]),
                   `p < 0.05` = sprintf("%.3f (%.3f-%.3f)",
                                        mean(x["below", ]), min(x["below", ]),
                                        max(x["below", ])),
                   `p < 0.001` = sprintf("%.4f", mean(x["small", ])),
                   check.names = FALSE)
    }))
}

# ---- power ------------------------------------------------------------------

powerRows <- function(design, simulate, seeds) {
    runs <- lapply(seeds, function(seed) {
        signal <- simulate(seed)
        truth <- plantedGenes(signal, seed)
        all <- tested(compare(plant(signal, seed), seed))
        message("planted ", seed)
        vapply(all, function(x) {
            hit <- x$fdr < 0.05 & !is.na(x$fdr)
            own <- x$mark == "H3K27me3"
            alone <- stats::p.adjust(x$pValue[own], "BH") < 0.05
            c(found = sum(hit & own & x$gene %in% truth),
              alone = sum(alone & x$gene[own] %in% truth, na.rm = TRUE),
              false = sum(hit & !x$gene %in% truth))
        }, numeric(3))
    })
    do.call(rbind, lapply(names(titles), function(name) {
        x <- vapply(runs, function(run) run[, name], numeric(3))
        show <- function(v) paste(x[v, ], collapse = ", ")
        data.frame(design = design, quantity = titles[[name]],
                   `found, all marks tested` = show("found"),
                   `found, H3K27me3 alone` = show("alone"),
                   `other genes` = show("false"), check.names = FALSE)
    }))
}

power <- rbind(
    powerRows("replicates", replicates, seq_len(sized(5, 1))),
    powerRows("independent marks", blocks, seq_len(sized(5, 1))),
    powerRows("cell types", cellTypes, seq_len(sized(5, 1))))
print(power)
nullReplicates <- nullRows(replicates, seq_len(sized(20, 2)))
print(nullReplicates)
nullCells <- nullRows(cellTypes, seq_len(sized(40, 2)))

writeResult("differential.md", c(
    "## Differential attention", "",
    "One default model, trained on six samples of 600 simulated genes (40 bins",
    "of 250 bp, five marks), three samples against three: 3,000 rows (genes x",
    "marks) a data set.", "",
    "*No difference between the groups, cell types of the realistic scenario.*",
    "p-values: mean over the data sets (range); false discovery proportion:",
    "its 95 % interval.", "", markdown(nullCells), "",
    "*No difference, replicates of one cell type.*", "",
    markdown(nullReplicates), "",
    "*Fivefold H3K27me3 in 15 genes of one group.* How many of the 15 are",
    "found at an FDR of 0.05 in each of five data sets, where all marks are",
    "tested, and where H3K27me3 alone is; and rows of other genes that are",
    "found.", "",
    markdown(power)))
