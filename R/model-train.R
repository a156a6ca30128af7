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
    size <- .chooseSizes(architecture, list(...),
                         names(formals(attentiveChrome)))
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
