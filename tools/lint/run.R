# `Rscript tools/lint/run.R` runs the project's own linters, lintr with the
# settings of .lintr, clang-format and shellcheck. Each counts as one check; the
# counts go to a file in the folder ATTENTIVECHROME_COUNTS, if it is set.
for (name in c("templates", "includes", "layout", "style", "history")) {
    source(file.path("tools", "lint", paste0(name, ".R")))
}

# Each linter returns a data frame with `file`, `line` and `finding`.
lintFiles <- function(files, lint) {
    do.call(rbind, lapply(files, function(file) {
        found <- lint(file)
        if (NROW(found) > 0L) cbind(file = file, found)
    }))
}

listFiles <- function(folders, ends) {
    found <- list.files(folders, ends, recursive = TRUE, full.names = TRUE)
    # Packages of others, which `make browser-test` installs.
    found[!grepl("tests/browser/(library|node_modules)/", found)]
}
rFiles <- listFiles("R", "[.]R$")
allFiles <- c(rFiles, listFiles(c("bench", "data-raw", "tests", "tools"),
                                "[.]R$"))
cFiles <- listFiles(c("src", file.path("tests", "core")), "[.][ch]$")
shellFiles <- c(file.path(".ci", "run"),
                listFiles(c("bench", "tools"), "[.]sh$"))

lintR <- function(file) {
    found <- as.data.frame(lintr::lint(file, cache = FALSE))
    data.frame(line = found$line_number, finding = found$message)
}

# What a program finds, of output FILE:LINE:COLUMN: FINDING.
lintWith <- function(program, arguments) {
    out <- suppressWarnings(system2(program, arguments, stdout = TRUE,
                                    stderr = TRUE))
    said <- regmatches(out, regexec("^([^:]+):([0-9]+):[0-9]+: (.*)", out))
    said <- do.call(rbind, said[lengths(said) > 0L])
    if (!is.null(said)) {
        data.frame(file = said[, 2L], line = as.integer(said[, 3L]),
                   finding = said[, 4L])
    }
}

# A machine without what a linter `needs`, a program or a package, skips it.
linters <- list(
    "message templates" = list(files = rFiles, run = function() {
        lintFiles(rFiles, lintTemplates)
    }),
    "layout of R/" = list(files = rFiles, run = function() {
        found <- lintLayout()
        if (length(found) > 0L) {
            data.frame(file = "R", line = 0L, finding = found)
        }
    }),
    "private names" = list(files = rFiles, run = function() {
        lintFiles(rFiles, lintPrivate)
    }),
    "length of functions" = list(files = allFiles, run = function() {
        lintFiles(allFiles, lintLength)
    }),
    "internals of others" = list(files = allFiles, run = function() {
        lintFiles(allFiles, lintInternals)
    }),
    "index of reference" = list(
        files = listFiles("man", "[.]Rd$"), needs = "yaml",
        run = function() lintFiles("_pkgdown.yml", function(file) lintTopics())
    ),
    "lintr" = list(files = allFiles, needs = "lintr", run = function() {
        lintFiles(allFiles, lintR)
    }),
    "includes of the C core" = list(files = cFiles, run = lintIncludes),
    "clang-format" = list(files = cFiles, needs = "clang-format",
                          run = function() {
        lintWith("clang-format", c("--dry-run", cFiles))
    }),
    "shellcheck" = list(files = shellFiles, needs = "shellcheck",
                        run = function() {
        lintWith("shellcheck", c("--format=gcc", shellFiles))
    }))

failed <- 0L
passed <- 0L
for (name in names(linters)) {
    linter <- linters[[name]]
    if (!is.null(linter$needs) && !nzchar(Sys.which(linter$needs)) &&
        !requireNamespace(linter$needs, quietly = TRUE)) {
        cat(sprintf("lint, %s: skipped, %s is not installed\n", name,
                    linter$needs))
        next
    }
    found <- linter$run()
    if (NROW(found) > 0L) {
        cat(sprintf("%s:%d: %s\n", found$file, found$line, found$finding),
            sep = "")
    }
    cat(sprintf("lint, %s: %d files, %d findings\n", name,
                length(linter$files), NROW(found)))
    failed <- failed + (NROW(found) > 0L)
    passed <- passed + (NROW(found) == 0L)
}
for (fallen in fallenRatios(readHistory())) {
    cat(sprintf("warning, %s: %s\n", historyFile, fallen))
}
counts <- Sys.getenv("ATTENTIVECHROME_COUNTS")
if (nzchar(counts)) {
    writeLines(paste(passed, failed), file.path(counts, "lint"))
}
quit(status = as.integer(failed > 0L))
