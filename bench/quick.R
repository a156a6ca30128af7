# Ratios that tell whether the package became slower, in less than three
# minutes: `make bench-quick`. Each is the median over rounds in which both
# sides run in turn, and is better when it is larger; "-" where one side is not
# here.
# Appends a row to bench/results/history.md, which `make lint` reads.
source(file.path("bench", "speed.R"))
source(file.path("bench", "bare.R"))
source(file.path("tools", "lint", "history.R"))

# How many times as fast `fast` is as `slow`.
ratioOf <- function(slow, fast, rounds = sized(5L, 1L), clock = cpu) {
    fast()
    stats::median(replicate(rounds, clock(slow()) / clock(fast())))
}

step <- function(work, batch = 16) function() timeTraining(work, batch)

againstPlain <- function() {
    own <- makeWork(sized(512L, 32L))
    options(AttentiveChrome.simd = "plain")
    plain <- makeWork(sized(64L, 16L))
    options(AttentiveChrome.simd = NULL)
    ratioOf(step(plain), step(own)) * own$count / plain$count
}

# The peer times itself; both on one thread.
againstTorch <- function(rounds = sized(3L, 1L), genes = sized(128L, 32L)) {
    if (!hasPeer()) return(NA)
    own <- makeWork(sized(512L, 32L))
    stats::median(replicate(rounds, {
        peer <- runPeer("bench", "--batch", 16, "--threads", 1, "--genes",
                        genes)
        peer[[grep("train.*ms", names(peer), value = TRUE)[1L]]] /
            timeTraining(own, 16)
    }))
}

# By the clock on the wall: needs a quiet machine.
twoThreads <- function() {
    if (coreInfo()$processors < 2L) return(NA)
    one <- makeWork(sized(512L, 32L))
    two <- makeWork(sized(512L, 32L), threads = 2L)
    ratioOf(step(one), step(two), clock = seconds)
}

mixedPrecision <- function() {
    if (!"mixed" %in% coreInfo()$precision) return(NA)
    ratioOf(step(makeWork(sized(512L, 32L))),
            step(makeWork(sized(512L, 32L), precision = "mixed")))
}

# Genes explained in the time of a gene predicted: a small share of one.
explanations <- function(model, signal) {
    some <- signal[seq_len(sized(64L, 8L)), ]
    ratioOf(function() {
                predict(model, signal)
            }, function() {
                attribution(model, some, "integratedGradients", threads = 1,
                            progress = FALSE)
            },
            rounds = sized(3L, 1L)) * nrow(some) / nrow(signal)
}

# The share of a panel's time that is training and validation.
panelShare <- function(parts, epochs = sized(20L, 1L)) {
    bare <- bareTraining(parts, "default", epochs)
    ratioOf(bare, function() trainPanel(parts, "default", epochs),
            rounds = sized(3L, 1L))
}

set.seed(1)
signal <- simulateChromatin(sized(1980, 150), cellTypes = 2, seed = 1)
parts <- suppressMessages(splitGenes(signal))
model <- suppressMessages(attentiveChrome(parts$train[, 1L], epochs = 2,
                                          seed = 1, progress = FALSE))
ratios <- c(
    "own kernels, times plain C" = againstPlain(),
    "times PyTorch" = againstTorch(),
    "two threads, times one" = twoThreads(),
    "mixed, times single" = mixedPrecision(),
    "integrated gradients, of prediction" = explanations(model,
                                                         parts$test[, 1L]),
    "bare training, of panel" = panelShare(parts))

git <- function(...) system2("git", c(...), stdout = TRUE)
changed <- length(git("status", "--porcelain", "R", "src")) > 0L
row <- data.frame(date = format(Sys.Date()),
                  commit = paste0(git("rev-parse", "--short", "HEAD"),
                                  if (changed) "+"),
                  processor = sub(", R version.*", "", machine()))
row[names(ratios)] <- lapply(ratios, function(x) {
    if (is.na(x)) "-" else format(signif(x, 3))
})
history <- readHistory()
if (nrow(history) > 0L) history[setdiff(names(row), names(history))] <- "-"
history <- rbind(history, row)
writeResult("history.md", c("## History", "",
    paste("By `make bench-quick`: ratios of this package's own parts, each",
        "better when it is larger, medians over rounds in which both sides run",
        "in turn. The training step is the published model's, batch 16, on one",
        "thread; a plus sign after the commit stands for changes that are not",
        "in it. `make lint` tells what fell by a fifth."), "",
    markdown(history), ""))
cat(fallenRatios(history), sep = "\n")
