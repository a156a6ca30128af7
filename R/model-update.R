#' Train a model further
#'
#' Continues training from a model's weights, on other genes or another cell
#' type. For example, this adapts a published model ([publishedModel()]) to your
#' data. The optimiser and the history are reset. To resume an interrupted
#' training, see `checkpoint` of [attentiveChrome()].
#'
#' @param object A model.
#' @inheritParams attentiveChrome
#' @param signal The training genes, with the model's marks and bins.
#' @return An [AttentiveChromeModel-class] with the architecture, sizes and
#'   transform of `object`.
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 60, cellTypes = 2, seed = 1)
#' model <- attentiveChrome(signal, cellTypes = "cellType1", epochs = 2,
#'     hidden = 4, markHidden = 4, seed = 1)
#' update(model, signal[, "cellType2"], epochs = 2, seed = 1)
update.AttentiveChromeModel <- function(object, signal, validation = NULL,
                                        cellTypes = NULL, ..., epochs = 30,
                                        batchSize = 16, learningRate = 2e-4,
                                        clip = 1, patience = Inf, seed = NULL,
                                        threads = NULL,
                                        progress = interactive()) {
    if (...length() > 0L) {
        .stop("{.arg ...} must be empty",
              i = "The architecture and its sizes are those of the model.")
    }
    settings <- .trainingSettings(epochs, batchSize, learningRate, clip,
                                  patience, progress)
    settings$seed <- .chooseSeed(seed)
    settings$precision <- object@training$precision
    .checkFits(signal, .modelFormat(object))
    if (!is.null(validation)) {
        .checkFits(validation, .modelFormat(object), "validation")
    }
    data <- .trainingData(signal, validation, cellTypes, object@transform,
                          object@marks)
    plan <- list(architecture = object@architecture, size = object@size,
                 settings = settings, transform = object@transform, data = data,
                 baseline = .fitBaseline(signal, data$marks, data$cellTypes),
                 start = .blockOf(object@parameters))
    model <- .fit(plan, threads)
    model@training$usedGenes <- rbind(object@training$usedGenes,
                                      model@training$usedGenes)
    model
}
