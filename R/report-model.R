#' Report of a model or a panel
#'
#' Writes one HTML file with the model card, the checks of the signal and of the
#' split, and figures of training, evaluation, attention and genes. It loads
#' nothing from elsewhere, so it can be mailed and opens without a network. Each
#' figure has an alternative text. What could not be shown is said, with the
#' reason.
#'
#' @param object A model or an ensemble ([attentiveChrome()]), or a panel
#'   ([trainCellTypes()]).
#' @param signal As for [modelCard()]. With a split, the report also says what
#'   its parts share. Of a panel, `NULL` is for the stored evaluation.
#' @param file Path of the file to write.
#' @param genes Row names or symbols of genes to show; by default those with the
#'   highest and the lowest predicted probability. Only for a model.
#' @param notes As for [modelCard()].
#' @param threads Number of threads, as for
#'   [predict()][predict.AttentiveChromeModel].
#' @return The path of the file, invisibly. It is an error if the package
#'   rmarkdown or pandoc is missing, and if `file` cannot be written.
#' @seealso [modelCard()]
#' @export
#' @examplesIf requireNamespace("rmarkdown") && rmarkdown::pandoc_available()
#' parts <- splitGenes(roadmapGenes[1:90, "E123"])
#' model <- attentiveChrome(parts, epochs = 2, filters = 4, context = 4,
#'     seed = 1)
#' report(model, parts, file = tempfile(fileext = ".html"))
report <- function(object, signal = NULL, file = "report.html", genes = NULL,
                   notes = list(), threads = NULL) {
    .needs("rmarkdown", "for a report")
    if (!rmarkdown::pandoc_available()) {
        .stop("A report needs the program pandoc",
              i = "See {.url https://pandoc.org/installing.html}.")
    }
    .checkOutput(file, "file")
    panel <- is(object, "AttentiveChromePanel")
    if (!panel) .checkModel(object)
    if (!panel && is.null(signal)) {
        .stop("{.arg signal} must be a signal or a split",
              i = "Only a panel has a stored evaluation.")
    }
    card <- modelCard(object, signal, notes, threads = threads)
    folder <- withr::local_tempdir()
    lines <- c("---", "lang: en",
               paste0("pagetitle: \"", .cardTitle(.factsOf(object)), "\""),
               "---", "", card,
               if (!is.null(signal)) .reportChecks(signal),
               .reportFigures(object, signal, genes, folder, threads),
               .reportSession())
    .writeWhole(.renderReport(lines, folder), file)
    invisible(file)
}

# The bytes of the page. pandoc embeds the figures.
.renderReport <- function(lines, folder) {
    input <- file.path(folder, "report.md")
    writeLines(enc2utf8(lines), input, useBytes = TRUE)
    rmarkdown::pandoc_convert(
        input, to = "html5", output = "report.html", wd = folder,
        options = c("--standalone", "--self-contained", "--toc",
                    "--metadata", "title-prefix=Report", "--css",
                    system.file("report", "report.css",
                                package = "AttentiveChrome")))
    .readBytes(file.path(folder, "report.html"))
}

# ---- sections ----------------------------------------------------------------

.reportChecks <- function(signal) {
    parts <- if (.isSplit(signal)) signal else list(signal = signal)
    found <- unlist(lapply(names(parts), function(name) {
        findings <- checkSignal(parts[[name]])
        sprintf("* %s, in %s, %s: %s. %s", findings$severity, name,
                findings$check, findings$finding, findings$advice)
    }))
    split <- if (.isSplit(signal)) {
        c("```", utils::capture.output(print(checkSplit(signal))), "```")
    } else {
        "Not checked, as `signal` is not a split."
    }
    c("", "# Checks of the signal", "",
      if (length(found) == 0L) "No problems were found." else found, "",
      "# Split and leakage", "", split, "")
}

# A figure as Markdown; the reason if it cannot be drawn.
.reportFigure <- function(heading, alt, plot, folder, height = 4.5) {
    name <- sprintf("figure%d.svg", length(list.files(folder)) + 1L)
    body <- tryCatch({
        path <- file.path(folder, name)
        ggplot2::ggsave(path, plot, device = grDevices::svg, width = 7,
                        height = height)
        sprintf("![%s](%s)", alt, name)
    }, error = function(e) paste("Not shown:", conditionMessage(e)))
    c(paste("##", heading), "", body, "")
}

.reportFigures <- function(object, signal, genes, folder, threads) {
    figure <- function(...) .reportFigure(..., folder = folder)
    if (is(object, "AttentiveChromePanel")) {
        return(c("# Figures", "",
                 figure("AUROC by cell type", paste(
                     "Test AUROC of each cell type with its 95% interval; the",
                     "numbers are in the table of quantitative analyses."),
                     plot(object), height = 2 + 0.18 * length(object)),
                 figure("Training", "Validation AUROC by epoch and cell type.",
                        plot(object, "history"))))
    }
    test <- .partOf(signal, "test", "signal")
    c("# Figures", "",
      figure("Training", "Loss and validation AUROC by epoch.", plot(object)),
      figure("ROC curve", "True against false positive rate.",
             plotROC(object, test, threads = threads)),
      figure("Precision and recall", "Precision against recall.",
             plotPR(object, test, threads = threads)),
      figure("Calibration", "Share of high genes by predicted probability.",
             plotCalibration(object, test, threads = threads)),
      .reportAttention(object, test, genes, figure, threads))
}

.reportAttention <- function(model, signal, genes, figure, threads) {
    looked <- tryCatch(attention(model, signal, threads = threads),
                       error = function(e) NULL)
    if (is.null(looked)) {
        return(c("## Attention", "",
                 "Not shown: the architecture has no attention.", ""))
    }
    what <- if ("share" %in% assayNames(looked)) "share" else "alpha"
    probability <- assay(looked, "probability")[, 1L]
    genes <- genes %||% unique(rownames(looked)[c(which.max(probability),
                                                  which.min(probability))])
    rows <- rownames(looked)[.findGenes(looked, genes)]
    c(figure("Attention over the bins", paste(
          "Mean", what, "of each bin of each mark, for genes predicted high",
          "and low."), plotAttention(looked, what = what,
                                     cellTypes = colnames(looked)[1L]),
          height = 6),
      figure("Attention over the marks",
             "Heat map of the mean attention over the marks.",
             plotMarkAttention(looked)),
      unlist(lapply(rows, function(gene) {
          figure(paste("Gene", gene), paste(
              "Signal of each mark around the start site of", gene, "and the",
              what, "of each bin."),
              plotGene(signal, looked, gene, colnames(looked)[1L]),
              height = 8)
      })),
      "Not computed: the stability of the attention over seeds, see",
      "`stability()`, and a verdict on it, see `compareExplanations()`.", "")
}

.reportSession <- function() {
    cited <- names(.references())
    c("# References", "", paste("*", .referenceLines(cited)), "",
      "# Session", "", "```",
      utils::capture.output(utils::sessionInfo()), "```")
}
