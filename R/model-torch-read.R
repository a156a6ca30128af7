# Reads weights saved by PyTorch: the authors' models of 2019, and any later
# state dict with the same names.

#' Read the weights of a PyTorch model
#'
#' Creates a model from a PyTorch state dict with the names of the authors' code
#' (such as their published models) or of [writeTorchWeights()]. The model can
#' be used with [predict()][predict.AttentiveChromeModel], [attention()] and,
#' for further training, [update()][update.AttentiveChromeModel]. Python is not
#' needed.
#'
#' Both formats are supported: the one used before PyTorch 1.6 (as in 2019) and
#' the zip archive used since. Storages may be on the CPU or a GPU. Numbers may
#' be float, double, half or bfloat16. Tensors may be views into shared
#' storages, and names may have a prefix such as `module.`. The LSTM sizes of
#' `"lstm-alpha-beta"` are taken from the tensors. The other architectures use
#' the names that [writeTorchWeights()] writes, and their sizes must be given
#' unless they are the defaults.
#'
#' The file does not contain the order of the marks. With a wrong order, the
#' predictions are wrong without any warning. The order in AttentiveChrome's
#' data is H3K27me3, H3K36me3, H3K4me1, H3K4me3, H3K9me3. The order in the data
#' of DeepDiff, by the same authors, is H3K4me1, H3K4me3, H3K9me3, H3K27me3,
#' H3K36me3.
#'
#' @section Safety:
#' Such a file contains a pickle, which is a program: Python executes it when it
#' opens the file. This reader executes nothing. It accepts only the few
#' instructions and names that a state dict needs, and raises an error that
#' names any other. All sizes are checked against the size of the file.
#'
#' @param file Path of the file.
#' @param marks The marks, in the order in which the model was trained on them.
#' @param bins,binWidth,upstream The bins, as for [chromatinSignal()].
#' @param transform Transform applied to the signal: `"none"`, as in the
#'   authors' code, `"log1p"`, log(1 + `scale` x), or `"signedLog1p"`.
#' @param scale The factor of the transform, which a trained model prints. The
#'   file does not contain it.
#' @param architecture Name of the architecture; see [listArchitectures()].
#' @param ... Sizes of architectures other than `"lstm-alpha-beta"`, by name.
#' @param target What the model predicts: `"class"`, `"expression"`,
#'   `"twoStage"`, `"difference"` or a [modelTarget()]. For differences, `marks`
#'   names the channels, as in [pairCellTypes()].
#' @param centre,spread For numbers, the mean and the standard deviation by
#'   which the model standardised them: a prediction is `centre` plus `spread`
#'   times the output. For `"twoStage"`, those of the expressed genes. The file
#'   does not contain them.
#' @return An [AttentiveChromeModel-class] without history. It has no baseline,
#'   so [evaluate()][evaluate.AttentiveChromeModel] returns `NA` for the
#'   baseline.
#' @references <https://github.com/QData/AttentiveChrome>
#' @export
#' @examples
#' marks <- c("H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3")
#' \donttest{
#' # One of the authors' models, if it is in the working directory
#' if (file.exists("E003_attchrome_model.pt")) {
#'     model <- readTorchWeights("E003_attchrome_model.pt", marks)
#'     predict(model, simulateChromatin(genes = 5, seed = 1))
#' }
#' }
#' # A program raises an error and is not executed
#' file <- tempfile(fileext = ".pt")
#' writeBin(charToRaw("cposix\nsystem\n(S'ls'\ntR."), file)
#' try(readTorchWeights(file, marks))
readTorchWeights <- function(file, marks, bins = 100, binWidth = 100,
                             upstream = NULL,
                             transform = c("none", "log1p", "signedLog1p"),
                             scale = 1,
                             architecture = "lstm-alpha-beta", ...,
                             target = "class", centre = 0, spread = 1) {
    .checkFiles(file)
    if (missing(marks)) {
        .stop("{.arg marks} must name the marks in the order in which the model
               was trained on them",
              i = "The file does not contain the order; see
                   {.help readTorchWeights}.")
    }
    .checkMarkNames(marks)
    .checkNumber(bins, "bins", 1, whole = TRUE)
    transform <- .checkChoice(transform, "transform", names(.transforms))
    .checkNumber(scale, "scale", .Machine$double.eps)
    target <- .torchTarget(target, centre, spread, architecture)
    size <- .chooseSizes(.checkArchitecture(architecture), list(...))
    tensors <- .readTorchFile(file)
    if (architecture == "lstm-alpha-beta") {
        tensors <- .publishedTensors(tensors, marks)
        size <- .torchSizes(tensors, size)
    }
    stages <- .stagesOf(architecture, marks, bins, size, target)
    shapes <- .parameterShapes(stages, marks)
    .checkTensorNames(tensors, names(shapes))
    parameters <- Map(.asParameter, tensors[names(shapes)], shapes,
                      names(shapes))
    new("AttentiveChromeModel", architecture = architecture, size = size,
        marks = marks, bins = .makeBins(bins, binWidth, upstream),
        preprocessing = list(counting = NA_character_,
                             normalization = "none"),
        transform = transform, scale = scale,
        parameters = stats::setNames(parameters, names(shapes)),
        history = .emptyHistory(target), bestEpoch = 0L, target = target,
        baseline = list(),
        training = list(genes = NA_integer_, cellTypes = character(),
                        precision = "single"),
        version = as.character(utils::packageVersion("AttentiveChrome")))
}

# Of a difference, the file knows no names.
.torchTarget <- function(target, centre, spread, architecture) {
    target <- .checkTarget(target)
    if (.isDifference(target)) {
        target$cellTypes <- c("A", "B")
        target$channels <- .channelsOf(architecture)
    }
    .checkNumber(centre, "centre")
    .checkNumber(spread, "spread", .Machine$double.eps)
    if (.isClass(target)) return(target)
    moments <- list(centre = centre, spread = spread)
    c(target, moments, if (.isTwoStage(target)) list(amount = moments))
}

# A named list of numeric vectors in row-major order, with the attribute
# `sizes`.
.readTorchFile <- function(file) {
    out <- .Call(ffi_read_torch, readBin(file, "raw", file.size(file)))
    if (is.character(out)) {
        .stop("{.file {file}} is not a PyTorch state dict that can be read",
              x = "{out}.")
    }
    out
}

# The authors' parameter names, named by ours.
.torchNames <- function(marks) {
    lstm <- function(ours, theirs) {
        blocks <- c("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        stats::setNames(
            paste0(theirs, ".rnn.", blocks, "_l0",
                   rep(c("", "_reverse"), each = 4L)),
            paste(ours, rep(c("forward", "reverse"), each = 4L), blocks,
                  sep = "."))
    }
    context <- "bin_attention.bin_context_vector"
    bin <- sprintf("rnn_hms.%d", seq_along(marks) - 1L)
    c(unlist(Map(lstm, paste0("binLstm.", marks), bin, USE.NAMES = FALSE)),
      stats::setNames(paste(bin, context, sep = "."),
                      paste0("binAttention.", marks, ".context")),
      lstm("markLstm", "hm_level_rnn_1"),
      markAttention.context = paste0("hm_level_rnn_1.", context),
      head.weight = "fdiff1_1.weight", head.bias = "fdiff1_1.bias")
}

# The authors' tensors by our names, without the prefix that all of them share.
.publishedTensors <- function(tensors, marks) {
    names <- .torchNames(marks)
    first <- grep("rnn_hms.0.rnn.weight_ih_l0$", names(tensors), value = TRUE)
    if (length(first) == 1L) {
        prefix <- substr(first, 1L, nchar(first) - nchar(names[[1L]]))
        shared <- startsWith(names(tensors), prefix)
        names(tensors)[shared] <- substring(names(tensors)[shared],
                                            nchar(prefix) + 1L)
    }
    held <- length(unique(regmatches(names(tensors), regexpr(
        "^rnn_hms[.][0-9]+", names(tensors)))))
    if (held > 0L && held != length(marks)) {
        .stop("{.arg marks} must name the marks that the model was trained on",
              x = "Found {length(marks)}; the file has {held}.")
    }
    .checkTensorNames(tensors, names)
    stats::setNames(tensors[names], names(names))
}

.checkTensorNames <- function(tensors, names) {
    missing <- setdiff(names, names(tensors))
    others <- setdiff(names(tensors), names)
    if (length(missing) > 0L || length(others) > 0L) {
        .stop("The file must have the names of the architecture's state dict",
              x = if (length(missing) > 0L) "Missing: {(.some(missing))}.",
              x = if (length(others) > 0L) "Unknown: {(.some(others))}.")
    }
}

.torchSizes <- function(tensors, size) {
    hidden <- function(name) attr(tensors[[name]], "sizes")[1L] / 4
    size$hidden <- hidden(1L)
    size$markHidden <- hidden("markLstm.forward.weight_ih")
    if (!all(vapply(size[c("hidden", "markHidden")], function(s) {
        length(s) == 1L && !is.na(s) && s >= 1 && s == round(s)
    }, NA))) {
        .stop("The LSTMs of the file have an impossible size")
    }
    size
}

.asParameter <- function(tensor, shape, name) {
    sizes <- attr(tensor, "sizes")
    if (length(tensor) != prod(shape) ||
        !identical(as.numeric(sizes[sizes != 1L]),
                   as.numeric(shape[shape != 1L]))) {
        .stop("The tensor of {.val {name}} must have the shape {shape}",
              x = "It has {sizes}.")
    }
    if (!all(is.finite(tensor))) {
        .stop("The tensor of {.val {name}} must be finite")
    }
    if (length(shape) < 2L) return(as.vector(tensor))
    aperm(array(as.vector(tensor), rev(shape)))
}
