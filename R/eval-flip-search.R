# The search for the smallest set, and the table of what was found. A set is a
# logical vector with one element per unit.

# ---- search -----------------------------------------------------------------

# The search for one gene in one cell type: a function from sets (columns) to
# logits; the units whose silencing changes the input; and the start, the empty
# set.
.flipSearch <- function(model, x, units, value, threads, threshold) {
    unitOf <- rep(NA_integer_, length(x))
    unitOf[unlist(units$inputs)] <- rep(seq_len(nrow(units)),
                                        lengths(units$inputs))
    value <- rep_len(value, length(x))
    logitOf <- function(sets) {
        edited <- matrix(x, length(x), ncol(sets))
        at <- which(sets[unitOf, , drop = FALSE], arr.ind = TRUE)
        edited[at] <- value[at[, 1L]]
        .predictedLogit(model, .predictInput(
            model, list(x = as.double(edited), y = NULL), threads)$logit) -
            threshold
    }
    none <- logical(nrow(units))
    start <- logitOf(as.matrix(none))
    search <- list(logitOf = logitOf, before = start, high = start > 0,
                   useful = sort(unique(unitOf[x != value & !is.na(unitOf)])))
    search$start <- .foundSet(search, none, start)
    search
}

# How far a set moves the logit towards the other class, and whether it flips
# the prediction.
.foundSet <- function(search, set, logit) {
    list(set = set, logit = logit, flipped = (logit > 0) != search$high,
         reach = if (search$high) -logit else logit, before = search$before)
}

.furthest <- function(search, sets) {
    logits <- search$logitOf(sets)
    best <- if (search$high) which.min(logits) else which.max(logits)
    .foundSet(search, sets[, best], logits[best])
}

# `set` with one unit added or removed, one column for each of `units`.
.oneChanged <- function(set, units) {
    sets <- matrix(set, length(set), length(units))
    at <- cbind(units, seq_along(units))
    sets[at] <- !sets[at]
    sets
}

.exactSet <- function(search, maxSize) {
    found <- search$start
    units <- length(found$set)
    for (size in seq_len(min(maxSize, length(search$useful)))) {
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

.greedySet <- function(search, maxSize) {
    found <- search$start
    for (step in seq_len(maxSize)) {
        left <- setdiff(search$useful, which(found$set))
        if (length(left) == 0L) break
        best <- .furthest(search, .oneChanged(found$set, left))
        if (best$reach <= found$reach) break
        found <- best
        if (found$flipped) return(.withoutSpare(search, found))
    }
    found
}

# Removes units that later units have made unnecessary.
.withoutSpare <- function(search, found) {
    while (sum(found$set) > 1L) {
        fewer <- .furthest(search, .oneChanged(found$set, which(found$set)))
        if (!fewer$flipped) break
        found <- fewer
    }
    found
}

# ---- results ----------------------------------------------------------------

# `response`: from logits to probabilities, or from differences to the threshold
# to numbers.
.flipTable <- function(found, signal, units, unit, response) {
    members <- lapply(found, function(f) {
        rows <- units[f$set, c("mark", "start", "end")]
        rownames(rows) <- NULL
        rows
    })
    out <- data.frame(
        gene = rep(rownames(signal), ncol(signal)),
        cellType = rep(colnames(signal), each = nrow(signal)),
        before = response(vapply(found, `[[`, 0, "before")),
        set = vapply(members, .describeSet, "", unit),
        size = vapply(members, nrow, 0L),
        after = response(vapply(found, `[[`, 0, "logit")),
        flipped = vapply(found, `[[`, NA, "flipped"))
    out$members <- members
    out
}

# Adjacent blocks are described as one.
.describeSet <- function(members, unit) {
    if (unit == "marks") return(paste(members$mark, collapse = ", "))
    n <- nrow(members)
    joined <- members$mark[-1L] == members$mark[-n] &
        members$start[-1L] == members$end[-n]
    first <- c(n > 0L, !joined)[seq_len(n)]
    last <- c(!joined, n > 0L)[seq_len(n)]
    paste(sprintf("%s %+g to %+g", members$mark[first], members$start[first],
                  members$end[last]), collapse = "; ")
}
