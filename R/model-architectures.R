# The table of architectures: their stages for the C core
# (src/core/network/shape.c), their sizes and their descriptions. To add an
# architecture, add an entry to .architectures. A new kind of layer also needs a
# file in src/core/layers and an entry in .layerTypes (R/model-layers.R).
#
# The first stage gets each gene mark by mark. An architecture that reads all
# marks of a bin jointly starts with a transpose, so that the derivatives with
# respect to the input always have the same shape: bins x marks x genes.

# ---- parts ------------------------------------------------------------------

# Padded, so that attention over the output of the convolution is attention over
# bins (or marks): output n is centred on bin n.
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

# ---- stages -----------------------------------------------------------------

.lstmAlphaBeta <- function(marks, bins, size) {
    bin <- 2 * size$hidden
    mark <- 2 * size$markHidden
    c(.lstmStages("binLstm", marks, bins, 1L, size$hidden, size$dropout),
      list(.binAttention(marks, bins, bin)),
      .lstmStages("markLstm", 1L, marks, bin, size$markHidden, size$dropout),
      list(.markAttention(marks, mark),
           .logitStage(mark)))
}

.lstmAlpha <- function(marks, bins, size) {
    bin <- 2 * size$hidden
    c(.lstmStages("binLstm", marks, bins, 1L, size$hidden, size$dropout),
      list(.binAttention(marks, bins, bin)),
      .reluStages("perceptron", bin, size$perceptron, steps = marks),
      list(.logitStage(size$perceptron)))
}

.lstmAttn <- function(marks, bins, size) {
    c(list(.stage("transpose", "transpose", 1L, marks, bins)),
      .lstmStages("lstm", 1L, bins, marks, size$hidden, size$dropout),
      list(.stage("attention", "attention", 1L, bins, 2 * size$hidden),
           .logitStage(2 * size$hidden)))
}

# As in the authors' Lua code, the output is the final state of each direction,
# with dropout.
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
      list(.binAttention(marks, bins, size$filters)),
      .paddedConvStages("markConv", 1L, marks, size$filters, size$markFilters,
                        size$markKernel, size$dropout),
      list(.markAttention(marks, size$markFilters),
           .logitStage(size$markFilters)))
}

# Two branches read the signal. The first, over all marks, is the context of the
# gates; the second, over each mark alone, has the values that they weigh.
.additive <- function(marks, bins, size) {
    pool <- max(1, bins %/% size$places)
    places <- bins %/% pool
    context <- c(
        list(.stage("transpose", "transpose", 1L, marks, bins)),
        .sameConv("context1", 1L, bins, marks, size$context,
                  size$contextKernel),
        list(.stage("average", "average", 1L, bins, size$context,
                    window = pool)),
        .dropoutStages(1L, places, size$context, size$dropout),
        .sameConv("context2", 1L, places, size$context, size$context,
                  size$placeKernel))
    values <- c(
        .sameConv("binFeatures", marks, bins, 1L, size$filters, size$kernel),
        .dropoutStages(marks, bins, size$filters, size$valueDropout, pool),
        list(.stage("value", "binValue", marks, bins, size$filters,
                    size$detectors, window = pool)))
    values[[1L]]$branch <- 1L
    c(context, values,
      list(.stage("gate", "gate", 1L, bins, marks, size$hidden, window = pool,
                  side = size$context)))
}

# A convolution as wide as its input, and its rectifier.
.sameConv <- function(name, copies, steps, inputs, filters, kernel) {
    list(.stage("pad", "pad", copies, steps, inputs, window = kernel),
         .stage("conv", name, copies, steps + kernel - 1, inputs, filters,
                kernel),
         .stage("relu", "relu", copies, steps, filters))
}

# DeepDiff's networks over channels are AttentiveChrome's over marks.
.deepDiff <- function(channels, what) {
    list(title = paste("DeepDiff:", what),
         stages = function(...) .lstmAlphaBeta(...), alpha = "binAttention",
         beta = "markAttention", auroc = NA, channels = channels,
         size = list(hidden = 32, markHidden = 16, dropout = 0))
}

# With auxiliary parts for the cell types (R/model-deepdiff.R).
.deepDiffAux <- function(raw, siamese, what) {
    entry <- .deepDiff(c(if (raw) c("A", "B", "A-B"), "A", "B"), what)
    entry$stages <- function(...) .auxStages(..., raw = raw, siamese = siamese)
    entry$beta <- if (raw) "markAttention" else "pairAttention"
    entry$betaAux <- if (raw) "pairAttention"
    entry$auxiliary <- TRUE
    if (!raw) entry$size <- c(entry$size, perceptron = 32)
    entry
}

# ---- the table --------------------------------------------------------------

# stages: function of the number of marks, the number of bins and the sizes.
# size: the sizes and their defaults, which are arguments of attentiveChrome().
# alpha, beta: the stages with the attention over the bins of each mark and over
# the marks. gate: the stage that has both, and the shares. joint: the stage
# with one attention over the bins for all marks. auroc: mean test AUROC over
# the 56 cell types in the paper's table 2. channels: what it reads of the
# difference of two cell types, its only target (R/model-pair.R).
.architectures <- list(
    "additive" = list(
        title = paste("additive attention: the output is the sum of a share of",
                      "each bin of each mark"),
        stages = .additive, gate = "gate",
        start = function(...) .startAdditive(...),
        alpha = "alpha", beta = "beta", auroc = NA,
        recipe = list(learningRate = 3e-3),
        size = list(filters = 16, kernel = 10, detectors = 3, places = 20,
                    context = 64, contextKernel = 10, placeKernel = 5,
                    hidden = 32, dropout = 0.5, valueDropout = 0.3)),
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
        stages = .lstmAttn, joint = "attention", auroc = 0.8100,
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
        stages = .cnnAttn, joint = "attention", auroc = 0.7622,
        size = list(filters = 50, kernel = 10, dropout = 0.5)),
    "cnn-alpha-beta" = list(
        title = paste("a convolution and attention over the bins of each",
                      "mark, a convolution and attention over the marks"),
        stages = .cnnAlphaBeta, alpha = "binAttention",
        beta = "markAttention", auroc = 0.7936,
        size = list(filters = 50, kernel = 10, markFilters = 50,
                    markKernel = 3, dropout = 0.5)),
    "raw_d" = .deepDiff("A-B", "the difference of the signals"),
    "raw_c" = .deepDiff(c("A", "B"), "the signals of both cell types"),
    "raw" = .deepDiff(c("A", "B", "A-B"),
                      "the signals of both cell types and their difference"),
    "aux" = .deepDiffAux(FALSE, FALSE, paste(
        "a part for each cell type, with its expression as an auxiliary",
        "output, and a perceptron of both")),
    "raw_aux" = .deepDiffAux(TRUE, FALSE, paste(
        "the signals of both cell types, their difference, and the encoders",
        "of the auxiliary parts")),
    "aux_siamese" = .deepDiffAux(FALSE, TRUE, paste(
        "as aux, with the same encoder for both cell types and a contrastive",
        "loss")),
    "raw_aux_siamese" = .deepDiffAux(TRUE, TRUE, paste(
        "as raw_aux, with the same auxiliary encoder for both cell types and",
        "a contrastive loss"))
)

# Sizes that `size` does not name have their defaults.
.stagesOf <- function(architecture, marks, bins, size, target = .classTarget) {
    entry <- .architectures[[architecture]]
    entry$size[names(size)] <- size
    stages <- entry$stages(length(marks), bins, entry$size)
    if (.isTwoStage(target)) .twoHeads(stages) else stages
}

#' The architectures
#'
#' Lists the models that `attentiveChrome(architecture = )` trains, by name and
#' with their sizes: additive attention, the default, those that the paper
#' compares in its table 2 and, for the difference of two cell types, those of
#' DeepDiff. All of them consist of the same kinds of layers.
#'
#' @section Additive attention:
#' The logit of an `"additive"` model is exactly a sum of shares, one of each
#' bin t of each mark j:
#'
#' logit = bias + sum over j, t of share(j, t)
#'
#' share(j, t) = (places alpha(j, t)) (marks beta(j)) value(j, t)
#'
#' The value depends on the mark's own signal near the bin: a convolution of
#' this mark alone with a rectifier gives `filters` features, and each of a few
#' detectors, linear in the features, counts by a profile over the `places` of
#' the window. alpha and beta are gates with a mean of 1 over places and marks.
#' They see the context, all marks at all places: two convolutions with
#' rectifiers and average-pooling into places give c(p). alpha(j, t) is the
#' softmax over the bins of query(j) c(p) + position(j, t), where p is the place
#' of bin t; beta(j) is the softmax over the marks of a perceptron of the mean
#' of c. So no second method is needed to explain a prediction: see the assay
#' `share` of [attention()] and the method `"share"` of [attribution()].
#'
#' Training starts from values of 0 and equal gates, and the values decay more
#' than other weights, so that models of different seeds give alpha, beta and
#' the shares the same meaning. The model is the package's own and not in the
#' paper.
#'
#' @section Architectures of the paper:
#' The LSTMs are bidirectional. `"lstm"` uses the final state of each direction,
#' as the authors' first code does. The convolutions of `"cnn-attn"` and
#' `"cnn-alpha-beta"` are padded with zeros, so that attention has as many
#' positions as the signal has bins (or marks). The convolution of
#' `"deepchrome"` is not padded, as published.
#'
#' Dropout is 0.5, as in the authors' first code and in DeepChrome. It applies
#' to the outputs of the LSTMs and to the outputs of max-pooling or, without
#' pooling, of the convolutions. The published code of AttentiveChrome also sets
#' dropout, but on an LSTM with one layer, where PyTorch ignores it. Therefore
#' `"lstm-alpha-beta"` has no dropout by default. Dropout is active in training
#' only.
#'
#' @section Architectures of DeepDiff:
#' With `target = "difference"`, every architecture reads channels of both cell
#' types, A and B, in the place of marks (see [pairCellTypes()]). Those of
#' DeepDiff (Singh et al. 2018) are:
#' * `"raw_d"`, `"raw_c"`, `"raw"`: `"lstm-alpha-beta"` over the channels A - B;
#'   A and B; A, B and A - B;
#' * `"aux"`: an LSTM with attention over the bins of each mark and one over the
#'   marks, for each cell type, with a head for its expression; a perceptron of
#'   both predicts the change;
#' * `"raw_aux"`: the second level reads the channels of `"raw"` and those of
#'   both auxiliary parts;
#' * `"aux_siamese"`, `"raw_aux_siamese"`: as these, but the auxiliary LSTMs
#'   over the bins are the same for both cell types.
#'
#' The loss is the squared error of the change, plus those of the auxiliary
#' heads, plus, for the siamese ones, four times the mean of (1 - l) d^2 + l
#' max(0, 2 - d)^2: d is the Euclidean distance of the embeddings of the cell
#' types, and l is 1 where the change is at least four-fold and else 0. The sum
#' is divided by the variance of the change. `recipe = "deepdiff"` has the
#' published settings.
#'
#' @section Sizes:
#' * `hidden`, `markHidden`: hidden units per direction of the LSTM over the
#'   bins and over the marks;
#' * `perceptron`: hidden units of the perceptron (for `"aux"`, of that of both
#'   cell types);
#' * `filters`, `kernel`: number and width in bins of the filters of the
#'   convolution over the bins (for `"additive"`, of each mark alone);
#'   `markFilters`, `markKernel`: the same over the marks;
#' * `detectors`, `places`: for `"additive"`, the number of detectors and of
#'   places of equal width that the window consists of; `context`,
#'   `contextKernel`, `placeKernel`: units of the context, and the widths of its
#'   convolutions in bins and in places; `hidden`: hidden units of the
#'   perceptron of beta; `valueDropout`: dropout of the features;
#' * `pool`: width of max-pooling, in convolved bins;
#' * `dense1`, `dense2`: units of the first and second dense layer;
#' * `dropout`: fraction of the values that are dropped.
#'
#' @param target What they are to predict: see [modelTarget()]. Those of
#'   DeepDiff are listed for `"difference"`.
#' @return A data frame with one row per architecture: `architecture`, its name;
#'   `description`; `attention`, what it attends to; `sizes`, with their
#'   defaults; `paperAuroc`, the mean AUROC on the test genes of 56 cell types
#'   that the paper reports, `NA` for `"additive"`.
#' @references Singh et al. (2017), <https://arxiv.org/abs/1708.00339>;
#'   Singh et al. (2016), DeepChrome, Bioinformatics 32, i639; Singh et al.
#'   (2018), DeepDiff, Bioinformatics 34, i891.
#' @seealso [attentiveChrome()]
#' @export
#' @examples
#' listArchitectures()[, c("architecture", "sizes")]
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' attentiveChrome(signal, architecture = "deepchrome", epochs = 2,
#'     filters = 8, dense1 = 16, dense2 = 8)
listArchitectures <- function(target = c("class", "expression", "twoStage",
                                         "difference")) {
    target <- .checkChoice(target, "target", names(.targets))
    known <- if (target == "difference") .architectures
             else Filter(function(a) is.null(a$channels), .architectures)
    pick <- function(field, of) {
        unname(vapply(known, function(a) of(a[[field]]), of("1")))
    }
    data.frame(
        architecture = names(known),
        description = pick("title", as.character),
        attention = unname(vapply(known, .describeAttention, "")),
        sizes = unname(vapply(known, .describeSizes, "")),
        paperAuroc = pick("auroc", as.numeric))
}

.describeAttention <- function(architecture) {
    if (!is.null(architecture$joint)) return("bins, all marks jointly")
    parts <- c(if (!is.null(architecture$alpha)) "bins of each mark",
               if (!is.null(architecture$beta)) "marks")
    if (is.null(parts)) "none" else paste(parts, collapse = " and ")
}

.describeSizes <- function(architecture) {
    paste(names(architecture$size), "=", unlist(architecture$size),
          collapse = ", ")
}

# ---- checks -----------------------------------------------------------------

.checkArchitecture <- function(architecture, arg = "architecture",
                               known = names(.architectures)) {
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

# The sizes of an architecture: those given, and defaults for the others.
# `arguments` are other names that the user may have meant.
.chooseSizes <- function(architecture, given, arguments = character()) {
    size <- .architectures[[architecture]]$size
    if (length(given) > 0L && !.areNames(names(given))) {
        .stop("The sizes of an architecture must have unique names",
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
    rate <- name %in% c("dropout", "valueDropout")
    if (rate) .checkNumber(value, name, 0, 0.99)
    else .checkNumber(value, name, 1, 100000, whole = TRUE)
}

.checkKernel <- function(kernel, arg, steps, what) {
    if (kernel > steps) {
        .stop("{.arg {arg}} must not be longer than the {steps} {what} of the
               signal",
              x = "It is {kernel}.",
              i = "Give {.code {arg} = {min(steps, 3)}}, for example.")
    }
}

.checkPool <- function(pool, steps, kernel, bins) {
    if (pool > steps) {
        .stop("{.arg pool} must not be wider than the {steps} positions that
               remain of {bins} bins after a {.arg kernel} of {kernel}",
              x = "It is {pool}.",
              i = "Give {.code pool = {min(steps, 2)}}, for example.")
    }
}
