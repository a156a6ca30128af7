# Calibration on real genome-wide data: calibration error of single models and
# of the mean logits of five seeds, as they are, calibrated, and corrected for
# the share of high genes; the cover of prediction sets; and the coverage of the
# intervals of evaluate() in simulations. Writes bench/results/calibration.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

own <- asNamespace("AttentiveChrome")
seeds <- seq_len(sized(5, 1))
signals <- list(E013 = readPileup("E013"), E066 = readPileup("E066"))
splits <- list(
    `E013, thirds` = inThirds(signals$E013),
    `E013, chromosomes` = byChromosome(signals$E013),
    `E066, thirds` = inThirds(signals$E066))
if (nzchar(Sys.getenv("BENCH_QUICK"))) splits <- splits[1L]

labels <- lapply(splits, lapply, function(part) expressionLabel(part)[, 1L])

# ---- fits -------------------------------------------------------------------

# Logits of validation and test genes, as the network gives them.
fit <- function(parts, seed) {
    model <- quietly(attentiveChrome(parts$train, parts$validation,
                                     seed = seed, threads = 1,
                                     progress = FALSE))
    raw <- function(part) {
        predict(model, part, type = "link", calibrated = FALSE)
    }
    list(model = model, validation = raw(parts$validation),
         test = raw(parts$test))
}
fits <- lapply(splits, function(parts) lapply(seeds, fit, parts = parts))

# The seeds, and what the mean of their logits gives.
scoredOf <- function(d) {
    mean <- lapply(c(validation = "validation", test = "test"),
                   function(part) {
        Reduce(`+`, lapply(fits[[d]], `[[`, part)) / length(seeds)
    })
    list(single = fits[[d]], ensemble = list(mean))
}

# ---- calibration error -------------------------------------------------------

# Of one fit: the logits by each correction.
corrected <- function(scored, label) {
    calibration <- own$.fitCalibration(scored$validation, label$validation)
    calibrated <- own$.calibrate(scored$test, calibration)
    shifted <- function(prior) {
        own$.changePrior(calibrated, calibration$high, prior)
    }
    list(raw = scored$test, calibrated = calibrated,
         `known share` = shifted(mean(label$test)),
         `estimated share` = shifted("estimate"))
}

# What a calibrated model would have by chance.
chanceError <- function(logit) {
    set.seed(1)
    p <- stats::plogis(logit)
    mean(replicate(50, own$.ece(stats::rbinom(length(p), 1L, p), logit)))
}

errorRows <- function(measure) {
    do.call(rbind, lapply(names(splits), function(d) {
        label <- labels[[d]]
        kinds <- scoredOf(d)
        do.call(rbind, lapply(names(kinds), function(kind) {
            each <- vapply(kinds[[kind]], function(scored) {
                vapply(corrected(scored, label), measure, 0,
                       label = label$test)
            }, numeric(4))
            cbind(data.frame(data = d, model = kind),
                  as.data.frame(t(rowMeans(each)), optional = TRUE))
        }))
    }))
}
errors <- errorRows(function(logit, label) own$.ece(label, logit))
errors$chance <- vapply(seq_len(nrow(errors)), function(i) {
    chanceError(scoredOf(errors$data[i])[[errors$model[i]]][[1L]]$test)
}, 0)
losses <- errorRows(function(logit, label) own$.logLoss(label, logit))

shares <- do.call(rbind, lapply(names(splits), function(d) {
    label <- labels[[d]]
    kinds <- scoredOf(d)
    methods <- vapply(kinds$single, function(s) {
        own$.fitCalibration(s$validation, label$validation)$method
    }, "")
    last <- corrected(kinds$ensemble[[1L]], label)$`estimated share`
    data.frame(data = d, training = mean(label$train),
               validation = mean(label$validation), test = mean(label$test),
               estimated = unname(attr(last, "prior")),
               `chosen by seed` = paste(methods, collapse = ", "),
               check.names = FALSE)
}))

# ---- prediction sets ---------------------------------------------------------

coverOf <- function(scored, label, level = 0.9) {
    calibration <- own$.fitCalibration(scored$validation, label$validation)
    sets <- own$.conformalSets(scored$test, calibration, level)[, 1L]
    has <- ifelse(label$test == 1, grepl("high", sets), grepl("low", sets))
    100 * c(all = mean(has), high = mean(has[label$test == 1]),
            low = mean(has[label$test == 0]),
            `one class` = mean(sets %in% c("high", "low")),
            both = mean(sets == "high or low"), none = mean(sets == "none"))
}
covers <- do.call(rbind, lapply(names(splits), function(d) {
    kinds <- scoredOf(d)
    do.call(rbind, lapply(names(kinds), function(kind) {
        each <- vapply(kinds[[kind]], coverOf, numeric(6), label = labels[[d]])
        cbind(data.frame(data = d, model = kind),
              as.data.frame(t(rowMeans(each)), optional = TRUE))
    }))
}))

# ---- intervals of evaluate() -------------------------------------------------

# Genes whose logits and labels are alike on a chromosome.
drawGenes <- function(n, chromosomes, spread) {
    on <- sort(rep_len(seq_len(chromosomes), n))
    effect <- function() stats::rnorm(chromosomes, sd = spread)[on]
    logit <- stats::rnorm(n, sd = 2) + effect()
    high <- stats::plogis(0.9 * logit - 0.3 + effect())
    list(logit = logit, label = stats::rbinom(n, 1L, high), on = on)
}

# Percent of the intervals that have the measure of a million other genes, on
# 5,000 other chromosomes.
coverage <- function(n, chromosomes, spread, drawn) {
    set.seed(1)
    many <- drawGenes(1e6, 5000, spread)
    truth <- own$.metrics(many$label, many$logit)
    hits <- replicate(sized(400, 10), {
        g <- drawGenes(n, chromosomes, spread)
        found <- matrix(own$.metricIntervals(
            g$label, g$logit, if (drawn == "chromosomes") g$on, 200, 1), 2L)
        found[1L, ] <= truth & truth <= found[2L, ]
    })
    cbind(data.frame(genes = n, chromosomes = chromosomes, spread = spread,
                     drawn = drawn),
          as.data.frame(t(100 * rowMeans(hits, na.rm = TRUE))))
}
settings <- list(
    list(1500, 23, 0.3, "chromosomes"), list(1500, 7, 0.3, "chromosomes"),
    list(1500, 7, 0.3, "genes"), list(1500, 5, 0.3, "chromosomes"),
    list(1500, 7, 0, "chromosomes"), list(1500, 7, 0, "genes"),
    list(200, 7, 0, "genes"), list(60, 7, 0, "genes"))
coverages <- do.call(rbind, lapply(settings, do.call, what = coverage))

# ---- time --------------------------------------------------------------------

timed <- function(parts) {
    model <- fits[[1L]][[1L]]$model
    seconds <- vapply(1:5, function(i) {
        sum(system.time(evaluate(model, parts$test))[1:2])
    }, 0)
    sprintf("%.2f s of CPU time (median of 5; %s genes)",
            stats::median(seconds), format(nrow(parts$test), big.mark = ","))
}

writeResult("calibration.md", c(
    "## Calibration", "",
    "Expected calibration error (ten bins of equally many test genes) of the",
    sprintf("default model on real genome-wide data: mean of %d seeds, and",
            length(seeds)),
    "`ensemble`, the mean of their logits. Raw; calibrated on the validation",
    "genes; and calibrated, then corrected for the known or the estimated",
    "share of high genes. Chance: of a model whose probabilities are right.",
    "Thirds: by the order of the ids, which changes the share of high genes.",
    "", markdown(errors, 4), "", "Log loss:", "", markdown(losses, 4), "",
    "Share of high genes, its estimate by EM (ensemble), and the chosen",
    "methods:", "", markdown(shares, 3), "",
    "Cover of `predict(type = \"set\", level = 0.9)` on test genes, in",
    "percent, and the percentage of genes whose set has one class, both, or",
    "none. The validation genes of the sets chose the epoch, too:", "",
    markdown(covers, 1), "",
    "Coverage of the 95% intervals of `evaluate()` in simulations, in percent",
    sprintf("(%d data sets, 200 draws). `spread`: standard deviation of the",
            sized(400, 10)),
    "effects of chromosomes on logits and on labels:", "",
    markdown(coverages, 1), "",
    sprintf("`evaluate()` takes %s, with 500 draws of genes.",
            timed(splits[[1L]]))))
