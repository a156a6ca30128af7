# The R face of the C core: what it is called with, and its three calls.

# With a seed, dropout is active in training and gradients; predictions never
# drop.
.network <- function(stages, threads, precision, seed = NA_integer_) {
    fields <- vapply(stages, function(s) {
        c(.layerTypes[[s$layer]]$code, s$copies, s$steps, s$inputs, s$units,
          s$window, s$rate)
    }, numeric(7L))
    list(stages = fields, threads = as.integer(threads), precision = precision,
         kernels = simdLevel(), seed = seed)
}

.modelNetwork <- function(model, threads = NULL) {
    .network(.modelStages(model), .threads(threads), model@training$precision)
}

# Threads of the core: argument, then option, then OpenMP's variable, then one.
# The core itself takes only one in a forked child, such as a worker of
# MulticoreParam.
.threads <- function(threads) {
    threads <- threads %||% getOption("AttentiveChrome.threads") %||%
        .ompThreads() %||% 1L
    as.integer(.checkNumber(threads, "threads", lower = 1, whole = TRUE))
}

# OMP_NUM_THREADS may be a list, one for each level of nesting.
.ompThreads <- function() {
    first <- sub(",.*", "", Sys.getenv("OMP_NUM_THREADS"))
    if (grepl("^[1-9][0-9]*$", first)) as.integer(first)
}

# One epoch. state: list(parameters, first, second, steps), as it is returned,
# with the mean loss and whether the user interrupted.
.trainEpoch <- function(network, state, genes, order, settings) {
    .Call(ffi_train, network, state, genes, order, settings)
}

# list(logit, attention = one [steps x copies x genes] array for each attention
# stage). An interrupt is passed on as one.
.predictGenes <- function(network, parameters, genes) {
    out <- .Call(ffi_predict, network, parameters, genes)
    if (out$interrupted) .signalInterrupt()
    out[c("logit", "attention")]
}

# The mean loss and its derivatives by the parameters and by the input.
.lossGradient <- function(network, parameters, genes) {
    .Call(ffi_gradient, network, parameters, genes)
}

# The derivatives of each gene's logit by its own input, as genes$x.
.logitGradient <- function(network, parameters, genes) {
    out <- .Call(ffi_logit_gradient, network, parameters, genes)
    if (out$interrupted) .signalInterrupt()
    out$dx
}

# The core takes Ctrl-C to leave cleanly; R code sees it as if R had.
.signalInterrupt <- function() {
    stop(structure(class = c("interrupt", "condition"),
                   list(message = "interrupted", call = NULL)))
}
