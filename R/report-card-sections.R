# The sections of a model card, as lines of Markdown. `facts` are of .factsOf().

.cardTitle <- function(facts) {
    what <- if (facts$models > 1L) sprintf("%d models", facts$models)
            else if (facts$members > 1L) sprintf("ensemble of %d",
                                                 facts$members)
            else "one model"
    sprintf("%s (%s), %s", facts$architecture, what,
            .some(facts$cellTypes, 4L))
}

.item <- function(name, ...) sprintf("* **%s**: %s", name, paste0(...))

.cardDetails <- function(facts) {
    training <- facts$training
    settings <- c("epochs", "batchSize", "learningRate", "schedule",
                  "weightDecay", "clip", "keep", "markDropout", "precision")
    settings <- Filter(function(x) length(x) == 1L, training[settings])
    c("The headings are those of model cards [@mitchell2019].", "",
      .item("Architecture", facts$architecture, ". ",
            .capital(.architectureTitle(facts$architecture)), "."),
      .item("Target", .describeTarget(facts$target)),
      .item("Sizes", paste(names(facts$size), facts$size, collapse = ", ")),
      .item("Parameters", .inRange(facts$parameters),
            if (facts$members > 1L) paste0(", in ", facts$members, " members")),
      .item("Training settings", if (length(settings) == 0L) "unknown"
            else paste(names(settings), vapply(settings, format, ""),
                       collapse = ", ")),
      .item("Seed", if (is.null(facts$seed)) "unknown"
            else .some(facts$seed, 10L)),
      .item("Calibration", paste(.some(facts$calibration, 3L),
                                 collapse = "; ")),
      .item("Software", "AttentiveChrome ", facts$version,
            ", an R package under the MIT licence"),
      .item("Method", .architectureSource(facts$architecture)))
}

.architectureTitle <- function(name) {
    listed <- listArchitectures()
    title <- listed$description[listed$architecture == name]
    if (length(title) == 1L) title else name
}

.cardUse <- function(facts) {
    what <- if (.isDifference(facts$target)) "the change of expression "
            else "the expression "
    c(.item("Primary use", "to predict ", what, "of genes from the histone ",
            "marks around their transcription start sites, and to show ",
            "which bins and marks the prediction rests on, in research"),
      .item("Input", length(facts$marks), " marks (", .listed(facts$marks),
            ") in ", length(facts$bins$offsets), " bins of ",
            facts$bins$width, " bp, ",
            .preprocessingInWords(facts$preprocessing)),
      .item("Out of scope", "clinical decisions; claims about what causes ",
            "expression; signal that was counted, normalised or aligned ",
            "differently"))
}

.cardFactors <- function(groups) {
    evaluated <- unique(groups$factor)
    c(.item("Relevant", "cell type, chromosome, sequencing depth and quality ",
            "of each mark, selection of genes"),
      .item("Evaluated", if (length(evaluated) == 0L) "none"
            else .listed(evaluated)))
}

.cardMetrics <- function(groups, evaluation) {
    if (nrow(groups) == 0L) return("Nothing was evaluated.")
    c(.item("Measures", .listed(.measureTitle(.measuresOf(groups)))),
      if (.areClasses(groups)) {
          .item("Threshold", "accuracy and F1 call a gene high above a ",
                "probability of 0.5")
      },
      .item("Intervals", .intervalsInWords(evaluation)),
      if (.areClasses(groups) && any(groups$factor == "chromosome")) {
          .item("Intervals of single chromosomes", "of the AUROC alone, ",
                "DeLong's on the logit scale [@delong1988]")
      },
      .item("Differences from baselines", .differencesInWords(evaluation)))
}

# What the intervals are, by what was drawn (R/eval-intervals.R,
# R/eval-numbers.R).
.intervalsInWords <- function(evaluation) {
    rows <- as.data.frame(evaluation)
    if (is.null(rows$chromosomes)) return("none were kept")
    clustered <- !is.na(rows$chromosomes)
    drawn <- if (all(clustered)) "whole chromosomes"
             else if (!any(clustered)) "genes"
             else sprintf(paste("whole chromosomes in %d of %d cell types and",
                                "genes in the others"), sum(clustered),
                          nrow(rows))
    of <- if (.areClasses(rows)) .aurocIntervals(clustered) else "they are"
    paste0("95%, over the choice of the evaluated genes, without the variation",
           " between trainings; ", of, " t intervals from a bootstrap of ",
           drawn)
}

.aurocIntervals <- function(clustered) {
    kinds <- c("Obuchowski's of chromosomes [@obuchowski1997]",
               "DeLong's of genes [@delong1988]")
    used <- kinds[c(any(clustered), !all(clustered))]
    paste0("of the AUROC, on the logit scale, ", paste(used, collapse = " or "),
           "; of the others,")
}

.differencesInWords <- function(evaluation) {
    if (.areClasses(evaluation)) {
        return(paste("in AUROC, with DeLong's 95% interval for paired",
                     "predictions of the same genes [@delong1988]"))
    }
    paste("in Pearson's r, with 95% intervals from the same bootstrap of both",
          "predictions")
}

.cardEvaluationData <- function(signal, groups, evaluation) {
    rows <- groups[groups$factor == "cell type", ]
    if (nrow(rows) == 0L) {
        return(paste("None was given. The validation genes, which chose the",
                     "epoch, are not independent."))
    }
    c(.item("Genes", .inRange(rows$genes), if (.areClasses(rows))
                " with a label in " else " with a measured number in ",
            if (nrow(rows) > 1L) "each of ", .some(rows$group, 6L)),
      if (.areClasses(rows)) {
          .item("High", .inRange(rows$high, .percent), " of the genes")
      },
      .item("Chromosomes", .evaluationChromosomes(signal)),
      .item("Split", .splitInWords(signal)),
      .item("Seen in training", .seenInWords(evaluation)))
}

.evaluationChromosomes <- function(signal) {
    if (is.null(signal)) return("not kept")
    names <- unique(stats::na.omit(.genePlaces(signal)$chromosome))
    if (length(names) == 0L) "unknown" else .listed(.byNumber(names), 30L)
}

.splitInWords <- function(signal) {
    split <- if (!is.null(signal)) metadata(signal)$split
    if (is.null(split)) return("unknown; see the chromosomes and genes")
    paste0("part \"", split$part, "\" of a split by ", split$by,
           if (!is.null(split$seed)) paste0(", seed ", split$seed))
}

.seenInWords <- function(evaluation) {
    lines <- .seenLines(attr(evaluation, "seen"))
    if (length(lines) > 0L) return(paste(lines, collapse = "; "))
    if (is.null(attr(evaluation, "seen"))) "not recorded"
    else "none of these genes"
}

.cardTrainingData <- function(facts) {
    chromosomes <- facts$chromosomes
    c(.item("Genes", .inRange(facts$genes), " for training, ",
            .inRange(facts$validationGenes), " for validation, in ",
            .some(facts$cellTypes, 8L)),
      if (.isClass(facts$target)) {
          .item("High", if (all(is.na(facts$high %||% NA))) "unknown share"
                else .inRange(facts$high, .percent), " of the training genes")
      },
      vapply(names(chromosomes), function(role) {
          .item(paste("Chromosomes for", role),
                .listed(.byNumber(chromosomes[[role]]), 30L))
      }, "", USE.NAMES = FALSE),
      .item("Preprocessing", .preprocessingInWords(facts$preprocessing),
            "; transform: ", .some(facts$transform, 2L)),
      .item("Digest", if (all(is.na(facts$digest)))
                "none, as the model does not know its training genes"
            else paste0("`", .digestOfAll(facts$digest), "`")))
}

# Of a panel, the digest of all its digests.
.digestOfAll <- function(digests) {
    if (length(digests) == 1L) digests else .digest(digests)
}

.cardResults <- function(model, groups, evaluation, omitted) {
    if (nrow(groups) == 0L) {
        return(c("On the genes that trained and validated the model:", "",
                 .glanceTable(model)))
    }
    tables <- split(groups, factor(groups$factor, unique(groups$factor)))
    c(unlist(lapply(unname(tables), function(rows) {
        c(.groupTable(rows), "")
    })),
      if (length(omitted) > 0L) {
          c(paste0("Chromosomes that are not shown: ",
                   paste(omitted, collapse = "; "), "."), "")
      },
      .comparisonItems(evaluation))
}

# Clear differences come first, as some may be left out.
.comparisonItems <- function(evaluation, most = 6L) {
    lines <- .comparisonLines(evaluation)
    lines <- lines[order(!grepl(": The model is ", lines, fixed = TRUE))]
    c(paste("*", utils::head(lines, most)),
      if (length(lines) > most) sprintf("* and %d more comparisons",
                                        length(lines) - most))
}

# What the training left of the losses of a model.
.glanceTable <- function(model) {
    row <- glance(model)
    titles <- c(loss = "Training loss", validationLoss = "Validation loss",
                validationAuroc = "Validation AUROC",
                validationPearson = "Validation Pearson")
    kept <- intersect(names(titles), names(row))
    .markdownTable(t(.decimals(unlist(row[kept]))), titles[kept])
}

.cardEthics <- function() {
    c("The model holds its weights, the ids and positions of its training",
      "genes and summaries of their signal. It holds no reads or genotypes.",
      "Signal of patients may be protected even so: ask before you share a",
      "model of it. Predictions are about genes in samples, not about persons.")
}

.cardCaveats <- function(facts, groups) {
    c(.item("Baselines", "simple models often predict as well; read the ",
            "differences above before you prefer this one"),
      .item("Other data", "the model knows the cell types and the ",
            "preprocessing above; `unlikeTraining()` tells whether new signal ",
            "is like its training signal"),
      .item("Explanations", "attention and attributions describe the model, ",
            "not the regulation of the gene"),
      if (facts$members == 1L) {
          .item("Seeds", "one fit; another seed may attend elsewhere, and an ",
                "ensemble shows where (`attentiveChrome(members = 5)`)")
      },
      if (identical(facts$bins$orient, "genome")) {
          .item("Orientation", "the bins of genes on the minus strand run ",
                "from 3' to 5'")
      },
      if (nrow(groups) == 0L) {
          .item("Evaluation", "there is none; do not rely on the model before ",
                "`evaluate()` on genes that it has not seen")
      })
}
