# Validity and accessors of models.

setValidity("AttentiveChromeModel", function(object) {
    shapes <- .parameterShapes(.modelStages(object), object@marks)
    expected <- vapply(shapes, prod, 0)
    if (!identical(names(object@parameters), names(shapes)) ||
        !all(lengths(object@parameters) == expected)) {
        return("parameters do not fit the architecture")
    }
    if (!isTRUE(.scaleOf(object) > 0)) {
        return("scale must be one number above 0")
    }
    TRUE
})

.modelStages <- function(model) {
    .stagesOf(model@architecture, model@marks, length(model@bins$offsets),
              model@size, .targetOf(model))
}

#' @rdname marks
#' @export
setMethod("marks", "AttentiveChromeFit", function(x) x@marks)

#' @rdname marks
#' @export
setMethod("binOffsets", "AttentiveChromeFit", function(x) x@bins$offsets)

#' @rdname marks
#' @export
setMethod("binWidth", "AttentiveChromeFit", function(x) x@bins$width)

#' @rdname marks
#' @export
setMethod("marks", "BaselineModel", function(x) x@marks)

#' @rdname preprocessing
#' @export
setMethod("preprocessing", "AttentiveChromeFit", function(x) {
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

#' Training history
#'
#' @param model A model ([attentiveChrome()]).
#' @return A data frame with one row per epoch: `epoch`, `loss` (mean binary
#'   cross-entropy over the training genes during the epoch), `validationLoss`
#'   and `validationAuroc` (`NA` without validation), and `seconds`.
#'   [glance()][glance.AttentiveChromeModel] reports the epoch whose parameters
#'   the model has. Ensembles have the epochs of all members, with a first
#'   column `member`.
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
#' trainingHistory(model)
trainingHistory <- function(model) {
    .checkModel(model)
    if (!.isEnsemble(model)) return(model@history)
    rows <- .memberHistories(model)
    rows[setdiff(names(rows), "kept")]
}

.checkModel <- function(x, arg = "model") {
    if (!is(x, "AttentiveChromeFit")) {
        .stop("{.arg {arg}} must be a model made by {.fn attentiveChrome}",
              x = "It is of class {.cls {class(x)[1]}}.")
    }
    invisible(x)
}

.modelNetwork <- function(model, threads = NULL) {
    .network(.modelStages(model), .threads(threads),
             .exactPrecision(model@training$precision),
             present = .presentMarks(model), target = .targetOf(model))
}
