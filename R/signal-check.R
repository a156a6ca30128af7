# Quality checks of a signal. Each check takes a signal and returns findings, or
# NULL.

#' Check a signal for likely mistakes
#'
#' Looks for common mistakes in the input files and the signal, and gives advice
#' on how to fix them. The checks are:
#'
#' * **chromosomes**: a file names chromosomes differently from the genes
#'   (`chr1` or `1`), so that none of its reads match a window.
#' * **genome**: chromosomes have different lengths in a file and in the genes.
#' * **index**: a BAM file is not sorted by position or has no index. Neither is
#'   required here, but genome browsers need both.
#' * **pairs**: both mates of the pairs in a paired-end BAM file were counted.
#' * **control**: an input or IgG control is among the marks, so that a model
#'   would train on it.
#' * **outliers**: a single bin holds most of a mark's signal.
#' * **peaks**: peak calls were counted as reads.
#' * **marks**: marks look swapped. H3K27me3 or H3K9me3 rises with expression,
#'   or H3K4me3 or H3K36me3 falls with it. Also reports names that nearly match
#'   a known mark.
#' * **tss**: a promoter mark (H3K4me3, H3K9ac, H3K27ac) is not highest at the
#'   TSS. The finding shows where it is highest: at the end of the window if
#'   windows were used as genes.
#' * **strand**: the bins of minus-strand genes run along the chromosome instead
#'   of from 5' to 3'. This is judged by the side of the TSS on which H3K36me3
#'   lies.
#' * **depth**: a file has less than a fifth or more than five times the median
#'   number of reads of all files.
#' * **scale**: the counts of a mark are all multiples of a number, or a
#'   multiple of those of another cell type.
#' * **empty**: a mark is 0 everywhere.
#' * **genes**: genes are duplicated, by id or by TSS, or their ids have
#'   versions.
#'
#' The checks for swapped marks and strand rely on how these marks behave in
#' most cell types, and need at least 30 genes. A finding is a reason to look,
#' not a proof.
#'
#' @param signal A signal ([chromatinExperiment()], [countReads()],
#'   [chromatinSignal()]). Files are checked only if the signal was read from
#'   them.
#' @return A data frame of class `signalFindings` with one row per finding:
#'   `severity` (`"error"`, `"warning"` or `"note"`), `check` (as above),
#'   `finding` and `advice`. It prints as text.
#' @export
#' @examples
#' signal <- roadmapGenes[, "E003"]
#' checkSignal(signal)
#' assay(signal, "H3K9me3")[] <- 0
#' checkSignal(signal)
checkSignal <- function(signal) {
    .checkSignal(signal)
    findings <- do.call(rbind, lapply(.signalChecks, function(check) {
        check(signal)
    }))
    if (is.null(findings)) findings <- .finding("", "", "", "")[0L, ]
    levels <- c("error", "warning", "note")
    findings <- findings[order(match(findings$severity, levels)), ]
    rownames(findings) <- NULL
    class(findings) <- c("signalFindings", "data.frame")
    findings
}

.finding <- function(severity, check, finding, advice) {
    oneLine <- function(text) gsub("\\s+", " ", text)
    data.frame(severity = severity, check = check, finding = oneLine(finding),
               advice = oneLine(advice))
}

#' @export
print.signalFindings <- function(x, ...) {
    # Of chosen columns, what is left is a table like any other.
    if (!all(c("severity", "check", "finding", "advice") %in% names(x))) {
        return(NextMethod())
    }
    if (nrow(x) == 0L) {
        cli::cli_inform(c(v = "No problems were found in the signal"))
        return(invisible(x))
    }
    alike <- interaction(x$severity, x$check, x$advice, drop = TRUE)
    for (group in split(x, factor(alike, unique(alike)))) .printAlike(group)
    invisible(x)
}

# The first findings of one kind, and their advice once.
.printAlike <- function(findings, most = 3L) {
    signs <- c(error = "x", warning = "!", note = "i")
    more <- nrow(findings) - most
    lines <- c(
        paste0(findings$check, ": ", findings$finding)[
            seq_len(min(most, nrow(findings)))],
        if (more > 0L) paste("... and", more, "more"), findings$advice[1L])
    named <- rep(" ", length(lines))
    named[seq_len(min(most, nrow(findings)))] <- signs[[findings$severity[1L]]]
    cli::cli_inform(.bullets(lines, named))
}

# ---- the files --------------------------------------------------------------

# One finding for each source for which `wrong` is TRUE.
.sourceFindings <- function(signal, wrong, severity, check, finding, advice) {
    sources <- sources(signal)
    if (nrow(sources) == 0L) return(NULL)
    hit <- sources[which(wrong(sources)), , drop = FALSE]
    if (nrow(hit) == 0L) return(NULL)
    .finding(severity, check, finding(hit), advice(hit))
}

.findChromosomes <- function(signal) {
    levels <- GenomeInfoDb::seqlevels(rowRanges(signal))
    .sourceFindings(
        signal, function(s) s$unmatched != "" & (s$matched %in% c(0, NA)),
        "error", "chromosomes", function(s) {
            sprintf("no read of %s lies on a chromosome of the genes; its
                     chromosomes are %s, those of the genes are %s",
                    basename(s$file), s$unmatched, .some(levels))
        }, function(s) {
            style <- if (any(grepl("^chr", s$unmatched))) "UCSC" else "NCBI"
            sprintf("Rename the chromosomes of the genes, for example with
                     GenomeInfoDb::seqlevelsStyle(genes) <- \"%s\".", style)
        })
}

.findGenome <- function(signal) {
    .sourceFindings(
        signal, function(s) s$build != "", "error", "genome", function(s) {
            looks <- ifelse(s$genome == "", "",
                            paste0("; its chromosomes are those of ", s$genome))
            sprintf("%s has a different genome build (%s%s)", basename(s$file),
                    s$build, looks)
        }, function(s) {
            "Files and genes must have the same genome build. Realign the reads,
             or lift over the genes."
        })
}

.findIndex <- function(signal) {
    advice <- function(s) "Run samtools sort and samtools index."
    rbind(
        .sourceFindings(
            signal, function(s) !s$sorted, "note", "index", function(s) {
                paste(basename(s$file), "is not marked as sorted by position")
            }, advice),
        .sourceFindings(
            signal, function(s) !s$indexed, "note", "index", function(s) {
                paste(basename(s$file), "has no index")
            }, advice))
}

.findPairs <- function(signal) {
    .sourceFindings(
        signal, function(s) s$bothMates > s$reads / 10, "warning", "pairs",
        function(s) {
            sprintf("%s has paired reads, and both mates of each pair were
                     counted", basename(s$file))
        }, function(s) {
            "Count each fragment once, with pairs = \"fragments\"."
        })
}

.findDepth <- function(signal) {
    reads <- sources(signal)$reads
    if (length(reads) < 3L) return(NULL)
    usual <- stats::median(reads, na.rm = TRUE)
    .sourceFindings(
        signal, function(s) s$reads < usual / 5 | s$reads > usual * 5,
        "warning", "depth", function(s) {
            sprintf("%s has %.0f reads; the median of all files is %.0f",
                    basename(s$file), s$reads, usual)
        }, function(s) {
            "Normalise with normalizeSignal(), or drop the sample if it failed."
        })
}

# ---- the values -------------------------------------------------------------

# Calls f(values, mark, cellType) for each mark of each cell type. `values` is
# genes x bins.
.eachMark <- function(signal, f, only = marks(signal)) {
    found <- lapply(intersect(only, marks(signal)), function(mark) {
        do.call(rbind, lapply(colnames(signal), function(cellType) {
            f(binMatrix(signal, mark, cellType), mark, cellType)
        }))
    })
    do.call(rbind, found)
}

.findEmpty <- function(signal) {
    .eachMark(signal, function(values, mark, cellType) {
        if (any(values != 0)) return(NULL)
        .finding("error", "empty", paste(mark, "of", cellType, "is all 0"),
                 "Check its file and the chromosome names.")
    })
}

# The counts of a real sample have no common divisor.
.findMultiples <- function(signal) {
    .eachMark(signal, function(values, mark, cellType) {
        counts <- unique(as.vector(values[values != 0]))
        if (length(counts) < 3L || any(counts != round(counts))) return(NULL)
        divisor <- Reduce(.divisor, counts)
        if (divisor == 1) return(NULL)
        .finding("warning", "scale", sprintf(
            "all counts of %s of %s are multiples of %g", mark, cellType,
            divisor), sprintf(
            "Divide by %g before comparing or pooling with other sources.",
            divisor))
    })
}

.divisor <- function(a, b) if (b == 0) a else .divisor(b, a %% b)

# A sample that is in the signal twice, possibly on two scales.
.findCopies <- function(signal) {
    if (ncol(signal) < 2L) return(NULL)
    found <- lapply(marks(signal), function(mark) {
        values <- as.array(assay(signal, mark, withDimnames = FALSE))
        flat <- matrix(aperm(values, c(1L, 3L, 2L)), ncol = ncol(signal))
        total <- colSums(flat)
        shape <- round(sweep(flat, 2L, total, `/`), 12L)
        # Equal samples have the same mean place, and few others have.
        place <- colSums(shape * seq_len(nrow(shape)))
        first <- match(place, place)
        copy <- Filter(function(j) identical(shape[, j], shape[, first[j]]),
                       which(first < seq_along(first) & is.finite(place)))
        if (length(copy) == 0L) return(NULL)
        first <- first[copy]
        .finding("warning", "scale", sprintf(
            "%s of %s equals that of %s times %.4g", mark,
            colnames(signal)[copy], colnames(signal)[first],
            total[copy] / total[first]),
            "Check whether they are the same sample.")
    })
    do.call(rbind, found)
}

.controlNames <- "^(input|igg|igm|control|ctrl|wce|mock|background|dnase?input)"

.findControl <- function(signal) {
    controls <- grep(.controlNames, marks(signal), TRUE, value = TRUE)
    if (length(controls) == 0L) return(NULL)
    .finding("warning", "control", sprintf(
        "%s among the marks looks like a control", controls), sprintf(
        "Use it in normalizeSignal(control = \"%s\"), or drop it with
         marks(signal) <- setdiff(marks(signal), \"%s\").", controls[1L],
        controls[1L]))
}

# In real data, no single bin holds a large share of a mark's signal.
.findOutliers <- function(signal, most = 0.5) {
    if (nrow(signal) < .fewGenes) return(NULL)
    .eachMark(signal, function(values, mark, cellType) {
        size <- abs(values)
        share <- max(size) / sum(size)
        if (is.na(share) || share < most) return(NULL)
        at <- arrayInd(which.max(size), dim(size))
        .finding("error", "outliers", sprintf(
            "%.0f %% of the signal of %s of %s lies in bin %d of gene %s",
            100 * share, mark, cellType, at[2L], rownames(signal)[at[1L]]),
            "Check this value: it would dominate the training.")
    })
}

# Peaks cover runs of bins, and each bin is covered or not. Reads are shorter
# and more numerous.
.findPeaks <- function(signal) {
    .eachMark(signal, function(values, mark, cellType) {
        # Counts of reads end here, as the runs take long.
        if (max(values) > 2 || any(values != round(values))) return(NULL)
        runs <- rle(as.vector(t(values != 0)))
        covered <- runs$lengths[runs$values]
        if (length(covered) < .fewGenes || mean(covered) < 4) return(NULL)
        .finding("warning", "peaks", sprintf(
            "%s of %s is 0, 1 or 2, in runs of %.0f bins on average: it looks
             like peak calls", mark, cellType, mean(covered)),
            "Count the aligned reads instead, or summarise a signal track.")
    })
}

# A name that nearly matches that of a known mark.
.findMarkNames <- function(signal) {
    odd <- setdiff(marks(signal), names(.standardMarks))
    found <- lapply(odd, function(mark) {
        away <- utils::adist(mark, names(.standardMarks),
                             ignore.case = TRUE)[1L, ]
        if (min(away) > 1L) return(NULL)
        near <- names(.standardMarks)[which.min(away)]
        .finding("note", "marks", sprintf(
            "%s is not the name of a known mark; did you mean %s?", mark,
            near),
            "Use the same mark names in all signals and models.")
    })
    do.call(rbind, found)
}

# ---- expected patterns ------------------------------------------------------

.fewGenes <- 30L

# Mean within 1 kb of the TSS, divided by the mean of the rest.
.peakRatio <- function(values, offsets, width) {
    near <- abs(offsets + width / 2) <= 1000
    if (!any(near) || all(near)) return(NA_real_)
    mean(values[, near]) / mean(values[, !near])
}

# The position of the maximum distinguishes a shifted TSS from swapped marks.
.findShift <- function(signal) {
    if (nrow(signal) < .fewGenes) return(NULL)
    centres <- binOffsets(signal) + binWidth(signal) / 2
    .eachMark(signal, function(values, mark, cellType) {
        ratio <- .peakRatio(values, binOffsets(signal), binWidth(signal))
        if (is.na(ratio) || ratio > 2) return(NULL)
        highest <- centres[which.max(colMeans(values))]
        .finding("warning", "tss", sprintf(
            "%s of %s is not highest at the TSS: the mean within 1 kb is %.2f
             times the mean farther away; the maximum is at %+.0f bp", mark,
            cellType, ratio, highest),
            "Check whether windows or gene ends were used as the TSS
             (tssWindows() keeps the TSS of windows), and the order of the
             marks.")
    }, c("H3K4me3", "H3K9ac", "H3K27ac"))
}

# Expression if present, otherwise the label.
.outcome <- function(signal, cellType) {
    name <- intersect(c("expression", "label"), assayNames(signal))
    if (length(name) > 0L) as.matrix(assay(signal, name[1L]))[, cellType]
}

.findDirection <- function(signal) {
    .eachMark(signal, function(values, mark, cellType) {
        outcome <- .outcome(signal, cellType)
        known <- !is.na(outcome)
        if (sum(known) < .fewGenes) return(NULL)
        rho <- suppressWarnings(stats::cor(
            rowMeans(values)[known], outcome[known], method = "spearman"))
        limit <- max(0.1, 3 / sqrt(sum(known)))
        sign <- .standardMarks[[mark]]$sign
        if (is.na(rho) || rho * sign > -limit) return(NULL)
        .finding("warning", "marks", sprintf(
            "%s of %s %s with expression (Spearman correlation %.2f)", mark,
            cellType, if (rho > 0) "rises" else "falls", rho),
            "Check the order of the marks and the gene ids.")
    }, names(.ofMarks("sign")))
}

# How much more signal lies downstream of the TSS than upstream, as a t
# statistic over the genes of one strand.
.downstream <- function(values, offsets, genes) {
    side <- values %*% (2 * (offsets >= 0) - 1)
    side <- side[genes & rowSums(values) > 0]
    if (length(side) < .fewGenes || stats::sd(side) == 0) return(0)
    mean(side) / stats::sd(side) * sqrt(length(side))
}

# H3K36me3 lies in the gene body. If it lies after the TSS on the plus strand
# but before it on the minus strand, the bins are not flipped.
.findStrand <- function(signal) {
    if (!is(rowRanges(signal), "GenomicRanges")) return(NULL)
    orient <- signal@bins$orient
    if (identical(orient, "genome")) {
        return(.finding(
            "note", "strand", "the bins of minus-strand genes run along the
            chromosome, from 3' to 5', as in the published tables",
            "For models of new data, use orient = \"transcript\"."))
    }
    minus <- as.vector(strand(signal)) == "-"
    offsets <- binOffsets(signal)
    .eachMark(signal, function(values, mark, cellType) {
        plus <- .downstream(values, offsets, !minus)
        if (plus < 3 || .downstream(values, offsets, minus) > -3) return(NULL)
        .finding("warning", "strand", sprintf(
            "H3K36me3 of %s lies after the TSS on the plus strand but before
             it on the minus strand: the bins look unflipped", cellType),
            "Make the windows with orient = \"transcript\".")
    }, "H3K36me3")
}

# ---- the genes --------------------------------------------------------------

.findGeneIds <- function(signal) {
    ids <- rownames(signal)
    plain <- .withoutVersion(ids)
    rbind(.duplicateFinding(ids, "ids"),
          if (!anyDuplicated(ids)) {
              .duplicateFinding(plain, "ids without their versions")
          },
          if (any(grepl("^ENS.*[.][0-9]+$", ids))) {
              .finding("note", "genes", "the ids have Ensembl versions",
                       "addExpression() ignores the versions.")
          })
}

.duplicateFinding <- function(ids, what) {
    twice <- unique(ids[duplicated(ids)])
    if (length(twice) == 0L) return(NULL)
    .finding("warning", "genes", sprintf(
        "%d of the %s are duplicated: %s", length(twice), what,
        .some(twice)), "Keep one row per gene, so that no gene is in two parts
        of a split.")
}

.findSharedTss <- function(signal) {
    ranges <- rowRanges(signal)
    if (!is(ranges, "GenomicRanges") || is.null(ranges$tss)) return(NULL)
    place <- paste(GenomicRanges::seqnames(ranges), ranges$tss,
                   strand(ranges))
    twice <- names(ranges)[place %in% place[duplicated(place)]]
    if (length(twice) == 0L) return(NULL)
    .finding("note", "genes", sprintf(
        "%d genes share their TSS with another gene: %s", length(twice),
        .some(twice)), "They have the same signal; keep them in one part of a
        split.")
}

.signalChecks <- list(
    .findChromosomes, .findGenome, .findIndex, .findPairs, .findEmpty,
    .findOutliers, .findMultiples, .findCopies, .findDepth, .findPeaks,
    .findControl, .findMarkNames, .findShift, .findDirection, .findStrand,
    .findGeneIds, .findSharedTss)
