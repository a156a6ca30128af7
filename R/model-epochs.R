# The epoch loop of training, with progress, checkpoints and the choice of the
# epoch that is kept. The mini-batch loop is in C (src/core/network/train.c).

# Trains the model of a plan, from the start or from the `progress` of an
# earlier run. The result is identical, as the random numbers of earlier epochs
# are drawn again.
.fit <- function(plan, threads, checkpoint = NULL, progress = NULL) {
    data <- plan$data
    stages <- .stagesOf(plan$architecture, data$marks,
                        length(data$bins$offsets), plan$size, data$target)
    network <- .network(stages, .threads(threads), plan$settings$precision,
                        seed = plan$settings$seed,
                        markDropout = plan$settings$markDropout,
                        target = data$target)
    .checkMemory(network, "train")
    shapes <- .parameterShapes(stages, data$marks)
    run <- .withSeed(plan$settings$seed, {
        start <- plan$start %||% .startValues(
            .architectures[[plan$architecture]]$start, stages, shapes,
            data$train$y)
        run <- .newRun(start, plan$id, data$target)
        if (!is.null(progress)) {
            for (epoch in progress$history$epoch) .drawOrder(data)
            list2env(progress, run)
        }
        settings <- plan$settings
        settings$decay <- .weightDecay(stages, settings$weightDecay)
        .train(run, network, data, settings, checkpoint)
    })
    run$meanShare <- .meanShare(plan, network, run$parameters)
    run$calibration <- .runCalibration(plan, network, run)
    .asModel(plan, .listParameters(run$parameters, shapes), run)
}

# The logits of the kept epoch are at hand, unless none was completed.
.runCalibration <- function(plan, network, run) {
    validation <- plan$data$validation
    if (is.null(validation)) return(list())
    logit <- run$validationLogit %||%
        .predictGenes(network, run$parameters, validation)$logit
    .fitValidation(plan$data$target, logit, validation$y)
}

# The mean share of each bin and mark, bins x marks, over at most 4,096 training
# genes: what the shares of a gene are compared with.
.meanShare <- function(plan, network, parameters) {
    gate <- .architectures[[plan$architecture]]$gate
    if (is.null(gate)) return(NULL)
    train <- plan$data$train
    some <- .evenly(length(train$y), 4096L)
    told <- .predictGenes(network, parameters, .someInput(train, some),
                          attention = TRUE)$attention
    .meanShares(told[[match("gate", network$stages$layer)]],
                plan$data$marks)
}

.asModel <- function(plan, parameters, run) {
    data <- plan$data
    training <- plan$settings
    training[c("genes", "cellTypes")] <- list(length(data$train$y),
                                              data$cellTypes)
    training$validationGenes <- length(data$validation$y)
    if (.isClass(data$target)) training$high <- mean(data$train$y)
    training$meanShare <- run$meanShare
    training$reference <- plan$reference
    training$usedGenes <- .usedRoles(data$train$genes, data$validation$genes)
    new("AttentiveChromeModel", architecture = plan$architecture,
        size = plan$size, marks = data$marks, bins = data$bins,
        preprocessing = data$preprocessing, transform = plan$transform,
        scale = data$scale, parameters = parameters, history = run$history,
        bestEpoch = run$bestEpoch, baseline = plan$baseline,
        training = training, calibration = run$calibration,
        target = data$target,
        version = as.character(utils::packageVersion("AttentiveChrome")))
}

# `run` always has a consistent state, so that an interrupt at any point leaves
# a valid model.
.newRun <- function(start, id, target = .classTarget) {
    run <- new.env()
    run$id <- id
    zeros <- numeric(length(start))
    run$state <- list(parameters = start, first = zeros, second = zeros,
                      steps = 0)
    run$history <- .emptyHistory(target)
    run$parameters <- start
    run$bestEpoch <- 0L
    run$bestScore <- -Inf
    run
}

.train <- function(run, network, data, settings, checkpoint) {
    stopped <- tryCatch(.trainEpochs(run, network, data, settings, checkpoint),
                        interrupt = function(e) TRUE)
    if (stopped) .keepInterrupted(run, data)
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
        out <- .runEpoch(run, network, data, settings, epoch)
        if (out$interrupted) return(TRUE)
        if (!is.finite(out$loss) || !all(is.finite(out$parameters))) {
            .stop("Training diverged: the loss or a weight of epoch {epoch} is
                   not finite",
                  i = "Try a smaller {.arg learningRate} or
                       {.code transform = \"log1p\"}.")
        }
        validated <- .validateEpoch(epoch, out, network, data)
        run$history <- rbind(run$history, validated$row)
        .keepBest(run, validated, settings$keep)
        bar$tick(validated$row)
        .stopOrphan()
        if (!is.null(checkpoint)) .saveCheckpoint(checkpoint, run)
    }
    FALSE
}

.runEpoch <- function(run, network, data, settings, epoch) {
    started <- proc.time()[["elapsed"]]
    order <- .drawOrder(data)
    core <- list(batchSize = settings$batchSize,
                 learningRate = .learningRates(settings, epoch,
                                               length(order)),
                 weightDecay = settings$decay,
                 clip = if (is.finite(settings$clip)) settings$clip else 0)
    out <- .trainEpoch(network, run$state, data$train, order, core)
    run$state <- out[names(run$state)]
    out$seconds <- proc.time()[["elapsed"]] - started
    out
}

# The order of the genes in an epoch, 0-based.
.drawOrder <- function(data) sample.int(length(data$train$y)) - 1L

.emptyHistory <- function(target = .classTarget) {
    .historyRow(target, integer(), numeric(), numeric(), numeric(), numeric())
}

# `score`: the AUROC or the correlation of the validation genes.
.historyRow <- function(target, epoch, loss, validationLoss, score, seconds) {
    row <- data.frame(epoch = epoch, loss = loss,
                      validationLoss = validationLoss, score = score,
                      seconds = seconds)
    names(row)[4L] <- .scoreColumn(target)
    row
}

# The row of the history, and the logits of the validation genes.
.validateEpoch <- function(epoch, out, network, data) {
    loss <- score <- NA_real_
    predicted <- NULL
    if (!is.null(data$validation)) {
        predicted <- .predictGenes(network, out$parameters, data$validation)
        loss <- .validationLoss(data$target, data$validation, predicted)
        score <- .scoreOf(data$target, data$validation$y, predicted$logit)
    }
    list(row = .historyRow(data$target, epoch, out$loss, loss, score,
                           out$seconds),
         logit = predicted$logit)
}

# The first of equally good epochs is kept; without a score, the latest.
.keepBest <- function(run, validated, keep) {
    score <- .epochScores[[keep]](validated$row)
    if (is.na(score) || score > run$bestScore) {
        run$parameters <- run$state$parameters
        run$validationLogit <- validated$logit
        run$bestEpoch <- validated$row$epoch
        run$bestScore <- if (is.na(score)) -Inf else score
    }
}

# The best epoch so far, if validation chose one; otherwise the current
# parameters. The class of the warning lets callers in the package detect that
# training is incomplete.
.keepInterrupted <- function(run, data) {
    if (!is.finite(run$bestScore)) {
        run$parameters <- run$state$parameters
        run$validationLogit <- NULL
    }
    done <- nrow(run$history)
    cli::cli_warn(c("Training was interrupted after {done} complete epoch{?s}",
                    i = "The current model is returned."),
                  class = "AttentiveChrome_interrupted")
}
