# The smallest edit that flips a prediction. The search is over units, each of
# which is a mark or a block of a mark's bins. A set is a logical vector with
# one element per unit.

#' The smallest change of signal that flips a prediction
#'
#' For each gene and cell type, finds the smallest set of marks or bins whose
#' silencing moves the predicted probability across 0.5.
#'
#' For marks, the search is exact: all sets are tried, smaller sets first. If
#' several sets of the same size flip the prediction, the one that moves the
#' logit furthest is returned. For bins, the search is greedy. It silences the
#' bin, of any mark, that moves the logit furthest towards the other class, then
#' the next, until the prediction flips, no bin helps, or `maxSize` bins are
#' silenced. It then restores bins that are not needed. A smaller set may exist,
#' so the size is an upper bound. Each step predicts the gene once for each
#' remaining bin, typically hundreds of times, so select the genes of interest.
#'
#' A gene whose prediction does not depend on the presence of signal cannot be
#' flipped by silencing. This is the case for many genes that are predicted to
#' have low expression; for these, try a higher `value`.
#'
#' @section Differences of cell types:
#' For a model with `target = "difference"`, the question is which marks of B
#' must be as in A for the predicted change to vanish: to become smaller than
#' `threshold`, or to change its sign. `unit` is `"marks"`. In all channels of a
#' mark in the set, the signal of B is that of A, and the difference 0.
#'
#' @param model A model ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the model's marks and
#'   bins.
#' @param genes Row names or symbols of genes; by default all.
#' @param unit `"bins"` or `"marks"`.
#' @param maxSize Maximum size of a set; by default 10 bins, or all marks.
#' @param width For bins, the width in base pairs of the blocks that are
#'   silenced as one unit, a multiple of the bin width; by default one bin.
#'   Blocks start at the first bin; the last block may be shorter.
#' @param value The value that the signal is set to, in the signal's units.
#' @param marks Marks that may be silenced; by default all of the model. At
#'   most 12 for `unit = "marks"`.
#' @param cellTypes Names of cell types; by default all.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param threshold For models of numbers, the number that the prediction must
#'   cross, in the units of the target; by default the mean of the training
#'   genes. For differences, the smallest change that counts; by default 1,
#'   which is two-fold.
#' @return A data frame with one row per cell type and gene: `gene`, `cellType`,
#'   `before` (the predicted probability of high expression, or the number),
#'   `set` (the set as text: marks and, for bins, base pairs from the TSS),
#'   `size` (the number of marks or blocks), `after` (the probability or number
#'   with the set silenced), `flipped`, and `members`, a list of data frames
#'   with the `mark`, `start` and `end` (base pairs from the TSS) of each unit
#'   in the set. If no set up to `maxSize` flips the prediction, `flipped` is
#'   `FALSE` and the set is the one that moves the logit furthest, which may be
#'   empty.
#' @seealso [predictEdits()], [editSignal()]
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 300, bins = 20,
#'     causal = list(H3K4me3 = 9:12), seed = 1)
#' model <- attentiveChrome(signal, epochs = 15, filters = 6, context = 6,
#'     learningRate = 0.01, transform = "log1p", seed = 1)
#' high <- order(predict(model, signal), decreasing = TRUE)[1:3]
#' smallestFlip(model, signal[high, ], unit = "marks")[1:7]
#' flips <- smallestFlip(model, signal[high, ])
#' flips[1:7]
#' flips$members[[1]]
smallestFlip <- function(model, signal, genes = NULL, unit = c("bins", "marks"),
                         maxSize = NULL, width = NULL, value = 0, marks = NULL,
                         cellTypes = NULL, threads = NULL, threshold = NULL) {
    .checkModel(model)
    if (.isDifference(.targetOf(model))) {
        return(.smallestVanish(model, signal, genes, unit, maxSize, marks,
                               threads, threshold))
    }
    threshold <- .flipThreshold(model, threshold)
    .checkFits(signal, .modelFormat(model))
    unit <- .checkChoice(unit, "unit", c("bins", "marks"))
    .checkNumber(value, "value", if (model@transform == "log1p") 0 else -Inf)
    units <- .flipUnits(model, marks, unit, width)
    maxSize <- min(nrow(units), .checkNumber(
        maxSize %||% if (unit == "bins") 10 else nrow(units), "maxSize", 1,
        whole = TRUE))
    cellTypes <- .checkCellTypes(signal, cellTypes %||% colnames(signal),
                                 "cellTypes")
    if (!is.null(genes)) signal <- signal[.findGenes(signal, genes), ]
    signal <- signal[, cellTypes]
    input <- .modelInput(signal, model@marks, cellTypes, model@transform,
                         .scaleOf(model))
    input <- .inputNumbers(input$x)
    value <- .transforms[[model@transform]](value, .scaleOf(model))
    find <- if (unit == "marks") .exactSet else .greedySet
    found <- lapply(seq_len(ncol(input)), function(i) {
        find(.flipSearch(model, input[, i], units, value, threads, threshold),
             maxSize)
    })
    .flipTable(found, signal, units, unit, function(x) {
        .responseOf(model, x + threshold)
    })
}

# The value that a flip crosses: the logit 0 or, for numbers, the mean of the
# training genes unless another is given.
.flipThreshold <- function(model, threshold) {
    if (!is.null(threshold)) {
        if (.hasClasses(model)) {
            .stop("{.arg threshold} is for models of numbers",
                  x = "This one predicts a class, which flips at a probability
                       of 0.5.")
        }
        return(.checkNumber(threshold, "threshold"))
    }
    if (.hasClasses(model)) 0 else .targetOf(model)$centre
}

# The units: mark, start and end in base pairs, and `inputs`, the indices of the
# unit in the network's input.
.flipUnits <- function(model, marks, unit, width) {
    marks <- unique(.checkMarks(model, marks %||% model@marks,
                                owner = "model"))
    bins <- length(model@bins$offsets)
    binWidth <- model@bins$width
    if (unit == "marks") {
        if (!is.null(width)) {
            .stop("{.arg width} can only be used with {.code unit = \"bins\"}")
        }
        if (length(marks) > 12L) {
            .stop("{.arg marks} must name at most 12 marks, as all sets of them
                   are tried",
                  x = "There are {length(marks)}.",
                  i = "Name fewer, or use {.code unit = \"bins\"}.")
        }
        size <- bins
    } else {
        size <- .checkWholeBins(width %||% binWidth, binWidth, "width",
                                lower = binWidth) / binWidth
    }
    first <- seq(1, bins, by = size)
    last <- pmin(first + size - 1, bins)
    units <- data.frame(mark = rep(marks, each = length(first)),
                        start = model@bins$offsets[first],
                        end = model@bins$offsets[last] + binWidth)
    before <- bins * (match(units$mark, model@marks) - 1)
    units$inputs <- Map(seq, before + first, before + last)
    units
}
