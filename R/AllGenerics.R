#' @rdname marks
#' @export
setGeneric("marks", function(x) standardGeneric("marks"))

#' @rdname marks
#' @export
setGeneric("binOffsets", function(x) standardGeneric("binOffsets"))

#' @rdname marks
#' @export
setGeneric("binWidth", function(x) standardGeneric("binWidth"))

#' @rdname marks
#' @export
setGeneric("marks<-", function(x, value) standardGeneric("marks<-"))

#' @rdname preprocessing
#' @export
setGeneric("preprocessing", function(x) standardGeneric("preprocessing"))

#' @rdname preprocessing
#' @export
setGeneric("preprocessing<-", function(x, value) {
    standardGeneric("preprocessing<-")
})

#' @rdname attention
#' @export
setGeneric("attention", function(model, signal, ...) {
    standardGeneric("attention")
})

#' @rdname attribution
#' @export
setGeneric("attribution", function(model, signal, ...) {
    standardGeneric("attribution")
})
