#' Split the genes of a signal into parts for training and testing
#'
#' Each gene is assigned to one part, with all of its cell types, so that no
#' gene is used for both training and testing. A message reports the number of
#' genes in each part and the share with high expression; silence it with
#' [suppressMessages()].
#'
#' For real genes, use `by = "chromosome"`. Neighbouring genes have overlapping
#' windows, so a split by order or at random puts the same DNA into training and
#' test: with 18,421 human genes, windows of 10 kb and random thirds, one test
#' gene in nine shares part of its window with a training gene. The performance
#' on the test genes is then not that on new genes. The default is the split of
#' the paper; if it separates genes with overlapping windows, the message says
#' how many. [checkSplit()] reports them, and other ways in which parts of a
#' split may not be independent.
#'
#' @param signal A signal ([chromatinSignal()]).
#' @param by How to split. `"order"`: the first genes are for training, the
#'   next for validation and so on, as in the paper (19,802 genes give 6,601,
#'   6,601 and 6,600). `"random"`: like `"order"`, but with shuffled genes;
#'   within each part, genes keep the order of `signal`. `"chromosome"`
#'   (recommended): by whole chromosomes, so that genes that share regulatory
#'   DNA stay together.
#' @param fractions The share of the genes in each part, as two or more named
#'   positive numbers that sum to 1. Whole chromosomes give these shares only
#'   roughly.
#' @param chromosomes For `"chromosome"`: a named list with the chromosomes of
#'   each part. Genes on all other chromosomes form the part `train`, and
#'   `fractions` is not used. By default, the chromosomes are shared out by
#'   `fractions`, those with most genes first, each to the part that lacks most.
#' @param seed Seed for `"random"`, a whole number; `NULL` uses the current
#'   state of R's generator.
#' @return An object of class `geneSplit`: a named list of signals, by default
#'   `train`, `validation` and `test`. It prints the number of genes in each
#'   part, and `as.data.frame()` has the `part` of each `gene`. Functions that
#'   train or evaluate accept it directly: [attentiveChrome()],
#'   [trainBaseline()],
#'   [evaluate()][evaluate.AttentiveChromeModel], [compareModels()],
#'   [trainCellTypes()], [trainPooled()]. `metadata()$split` of each part
#'   records how it was split. A part without genes is an error.
#' @references Schreiber et al. (2020), Genome Biology 21, 282.
#' @seealso [checkSplit()]
#' @export
#' @examples
#' parts <- splitGenes(roadmapGenes, by = "chromosome", chromosomes = list(
#'     validation = c("chr3", "chr6", "chr9", "chr17"),
#'     test = c("chr1", "chr2", "chr5", "chr7", "chr8")))
#' parts
#' parts$train
#' head(as.data.frame(parts))
#' parts <- splitGenes(roadmapGenes)
#' parts <- splitGenes(roadmapGenes, by = "random", seed = 1,
#'     fractions = c(train = 0.8, test = 0.2))
splitGenes <- function(signal, by = c("order", "random", "chromosome"),
                       fractions = c(train = 1 / 3, validation = 1 / 3,
                                     test = 1 / 3),
                       chromosomes = NULL, seed = NULL) {
    .checkSignal(signal)
    by <- .checkChoice(by, "by", c("order", "random", "chromosome"))
    if (!is.null(seed)) .checkNumber(seed, "seed", whole = TRUE)
    part <- switch(by,
        order = .partByOrder(nrow(signal), fractions),
        random = .withSeed(seed,
            sample(.partByOrder(nrow(signal), fractions))),
        chromosome = .partByChromosome(signal, chromosomes, fractions))
    empty <- setdiff(levels(part), part)
    if (length(empty) > 0L) {
        .stop("Each part must have at least one gene",
              x = "Empty: {empty}.",
              i = "{.arg signal} has {nrow(signal)} gene{?s}{
                   if (by == 'chromosome') ', and chromosomes stay whole'}.")
    }
    parts <- lapply(split(seq_len(nrow(signal)), part), function(rows) {
        signal[rows, ]
    })
    for (name in names(parts)) {
        metadata(parts[[name]])$split <- list(part = name, by = by,
                                              seed = seed)
    }
    parts <- structure(parts, class = c("geneSplit", "list"), by = by)
    .informSplit(parts, by, .countOverlapping(signal, part))
    parts
}

#' @rdname splitGenes
#' @param x A `geneSplit`, returned by `splitGenes()`.
#' @param ... Not used.
#' @export
print.geneSplit <- function(x, ...) {
    cat(sprintf("genes split by %s\n", attr(x, "by")),
        sprintf("  %s: %s\n", format(names(x)), vapply(x, .describePart, "")),
        sep = "")
    invisible(x)
}

#' @rdname splitGenes
#' @param row.names,optional Not used.
#' @method as.data.frame geneSplit
#' @export
as.data.frame.geneSplit <- function(x, row.names = NULL, optional = FALSE,
                                    ...) {
    data.frame(gene = unlist(lapply(x, rownames), use.names = FALSE),
               part = factor(rep(names(x), vapply(x, nrow, 1L)), names(x)))
}

.isSplit <- function(x) inherits(x, "geneSplit")

# One part of a split; a signal that is not a split is returned unchanged.
.partOf <- function(x, part, arg) {
    if (!.isSplit(x)) return(x)
    if (is.null(x[[part]])) {
        .stop("{.arg {arg}} must have a part {.val {part}}",
              x = "It has {.val {names(x)}}.")
    }
    x[[part]]
}

# The part of each gene. Ends are rounded up, which gives 6,601 + 6,601 + 6,600;
# the inner round() absorbs floating point error, as of 0.7 + 0.1 + 0.1.
.partByOrder <- function(genes, fractions) {
    .checkFractions(fractions)
    ends <- ceiling(round(cumsum(fractions) * genes, 6))
    sizes <- diff(c(0, ends))
    factor(rep(names(fractions), sizes), names(fractions))
}

.checkFractions <- function(fractions) {
    good <- is.numeric(fractions) && length(fractions) > 1L &&
        .areNames(names(fractions)) && all(is.finite(fractions)) &&
        all(fractions > 0) && abs(sum(fractions) - 1) < 1e-8
    if (!good) {
        .stop("{.arg fractions} must be two or more named positive numbers that
               sum to 1",
              x = "It is {.val {fractions}}, named {.val {names(fractions)}}.",
              i = "For example {.code c(train = 0.8, test = 0.2)}.")
    }
}

.partByChromosome <- function(signal, chromosomes, fractions) {
    on <- .chromosomes(signal, "signal")
    if (is.null(chromosomes)) return(.shareChromosomes(on, fractions))
    .checkChromosomes(chromosomes, unique(on))
    name <- rep(names(chromosomes), lengths(chromosomes))
    name <- name[match(on, unlist(chromosomes))]
    name[is.na(name)] <- "train"
    factor(name, c("train", names(chromosomes)))
}

.chromosomes <- function(signal, arg) {
    if (!is(rowRanges(signal), "GenomicRanges")) {
        .stop("{.arg {arg}} must have gene ranges, which tell the chromosomes",
              i = "Pass {.arg genes} to {.fn chromatinSignal}.")
    }
    as.character(GenomicRanges::seqnames(rowRanges(signal)))
}

# Chromosomes with most genes first, each to the part that lacks most genes.
.shareChromosomes <- function(on, fractions) {
    .checkFractions(fractions)
    sizes <- sort(table(factor(on, unique(on))), decreasing = TRUE)
    lacks <- fractions * length(on)
    part <- character()
    for (chromosome in names(sizes)) {
        part[chromosome] <- names(which.max(lacks))
        lacks[part[chromosome]] <- lacks[part[chromosome]] -
            sizes[[chromosome]]
    }
    factor(unname(part[on]), names(fractions))
}

.checkChromosomes <- function(chromosomes, present) {
    if (!is.list(chromosomes) || !.areNames(names(chromosomes)) ||
        "train" %in% names(chromosomes)) {
        .stop("{.arg chromosomes} must be a list with the chromosomes of each
               part except {.val train}, which has the rest",
              i = "For example
                   {.code list(validation = \"chr8\", test = \"chr9\")}.")
    }
    named <- unlist(chromosomes)
    unknown <- setdiff(named, present)
    if (length(unknown) > 0L) {
        .stop("{.arg chromosomes} names chromosomes without genes in
               {.arg signal}",
              x = "Found {.val {unknown}}.",
              i = "Available: {(.some(present, 25))}.")
    }
    if (anyDuplicated(named)) {
        .stop("{.arg chromosomes} may name each chromosome only once",
              x = "Duplicated: {.val {named[duplicated(named)]}}.")
    }
}

# `shared`: the number of genes whose windows overlap those of another part.
.informSplit <- function(parts, by, shared) {
    genes <- sum(vapply(parts, nrow, 1L))
    lines <- paste0(names(parts), ": ", vapply(parts, .describePart, ""))
    cli::cli_inform(c(
        "Split {genes} genes by {by}", .bullets(lines, "*"),
        "!" = if (shared > 0L) "{shared} gene{?s} {?has/have} a window that
              overlaps one in another part.",
        i = if (shared > 0L) "{.code by = \"chromosome\"} keeps them together;
             {.fn checkSplit} shows them."))
}

.countOverlapping <- function(signal, part) {
    if (!is(rowRanges(signal), "GenomicRanges")) return(0L)
    places <- cbind(.genePlaces(signal), part = part)
    length(unique(unlist(.overlappingPairs(places))))
}

# For example "200 genes, 52% high"; for up to four cell types, one share each.
.describePart <- function(x) {
    count <- paste(nrow(x), if (nrow(x) == 1L) "gene" else "genes")
    if (!"label" %in% assayNames(x)) return(count)
    label <- expressionLabel(x)
    if (ncol(x) > 4L) label <- as.vector(label)
    share <- colMeans(as.matrix(label), na.rm = TRUE)
    share <- paste0(round(100 * share), "% high")
    if (ncol(x) > 1L && ncol(x) <= 4L) {
        share <- paste(share, "in", colnames(x))
    }
    paste(c(count, share), collapse = ", ")
}

# The validation genes of a split, which must not be given twice.
.validationOf <- function(split, validation) {
    if (!is.null(validation)) {
        .stop("{.arg validation} must not be given if {.arg signal} is a split",
              i = "The split has its own validation genes.")
    }
    split$validation
}
