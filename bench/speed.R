# Timing this package and the PyTorch peer, alternately in one run.
source(file.path("bench", "helper.R"))
internal <- asNamespace("AttentiveChrome")

# A network of random weights and counts as the peer's.
makeWork <- function(genes, bins = 100L, marks = 5L, threads = 1L,
                     precision = "single") {
    names <- paste0("mark", seq_len(marks))
    stages <- internal$.stagesOf("lstm-alpha-beta", names, bins,
                                 list(hidden = 32L, markHidden = 16L))
    shapes <- internal$.parameterShapes(stages, names)
    start <- stats::runif(sum(vapply(shapes, prod, 0)), -0.1, 0.1)
    list(network = internal$.network(stages, threads, precision),
         parameters = start,
         state = list(parameters = start, first = 0 * start,
                      second = 0 * start, steps = 0),
         genes = list(x = as.double(stats::rpois(bins * marks * genes, 3)),
                      y = as.double(stats::rbinom(genes, 1, 0.5))),
         count = genes)
}

seconds <- function(expr) {
    started <- proc.time()[["elapsed"]]
    force(expr)
    proc.time()[["elapsed"]] - started
}

# Milliseconds a gene.
timeTraining <- function(work, batch) {
    order <- seq_len(work$count) - 1L
    settings <- list(batchSize = batch, learningRate = 2e-4,
                     weightDecay = numeric(), clip = 1)
    1e3 * seconds(internal$.trainEpoch(work$network, work$state, work$genes,
                                       order, settings)) / work$count
}

timePrediction <- function(work, batch) {
    1e3 * seconds(internal$.predictGenes(work$network, work$parameters,
                                         work$genes, attention = TRUE)) /
        work$count
}

# 25 million floating-point operations a gene and training step, most of them
# in the products of the bins' LSTMs: multiply and add, forward and twice back.
flopPerGene <- function(bins = 100, marks = 5, hidden = 32, markHidden = 16) {
    bin <- marks * 2 * bins * 4 * hidden * (hidden + 1)
    mark <- 2 * marks * 4 * markHidden * (markHidden + 2 * hidden)
    3 * 2 * (bin + mark)
}

# Own and peer's figures in alternating order; a data frame with medians. The
# peer's columns are missing where there is no peer.
compareSpeed <- function(time, peerColumn, batches = c(16, 64, 256),
                         threads = c(1, 2), rounds = sized(3, 1),
                         genes = sized(1536, 256),
                         peerGenes = sized(512, 64)) {
    peered <- hasPeer()
    grid <- expand.grid(batch = batches, threads = threads)
    rows <- lapply(seq_len(nrow(grid)), function(i) {
        batch <- grid$batch[i]
        n <- grid$threads[i]
        work <- makeWork(genes, threads = n)
        time(work, batch)
        figures <- vapply(seq_len(rounds), function(round) {
            peer <- if (peered) {
                runPeer("bench", "--batch", batch, "--threads", n, "--genes",
                        peerGenes)[[peerColumn]]
            }
            c(own = time(work, batch), peer = peer)
        }, if (peered) c(own = 0, peer = 0) else c(own = 0))
        figures <- matrix(figures, ncol = rounds)
        own <- stats::median(figures[1L, ])
        row <- data.frame(batch = batch, threads = n, own = own,
                          ownLow = min(figures[1L, ]),
                          ownHigh = max(figures[1L, ]))
        if (!peered) return(row)
        peer <- stats::median(figures[2L, ])
        cbind(row, PyTorch = peer, ratio = peer / own)
    })
    do.call(rbind, rows)
}

# Its columns by names for people.
speedTable <- function(table) {
    titles <- c(own = "own, ms a gene", ownLow = "lowest", ownHigh = "highest",
                PyTorch = "PyTorch, ms a gene", ratio = "times faster",
                ratioToBest = paste("times faster than PyTorch's better of 1",
                                    "and 2 threads"))
    known <- match(names(table), names(titles))
    names(table)[!is.na(known)] <- titles[known[!is.na(known)]]
    markdown(table)
}

# GFLOP/s of multiply-adds in registers, on one core.
fmaPeak <- function() {
    program <- tempfile()
    system2("gcc", c("-O2", "-o", program, file.path("bench", "fma_peak.c")))
    max(vapply(1:3, function(i) as.numeric(system2(program, stdout = TRUE)), 0))
}
