# Signal that lacks marks, for models that were trained to do without them
# (`markDropout` of attentiveChrome()). The core leaves out what is not there
# (src/core/network/mask.c).

# Checks that a signal fits a model. Returns the model, for this signal: it
# knows which of its marks are missing.
.atMarks <- function(model, signal, arg = "signal") {
    format <- .modelFormat(model)
    if (.markDropoutOf(model) > 0) {
        .checkSignal(signal, arg, "signal")
        .checkAnyMark(signal, model@marks, arg)
        format$marks <- intersect(model@marks, marks(signal))
    }
    .checkFits(signal, format, arg)
    .withoutMarks(model, setdiff(model@marks, format$marks))
}

.withoutMarks <- function(model, missing) {
    model@training$missing <- missing
    if (.isEnsemble(model)) {
        model@members <- lapply(model@members, .withoutMarks, missing)
    }
    model
}

.checkAnyMark <- function(signal, wanted, arg) {
    if (!any(wanted %in% marks(signal))) {
        .stop("{.arg {arg}} must have one or more of the model's marks
               {.val {wanted}}",
              x = "It has {.val {marks(signal)}}.")
    }
}

.missingMarks <- function(model) {
    as.character(model@training$missing)
}

# Whether each mark is there; NULL if all are.
.presentMarks <- function(model) {
    missing <- .missingMarks(model)
    if (length(missing) > 0L) !model@marks %in% missing
}
