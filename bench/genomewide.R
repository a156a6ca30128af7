# All architectures and baselines on real genome-wide data, with the package's
# defaults: AUROC, Brier score and calibration on test genes, the agreement of
# explanations between seeds, and the differences with intervals that count
# genes and seeds. Writes bench/results/genomewide.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

auroc <- AttentiveChrome:::.auroc

signals <- list(E013 = readPileup("E013"), E066 = readPileup("E066"),
                K562 = readPeaks("K562", "E123"),
                A549 = readPeaks("A549", "E114"))
splits <- list(`E013, thirds` = inThirds(signals$E013),
               `E013, chromosomes` = byChromosome(signals$E013),
               `E066, thirds` = inThirds(signals$E066),
               `K562 peaks, thirds` = inThirds(signals$K562),
               `A549 peaks, thirds` = inThirds(signals$A549))
seeds <- sized(5, 1)
cores <- BiocParallel::MulticoreParam(sized(2, 1))

# ---- fits -------------------------------------------------------------------

# Of the two that are compared, five seeds on the first data set and three on
# the others; one of the other architectures.
seedsOf <- function(data, architecture) {
    compared <- architecture %in% c("additive", "deepchrome")
    if (!compared) 1
    else if (data == names(splits)[1L]) seeds
    else min(seeds, 3)
}
networks <- c(
    list(c("additive", "default"), c("deepchrome", "default")),
    lapply(setdiff(listArchitectures()$architecture,
                   c("additive", "deepchrome")), c, "default"),
    list(c("lstm-alpha-beta", "published")))
tasks <- unlist(lapply(names(splits), function(data) {
    unlist(lapply(networks, function(network) {
        lapply(seq_len(seedsOf(data, network[1L])), function(seed) {
            list(data = data, architecture = network[1L], recipe = network[2L],
                 seed = seed)
        })
    }), recursive = FALSE)
}), recursive = FALSE)
if (nzchar(Sys.getenv("BENCH_QUICK"))) tasks <- tasks[1:2]

fit <- function(task) {
    parts <- splits[[task$data]]
    seconds <- system.time(model <- quietly(attentiveChrome(
        parts$train, parts$validation, architecture = task$architecture,
        recipe = task$recipe, seed = task$seed, threads = 1,
        progress = FALSE)))
    out <- list(logit = predict(model, parts$test, type = "link")[, 1L],
                seconds = sum(seconds[1:2]), epoch = model@bestEpoch)
    if (task$architecture == "additive") {
        att <- attention(model, parts$test)
        share <- assay(att, "share")[, 1L, , ]
        sums <- apply(share, c(1, 2), sum)
        out$exact <- max(abs(rowSums(sums) + metadata(att)$bias - out$logit))
        mean <- colSums(metadata(att)$meanShare)
        out$topShare <- max.col(abs(sweep(sums, 2L, mean)), "first")
        out$topBeta <- max.col(assay(att, "beta")[, 1L, ], "first")
    }
    out
}
fits <- BiocParallel::bplapply(tasks, fit, BPPARAM = cores)

labelOf <- function(data) expressionLabel(splits[[data]]$test)[, 1L]
slopeOf <- function(label, logit) {
    unname(stats::coef(stats::glm(label ~ logit, family = "binomial"))[2L])
}
measure <- function(data, logit) {
    label <- labelOf(data)
    c(AUROC = auroc(label, logit),
      Brier = mean((stats::plogis(logit) - label)^2),
      slope = slopeOf(label, logit))
}

# ---- baselines --------------------------------------------------------------

methods <- c("meanLogCount", "zones", "shallowChrome", "elasticNet",
             "randomForest")
simple <- lapply(splits, function(parts) {
    lapply(stats::setNames(nm = methods), function(method) {
        baseline <- trainBaseline(parts$train, method, seed = 1,
            validation = if (method == "elasticNet") parts$validation)
        predict(baseline, parts$test, type = "link")[, 1L]
    })
})

# ---- tables -----------------------------------------------------------------

nameOf <- function(task) {
    if (task$recipe == "published") paste0(task$architecture, ", as published")
    else task$architecture
}
names <- vapply(tasks, nameOf, "")
data <- vapply(tasks, `[[`, "", "data")

fitsOf <- function(name, d) fits[names == name & data == d]
logitsOf <- function(name, d) lapply(fitsOf(name, d), `[[`, "logit")

# A row of a table: the mean over `logits(d)`, a list, for each data set d.
rowOf <- function(logits, column) {
    cells <- vapply(names(splits), function(d) {
        each <- vapply(logits(d), function(logit) measure(d, logit)[[column]],
                       0)
        if (length(each) == 0L) NA else mean(each)
    }, 0)
    c(cells, mean = mean(cells))
}
rows <- c(
    lapply(stats::setNames(nm = unique(names)), function(name) {
        function(d) logitsOf(name, d)
    }),
    list(`additive, seeds averaged` = function(d) {
        logits <- logitsOf("additive", d)
        if (length(logits) > 0L) list(Reduce(`+`, logits) / length(logits))
    }),
    lapply(stats::setNames(nm = methods), function(method) {
        function(d) simple[[d]][method]
    }))
tableOf <- function(column) {
    cells <- do.call(rbind, lapply(rows, rowOf, column))
    cbind(data.frame(model = names(rows)),
          as.data.frame(cells, optional = TRUE))
}

agreement <- function(d, what) {
    tops <- lapply(fitsOf("additive", d), `[[`, what)
    if (length(tops) < 2L) return(NA)
    mean(utils::combn(length(tops), 2L, function(i) {
        mean(tops[[i[1L]]] == tops[[i[2L]]])
    }))
}
of <- function(name, field) {
    mean(vapply(fits[names == name], `[[`, 0, field))
}
seconds <- data.frame(
    model = unique(names),
    `CPU seconds a fit` = vapply(unique(names), of, 0, "seconds"),
    `kept epoch` = vapply(unique(names), of, 0, "epoch"), check.names = FALSE)
stable <- data.frame(
    data = names(splits),
    `top mark by beta` = vapply(names(splits), agreement, 0, "topBeta"),
    `by shares` = vapply(names(splits), agreement, 0, "topShare"),
    check.names = FALSE)

writeResult("genomewide.md", c(
    "## Real genome-wide data, defaults of the package", "",
    "Test AUROC, mean over seeds: of `additive` and `deepchrome` five on the",
    "first data set and three on the others, one of the other architectures.",
    "Thirds: by the order of the ids.", "",
    markdown(tableOf("AUROC"), 4), "",
    "Brier score:", "", markdown(tableOf("Brier"), 4), "",
    "Calibration slope:", "", markdown(tableOf("slope"), 2), "",
    "Share of test genes whose top mark is the same in two fits of `additive`",
    "with different seeds (mean over pairs):", "", markdown(stable, 2), "",
    sprintf("Shares and bias sum to the logit within %.1g (single precision).",
            max(vapply(fits[names == "additive"], `[[`, 0, "exact"))), "",
    "Training, one thread:", "", markdown(seconds, 1)))
