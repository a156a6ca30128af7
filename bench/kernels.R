# How much faster than plain C the vector kernels are, and how long Ctrl-C takes
# to stop a training: ratios and times that a shared machine would make a test
# of only by chance.
source(file.path("bench", "speed.R"))

# Medians of milliseconds per gene, the tables alternated.
timeKernels <- function(levels, genes = sized(512L, 64L),
                        rounds = sized(7L, 1L)) {
    works <- lapply(levels, function(level) {
        options(AttentiveChrome.simd = level)
        makeWork(genes)
    })
    figures <- vapply(seq_len(rounds), function(round) {
        vapply(works, function(work) {
            c(timeTraining(work, 16), timePrediction(work, 16))
        }, numeric(2L))
    }, matrix(0, 2L, length(levels)))
    apply(figures, 1:2, stats::median)
}

# Seconds from the signal to the warning, in a process of its own.
timeInterrupt <- function() {
    begun <- tempfile()
    session <- callr::r_bg(function(begun) {
        library(AttentiveChrome)
        signal <- simulateChromatin(400, seed = 1)
        stopped <- NULL
        withCallingHandlers(
            attentiveChrome(signal, epochs = 10000, seed = 1,
                            checkpoint = begun),
            warning = function(w) {
                stopped <<- Sys.time()
                invokeRestart("muffleWarning")
            })
        stopped
    }, list(begun))
    while (!file.exists(begun) && session$is_alive()) Sys.sleep(0.05)
    session$interrupt()
    sent <- Sys.time()
    session$wait(60000)
    as.numeric(difftime(session$get_result(), sent, units = "secs"))
}

levels <- AttentiveChrome:::.simdLevel(available = TRUE)
figures <- timeKernels(levels)
table <- data.frame(kernels = levels, training = figures[1L, ],
                    prediction = figures[2L, ])
plain <- table[nrow(table), ]
table$faster <- plain$training / table$training
names(table) <- c("kernels", "training, ms per gene",
                  "prediction, ms per gene", "training, times plain C")
waits <- replicate(sized(3L, 1L), timeInterrupt())
writeResult("kernels.md", c(
    "## Kernels", "",
    "Single precision, batches of 16 genes, one thread; medians.", "",
    markdown(table), "",
    sprintf("Ctrl-C stops a training after %.2f s (median of 3; largest %.2f).",
            stats::median(waits), max(waits)), ""))
