# The smallest edit that turns a prediction. A search is over units, each a
# mark's block of bins or all of them; a set is a logical vector, one a unit.

#' The smallest change of signal that flips a prediction
#'
#' For each gene and cell type, the smallest set of marks or of bins whose
#' silencing takes the predicted probability across 0.5.
#'
#' Over marks the answer is exact: all sets are tried, the smaller first; of
#' several of one size that flip, the one whose logit goes furthest is taken.
#' Over bins it is greedy: the bin of any mark that takes the logit furthest
#' towards the other side is silenced, then the next, until the prediction
#' flips, no bin helps, or `most` are silenced; then bins that can be spared
#' are given back. A smaller set may thus exist: the size is an upper bound.
#' Each step predicts the gene once for each bin that is left, some hundred
#' times, so give the genes that matter.
#'
#' A gene whose prediction does not rest on the presence of signal cannot be
#' flipped by silencing. That holds for many genes that are predicted low; for
#' them try a higher `to`.
#'
#' @param model A model ([attentiveChrome()]).
#' @param signal A signal ([chromatinSignal()]) with the model's marks and
#'   bins.
#' @param genes Row names or symbols of genes; by default all.
#' @param by `"bins"` or `"marks"`.
#' @param most Size of the largest set to try; by default 10 bins, or all marks.
#' @param width For bins, base pairs that are silenced together, whole bins of
#'   them; by default one bin. Blocks start at the first bin; the last may be
#'   shorter.
#' @param to The value that the signal is set to, in the signal's units.
#' @param marks Marks that may be silenced; by default all of the model. At
#'   most 12 for `by = "marks"`.
#' @param cellTypes Names of cell types; by default all.
#' @param threads Threads, as for [predict()][predict.AttentiveChromeModel].
#' @return A data frame with a row for each cell type and gene: `gene`,
#'   `cellType`, `before` (the predicted probability that the gene is highly
#'   expressed), `set` (the set, as text: marks and, for bins, base pairs from
#'   the TSS), `size` (number of marks or blocks), `after` (the probability
#'   then), `flipped`, and `members`, a list with a data frame of `mark`,
#'   `start` and `end` (base pairs from the TSS, a row each) for each row. Where
#'   nothing up to `most` flips, `flipped` is `FALSE` and the set is the
#'   furthest that was found, which may be empty.
#' @seealso [predictEdits()], [editSignal()]
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 300, bins = 20,
#'     deciding = list(H3K4me3 = 9:12), seed = 1)
#' model <- attentiveChrome(signal, epochs = 15, hidden = 6, markHidden = 4,
#'     learningRate = 0.01, transform = "log1p", seed = 1)
#' high <- order(predict(model, signal), decreasing = TRUE)[1:3]
#' smallestFlip(model, signal[high, ], by = "marks")[1:7]
#' flips <- smallestFlip(model, signal[high, ])
#' flips[1:7]
#' flips$members[[1]]
smallestFlip <- function(model, signal, genes = NULL, by = c("bins", "marks"),
                         most = NULL, width = NULL, to = 0, marks = NULL,
                         cellTypes = NULL, threads = NULL) {
    .checkModel(model)
    .checkFits(signal, .modelFormat(model))
    by <- .checkChoice(by, "by", c("bins", "marks"))
    .checkNumber(to, "to", if (model@transform == "log1p") 0 else -Inf)
    units <- .flipUnits(model, marks, by, width)
    most <- min(nrow(units), .checkNumber(
        most %||% if (by == "bins") 10 else nrow(units), "most", 1,
        whole = TRUE))
    cellTypes <- .checkCellTypes(signal, cellTypes %||% colnames(signal),
                                 "cellTypes")
    if (!is.null(genes)) signal <- signal[.findGenes(signal, genes), ]
    signal <- signal[, cellTypes]
    input <- .modelInput(signal, model@marks, cellTypes, model@transform)
    input <- matrix(input$x, ncol = nrow(signal) * length(cellTypes))
    to <- .transforms[[model@transform]](to)
    find <- if (by == "marks") .exactSet else .greedySet
    found <- lapply(seq_len(ncol(input)), function(i) {
        find(.flipSearch(model, input[, i], units, to, threads), most)
    })
    .flipTable(found, signal, units, by)
}

# What can be silenced as one: mark, start and end in base pairs, and `inputs`,
# the numbers that the network reads for it.
.flipUnits <- function(model, marks, by, width) {
    marks <- unique(.checkMarks(model, marks %||% model@marks,
                                owner = "model"))
    bins <- length(model@bins$offsets)
    binWidth <- model@bins$width
    if (by == "marks") {
        if (!is.null(width)) .stop("{.arg width} is for {.code by = \"bins\"}")
        if (length(marks) > 12L) {
            .stop("{.arg marks} must name at most 12 marks: all their sets are
                   tried",
                  x = "There are {length(marks)}.",
                  i = "Name fewer, or use {.code by = \"bins\"}.")
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

# ---- searching --------------------------------------------------------------

# A search of one gene in one cell type: a function from sets, a column each, to
# logits; the units whose silencing does anything; and the start, the empty set.
.flipSearch <- function(model, x, units, to, threads) {
    unitOf <- rep(NA_integer_, length(x))
    unitOf[unlist(units$inputs)] <- rep(seq_len(nrow(units)),
                                        lengths(units$inputs))
    logitOf <- function(sets) {
        edited <- matrix(x, length(x), ncol(sets))
        edited[which(sets[unitOf, , drop = FALSE])] <- to
        .predictInput(model, list(x = as.double(edited), y = NULL),
                      threads)$logit
    }
    none <- logical(nrow(units))
    start <- logitOf(as.matrix(none))
    search <- list(logitOf = logitOf, before = start, high = start > 0,
                   useful = sort(unique(unitOf[x != to & !is.na(unitOf)])))
    search$start <- .foundSet(search, none, start)
    search
}

# How far a set goes towards the other side, and whether it gets there.
.foundSet <- function(search, set, logit) {
    list(set = set, logit = logit, flipped = (logit > 0) != search$high,
         reach = if (search$high) -logit else logit, before = search$before)
}

.furthest <- function(search, sets) {
    logits <- search$logitOf(sets)
    best <- if (search$high) which.min(logits) else which.max(logits)
    .foundSet(search, sets[, best], logits[best])
}

# `set` with one unit more or less, a column for each of `units`.
.oneChanged <- function(set, units) {
    sets <- matrix(set, length(set), length(units))
    at <- cbind(units, seq_along(units))
    sets[at] <- !sets[at]
    sets
}

.exactSet <- function(search, most) {
    found <- search$start
    units <- length(found$set)
    for (size in seq_len(min(most, length(search$useful)))) {
        chosen <- utils::combn(length(search$useful), size)
        sets <- apply(chosen, 2L, function(i) {
            seq_len(units) %in% search$useful[i]
        })
        best <- .furthest(search, matrix(sets, units))
        if (best$reach > found$reach) found <- best
        if (found$flipped) break
    }
    found
}

.greedySet <- function(search, most) {
    found <- search$start
    for (step in seq_len(most)) {
        left <- setdiff(search$useful, which(found$set))
        if (length(left) == 0L) break
        best <- .furthest(search, .oneChanged(found$set, left))
        if (best$reach <= found$reach) break
        found <- best
        if (found$flipped) return(.withoutSpare(search, found))
    }
    found
}

# Later units may have made earlier ones needless.
.withoutSpare <- function(search, found) {
    while (sum(found$set) > 1L) {
        fewer <- .furthest(search, .oneChanged(found$set, which(found$set)))
        if (!fewer$flipped) break
        found <- fewer
    }
    found
}

# ---- telling ----------------------------------------------------------------

.flipTable <- function(found, signal, units, by) {
    members <- lapply(found, function(f) {
        rows <- units[f$set, c("mark", "start", "end")]
        rownames(rows) <- NULL
        rows
    })
    out <- data.frame(
        gene = rep(rownames(signal), ncol(signal)),
        cellType = rep(colnames(signal), each = nrow(signal)),
        before = stats::plogis(vapply(found, `[[`, 0, "before")),
        set = vapply(members, .describeSet, "", by),
        size = vapply(members, nrow, 0L),
        after = stats::plogis(vapply(found, `[[`, 0, "logit")),
        flipped = vapply(found, `[[`, NA, "flipped"))
    out$members <- members
    out
}

# Blocks that touch are told as one.
.describeSet <- function(members, by) {
    if (by == "marks") return(paste(members$mark, collapse = ", "))
    n <- nrow(members)
    joined <- members$mark[-1L] == members$mark[-n] &
        members$start[-1L] == members$end[-n]
    first <- c(n > 0L, !joined)[seq_len(n)]
    last <- c(!joined, n > 0L)[seq_len(n)]
    paste(sprintf("%s %+g to %+g", members$mark[first], members$start[first],
                  members$end[last]), collapse = "; ")
}
