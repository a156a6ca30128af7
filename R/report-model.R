#' Report of a model or a panel
#'
#' Writes one HTML file: a summary, the evaluation beside baselines with
#' intervals and calibration, training, attention with its stability and
#' verdict, genes of interest, checks of the signal and of the split, whether
#' the signal is like the training signal, the model card, a methods text with
#' its references to paste, and the session. The file loads nothing from
#' elsewhere, so it can be mailed and opens without a network. Each figure has
#' an alternative text with its main number. What could not be shown is said
#' with the reason, also in a warning.
#'
#' Tables have all cell types. Figures that have room for few show `cellTypes`,
#' and the report says which.
#'
#' A file `NAME_mqc.json` beside `NAME.html` has the measures for MultiQC, a row
#' for each cell type, named by the report and the cell type.
#'
#' @param object A model or an ensemble ([attentiveChrome()]), or a panel
#'   ([trainCellTypes()]).
#' @param signal As for [modelCard()]. With a split, the report also says what
#'   its parts share. Of a panel, `NULL` is for the stored evaluation.
#' @param file Path of the file to write.
#' @param genes Row names or symbols of genes to show, such as `"PAX5"`; by
#'   default, of a model, those with the highest and the lowest prediction, and
#'   of a panel none. They need `signal`.
#' @param cellTypes Names of cell types for the figures, at most six; by default
#'   the first of `signal`.
#' @param baselines Baselines to compare a model with, as for
#'   [evaluate()][evaluate.AttentiveChromeModel]. By default, if `signal` is a
#'   split, `"zones"` ([trainBaseline()]) is trained on its training genes; with
#'   `list()` there are only the two that each model stores.
#' @param stability The result of [stability()]. Without it, the members of an
#'   ensemble are compared on up to 200 genes of the first of `cellTypes`, and
#'   of other models the report says that there is none.
#' @param explanations The result of [compareExplanations()], whose verdicts are
#'   shown.
#' @param multiqc Whether to write the file for MultiQC.
#' @param notes As for [modelCard()].
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return The path of the file, invisibly. It is an error if the package
#'   rmarkdown or pandoc is missing, and if `file` cannot be written.
#' @references Ewels et al. (2016), MultiQC, Bioinformatics 32, 3047.
#' @seealso [modelCard()]
#' @export
#' @examplesIf requireNamespace("rmarkdown") && rmarkdown::pandoc_available()
#' parts <- splitGenes(roadmapGenes[1:90, "E123"])
#' model <- attentiveChrome(parts, epochs = 2, filters = 4, context = 4,
#'     seed = 1)
#' report(model, parts, file = tempfile(fileext = ".html"),
#'     genes = rownames(parts$test)[1])
report <- function(object, signal = NULL, file = "report.html", genes = NULL,
                   cellTypes = NULL, baselines = NULL, stability = NULL,
                   explanations = NULL, multiqc = TRUE, notes = list(),
                   threads = NULL) {
    .needs("rmarkdown", "for a report")
    if (!rmarkdown::pandoc_available()) {
        .stop("A report needs the program pandoc",
              i = "See {.url https://pandoc.org/installing.html}.")
    }
    .checkOutput(file, "file")
    .checkFlag(multiqc, "multiqc")
    .checkResult(stability, "explanationStability", "stability")
    .checkResult(explanations, "explanationComparison", "explanations",
                 "compareExplanations")
    about <- .reported(object, signal, genes, cellTypes, baselines, threads)
    about$stability <- stability
    about$explanations <- explanations
    about$folder <- withr::local_tempdir()
    about$looked <- .reportLooked(about)
    lines <- .reportLines(about, notes)
    .writeWhole(.renderReport(lines, about), file)
    if (multiqc) .writeMultiqc(about$evaluation, file)
    .tellUnmade(lines)
    invisible(file)
}

.checkResult <- function(x, class, arg, maker = arg) {
    if (!is.null(x) && !inherits(x, class)) {
        .stop("{.arg {arg}} must be the result of {.fn {maker}}",
              x = "It is of class {.cls {class(x)[1]}}.")
    }
}

# What is reported: the object, the test genes as the model reads them, the cell
# types and genes of the figures, the baselines and the evaluation.
.reported <- function(object, signal, genes, cellTypes, baselines, threads) {
    panel <- is(object, "AttentiveChromePanel")
    if (panel) .checkPanel(object, "object") else .checkModel(object, "object")
    if (is.null(signal) && (!panel || !is.null(genes))) {
        .stop("{.arg signal} must be a signal or a split",
              i = if (panel) "It has the genes to show."
                  else "Only a panel has a stored evaluation.")
    }
    test <- if (!is.null(signal)) .partOf(signal, "test", "signal")
    if (!is.null(test)) {
        .checkSignal(test)
        if (!panel) test <- .readBy(object, test)
        if (!is.null(genes)) .findGenes(test, genes)
        cellTypes <- .checkFewCellTypes(test, cellTypes %||% colnames(test)[1L])
    }
    baselines <- .reportBaselines(object, signal, baselines, panel)
    evaluation <- if (is.null(test)) .evaluateQuietly(object)
                  else if (panel) .evaluateQuietly(object, test,
                                                   threads = threads)
                  else .evaluateQuietly(object, test, threads = threads,
                                        baselines = baselines)
    list(object = object, panel = panel, signal = signal, test = test,
         cellTypes = cellTypes, genes = genes, baselines = baselines,
         evaluation = evaluation, threads = threads,
         facts = .factsOf(object), unlike = .reportUnlike(object, test, panel),
         findings = if (!is.null(signal))
             tryCatch(.findingsOf(signal, panel), error = identity),
         split = if (.isSplit(signal))
             tryCatch(checkSplit(signal), error = identity))
}

# A quick baseline of the training genes, unless there are some.
.reportBaselines <- function(object, signal, baselines, panel) {
    if (panel) {
        if (length(baselines) > 0L) {
            .stop("{.arg baselines} cannot be compared with a panel",
                  i = "Each of its models has two baselines of its own.")
        }
        return(list())
    }
    if (!is.null(baselines)) return(.checkBaselines(baselines))
    target <- .targetOf(object)
    if (!.isSplit(signal) || is.null(signal$train) || .isDifference(target)) {
        return(list())
    }
    train <- signal$train
    known <- intersect(object@training$cellTypes, colnames(train))
    if (length(known) == 0L) return(list())
    if (!.isClass(target)) {
        target <- modelTarget(target$name, target$assay, target$transform)
    } else {
        target <- "class"
    }
    list(zones = trainBaseline(train, "zones", known, marks = object@marks,
                               target = target))
}

# ---- the page ----------------------------------------------------------------

.reportLines <- function(about, notes) {
    card <- .makeCard(about$object, about$test, notes, about$evaluation,
                      about$threads, about$facts)
    body <- c(.reportSummary(about), .reportEvaluation(about),
              .reportTraining(about), .reportAttention(about),
              .reportGenes(about), .reportSignal(about),
              c("# Model card", "", sub("^## ", "### ", card$lines)))
    body <- sub("^### ", "## ", body)
    methods <- .methodsLines(about)
    cited <- .citedKeys(c(body, methods))
    c(.withCitations(c(body, "# Methods", "", methods)), "",
      .reportReferences(cited), .reportSession())
}

# The bytes of the page. pandoc embeds the figures. Names of genes and cell
# types may look like other markup.
.renderReport <- function(lines, about) {
    input <- file.path(about$folder, "report.md")
    writeLines(enc2utf8(lines), input, useBytes = TRUE)
    title <- paste("Report:", .cardTitle(about$facts))
    rmarkdown::pandoc_convert(
        input, to = "html5", output = "report.html", wd = about$folder,
        from = paste0("markdown-raw_html-raw_tex-tex_math_dollars-citations",
                      "-example_lists-subscript-superscript-strikeout-smart"),
        options = c("--columns", "10000", "--standalone", "--self-contained",
                    "--toc", "--toc-depth", "2", "--shift-heading-level-by",
                    "1", "--metadata",
                    paste0("title=", title), "--metadata", "lang=en", "--css",
                    system.file("report", "report.css",
                                package = "AttentiveChrome")))
    .readBytes(file.path(about$folder, "report.html"))
}

.tellUnmade <- function(lines) {
    failed <- grep("^\\*\\*Not shown\\*\\*", lines, value = TRUE)
    if (length(failed) == 0L) return(invisible())
    cli::cli_warn(c("The report lacks {length(failed)} part{?s} that could not
                     be made",
                    .bullets(sub("^\\*\\*Not shown\\*\\*: ", "", failed),
                             "x")),
                  class = "AttentiveChrome_report")
}

.reportReferences <- function(keys) {
    c("## References", "", paste("*", .referenceLines(keys)), "",
      "## References as BibTeX", "", "```", .bibtexLines(keys), "```", "")
}

.reportSession <- function() {
    c("# Session", "", "```", utils::capture.output(utils::sessionInfo()),
      "```")
}
