# Two cell types of a signal as one: what models of their difference read.

# Channels of a mark: the signal of A, of B, or the difference.
.channels <- list(
    A = function(a, b) a,
    B = function(a, b) b,
    `A-B` = function(a, b) a - b)

#' Pair two cell types
#'
#' Makes a signal of the difference between two cell types, A and B: what models
#' with `target = "difference"` (see [attentiveChrome()]) read. It is called by
#' all functions that take such a model and a signal of both cell types. Call it
#' for plots, with the attention or attribution of such a model.
#'
#' @param signal A signal ([chromatinSignal()]).
#' @param cellTypes The names of A and B; by default those of a signal with two.
#' @param channels What becomes of each mark: `"A"`, `"B"` and `"A-B"`, the
#'   difference of their signals, or some of these.
#' @param assay The assay with the measured values, if `signal` has it.
#' @param transform What is done with the values: `"log2"` for log2(x + 1), or
#'   `"none"`.
#' @return A [ChromatinSignal-class] with one column, named like `"A to B"`. Its
#'   marks are the channels, all marks of A first: `H3K4me3.A`, ...,
#'   `H3K4me3.B`, ..., `H3K4me3.A-B`. The assay `change` has the values of B
#'   minus those of A, and `valueA` and `valueB` the values themselves. With
#'   `"log2"`, the change is log2((b + 1) / (a + 1)), as in DeepDiff.
#' @references Singh et al. (2018), DeepDiff, Bioinformatics 34, i891.
#' @seealso [attentiveChrome()], [modelTarget()]
#' @export
#' @examples
#' pair <- pairCellTypes(roadmapGenes, c("E123", "E003"))
#' pair
#' summary(as.vector(binMatrix(pair, "H3K4me3.A-B")))
pairCellTypes <- function(signal, cellTypes = colnames(signal),
                          channels = c("A", "B", "A-B"), assay = "expression",
                          transform = c("log2", "none")) {
    .checkSignal(signal, kind = "signal")
    cellTypes <- .checkPair(signal, cellTypes)
    .checkChannels(channels)
    target <- modelTarget("expression", assay,
                          .checkChoice(transform, "transform",
                                       names(.targetTransforms)))
    .pairSignal(signal, cellTypes, channels, target)
}

.pairSignal <- function(signal, cellTypes, channels, target) {
    paired <- .pairedColumn(signal, cellTypes)
    name <- paste(cellTypes, collapse = " to ")
    columns <- match(cellTypes, colnames(signal))
    values <- lapply(stats::setNames(nm = marks(signal)), function(mark) {
        x <- assay(signal, mark, withDimnames = FALSE)
        x <- as.array(x[, columns, , drop = FALSE])
        .checkFinite(x, mark, rownames(signal))
        x
    })
    assays <- unlist(lapply(seq_along(channels), function(i) {
        lapply(values, function(x) {
            one <- .channels[[channels[i]]](x[, 1L, , drop = FALSE],
                                            x[, 2L, , drop = FALSE])
            dimnames(one) <- list(rownames(signal), name, NULL)
            one
        })
    }), recursive = FALSE)
    names(assays) <- paste(rep(marks(signal), length(channels)),
                           rep(.channelNames(channels), each = length(values)),
                           sep = ".")
    found <- assays
    if (target$assay %in% assayNames(signal)) {
        y <- .measuredValues(target, signal)[, cellTypes, drop = FALSE]
        column <- function(x) {
            matrix(x, dimnames = list(rownames(signal), name))
        }
        found <- c(assays, list(change = column(y[, 2L] - y[, 1L]),
                                valueA = column(y[, 1L]),
                                valueB = column(y[, 2L])))
    }
    out <- .makeSignal(found, signal@bins, rowRanges(signal),
                       marks = names(assays), columns = paired)
    metadata(out) <- c(metadata(signal)["simulation"],
                       list(pair = cellTypes))
    out
}

# The preprocessing that both cell types share, known of one or of both, and the
# files of both.
.pairedColumn <- function(signal, cellTypes) {
    how <- .inputFormat(signal, cellTypes)$preprocessing
    files <- signal@columns$sources[match(cellTypes, colnames(signal))]
    .newColumns(1L, how$counting, how$normalization,
                list(.joinSources(files[[1L]], files[[2L]])))
}

# Channels that come again have a number.
.channelNames <- function(channels) {
    make.unique(channels, sep = "")
}

# The channels of a signal that these are: those that a network of DeepDiff
# reads again, such as "H3K4me3.A1", have a number in the network only.
.channelsIn <- function(channels, signal) {
    once <- sub("([.][AB])1$", "\\1", channels)
    again <- !channels %in% marks(signal) & once %in% marks(signal)
    ifelse(again, once, channels)
}

.checkPair <- function(signal, cellTypes, arg = "cellTypes") {
    if (length(cellTypes) != 2L || anyDuplicated(cellTypes)) {
        .stop("{.arg {arg}} must name two cell types, A and B",
              x = "It is {.val {cellTypes}}.")
    }
    .checkCellTypes(signal, cellTypes, arg)
}

.checkChannels <- function(channels) {
    known <- names(.channels)
    if (!is.character(channels) || length(channels) == 0L ||
        !all(channels %in% known) || anyDuplicated(channels)) {
        .stop("{.arg channels} must be some of {.val {known}}",
              x = "It is {.val {channels}}.")
    }
}

# ---- for models -------------------------------------------------------------

# The signal that a model reads: a pair for models of a difference, and any
# other signal as it is. Of a signal with other cell types than those of the
# training, the two columns are A and B.
.readBy <- function(model, signal, arg = "signal") {
    target <- .targetOf(model)
    if (!.isDifference(target) || .isPair(signal)) return(signal)
    .checkSignal(signal, arg, "signal")
    cellTypes <- colnames(signal)
    if (all(target$cellTypes %in% cellTypes)) cellTypes <- target$cellTypes
    if (length(cellTypes) != 2L) {
        .stop("{.arg {arg}} must have two cell types, A and B, or those of the
               training, {.val {target$cellTypes}}",
              x = "It has {.val {colnames(signal)}}.")
    }
    .asPair(target, signal, cellTypes)
}

.asPair <- function(target, signal, cellTypes = target$cellTypes) {
    .pairSignal(signal, cellTypes, target$channels, target)
}

# What a training reads: the signals, for a difference as pairs, and the target,
# which then knows the cell types and the channels.
.readable <- function(target, signal, validation, cellTypes, marks,
                      channels = names(.channels), auxiliary = FALSE) {
    .checkSignal(signal, kind = "signal")
    .checkNotEmpty(signal, "signal")
    if (!.isDifference(target)) {
        return(list(target = target, signal = signal, validation = validation,
                    cellTypes = cellTypes, marks = marks))
    }
    target$cellTypes <- .checkPair(signal, cellTypes %||% colnames(signal))
    target$channels <- channels
    pair <- function(x, arg) {
        .checkSignal(x, arg, "signal")
        .checkCellTypes(x, target$cellTypes, arg)
        .asPair(target, .onlyMarks(x, marks))
    }
    signal <- pair(signal, "signal")
    if (auxiliary) target <- .withAuxiliary(target, signal)
    list(target = target, signal = signal,
         validation = if (!is.null(validation)) pair(validation, "validation"))
}

.readableBy <- function(architecture, ...) {
    .readable(..., .channelsOf(architecture),
              isTRUE(.architectures[[architecture]]$auxiliary))
}

# The channels that an architecture reads of a difference.
.channelsOf <- function(architecture) {
    .architectures[[architecture]]$channels %||% names(.channels)
}

# The names of the architectures that can predict a target.
.architecturesOf <- function(target) {
    paired <- !vapply(lapply(.architectures, `[[`, "channels"), is.null, NA)
    names(.architectures)[!paired | .isDifference(target)]
}

.checkArchitectureTarget <- function(architecture, target) {
    if (!architecture %in% .architecturesOf(target)) {
        .stop("{.code architecture = \"{architecture}\"} predicts the
               difference of two cell types",
              x = "{.arg target} is {.val {target$name}}.",
              i = "Use {.code target = \"difference\"}.")
    }
}
