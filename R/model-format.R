# The format that a model requires of a signal: marks, bins and preprocessing.

# The format of a signal. Its cell types must have the same preprocessing.
.inputFormat <- function(signal, cellTypes = colnames(signal),
                         arg = "signal") {
    columns <- preprocessing(signal)[cellTypes, ]
    .checkOnePreprocessing(columns, arg)
    counting <- unique(stats::na.omit(columns$counting))
    list(marks = marks(signal), bins = signal@bins,
         preprocessing = list(counting = c(counting, NA_character_)[1L],
                              normalization = columns$normalization[1L]))
}

# A signal must have the model's marks (further marks are ignored), the model's
# bins and, in each cell type, the preprocessing of the training data.
.checkFits <- function(signal, format, arg = "signal",
                       cellTypes = colnames(signal)) {
    .checkSignal(signal, arg, "signal")
    .checkAllMarks(signal, format, arg)
    if (!.sameBins(signal@bins, format$bins)) {
        .stop("{.arg {arg}} must have the model's bins:
               {(.describeBins(format$bins))}",
              x = "It has {(.describeBins(signal@bins))}.")
    }
    .checkNotEmpty(signal, arg)
    cellTypes <- .checkCellTypes(signal, cellTypes, arg)
    .checkPreprocessing(signal, format$preprocessing, arg, cellTypes)
}

.checkAllMarks <- function(signal, format, arg) {
    missing <- setdiff(format$marks, marks(signal))
    if (length(missing) == 0L) return()
    .stop("{.arg {arg}} must have the model's marks {.val {format$marks}}",
          x = "Missing: {.val {missing}}.",
          i = "It has {.val {marks(signal)}}.",
          i = if (is.null(format$markDropout)) NULL
              else if (format$markDropout == 0) {
                  "A model trained with {.code markDropout = 0.5} needs only
                   some of its marks: see {.fn attentiveChrome}."
              } else {
                  "Only {.fn predict}, {.fn evaluate}, {.fn attention} and
                   {.fn attribution} do without some of the model's marks."
              })
}

.checkPreprocessing <- function(signal, wanted, arg, cellTypes) {
    columns <- preprocessing(signal)[cellTypes, ]
    for (what in c("counting", "normalization")) {
        own <- columns[[what]]
        odd <- which(own != wanted[[what]])
        if (length(odd) == 0L) next
        .stop("{.arg {arg}} was preprocessed differently from the training
               data, whose {what} is {.val {wanted[[what]]}}",
              x = "{cli::qty(length(odd))}Cell type{?s}
                   {(.some(rownames(columns)[odd]))}:
                   {.val {unique(own[odd])}}.",
              i = if (what == "normalization") "See {.fn normalizeSignal}."
                  else "If its values have the same meaning, set
                        {.code preprocessing(x)$counting} to that of the
                        model.")
    }
}

.checkNotEmpty <- function(signal, arg) {
    if (nrow(signal) == 0L || ncol(signal) == 0L) {
        .stop("{.arg {arg}} is empty",
              x = "It has {nrow(signal)} gene{?s} and
                   {ncol(signal)} cell type{?s}.")
    }
}

# The signal with the marks to train on, in the given order.
.onlyMarks <- function(signal, marks) {
    if (is.null(marks)) return(signal)
    .checkMarks(signal, .checkMarkNames(marks))
    marks(signal) <- marks
    signal
}

# The format of a model's training data.
.modelFormat <- function(model) {
    if (is.null(attr(model, "preprocessing"))) {
        .stop("The model was made by version 0.99.0",
              i = "Convert it with {.code updateObject(model)}.")
    }
    list(marks = model@marks, bins = model@bins,
         preprocessing = model@preprocessing,
         markDropout = if (is(model, "AttentiveChromeModel")) {
             .markDropoutOf(model)
         })
}

# Models of earlier versions and of files do not have it.
.markDropoutOf <- function(model) model@training$markDropout %||% 0
