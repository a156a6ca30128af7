# Ways in which the parts of a split are not independent of each other.

#' Check that the parts of a split are independent
#'
#' Reports what the parts of a split share. Where training and test genes share
#' DNA or descent, the performance on the test genes is not that on new genes.
#' For each two parts, the report counts:
#'
#' * **sameGene**: genes with the same id in both parts;
#' * **overlap**: genes whose windows overlap, on either strand, so that both
#'   are predicted from some of the same signal;
#' * **neighbour**: genes on opposite strands whose TSS are at most 1 kb apart,
#'   which often share a bidirectional promoter and are expressed together. With
#'   windows of more than 1 kb around the TSS they are also counted as
#'   overlapping;
#' * **paralogue**: genes of the same family, if `families` are given.
#'
#' Shared signal matters most where the labels agree. `agreement` is the share
#' of such pairs in which both genes have the same label; `expected` is the
#' agreement if the labels of the two genes were independent, given how many of
#' the pairs' genes are high in each part. A pair counts once for each cell type
#' in which both genes have a label.
#'
#' Windows and neighbours need the positions of the genes: a signal with gene
#' ranges in all of its parts. Without them these rows are `NA`, and `print()`
#' says so. [splitGenes()] with `by = "chromosome"` avoids overlapping windows
#' and neighbours, but not paralogues, which may lie on several chromosomes.
#'
#' The share of high genes is given for each part and cell type: accuracy and
#' the area under the precision-recall curve depend on it.
#'
#' @param split A split ([splitGenes()]), or another named list of two or more
#'   signals ([chromatinSignal()]).
#' @param families The families of genes, for example of paralogues in Ensembl:
#'   a character vector of families with gene ids as names, or a data frame with
#'   the columns `gene` and `family`. Gene ids are the row names of the signals.
#'   A gene may belong to several families; genes without one are not compared.
#' @return A list of class `splitCheck`:
#'
#'   `shared`, a data frame with one row for each two parts and each kind above:
#'   `first` and `second`, the parts; `kind`; `pairs`, the number of pairs of
#'   genes; `firstGenes` and `secondGenes`, the number of different genes in
#'   them, and `firstShare` and `secondShare`, their shares of all genes of the
#'   part; `agreement` and `expected`, `NA` without labels.
#'
#'   `pairs`, a data frame of the pairs of genes, but for paralogues: `kind`,
#'   `first`, `firstGene`, `second`, `secondGene` and `distance`, from the TSS
#'   of the first to that of the second (bp, `NA` without positions).
#'
#'   `families`, a data frame of the families with genes in several parts:
#'   `family` and the number of genes in each part; `NULL` if not given.
#'
#'   `parts`, a data frame with one row for each part and cell type: `part`,
#'   `cellType`, `genes`, `labelled`, the number of genes with a label, and
#'   `high`, the share of these with high expression.
#'
#'   `positions`, whether all parts have positions.
#'
#'   `as.data.frame()` returns `shared`, and `plot()` a `ggplot`.
#' @references Schreiber et al. (2020), Genome Biology 21, 282, on splits of
#'   genes; Trinklein et al. (2004), Genome Research 14, 62, on bidirectional
#'   promoters.
#' @seealso [splitGenes()]
#' @export
#' @examples
#' counts <- matrix(rpois(6 * 100, 3), 6, dimnames = list(LETTERS[1:6], NULL))
#' genes <- data.frame(gene_id = LETTERS[1:6], chr = "chr1",
#'     start = c(20001, 24001, 80001, 99501, 200001, 300001),
#'     end = c(23000, 30000, 99000, 150000, 250000, 350000),
#'     strand = c("+", "+", "-", "+", "+", "+"))
#' signal <- chromatinSignal(list(H3K4me3 = counts), tssWindows(genes),
#'     labels = c(1, 1, 0, 0, 1, 0))
#' parts <- splitGenes(signal, by = "random", seed = 2,
#'     fractions = c(train = 0.5, test = 0.5))
#' check <- checkSplit(parts, families = c(A = "kinase", E = "kinase"))
#' check
#' check$pairs
#' as.data.frame(check)
#' plot(check)
checkSplit <- function(split, families = NULL) {
    .checkSplitParts(split)
    families <- .asFamilies(families, split)
    places <- .splitPlaces(split)
    labels <- .splitLabels(split)
    positions <- !anyNA(places$tss)
    pairs <- lapply(.pairKinds, function(kind) {
        if (positions || !kind$needsPositions) kind$find(places)
    })
    shared <- c(
        lapply(names(pairs), function(kind) {
            .sharedRows(kind, pairs[[kind]], places, labels)
        }),
        list(.familyRows(families, places, labels)))
    structure(list(shared = .inKindOrder(do.call(rbind, shared), split),
                   pairs = .namePairs(pairs, places),
                   families = .familyTable(families, places),
                   parts = .partTable(split), positions = positions),
              class = "splitCheck")
}

# Kinds of pairs that are listed one by one.
.pairKinds <- list(
    sameGene = list(needsPositions = FALSE, find = function(places) {
        .sameIdPairs(places)
    }),
    overlap = list(needsPositions = TRUE, find = function(places) {
        .overlappingPairs(places)
    }),
    neighbour = list(needsPositions = TRUE, find = function(places) {
        .neighbourPairs(places)
    }))

.sharedTitles <- c(sameGene = "same gene", overlap = "overlapping windows",
                   neighbour = "opposite TSS within 1 kb",
                   paralogue = "same family")

.sameIdPairs <- function(places) {
    rows <- split(seq_len(nrow(places)), places$gene)
    rows <- rows[lengths(rows) > 1L]
    pairs <- do.call(cbind, lapply(rows, utils::combn, m = 2L))
    if (is.null(pairs)) pairs <- matrix(0L, 2L, 0L)
    .inPartOrder(places, pairs[1L, ], pairs[2L, ])
}

# ---- input ------------------------------------------------------------------

.checkSplitParts <- function(split) {
    if (!is.list(split) || length(split) < 2L || !.areNames(names(split))) {
        .stop("{.arg split} must be a split, made by {.fn splitGenes}, or
               another named list of two or more signals",
              x = "It is of class {.cls {class(split)[1]}} and has
                   {length(split)} element{?s}.")
    }
    for (name in names(split)) {
        .checkSignal(split[[name]], paste0("split$", name), "signal")
        .checkNotEmpty(split[[name]], paste0("split$", name))
    }
}

# The genes of all parts, one below the other.
.splitPlaces <- function(split) {
    places <- do.call(rbind, lapply(unname(split), .genePlaces))
    places$part <- factor(rep(names(split), vapply(split, nrow, 0L)),
                          names(split))
    places
}

# The labels of all parts, one below the other, in the cell types that all parts
# have; NULL without labels.
.splitLabels <- function(split) {
    has <- vapply(split, function(x) "label" %in% assayNames(x), NA)
    cellTypes <- Reduce(intersect, lapply(split, colnames))
    if (!all(has) || length(cellTypes) == 0L) return(NULL)
    do.call(rbind, lapply(unname(split), function(x) {
        expressionLabel(x)[, cellTypes, drop = FALSE]
    }))
}

# A data frame of `gene` and `family`, without those that no part has.
.asFamilies <- function(families, split) {
    if (is.null(families)) return(NULL)
    if (is.factor(families) || is.character(families)) {
        gene <- names(families) %||% character()
        families <- if (length(gene) == length(families)) {
            data.frame(gene = gene, family = as.character(families))
        }
    }
    if (!is.data.frame(families) ||
        !all(c("gene", "family") %in% names(families))) {
        .stop("{.arg families} must be a vector of families with gene ids as
               names, or a data frame with the columns {.val gene} and
               {.val family}",
              x = if (is.null(families)) "It has no names."
                  else "It is of class {.cls {class(families)[1]}}.",
              i = "For example {.code c(ENSG00000139618 = \"BRCA2\")}.")
    }
    families <- data.frame(gene = as.character(families$gene),
                           family = as.character(families$family))
    known <- !is.na(families$family) & families$family != ""
    ids <- unlist(lapply(split, rownames), use.names = FALSE)
    own <- unique(families[known & families$gene %in% ids, ])
    if (nrow(own) == 0L) {
        .stop("{.arg families} has no gene of {.arg split}",
              x = "It has {(.some(families$gene[known]))}.",
              i = "The row names of the signals are {(.some(ids))}.")
    }
    own
}

# ---- one row for each two parts ----------------------------------------------

.sharedRows <- function(kind, pairs, places, labels) {
    .forEachTwo(places$part, function(first, second) {
        own <- pairs[places$part[pairs$first] == first &
                     places$part[pairs$second] == second, ]
        counts <- if (is.null(pairs)) rep(NA_integer_, 3L) else
            c(nrow(own), length(unique(own$first)),
              length(unique(own$second)))
        .sharedRow(kind, first, second, counts, places,
                   .pairAgreement(labels, own))
    })
}

.forEachTwo <- function(part, one) {
    two <- utils::combn(levels(part), 2L)
    do.call(rbind, Map(one, two[1L, ], two[2L, ], USE.NAMES = FALSE))
}

# counts: pairs, genes of the first part, genes of the second.
.sharedRow <- function(kind, first, second, counts, places, agreement) {
    size <- table(places$part)
    data.frame(first = first, second = second, kind = kind, pairs = counts[1L],
               firstGenes = counts[2L], secondGenes = counts[3L],
               firstShare = counts[2L] / size[[first]],
               secondShare = counts[3L] / size[[second]],
               agreement = agreement[1L], expected = agreement[2L])
}

# Observed and expected agreement of the labels of pairs.
.pairAgreement <- function(labels, pairs) {
    if (is.null(labels) || NROW(pairs) == 0L) return(c(NA_real_, NA_real_))
    a <- labels[pairs$first, ]
    b <- labels[pairs$second, ]
    known <- !is.na(a) & !is.na(b)
    .labelAgreement(sum(known), sum(a[known]), sum(b[known]),
                    sum(a[known] == b[known]))
}

# From the number of pairs with both labels, those whose first gene is high,
# whose second is, and whose labels agree.
.labelAgreement <- function(pairs, firstHigh, secondHigh, agree) {
    if (pairs == 0) return(c(NA_real_, NA_real_))
    a <- firstHigh / pairs
    b <- secondHigh / pairs
    c(agree / pairs, a * b + (1 - a) * (1 - b))
}

.inKindOrder <- function(shared, split) {
    shared <- shared[order(match(shared$first, names(split)),
                           match(shared$second, names(split)),
                           match(shared$kind, names(.sharedTitles))), ]
    rownames(shared) <- NULL
    shared
}

.namePairs <- function(pairs, places) {
    rows <- do.call(rbind, lapply(names(pairs), function(kind) {
        if (NROW(pairs[[kind]]) > 0L) cbind(kind = kind, pairs[[kind]])
    })) %||% data.frame(kind = character(), first = integer(),
                        second = integer())
    a <- places[rows$first, ]
    b <- places[rows$second, ]
    data.frame(kind = rows$kind,
               first = as.character(a$part), firstGene = a$gene,
               second = as.character(b$part), secondGene = b$gene,
               distance = as.integer(ifelse(a$chromosome == b$chromosome,
                                            b$tss - a$tss, NA)))
}

# ---- families: counted, as a large family has too many pairs to list ---------

# Families x parts: the sum of `value` over the genes of each.
.familySums <- function(families, places, value = rep(1, nrow(places))) {
    rows <- lapply(levels(places$part), function(part) {
        of <- which(places$part == part)
        own <- match(families$gene, places$gene[of])
        v <- value[of][own]
        v[is.na(v)] <- 0
        rowsum(v, families$family)
    })
    sums <- do.call(cbind, rows)
    colnames(sums) <- levels(places$part)
    sums
}

.familyRows <- function(families, places, labels) {
    sums <- if (!is.null(families)) .familySums(families, places)
    known <- .familyLabels(families, places, labels)
    .forEachTwo(places$part, function(first, second) {
        counts <- if (is.null(sums)) rep(NA_integer_, 3L) else
            as.integer(c(sum(sums[, first] * sums[, second]),
                         .familyGenes(families, places, sums, first, second),
                         .familyGenes(families, places, sums, second, first)))
        .sharedRow("paralogue", first, second, counts, places,
                   .familyAgreement(known, first, second))
    })
}

# The number of genes of `part` with a family that has genes in `other`.
.familyGenes <- function(families, places, sums, part, other) {
    there <- rownames(sums)[sums[, other] > 0]
    genes <- unique(families$gene[families$family %in% there])
    sum(places$gene[places$part == part] %in% genes)
}

# For each cell type, the sums of high and of low genes.
.familyLabels <- function(families, places, labels) {
    if (is.null(families) || is.null(labels)) return(NULL)
    lapply(seq_len(ncol(labels)), function(j) {
        list(high = .familySums(families, places, labels[, j]),
             low = .familySums(families, places, 1 - labels[, j]))
    })
}

.familyAgreement <- function(known, first, second) {
    if (is.null(known)) return(c(NA_real_, NA_real_))
    counts <- vapply(known, function(of) {
        high <- of$high
        low <- of$low
        all <- high + low
        c(sum(all[, first] * all[, second]), sum(high[, first] * all[, second]),
          sum(all[, first] * high[, second]),
          sum(high[, first] * high[, second] + low[, first] * low[, second]))
    }, numeric(4L))
    do.call(.labelAgreement, as.list(rowSums(counts)))
}

.familyTable <- function(families, places) {
    if (is.null(families)) return(NULL)
    sums <- .familySums(families, places)
    sums <- sums[rowSums(sums > 0) > 1L, , drop = FALSE]
    sums <- sums[order(-rowSums(sums)), , drop = FALSE]
    storage.mode(sums) <- "integer"
    data.frame(family = rownames(sums), sums, row.names = NULL,
               check.names = FALSE)
}

# ---- prevalence -------------------------------------------------------------

.partTable <- function(split) {
    do.call(rbind, lapply(names(split), function(name) {
        part <- split[[name]]
        label <- if ("label" %in% assayNames(part)) expressionLabel(part) else
            matrix(NA_integer_, nrow(part), ncol(part))
        high <- colMeans(label, na.rm = TRUE)
        high[is.nan(high)] <- NA
        data.frame(part = name, cellType = colnames(part), genes = nrow(part),
                   labelled = as.integer(colSums(!is.na(label))),
                   high = unname(high), row.names = NULL)
    }))
}
