# Integrals of the derivatives of the logit along straight lines of the
# network's input: integrated and expected gradients.
#
# A line is divided into parts. The integral over a part should equal the change
# of the logit between its ends, and the difference is the error of the part.
# The parts with the largest errors are halved until the sum of the absolute
# errors of a gene is small enough. All parts that are due, of all genes, go
# through the core together.

# Gauss-Legendre quadrature on 0 to 1.
.gauss <- list(at = 0.5 + c(-1, 0, 1) * sqrt(0.15), weight = c(5, 8, 5) / 18)

# Integrates from each column of `from` to each column of x, averages over
# `from` and multiplies by the difference of the input. Returns `values`, shaped
# as x, and `missed`: whether a gene's error is larger than tolerated.
.integrate <- function(model, x, from, settings, threads, progress) {
    groups <- .inChunks(ncol(x), 2^16 / nrow(x) / ncol(from))
    bar <- .countBar("gene", ncol(x), progress)
    on.exit(bar$done())
    out <- lapply(groups, function(genes) {
        task <- .lineTask(model, x[, genes, drop = FALSE], from, threads)
        out <- .integrateGenes(task, settings)
        bar$tick(length(genes))
        out
    })
    list(values = do.call(cbind, lapply(out, `[[`, "values")),
         missed = unlist(lapply(out, `[[`, "missed")))
}

# The lines from each column of `from` to each column of x, and what the model
# says of points on them.
.lineTask <- function(model, x, from, threads) {
    lines <- expand.grid(base = seq_len(ncol(from)), gene = seq_len(ncol(x)))
    move <- function(line) {
        x[, lines$gene[line], drop = FALSE] -
            from[, lines$base[line], drop = FALSE]
    }
    point <- function(line, at) {
        as.vector(from[, lines$base[line]] +
                  move(line) * rep(at, each = nrow(x)))
    }
    list(gene = lines$gene, genes = ncol(x), bases = ncol(from), move = move,
         inputs = nrow(x),
         logit = function(line, at) {
             .inputLogit(model, point(line, at), threads)
         },
         gradient = function(line, at) {
             .inputGradient(model, point(line, at), threads)
         },
         single = model@training$precision != "double",
         inDouble = function() {
             model@training$precision <- "double"
             .lineTask(model, x, from, threads)
         })
}

.integrateGenes <- function(task, settings) {
    parts <- .firstParts(task, if (task$bases == 1L) 4L else 1L)
    state <- list(parts = parts, points = .perGene(task, parts, 3),
                  allowed = .allowedError(task, parts, settings$tolerance),
                  most = settings$maxPoints * task$bases)
    state <- .refine(task, state)
    if (task$single) state <- .refineInDouble(task, state)
    gene <- factor(task$gene[state$parts$table$line], seq_len(task$genes))
    values <- rowsum(t(state$parts$values), gene, reorder = TRUE)
    list(values = unname(t(values)) / task$bases, missed = .isOpen(task, state))
}

# The tolerance is relative to the change of the gene's logit, or to 0.1 where
# this is smaller.
.allowedError <- function(task, parts, tolerance) {
    change <- .perGene(task, parts, parts$table$end - parts$table$start)
    tolerance * pmax(abs(change) / task$bases, 0.1)
}

# ---- parts -------------------------------------------------------------------

# Parts: `table`, with the line of each part, its ends as fractions of the line
# (from, to), the logits there (start, end) and its error; and `values`, the
# integrals, inputs x parts.

.firstParts <- function(task, count) {
    lines <- seq_along(task$gene)
    ends <- seq(0, 1, length.out = count + 1L)
    logit <- matrix(task$logit(rep(lines, count + 1L),
                               rep(ends, each = length(lines))), length(lines))
    .integrateParts(task, data.frame(
        line = lines, from = rep(ends[-count - 1L], each = length(lines)),
        to = rep(ends[-1L], each = length(lines)),
        start = as.vector(logit[, -count - 1L]), end = as.vector(logit[, -1L])))
}

.integrateParts <- function(task, table) {
    values <- matrix(0, task$inputs, nrow(table))
    for (i in .inChunks(nrow(table), 2^20 / task$inputs / 3)) {
        part <- table[i, ]
        width <- part$to - part$from
        at <- part$from + outer(width, .gauss$at)
        slope <- task$gradient(rep(part$line, 3L), as.vector(at))
        slope <- matrix(slope, ncol = 3L) %*% .gauss$weight
        values[, i] <- task$move(part$line) * as.vector(slope) *
            rep(width, each = task$inputs)
    }
    table$error <- colSums(values) - (table$end - table$start)
    list(table = table, values = values)
}

.halveParts <- function(task, table) {
    middle <- (table$from + table$to) / 2
    logit <- task$logit(table$line, middle)
    left <- right <- table
    left$to <- right$from <- middle
    left$end <- right$start <- logit
    .integrateParts(task, rbind(left, right))
}

# A sum over the parts of each gene.
.perGene <- function(task, parts, x) {
    gene <- factor(task$gene[parts$table$line], seq_len(task$genes))
    x <- rep_len(x, nrow(parts$table))
    vapply(split(x, gene), sum, 0, USE.NAMES = FALSE)
}

# ---- refinement --------------------------------------------------------------

# The error of a line is at most the sum of its parts' absolute errors. The
# errors of a gene's lines are taken as independent, unless their sum is larger.
.isOpen <- function(task, state) {
    table <- state$parts$table
    line <- rowsum(abs(table$error), table$line)
    square <- rowsum(line^2, task$gene[as.integer(rownames(line))])
    sum <- abs(.perGene(task, state$parts, table$error))
    pmax(sqrt(drop(square)), sum) / task$bases > state$allowed
}

.refine <- function(task, state) {
    repeat {
        due <- .dueParts(task, state)
        if (!any(due)) return(state)
        parts <- state$parts
        halves <- .halveParts(task, parts$table[due, ])
        state$points <- state$points + .perGene(task, halves, 3)
        state$parts <- list(
            table = rbind(parts$table[!due, ], halves$table),
            values = cbind(parts$values[, !due, drop = FALSE], halves$values))
    }
}

# The parts to halve: those of an open gene with the largest errors, unless this
# would take too many points.
.dueParts <- function(task, state) {
    table <- state$parts$table
    gene <- task$gene[table$line]
    error <- abs(table$error)
    largest <- stats::ave(error, gene, FUN = max)
    due <- .isOpen(task, state)[gene] & error >= 0.4 * largest &
        .canShrink(task, table)
    points <- state$points + .perGene(task, state$parts, 6 * due)
    due & (points <= state$most)[gene]
}

# The error of a part is at least that of rounding.
.canShrink <- function(task, table) {
    rounding <- if (task$single) 2^-18 else 2^-44
    size <- pmax(1, abs(table$start), abs(table$end))
    abs(table$error) > rounding * size
}

# Continues in double precision for the genes where only rounding is left.
.refineInDouble <- function(task, state) {
    rough <- .perGene(task, state$parts, .canShrink(task, state$parts$table))
    stuck <- .isOpen(task, state) & rough == 0
    if (!any(stuck)) return(state)
    own <- stuck[task$gene[state$parts$table$line]]
    exact <- task$inDouble()
    table <- state$parts$table[own, ]
    table$start <- exact$logit(table$line, table$from)
    table$end <- exact$logit(table$line, table$to)
    again <- .integrateParts(exact, table)
    state$parts$table[own, ] <- again$table
    state$parts$values[, own] <- again$values
    state$points <- state$points + .perGene(task, state$parts, 3 * own)
    allowed <- state$allowed
    state$allowed[!stuck] <- Inf
    state <- .refine(exact, state)
    state$allowed <- allowed
    state
}
