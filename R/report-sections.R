# The sections of a report, but for attention (R/report-attention.R) and methods
# (R/report-methods.R). `about` is of .reported().

# ---- summary -----------------------------------------------------------------

.reportSummary <- function(about) {
    evaluation <- as.data.frame(about$evaluation)
    measure <- .measuresOf(evaluation)[1L]
    c("# Summary", "",
      .scoreItems(evaluation, measure),
      .comparisonItems(evaluation, 4L),
      paste0("* Seen in training: ", .seenInWords(about$evaluation), "."),
      .findingsItem(about), .sharedItem(about), .unlikeItem(about),
      if (!all(colnames(about$test) %in% about$cellTypes)) {
          sprintf("* Figures show %s; tables have all %d cell types.",
                  .listed(about$cellTypes), ncol(about$test))
      }, "")
}

.scoreItems <- function(evaluation, measure, most = 4L) {
    title <- .measureTitle(measure)
    if (nrow(evaluation) > most) {
        values <- evaluation[[measure]]
        return(sprintf("* **%s: mean %s, from %s to %s in %d cell types.**",
                       title, .decimals(mean(values)), .decimals(min(values)),
                       .decimals(max(values)), nrow(evaluation)))
    }
    sprintf("* **%s in %s: %s**, on %s with 95%% interval.", title,
            evaluation$cellType, .measured(evaluation, measure),
            .nGenes(evaluation$genes))
}

.findingsItem <- function(about) {
    found <- about$findings
    if (is.null(about$signal) || inherits(found, "error")) return(NULL)
    counts <- table(factor(found$severity, c("error", "warning", "note")))
    if (sum(counts) == 0L) return("* Checks of the signal found no problems.")
    counts <- counts[counts > 0L]
    sprintf("* Checks of the signal: %s.", .listed(sprintf(
        "%d %s%s", counts, names(counts), ifelse(counts == 1L, "", "s"))))
}

.sharedItem <- function(about) {
    check <- about$split
    if (is.null(check) || inherits(check, "error")) return(NULL)
    shared <- check$shared
    with <- shared[shared$second == "test" & shared$first == "train" &
                       shared$pairs %in% setdiff(shared$pairs, c(0, NA)), ]
    if (NROW(with) == 0L) {
        return("* Test and training genes share nothing that is known.")
    }
    sprintf("* Of the test genes, %s with training genes.", paste(sprintf(
        "%.1f%% share: %s", 100 * with$secondShare, .sharedTitles[with$kind]),
        collapse = "; "))
}

.unlikeItem <- function(about) {
    if (!is.data.frame(about$unlike)) return(NULL)
    far <- about$unlike[about$unlike$unlike, ]
    if (nrow(far) == 0L) return("* The signal is like the training signal.")
    sprintf("* **The signal is unlike the training signal** in %s.",
            .some(far$cellType))
}

# ---- evaluation --------------------------------------------------------------

.reportEvaluation <- function(about) {
    evaluation <- as.data.frame(about$evaluation)
    figures <- if (about$panel) .panelFigures(about)
               else if (.areClasses(evaluation)) .classFigures(about)
               else .numberFigure(about)
    c("# Evaluation", "", .baselineTables(evaluation), figures)
}

# The model beside its baselines, in each cell type; if these are many, in one
# row each.
.baselineTables <- function(evaluation, most = 4L) {
    if (nrow(evaluation) > most) return(c(.shortBaselines(evaluation), ""))
    unlist(lapply(seq_len(nrow(evaluation)), function(i) {
        row <- evaluation[i, ]
        measures <- .measuresOf(row)
        shown <- .shownBaselines(row)
        # A column for each model, as intervals need its width.
        cells <- cbind(
            c(.capital(.measureTitle(measures)),
              paste("Difference in", .measureTitle(measures[1L]))),
            c(.allMeasured(row, measures), "-"),
            vapply(shown, function(prefix) {
                difference <- paste0(prefix, c("Difference", "DifferenceLower",
                                               "DifferenceUpper"))
                c(.decimals(unlist(row[.prefixed(prefix, measures)])),
                  do.call(.withInterval, unname(as.list(row[difference]))))
            }, character(length(measures) + 1L)))
        c(sprintf("In %s, %s:", row$cellType, .nGenes(row$genes)), "",
          .markdownTable(cells, c("", "The model", names(shown))), "")
    }))
}

.allMeasured <- function(row, measures) {
    vapply(measures, function(measure) .measured(row, measure), "",
           USE.NAMES = FALSE)
}

.shortBaselines <- function(evaluation) {
    measure <- .measuresOf(evaluation)[1L]
    title <- .measureTitle(measure)
    best <- evaluation[[.prefixed("baseline", measure)]]
    cells <- cbind(evaluation$cellType, .bigNumber(evaluation$genes),
                   if (.areClasses(evaluation)) .percent(evaluation$high),
                   .measured(evaluation, measure), evaluation$baseline %||% "-",
                   .decimals(best %||% NA),
                   .measured(evaluation, "baselineDifference"))
    .markdownTable(cells, c("Cell type", "Genes",
                            if (.areClasses(evaluation)) "High", title,
                            "Best baseline", paste("Its", title),
                            "Difference"))
}

.reportedModels <- function(about) {
    c(list(model = about$object), about$baselines)
}

.classFigures <- function(about) {
    models <- .reportedModels(about)
    rows <- about$evaluation[about$evaluation$cellType %in% about$cellTypes, ]
    values <- function(measure) {
        paste(.measureTitle(measure), paste(
            .measured(rows, measure), "in", rows$cellType, collapse = ", "))
    }
    also <- if (length(about$baselines) > 0L) {
        sprintf(" The other lines are baselines: %s.",
                .listed(names(about$baselines)))
    }
    draw <- function(plot, models, ...) {
        plot(models, about$test, about$cellTypes, threads = about$threads, ...)
    }
    wide <- min(7, 4.6 * length(about$cellTypes))
    c(.reportFigure(about, "ROC curve", draw(plotROC, models), function(data) {
          paste0("ROC curves: true against false positive rate. ",
                 values("auroc"), " for the model.", also)
      }, width = wide),
      .reportFigure(about, "Precision and recall", draw(plotPR, models),
                    function(data) {
          paste0("Precision against recall. ", values("auprc"),
                 " for the model; the share of high genes is ",
                 .listed(.percent(rows$high)), ".", also)
      }, width = wide),
      .reportFigure(about, "Calibration", draw(plotCalibration, about$object),
                    function(data) {
          paste0("Share of high genes by predicted probability, with the ",
                 "diagonal of a calibrated model. ",
                 .capital(values("slope")), "; ", values("ece"), ".")
      }, width = wide))
}

.numberFigure <- function(about) {
    rows <- about$evaluation[about$evaluation$cellType %in% about$cellTypes, ]
    .reportFigure(about, "Measured and predicted", .plotMeasured(about),
                  function(data) {
        paste0("Numbers of genes by predicted and measured number, with the ",
               "line where both are equal. Pearson's r ", paste(
                   .measured(rows, "pearson"), "in", rows$cellType,
                   collapse = ", "), ".")
    }, width = min(7, 4.6 * length(about$cellTypes)))
}

# Counts of genes, as points of all would make a large file.
.plotMeasured <- function(about) {
    target <- .targetOf(about$object)
    test <- about$test[, about$cellTypes]
    measured <- .measuredValues(target, test)
    predicted <- stats::predict(about$object, test, threads = about$threads)
    data <- data.frame(cellType = colnames(test)[col(measured)],
                       measured = as.vector(measured),
                       predicted = as.vector(predicted))
    data <- data[stats::complete.cases(data), ]
    ggplot2::ggplot(data, ggplot2::aes(.data$predicted, .data$measured)) +
        ggplot2::geom_bin2d(bins = 40) +
        ggplot2::geom_abline(linetype = "dashed", colour = "grey40") +
        ggplot2::facet_wrap("cellType") +
        ggplot2::scale_fill_viridis_c("Genes", option = "mako",
                                      direction = -1, begin = 0.2) +
        ggplot2::labs(x = paste("Predicted", .unitOf(target)),
                      y = paste("Measured", .unitOf(target))) +
        .themeChrome() + ggplot2::theme(aspect.ratio = 1)
}

# Of the stored predictions.
.panelFigures <- function(about) {
    measure <- .measuresOf(about$evaluation)[1L]
    title <- .measureTitle(measure)
    height <- 2 + 0.18 * length(about$object)
    .reportFigure(about, paste(title, "by cell type"), plot(about$object),
                  function(data) {
        values <- stats::setNames(data$value, data$cellType)
        ends <- c(which.min(values), which.max(values))
        sprintf(paste("%s on the stored test genes of each of %d cell types,",
                      "from %s; mean %s. The lines are 95%% intervals."),
                title, length(values), paste(
                    .decimals(values[ends]), "in", names(values)[ends],
                    collapse = " to "), .decimals(mean(values)))
    }, height)
}

# ---- training ----------------------------------------------------------------

.reportTraining <- function(about) {
    facts <- about$facts
    alt <- function(data) {
        kept <- data[data$kept, ]
        if (!about$panel) {
            return(paste("Loss and validation score by epoch.",
                         .keptInWords(kept)))
        }
        sprintf(paste("Validation score by epoch, a line for each cell type.",
                      "Kept epochs: %s."), .inRange(kept$epoch))
    }
    c("# Training", "",
      sprintf("Trained on %s genes, %s for validation, in %s.",
              .inRange(facts$genes), .inRange(facts$validationGenes),
              .some(facts$cellTypes, 8L)), "",
      .reportFigure(about, "Course", if (about$panel)
          plot(about$object, "history") else plot(about$object), alt))
}

# Of an ensemble, the range over its members.
.keptInWords <- function(kept) {
    what <- ifelse(startsWith(as.character(kept$panel), "Loss"),
                   paste(kept$set, "loss"), sub("^V", "v", kept$panel))
    values <- tapply(kept$value, factor(what, unique(what)), .inRange,
                     form = .decimals)
    epochs <- sort(unique(kept$epoch))
    sprintf("At the kept epoch%s, %s: %s.",
            if (length(epochs) > 1L) "s" else "", .listed(epochs),
            paste(names(values), values, collapse = ", "))
}

# ---- signal ------------------------------------------------------------------

# The findings in each part of a split; of a panel, which may have many cell
# types, in the test genes alone. NULL if there are none.
.findingsOf <- function(signal, panel) {
    parts <- if (.isSplit(signal) && !panel) unclass(signal)
             else list(test = .partOf(signal, "test", "signal"))
    parts <- Filter(function(part) is(part, "ChromatinSignal"), parts)
    do.call(rbind, lapply(names(parts), function(name) {
        findings <- as.data.frame(checkSignal(parts[[name]]))
        if (nrow(findings) > 0L) cbind(part = name, findings)
    }))
}

.reportSignal <- function(about) {
    if (is.null(about$signal)) {
        return(c("# Signal", "",
                 "No signal was given to check; the evaluation is the stored",
                 "one.", ""))
    }
    c("# Signal", "",
      .reportSection("## Checks", .findingLines(about)),
      .reportSection("## Split and leakage", .splitLines(about$split)),
      .reportSection("## Like the training signal", .unlikeLines(about)))
}

# A line for each finding, with the parts that have it.
.findingLines <- function(about) {
    found <- about$findings
    if (inherits(found, "error")) return(.failed(found))
    of <- if (about$panel) "the test genes" else "the signal"
    if (is.null(found)) return(sprintf("No problems were found in %s.", of))
    text <- sprintf("%s: %s. %s", found$check, sub("[.]$", "", found$finding),
                    found$advice)
    parts <- tapply(found$part, factor(text, unique(text)), .listed)
    sprintf("* %s in %s, %s", .capital(found$severity[!duplicated(text)]),
            parts, names(parts))
}

.splitLines <- function(check) {
    if (is.null(check)) return("Not checked, as `signal` is not a split.")
    if (inherits(check, "error")) return(.failed(check))
    known <- check$shared[!is.na(check$shared$pairs), ]
    cells <- cbind(as.character(.twoParts(known)), .sharedTitles[known$kind],
                   .bigNumber(known$pairs),
                   sprintf("%d (%.1f%%)", known$secondGenes,
                           100 * known$secondShare))
    c(if (nrow(known) > 0L) {
          c(.markdownTable(cells, c("Parts", "What they share", "Pairs",
                                    "Genes of the second")), "")
      }, paste("*", gsub("\\s+", " ", setdiff(.splitAdvice(check), ""))))
}

# The distances, or the condition why there are none; NULL without a signal.
.reportUnlike <- function(object, test, panel) {
    if (is.null(test)) return(NULL)
    tryCatch(do.call(rbind, lapply(colnames(test), function(cellType) {
        model <- if (panel) object[[cellType]] else object
        unlikeTraining(model, test[, cellType])$cellTypes
    })), error = identity)
}

.unlikeLines <- function(about) {
    found <- about$unlike
    if (inherits(found, "error")) return(.failed(found))
    if (is.null(found)) return("Not tested without a signal.")
    cells <- cbind(found$cellType, .decimals(found$distance),
                   .decimals(found$pValue),
                   ifelse(found$unlike, "yes", "no"),
                   sprintf("%s, %+d to %+d bp: %+.1f SD", found$mark,
                           as.integer(found$from), as.integer(found$to),
                           found$difference))
    c("Energy distance from the training genes; 0.02 and more is unlike.", "",
      .markdownTable(cells, c("Cell type", "Distance", "p-value", "Unlike",
                              "Differs most")))
}
