#' Train AttentiveChrome
#'
#' Trains a model that predicts from the marks' signal around the start site of
#' a gene whether the gene is highly expressed: binary cross-entropy, Adam,
#' mini-batches in random order, gradients clipped by their norm. The defaults
#' are those of the code published with the paper. The model kept is that of
#' the epoch with the best validation AUROC, or the last epoch's where there is
#' no validation.
#'
#' Interrupting (Ctrl-C) stops the training and returns, with a warning, the
#' model so far. A time limit ([setTimeLimit()]) that is reached is an error.
#'
#' The same seed gives the same model, bit for bit, whatever the number of
#' threads, on machines of the same kind; without `seed`, one is drawn from R's
#' random numbers and kept in the model.
#'
#' @param signal The training genes: a signal ([chromatinSignal()]) with
#'   labels. Genes without a label are left out. Several cell types are pooled,
#'   unless `cellType` names one.
#' @param validation A signal with labels and the same marks and bins, to
#'   choose the epoch by; or `NULL`.
#' @param architecture Name of the architecture: `"lstm-alpha-beta"`
#'   (AttentiveChrome; paper, section 3) or another of [listArchitectures()].
#' @param cellType Names of the cell types to train on; by default all.
#' @param ... Sizes of the architecture, by name: for `"lstm-alpha-beta"`
#'   `hidden` (32) and `markHidden` (16), the hidden units each way of the LSTMs
#'   over the bins and over the marks, and `dropout` (0). Those of the others
#'   are in [listArchitectures()].
#' @param epochs Largest number of passes over the training genes.
#' @param batchSize Genes in a mini-batch.
#' @param learningRate Adam's step size.
#' @param clip Largest norm of the gradient; `Inf` does not clip.
#' @param transform What is done to the counts first: `"none"`, as published,
#'   or `"log1p"`, log(1 + count). Predictions do the same.
#' @param patience Stop when so many epochs brought no better validation AUROC.
#' @param marks Marks to train on, in the order in which the network reads
#'   them; by default all of the signal.
#' @param seed Whole number for the initial weights, the order of the genes and
#'   dropout.
#' @param threads Threads to compute with; by default the option
#'   `AttentiveChrome.threads`, else the variable `OMP_NUM_THREADS`, else 1.
#' @param precision `"single"`, as usual for networks, or `"double"`, slower.
#' @param checkpoint Path of a file to write the state of the training to after
#'   each epoch, so that the same call resumes the training after a crash (see
#'   [resumeTraining()]); `NULL` for none. A checkpoint of other data or
#'   settings is an error that shows the difference.
#' @param verbose Show a progress bar with loss, validation AUROC and time
#'   left.
#' @return An [AttentiveChromeModel-class].
#' @references Singh et al. (2017), <https://arxiv.org/abs/1708.00339>;
#'   Kingma and Ba (2015), <https://arxiv.org/abs/1412.6980>.
#' @seealso [listArchitectures()], [predict.AttentiveChromeModel()],
#'   [attention()], [evaluate.AttentiveChromeModel()], [plotHistory()]
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 90, seed = 1))
#' model <- attentiveChrome(parts$train, parts$validation, epochs = 3,
#'     hidden = 8, markHidden = 4, learningRate = 0.01, seed = 1)
#' model
attentiveChrome <- function(signal, validation = NULL,
                            architecture = "lstm-alpha-beta", cellType = NULL,
                            ..., epochs = 30, batchSize = 16,
                            learningRate = 2e-4, clip = 1,
                            transform = c("none", "log1p"), patience = Inf,
                            marks = NULL, seed = NULL, threads = NULL,
                            precision = c("single", "double"),
                            checkpoint = NULL, verbose = interactive()) {
    .checkArchitecture(architecture)
    size <- .chooseSizes(architecture, list(...))
    settings <- .trainingSettings(epochs, batchSize, learningRate, clip,
                                  patience, verbose)
    settings$seed <- .chooseSeed(seed)
    settings$precision <- .checkChoice(precision, "precision",
                                       c("single", "double"))
    transform <- .checkChoice(transform, "transform", names(.transforms))
    data <- .trainingData(signal, validation, cellType, transform, marks)
    plan <- list(architecture = architecture, size = size, settings = settings,
                 transform = transform, data = data,
                 baseline = .fitBaseline(signal, data$marks, data$cellTypes))
    if (is.null(checkpoint)) return(.fit(plan, threads))
    .fitCheckpointed(plan, threads, checkpoint, is.null(seed))
}

# Trains what a plan says, from the start or from the `progress` of an earlier
# run: the same bits, as the random numbers of its epochs are drawn again.
.fit <- function(plan, threads, checkpoint = NULL, progress = NULL) {
    data <- plan$data
    stages <- .stagesOf(plan$architecture, data$marks,
                        length(data$bins$offsets), plan$size)
    network <- .network(stages, .threads(threads), plan$settings$precision,
                        seed = plan$settings$seed)
    .checkMemory(network, "train")
    shapes <- .parameterShapes(stages, data$marks)
    run <- .withSeed(plan$settings$seed, {
        start <- plan$start %||%
            stats::runif(sum(vapply(shapes, prod, 0)), -0.1, 0.1)
        run <- .newRun(start, plan$id)
        if (!is.null(progress)) {
            for (epoch in progress$history$epoch) .drawOrder(data)
            list2env(progress, run)
        }
        .train(run, network, data, plan$settings, checkpoint)
    })
    .asModel(plan, .listParameters(run$parameters, shapes), run)
}

.asModel <- function(plan, parameters, run) {
    data <- plan$data
    training <- plan$settings
    training[c("genes", "cellTypes")] <- list(length(data$train$y),
                                              data$cellTypes)
    training$validationGenes <- length(data$validation$y)
    new("AttentiveChromeModel", architecture = plan$architecture,
        size = plan$size, marks = data$marks, bins = data$bins,
        preprocessing = data$preprocessing, transform = plan$transform,
        parameters = parameters, history = run$history,
        bestEpoch = run$bestEpoch, baseline = plan$baseline,
        training = training,
        version = as.character(utils::packageVersion("AttentiveChrome")))
}

.trainingSettings <- function(epochs, batchSize, learningRate, clip, patience,
                              verbose) {
    .checkNumber(epochs, "epochs", 1, whole = TRUE)
    .checkNumber(batchSize, "batchSize", 1, .Machine$integer.max, whole = TRUE)
    .checkNumber(learningRate, "learningRate", 0)
    .checkNumber(clip, "clip", .Machine$double.eps)
    .checkNumber(patience, "patience", 1)
    .checkFlag(verbose, "verbose")
    list(epochs = epochs, batchSize = batchSize, learningRate = learningRate,
         clip = clip, patience = patience, verbose = verbose)
}

# Checked training and validation input of a network.
.trainingData <- function(signal, validation, cellType, transform, marks) {
    .checkSignal(signal, kind = "signal")
    .checkNotEmpty(signal, "signal")
    signal <- .onlyMarks(signal, marks)
    cellTypes <- .checkCellTypes(signal, cellType %||% colnames(signal),
                                 "cellType")
    data <- .inputFormat(signal, cellTypes)
    data$cellTypes <- cellTypes
    data$train <- .labelledInput(signal, data$marks, cellTypes, transform,
                                 "signal")
    if (!is.null(validation)) {
        .checkFits(validation, data, "validation", cellTypes)
        data$validation <- .labelledInput(validation, data$marks, cellTypes,
                                          transform, "validation")
    }
    data
}

# ---- the epochs -----------------------------------------------------------

# The epoch loop is R, the mini-batch loop is C. `run` always holds a whole
# state, so that an interrupt, wherever it comes, leaves the model so far.
.newRun <- function(start, id) {
    run <- new.env()
    run$id <- id
    zeros <- numeric(length(start))
    run$state <- list(parameters = start, first = zeros, second = zeros,
                      steps = 0)
    run$history <- .emptyHistory()
    run$parameters <- start
    run$bestEpoch <- 0L
    run$bestAuroc <- -Inf
    run
}

.train <- function(run, network, data, settings, checkpoint) {
    watch <- .watchTimeLimit()
    stopped <- tryCatch(.trainEpochs(run, network, data, settings, checkpoint),
                        interrupt = function(e) TRUE)
    if (stopped) {
        watch$stopIfReached()
        .keepInterrupted(run, data)
    }
    as.list(run)
}

.isTrained <- function(run, settings) {
    epoch <- nrow(run$history)
    epoch >= settings$epochs || epoch - run$bestEpoch >= settings$patience
}

# TRUE when the user interrupted.
.trainEpochs <- function(run, network, data, settings, checkpoint) {
    bar <- .progressBar(settings)
    on.exit(bar$done())
    while (!.isTrained(run, settings)) {
        epoch <- nrow(run$history) + 1L
        out <- .runEpoch(run, network, data, settings)
        if (out$interrupted) return(TRUE)
        if (!is.finite(out$loss)) {
            .stop("The training diverged: the loss of epoch {epoch} is not
                   finite",
                  i = "Try a smaller {.arg learningRate} or
                       {.code transform = \"log1p\"}.")
        }
        row <- .validateEpoch(epoch, out, network, data)
        run$history <- rbind(run$history, row)
        .keepBest(run, row)
        bar$tick(row)
        .stopOrphan()
        if (!is.null(checkpoint)) .saveCheckpoint(checkpoint, run)
    }
    FALSE
}

.runEpoch <- function(run, network, data, settings) {
    started <- proc.time()[["elapsed"]]
    order <- .drawOrder(data)
    core <- list(batchSize = settings$batchSize,
                 learningRate = settings$learningRate,
                 clip = if (is.finite(settings$clip)) settings$clip else 0)
    out <- .trainEpoch(network, run$state, data$train, order, core)
    run$state <- out[names(run$state)]
    out$seconds <- proc.time()[["elapsed"]] - started
    out
}

# The order in which an epoch takes the genes, 0-based.
.drawOrder <- function(data) sample.int(length(data$train$y)) - 1L

.emptyHistory <- function() {
    data.frame(epoch = integer(), loss = numeric(), validationLoss = numeric(),
               validationAuroc = numeric(), seconds = numeric())
}

.validateEpoch <- function(epoch, out, network, data) {
    row <- data.frame(epoch = epoch, loss = out$loss,
                      validationLoss = NA_real_, validationAuroc = NA_real_,
                      seconds = out$seconds)
    if (!is.null(data$validation)) {
        logit <- .predictGenes(network, out$parameters, data$validation)$logit
        row$validationLoss <- .logLoss(data$validation$y, logit)
        row$validationAuroc <- .auroc(data$validation$y, logit)
    }
    row
}

# Without validation the newest epoch is the best.
.keepBest <- function(run, row) {
    auroc <- row$validationAuroc
    if (is.na(auroc) || auroc > run$bestAuroc) {
        run$parameters <- run$state$parameters
        run$bestEpoch <- row$epoch
        run$bestAuroc <- if (is.na(auroc)) -Inf else auroc
    }
}

# Best epoch so far, if validation chose one; else all that was learnt. The
# class of the warning tells callers in the package that the model is not the
# one that was asked for.
.keepInterrupted <- function(run, data) {
    if (is.null(data$validation) || run$bestEpoch == 0L) {
        run$parameters <- run$state$parameters
    }
    done <- nrow(run$history)
    cli::cli_warn(c("Training was interrupted after {done} whole epoch{?s}",
                    i = "The model so far is returned."),
                  class = "AttentiveChrome_interrupted")
}

# ---- progress ---------------------------------------------------------------

.progressBar <- function(settings) {
    if (!settings$verbose) {
        return(list(tick = function(row) NULL, done = function() NULL))
    }
    env <- new.env()
    id <- cli::cli_progress_bar(
        total = settings$epochs, clear = FALSE, .auto_close = FALSE,
        .envir = env, extra = list(now = ""),
        format = paste("epoch {cli::pb_current}/{cli::pb_total}",
                       "{cli::pb_bar} {cli::pb_extra$now} {cli::pb_eta_str}"))
    list(tick = function(row) {
        now <- sprintf("loss %.4f", row$loss)
        if (!is.na(row$validationAuroc)) {
            now <- sprintf("%s, AUROC %.4f", now, row$validationAuroc)
        }
        cli::cli_progress_update(id = id, extra = list(now = now),
                                 .envir = env)
    }, done = function() cli::cli_progress_done(id = id, .envir = env))
}
