#' Train a model further
#'
#' Continues training from a model's weights, on other genes or another cell
#' type. For example, this adapts a published model ([publishedModel()]) to your
#' data. The optimiser, the schedule of the learning rate and the history are
#' reset. To resume an interrupted training, see `checkpoint` of
#' [attentiveChrome()].
#'
#' A schedule starts anew: with the recipe `"default"`, the learning rate rises
#' once more to its peak before it falls, although the earlier training ended at
#' a rate of about 0. If the new genes are few or similar to the earlier ones, a
#' lower `learningRate` or `schedule = "constant"` with a low rate preserves
#' more of the model. The transform and its factor k are those of the model,
#' whatever the scale of the new signal.
#'
#' @param object A model or an ensemble. A model of a panel is `panel[[i]]`.
#' @inheritParams attentiveChrome
#' @param signal The training genes, with the model's marks and bins.
#' @return An [AttentiveChromeModel-class] with the architecture, sizes,
#'   transform and scale of `object`. For an ensemble, an ensemble: each member
#'   is trained further, with a seed that derives from `seed`.
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, ]
#' model <- attentiveChrome(signal, cellTypes = "E003", epochs = 2,
#'     filters = 4, context = 4, seed = 1)
#' update(model, signal[, "E123"], epochs = 2, seed = 1)
update.AttentiveChromeModel <- function(object, signal, validation = NULL,
                                        cellTypes = NULL, ...,
                                        recipe = c("default", "published",
                                                   "deepdiff"),
                                        epochs = NULL, batchSize = NULL,
                                        learningRate = NULL, weightDecay = NULL,
                                        schedule = NULL, clip = NULL,
                                        keep = NULL, patience = NULL,
                                        seed = NULL, threads = NULL,
                                        progress = interactive()) {
    if (...length() > 0L) {
        .stop("{.arg ...} must be empty",
              i = "The architecture and its sizes are those of the model.")
    }
    given <- setdiff(names(.recipes$default), "transform")
    recipe <- .checkChoice(recipe, "recipe", names(.recipes))
    settings <- .recipeSettings(recipe, mget(given), object@architecture,
                                .targetOf(object))
    settings <- .runSettings(settings, seed, object@training$precision,
                             progress, .markDropoutOf(object))
    if (.isDifference(.targetOf(object))) {
        some <- function(x) if (is.null(cellTypes)) x else x[, cellTypes]
        signal <- .readBy(object, some(signal))
        if (!is.null(validation)) {
            validation <- .readBy(object, some(validation), "validation")
        }
        cellTypes <- NULL
    }
    .checkFits(signal, .modelFormat(object))
    if (!is.null(validation)) {
        .checkFits(validation, .modelFormat(object), "validation")
    }
    signal <- .inMemory(signal, cellTypes)
    validation <- .inMemory(validation, cellTypes)
    data <- .trainingData(signal, validation, cellTypes, object@transform,
                          object@marks, .targetOf(object), .scaleOf(object))
    plan <- .trainingPlan(object@architecture, object@size, settings,
                          object@transform, data, signal)
    plan$start <- .blockOf(object@parameters)
    model <- .noteTraining(.fit(plan, threads), plan, validation, threads)
    model@training$usedGenes <- rbind(object@training$usedGenes,
                                      model@training$usedGenes)
    model
}

#' @rdname update.AttentiveChromeModel
#' @export
update.AttentiveChromePanel <- function(object, ...) {
    .checkPanel(object, "object")
    .stop("{.arg object} must be one model",
          x = "It is a panel of {length(object)} model{?s}.",
          i = "{.code update(panel[[\"{names(object)[1L]}\"]], signal)} trains
               one of them further.")
}

#' @rdname update.AttentiveChromeModel
#' @export
update.BaselineModel <- function(object, ...) {
    .stop("{.arg object} must be a model made by {.fn attentiveChrome}",
          x = "It is a baseline, which cannot be trained further.",
          i = "{.fn trainBaseline} fits another.")
}
