# Mixed against single precision: the time of a training step, and the accuracy
# of models of several seeds on real data. Writes mixed.md in the folder of
# results.
source(file.path("bench", "speed.R"))
source(file.path("bench", "genome-wide-data.R"))

if (!"avx512-bf16" %in% internal$.mixedLevels()) {
    cat("Skipped: this processor has no AVX512-BF16.\n")
    quit(status = 0)
}
networks <- c("lstm-alpha-beta", "additive")

# ---- time -------------------------------------------------------------------

# CPU seconds, as the other processes of the machine do not count.
epochTime <- function(work, network, batch) {
    settings <- list(batchSize = batch, learningRate = 2e-4,
                     weightDecay = numeric(), clip = 1)
    started <- sum(proc.time()[1:2])
    internal$.trainEpoch(network, work$state, work$genes,
                         seq_len(work$count) - 1L, settings)
    1e6 * (sum(proc.time()[1:2]) - started) / work$count
}

# Microseconds a gene of both precisions, in turn, on one thread, with dropout.
stepTimes <- function(architecture, batch, genes = sized(512L, 64L),
                      rounds = sized(25L, 2L), bins = 100L, marks = 5L) {
    names <- paste0("mark", seq_len(marks))
    stages <- internal$.stagesOf(architecture, names, bins,
                                 internal$.architectures[[architecture]]$size)
    shapes <- internal$.parameterShapes(stages, names)
    start <- stats::runif(sum(vapply(shapes, prod, 0)), -0.1, 0.1)
    work <- list(state = list(parameters = start, first = 0 * start,
                              second = 0 * start, steps = 0),
                 genes = list(x = as.double(stats::rpois(bins * marks * genes,
                                                         3)),
                              y = as.double(stats::rbinom(genes, 1, 0.5))),
                 count = genes)
    both <- lapply(c(single = "single", mixed = "mixed"), function(precision) {
        internal$.network(stages, 1L, precision, seed = 1L)
    })
    times <- replicate(rounds, vapply(both, epochTime, 0, work = work,
                                      batch = batch))
    ratio <- times["single", ] / times["mixed", ]
    data.frame(architecture = architecture, batch = batch,
               single = stats::median(times["single", ]),
               mixed = stats::median(times["mixed", ]),
               ratio = stats::median(ratio),
               low = stats::quantile(ratio, 0.1),
               high = stats::quantile(ratio, 0.9))
}

set.seed(1)
times <- do.call(rbind, Map(stepTimes, rep(networks, each = 2), c(16, 64)))
names(times) <- c("architecture", "batch", "single, us a gene",
                  "mixed, us a gene", "times as fast", "10 %", "90 %")

# ---- accuracy ---------------------------------------------------------------

signal <- readPileup("E013")
signal <- signal[seq(1, nrow(signal), by = sized(2, 40)), ]
parts <- inThirds(signal)

score <- function(architecture, precision, seed) {
    recipe <- if (architecture == "additive") "default" else "published"
    model <- quietly(attentiveChrome(
        parts, recipe = recipe, epochs = sized(5, 1), seed = seed,
        threads = 1, precision = precision, progress = FALSE))
    logit <- as.vector(predict(model, parts$test, type = "link"))
    label <- as.vector(expressionLabel(parts$test))
    data.frame(architecture, precision, seed,
               auroc = internal$.auroc(label, logit),
               loss = internal$.logLoss(label, logit))
}

runs <- expand.grid(precision = c("single", "mixed"), seed = sized(1:6, 1:2),
                    architecture = networks, stringsAsFactors = FALSE)
scores <- do.call(rbind, Map(score, runs$architecture, runs$precision,
                             runs$seed))
compared <- do.call(rbind, lapply(split(scores, scores$architecture)[networks],
                                  function(rows) {
    single <- rows[rows$precision == "single", ]
    mixed <- rows[rows$precision == "mixed", ]
    do.call(rbind, lapply(c("auroc", "loss"), function(what) {
        difference <- mixed[[what]] - single[[what]]
        data.frame(architecture = rows$architecture[1L],
                   measure = c(auroc = "AUROC", loss = "log loss")[[what]],
                   single = mean(single[[what]]), mixed = mean(mixed[[what]]),
                   difference = mean(difference),
                   largest = max(abs(difference)),
                   seeds = stats::sd(single[[what]]))
    }))
}))
names(compared)[5:7] <- c("mean difference", "largest difference of a seed",
                          "SD of seeds, single")

writeResult("mixed.md", c(
    "## Mixed precision", "",
    sprintf(paste("A training step of 100 bins x 5 marks on one thread, %s",
                  "against avx512-bf16 kernels: medians of CPU time, in turn.",
                  "%s."), internal$.simdLevel(), machine()), "",
    markdown(times, 2), "",
    sprintf(paste("E013, every second gene, in thirds, 5 epochs, %d seeds:",
                  "measures on the test genes. Differences are mixed minus",
                  "single of the same seed."),
            length(unique(scores$seed))), "",
    markdown(compared, 4), ""))
