# Weights that PyTorch saved: the authors' models of 2019, and every later state
# dict with their names.

#' Read the weights of a PyTorch model
#'
#' Makes a model of a PyTorch state dict with the names of the authors' code,
#' such as their published models, or of [writeTorchWeights()]: ready for [predict()]
#' [predict.AttentiveChromeModel], [attention()] and further training
#' ([update()][update.AttentiveChromeModel]). Python is not needed.
#'
#' Both formats are read, the one before PyTorch 1.6 (of 2019) and the zip
#' archive since; storages of the CPU or a GPU; float, double, half and bfloat16
#' numbers; tensors that are views into shared storages; names with a prefix,
#' such as `module.`. Sizes of the LSTMs are taken from the tensors. Of the other
#' architectures the names are those that [writeTorchWeights()] writes, and
#' sizes that are not the default must be given.
#'
#' The file does not say in which order the marks were, and a wrong order gives
#' wrong predictions without a sign of it. AttentiveChrome's data have
#' H3K27me3, H3K36me3, H3K4me1, H3K4me3, H3K9me3; DeepDiff's, by the same
#' authors, have H3K4me1, H3K4me3, H3K9me3, H3K27me3, H3K36me3.
#'
#' @section Safety:
#' A pickle, which such a file contains, is a program: what Python does when it
#' opens one is up to the file. Here nothing in it is executed. The reader knows
#' the few instructions and names that a state dict needs, refuses all others,
#' and says which it met. All sizes are checked against the file's.
#'
#' @param file Path of the file.
#' @param marks The marks, in the order in which the model was trained on them.
#' @param bins,binWidth,upstream The bins, as for [chromatinSignal()].
#' @param transform What was done to the counts first: `"none"`, as in the
#'   authors' code, or `"log1p"`.
#' @param architecture Name of the architecture: see [listArchitectures()].
#' @param ... Sizes of other architectures than `"lstm-alpha-beta"`, by name.
#' @return An [AttentiveChromeModel-class] without history. It has no baseline,
#'   so [evaluate()][evaluate.AttentiveChromeModel] gives `NA` for that.
#' @references <https://github.com/QData/AttentiveChrome>
#' @export
#' @examples
#' marks <- c("H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3")
#' \donttest{
#' # One of the authors' models, if it lies here
#' if (file.exists("E003_attchrome_model.pt")) {
#'     model <- readTorchWeights("E003_attchrome_model.pt", marks)
#'     predict(model, simulateChromatin(genes = 5, seed = 1))
#' }
#' }
#' # A program is refused, not run
#' file <- tempfile(fileext = ".pt")
#' writeBin(charToRaw("cposix\nsystem\n(S'ls'\ntR."), file)
#' try(readTorchWeights(file, marks))
readTorchWeights <- function(file, marks, bins = 100, binWidth = 100,
                             upstream = NULL, transform = c("none", "log1p"),
                             architecture = "lstm-alpha-beta", ...) {
    .checkFiles(file)
    if (missing(marks)) {
        .stop("{.arg marks} must name the marks in the order in which the model
               was trained on them",
              i = "The file does not say; see {.help readTorchWeights}.")
    }
    .checkMarkNames(marks)
    .checkNumber(bins, "bins", 1, whole = TRUE)
    transform <- .checkChoice(transform, "transform", names(.transforms))
    size <- .chooseSizes(.checkArchitecture(architecture), list(...))
    tensors <- .readTorchFile(file)
    if (architecture == "lstm-alpha-beta") {
        tensors <- .publishedTensors(tensors, marks)
        size <- .torchSizes(tensors, size)
    }
    stages <- .stagesOf(architecture, marks, bins, size)
    shapes <- .parameterShapes(stages, marks)
    .checkTensorNames(tensors, names(shapes))
    parameters <- Map(.asParameter, tensors[names(shapes)], shapes,
                      names(shapes))
    new("AttentiveChromeModel", architecture = architecture, size = size,
        marks = marks, bins = .makeBins(bins, binWidth, upstream),
        preprocessing = list(counting = NA_character_,
                             normalization = "none"),
        transform = transform,
        parameters = stats::setNames(parameters, names(shapes)),
        history = .emptyHistory(), bestEpoch = 0L,
        baseline = rep(NA_real_, length(marks) + 1L),
        training = list(genes = NA_integer_, cellTypes = character(),
                        precision = "single"),
        version = as.character(utils::packageVersion("AttentiveChrome")))
}

# A named list of numbers, the last dimension running first, with the attribute
# `sizes`.
.readTorchFile <- function(file) {
    out <- .Call(ffi_read_torch, readBin(file, "raw", file.size(file)))
    if (is.character(out)) {
        .stop("{.file {file}} is no state dict of PyTorch that can be read",
              x = "{out}.")
    }
    out
}

# The authors' names of the parameters, named by ours.
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

# The authors' tensors by our names, whatever prefix all of them share.
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
              x = if (length(others) > 0L) "Not known: {(.some(others))}.")
    }
}

.torchSizes <- function(tensors, size) {
    hidden <- function(name) attr(tensors[[name]], "sizes")[1L] / 4
    size$hidden <- hidden(1L)
    size$markHidden <- hidden("markLstm.forward.weight_ih")
    if (!all(vapply(size[c("hidden", "markHidden")], function(s) {
        length(s) == 1L && !is.na(s) && s >= 1 && s == round(s)
    }, NA))) {
        .stop("The LSTMs of the file have a size that none can have")
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
