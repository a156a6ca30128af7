# The input doctor: what is likely to be wrong with a signal, and how to mend
# it. Each check takes a signal and returns findings, or NULL.

#' Look for faults in a signal
#'
#' Looks for what goes wrong between files and signal, and says how to mend it:
#'
#' * **chromosomes** that are named otherwise in a file than in the genes
#'   (`chr1` and `1`), so that its reads match no window;
#' * **genome**: chromosomes of other lengths in a file than in the genes;
#' * **index**: BAM files that are not sorted by position or have no index (both
#'   are read well here; genome browsers want them);
#' * **pairs**: paired-end BAM files of which each mate was counted;
#' * **control**: an input or IgG control among the marks, which a model would
#'   train on;
#' * **outliers**: a bin with most of a mark's signal;
#' * **peaks**: peak calls that were counted as reads;
#' * **marks** that look swapped: H3K27me3 or H3K9me3 that rise with expression,
#'   H3K4me3 or H3K36me3 that fall with it;
#' * **tss**: promoter marks (H3K4me3, H3K9ac, H3K27ac) that are not highest at
#'   the TSS, and where they are instead: at the end of the window when windows
#'   were taken for genes;
#' * **strand**: bins that run along the chromosome on the minus strand although
#'   they should run from 5' to 3', by the sides on which the marks lie;
#' * **depth**: files with less than a fifth, or more than five times, of the
#'   reads that files of the signal have in the median;
#' * **scale**: a mark whose counts are all multiples of a number, or those of
#'   another cell type times a factor;
#' * **empty** marks, and names that are nearly those of known marks;
#' * **genes** that come twice, by id or by TSS, and ids with versions.
#'
#' The checks of marks and strand go by what these marks do in most cell types
#' and need some dozens of genes; a finding is a reason to look, not a proof.
#'
#' @param signal A signal ([chromatinExperiment()], [countReads()],
#'   [chromatinSignal()]). Files are known of signal that was read from them.
#' @return A data frame of class `signalFindings` with a line a finding:
#'   `severity` (`"error"`, `"warning"`, `"note"`), `check` (as above),
#'   `finding`, and `mending`. It prints as text.
#' @export
#' @examples
#' signal <- simulateChromatin(genes = 100, seed = 1)
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

.finding <- function(severity, check, finding, mending) {
    oneLine <- function(text) gsub("\\s+", " ", text)
    data.frame(severity = severity, check = check, finding = oneLine(finding),
               mending = oneLine(mending))
}

#' @export
print.signalFindings <- function(x, ...) {
    if (nrow(x) == 0L) {
        cli::cli_inform(c(v = "No faults were found in the signal"))
        return(invisible(x))
    }
    alike <- interaction(x$severity, x$check, x$mending, drop = TRUE)
    for (group in split(x, factor(alike, unique(alike)))) .printAlike(group)
    invisible(x)
}

# Findings of one kind, the first few of them, and their mending once.
.printAlike <- function(findings, most = 3L) {
    signs <- c(error = "x", warning = "!", note = "i")
    more <- nrow(findings) - most
    lines <- c(
        paste0(findings$check, ": ", findings$finding)[
            seq_len(min(most, nrow(findings)))],
        if (more > 0L) paste("... and", more, "more"), findings$mending[1L])
    named <- rep(" ", length(lines))
    named[seq_len(min(most, nrow(findings)))] <- signs[[findings$severity[1L]]]
    cli::cli_inform(.bullets(lines, named))
}

# ---- the files ----------------------------------------------------------------

# A finding for each source that `wrong` picks.
.sourceFindings <- function(signal, wrong, severity, check, finding, mending) {
    sources <- sources(signal)
    if (nrow(sources) == 0L) return(NULL)
    hit <- sources[which(wrong(sources)), , drop = FALSE]
    if (nrow(hit) == 0L) return(NULL)
    .finding(severity, check, finding(hit), mending(hit))
}

.findChromosomes <- function(signal) {
    levels <- GenomeInfoDb::seqlevels(rowRanges(signal))
    .sourceFindings(
        signal, function(s) s$unmatched != "" & (s$matched %in% c(0, NA)),
        "error", "chromosomes", function(s) {
            sprintf("no read of %s lies on a chromosome of the genes; it has %s,
                     the genes have %s", basename(s$file), s$unmatched,
                    .some(levels))
        }, function(s) {
            style <- if (any(grepl("^chr", s$unmatched))) "UCSC" else "NCBI"
            sprintf("Rename those of the genes, as with
                     GenomeInfoDb::seqlevelsStyle(genes) <- \"%s\".", style)
        })
}

.findGenome <- function(signal) {
    .sourceFindings(
        signal, function(s) s$build != "", "error", "genome", function(s) {
            looks <- ifelse(s$genome == "", "",
                            paste0("; its chromosomes are those of ", s$genome))
            sprintf("%s is of another genome build (%s%s)", basename(s$file),
                    s$build, looks)
        }, function(s) {
            "All files and the genes must be of one genome build. Align the
             reads anew, or lift the genes over."
        })
}

.findIndex <- function(signal) {
    mend <- function(s) "samtools sort and samtools index make both."
    rbind(
        .sourceFindings(
            signal, function(s) !s$sorted, "note", "index", function(s) {
                paste(basename(s$file), "does not say that it is sorted by
                      position")
            }, mend),
        .sourceFindings(
            signal, function(s) !s$indexed, "note", "index", function(s) {
                paste(basename(s$file), "has no index")
            }, mend))
}

.findPairs <- function(signal) {
    .sourceFindings(
        signal, function(s) s$bothMates > s$reads / 10, "warning", "pairs",
        function(s) {
            sprintf("%s has paired reads, and both mates of a pair were
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
            sprintf("%s has %.0f reads, the files' median is %.0f",
                    basename(s$file), s$reads, usual)
        }, function(s) {
            "Normalise with normalizeSignal(), or leave the sample out if it
             failed."
        })
}

# ---- the values ---------------------------------------------------------------

# Calls f(values, mark, cellType) for each mark of each cell type; values is
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
                 "Look at its file and at the chromosomes' names.")
    })
}

# Whole counts of a real sample have no common divisor.
.findMultiples <- function(signal) {
    .eachMark(signal, function(values, mark, cellType) {
        counts <- unique(as.vector(values[values != 0]))
        if (length(counts) < 3L || any(counts != round(counts))) return(NULL)
        divisor <- Reduce(.divisor, counts)
        if (divisor == 1) return(NULL)
        .finding("warning", "scale", sprintf(
            "all counts of %s of %s are multiples of %g", mark, cellType,
            divisor), sprintf(
            "Divide by %g what is compared or pooled with other sources.",
            divisor))
    })
}

.divisor <- function(a, b) if (b == 0) a else .divisor(b, a %% b)

# A sample that stands twice in the signal, on two scales or on one.
.findCopies <- function(signal) {
    if (ncol(signal) < 2L) return(NULL)
    found <- lapply(marks(signal), function(mark) {
        values <- as.array(assay(signal, mark, withDimnames = FALSE))
        flat <- matrix(aperm(values, c(1L, 3L, 2L)), ncol = ncol(signal))
        total <- colSums(flat)
        shape <- sweep(flat, 2L, total, `/`)
        key <- apply(round(shape, 12L), 2L, paste, collapse = " ")
        copy <- which(duplicated(key) & is.finite(shape[1L, ]))
        if (length(copy) == 0L) return(NULL)
        first <- match(key[copy], key)
        .finding("warning", "scale", sprintf(
            "%s of %s is that of %s times %.4g", mark, colnames(signal)[copy],
            colnames(signal)[first], total[copy] / total[first]),
            "Are they one sample from two sources?")
    })
    do.call(rbind, found)
}

.knownMarks <- c(
    "H2A.Z", "H3K4me1", "H3K4me2", "H3K4me3", "H3K9ac", "H3K9me1", "H3K9me2",
    "H3K9me3", "H3K27ac", "H3K27me3", "H3K36me3", "H3K79me2", "H4K20me1")

.controlNames <- "^(input|igg|igm|control|ctrl|wce|mock|background|dnase?input)"

.findControl <- function(signal) {
    controls <- grep(.controlNames, marks(signal), TRUE, value = TRUE)
    if (length(controls) == 0L) return(NULL)
    .finding("warning", "control", sprintf(
        "%s among the marks looks like a control", controls), sprintf(
        "Use it with normalizeSignal(control = \"%s\"), or leave it out with
         marks(signal) <- setdiff(marks(signal), \"%s\").", controls[1L],
        controls[1L]))
}

# The bins of one gene are no more than a small part of a real mark's signal.
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
            "Look at this value; a model reads little else.")
    })
}

# Peaks cover runs of bins, and a bin is under one or not; reads are shorter
# than that and more.
.findPeaks <- function(signal) {
    .eachMark(signal, function(values, mark, cellType) {
        runs <- rle(as.vector(t(values != 0)))
        covered <- runs$lengths[runs$values]
        if (length(covered) < .fewGenes || max(values) > 2 ||
            any(values != round(values)) || mean(covered) < 4) {
            return(NULL)
        }
        .finding("warning", "peaks", sprintf(
            "%s of %s is 0, 1 or 2, in runs of %.0f bins on average: it looks
             like peak calls", mark, cellType, mean(covered)),
            "Count the aligned reads instead, or summarise a signal track.")
    })
}

# A name that is nearly a known one, but is none itself.
.findMarkNames <- function(signal) {
    odd <- setdiff(marks(signal), .knownMarks)
    found <- lapply(odd, function(mark) {
        away <- utils::adist(mark, .knownMarks, ignore.case = TRUE)[1L, ]
        if (min(away) > 1L) return(NULL)
        near <- .knownMarks[which.min(away)]
        .finding("note", "marks", sprintf(
            "%s is not the name of a known mark; %s is", mark, near),
            "Name marks in all signals and models alike.")
    })
    do.call(rbind, found)
}

# ---- what marks do ------------------------------------------------------------

.fewGenes <- 30L

# Mean near the TSS (1 kb each way) over that of the rest.
.peakRatio <- function(values, offsets, width) {
    near <- abs(offsets + width / 2) <= 1000
    if (!any(near) || all(near)) return(NA_real_)
    mean(values[, near]) / mean(values[, !near])
}

# Where it lies instead tells a shifted TSS from swapped marks.
.findShift <- function(signal) {
    if (nrow(signal) < .fewGenes) return(NULL)
    centres <- binOffsets(signal) + binWidth(signal) / 2
    .eachMark(signal, function(values, mark, cellType) {
        ratio <- .peakRatio(values, binOffsets(signal), binWidth(signal))
        if (is.na(ratio) || ratio > 2) return(NULL)
        highest <- centres[which.max(colMeans(values))]
        .finding("warning", "tss", sprintf(
            "%s of %s is not highest at the TSS: the mean within 1 kb is %.2f
             times that farther away; it is highest at %+.0f bp", mark, cellType,
            ratio, highest),
            "Were windows or gene ends taken for the TSS (tssWindows() keeps
             that of windows), or are the marks in another order?")
    }, c("H3K4me3", "H3K9ac", "H3K27ac"))
}

# With expression, else with the label.
.outcome <- function(signal, cellType) {
    name <- intersect(c("expression", "label"), assayNames(signal))
    if (length(name) > 0L) as.matrix(assay(signal, name[1L]))[, cellType]
}

.expectedSign <- c(H3K27me3 = -1, H3K9me3 = -1, H3K4me3 = 1, H3K36me3 = 1)

.findDirection <- function(signal) {
    .eachMark(signal, function(values, mark, cellType) {
        outcome <- .outcome(signal, cellType)
        known <- !is.na(outcome)
        if (sum(known) < .fewGenes) return(NULL)
        rho <- suppressWarnings(stats::cor(
            rowMeans(values)[known], outcome[known], method = "spearman"))
        limit <- max(0.1, 3 / sqrt(sum(known)))
        if (is.na(rho) || rho * .expectedSign[[mark]] > -limit) return(NULL)
        .finding("warning", "marks", sprintf(
            "%s of %s %s with expression (Spearman correlation %.2f)", mark,
            cellType, if (rho > 0) "rises" else "falls", rho),
            "Look at the order of the marks, and at the genes' ids.")
    }, names(.expectedSign))
}

# How much more signal lies after the TSS than before it, as a t value over the
# genes of a strand.
.downstream <- function(values, offsets, genes) {
    side <- values %*% (2 * (offsets >= 0) - 1)
    side <- side[genes & rowSums(values) > 0]
    if (length(side) < .fewGenes || stats::sd(side) == 0) return(0)
    mean(side) / stats::sd(side) * sqrt(length(side))
}

# H3K36me3 lies in the gene's body. Where it lies after the TSS on the plus
# strand and before it on the minus strand, the bins are not flipped.
.findStrand <- function(signal) {
    if (!is(rowRanges(signal), "GenomicRanges")) return(NULL)
    orient <- signal@bins$orient
    if (identical(orient, "genome")) {
        return(.finding(
            "note", "strand", "the bins of minus-strand genes run along the
            chromosome, from 3' to 5', as in the published tables",
            "Models for new data do better with orient = \"transcript\"."))
    }
    minus <- as.vector(strand(signal)) == "-"
    offsets <- binOffsets(signal)
    .eachMark(signal, function(values, mark, cellType) {
        plus <- .downstream(values, offsets, !minus)
        if (plus < 3 || .downstream(values, offsets, minus) > -3) return(NULL)
        .finding("warning", "strand", sprintf(
            "H3K36me3 of %s lies after the TSS on the plus strand, and before
             it on the minus strand: the bins look unflipped", cellType),
            "Make the windows with orient = \"transcript\".")
    }, "H3K36me3")
}

# ---- the genes ------------------------------------------------------------------

.findGeneIds <- function(signal) {
    ids <- rownames(signal)
    plain <- .withoutVersion(ids)
    rbind(.duplicateFinding(ids, "ids"),
          if (!anyDuplicated(ids)) {
              .duplicateFinding(plain, "ids without their versions")
          },
          if (any(grepl("^ENS.*[.][0-9]+$", ids))) {
              .finding("note", "genes", "the ids carry Ensembl versions",
                       "addExpression() matches them without.")
          })
}

.duplicateFinding <- function(ids, what) {
    twice <- unique(ids[duplicated(ids)])
    if (length(twice) == 0L) return(NULL)
    .finding("warning", "genes", sprintf(
        "%d of the %s come several times: %s", length(twice), what,
        .some(twice)), "Keep one line a gene, so that no gene is in two parts
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
        "%d genes share their TSS with another: %s", length(twice),
        .some(twice)), "They have the same signal; keep them in one part of a
        split.")
}

.signalChecks <- list(
    .findChromosomes, .findGenome, .findIndex, .findPairs, .findEmpty,
    .findOutliers, .findMultiples, .findCopies, .findDepth, .findPeaks,
    .findControl, .findMarkNames, .findShift, .findDirection, .findStrand,
    .findGeneIds, .findSharedTss)
