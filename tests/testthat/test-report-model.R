skip_if_not_installed("rmarkdown")
skip_if_not(rmarkdown::pandoc_available())

# Of two marks, as most of the time goes into drawing each of them.
parts <- smallParts(150, marks = c("H3K4me3", "H3K36me3"))
model <- quickModel(parts)
twoCells <- smallParts(150, marks = c("H3K4me3", "H3K36me3"), cellTypes = 2)

# The page of a report as one text, and as text without markup.
reportPage <- function(..., file = withr::local_tempfile(fileext = ".html",
                                               .local_envir = parent.frame())) {
    suppressMessages(report(..., file = file))
    paste(readLines(file), collapse = "\n")
}

# The one report that several tests look at, made once.
made <- new.env()
commonReport <- function() {
    if (is.null(made$file)) {
        made$folder <- withr::local_tempdir(
            .local_envir = testthat::teardown_env())
        made$file <- file.path(made$folder, "report.html")
        made$page <- reportPage(model, parts, file = made$file)
    }
    made
}

alts <- function(page) {
    sub(".*alt=\"([^\"]*)\".*", "\\1",
        regmatches(page, gregexpr("<img[^>]*>", page))[[1L]])
}

test_that("a report is one whole page with headings and alternative texts", {
    page <- commonReport()$page
    expect_setequal(list.files(made$folder, all.files = TRUE, no.. = TRUE),
                    c("report.html", "report_mqc.json"))
    expect_lt(file.size(made$file), 5e6)
    expect_match(page, "<html[^>]* lang=\"en\"")
    images <- regmatches(page, gregexpr("<img[^>]*>", page))[[1L]]
    expect_gt(length(images), 6L)
    expect_true(all(grepl("src=\"data:image/svg", images, fixed = TRUE)))
    expect_true(all(nchar(alts(page)) > 40L & grepl("[0-9]", alts(page))))
    expect_no_match(page, "(src|<link[^>]* href)=\"https?://")
    expect_no_match(page, "<strong>Not shown", fixed = TRUE)
    # One heading of the first level, and no level is left out.
    levels <- as.integer(sub("<h([1-6])", "\\1", regmatches(
        page, gregexpr("<h[1-6]", page))[[1L]]))
    expect_identical(sum(levels == 1L), 1L)
    expect_lte(max(diff(levels)), 1L)
})

test_that("figures say their main number, and only cited works are listed", {
    page <- commonReport()$page
    row <- as.data.frame(evaluate(model, parts))
    roc <- grep("^ROC", alts(page), value = TRUE)
    expect_match(roc, .withInterval(row$auroc, row$aurocLower, row$aurocUpper),
                 fixed = TRUE)
    expect_match(page, "Model Cards for Model Reporting", fixed = TRUE)
    expect_match(page, "@InProceedings{singh2017,", fixed = TRUE)
    for (other in c("singh2016", "sekhon2018", "lakshminarayanan2017")) {
        expect_no_match(page, paste0("{", other, ","), fixed = TRUE)
    }
    expect_match(page, "zones")
    expect_match(page, "The other lines are baselines", fixed = TRUE)
})

test_that("an architecture without attention has gradients; errors surface", {
    deep <- quietModel(parts$train, architecture = "deepchrome", filters = 4,
                       kernel = 3, pool = 2, dense1 = 4, dense2 = 3, epochs = 1,
                       seed = 1)
    page <- reportPage(deep, parts, baselines = list(), multiqc = FALSE)
    expect_match(page, "has no attention", fixed = TRUE)
    expect_no_match(page, "The other lines are baselines", fixed = TRUE)
    expect_match(page, "Largest attribution", fixed = TRUE)
    about <- list(test = parts$test, object = model, panel = FALSE,
                  cellTypes = colnames(parts$test), threads = -1,
                  facts = list(target = .classTarget))
    looked <- .reportLooked(about)
    expect_s3_class(looked, "error")
    about$looked <- looked
    lines <- .reportAttention(about)
    expect_match(lines, "**Not shown**: ", fixed = TRUE, all = FALSE)
    expect_warning(.tellUnmade(lines), "lacks 1 part",
                   class = "AttentiveChrome_report")
})

test_that("an ensemble has its stability, and verdicts are shown", {
    members <- quickModel(parts, members = 2, epochs = 1)
    found <- compareExplanations(list(all = members), parts$test,
                                 list(H3K4me3 = 9:12), draws = 100, seed = 1,
                                 explanations = c("attention", "share"))
    about <- list(object = members, test = parts$test, explanations = found,
                  cellTypes = colnames(parts$test),
                  folder = withr::local_tempdir())
    stable <- .reportStability(about)
    expect_match(stable, "Agreement of 2 models of different seeds",
                 all = FALSE)
    verdicts <- .reportVerdicts(about)
    expect_identical(sum(grepl("(better|WORSE) than the signal", verdicts)), 2L)
    expect_length(list.files(about$folder), 2L)
})

test_that("models of numbers have their measures; genes can be chosen", {
    numbers <- quickModel(twoCells, target = "expression")
    file <- withr::local_tempfile(fileext = ".html")
    genes <- rownames(twoCells$test)[3L]
    cellTypes <- colnames(twoCells$test)
    page <- reportPage(numbers, twoCells, file = file, genes = genes,
                       cellTypes = cellTypes[2L])
    expect_match(page, "Pearson in", fixed = TRUE)
    expect_match(page, "Measured and predicted", fixed = TRUE)
    expect_match(page, "to predict log2(expression + 1) (squared error)",
                 fixed = TRUE)
    expect_match(alts(page), "number, with the line where both are equal",
                 fixed = TRUE, all = FALSE)
    expect_match(alts(page), "predicted above the median and at or below",
                 fixed = TRUE, all = FALSE)
    expect_no_match(alts(page), "predicted (high|low)|logit|probability")
    expect_no_match(page, "<strong>Not shown", fixed = TRUE)
    expect_no_match(page, "ROC curve", fixed = TRUE)
    json <- sub("[.]html$", "_mqc.json", file)
    table <- jsonlite::read_json(json)
    expect_identical(table$id, "attentivechrome_numbers")
    expect_match(page, paste0("Gene [^<]*", genes, "[^<]* in ", cellTypes[2L]))
    expect_match(page, paste("Figures show", cellTypes[2L]), fixed = TRUE)
    expect_match(page, cellTypes[1L], fixed = TRUE)
    refused <- function(pattern, ...) {
        expect_error(report(numbers, twoCells, tempfile(), ...), pattern)
    }
    refused("genes", genes = "none")
    refused("cellTypes", cellTypes = "none")
    refused("stability", stability = 1)
})

test_that("the figure of measured numbers has the unit on its axes", {
    labels <- function(object, test) {
        .plotMeasured(list(object = object, test = test, threads = 1L,
                           cellTypes = colnames(test)))$labels[c("x", "y")]
    }
    numbers <- quickModel(parts, target = "expression")
    expect_identical(labels(numbers, parts$test), list(
        x = "Predicted log2(expression + 1)",
        y = "Measured log2(expression + 1)"))
    change <- quickModel(twoCells, target = "difference")
    expect_identical(labels(change, pairCellTypes(twoCells$test))$x,
                     "Predicted change of log2(expression + 1)")
})

test_that("a panel has a report, with and without its signal", {
    panel <- suppressMessages(trainCellTypes(
        twoCells, epochs = 1, filters = 4, context = 4, seed = 1,
        BPPARAM = BiocParallel::SerialParam()))
    stored <- reportPage(panel, multiqc = FALSE)
    expect_match(stored, "AUROC by cell type", fixed = TRUE)
    expect_match(stored, "Not computed, as no signal was given", fixed = TRUE)
    page <- reportPage(panel, twoCells, genes = rownames(twoCells$test)[1L],
                       multiqc = FALSE)
    expect_match(page, "Mean over 50 genes of each cell type", fixed = TRUE)
    expect_no_match(page, "<strong>Not shown", fixed = TRUE)
    expect_error(report(panel, file = tempfile(), genes = "a"), "signal")
    expect_error(report(model, file = tempfile()), "signal")
})

test_that("the file for MultiQC has the measures of evaluate()", {
    evaluation <- evaluate(model, parts)
    file <- file.path(withr::local_tempdir(), "mine.html")
    .writeMultiqc(evaluation, file)
    table <- jsonlite::read_json(sub("[.]html$", "_mqc.json", file))
    expect_identical(table$plot_type, "table")
    row <- table$data[[paste("mine", evaluation$cellType)]]
    expect_equal(row$auroc, evaluation$auroc, tolerance = 1e-5)
    expect_setequal(names(row), names(table$headers))
    evaluation$slope <- NA
    expect_null(.multiqcTable(as.data.frame(evaluation), "x")$data[[1L]]$slope)
})
