# Architectures are tables: their stages for the C core (src/core/network/network.c),
# their sizes, and what the user is told of them. Adding one is an entry in
# .architectures; a kind of layer that they do not have yet is also a file in
# src/core/layers and an entry in .layerTypes (R/layers.R).
#
# Genes come to the first stage mark by mark. An architecture that reads all
# marks of a bin together begins with a transpose, so that the derivatives by the
# input have the same shape for all: bins x marks x genes.

# ---- parts ------------------------------------------------------------------

# No stage at all where nothing is dropped: it would only copy.
.dropoutStages <- function(copies, steps, inputs, rate) {
    if (rate == 0) return(list())
    list(.stage("dropout", "dropout", copies, steps, inputs, rate = rate))
}

.lstmStages <- function(name, copies, steps, inputs, hidden, dropout) {
    c(list(.stage("lstm", name, copies, steps, inputs, hidden)),
      .dropoutStages(copies, steps, 2 * hidden, dropout))
}

# Padded, so that attention to what a convolution found is attention to bins
# (or marks): the n-th is centred on the n-th.
.paddedConvStages <- function(name, copies, steps, inputs, filters, kernel,
                              dropout) {
    c(list(.stage("pad", "pad", copies, steps, inputs, window = kernel),
           .stage("conv", name, copies, steps + kernel - 1, inputs, filters,
                  kernel),
           .stage("relu", "relu", copies, steps, filters)),
      .dropoutStages(copies, steps, filters, dropout))
}

.reluStages <- function(name, inputs, units, steps = 1L) {
    list(.stage("dense", name, 1L, steps, inputs, units),
         .stage("relu", "relu", 1L, 1L, units))
}

.logitStage <- function(inputs) .stage("dense", "head", 1L, 1L, inputs, 1L)

# ---- stages -----------------------------------------------------------------

.lstmAlphaBeta <- function(marks, bins, size) {
    bin <- 2 * size$hidden
    mark <- 2 * size$markHidden
    c(.lstmStages("binLstm", marks, bins, 1L, size$hidden, size$dropout),
      list(.stage("attention", "binAttention", marks, bins, bin)),
      .lstmStages("markLstm", 1L, marks, bin, size$markHidden, size$dropout),
      list(.stage("attention", "markAttention", 1L, marks, mark),
           .logitStage(mark)))
}

.lstmAlpha <- function(marks, bins, size) {
    bin <- 2 * size$hidden
    c(.lstmStages("binLstm", marks, bins, 1L, size$hidden, size$dropout),
      list(.stage("attention", "binAttention", marks, bins, bin)),
      .reluStages("perceptron", bin, size$perceptron, steps = marks),
      list(.logitStage(size$perceptron)))
}

.lstmAttn <- function(marks, bins, size) {
    c(list(.stage("transpose", "transpose", 1L, marks, bins)),
      .lstmStages("lstm", 1L, bins, marks, size$hidden, size$dropout),
      list(.stage("attention", "attention", 1L, bins, 2 * size$hidden),
           .logitStage(2 * size$hidden)))
}

# Read out as the authors' Lua code does: the state in which each direction
# ends, with dropout.
.lstmEnds <- function(marks, bins, size) {
    both <- 2 * size$hidden
    c(list(.stage("transpose", "transpose", 1L, marks, bins),
           .stage("lstm", "lstm", 1L, bins, marks, size$hidden),
           .stage("finalState", "finalState", 1L, bins, both)),
      .dropoutStages(1L, 1L, both, size$dropout),
      list(.logitStage(both)))
}

.deepChrome <- function(marks, bins, size) {
    .checkKernel(size$kernel, "kernel", bins, "bins")
    steps <- bins - size$kernel + 1
    .checkPool(size$pool, steps, size$kernel, bins)
    pooled <- steps %/% size$pool
    c(list(.stage("transpose", "transpose", 1L, marks, bins),
           .stage("conv", "conv", 1L, bins, marks, size$filters, size$kernel),
           .stage("relu", "relu", 1L, steps, size$filters),
           .stage("pool", "pool", 1L, steps, size$filters,
                  window = size$pool)),
      .dropoutStages(1L, pooled, size$filters, size$dropout),
      .reluStages("dense1", size$filters, size$dense1, steps = pooled),
      .reluStages("dense2", size$dense1, size$dense2),
      list(.logitStage(size$dense2)))
}

.cnnAttn <- function(marks, bins, size) {
    .checkKernel(size$kernel, "kernel", bins, "bins")
    c(list(.stage("transpose", "transpose", 1L, marks, bins)),
      .paddedConvStages("conv", 1L, bins, marks, size$filters, size$kernel,
                        size$dropout),
      list(.stage("attention", "attention", 1L, bins, size$filters),
           .logitStage(size$filters)))
}

.cnnAlphaBeta <- function(marks, bins, size) {
    .checkKernel(size$kernel, "kernel", bins, "bins")
    .checkKernel(size$markKernel, "markKernel", marks, "marks")
    c(.paddedConvStages("binConv", marks, bins, 1L, size$filters, size$kernel,
                        size$dropout),
      list(.stage("attention", "binAttention", marks, bins, size$filters)),
      .paddedConvStages("markConv", 1L, marks, size$filters, size$markFilters,
                        size$markKernel, size$dropout),
      list(.stage("attention", "markAttention", 1L, marks, size$markFilters),
           .logitStage(size$markFilters)))
}

# ---- the table --------------------------------------------------------------

# stages: function of the numbers of marks and bins and of the sizes. size: the
# sizes and their defaults, given to attentiveChrome() by these names. alpha,
# beta: the stages whose attention is over the bins of each mark and over the
# marks; together: over the bins, one for all marks. auroc: mean test AUROC over
# the 56 cell types in the paper's table 2.
.architectures <- list(
    "lstm-alpha-beta" = list(
        title = paste("AttentiveChrome: an LSTM and attention over the bins",
                      "of each mark, an LSTM and attention over the marks"),
        stages = .lstmAlphaBeta, alpha = "binAttention",
        beta = "markAttention", auroc = 0.8115,
        size = list(hidden = 32, markHidden = 16, dropout = 0)),
    "lstm-alpha" = list(
        title = paste("an LSTM and attention over the bins of each mark, a",
                      "perceptron with a hidden layer over the marks"),
        stages = .lstmAlpha, alpha = "binAttention", auroc = 0.8133,
        size = list(hidden = 32, perceptron = 32, dropout = 0.5)),
    "lstm-attn" = list(
        title = "one LSTM over the bins of all marks, attention over the bins",
        stages = .lstmAttn, together = "attention", auroc = 0.8100,
        size = list(hidden = 32, dropout = 0.5)),
    "lstm" = list(
        title = "one LSTM over the bins of all marks, its two final states",
        stages = .lstmEnds, auroc = 0.8052,
        size = list(hidden = 32, dropout = 0.5)),
    "deepchrome" = list(
        title = paste("DeepChrome: a convolution over the bins of all marks,",
                      "max-pooling, a perceptron with two hidden layers"),
        stages = .deepChrome, auroc = 0.8008,
        size = list(filters = 50, kernel = 10, pool = 5, dense1 = 625,
                    dense2 = 125, dropout = 0.5)),
    "cnn-attn" = list(
        title = paste("a convolution over the bins of all marks, attention",
                      "over the bins"),
        stages = .cnnAttn, together = "attention", auroc = 0.7622,
        size = list(filters = 50, kernel = 10, dropout = 0.5)),
    "cnn-alpha-beta" = list(
        title = paste("a convolution and attention over the bins of each",
                      "mark, a convolution and attention over the marks"),
        stages = .cnnAlphaBeta, alpha = "binAttention",
        beta = "markAttention", auroc = 0.7936,
        size = list(filters = 50, kernel = 10, markFilters = 50,
                    markKernel = 3, dropout = 0.5))
)

# What `size` does not name has its default.
.stagesOf <- function(architecture, marks, bins, size) {
    entry <- .architectures[[architecture]]
    entry$size[names(size)] <- size
    entry$stages(length(marks), bins, entry$size)
}

#' The architectures of the paper
#'
#' The models that the paper compares (its table 2), by the names that
#' `attentiveChrome(architecture = )` takes, with their sizes. All of them are
#' made of the same layers and end in one logit.
#'
#' The LSTMs are bidirectional. `"lstm"` reads out the state in which each
#' direction ends, as the authors' first code does. The convolutions of
#' `"cnn-attn"` and `"cnn-alpha-beta"` are padded with zeros so that attention
#' has as many positions as the signal has bins (or marks); that of
#' `"deepchrome"` is not, as published.
#'
#' Dropout is 0.5 as in the authors' first code and in DeepChrome: on the
#' outputs of the LSTMs, on what was pooled or, without pooling, on what the
#' convolutions found. The published code of AttentiveChrome asks for it too,
#' but of an LSTM of one layer, where PyTorch does nothing; so
#' `"lstm-alpha-beta"` has none unless `dropout` is given. It is active in
#' training only.
#'
#' @section Sizes:
#' * `hidden`, `markHidden`: hidden units each way of the LSTM over the bins
#'   and over the marks;
#' * `perceptron`: hidden units of the perceptron;
#' * `filters`, `kernel`: filters of the convolution over the bins, and the
#'   bins that one sees; `markFilters`, `markKernel`: the same over the marks;
#' * `pool`: convolved bins of which max-pooling takes the largest;
#' * `dense1`, `dense2`: units of the first and second dense layer;
#' * `dropout`: share of the numbers that is dropped.
#'
#' @return A data frame with a row an architecture: `architecture`, its name;
#'   `description`; `attention`, what it attends to; `sizes`, with their
#'   defaults; `paperAuroc`, the mean AUROC on the test genes of 56 cell types
#'   that the paper reports.
#' @references Singh et al. (2017), <https://arxiv.org/abs/1708.00339>;
#'   Singh et al. (2016), DeepChrome, Bioinformatics 32, i639.
#' @seealso [attentiveChrome()]
#' @export
#' @examples
#' listArchitectures()[, c("architecture", "sizes")]
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' attentiveChrome(signal, architecture = "deepchrome", epochs = 2,
#'     filters = 8, dense1 = 16, dense2 = 8)
listArchitectures <- function() {
    pick <- function(field, of) {
        unname(vapply(.architectures, function(a) of(a[[field]]), of("1")))
    }
    data.frame(
        architecture = names(.architectures),
        description = pick("title", as.character),
        attention = unname(vapply(.architectures, .describeAttention, "")),
        sizes = unname(vapply(.architectures, .describeSizes, "")),
        paperAuroc = pick("auroc", as.numeric))
}

.describeAttention <- function(architecture) {
    if (!is.null(architecture$together)) return("bins, all marks together")
    parts <- c(if (!is.null(architecture$alpha)) "bins of each mark",
               if (!is.null(architecture$beta)) "marks")
    if (is.null(parts)) "none" else paste(parts, collapse = " and ")
}

.describeSizes <- function(architecture) {
    paste(names(architecture$size), "=", unlist(architecture$size),
          collapse = ", ")
}

# ---- checks -----------------------------------------------------------------

.checkArchitecture <- function(architecture, arg = "architecture") {
    known <- names(.architectures)
    if (!is.character(architecture) || length(architecture) != 1L ||
        !architecture %in% known) {
        .stop("{.arg {arg}} must be one of {.val {known}}",
              x = "It is {.val {architecture}}.",
              i = if (is.character(architecture)) {
                  "Did you mean {.val {(.nearest(architecture, known))}}?"
              })
    }
    architecture
}

# The sizes of an architecture: those given, and the defaults of the others.
# `arguments` are other names that may have been meant.
.chooseSizes <- function(architecture, given, arguments = character()) {
    size <- .architectures[[architecture]]$size
    if (length(given) > 0L && !.areNames(names(given))) {
        .stop("The sizes of an architecture must be named, each once",
              x = "Found {length(given)} in {.arg ...}, named
                   {.val {names(given) %||% ''}}.",
              i = "For example {.code {names(size)[1]} = {size[[1]]}}.")
    }
    unknown <- setdiff(names(given), names(size))
    if (length(unknown) > 0L) {
        known <- c(names(size), setdiff(arguments, "..."))
        .stop("{.val {architecture}} has no size {.arg {unknown}}",
              x = "Its sizes are {.arg {names(size)}}.",
              i = "Did you mean {.arg {(.nearest(unknown[1], known))}}? See
                   {.fn listArchitectures}.")
    }
    size[names(given)] <- given
    Map(.checkSize, size, names(size))
}

.checkSize <- function(value, name) {
    if (name == "dropout") .checkNumber(value, name, 0, 0.99)
    else .checkNumber(value, name, 1, 100000, whole = TRUE)
}

.checkKernel <- function(kernel, arg, steps, what) {
    if (kernel > steps) {
        .stop("{.arg {arg}} must not be longer than the window of
               {steps} {what}",
              x = "It is {kernel}.",
              i = "Give {.code {arg} = {min(steps, 3)}}, for example.")
    }
}

.checkPool <- function(pool, steps, kernel, bins) {
    if (pool > steps) {
        .stop("{.arg pool} must not be wider than the {steps} positions that a
               {.arg kernel} of {kernel} leaves of {bins} bins",
              x = "It is {pool}.",
              i = "Give {.code pool = {min(steps, 2)}}, for example.")
    }
}
