# Whether compareModels() keeps its level: how often two models of equal
# expected AUROC get p < 0.05, and how often a 95 % interval covers the AUROC.
# On drawn scores with effects of genes, clusters of genes and fits; on fits of
# one architecture to simulated signal; and over splits. One core, 3 minutes.
# Writes bench/results/compare.md.
source(file.path("bench", "helper.R"))

covariance <- AttentiveChrome:::.aurocCovariance
crossed <- AttentiveChrome:::.crossedVariance
resampled <- AttentiveChrome:::.resampledVariance
logitInterval <- AttentiveChrome:::.logitInterval
differenceTest <- AttentiveChrome:::.differenceTest
auroc <- AttentiveChrome:::.auroc

# ---- drawn scores -----------------------------------------------------------

# Effects with variance 1; `shared` of it is common to the genes of a cluster.
effect <- function(cluster, shared) {
    sqrt(shared) * rnorm(max(cluster))[cluster] +
        sqrt(1 - shared) * rnorm(length(cluster))
}

# Scores of two models with equal expected AUROC. A fit separates high from low
# genes by `separation`, which varies over fits by `fitSd` (of each model, if
# two); a failed fit does not. `own`: the standard deviation of what a model
# makes of a gene in all of its fits, 0 for sets of seeds of one architecture.
drawScores <- function(genes, fits, fitSd, own, failed = 0, clusters = genes,
                       shared = 0, separation = c(1.3, 1.3)) {
    cluster <- sample(rep_len(seq_len(clusters), genes))
    label <- as.integer(rank(effect(cluster, shared)) > genes / 2)
    gene <- effect(cluster, shared)
    scores <- lapply(1:2, function(model) {
        gene <- gene + own * effect(cluster, shared)
        lapply(seq_len(fits[model]), function(i) {
            by <- if (runif(1) < failed) 0.1
                  else rnorm(1, separation[model], rep_len(fitSd, 2)[model])
            by * label + gene + 0.5 * rnorm(genes)
        })
    })
    list(label = label, scores = unlist(scores, recursive = FALSE),
         cluster = cluster)
}

judge <- function(draw, fits, geneDf) {
    found <- covariance(draw$label, draw$scores, draw$cluster)
    groups <- split(seq_len(sum(fits)), rep(1:2, fits))
    weights <- rep(c(1, -1) / fits, fits)
    both <- crossed(found, groups, c(1, -1), geneDf)
    mean <- mean(found$value[groups[[1L]]])
    difference <- sum(weights * found$value)
    onGenes <- sqrt(max(0, weights %*% found$covariance %*% weights))
    one <- crossed(found, groups[1L], 1, geneDf)
    error <- sqrt(one$genes + one$fits)
    interval <- logitInterval(mean, error, 0.95, one$df)
    plain <- mean + c(-1, 1) * qt(0.975, one$df) * error
    c(delong = differenceTest(difference, onGenes, Inf),
      crossed = differenceTest(difference, sqrt(both$genes + both$fits),
                               both$df),
      mean = mean, lower = interval[1L], upper = interval[2L],
      plainLower = plain[1L], plainUpper = plain[2L])
}

rates <- function(found) {
    truth <- mean(found["mean", ])
    below <- function(test) 100 * mean(found[test, ] < 0.05)
    covered <- function(lower, upper) {
        100 * mean(found[lower, ] < truth & truth < found[upper, ])
    }
    data.frame(
        `DeLong, genes alone: p < 0.05, %` = below("delong"),
        `compareModels(): p < 0.05, %` = below("crossed"),
        `AUROC` = sprintf("%.3f", truth),
        `its interval covers, %` = covered("lower", "upper"),
        `not on the logit scale, %` = covered("plainLower", "plainUpper"),
        check.names = FALSE)
}

replicates <- 1000
drawn <- function(title, ..., genes, fits = c(5, 5), clusters = genes,
                  counted = TRUE) {
    geneDf <- if (counted && clusters < genes) clusters - 1 else Inf
    found <- vapply(seq_len(replicates), function(i) {
        draw <- drawScores(genes, fits, ..., clusters = clusters)
        if (!counted) draw$cluster <- seq_len(genes)
        judge(draw, fits, geneDf)
    }, numeric(7))
    cbind(data.frame(models = title, genes = genes,
                     fits = paste(fits, collapse = " and ")), rates(found))
}

set.seed(1)
same <- "two sets of seeds of one architecture"
two <- "two architectures"
null <- do.call(rbind, c(
    lapply(c(60, 200, 1000), function(n) {
        rbind(drawn(paste0(same, ", stable"), genes = n, fitSd = 0.03, own = 0),
              drawn(paste0(same, ", unstable"), genes = n, fitSd = 0.3,
                    own = 0))
    }),
    list(drawn(paste0(same, ", one fit in five fails"), genes = 200,
               fitSd = 0.1, own = 0, failed = 0.2)),
    lapply(c(60, 200), function(n) {
        rbind(drawn(paste0(two, ", stable"), genes = n, fitSd = 0.03,
                    own = 0.5),
              drawn(paste0(two, ", unstable"), genes = n, fitSd = 0.3,
                    own = 0.5))
    }),
    list(drawn(paste0(two, ", one unstable"), genes = 200,
               fitSd = c(0.03, 0.3), own = 0.5),
         drawn(paste0(two, ", unstable"), genes = 200, fits = c(3, 8),
               fitSd = 0.3, own = 0.5),
         drawn(two, genes = 200, fits = c(2, 2), fitSd = 0.1, own = 0.5))))
power <- drawn("not equal: AUROC 0.77 and 0.85", genes = 200,
               fitSd = 0.1, own = 0.5, separation = c(1.3, 1.8))
clustered <- do.call(rbind, lapply(c(8, 20), function(k) {
    do.call(rbind, lapply(c(FALSE, TRUE), function(counted) {
        of <- function(models, fitSd, own) {
            drawn(sprintf("%s, %d clusters, %scounted", models, k,
                          if (counted) "" else "not "), genes = 200,
                  fitSd = fitSd, own = own, clusters = k, shared = 0.4,
                  counted = counted)
        }
        rbind(of(two, 0.1, 0.5), of(same, 0.3, 0))
    }))
}))

# ---- fits to simulated signal -----------------------------------------------

# Sets of five of 40 fits, on test genes drawn from 2,000.
parts <- suppressMessages(splitGenes(simulateChromatin(2300, bins = 20,
    causal = list(H3K4me3 = 9:12), seed = 1), fractions = c(train = 0.1,
    validation = 0.03, test = 0.87)))
label <- as.vector(expressionLabel(parts$test))

realFits <- function(architecture, ...) {
    logit <- vapply(1:40, function(seed) {
        fit <- attentiveChrome(parts$train, architecture = architecture, ...,
            epochs = 15, transform = "log1p", threads = 1, seed = seed,
            progress = FALSE)
        as.vector(predict(fit, parts$test, type = "link", threads = 1))
    }, numeric(nrow(parts$test)))
    each <- apply(logit, 2L, auroc, label = label)
    do.call(rbind, lapply(c(60, 200), function(genes) {
        found <- vapply(seq_len(replicates), function(i) {
            chosen <- sample(nrow(logit), genes)
            scores <- lapply(sample(40, 10), function(fit) logit[chosen, fit])
            judge(list(label = label[chosen], scores = scores,
                       cluster = seq_len(genes)), c(5, 5), Inf)
        }, numeric(7))
        cbind(data.frame(
            architecture = architecture,
            `AUROC of the fits` = sprintf("%.3f to %.3f", min(each),
                                          max(each)),
            `test genes` = genes, check.names = FALSE), rates(found))
    }))
}
set.seed(2)
real <- rbind(realFits("cnn-attn", learningRate = 0.005),
              realFits("lstm-attn", learningRate = 0.02, hidden = 4),
              realFits("deepchrome", learningRate = 0.005, filters = 8))

# ---- several splits ---------------------------------------------------------

# Logistic regressions on five features each, which tell the label alike.
splitTest <- function(splits, genes = 300) {
    x <- matrix(rnorm(genes * 10), genes)
    label <- as.integer(rowSums(x) + 3 * rnorm(genes) > 0)
    difference <- vapply(splits(genes), function(test) {
        fit <- function(columns) {
            own <- cbind(1, x[, columns])
            beta <- suppressWarnings(glm.fit(own[-test, ], label[-test],
                                             family = binomial()))$coefficients
            auroc(label[test], drop(own[test, ] %*% beta))
        }
        fit(1:5) - fit(6:10)
    }, 0)
    tested <- length(splits(genes)[[1L]])
    p <- function(variance) {
        differenceTest(mean(difference), sqrt(variance),
                       length(difference) - 1)
    }
    c(plain = p(var(difference) / length(difference)),
      corrected = p(resampled(difference, tested / (genes - tested))))
}
set.seed(3)
several <- list(
    `5 folds` = function(n) unname(split(sample(n), rep_len(1:5, n))),
    `10 folds` = function(n) unname(split(sample(n), rep_len(1:10, n))),
    `5 random thirds` = function(n) lapply(1:5, function(i) sample(n, n / 3)),
    `20 random thirds` = function(n) lapply(1:20, function(i) sample(n, n / 3)))
splits <- do.call(rbind, lapply(names(several), function(name) {
    p <- vapply(seq_len(replicates), function(i) splitTest(several[[name]]),
                numeric(2))
    data.frame(splits = name,
               `plain t: p < 0.05, %` = 100 * mean(p["plain", ] < 0.05),
               `corrected t: p < 0.05, %` = 100 * mean(p["corrected", ] < 0.05),
               check.names = FALSE)
}))

writeResult("compare.md", c("## The level of compareModels()", "",
    sprintf(paste("How often models of equal expected AUROC get p < 0.05, in",
        "%d draws each (standard error at 5 %%: %.1f). Genes alone: DeLong's",
        "test of the mean over the fits, which does not count the training."),
        replicates, 100 * sqrt(0.05 * 0.95 / replicates)), "",
    "### Drawn scores", "", markdown(null, 1), "",
    paste("Five fits often show no failure where one in five fails, and their",
          "interval is then too short. \"One unstable\": only the second model",
          "varies much over fits."), "",
    "Power, with a difference:", "", markdown(power, 1), "",
    "### Clustered genes", "",
    paste("200 genes; 40 % of the variance of all gene effects, the label's",
          "too, is common to the genes of a cluster."), "",
    markdown(clustered, 1), "",
    "### Fits to simulated signal", "",
    paste("Two sets of five of 40 fits of one architecture to 230 genes; some",
          "fits of `deepchrome` fail."), "", markdown(real, 1), "",
    "### Several splits", "",
    paste("Two logistic regressions on other features of 300 genes that tell",
          "the label alike. The corrected test is near its level over random",
          "splits and conservative for the folds of one cross-validation."),
    "", markdown(splits, 1), ""))
