# Ensembles of models: making one of models, printing, tables.

#' Combine models into an ensemble
#'
#' Makes an ensemble of models that were trained separately, for example on
#' several machines. [attentiveChrome()] with `members` trains an ensemble in
#' one call.
#'
#' @param models A list of two or more models ([attentiveChrome()]) that differ
#'   in their seeds alone: they must have the same architecture, sizes, marks,
#'   bins, preprocessing, transform and training genes.
#' @param validation A signal ([chromatinSignal()]) of validation genes, with
#'   labels, on which the ensemble is calibrated; or `NULL` for no calibration.
#' @return An [AttentiveChromeEnsemble-class], with the baselines of the first
#'   model.
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' models <- lapply(1:2, function(seed) {
#'     attentiveChrome(signal, epochs = 2, filters = 4, context = 4,
#'         seed = seed)
#' })
#' modelEnsemble(models)
modelEnsemble <- function(models, validation = NULL) {
    good <- is.list(models) && length(models) > 1L &&
        all(vapply(models, is, NA, "AttentiveChromeModel"))
    if (!good) {
        .stop("{.arg models} must be a list of two or more models made by
               {.fn attentiveChrome}",
              x = "It is of class {.cls {class(models)[1]}}{
                   if (is.list(models)) paste(' and length', length(models))}.")
    }
    .checkAlike(models)
    if (anyDuplicated(lapply(models, function(m) m@parameters))) {
        .stop("{.arg models} must be different",
              x = "Some have the same weights.",
              i = "Train each of them with another {.arg seed}.")
    }
    .validatedBy(.asEnsemble(unname(models)), validation)
}

# The ensemble with its calibration and performance on a signal.
.validatedBy <- function(ensemble, validation) {
    if (is.null(validation)) return(ensemble)
    validation <- .readBy(ensemble, validation, "validation")
    .checkFits(validation, .modelFormat(ensemble), "validation")
    cellTypes <- .checkCellTypes(validation, ensemble@training$cellTypes,
                                 "validation")
    known <- .labelledInput(validation, ensemble@marks, cellTypes,
                            ensemble@transform, .scaleOf(ensemble),
                            "validation", .targetOf(ensemble))
    .validateEnsemble(ensemble, known, NULL)
}

.checkAlike <- function(models) {
    facts <- lapply(models, function(model) {
        c(lapply(stats::setNames(nm = setdiff(.sharedByMembers, "scale")),
                 function(name) attr(model, name)),
          list(scale = .scaleOf(model),
               `training genes` = model@training$usedGenes))
    })
    odd <- Filter(function(name) {
        !all(vapply(facts, function(f) {
            identical(f[[name]], facts[[1L]][[name]])
        }, NA))
    }, names(facts[[1L]]))
    if (length(odd) > 0L) {
        .stop("{.arg models} must differ by their seeds alone",
              x = "They differ in {.val {odd}}.")
    }
}

# ---- printing ---------------------------------------------------------------

.describeEnsemble <- function(object) {
    training <- object@training
    lines <- c(
        sprintf("Ensemble of %d %s models (%s)", length(object),
                object@architecture, .sizesInWords(object)),
        .describeInput(object),
        if (is.na(training$genes)) "weights were read from files"
        else c(sprintf("trained on %d genes; epochs kept: %s", training$genes,
                       .some(.bestEpochs(object), 10L)),
               .describeCalibrationOf(object)))
    score <- .scoreColumn(.targetOf(object))
    own <- .memberTable(object)[[score]]
    if (is.null(training[[score]]) || anyNA(own)) return(lines)
    c(lines, sprintf("validation %s: %.4f; members: %.4f to %.4f",
                     .scoreTitles[[score]], training[[score]], min(own),
                     max(own)))
}

#' @rdname AttentiveChromeEnsemble-class
#' @export
setMethod("show", "AttentiveChromeEnsemble", function(object) {
    cat(.describeEnsemble(object), sep = "\n")
})

# One row per member: its seed, and the epoch that it keeps.
.memberTable <- function(ensemble) {
    members <- .membersOf(ensemble)
    rows <- lapply(members, function(member) {
        best <- .keptRow(member)
        data.frame(seed = member@training$seed %||% NA,
                   epochs = nrow(member@history),
                   bestEpoch = member@bestEpoch,
                   best[c("loss", "validationLoss", .scoreColumnIn(best))],
                   row.names = NULL)
    })
    cbind(member = seq_along(members), do.call(rbind, rows))
}

#' @rdname summary.AttentiveChromeModel
#' @export
summary.AttentiveChromeEnsemble <- function(object, ...) {
    structure(list(description = .describeEnsemble(object),
                   settings = object@training,
                   layers = tidy.AttentiveChromeModel(object[[1L]]),
                   members = .memberTable(object), version = object@version),
              class = "ensembleSummary")
}

#' @rdname summary.AttentiveChromeModel
#' @export
print.ensembleSummary <- function(x, ...) {
    .printSettings(x)
    cat("\nParameters of each member:\n")
    print(x$layers[c("term", "rows", "columns")], row.names = FALSE)
    cat("\nMembers:\n")
    print(x$members, row.names = FALSE)
    invisible(x)
}

#' @rdname summary.AttentiveChromeModel
#' @export
plot.AttentiveChromeEnsemble <- function(x, ...) .plotHistory(x)

#' @rdname summary.AttentiveChromeModel
#' @export
coef.AttentiveChromeEnsemble <- function(object, ...) {
    lapply(.membersOf(object), coef.AttentiveChromeModel)
}

# ---- as data frames ---------------------------------------------------------

#' @rdname tidy.AttentiveChromeModel
#' @export
tidy.AttentiveChromeEnsemble <- function(x, ...) {
    rows <- lapply(seq_along(.membersOf(x)), function(i) {
        cbind(member = i, tidy.AttentiveChromeModel(x[[i]]))
    })
    do.call(rbind, rows)
}

#' @rdname tidy.AttentiveChromeModel
#' @export
glance.AttentiveChromeEnsemble <- function(x, ...) {
    members <- .memberTable(x)
    score <- .scoreColumn(.targetOf(x))
    row <- data.frame(architecture = x@architecture, members = length(x),
               marks = length(x@marks), bins = length(x@bins$offsets),
               parameters = sum(lengths(unlist(coef.AttentiveChromeEnsemble(x),
                                               recursive = FALSE))),
               genes = x@training$genes, epochs = max(members$epochs),
               loss = mean(members$loss),
               validationLoss = x@training$validationLoss %||% NA_real_)
    row[[score]] <- x@training[[score]] %||% NA_real_
    row
}

# ---- training further -------------------------------------------------------

#' @rdname update.AttentiveChromeModel
#' @export
update.AttentiveChromeEnsemble <- function(object, signal, validation = NULL,
                                           ..., seed = NULL) {
    seeds <- .memberSeeds(.chooseSeed(seed), length(object))
    models <- lapply(seq_along(seeds), function(i) {
        .withoutNotes(update.AttentiveChromeModel(
            object[[i]], signal, validation, ..., seed = seeds[i]))
    })
    .validatedBy(.asEnsemble(models), validation)
}

#' @rdname AttentiveChromeEnsemble-class
#' @param ...,verbose As in [BiocGenerics::updateObject()].
#' @export
setMethod("updateObject", "AttentiveChromeEnsemble",
          function(object, ..., verbose = FALSE) {
    object@members <- lapply(object@members, updateObject, ...,
                             verbose = verbose)
    .updateModel(object)
})
