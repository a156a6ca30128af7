# tools/lint: what it must catch, and what it must leave alone.
linterOf <- function(name) {
    path <- test_path("..", "..", "tools", "lint", name)
    skip_if_not(file.exists(path), "the sources")
    linter <- new.env()
    sys.source(path, linter)
    linter
}

templates <- function() linterOf("templates.R")
lint <- function(...) templates()$lintTemplates(textFile(c(...), ".R"))

# As they stood in 0.99.0.
bad <- c(
    ".stop('{.file {path}} could not be read', x = conditionMessage(e))",
    ".stop('{.file {path}} is not a whole BAM file', x = why)",
    ".stop(paste(where, 'must have the columns {.val {wanted}}'))",
    ".stop(paste('Each gene may stand only once in', where))",
    ".stop(paste0('{.file {path}}', place, ' cannot be read'))",
    ".stop('It cannot be read', x = .bedFaults[[out$fault]])",
    ".stop(paste('{.arg {arg}} must be', kind, range))",
    ".stop('{.arg folder} must be of the same settings', bullets)",
    "cli::cli_inform(c('Labels by expression', lines))",
    "cli::cli_inform(stats::setNames(lines, named))",
    "cli::cli_warn(c('Some failed', stats::setNames(lines, 'x')))",
    "where <- paste0('The sample sheet {.file ', files, '}')",
    "f <- function(marks, what = '{.arg marks}') NULL",
    ".checkUniqueGenes(ids, 'the {.arg files} of one cell type')",
    ".stop('It is {if (TRUE) \\', named {.val {x}}\\'}')")

test_that("a template that is not a literal is found", {
    for (code in bad) {
        found <- lint("NULL", code)
        expect_identical(unique(found$line), 2L, label = code)
    }
})

test_that("other ways around a literal are found", {
    for (code in c(".stop(sprintf('%s is bad', x))",
                   "cli::cli_abort(x)", "cli::cli_warn(c(i = x))",
                   ".stop(if (a) b else 'c')", ".stop(switch(a, x = 'b', c))",
                   ".stop('a', class = 'b', i = c)",
                   "lapply(lines, cli::cli_inform)",
                   "do.call(.stop, list(x))",
                   ".stop('the braces {x are open')",
                   ".stop('no code: {x y}')")) {
        expect_gt(NROW(lint(code)), 0, label = code)
    }
})

test_that("literals and what is escaped are left alone", {
    for (code in c(".stop('{.arg {arg}} is {x}', class = kind)",
                   ".stop(if (a > b) 'c' else 'd {x}', i = NULL)",
                   ".stop(switch(a, w = , x = 'b', 'c'))",
                   "cli::cli_warn(c('{n} gene{?s}', .bullets(lines, 'x')))",
                   "where <- cli::format_inline('{.file {path}}')",
                   ".stop(paste('a {x}', 'b'), x = paste0('c', 'd'))",
                   ".stop('{{ and }} are braces, {.code list({x} = 1)}')",
                   ".stop <- function(...) cli::cli_abort(c(...))",
                   "x <- 'a {b}'; sprintf('{%s}', x)",
                   "'[{][.]'; gsub('([{}])', '', x)")) {
        expect_null(lint(code), label = code)
    }
})

test_that("the package has no such template", {
    folder <- test_path("..", "..", "R")
    for (file in list.files(folder, "[.]R$", full.names = TRUE)) {
        expect_null(templates()$lintTemplates(file), label = file)
    }
})

# ---- layout -----------------------------------------------------------------

layout <- function() linterOf("layout.R")

test_that("files call each other without a cycle, and the guide names each", {
    expect_identical(layout()$lintLayout(test_path("..", "..")), character())
})

test_that("a cycle and a file without a place are found", {
    root <- withr::local_tempdir()
    dir.create(file.path(root, "R"))
    write <- function(name, ...) writeLines(c(...), file.path(root, name))
    write("R/plot-a.R", ".a <- function() .b()")
    write("R/plot-b.R", ".b <- function() .c()")
    write("R/plot-c.R", ".c <- function() .a()", ".d <- function() .c()")
    write("R/plot-d.R", ".e <- function() .d()", ".f <- function() 1",
          ".f <- function() 2")
    write("CONTRIBUTING.md", "`plot-a.R`, `R/plot-b.R`, `plot-d.R`, `plot-e.R`")
    found <- layout()$lintLayout(root)
    expect_identical(found, c(
        "these files call each other in a circle: plot-a.R, plot-b.R, plot-c.R",
        ".f is defined twice",
        "CONTRIBUTING.md does not name R/plot-c.R",
        "CONTRIBUTING.md names R/plot-e.R, which does not exist"))
})

# ---- style ------------------------------------------------------------------

style <- function() linterOf("style.R")

test_that("functions of 50 lines are found, at any depth", {
    long <- function(lines) c("f <- function() {", rep("    1", lines - 2), "}")
    file <- textFile(c(long(49), "g <- lapply(1, function(x) {",
                       rep("    1", 48), "})"), ".R")
    found <- style()$lintLength(file)
    expect_identical(found$line, 50L)
    expect_match(found$finding, "50 lines; at most 49")
})

test_that("private functions without a dot are found", {
    namespace <- textFile(c("export(a)", "S3method(plot,b)",
                            "export(\"c<-\")"))
    file <- textFile(c("a <- function() 1", "plot.b <- function(x) 1",
                       "`c<-` <- function(x, value) 1", ".d <- function() 1",
                       "`%e%` <- function(x, y) 1", "f <- 5",
                       "g <- function() 1"), ".R")
    found <- style()$lintPrivate(file, namespace)
    expect_identical(found$line, 7L)
    expect_match(found$finding, "without a dot: g")
})

test_that("internals of other packages are found", {
    file <- textFile(c("AttentiveChrome:::a()", "stats::b()",
                       "x <- 'utils:::d'", "utils:::e"), ".R")
    found <- style()$lintInternals(file)
    expect_identical(found$line, 4L)
    expect_match(found$finding, "another package: utils:::")
})

test_that("topics that the site leaves out, or lists twice, are found", {
    skip_if_not_installed("yaml")
    root <- withr::local_tempdir()
    dir.create(file.path(root, "man"))
    for (topic in c("a", "b", "c")) {
        writeLines(c(sprintf("\\name{%s}", topic),
                     sprintf("\\alias{%s}", c(topic, toupper(topic)))),
                   file.path(root, "man", paste0(topic, ".Rd")))
    }
    writeLines(c("reference:", "- title: One", "  contents:", "  - a", "  - A",
                 "- title: Two", "  contents: [B, d]"),
               file.path(root, "_pkgdown.yml"))
    found <- style()$lintTopics(root)
    expect_identical(found$line, c(0L, 5L, 0L))
    expect_identical(found$finding, c("no topic of man/ is called d",
                                      "A is listed twice",
                                      "no section lists the topic c"))
})

# ---- history ----------------------------------------------------------------

test_that("a ratio that fell by a fifth on the same processor is told", {
    history <- linterOf("history.R")
    fallen <- function(...) {
        history$fallenRatios(history$readHistory(textFile(c(
            "## History", "", "| date | commit | processor | a | b |",
            "| --- | --- | --- | --- | --- |", ...))))
    }
    first <- "| 2026-01-01 | c1 | one | 10 | 0.5 |"
    expect_identical(fallen(), character())
    expect_identical(fallen(first), character())
    expect_null(fallen(first, "| 2026-01-02 | c2 | one | 8.1 | 0.9 |"))
    expect_identical(fallen(first, "| 2026-01-02 | c2 | one | 8 | 0.3 |"),
                     c("a fell from 10 (c1) to 8 (c2)",
                       "b fell from 0.5 (c1) to 0.3 (c2)"))
    # Another processor's rows and missing ratios are passed over.
    expect_null(fallen(first, "| 2026-01-02 | c2 | two | 5 | 0.1 |"))
    expect_identical(
        fallen(first, "| 2026-01-02 | c2 | two | 20 | 0.1 |",
               "| 2026-01-03 | c3 | one | - | 0.5 |",
               "| 2026-01-04 | c4 | one | 7 | - |"),
        "a fell from 10 (c1) to 7 (c4)")
})

test_that("the committed history can be read", {
    path <- test_path("..", "..", "bench", "results", "history.md")
    skip_if_not(file.exists(path), "the sources")
    history <- linterOf("history.R")
    table <- history$readHistory(path)
    expect_true(all(history$notRatios %in% names(table)))
    expect_gt(nrow(table), 0)
    ratios <- unlist(table[setdiff(names(table), history$notRatios)])
    expect_false(anyNA(suppressWarnings(as.numeric(ratios[ratios != "-"]))))
})
