# Whether an explanation is shown to be better than the signal itself: the
# conditions, and what is missing.

.verdictModels <- 3L
.verdictShuffles <- 20L

# Models that differ in nothing but the seed and what comes of it: the name of
# the first of them, for each model.
.seedGroups <- function(models) {
    key <- vapply(models, function(model) {
        paste(c(model@architecture, model@transform, unlist(model@size),
                model@marks, model@training$cellTypes), collapse = " ")
    }, "")
    stats::setNames(names(models)[match(key, key)], names(models))
}

# One row per group of models, cell type and explanation but the signal.
.judgeGroups <- function(table, group, shuffles, margin) {
    table <- table[table$explanation != "signal", ]
    table$group <- group[table$model]
    one <- paste(table$group, table$cellType, table$explanation, sep = "\r")
    parts <- split(table, factor(one, unique(one)))
    rows <- lapply(parts, function(own) {
        .judgeGroup(own, shuffles[[own$group[1L]]], margin)
    })
    do.call(rbind, unname(rows))
}

# `own`: the rows of the table of one explanation, one per model.
.judgeGroup <- function(own, shuffles, margin) {
    passes <- list(
        baseline = own$baselineDifferenceLower > 0,
        signal = own$differenceLower > margin,
        shuffled = own$score > own$shuffledMax + margin)
    passes <- lapply(passes, function(p) p & !is.na(p))
    all <- sum(Reduce(`&`, passes))
    missing <- .whatIsMissing(nrow(own), shuffles, passes, margin)
    worse <- sum(own$differenceUpper < 0, na.rm = TRUE) > nrow(own) / 2
    better <- is.na(missing) && all > nrow(own) / 2
    if (is.na(missing) && !better) {
        missing <- "no majority of the models passes all conditions"
    }
    data.frame(model = own$group[1L], cellType = own$cellType[1L],
               explanation = own$explanation[1L], models = nrow(own),
               shuffles = shuffles, beatsBaseline = sum(passes$baseline),
               beatsSignal = sum(passes$signal),
               beatsShuffled = sum(passes$shuffled), beatsAll = all,
               verdict = if (better) "better" else if (worse) "worse"
                         else "not shown",
               missing = if (better) NA_character_ else missing)
}

.whatIsMissing <- function(models, shuffles, passes, margin) {
    few <- vapply(passes, sum, 0L) <= models / 2
    of <- function(name) sprintf("%d of %d", sum(passes[[name]]), models)
    missing <- c(
        if (models < .verdictModels)
            sprintf("models of %d seeds (there %s %d)", .verdictModels,
                    if (models == 1L) "is" else "are", models),
        if (shuffles < .verdictShuffles)
            sprintf("%d models with shuffled labels (there are %d)",
                    .verdictShuffles, shuffles),
        if (few[["baseline"]])
            sprintf("models that beat their best baseline (%s)",
                    of("baseline")),
        if (few[["signal"]])
            sprintf("a score above the signal's by %g, interval included (%s)",
                    margin, of("signal")),
        if (shuffles > 0L && few[["shuffled"]])
            sprintf("a score above all shuffled labels' by %g (%s)", margin,
                    of("shuffled")))
    if (length(missing) == 0L) NA_character_
    else paste(missing, collapse = "; ")
}

# ---- as text -----------------------------------------------------------------

.verdictLines <- function(verdicts) {
    titles <- .explanationTitles(verdicts$explanation)
    shown <- verdicts$verdict == "better"
    lines <- sprintf("%s explains better than the signal itself.",
                     .capital(titles[shown]))
    worse <- verdicts$verdict == "worse"
    lines <- c(lines, sprintf("%s explains WORSE than the signal itself.",
                              .capital(titles[worse])))
    rest <- verdicts[verdicts$verdict == "not shown", ]
    if (nrow(rest) == 0L) return(lines)
    by <- split(.explanationTitles(rest$explanation),
                factor(rest$missing, unique(rest$missing)))
    c(lines, sprintf("Not shown to be better than the signal: %s. Missing: %s.",
                     vapply(by, paste, "", collapse = ", "), names(by)))
}

.capital <- function(x) {
    paste0(toupper(substr(x, 1L, 1L)), substring(x, 2L))
}

# ---- what alpha is not -------------------------------------------------------

# Whether alpha weighs the states of an LSTM over the bins.
.attendsToStates <- function(model) {
    stages <- .modelStages(model)
    attends <- .describeAttention(.architectures[[model@architecture]])
    attends != "none" &&
        any(vapply(stages, function(s) s$layer == "lstm", NA))
}

.stateNote <- paste(
    "Alpha weighs the states of a bidirectional LSTM. Each state has seen all",
    "bins, so alpha is not the importance of a bin.")
