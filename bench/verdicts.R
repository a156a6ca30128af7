# How often compareExplanations() says "better than the signal itself" of models
# that were trained on shuffled labels, where it never should, and of models
# trained on the true labels. Each verdict is on three models of different
# seeds; the models with shuffled labels that it needs are those of other
# verdicts. Writes bench/results/verdicts.md.
source(file.path("bench", "helper.R"))
quietly <- suppressMessages

signal <- simulateChromatin(sized(400, 120), bins = 20, seed = 3,
                            causal = list(H3K4me3 = 9:12), effect = 1.5,
                            scenario = "blocks")
parts <- quietly(splitGenes(signal, "random", seed = 1))
verdicts <- sized(40, 8)
explanations <- c("attention", "gradientInput")

# With the labels in the order of a seed; NULL for the true ones.
shuffle <- function(part, seed) {
    if (is.null(seed)) return(part)
    set.seed(seed)
    assay(part, "label")[] <- sample(assay(part, "label"))
    part
}
fits <- list(
    additive = function(train, seed) {
        attentiveChrome(train, epochs = 8, filters = 4, context = 4,
                        learningRate = 0.01, seed = seed, progress = FALSE)
    },
    `lstm-alpha-beta` = function(train, seed) {
        attentiveChrome(train, recipe = "published", hidden = 4,
                        markHidden = 3, epochs = 15, learningRate = 0.01,
                        transform = "log1p", seed = seed, progress = FALSE)
    })
threeSeeds <- function(fit, labels) {
    models <- lapply(1:3, function(seed) {
        quietly(fit(shuffle(parts$train, labels), seed))
    })
    stats::setNames(models, paste0("seed", 1:3))
}
# Too few genes predicted high are an error, and no verdict.
judge <- function(models, others) {
    tryCatch(quietly(compareExplanations(
        models, parts$test, list(H3K4me3 = 9:12), explanations = explanations,
        shuffled = others, draws = 100, seed = 1)), error = function(e) NULL)
}

# What the former rule said of each single model: "better" if the interval of
# the difference from the signal is above 0.
measure <- function(name) {
    null <- lapply(seq_len(verdicts), function(labels) {
        threeSeeds(fits[[name]], labels)
    })
    first <- lapply(null, `[[`, 1L)
    found <- lapply(seq_len(verdicts), function(i) {
        others <- first[-i][seq_len(min(20, verdicts - 1))]
        judge(null[[i]], others)
    })
    found <- Filter(Negate(is.null), found)
    true <- judge(threeSeeds(fits[[name]], NULL),
                  first[seq_len(min(20, verdicts))])
    rows <- lapply(explanations, function(explanation) {
        verdict <- vapply(found, function(x) {
            x$verdicts$verdict[x$verdicts$explanation == explanation]
        }, "")
        former <- unlist(lapply(found, function(x) {
            x$table$differenceLower[x$table$explanation == explanation]
        }))
        own <- if (is.null(true)) {
            list(verdict = "none", missing = "genes predicted high")
        } else {
            true$verdicts[true$verdicts$explanation == explanation, ]
        }
        data.frame(
            architecture = name, explanation = explanation,
            verdicts = length(found),
            `"better", shuffled labels` = sum(verdict == "better"),
            `the former rule, of single models` = sprintf(
                "%d of %d", sum(former > 0, na.rm = TRUE), length(former)),
            `true labels` = own$verdict,
            `missing` = ifelse(is.na(own$missing), "", own$missing),
            check.names = FALSE)
    })
    do.call(rbind, rows)
}
table <- do.call(rbind, lapply(names(fits), measure))

writeResult("verdicts.md", c(
    "## Verdicts on explanations", "",
    sprintf(paste("%d simulated genes (`blocks`, 20 bins, H3K4me3 in bins 9",
                  "to 12 causal), a third to train and to test."),
            nrow(signal)),
    sprintf(paste("Verdicts of `compareExplanations()` on %d trios of models,",
                  "each trained on its own shuffled labels, and on three",
                  "models of the true labels, with 20 models of other",
                  "shuffled labels; and how often the interval of the",
                  "difference from the signal alone would have said",
                  "\"better\"."), verdicts),
    "", markdown(table)))
