#' Write the weights of a model for PyTorch
#'
#' Writes a state dict in the zip format, which `torch.load()` reads, also with
#' `weights_only=True`. The numbers have the precision of the model (float, or
#' double for `precision = "double"`) and are written exactly.
#'
#' A model of the architecture `"lstm-alpha-beta"` has the names and shapes of
#' the authors' code, whose class can load it with `load_state_dict()`. Other
#' architectures have the names of [coef()][coef.AttentiveChromeModel]. The
#' order of the marks is that of `marks(model)`. The file contains neither this
#' order nor the transform of the signal and the calibration, which the model
#' prints. For models of numbers, it does not contain the mean and the standard
#' deviation of the training genes either: they are `model@target$centre` and
#' `model@target$spread`.
#'
#' @param model A model ([attentiveChrome()]). For an ensemble, a member:
#'   `ensemble[[1]]`.
#' @param file Path of the file to write. It is created only when it is
#'   complete.
#' @return `file`, invisibly.
#' @seealso [readTorchWeights()]
#' @export
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, recipe = "published", epochs = 2,
#'     hidden = 4, markHidden = 4)
#' file <- tempfile(fileext = ".pt")
#' writeTorchWeights(model, file)
#' again <- readTorchWeights(file, marks(model))
#' identical(unlist(coef(again)), unlist(coef(model)))
writeTorchWeights <- function(model, file) {
    .checkModel(model)
    if (.isEnsemble(model)) {
        .stop("{.arg model} must be one model",
              x = "It is an ensemble of {length(model)}.",
              i = "Write each member to a file of its own:
                   {.code writeTorchWeights(ensemble[[1]], file)}.")
    }
    .checkOutput(file, "file")
    .writeWhole(.torchArchive(.torchTensors(model),
                              model@training$precision == "double"), file)
    invisible(file)
}

# A named list of `values`, in row-major order, and `sizes`.
.torchTensors <- function(model) {
    parameters <- model@parameters
    published <- model@architecture == "lstm-alpha-beta"
    tensors <- Map(function(values, name) {
        sizes <- dim(values) %||% length(values)
        if (published && endsWith(name, ".context")) sizes <- c(sizes, 1L)
        values <- array(values, sizes)
        list(values = as.vector(aperm(values)), sizes = sizes)
    }, parameters, names(parameters))
    if (published) {
        names(tensors) <- .torchNames(model@marks)[names(parameters)]
    }
    tensors
}

.torchArchive <- function(tensors, double) {
    size <- if (double) 8L else 4L
    storages <- lapply(tensors, function(t) {
        writeBin(as.double(t$values), raw(), size = size, endian = "little")
    })
    names(storages) <- paste0("data/", seq_along(tensors) - 1L)
    .zipStored(c(list(data.pkl = .pickleTensors(tensors, double)), storages,
                 list(version = charToRaw("3\n"))), "archive/")
}

# ---- pickle, protocol 2 -----------------------------------------------------

.pickleTensors <- function(tensors, double) {
    type <- if (double) "DoubleStorage" else "FloatStorage"
    dict <- c(charToRaw("ccollections\nOrderedDict\n)R"))
    items <- Map(function(tensor, name, key) {
        strides <- rev(cumprod(c(1L, rev(tensor$sizes)[-length(tensor$sizes)])))
        c(.pickleText(name), charToRaw("ctorch._utils\n_rebuild_tensor_v2\n(("),
          .pickleText("storage"), charToRaw(paste0("ctorch\n", type, "\n")),
          .pickleText(as.character(key)), .pickleText("cpu"),
          .pickleInteger(length(tensor$values)), charToRaw("tQ"),
          .pickleInteger(0L), .pickleTuple(tensor$sizes),
          .pickleTuple(strides), as.raw(0x89), dict, charToRaw("tR"))
    }, tensors, names(tensors), seq_along(tensors) - 1L)
    c(as.raw(c(0x80, 2)), dict, charToRaw("("),
      unlist(items, use.names = FALSE), charToRaw("u."))
}

.little <- function(x, bytes) {
    as.raw(x %/% 256^(seq_len(bytes) - 1L) %% 256)
}

.pickleInteger <- function(x) c(charToRaw("J"), .little(x, 4L))

.pickleText <- function(x) {
    bytes <- charToRaw(enc2utf8(x))
    c(charToRaw("X"), .little(length(bytes), 4L), bytes)
}

.pickleTuple <- function(x) {
    c(charToRaw("("), unlist(lapply(x, .pickleInteger)), charToRaw("t"))
}

# ---- uncompressed zip archive, as written by PyTorch ------------------------

.zipStored <- function(entries, folder) {
    names <- lapply(paste0(folder, names(entries)), charToRaw)
    fields <- Map(function(data, name) {
        c(.little(20, 2L), .little(0, 2L), .little(0, 2L), .little(0, 2L),
          .little(33, 2L), .crc32(data), .little(length(data), 4L),
          .little(length(data), 4L), .little(length(name), 2L),
          .little(0, 2L))
    }, entries, names)
    signature <- function(a, b) c(charToRaw("PK"), as.raw(c(a, b)))
    local <- Map(function(data, name, field) {
        c(signature(3, 4), field, name, data)
    }, entries, names, fields)
    starts <- cumsum(c(0, lengths(local)))
    directory <- Map(function(name, field, start) {
        c(signature(1, 2), .little(20, 2L), field, .little(0, 10L),
          .little(start, 4L), name)
    }, names, fields, starts[-length(starts)])
    directory <- unlist(directory, use.names = FALSE)
    count <- .little(length(entries), 2L)
    c(unlist(local, use.names = FALSE), directory, signature(5, 6),
      .little(0, 4L), count, count, .little(length(directory), 4L),
      .little(starts[length(starts)], 4L), .little(0, 2L))
}

# A gzip file ends with the checksum that zip needs.
.crc32 <- function(bytes) {
    zipped <- .gzipBytes(bytes, 1L)
    zipped[length(zipped) - 7:4]
}
