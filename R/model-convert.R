# Models that earlier versions saved.

# Version 0.99.0 had a slot `treatment`, with the steps of normalization as a
# vector, and the coefficients of one baseline.
.updateModel <- function(object) {
    if (is(object, "AttentiveChromeFit")) {
        attr(object, "scale") <- .scaleOf(object)
        attr(object, "calibration") <- .calibrationOf(object)
    }
    attr(object, "baseline") <- .asStoredBaseline(attr(object, "baseline"))
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
#' @param ...,verbose As in [BiocGenerics::updateObject()].
#' @export
setMethod("updateObject", "AttentiveChromePanel",
          function(object, ..., verbose = FALSE) {
    object@records <- lapply(object@records, function(record) {
        record$model <- updateObject(record$model, ..., verbose = verbose)
        record
    })
    object
})
