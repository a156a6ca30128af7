# Threads: what a second one gains on a quiet machine, that threads do not hurt
# beside busy processes or where there are more than cores, and how many pieces
# of work a step has. Each row alternates its runs, so that all of them see the
# same machine. Needs a quiet machine of two cores.
source(file.path("bench", "helper.R"))
internal <- asNamespace("AttentiveChrome")

# An epoch of a network of random weights and counts.
threadWork <- function(architecture, batch, genes) {
    marks <- paste0("mark", 1:5)
    stages <- internal$.stagesOf(architecture, marks, 100L, list())
    shapes <- internal$.parameterShapes(stages, marks)
    start <- stats::runif(sum(vapply(shapes, prod, 0)), -0.1, 0.1)
    state <- list(parameters = start, first = 0 * start, second = 0 * start,
                  steps = 0)
    data <- list(x = as.double(stats::rpois(500 * genes, 3)),
                 y = as.double(stats::rbinom(genes, 1, 0.5)))
    settings <- list(batchSize = batch, learningRate = 2e-4,
                     weightDecay = numeric(), clip = 1)
    function(threads) {
        network <- internal$.network(stages, threads, "single", seed = 1L)
        gc()
        started <- proc.time()
        internal$.trainEpoch(network, state, data, seq_len(genes) - 1L,
                             settings)
        spent <- proc.time() - started
        c(spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]])
    }
}

# Medians over the rounds of how much faster each number of threads is than one
# in the same round, and of how much more processor time it takes.
compareThreads <- function(run, threads, rounds = sized(9, 1)) {
    run(1)
    ratios <- vapply(seq_len(rounds), function(round) {
        each <- vapply(c(1, threads), run, numeric(2L))
        rbind(each[1L, 1L] / each[1L, -1L], each[2L, -1L] / each[2L, 1L])
    }, matrix(0, 2L, length(threads)))
    apply(ratios, 1:2, stats::median)
}

# With `count` processes that do nothing but keep a core busy.
besideBusy <- function(count, expr) {
    busy <- lapply(seq_len(count), function(i) {
        callr::r_bg(function() repeat sqrt(2))
    })
    on.exit(for (process in busy) process$kill())
    Sys.sleep(sized(1, 0.2))
    expr
}

sizes <- c(additive = sized(6144, 256), `lstm-alpha-beta` = sized(1536, 128))
grid <- expand.grid(batch = c(16, 256), architecture = names(sizes),
                    stringsAsFactors = FALSE)

measure <- function(busy, threads) {
    rows <- lapply(seq_len(nrow(grid)), function(i) {
        name <- grid$architecture[i]
        run <- threadWork(name, grid$batch[i], sizes[[name]])
        ratios <- if (busy == 0) compareThreads(run, threads)
                  else besideBusy(busy, compareThreads(run, threads))
        data.frame(architecture = name, batch = grid$batch[i],
                   `busy processes` = busy, threads = threads,
                   `times as fast as one` = ratios[1L, ],
                   `processor time` = ratios[2L, ], check.names = FALSE)
    })
    do.call(rbind, rows)
}

# Pieces that can run at a time in the widest stage of one block, and the whole
# blocks of a mini-batch.
pieces <- function(architecture, batch) {
    stages <- internal$.stagesOf(architecture, paste0("mark", 1:5), 100L,
                                 list())
    parts <- vapply(stages, function(stage) {
        stage$copies * if (stage$layer %in% c("lstm", "conv")) 2 else 1
    }, 0)
    c(blocks = batch / 16, widest = max(parts))
}

# The share of a step that one worker does alone, by Amdahl's law from the time
# on two.
serialShare <- function(gain) pmax(0, 2 / gain - 1)

set.seed(1)
busyAtStart <- as.numeric(strsplit(readLines("/proc/loadavg"), " ")[[1L]][1L])
quiet <- measure(0, c(2, 4, 8, 16))
busy <- measure(4, c(2, 4))

two <- quiet[quiet$threads == 2, ]
counts <- t(mapply(pieces, two$architecture, two$batch))
limit <- function(cores) {
    share <- serialShare(two[["times as fast as one"]])
    width <- pmin(cores, ifelse(counts[, "blocks"] >= 2, Inf,
                                counts[, "widest"]))
    rounds <- ifelse(counts[, "blocks"] >= cores,
                     ceiling(counts[, "blocks"] / cores) * cores /
                         counts[, "blocks"], 1)
    1 / (share + (1 - share) * rounds / width)
}
beyond <- data.frame(
    architecture = two$architecture, batch = two$batch,
    `blocks a step` = counts[, "blocks"],
    `pieces of a block` = counts[, "widest"],
    `serial share` = serialShare(two[["times as fast as one"]]),
    `4 cores` = limit(4), `8 cores` = limit(8), `16 cores` = limit(16),
    check.names = FALSE)

writeResult("threads.md", c(
    "## Threads", "",
    paste0(machine(), ". `Rscript bench/threads.R`, load ", busyAtStart,
           " at the start. Medians of ", sized(9, 1),
           " rounds, each against one thread in the same round. Processor",
           " time: that of all threads, against that of one."), "",
    "## On the machine alone, and more threads than cores", "",
    markdown(quiet, 2), "",
    "## Beside four busy processes", "",
    markdown(busy, 2), "",
    "## Beyond two cores", "",
    paste("From the serial share that two threads show (Amdahl) and the number",
          "of pieces; not measured. With two blocks or more, a worker takes a",
          "whole block, and those that are left over are shared, as are blocks",
          "of more than 8 MB (of `lstm-alpha-beta`)."), "",
    markdown(beyond, 2)))
