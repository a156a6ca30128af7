# The methods text of a report: paragraphs with citations by key, ready to
# paste. `about` is of .reported().

.methodsLines <- function(about) {
    facts <- about$facts
    c("## Text", "", .methodsData(facts), "", .methodsModel(facts), "",
      .methodsEvaluation(about), "")
}

.methodsData <- function(facts) {
    offsets <- facts$bins$offsets
    sprintf(paste("The signal of the histone marks %s in %s was summarised in",
                  "%d bins of %g bp from %+d to %+d bp around the",
                  "transcription start site (TSS) of each gene (%s). The",
                  "network read it %s."),
            .listed(facts$marks), .some(facts$cellTypes, 6L), length(offsets),
            facts$bins$width, as.integer(offsets[1L]),
            as.integer(utils::tail(offsets, 1L) + facts$bins$width),
            .preprocessingInWords(facts$preprocessing),
            if (all(facts$transform == "none")) "untransformed"
            else paste("as", .some(facts$transform, 2L)))
}

.methodsModel <- function(facts) {
    c(sprintf(paste(
          "We trained %s with the R package AttentiveChrome, version %s",
          "[@attentivechrome], to predict %s, on %s genes%s, with %s genes%s",
          "for validation. The architecture is %s."),
          .modelsInWords(facts), facts$version,
          .describeTarget(facts$target), .inRange(facts$genes),
          .onChromosomes(facts, "training"), .inRange(facts$validationGenes),
          .onChromosomes(facts, "validation"),
          .architectureSource(facts$architecture)),
      .trainingInWords(facts$training, facts$seed),
      .calibrationSentence(facts$calibrated))
}

.modelsInWords <- function(facts) {
    one <- if (facts$members == 1L) "a network"
           else sprintf(paste("an ensemble of %d networks of different seeds",
                              "[@lakshminarayanan2017]"), facts$members)
    one <- sprintf("%s of the architecture `%s`", one, facts$architecture)
    if (facts$models == 1L) return(one)
    sprintf("%s for each of %d cell types", one, facts$models)
}

.onChromosomes <- function(facts, role) {
    own <- facts$chromosomes[[role]]
    if (is.null(own)) return("")
    sprintf(" (on %s)", .listed(.byNumber(own), 30L))
}

.trainingInWords <- function(training, seed) {
    if (is.null(training$learningRate)) {
        return("The settings of the training are not known.")
    }
    schedule <- switch(training$schedule %||% "constant",
                       oneCycle = ", a one-cycle schedule [@smith2019]",
                       cosine = ", a cosine schedule", "")
    kept <- c(loss = "epoch with the lowest validation loss",
              auroc = "epoch with the highest validation AUROC",
              pearson = "epoch with the highest validation correlation",
              last = "last epoch")
    decay <- training$weightDecay %||% 0
    optimiser <- if (decay > 0) {
        sprintf("AdamW [@loshchilov2019] with a weight decay of %g and", decay)
    } else {
        "Adam [@kingma2015] with"
    }
    sprintf(paste("Training used %s a learning rate of %g%s, batches of %s and",
                  "%g epochs; the %s was kept. %s."), optimiser,
            training$learningRate, schedule, .nGenes(training$batchSize),
            training$epochs, kept[[training$keep %||% "last"]],
            if (is.null(seed)) "The seed is not known"
            else paste(if (length(seed) == 1L) "Seed:" else "Seeds:",
                       .some(seed, 10L)))
}

.calibrationSentence <- function(method) {
    how <- c(temperature = "temperature scaling [@guo2017]",
             platt = "Platt scaling [@platt1999]")
    used <- how[intersect(names(how), method)]
    if (length(used) == 0L) return(NULL)
    sprintf(paste("Probabilities were calibrated by %s on the validation",
                  "genes."), paste(used, collapse = " or "))
}

.methodsEvaluation <- function(about) {
    evaluation <- as.data.frame(about$evaluation)
    measures <- .measureTitle(.measuresOf(evaluation))
    baselines <- setdiff(unique(unlist(lapply(
        seq_len(nrow(evaluation)), function(i) {
            names(.shownBaselines(evaluation[i, ]))
        }))), "reference")
    paste0("Performance was measured on ", .inRange(evaluation$genes),
           " test genes by ", .listed(measures), " in each cell type. Seen in ",
           "training: ", .seenInWords(about$evaluation), ". ",
           "Intervals: ", .intervalsInWords(about$evaluation), ". ",
           if (length(baselines) > 0L) {
               sprintf("Baselines were %s. Differences from them are %s.",
                       .listed(vapply(baselines, .baselineInWords, "",
                                      about$facts$target)),
                       .differencesInWords(about$evaluation))
           })
}

.baselineInWords <- function(name, target) {
    if (!name %in% names(.baselines)) return(name)
    sprintf("`%s` (%s)", name, .baselineTitle(name, target))
}
