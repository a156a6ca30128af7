.modelStages <- function(model) {
    .stagesOf(model@architecture, model@marks, length(model@bins$offsets),
              model@size)
}

# What a model must find in a signal.
.modelFormat <- function(model) {
    if (is.null(attr(model, "preprocessing"))) {
        .stop("The model was made by version 0.99.0",
              i = "Convert it with {.code updateObject(model)}.")
    }
    list(marks = model@marks, bins = model@bins,
         preprocessing = model@preprocessing)
}

#' @rdname marks
#' @export
setMethod("marks", "AttentiveChromeModel", function(x) x@marks)

#' @rdname marks
#' @export
setMethod("binOffsets", "AttentiveChromeModel", function(x) x@bins$offsets)

#' @rdname marks
#' @export
setMethod("binWidth", "AttentiveChromeModel", function(x) x@bins$width)

#' @rdname marks
#' @export
setMethod("marks", "BaselineModel", function(x) x@marks)

#' @rdname preprocessing
#' @export
setMethod("preprocessing", "AttentiveChromeModel", function(x) {
    DataFrame(x@preprocessing)
})

#' @rdname preprocessing
#' @export
setMethod("preprocessing", "BaselineModel", function(x) {
    DataFrame(x@preprocessing)
})

#' @rdname marks
#' @export
setMethod("binOffsets", "BaselineModel", function(x) x@bins$offsets)

#' @rdname marks
#' @export
setMethod("binWidth", "BaselineModel", function(x) x@bins$width)

# Version 0.99.0 had a slot `treatment` with the steps as a vector.
.updateModel <- function(object) {
    old <- attr(object, "treatment")
    if (is.null(old)) return(object)
    attr(object, "treatment") <- NULL
    object@preprocessing <- list(
        counting = old$counting %||% NA_character_,
        normalization = .pasteSteps(old$normalization))
    object
}

#' @rdname AttentiveChromeModel-class
#' @param ...,verbose As in [BiocGenerics::updateObject()].
#' @export
setMethod("updateObject", "AttentiveChromeModel",
          function(object, ..., verbose = FALSE) .updateModel(object))

#' @rdname BaselineModel-class
#' @param ...,verbose As in [BiocGenerics::updateObject()].
#' @export
setMethod("updateObject", "BaselineModel",
          function(object, ..., verbose = FALSE) .updateModel(object))

#' @rdname AttentiveChromePanel-class
#' @param object,...,verbose As in [BiocGenerics::updateObject()].
#' @export
setMethod("updateObject", "AttentiveChromePanel",
          function(object, ..., verbose = FALSE) {
    object@records <- lapply(object@records, function(record) {
        record$model <- updateObject(record$model, ..., verbose = verbose)
        record
    })
    object
})

#' The course of a training
#'
#' @param model A model ([attentiveChrome()]).
#' @return `trainingHistory()`: a data frame with a row an epoch: `epoch`,
#'   `loss` (mean binary cross-entropy over the training genes while the epoch
#'   ran), `validationLoss`, `validationAuroc` (`NA` without validation), and
#'   `seconds`. `bestEpoch()`: the epoch whose parameters the model has.
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' model <- attentiveChrome(signal, epochs = 2, hidden = 4, markHidden = 4)
#' trainingHistory(model)
#' bestEpoch(model)
trainingHistory <- function(model) {
    .checkModel(model)
    model@history
}

#' @rdname trainingHistory
#' @export
bestEpoch <- function(model) {
    .checkModel(model)
    model@bestEpoch
}

.checkModel <- function(x, arg = "model") {
    if (!is(x, "AttentiveChromeModel")) {
        .stop("{.arg {arg}} must be a model as made by {.fn attentiveChrome}",
              x = "It is of class {.cls {class(x)[1]}}.")
    }
    invisible(x)
}

# ---- showing ------------------------------------------------------------

.describeModel <- function(object) {
    best <- object@history[object@history$epoch == object@bestEpoch, ]
    sizes <- paste(names(object@size), unlist(object@size), collapse = ", ")
    lines <- c(
        sprintf("%s model (%s; %d parameters)", object@architecture, sizes,
                sum(lengths(object@parameters))),
        sprintf("marks: %s", .some(object@marks, 8L)),
        sprintf("bins: %s", .describeBins(object@bins)),
        if (is.na(object@training$genes)) "weights were read, not trained here"
        else sprintf("trained on %d genes, %d epochs; kept: epoch %d",
                     object@training$genes, nrow(object@history),
                     object@bestEpoch))
    if (nrow(best) == 1L && !is.na(best$validationAuroc)) {
        lines <- c(lines, sprintf("validation AUROC: %.4f",
                                  best$validationAuroc))
    }
    lines
}

#' @rdname AttentiveChromeModel-class
#' @param object A model.
#' @export
setMethod("show", "AttentiveChromeModel", function(object) {
    cat(.describeModel(object), sep = "\n")
})

#' Summary, weights and picture of a model
#'
#' @param object,x A model ([attentiveChrome()]).
#' @param ... Not used.
#' @return `summary()`: a list of class `summary.AttentiveChromeModel` that
#'   prints the model's settings, history and layers. `coef()`: the parameters,
#'   a named list of vectors and arrays in PyTorch's shapes and conventions
#'   (LSTM gates in the order input, forget, cell, output; `weight_ih` has
#'   4 units rows; two bias vectors; a convolution's weights are filters x
#'   inputs x kernel). A dense layer after several positions (or marks) has the
#'   columns of the first one first. `plot()`: [plotHistory()]'s figure.
#' @examples
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' model <- attentiveChrome(signal, epochs = 2, hidden = 4, markHidden = 4)
#' summary(model)
#' names(coef(model))[1:4]
#' dim(coef(model)$binLstm.H3K4me3.forward.weight_hh)
#' plot(model)
#' @name summary.AttentiveChromeModel
NULL

#' @rdname summary.AttentiveChromeModel
#' @export
summary.AttentiveChromeModel <- function(object, ...) {
    structure(list(description = .describeModel(object),
                   settings = object@training,
                   layers = tidy.AttentiveChromeModel(object),
                   history = object@history,
                   version = object@version),
              class = "summary.AttentiveChromeModel")
}

#' @rdname summary.AttentiveChromeModel
#' @export
print.summary.AttentiveChromeModel <- function(x, ...) {
    cat(x$description, sep = "\n")
    settings <- Filter(function(s) length(s) == 1L, x$settings)
    cat("\nSettings (AttentiveChrome ", x$version, "):\n", sep = "")
    values <- vapply(settings, format, "")
    cat(sprintf("  %s = %s\n", names(settings), values), sep = "")
    cat("\nParameters:\n")
    print(x$layers, row.names = FALSE)
    cat("\nLast epochs:\n")
    print(utils::tail(x$history, 5L), row.names = FALSE)
    invisible(x)
}

#' @rdname summary.AttentiveChromeModel
#' @export
coef.AttentiveChromeModel <- function(object, ...) object@parameters

#' @rdname summary.AttentiveChromeModel
#' @export
plot.AttentiveChromeModel <- function(x, ...) plotHistory(x)
