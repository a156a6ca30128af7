# Printing, tables and figures of a model.

.describeModel <- function(object) {
    best <- object@history[object@history$epoch == object@bestEpoch, ]
    lines <- c(
        sprintf("%s model (%s; %d parameters)", object@architecture,
                .sizesInWords(object), sum(lengths(object@parameters))),
        .describeInput(object),
        if (is.na(object@training$genes)) "weights were read from a file"
        else c(sprintf("trained on %d genes, %d epochs; epoch kept: %d",
                       object@training$genes, nrow(object@history),
                       object@bestEpoch),
               .describeCalibrationOf(object)))
    score <- .scoreColumnIn(best)
    if (nrow(best) == 1L && !is.na(best[[score]])) {
        lines <- c(lines, sprintf("validation %s: %.4f", .scoreTitles[[score]],
                                  best[[score]]))
    }
    lines
}

.sizesInWords <- function(object) {
    paste(names(object@size), unlist(object@size), collapse = ", ")
}

# What models and ensembles read.
.describeInput <- function(object) {
    target <- .targetOf(object)
    c(if (!.isClass(target)) sprintf("predicts %s", .describeTarget(target)),
      sprintf("marks: %s", .some(object@marks, 8L)),
      sprintf("bins: %s", .describeBins(object@bins)),
      if (identical(object@bins$orient, "genome")) {
          "orientation: minus-strand genes run from 3' to 5'"
      },
      sprintf("transform: %s", .describeTransform(object)),
      if (.markDropoutOf(object) > 0) {
          sprintf("trained for any subset of the marks: mark dropout %g",
                  .markDropoutOf(object))
      })
}

.describeCalibrationOf <- function(object) {
    calibration <- .calibrationOf(object)
    if (!.hasClasses(object)) {
        return(if (length(calibration) > 0L) {
            sprintf("intervals: from %s",
                    .nGenes(length(calibration$residuals)))
        })
    }
    paste0("calibration: ", .describeCalibration(calibration))
}

#' @rdname AttentiveChromeModel-class
#' @param object A model.
#' @export
setMethod("show", "AttentiveChromeModel", function(object) {
    cat(.describeModel(object), sep = "\n")
})

#' Summary, weights and figure of a model
#'
#' @param object,x A model or an ensemble ([attentiveChrome()]).
#' @param ... Not used.
#' @return `summary()`: a list of class `summary.AttentiveChromeModel` that
#'   prints the model's settings, history and layers. For an ensemble, the list
#'   has the class `ensembleSummary` and a table `members` with their seeds and
#'   kept epochs, instead of the history.
#'
#'   `coef()`: the parameters, a named list of vectors and arrays in PyTorch's
#'   shapes and conventions; for an ensemble, a list of such lists, one for each
#'   member. LSTM gates are in the order input, forget, cell, output;
#'   `weight_ih` has 4 x units rows; there are two bias vectors. The weights of
#'   a convolution are filters x inputs x kernel. A dense layer after several
#'   positions (or marks) has the columns of the first position first.
#'
#'   `plot()`: a `ggplot` of the loss and, with validation genes, the validation
#'   AUROC by epoch. A dashed line marks the kept epoch. For an ensemble, there
#'   is a line for each member, with a point at its kept epoch.
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
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
    .printSettings(x)
    cat("\nParameters:\n")
    print(x$layers, row.names = FALSE)
    cat("\nLast epochs:\n")
    print(utils::tail(x$history, 5L), row.names = FALSE)
    invisible(x)
}

# The head of a summary.
.printSettings <- function(summary) {
    cat(summary$description, sep = "\n")
    settings <- Filter(function(s) length(s) == 1L, summary$settings)
    cat("\nSettings (AttentiveChrome ", summary$version, "):\n", sep = "")
    values <- vapply(settings, format, "")
    cat(sprintf("  %s = %s\n", names(settings), values), sep = "")
}

#' @rdname summary.AttentiveChromeModel
#' @export
coef.AttentiveChromeModel <- function(object, ...) object@parameters

#' @rdname summary.AttentiveChromeModel
#' @export
plot.AttentiveChromeModel <- function(x, ...) .plotHistory(x)

# ---- as data frames ---------------------------------------------------------

#' Models as data frames
#'
#' `tidy()` returns one row per block of parameters, `glance()` one row for the
#' model and `augment()` one row per gene and cell type of a signal.
#'
#' @param x A model or an ensemble ([attentiveChrome()]); for `augment()` also a
#'   baseline ([trainBaseline()]).
#' @param data A signal ([chromatinSignal()]).
#' @param ... Not used.
#' @return Data frames. `tidy()`: `term`, `rows`, `columns` (for the weights of
#'   a convolution, inputs times kernel), `mean`, `sd`.
#'   `glance()`: `architecture`, `marks`, `bins`, `parameters`, `genes`
#'   (training samples), `epochs`, `bestEpoch` (the one kept), and `loss`,
#'   `validationLoss` and `validationAuroc` of that epoch. For an ensemble,
#'   `tidy()` has the blocks of all members, with a first column `member`;
#'   `glance()` has a column `members`, the parameters of all of them, the most
#'   epochs of a member, no `bestEpoch`, the mean `loss` over the members, and
#'   the `validationLoss` and `validationAuroc` of the mean logit. `augment()`:
#'   `gene`, `cellType`, `.label` (`NA` if unknown), `.fitted` (probability of
#'   high expression), `.class` (0 or 1). For models of numbers, `.measured` and
#'   `.fitted` are numbers, without a class, and the score of the validation
#'   genes is `validationPearson`.
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
#' head(tidy(model))
#' glance(model)
#' head(augment(model, signal))
#' @name tidy.AttentiveChromeModel
NULL

#' @return See the pages of the methods in this package.
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
    best <- .keptRow(x)
    data.frame(architecture = x@architecture,
               marks = length(x@marks),
               bins = length(x@bins$offsets),
               parameters = sum(lengths(x@parameters)),
               genes = x@training$genes,
               epochs = nrow(x@history),
               bestEpoch = x@bestEpoch,
               best[c("loss", "validationLoss", .scoreColumnIn(best))],
               row.names = NULL)
}

#' @rdname tidy.AttentiveChromeModel
#' @export
augment.AttentiveChromeModel <- function(x, data, ...) {
    if (!.hasClasses(x)) return(.augmentNumbers(x, .readBy(x, data, "data")))
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

.augmentNumbers <- function(x, data) {
    target <- .targetOf(x)
    known <- any(c(target$assay, "change") %in% assayNames(data))
    data.frame(gene = rep(rownames(data), ncol(data)),
               cellType = rep(colnames(data), each = nrow(data)),
               .measured = if (known) as.vector(.measuredValues(target, data))
                           else NA_real_,
               .fitted = as.vector(stats::predict(x, data)))
}

#' @rdname tidy.AttentiveChromeModel
#' @export
augment.AttentiveChromeEnsemble <- augment.AttentiveChromeModel

#' @rdname tidy.AttentiveChromeModel
#' @export
augment.BaselineModel <- augment.AttentiveChromeModel
