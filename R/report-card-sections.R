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
    c(.item("Architecture", facts$architecture, ". ",
            .architectureTitle(facts$architecture), "."),
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
      .item("Method", if (facts$architecture == "deepchrome")
                "DeepChrome [@singh2016]" else "after [@singh2017]"))
}

.architectureTitle <- function(name) {
    listed <- listArchitectures()
    title <- listed$description[listed$architecture == name]
    if (length(title) == 1L) title else name
}

.cardUse <- function(facts) {
    c(.item("Primary use", "to predict the expression of genes from the ",
            "histone marks around their transcription start sites, and to ",
            "show which bins and marks the prediction rests on, in research"),
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

.cardMetrics <- function(groups) {
    if (nrow(groups) == 0L) return("Nothing was evaluated.")
    clusters <- stats::na.omit(groups$chromosomes)
    c(.item("Measures", .listed(.measureTitle(.measuresOf(groups)))),
      .item("Threshold", "measures of classes call a gene high from a ",
            "probability of 0.5 on"),
      .item("Intervals", "95%, over the choice of the evaluated ",
            if (length(clusters) > 0L) "chromosomes [@obuchowski1997]"
            else "genes [@delong1988]",
            "; they do not include the variation between trainings"))
}

.cardEvaluationData <- function(signal, groups, evaluation) {
    rows <- groups[groups$factor == "cell type", ]
    if (nrow(rows) == 0L) {
        return(paste("None was given. The validation genes, which chose the",
                     "epoch, are not independent."))
    }
    c(.item("Genes", .inRange(rows$genes), " with a label in ",
            if (nrow(rows) > 1L) "each of ", .some(rows$group, 6L)),
      if ("high" %in% names(rows)) {
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
      .item("High", if (all(is.na(facts$high %||% NA))) "unknown"
            else .inRange(facts$high, .percent), " of the training genes"),
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

.cardResults <- function(model, groups, evaluation) {
    if (nrow(groups) == 0L) {
        return(c("On the genes that trained and validated the model:", "",
                 .glanceTable(model)))
    }
    tables <- split(groups, factor(groups$factor, unique(groups$factor)))
    lines <- .comparisonLines(evaluation)
    c(unlist(lapply(unname(tables), function(rows) {
        c(.groupTable(rows), "")
    })),
      paste("*", utils::head(lines, 6L)),
      if (length(lines) > 6L) sprintf("* and %d more comparisons",
                                      length(lines) - 6L))
}

# What the training left of the losses of a model.
.glanceTable <- function(model) {
    row <- glance(model)
    kept <- intersect(c("loss", "validationLoss", "validationAuroc"),
                      names(row))
    titles <- c(loss = "Training loss", validationLoss = "Validation loss",
                validationAuroc = "Validation AUROC")
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
