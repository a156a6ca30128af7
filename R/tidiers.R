#' Models as data frames
#'
#' `tidy()` has a row for each block of parameters, `glance()` one row for the
#' model, `augment()` a row for each gene and cell type of a signal.
#'
#' @param x A model ([attentiveChrome()]); for `augment()` also a baseline
#'   ([trainBaseline()]).
#' @param data A signal ([chromatinSignal()]).
#' @param ... Not used.
#' @return Data frames. `tidy()`: `term`, `rows`, `columns` (of a convolution's
#'   weights, inputs times kernel), `mean`, `sd`.
#'   `glance()`: `architecture`, `marks`, `bins`, `parameters`, `genes`
#'   (training samples), `epochs`, `bestEpoch`, `loss`, `validationLoss`,
#'   `validationAuroc` (of the kept epoch). `augment()`: `gene`, `cellType`,
#'   `.label` (`NA` where not known), `.fitted` (probability of high),
#'   `.class` (0/1).
#' @examples
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' model <- attentiveChrome(signal, epochs = 2, hidden = 4, markHidden = 4)
#' head(tidy(model))
#' glance(model)
#' head(augment(model, signal))
#' @name tidy.AttentiveChromeModel
NULL

#' @return What the methods of this package return is told on their own pages.
#' @importFrom generics tidy
#' @export
generics::tidy

#' @importFrom generics glance
#' @export
generics::glance

#' @importFrom generics augment
#' @export
generics::augment

#' @rdname tidy.AttentiveChromeModel
#' @export
tidy.AttentiveChromeModel <- function(x, ...) {
    parameters <- x@parameters
    data.frame(term = names(parameters),
               rows = vapply(parameters, NROW, 0L),
               columns = lengths(parameters) %/% vapply(parameters, NROW, 0L),
               mean = vapply(parameters, mean, 0),
               sd = vapply(parameters, stats::sd, 0),
               row.names = NULL)
}

#' @rdname tidy.AttentiveChromeModel
#' @export
glance.AttentiveChromeModel <- function(x, ...) {
    best <- x@history[match(x@bestEpoch, x@history$epoch), ]
    data.frame(architecture = x@architecture,
               marks = length(x@marks),
               bins = length(x@bins$offsets),
               parameters = sum(lengths(x@parameters)),
               genes = x@training$genes,
               epochs = nrow(x@history),
               bestEpoch = x@bestEpoch,
               loss = best$loss,
               validationLoss = best$validationLoss,
               validationAuroc = best$validationAuroc,
               row.names = NULL)
}

#' @rdname tidy.AttentiveChromeModel
#' @export
augment.AttentiveChromeModel <- function(x, data, ...) {
    probability <- stats::predict(x, data)
    label <- if ("label" %in% assayNames(data)) {
        as.vector(expressionLabel(data))
    } else {
        NA_integer_
    }
    data.frame(gene = rep(rownames(data), ncol(data)),
               cellType = rep(colnames(data), each = nrow(data)),
               .label = label,
               .fitted = as.vector(probability),
               .class = as.integer(as.vector(probability) > 0.5))
}

#' @rdname tidy.AttentiveChromeModel
#' @export
augment.BaselineModel <- augment.AttentiveChromeModel
