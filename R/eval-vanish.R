# The marks of B that must be as in A for a predicted change to vanish.

.smallestVanish <- function(model, signal, genes, unit, maxSize, marks, threads,
                            threshold) {
    .checkReadsBoth(model)
    threshold <- .checkNumber(threshold %||% 1, "threshold", 0)
    .checkVanishUnit(unit)
    signal <- .readBy(model, signal)
    .checkFits(signal, .modelFormat(model))
    if (!is.null(genes)) signal <- signal[.findGenes(signal, genes), ]
    units <- .channelUnits(model, marks)
    maxSize <- min(nrow(units), .checkNumber(maxSize %||% nrow(units),
                                             "maxSize", 1, whole = TRUE))
    input <- .inputMatrix(model, signal)
    found <- lapply(seq_len(ncol(input)), function(i) {
        .vanishOf(model, input[, i], units, maxSize, threads, threshold)
    })
    .flipTable(found, signal, units, "marks", identity)
}

# B cannot be as in A for a network that reads B but not A.
.checkReadsBoth <- function(model) {
    channels <- .targetOf(model)$channels
    if ("B" %in% channels && !"A" %in% channels) {
        .stop("{.arg model} must read the signal of both cell types",
              x = "It reads the channels {.val {channels}}.")
    }
}

.checkVanishUnit <- function(unit) {
    if (!identical(unit, c("bins", "marks")) && !identical(unit, "marks")) {
        .stop("{.arg unit} must be {.val marks} for the difference of two cell
               types",
              x = "It is {.val {unit}}.")
    }
}

# A unit for each mark: the channels of B and of the difference.
.channelUnits <- function(model, marks) {
    target <- .targetOf(model)
    all <- sub("[.][^.]*$", "", model@marks)
    known <- unique(all)
    marks <- unique(marks %||% known)
    if (!all(marks %in% known)) {
        .stop("{.arg marks} must be marks of the model",
              x = "Not found: {.val {setdiff(marks, known)}}.",
              i = "It has {.val {known}}.")
    }
    bins <- length(model@bins$offsets)
    changed <- rep(target$channels != "A", each = length(known))
    units <- data.frame(mark = marks, start = min(model@bins$offsets),
                        end = max(model@bins$offsets) + model@bins$width)
    units$inputs <- lapply(marks, function(mark) {
        at <- which(all == mark & changed)
        as.vector(outer(seq_len(bins), bins * (at - 1L), `+`))
    })
    units
}

# What B as in A is for each input: the input of the same mark in A, or 0.
.asInA <- function(model, x) {
    target <- .targetOf(model)
    bins <- length(model@bins$offsets)
    marks <- length(model@marks) / length(target$channels)
    x <- matrix(x, bins * marks)
    first <- match("A", target$channels)
    for (j in which(target$channels == "B")) x[, j] <- x[, first]
    x[, target$channels == "A-B"] <- 0
    as.vector(x)
}

# Decreases are turned round, so that a search always starts from an increase.
.vanishOf <- function(model, x, units, maxSize, threads, threshold) {
    predicted <- .unstandardise(.targetOf(model), .predictInput(
        model, list(x = x, y = NULL), threads)$logit)
    sign <- if (predicted < 0) -1 else 1
    search <- .flipSearch(model, x, units, .asInA(model, x), threads, 0)
    inner <- search$logitOf
    search$logitOf <- function(sets) sign * inner(sets) - threshold
    search$before <- sign * predicted - threshold
    search$high <- TRUE
    search$start <- .foundSet(search, logical(nrow(units)), search$before)
    found <- if (search$before > 0) .exactSet(search, maxSize) else search$start
    found$before <- predicted
    found$logit <- sign * (found$logit + threshold)
    found$flipped <- found$flipped && search$before > 0
    found
}
