#' Model card
#'
#' Describes a model in the form that Mitchell et al. (2019) propose: what it
#' is, what it is for, what it was trained and evaluated on, how well it does in
#' groups of genes, and where its limits are. All of it comes from what the
#' model carries, which [saveRDS()] keeps, and from the evaluation on `signal`.
#'
#' The digest identifies the training data. It is of the training and validation
#' genes and of the summaries of their signal that the model keeps, and differs
#' if any of them does; models with different seeds have the same.
#'
#' Intended use, ethical considerations and caveats have general sentences that
#' hold for all models of this package. Add yours with `notes`: who made the
#' model, why, and what it must not be used for.
#'
#' @param model A model or an ensemble ([attentiveChrome()]), or a panel
#'   ([trainCellTypes()]).
#' @param signal A signal ([chromatinSignal()]) with labels and the marks and
#'   bins of the model, or a split ([splitGenes()]), whose test genes are used;
#'   `NULL` for a card without an evaluation or, of a panel, with the stored
#'   evaluation of its test genes.
#' @param notes Named list of sentences to add, by the heading of the section,
#'   such as `list("Intended use" = "Made for a course.")`.
#' @param evaluation The result of [evaluate()][evaluate.AttentiveChromeModel]
#'   on `signal`, if there is one already.
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @param x A model card.
#' @param row.names,optional,... Not used.
#' @return A character vector of class `modelCard`, with the lines of a Markdown
#'   document; `writeLines()` writes it to a file. `as.data.frame()` returns the
#'   measures behind it as one row per group: `factor` (`"cell type"` or
#'   `"chromosome"`), `group`, and the columns of
#'   [evaluate()][evaluate.AttentiveChromeModel]. Chromosomes are those with at
#'   least ten genes, and only their AUROC has an interval; the card names the
#'   others. It has no rows without an evaluation.
#' @references Mitchell et al. (2019), Model cards for model reporting,
#'   <https://doi.org/10.1145/3287560.3287596>.
#' @seealso [evaluate()][evaluate.AttentiveChromeModel]
#' @export
#' @examples
#' parts <- splitGenes(roadmapGenes[1:150, "E123"])
#' model <- attentiveChrome(parts, epochs = 2, filters = 4, context = 4,
#'     seed = 1)
#' card <- modelCard(model, parts,
#'     notes = list("Intended use" = "An example of the help page."))
#' card
#' as.data.frame(card)[, c("factor", "group", "genes", "auroc")]
#' writeLines(card, tempfile(fileext = ".md"))
modelCard <- function(model, signal = NULL, notes = list(),
                      evaluation = NULL, threads = NULL) {
    if (!is(model, "AttentiveChromePanel")) .checkModel(model)
    card <- .makeCard(model, signal, notes, evaluation, threads)
    cited <- .citedKeys(card$lines)
    structure(.withCitations(c(paste("# Model card:", card$title), "",
                               card$lines, "## References", "",
                               paste("*", .referenceLines(cited)))),
              class = "modelCard", groups = card$groups)
}

# `lines`: Markdown with citations by key.
.makeCard <- function(model, signal, notes, evaluation, threads,
                      facts = .factsOf(model)) {
    notes <- .checkNotes(notes)
    signal <- .partOf(signal, "test", "signal")
    if (is.null(evaluation)) evaluation <- .cardEvaluation(model, signal,
                                                           threads)
    found <- .cardGroups(model, signal, evaluation, threads)
    groups <- found$rows
    sections <- list(
        "Model details" = .cardDetails(facts),
        "Intended use" = .cardUse(facts), "Factors" = .cardFactors(groups),
        "Metrics" = .cardMetrics(groups, evaluation),
        "Evaluation data" = .cardEvaluationData(signal, groups, evaluation),
        "Training data" = .cardTrainingData(facts),
        "Quantitative analyses" = .cardResults(model, groups, evaluation,
                                               found$omitted),
        "Ethical considerations" = .cardEthics(),
        "Caveats and recommendations" = .cardCaveats(facts, groups))
    lines <- unlist(lapply(.cardHeadings, function(heading) {
        c(paste("##", heading), "", sections[[heading]],
          if (!is.null(notes[[heading]])) c("", notes[[heading]]), "")
    }))
    list(title = .cardTitle(facts), lines = lines, groups = groups)
}

.cardHeadings <- c("Model details", "Intended use", "Factors", "Metrics",
                   "Evaluation data", "Training data", "Quantitative analyses",
                   "Ethical considerations", "Caveats and recommendations")

.checkNotes <- function(notes) {
    good <- is.list(notes) && all(vapply(notes, is.character, NA)) &&
        (length(notes) == 0L || .areNames(names(notes)))
    if (!good || !all(names(notes) %in% .cardHeadings)) {
        .stop("{.arg notes} must be a list of sentences, named by headings of
               the card",
              x = "It is of class {.cls {class(notes)[1]}} with the names
                   {.val {as.character(names(notes))}}.",
              i = "The headings are {.val {(.cardHeadings)}}.")
    }
    notes
}

#' @rdname modelCard
#' @export
print.modelCard <- function(x, ...) {
    writeLines(x)
    invisible(x)
}

#' @rdname modelCard
#' @method as.data.frame modelCard
#' @export
as.data.frame.modelCard <- function(x, row.names = NULL, optional = FALSE,
                                    ...) {
    attr(x, "groups")
}

# ---- measures by group -------------------------------------------------------

.cardEvaluation <- function(model, signal, threads) {
    if (!is.null(signal)) {
        return(.evaluateQuietly(model, signal, threads = threads))
    }
    if (is(model, "AttentiveChromePanel")) .evaluateQuietly(model)
}

# The evaluation by cell type and, of one model, by chromosome: `rows`, and
# `omitted` as of .evaluateChromosomes().
.cardGroups <- function(model, signal, evaluation, threads) {
    if (is.null(evaluation)) {
        return(list(rows = data.frame(factor = character(),
                                      group = character())))
    }
    groups <- cbind(factor = "cell type", group = evaluation$cellType,
                    as.data.frame(evaluation))
    panel <- is(model, "AttentiveChromePanel")
    if (is.null(signal) || panel) return(list(rows = groups))
    found <- .evaluateChromosomes(model, signal, threads)
    own <- found$rows
    if (!is.null(own)) {
        own <- cbind(factor = "chromosome", group = own$chromosome, own)
        # The evaluation of all genes may have baselines beside the stored ones.
        own[setdiff(names(groups), names(own))] <- NA
        groups <- rbind(groups, own[names(groups)])
    }
    list(rows = groups, omitted = found$omitted)
}
